(* One round of Algorithm 1 on ridge and on logistic regression in R^d.

   Round.v assumes of f that its Hessian is Lipschitz. Here f is one of the two that the program minimises, so that
   nothing is assumed of it besides a zero of the gradient: for squared loss L = 0, for the logistic loss
   L = mean_j ||x_j||^3/(6 sqrt 3).
   Delta = w - w*, where w* is where the gradient of f is zero. *)
Require Import Reals Lra List Permutation Sorted PeanoNat.
From Comrade Require Import Space Counting Trimming Lemma10 Contraction Logistic Euclid Round.
Import ListNotations.
Open Scope R_scope.

(* ---------- ridge regression ---------- *)

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

(* From w, worker i holding samples of its own: whatever liars send,
   ||w' - w*|| <= sqrt(kappa) Z ||w - w*|| + E/sqrt(sigma_min). *)
Theorem ridge_regression_round : forall (d : nat) (A : Type) (H : spd (euclid d)) (Hs : A -> spd (euclid d))
  (samples : list (euclid d * R)) (held : A -> list (euclid d * R)) (lambda : R) (w ws : euclid d)
  workers lies sent sorted t rho sigma eta deviation,
  squared_gradient samples lambda ws = zero ->
  round_of_data H Hs (map fst samples) (fun i => map fst (held i)) lambda
    (squared_gradient samples lambda w) (fun i => squared_gradient (held i) lambda w)
    workers lies sent sorted t rho sigma eta deviation ->
  let E := data_eps_cb H workers lies sorted t rho eta deviation in
  let Z := data_zeta_cb H lambda workers lies sorted t rho sigma eta in
  norm (w [-] step_along sent sorted t [-] ws)
    <= sqrt (kappa H) * Z * norm (w [-] ws) + E / sqrt (sigma_min H).
Proof.
  intros d A H Hs samples held lambda w ws workers lies sent sorted t rho sigma eta deviation star r E Z.
  pose proof (theorem_3_for_data H Hs _ _ lambda _ _ workers lies sent sorted t rho sigma eta deviation r
    (w [-] ws) 0) as b. fold E Z in b.
  replace (w [-] step_along sent sorted t [-] ws) with (w [-] ws [-] step_along sent sorted t) by vec.
  eapply Rle_trans; [apply b|].
  - rewrite (gradient_is_linear H samples lambda (H_is _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ r) w ws star).
    rewrite sub_self, norm_zero. right. field.
  - unfold bound_theorem_3_sharpened, bound_theorem_1_sharpened. right.
    field. split; apply Rgt_not_eq; [apply sqrt_sigma_min_pos|apply sigma_min_pos].
Qed.

(* ---------- logistic regression ---------- *)

(* f(w) = mean_j log(1 + exp(-y_j <x_j, w>)) + lambda/2 ||w||^2: its gradient, and the rows a_j = sqrt(l''_j) x_j. *)
Definition logistic_gradient {V : space} (samples : list (V * R)) (lambda : R) (w : V) : V :=
  gradient samples (fun _ => / INR (length samples)) fst snd lambda w.
Definition logistic_rows {V : space} (w : V) (samples : list (V * R)) : list V :=
  map (fun s => sqrt (curvature (dot (fst s) w)) [*] fst s) samples.

Lemma logistic_hessian : forall {V : space} (w v : V) (samples : list (V * R)) lambda,
  gram (logistic_rows w samples) v [+] lambda [*] v
  = Logistic.hessian samples (fun _ => / INR (length samples)) fst lambda w v.
Proof.
  intros V w v samples lambda. unfold Logistic.hessian, gram, mean, logistic_rows. rewrite map_length. f_equal.
  set (n := / INR (length samples)). clearbody n.
  induction samples as [|s l IH]; simpl; [vec|]. rewrite scal_add, IH. f_equal.
  rewrite !scal_scal. f_equal. rewrite dot_scal_l.
  rewrite <- (sqrt_sqrt (curvature (dot (fst s) w))) at 3 by (apply Rlt_le, curvature_pos). ring.
Qed.

(* From w, worker i holding samples of its own: whatever liars send, ||w' - w*|| is at most
   sqrt(kappa) Z ||w - w*|| + (1 + Z) L/(2 sigma_min) ||w - w*||^2 + E/sqrt(sigma_min). *)
Theorem logistic_regression_round : forall (d : nat) (A : Type) (H : spd (euclid d)) (Hs : A -> spd (euclid d))
  (samples : list (euclid d * R)) (held : A -> list (euclid d * R)) (lambda : R) (w ws : euclid d)
  workers lies sent sorted t rho sigma eta deviation,
  samples <> [] -> (forall s, In s samples -> snd s = 1 \/ snd s = -1) ->
  logistic_gradient samples lambda ws = zero ->
  round_of_data H Hs (logistic_rows w samples) (fun i => logistic_rows w (held i)) lambda
    (logistic_gradient samples lambda w) (fun i => logistic_gradient (held i) lambda w)
    workers lies sent sorted t rho sigma eta deviation ->
  let E := data_eps_cb H workers lies sorted t rho eta deviation in
  let Z := data_zeta_cb H lambda workers lies sorted t rho sigma eta in
  let L := rmean (fun s => norm (fst s) ^ 3) samples / (6 * sqrt 3) in
  norm (w [-] step_along sent sorted t [-] ws)
    <= bound_theorem_3_sharpened E Z (kappa H) L (sigma_min H) (norm (w [-] ws)).
Proof.
  intros d A H Hs samples held lambda w ws workers lies sent sorted t rho sigma eta deviation n labels star r E Z L.
  replace (w [-] step_along sent sorted t [-] ws) with (w [-] ws [-] step_along sent sorted t) by vec.
  apply (theorem_3_for_data H Hs _ _ lambda _ _ workers lies sent sorted t rho sigma eta deviation r).
  assert (cubes : L = steepest * rsum (fun s => / INR (length samples) * norm (fst s) ^ 3) samples).
  { unfold L, rmean, steepest. rewrite rsum_scal. destruct sqrt_3 as [s [lo _]].
    pose proof (length_pos samples n) as m.
    replace (sqrt 3 / 18) with (sqrt 3 * sqrt 3 / (18 * sqrt 3)) by (field; lra). rewrite s. field. lra. }
  rewrite cubes. unfold logistic_gradient.
  apply (lipschitz_by_cubes samples (fun _ => / INR (length samples)) fst snd lambda).
  - intros s _. apply length_inv.
  - exact labels.
  - intros v. rewrite <- logistic_hessian. apply (H_is _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ r).
  - exact star.
Qed.

(* The premises of a round hold together for every data set: three workers with all samples, of whom one sends nothing
   that is a vector, and no compression. *)
Example premises_hold : forall (d : nat) (rows : list (euclid d)) (lambda : R) (positive : 0 < lambda) (g : euclid d),
  let H := hessian rows lambda positive in
  round_of_data H (fun _ => H) rows (fun _ => rows) lambda g (fun _ => g)
    [0; 1; 2]%nat (Nat.eqb 2) (fun i => if Nat.eqb 2 i then None else Some (inverse H g)) [0; 1; 2]%nat 1
    1 (rmean (fun a => dot a a) rows) 0 0.
Proof.
  intros d rows lambda positive g H.
  assert (s : 0 <= rmean (fun a : euclid d => dot a a) rows) by (apply rmean_pos; intros a _; apply dot_pos).
  constructor; try lra; try (intros; apply hessian_is).
  - intros i [_ h]. exists (inverse H g). rewrite h, sub_self, norm_zero. split; [reflexivity|]. right. ring.
  - apply Permutation_refl.
  - repeat constructor; simpl; apply Rle_refl.
  - simpl. auto with arith.
  - unfold liars. simpl. auto with arith.
  - intros x.
    assert (h : dot x (gram rows x [+] lambda [*] x) <= (lambda + rmean (fun a => dot a a) rows) * dot x x)
      by exact (sigma_max_ge _ H x).
    revert h. dots. intros h. lra.
  - intros i _ x y. rewrite sub_self, dot_zero_r, Rabs_R0. right. ring.
  - intros i _. rewrite sub_self, norm_zero. lra.
Qed.
