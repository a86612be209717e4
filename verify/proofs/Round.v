(* One round of Algorithm 1 from beginning to end, in R^d: data, workers, liars, compression, sorting, the step.

   The theorems of the other files are about vectors that are so and so. Here they are put together, so that what is
   assumed can be read in one place, the record `round_of_data`. The events of Lemmas 2 and 3 on the honest workers are
   in it: they hold with probability 1 - delta, and for that the paper and this project cite others.
   Regression.v has the round for ridge and for logistic regression, where nothing about f is left to assume. *)
Require Import Reals Lra List Permutation Sorted Lia.
From Comrade Require Import Space Distortion Counting Lemma5 Worker Trimming Lemma10 Contraction Euclid.
Import ListNotations.
Open Scope R_scope.

(* The mean of what the center keeps, when it drops the t longest of the sorted messages. *)
Definition kept {A : Type} (sorted : list A) (t : nat) : list A := firstn (length sorted - t) sorted.
Definition step_along {E : space} {A : Type} (sent : A -> option E) (sorted : list A) (t : nat) : E :=
  mean (fun i => vector (sent i)) (kept sorted t).

Section Round.
Context {d : nat} {A : Type} (H : spd (euclid d)) (Hs : A -> spd (euclid d)).
Notation V := (euclid d).
(* Rows a_j in R^d and the ridge lambda; honest worker i holds the rows shard i and has the gradient gs i. *)
Variables (rows : list V) (shard : A -> list V) (lambda : R) (g : V) (gs : A -> V).
(* Who works, who lies, and what the center receives: a vector, or nothing that is one. The messages sorted, and t. *)
Variables (workers : list A) (lies : A -> bool) (sent : A -> option V) (sorted : list A) (t : nat).
(* Of the compressor; sigma_max(Abar'Abar); of Lemma 2; of Lemma 3. *)
Variables rho sigma eta deviation : R.
Notation honest_worker i := (In i workers /\ lies i = false).

Record round_of_data : Prop := {
  H_is : hessian_of H rows lambda;
  Hs_are : forall i, honest_worker i -> hessian_of (Hs i) (shard i) lambda;
  lambda_pos : 0 <= lambda;
  (* Honest workers send their compressed direction Q(H_i^{-1} g_i), and Q is rho-approximate. *)
  rho_range : rho <= 1;
  compressed : forall i, honest_worker i -> exists q, sent i = Some q /\
    norm (q [-] inverse (Hs i) (gs i)) ^ 2 <= (1 - rho) * norm (inverse (Hs i) (gs i)) ^ 2;
  (* The center sorts the messages by length and drops the t longest. At most t of the workers lie. *)
  sorted_are : Permutation workers sorted;
  is_sorted : StronglySorted (fun i j => no_longer (sent i) (sent j)) sorted;
  some_stay : (t < length workers)%nat;
  few_lie : (liars lies workers <= t)%nat;
  (* Lemma 2 on each honest worker, and Lemma 3. *)
  sigma_pos : 0 <= sigma;
  not_both : 0 < sigma + lambda;
  sigma_is : forall x : V, dot x (gram rows x) <= sigma * dot x x;
  eta_range : 0 <= eta < 1;
  lemma_2 : forall i, honest_worker i -> forall x y : V,
    Rabs (dot x (gram (shard i) y [-] gram rows y)) <= eta * sqrt (dot x (gram rows x)) * sqrt (dot y (gram rows y));
  lemma_3 : forall i, honest_worker i -> norm (gs i [-] g) <= deviation }.

(* The symbols of the paper: nu, eps of (4), k = kappa (1 - rho), c = |B|/|U|, and eps_cb and zeta_cb of Lemma 10. *)
Definition data_nu : R := sigma / (sigma + lambda).
Definition data_eps : R := deviation / ((1 - eta) * sqrt (sigma_min H)).
Definition data_c : R := INR (liars lies workers) / INR (length (kept sorted t)).
Definition data_eps_cb : R := bound_lemma_10_eps_cb (kappa H * (1 - rho)) (kappa H) data_c data_eps.
Definition data_zeta_cb : R :=
  bound_lemma_10_zeta_cb (kappa H * (1 - rho)) (kappa H) data_c (zeta_1 data_nu eta).

Hypothesis premises : round_of_data.
Notation step := (step_along sent sorted t).

Lemma sorted_length : length sorted = length workers.
Proof. symmetry. exact (Permutation_length (sorted_are premises)). Qed.
Lemma kept_count : length (kept sorted t) = (length workers - t)%nat.
Proof. rewrite <- sorted_length. apply firstn_length_le. lia. Qed.
Lemma is_round : round lies sent workers (kept sorted t) (skipn (length sorted - t) sorted).
Proof.
  pose proof (some_stay premises). pose proof (few_lie premises). constructor.
  - apply sorted_prefix; [exact (sorted_are premises)|exact (is_sorted premises)].
  - rewrite skipn_length, sorted_length. lia.
  - intros none. pose proof kept_count as n. rewrite none in n. simpl in n. lia.
Qed.
Lemma nu_range : 0 <= data_nu <= 1.
Proof. destruct premises. apply nu_le_1; assumption. Qed.

(* Each honest direction is within eps + zeta_1 P of the Newton step. *)
Lemma honest_direction : forall i, honest_worker i ->
  N H (inverse (Hs i) (gs i) [-] inverse H g) <= data_eps + zeta_1 data_nu eta * N H (inverse H g).
Proof.
  intros i h. pose proof nu_range as n. destruct premises as [h0 hs l0 _ _ _ _ _ _ s0 sl sg e0 l2 l3].
  assert (each : close H (Hs i) (data_nu * eta)).
  { apply (close_of_lemma_2 H (Hs i) (gram rows) (gram (shard i))); try assumption; [apply hs, h|lra|apply l2, h]. }
  eapply Rle_trans.
  - apply (worker_error_on_event H g (Hs i) (gs i) _ _ (inverse (Hs i) g) (inverse H (gs i [-] g)) data_nu eta);
      try assumption; [apply inverse_spec|]. constructor; apply inverse_spec.
  - apply Rplus_le_compat_r. pose proof (sqrt_sigma_min_pos H) as s.
    assert (i0 : 0 < / (1 - eta)) by (apply Rinv_0_lt_compat; lra).
    replace data_eps with (deviation / sqrt (sigma_min H) / (1 - eta)) by (unfold data_eps; field; lra).
    apply Rmult_le_compat_r; [lra|]. eapply Rle_trans; [apply dual_le, inverse_spec|].
    apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat, s|apply l3, h].
Qed.

(* The step of the round is within eps_cb + zeta_cb P of the Newton step. *)
Theorem round_error : N H (step [-] inverse H g) <= data_eps_cb + data_zeta_cb * N H (inverse H g).
Proof.
  unfold data_eps_cb, data_zeta_cb. rewrite <- norm_is_linear.
  apply (lemma_10_norm H lies sent workers _ (skipn (length sorted - t) sorted) (inverse H g)
    (fun i => inverse (Hs i) (gs i)) (fun i => vector (sent i)) rho is_round).
  - intros i w h. destruct (compressed premises i (conj w h)) as [q [e _]]. rewrite e. reflexivity.
  - exact (rho_range premises).
  - intros i w h. destruct (compressed premises i (conj w h)) as [q [e n]]. rewrite e. exact n.
  - intros i w h. exact (honest_direction i (conj w h)).
Qed.

Lemma rate_pos : 0 <= data_zeta_cb.
Proof.
  assert (l : 0 < INR (length (kept sorted t))).
  { apply lt_0_INR. rewrite kept_count. pose proof (some_stay premises). lia. }
  assert (c0 : 0 <= data_c) by (apply Rmult_le_pos; [apply pos_INR|apply Rlt_le, Rinv_0_lt_compat, l]).
  assert (r1 : 1 <= sqrt (kappa H)) by (rewrite <- sqrt_1; apply sqrt_le_1_alt, kappa_ge_1).
  pose proof (eta_range premises) as e. assert (z0 : 0 <= zeta_1 data_nu eta).
  { rewrite <- zeta_of_1 by lra. apply zeta_pos; [apply nu_range|exact e]. }
  pose proof (sqrt_pos (kappa H * (1 - rho))) as k0. unfold data_zeta_cb, bound_lemma_10_zeta_cb.
  assert (0 <= data_c * sqrt (kappa H)) by (apply Rmult_le_pos; lra).
  assert (0 <= sqrt (kappa H * (1 - rho)) * (1 + zeta_1 data_nu eta)) by (apply Rmult_le_pos; lra).
  assert (0 <= 1 - data_c + data_c * sqrt (kappa H)) by nra.
  apply Rplus_le_le_0_compat; [apply Rmult_le_pos; lra|lra].
Qed.

(* Theorem 3, from data: whatever liars send, the distance to w* after the round is at most
   sqrt(kappa) Z ||Delta|| + (1 + Z) L/(2 sigma_min) ||Delta||^2 + E/sqrt(sigma_min), E = eps_cb, Z = zeta_cb. *)
Theorem theorem_3_for_data : forall (Delta : V) L, norm (H Delta [-] g) <= L / 2 * norm Delta ^ 2 ->
  norm (Delta [-] step) <= bound_theorem_3_sharpened data_eps_cb data_zeta_cb (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros Delta L lipschitz. apply (theorem_1_sharpened_from_norm H g (inverse H g)).
  - apply inverse_spec.
  - exact lipschitz.
  - exact rate_pos.
  - exact round_error.
Qed.
End Round.
