(* One round of Algorithm 1 from beginning to end, in R^d: data, workers, liars, compression, sorting, the step.

   The theorems of the other files are about vectors that are so and so. Here they are put together, so that what is
   assumed can be read in one place: the events of Lemmas 2 and 3 on the honest workers, which hold with probability
   1 - delta; that a compressor is one; that at most as many lie as are dropped; and a Lipschitz Hessian.
   For squared loss the last one is proved too, and the step is the one towards the minimiser of f. *)
Require Import Reals Lra List Permutation Sorted Lia.
From Comrade Require Import Space Distortion Counting Lemma5 Worker Trimming Lemma10 Contraction Euclid.
Import ListNotations.
Open Scope R_scope.

Section Round.
Context {d : nat} {A : Type} (H : spd (euclid d)) (Hs : A -> spd (euclid d)).
Notation V := (euclid d).
(* Rows a_j in R^d and the ridge lambda; honest worker i holds the rows shard i and has the gradient gs i. *)
Variables (rows : list V) (shard : A -> list V) (lambda : R) (g : V) (gs : A -> V).
(* Who works, who lies, and what the center receives: a vector, or nothing that is one. *)
Variables (workers : list A) (lies : A -> bool) (sent : A -> option V).
Notation honest_worker i := (In i workers /\ lies i = false).
Hypothesis H_is : hessian_of H rows lambda.
Hypothesis Hs_are : forall i, honest_worker i -> hessian_of (Hs i) (shard i) lambda.

(* Honest workers send their compressed direction Q(H_i^{-1} g_i), and Q is rho-approximate. *)
Variable rho : R.
Hypothesis rho_range : rho <= 1.
Hypothesis compressed : forall i, honest_worker i -> exists q, sent i = Some q /\
  norm (q [-] inverse (Hs i) (gs i)) ^ 2 <= (1 - rho) * norm (inverse (Hs i) (gs i)) ^ 2.

(* The center sorts the messages by length and drops the t longest. At most t of the workers lie. *)
Variables (sorted : list A) (t : nat).
Hypothesis sorted_are : Permutation workers sorted.
Hypothesis is_sorted : StronglySorted (fun i j => no_longer (sent i) (sent j)) sorted.
Hypotheses (some_stay : (t < length workers)%nat) (few_lie : (liars lies workers <= t)%nat).
Notation kept := (firstn (length workers - t) sorted).
Notation step := (mean (fun i => vector (sent i)) kept).

(* Lemma 2 on each honest worker, sigma = sigma_max(Abar'Abar), nu = sigma/(sigma + lambda); and Lemma 3. *)
Variables sigma eta deviation : R.
Hypotheses (lambda_pos : 0 <= lambda) (sigma_pos : 0 <= sigma) (not_both : 0 < sigma + lambda).
Hypothesis sigma_is : forall x, dot x (gram rows x) <= sigma * dot x x.
Hypothesis eta_range : 0 <= eta < 1.
Hypothesis lemma_2 : forall i, honest_worker i -> forall x y : V,
  Rabs (dot x (gram (shard i) y [-] gram rows y)) <= eta * sqrt (dot x (gram rows x)) * sqrt (dot y (gram rows y)).
Hypothesis lemma_3 : forall i, honest_worker i -> norm (gs i [-] g) <= deviation.

(* The symbols of the paper. *)
Notation nu := (sigma / (sigma + lambda)).
Notation eps := (deviation / ((1 - eta) * sqrt (sigma_min H))).
Notation k := (kappa H * (1 - rho)).
Notation c := (INR (liars lies workers) / INR (length kept)).
Notation E := (bound_lemma_10_eps_cb k (kappa H) c eps).
Notation Z := (bound_lemma_10_zeta_cb k (kappa H) c (zeta_1 nu eta)).

Lemma kept_count : length kept = (length workers - t)%nat.
Proof. apply firstn_length_le. rewrite <- (Permutation_length sorted_are). lia. Qed.
Lemma is_round : round lies sent workers kept (skipn (length workers - t) sorted).
Proof.
  constructor.
  - apply sorted_prefix; assumption.
  - rewrite skipn_length, <- (Permutation_length sorted_are). lia.
  - intros none. pose proof kept_count as n. rewrite none in n. simpl in n. lia.
Qed.

(* Each honest direction is within eps + zeta_1 P of the Newton step. *)
Lemma honest_direction : forall i, honest_worker i ->
  N H (inverse (Hs i) (gs i) [-] inverse H g) <= eps + zeta_1 nu eta * N H (inverse H g).
Proof.
  intros i h.
  assert (each : close H (Hs i) (nu * eta)).
  { apply (close_of_lemma_2 H (Hs i) (gram rows) (gram (shard i))); try assumption; [apply Hs_are, h|lra|].
    apply lemma_2, h. }
  eapply Rle_trans.
  - apply (worker_error_on_event H g (Hs i) (gs i) _ _ (inverse (Hs i) g) (inverse H (gs i [-] g)) nu eta).
    + apply nu_le_1; assumption.
    + exact eta_range.
    + apply inverse_spec.
    + constructor; apply inverse_spec.
    + exact each.
  - apply Rplus_le_compat_r. pose proof (sqrt_sigma_min_pos H) as s.
    assert (i0 : 0 < / (1 - eta)) by (apply Rinv_0_lt_compat; lra).
    replace eps with (deviation / sqrt (sigma_min H) / (1 - eta)) by (field; lra).
    apply Rmult_le_compat_r; [lra|]. eapply Rle_trans; [apply dual_le, inverse_spec|].
    apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat, s|apply lemma_3, h].
Qed.

(* The step of the round is within eps_cb + zeta_cb P of the Newton step. *)
Theorem round_error : N H (step [-] inverse H g) <= E + Z * N H (inverse H g).
Proof.
  rewrite <- norm_is_linear.
  apply (lemma_10_norm H lies sent workers kept (skipn (length workers - t) sorted) (inverse H g)
    (fun i => inverse (Hs i) (gs i)) (fun i => vector (sent i)) rho is_round).
  - intros i w h. destruct (compressed i (conj w h)) as [q [e _]]. rewrite e. reflexivity.
  - exact rho_range.
  - intros i w h. destruct (compressed i (conj w h)) as [q [e n]]. rewrite e. exact n.
  - intros i w h. exact (honest_direction i (conj w h)).
Qed.

Lemma rate_pos : 0 <= Z.
Proof.
  assert (l : 0 < INR (length kept)) by (apply lt_0_INR; rewrite kept_count; lia).
  assert (c0 : 0 <= c) by (apply Rmult_le_pos; [apply pos_INR|apply Rlt_le, Rinv_0_lt_compat, l]).
  assert (r1 : 1 <= sqrt (kappa H)) by (rewrite <- sqrt_1; apply sqrt_le_1_alt, kappa_ge_1).
  assert (z0 : 0 <= zeta_1 nu eta).
  { rewrite <- zeta_of_1 by lra. apply zeta_pos; [apply nu_le_1; assumption|exact eta_range]. }
  pose proof (sqrt_pos k) as k0. unfold bound_lemma_10_zeta_cb.
  assert (0 <= c * sqrt (kappa H)) by (apply Rmult_le_pos; lra).
  assert (0 <= sqrt k * (1 + zeta_1 nu eta)) by (apply Rmult_le_pos; lra).
  assert (0 <= 1 - c + c * sqrt (kappa H)) by nra.
  apply Rplus_le_le_0_compat; [apply Rmult_le_pos; lra|lra].
Qed.

(* Theorem 3, from data: whatever liars send, the distance to w* after the round is at most
   sqrt(kappa) Z ||Delta|| + (1 + Z) L/(2 sigma_min) ||Delta||^2 + E/sqrt(sigma_min). *)
Theorem theorem_3_for_data : forall (Delta : V) L, norm (H Delta [-] g) <= L / 2 * norm Delta ^ 2 ->
  norm (Delta [-] step) <= bound_theorem_3_sharpened E Z (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros Delta L lipschitz. apply (theorem_3_sharpened H g (inverse H g)).
  - apply inverse_spec.
  - exact lipschitz.
  - exact rate_pos.
  - exact round_error.
Qed.
End Round.

(* ---------- ridge regression: nothing about f is left to assume ---------- *)

(* f(w) = mean_j (<x_j, w> - y_j)^2/2 + lambda/2 ||w||^2 over samples (x_j, y_j), and its gradient. *)
Definition squared_loss {V : space} (samples : list (V * R)) (lambda : R) (w : V) : R :=
  rmean (fun s => 1 / 2 * (dot (fst s) w - snd s) ^ 2) samples + lambda / 2 * dot w w.
Definition squared_gradient {V : space} (samples : list (V * R)) (lambda : R) (w : V) : V :=
  mean (fun s => (dot (fst s) w - snd s) [*] fst s) samples [+] lambda [*] w.

Section Regression.
Context {V : space} (H : spd V) (samples : list (V * R)) (lambda : R).
Hypothesis H_is : hessian_of H (map fst samples) lambda.

Lemma gram_map : forall w : V, gram (map fst samples) w = mean (fun s => dot (fst s) w [*] fst s) samples.
Proof.
  intros w. clear H_is. unfold gram, mean. rewrite map_length. f_equal.
  induction samples as [|s l IH]; simpl; [reflexivity|rewrite IH; reflexivity].
Qed.
Lemma H_shape : forall w : V, H w = mean (fun s => dot (fst s) w [*] fst s) samples [+] lambda [*] w.
Proof. intros w. rewrite <- gram_map. exact (H_is w). Qed.
(* The gradient is H w - b, b = mean_j y_j x_j. *)
Lemma gradient_is : forall w : V,
  squared_gradient samples lambda w = H w [-] mean (fun s => snd s [*] fst s) samples.
Proof.
  intros w. unfold squared_gradient. rewrite H_shape.
  rewrite (mean_ext _ (fun s => dot (fst s) w [*] fst s [-] snd s [*] fst s)) by (intros s _; vec).
  rewrite mean_sub. vec.
Qed.
(* Where the gradient is zero, f is least. *)
Lemma stationary_is_least : forall ws w : V, squared_gradient samples lambda ws = zero ->
  squared_loss samples lambda ws <= squared_loss samples lambda w.
Proof.
  intros ws w z.
  (* f(w) - f(w* ) = <gradient, w - w*> + 1/2 <w - w*, H (w - w* )> *)
  assert (e : squared_loss samples lambda w - squared_loss samples lambda ws
    = dot (squared_gradient samples lambda ws) (w [-] ws) + / 2 * dot (w [-] ws) (H (w [-] ws))).
  { rewrite H_shape. unfold squared_gradient, squared_loss. rewrite dot_add_l, dot_mean.
    rewrite (dot_sym _ (w [-] ws) (mean _ _ [+] _)), dot_add_l, dot_mean.
    rewrite (rmean_ext (fun s => 1 / 2 * (dot (fst s) w - snd s) ^ 2)
      (fun s => 1 / 2 * (dot (fst s) ws - snd s) ^ 2 + (dot ((dot (fst s) ws - snd s) [*] fst s) (w [-] ws)
        + / 2 * dot (dot (fst s) (w [-] ws) [*] fst s) (w [-] ws)))) by (intros s _; dots; field).
    rewrite !rmean_plus, (rmean_scal (1 / 2)), (rmean_scal (/ 2)). dots. rewrite (dot_sym _ ws w). field. }
  rewrite z, dot_zero_l in e. rewrite <- N_sq in e. pose proof (Rle_0_sqr (N H (w [-] ws))) as p. unfold Rsqr in p. lra.
Qed.
(* With w* the minimiser, the gradient at w is H (w - w* ): L = 0. *)
Lemma gradient_is_linear : forall w ws : V, squared_gradient samples lambda ws = zero ->
  squared_gradient samples lambda w = H (w [-] ws).
Proof.
  intros w ws z. rewrite gradient_is in *. rewrite op_sub.
  rewrite <- (sub_zero (H w [-] _)), <- z. vec.
Qed.
End Regression.

(* One round of Algorithm 1 on ridge regression in R^d, from w towards the minimiser w*. Worker i holds samples of its
   own and, if honest, sends Q(H_i^{-1} g_i(w)). Then, whatever liars send,
   ||w' - w*|| <= sqrt(kappa) Z ||w - w*|| + E/sqrt(sigma_min). *)
Theorem ridge_regression_round : forall (d : nat) (A : Type) (H : spd (euclid d)) (Hs : A -> spd (euclid d))
  (samples : list (euclid d * R)) (held : A -> list (euclid d * R)) (lambda : R) (w ws : euclid d)
  (workers : list A) (lies : A -> bool) (sent : A -> option (euclid d)) (rho : R) (sorted : list A) (t : nat)
  (sigma eta deviation : R),
  let honest i := In i workers /\ lies i = false in
  let rows := map fst samples in
  let shard i := map fst (held i) in
  let g := squared_gradient samples lambda w in
  let gs i := squared_gradient (held i) lambda w in
  (* the Hessians, and the minimiser *)
  hessian_of H rows lambda -> (forall i, honest i -> hessian_of (Hs i) (shard i) lambda) ->
  squared_gradient samples lambda ws = zero ->
  (* what honest workers send *)
  rho <= 1 -> (forall i, honest i -> exists q, sent i = Some q /\
    norm (q [-] inverse (Hs i) (gs i)) ^ 2 <= (1 - rho) * norm (inverse (Hs i) (gs i)) ^ 2) ->
  (* trimming *)
  Permutation workers sorted -> StronglySorted (fun i j => no_longer (sent i) (sent j)) sorted ->
  (t < length workers)%nat -> (liars lies workers <= t)%nat ->
  (* Lemmas 2 and 3 *)
  0 <= lambda -> 0 <= sigma -> 0 < sigma + lambda -> (forall x, dot x (gram rows x) <= sigma * dot x x) ->
  0 <= eta < 1 -> (forall i, honest i -> forall x y : euclid d,
    Rabs (dot x (gram (shard i) y [-] gram rows y)) <= eta * sqrt (dot x (gram rows x)) * sqrt (dot y (gram rows y))) ->
  (forall i, honest i -> norm (gs i [-] g) <= deviation) ->
  let kept := firstn (length workers - t) sorted in
  let k := kappa H * (1 - rho) in
  let c := INR (liars lies workers) / INR (length kept) in
  let eps := deviation / ((1 - eta) * sqrt (sigma_min H)) in
  let E := bound_lemma_10_eps_cb k (kappa H) c eps in
  let Z := bound_lemma_10_zeta_cb k (kappa H) c (zeta_1 (sigma / (sigma + lambda)) eta) in
  norm (w [-] mean (fun i => vector (sent i)) kept [-] ws)
    <= sqrt (kappa H) * Z * norm (w [-] ws) + E / sqrt (sigma_min H).
Proof.
  intros d A H Hs samples held lambda w ws workers lies sent rho sorted t sigma eta deviation honest rows shard g gs.
  intros h hs star r q perm srt tm few l0 s0 sl sg e0 l2 l3 kept k c eps E Z.
  pose proof (theorem_3_for_data H Hs rows shard lambda g gs workers lies sent h hs rho r q sorted t perm srt tm few
    sigma eta deviation l0 s0 sl sg e0 l2 l3 (w [-] ws) 0) as b.
  replace (w [-] mean (fun i => vector (sent i)) kept [-] ws)
    with (w [-] ws [-] mean (fun i => vector (sent i)) kept) by vec.
  eapply Rle_trans; [apply b|].
  - unfold g. rewrite (gradient_is_linear H samples lambda h w ws star), sub_self, norm_zero. right. field.
  - unfold bound_theorem_3_sharpened, bound_theorem_1_sharpened. fold kept c k eps E Z. right.
    field. split; apply Rgt_not_eq; [apply sqrt_sigma_min_pos|apply sigma_min_pos].
Qed.
