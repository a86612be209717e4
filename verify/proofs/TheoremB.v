(* Theorem B: the step of Theorem A where f of m workers are assumed to lie, and the gradient gbar is a robust mean.

   g is the gradient of the honest workers' mean, H its Hessian, e = H Delta_t - g, and
     x_{t+1} = (I - K) x + K H^{-1/2} e - K H^{-1/2} (gbar - g).
   B is the positive definite operator in whose metric gradients are taken together. As in Space.v no root and no
   inverse is written: ||B^{-1/2} v|| is N B b with B b = v, and ||H^{-1/2} v|| is N H p with H p = v.
   Of every worker a vector is asked. Where u liars send nothing that can be read, the theorem is about the m - u others
   with f - u liars: the honest ones M are the same, and the constant is no larger (robust_without_unreadable).
   In the bounds x is ||H^{1/2} Delta_t||, delta is ||I - K||, norm_K is ||K||, psi_D is psi(D), m is the number of
   workers, f that of assumed liars, kappa_B the condition number of B^{-1/2} H B^{-1/2}, and
   G^2 = mean over honest i of ||H^{-1/2}(g_i - g)||^2. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Counting Trimming Logistic RobustMean TheoremA.
Open Scope R_scope.

(* ---------- the bounds ---------- *)

Definition bound_theorem_b_rederived (delta psi_D x m f kappa_B G : R) : R :=
  delta * x + (1 + delta) * (psi_D * x + sqrt (robustness_published m f * kappa_B) * G).
Definition bound_theorem_b_rederived_floor (delta psi_D x m f kappa_B G : R) : R :=
  Rmax x ((1 + delta) / (1 - delta) * (psi_D * x + sqrt (robustness_published m f * kappa_B) * G)).
Definition bound_theorem_b_sharpened (delta norm_K psi_D x m f kappa_B G : R) : R :=
  delta * x + norm_K * (psi_D * x + sqrt (robustness_sharp m f * kappa_B) * G).
Definition bound_theorem_b_sharpened_floor (delta norm_K psi_D x m f kappa_B G : R) : R :=
  Rmax x (norm_K / (1 - delta) * (psi_D * x + sqrt (robustness_sharp m f * kappa_B) * G)).

(* ---------- how far the robust mean is off ---------- *)

(* Fewer messages and fewer liars, the same M: the constant of the rule is no larger, sharp or published. *)
Lemma robust_without_unreadable : forall m f u : R, 0 <= u <= f -> 2 * f < m ->
  robustness_sharp (m - u) (f - u) <= robustness_sharp m f /\
  robustness_published (m - u) (f - u) <= robustness_published m f.
Proof.
  intros m f u b h. unfold robustness_sharp, robustness_published. replace (m - u - (f - u)) with (m - f) by ring.
  assert (i : 0 < / (m - f)) by (apply Rinv_0_lt_compat; lra).
  assert (j : 0 < / (m - u - 2 * (f - u))) by (apply Rinv_0_lt_compat; lra).
  assert (k : / (m - u - 2 * (f - u)) <= / (m - 2 * f)) by (apply Rinv_le_contravar; lra).
  assert (s : 0 <= (f - u) / (m - u - 2 * (f - u)) <= f / (m - 2 * f)).
  { unfold Rdiv. split; [apply Rmult_le_pos; lra|apply Rmult_le_compat; lra]. }
  set (x := (f - u) / (m - u - 2 * (f - u))) in *. set (y := f / (m - 2 * f)) in *.
  assert (first : 0 <= 8 * (f - u) / (m - f) <= 8 * f / (m - f)).
  { unfold Rdiv. split; [apply Rmult_le_pos; lra|apply Rmult_le_compat_r; lra]. }
  split; apply Rmult_le_compat; try apply first; nra.
Qed.

(* least <= B^{-1/2} H B^{-1/2} <= most *)
Definition conditioned {V : space} (H B : spd V) (least most : R) : Prop :=
  forall v : V, least * dot v (B v) <= dot v (H v) <= most * dot v (B v).

Section Metric.
Context {V : space} (H B : spd V).
Variables (least most : R).
Hypothesis least_pos : 0 < least.
Hypothesis spectrum : conditioned H B least most.

Lemma most_pos : forall v : V, v <> zero -> 0 < most.
Proof.
  intros v n. destruct (spectrum v) as [a b]. pose proof (N_sq B v) as s. pose proof (N_pos B v) as p.
  assert (0 < N B v).
  { destruct p as [p|p]; [exact p|]. exfalso. apply n, (N_definite B). symmetry. exact p. }
  assert (0 < dot v (B v)) by (rewrite <- s; apply Rmult_lt_0_compat; assumption). nra.
Qed.
(* ||H^{-1/2} v||^2 <= ||B^{-1/2} v||^2 / least *)
Lemma from_metric : forall p b : V, H p = B b -> least * N H p ^ 2 <= N B b ^ 2.
Proof.
  intros p b e. pose proof (N_dot_le B p b) as c. rewrite <- e, <- (N_sq H) in c. destruct (spectrum p) as [a _].
  rewrite <- (N_sq B), <- (N_sq H) in a. pose proof (N_pos H p). pose proof (N_pos B p). pose proof (N_pos B b).
  (* n = N H p, k = N B p, j = N B b: n^2 <= k j and least k^2 <= n^2 *)
  set (n := N H p) in *. set (k := N B p) in *. set (j := N B b) in *.
  assert (sq : (n * n) * (n * n) <= (k * j) * (k * j)) by (apply Rmult_le_compat; nra).
  destruct (Req_dec n 0) as [z|z]; [rewrite z; nra|]. assert (0 < n * n) by nra.
  apply Rmult_le_reg_r with (n * n); [assumption|].
  apply Rle_trans with (least * (k * k) * (j * j)).
  - replace (least * n ^ 2 * (n * n)) with (least * ((n * n) * (n * n))) by ring.
    replace (least * (k * k) * (j * j)) with (least * ((k * j) * (k * j))) by ring.
    apply Rmult_le_compat_l; [lra|exact sq].
  - replace (j ^ 2 * (n * n)) with ((n * n) * (j * j)) by ring. apply Rmult_le_compat_r; [nra|exact a].
Qed.
(* ||B^{-1/2} v||^2 <= most ||H^{-1/2} v||^2 *)
Lemma to_metric : forall p b : V, H p = B b -> N B b ^ 2 <= most * N H p ^ 2.
Proof.
  intros p b e. pose proof (N_dot_le H b p) as c. rewrite e, <- (N_sq B) in c. destruct (spectrum b) as [_ a].
  rewrite <- (N_sq B), <- (N_sq H) in a. pose proof (N_pos H p). pose proof (N_pos B b). pose proof (N_pos H b).
  set (n := N H p) in *. set (k := N H b) in *. set (j := N B b) in *.
  assert (sq : (j * j) * (j * j) <= (k * n) * (k * n)) by (apply Rmult_le_compat; nra).
  destruct (Req_dec j 0) as [z|z].
  - rewrite z. destruct (Req_dec n 0) as [zn|zn]; [rewrite zn; lra|].
    assert (p <> zero). { intros q. apply zn. unfold n. rewrite q. apply N_zero. }
    pose proof (most_pos p ltac:(assumption)). simpl. nra.
  - assert (0 < j * j) by nra. apply Rmult_le_reg_r with (j * j); [assumption|].
    apply Rle_trans with (k * k * (n * n)); [simpl; lra|].
    replace (most * n ^ 2 * (j * j)) with (most * (j * j) * (n * n)) by ring. apply Rmult_le_compat_r; [nra|exact a].
Qed.

(* ||H^{-1/2}(gbar - g)|| <= sqrt(c_r kappa_B) G *)
Theorem pull : forall (A : Type) (honest : list A) (gs ps : A -> V) (bs : A -> V) (g gbar p b : V) (c_r : R),
  0 <= c_r -> robust B c_r honest gs g gbar ->
  H p = gbar [-] g -> B b = gbar [-] g ->
  (forall i, In i honest -> H (ps i) = gs i [-] g) -> (forall i, In i honest -> B (bs i) = gs i [-] g) ->
  N H p <= sqrt (c_r * (most / least)) * sqrt (rmean (fun i => N H (ps i) ^ 2) honest).
Proof.
  intros A honest gs ps bs g gbar p b c_r c0 rb hp hb hps hbs.
  assert (a : least * N H p ^ 2 <= N B b ^ 2) by (apply from_metric; rewrite hp, hb; reflexivity).
  pose proof (rb b bs hb hbs) as r.
  assert (t : rmean (fun i => N B (bs i) ^ 2) honest <= most * rmean (fun i => N H (ps i) ^ 2) honest).
  { rewrite <- rmean_scal. apply rmean_le. intros i h. apply to_metric. rewrite (hps i h), (hbs i h). reflexivity. }
  assert (c : c_r * rmean (fun i => N B (bs i) ^ 2) honest <= c_r * (most * rmean (fun i => N H (ps i) ^ 2) honest))
    by (apply Rmult_le_compat_l; assumption).
  set (S := rmean (fun i => N H (ps i) ^ 2) honest) in *.
  assert (S0 : 0 <= S) by (apply rmean_pos; intros; apply pow2_ge_0).
  assert (i0 : 0 < / least) by (apply Rinv_0_lt_compat, least_pos).
  assert (q : N H p ^ 2 <= c_r * (most / least) * S).
  { apply Rmult_le_reg_l with least; [exact least_pos|].
    replace (least * (c_r * (most / least) * S)) with (c_r * (most * S)) by (field; lra). lra. }
  destruct (Req_dec (N H p) 0) as [z|z].
  { rewrite z. apply Rmult_le_pos; apply sqrt_pos. }
  assert (mp : 0 < most).
  { apply (most_pos p). intros e. apply z. rewrite e. apply N_zero. }
  assert (k0 : 0 <= c_r * (most / least)).
  { apply Rmult_le_pos; [exact c0|unfold Rdiv; apply Rmult_le_pos; lra]. }
  rewrite <- sqrt_mult by assumption. rewrite <- (sqrt_pow2 (N H p)) by apply N_pos. apply sqrt_le_1_alt, q.
Qed.
End Metric.

(* ---------- the step ---------- *)

Section Step.
Context {V : space} (H : spd V).
Variable W : V -> V.
Hypothesis W_sub : forall u v, W (u [-] v) = W u [-] W v.
Variables (Delta g gbar r p : V) (delta norm_K : R).
Hypothesis rest : H r = H Delta [-] g.
Hypothesis miss : H p = gbar [-] g.

(* x_{t+1} = (I - K) x + K H^{-1/2} e - K H^{-1/2}(gbar - g), by the triangle inequality and norms of operators. *)
Lemma step_with_miss : forall a b, 0 <= norm_K -> contracts H W delta -> at_most H W norm_K ->
  N H r <= a -> N H p <= b -> N H (Delta [-] W gbar) <= delta * N H Delta + norm_K * (a + b).
Proof.
  intros a b k0 c k ha hb.
  assert (e : Delta [-] W gbar = (Delta [-] W g) [-] W (H p)) by (rewrite miss, W_sub; vec).
  rewrite e. pose proof (N_sub H (Delta [-] W g) (W (H p))) as t.
  pose proof (step_rest H W W_sub Delta g r delta norm_K rest a k0 c k ha) as s. pose proof (k p) as kp.
  assert (norm_K * N H p <= norm_K * b) by (apply Rmult_le_compat_l; assumption). lra.
Qed.
End Step.

(* delta x + (1 - delta) y <= max{x, y} *)
Lemma floor_step : forall delta x y, 0 <= delta < 1 -> delta * x + y <= Rmax x (y / (1 - delta)).
Proof.
  intros delta x y d. pose proof (Rmax_l x (y / (1 - delta))) as a. pose proof (Rmax_r x (y / (1 - delta))) as b.
  set (M := Rmax x (y / (1 - delta))) in *.
  assert (h : y <= (1 - delta) * M).
  { replace y with ((1 - delta) * (y / (1 - delta))) at 1 by (field; lra). apply Rmult_le_compat_l; lra. }
  nra.
Qed.

Section Logistic.
Context {V : space} {A I : Type}.
(* The honest workers' mean of logistic losses, as in TheoremA.v. *)
Variables (rows : list A) (q : A -> R) (x : A -> V) (y : A -> R) (lambda : R).
Hypothesis shares : forall j, In j rows -> 0 <= q j.
Hypothesis labels : forall j, In j rows -> y j = 1 \/ y j = -1.
Hypothesis ridge : 0 <= lambda.
Variables (w ws : V) (H : spd V).
Hypothesis is_hessian : forall v, H v = hessian rows q x lambda w v.
Hypothesis is_minimiser : gradient rows q x y lambda ws = zero.
Variable D : R.
Hypothesis D_pos : 0 <= D.
Hypothesis reach : forall j, In j rows -> Rabs (dot (x j) (w [-] ws)) <= D.
(* The step. *)
Variable W : V -> V.
Hypothesis W_sub : forall u v, W (u [-] v) = W u [-] W v.
Variables (r : V) (delta norm_K : R).
Let Delta := w [-] ws.
Let g := gradient rows q x y lambda w.
Hypothesis rest : H r = H Delta [-] g.
Hypothesis delta_pos : 0 <= delta.
Hypothesis delta_is : contracts H W delta.
(* What workers sent, gs, of whom f lie, M are the others, and g is the mean over M. The center takes gbar for it. *)
Variables (B : spd V) (least most : R).
Hypothesis least_pos : 0 < least.
Hypothesis spectrum : conditioned H B least most.
Variables (workers : list I) (lies : I -> bool) (f : nat) (gs ps bs : I -> V) (gbar p b : V).
Notation M := (honest lies workers).
Hypothesis half : (2 * f < length workers)%nat.
Hypothesis liars_are : liars lies workers = f.
Hypothesis mean_is : g = mean gs M.
(* H^{-1} and B^{-1} of gbar - g and of g_i - g. *)
Hypothesis p_is : H p = gbar [-] g.
Hypothesis b_is : B b = gbar [-] g.
Hypothesis ps_are : forall i, In i M -> H (ps i) = gs i [-] g.
Hypothesis bs_are : forall i, In i M -> B (bs i) = gs i [-] g.
Notation m := (INR (length workers)).
Let kappa_B := most / least.
Let G := sqrt (rmean (fun i => N H (ps i) ^ 2) M).

Lemma fewer_than_half : 0 <= INR f /\ 2 * INR f < m.
Proof.
  split; [apply pos_INR|]. pose proof (lt_INR _ _ half) as h. rewrite mult_INR in h. simpl in h. exact h.
Qed.

(* Theorem B for any rule: if gbar is (f, c_r)-robust in the metric of B, then
   ||x_{t+1}|| <= delta ||x_t|| + k (psi(D) ||x_t|| + sqrt(c_r kappa_B) G), k at least ||K||. *)
Theorem theorem_b_any_rule : forall c_r, 0 <= c_r -> robust B c_r M gs g gbar -> forall k, 0 <= k -> at_most H W k ->
  N H (Delta [-] W gbar) <= delta * N H Delta + k * (psi D * N H Delta + sqrt (c_r * kappa_B) * G).
Proof.
  intros c_r c0 rb k k0 a. apply (step_with_miss H W W_sub Delta g gbar r p delta k rest p_is); try assumption.
  - exact (rest_le rows q x y lambda shares labels ridge w ws H is_hessian is_minimiser D D_pos reach r rest).
  - exact (pull H B least most least_pos spectrum I M gs ps bs g gbar p b c_r c0 rb p_is b_is ps_are bs_are).
Qed.

(* From here on gbar is what the center's rule makes of the messages: mixing, then trimming, in the metric of B. *)
Hypothesis rule : mixes_then_trims B workers f gs gbar.
Lemma robust_sharp : robust B (robustness_sharp m (INR f)) M gs g gbar.
Proof. rewrite mean_is. exact (center_is_robust B workers lies f gs gbar half liars_are rule). Qed.
Lemma robust_published : robust B (robustness_published m (INR f)) M gs g gbar.
Proof. destruct fewer_than_half. apply sharp_is_robust_with_published; [assumption|assumption|exact robust_sharp]. Qed.

(* Theorem B: ||x_{t+1}|| <= delta ||x_t|| + (1 + delta)(psi(D) ||x_t|| + sqrt(c_r kappa_B) G), with
   c_r = (8f/(m - f))(1 + (6f/(m - 2f))(1 + f/(m - 2f))). *)
Theorem theorem_b_rederived :
  N H (Delta [-] W gbar) <= bound_theorem_b_rederived delta (psi D) (N H Delta) m (INR f) kappa_B G.
Proof.
  destruct fewer_than_half. apply theorem_b_any_rule.
  - apply robustness_published_pos; assumption.
  - exact robust_published.
  - lra.
  - apply at_most_1_plus, delta_is.
Qed.
(* Theorem B sharpened: ||K|| in place of 1 + delta, and c_r = (8f/(m - f))(1 + f/(m - 2f)). *)
Theorem theorem_b_sharpened : 0 <= norm_K -> at_most H W norm_K ->
  N H (Delta [-] W gbar) <= bound_theorem_b_sharpened delta norm_K (psi D) (N H Delta) m (INR f) kappa_B G.
Proof.
  intros k0 a. destruct fewer_than_half. apply theorem_b_any_rule; [|exact robust_sharp|exact k0|exact a].
  apply robustness_sharp_pos; assumption.
Qed.

(* The floor of Theorem B: where delta < 1 the error is at most the larger one of what it was and of
   ((1 + delta)/(1 - delta)) (psi(D) ||x_t|| + sqrt(c_r kappa_B) G). *)
Theorem theorem_b_rederived_floor : delta < 1 ->
  N H (Delta [-] W gbar) <= bound_theorem_b_rederived_floor delta (psi D) (N H Delta) m (INR f) kappa_B G.
Proof.
  intros d1. eapply Rle_trans; [exact theorem_b_rederived|].
  unfold bound_theorem_b_rederived, bound_theorem_b_rederived_floor. set (t := psi D * N H Delta + _).
  replace ((1 + delta) / (1 - delta) * t) with ((1 + delta) * t / (1 - delta)) by (field; lra).
  apply floor_step. lra.
Qed.
(* The same, sharpened. *)
Theorem theorem_b_sharpened_floor : delta < 1 -> 0 <= norm_K -> at_most H W norm_K ->
  N H (Delta [-] W gbar) <= bound_theorem_b_sharpened_floor delta norm_K (psi D) (N H Delta) m (INR f) kappa_B G.
Proof.
  intros d1 k0 a. eapply Rle_trans; [exact (theorem_b_sharpened k0 a)|].
  unfold bound_theorem_b_sharpened, bound_theorem_b_sharpened_floor. set (t := psi D * N H Delta + _).
  replace (norm_K / (1 - delta) * t) with (norm_K * t / (1 - delta)) by (field; lra).
  apply floor_step. lra.
Qed.
End Logistic.

(* The floor over many steps: if every step has x' <= delta x + c with delta < 1, then after t steps
   x_t <= delta^t x_0 + c/(1 - delta). With c = (1 + delta) sqrt(c_r kappa_B) G this is the floor
   (1 + delta) b G/(1 - delta) of Theorem B where the Hessian does not change. *)
Theorem floor_of_many_steps : forall (delta c : R) (x : nat -> R), 0 <= delta < 1 ->
  (forall t, x (S t) <= delta * x t + c) -> 0 <= c -> forall t, x t <= delta ^ t * x O + c / (1 - delta).
Proof.
  intros delta c x d h c0.
  assert (f0 : 0 <= c / (1 - delta)) by (unfold Rdiv; apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra]).
  assert (f1 : delta * (c / (1 - delta)) + c = c / (1 - delta)) by (field; lra).
  induction t as [|t IH]; simpl; [lra|].
  pose proof (h t) as s.
  assert (delta * x t <= delta * (delta ^ t * x O + c / (1 - delta))) by (apply Rmult_le_compat_l; lra). lra.
Qed.
