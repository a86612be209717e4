(* Theorem A: a step w_{t+1} = w_t - W g of lazy Newton with the exact gradient g.

   W is the operator that the step used: B^{-1} times the length of the step, or what the memory made of it. With
   K = H^{1/2} W H^{1/2} and x = H^{1/2} Delta_t,
     x_{t+1} = (I - K) x + K H^{-1/2} e,    e = H Delta_t - g.
   No root and no inverse is written: ||(I - K) H^{1/2} v|| is N(v - W H v), and ||H^{-1/2} e|| is N(r) with H r = e.
   In the bounds x is ||H^{1/2} Delta_t||, delta is ||I - K||, norm_K is ||K||, psi_D is psi(D), and Delta is
   ||Delta_t||. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Logistic.
Open Scope R_scope.

Definition bound_theorem_a_rederived (delta psi_D x : R) : R := delta * x + (1 + delta) * (psi_D * x).
Definition bound_theorem_a_rederived_lipschitz (delta x L sigma_min Delta : R) : R :=
  delta * x + (1 + delta) * (L * Delta ^ 2 / (2 * sqrt sigma_min)).
Definition bound_theorem_a_sharpened (delta norm_K psi_D x : R) : R := delta * x + norm_K * (psi_D * x).

Section Step.
Context {V : space} (H : spd V).
Variable W : V -> V.
Hypothesis W_sub : forall u v, W (u [-] v) = W u [-] W v.

(* ||I - K|| <= delta *)
Definition contracts (delta : R) : Prop := forall v : V, N H (v [-] W (H v)) <= delta * N H v.
(* ||K|| <= norm_K *)
Definition at_most (norm_K : R) : Prop := forall v : V, N H (W (H v)) <= norm_K * N H v.

(* ||K|| <= 1 + ||I - K|| *)
Lemma at_most_1_plus : forall delta, contracts delta -> at_most (1 + delta).
Proof.
  intros delta c v. pose proof (c v) as h. pose proof (N_back H (W (H v)) v) as b.
  rewrite (N_sub_sym H (W (H v)) v) in b. lra.
Qed.

Variables (Delta g r : V) (delta norm_K : R).
Hypothesis rest : H r = H Delta [-] g.
Let Delta_next := Delta [-] W g.

(* q0 <= q1: the triangle inequality. *)
Lemma step_triangle : N H Delta_next <= N H (Delta [-] W (H Delta)) + N H (W (H r)).
Proof.
  replace Delta_next with ((Delta [-] W (H Delta)) [+] W (H r)).
  - apply N_add.
  - unfold Delta_next. rewrite rest, W_sub. vec.
Qed.
(* q1 <= q2: norms of operators. *)
Lemma step_norms : contracts delta -> at_most norm_K ->
  N H Delta_next <= delta * N H Delta + norm_K * N H r.
Proof. intros c a. pose proof step_triangle. pose proof (c Delta). pose proof (a r). lra. Qed.
(* q2 <= q3, whatever bounds the rest. *)
Lemma step_rest : forall b, 0 <= norm_K -> contracts delta -> at_most norm_K -> N H r <= b ->
  N H Delta_next <= delta * N H Delta + norm_K * b.
Proof.
  intros b k0 c a h. pose proof (step_norms c a).
  assert (norm_K * N H r <= norm_K * b) by (apply Rmult_le_compat_l; assumption). lra.
Qed.
End Step.

(* Theorem A for any loss with ||e|| <= (L/2) ||Delta_t||^2:
   ||x_{t+1}|| <= delta ||x_t|| + (1 + delta) L ||Delta_t||^2/(2 sqrt(sigma_min)). *)
Theorem theorem_a_rederived_lipschitz : forall (V : space) (H : spd V) (W : V -> V) (Delta g r : V) (delta L : R),
  (forall u v, W (u [-] v) = W u [-] W v) -> 0 <= delta -> contracts H W delta ->
  H r = H Delta [-] g -> norm (H Delta [-] g) <= L / 2 * norm Delta ^ 2 ->
  N H (Delta [-] W g) <= bound_theorem_a_rederived_lipschitz delta (N H Delta) L (sigma_min H) (norm Delta).
Proof.
  intros V H W Delta g r delta L lin d0 c e lip. pose proof (sqrt_sigma_min_pos H) as s0.
  apply (step_rest H W lin Delta g r delta (1 + delta) e); [lra|exact c|apply at_most_1_plus, c|].
  eapply Rle_trans; [apply (dual_le H _ _ e)|].
  replace (L * norm Delta ^ 2 / (2 * sqrt (sigma_min H))) with (L / 2 * norm Delta ^ 2 / sqrt (sigma_min H))
    by (field; lra).
  unfold Rdiv at 1 2. apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat, s0|exact lip].
Qed.

(* The other two readings are about the logistic loss: f(w) = sum_j q_j l_j(x_j'w) + (lambda/2) ||w||^2 with labels 1
   and -1, g its gradient and H its Hessian at w, g(w* ) = 0, and D at least every |x_j'(w - w* )|. *)
Section Logistic.
Context {V : space} {A : Type}.
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
Variable W : V -> V.
Hypothesis W_sub : forall u v, W (u [-] v) = W u [-] W v.
Variables (r : V) (delta norm_K : R).
Let Delta := w [-] ws.
Let g := gradient rows q x y lambda w.
Hypothesis rest : H r = H Delta [-] g.
Hypothesis delta_pos : 0 <= delta.
Hypothesis delta_is : contracts H W delta.

(* ||H^{-1/2} e|| <= psi(D) ||x_t|| *)
Lemma rest_le : N H r <= psi D * N H Delta.
Proof.
  apply (bend_by_psi rows q x y lambda shares labels ridge w ws H is_hessian is_minimiser D r reach D_pos rest).
Qed.

(* Theorem A: ||x_{t+1}|| <= delta ||x_t|| + (1 + delta) psi(D) ||x_t||. *)
Theorem theorem_a_rederived : N H (Delta [-] W g) <= bound_theorem_a_rederived delta (psi D) (N H Delta).
Proof.
  apply (step_rest H W W_sub Delta g r delta (1 + delta) rest); [lra|exact delta_is|apply at_most_1_plus, delta_is|].
  exact rest_le.
Qed.

(* Theorem A sharpened: ||x_{t+1}|| <= delta ||x_t|| + ||K|| psi(D) ||x_t||. *)
Theorem theorem_a_sharpened : 0 <= norm_K -> at_most H W norm_K ->
  N H (Delta [-] W g) <= bound_theorem_a_sharpened delta norm_K (psi D) (N H Delta).
Proof.
  intros k0 a. apply (step_rest H W W_sub Delta g r delta norm_K rest); [exact k0|exact delta_is|exact a|exact rest_le].
Qed.
End Logistic.

(* With the best length of the step, delta is (kappa_B - 1)/(kappa_B + 1) < 1: if W is symmetric and
   least <= K <= most, then (2/(least + most)) W contracts by (most - least)/(most + least). *)
Theorem best_length : forall (V : space) (H : spd V) (W : V -> V) (least most : R),
  (forall u v, W (u [-] v) = W u [-] W v) -> (forall a v, W (a [*] v) = a [*] W v) ->
  (forall u v, W (u [+] v) = W u [+] W v) -> (forall u v, dot (W u) v = dot u (W v)) -> 0 < least < most ->
  (forall v, least * N H v ^ 2 <= dot (H v) (W (H v)) <= most * N H v ^ 2) ->
  contracts H (fun v => (2 / (least + most)) [*] W v) ((most - least) / (most + least)).
Proof.
  intros V H W lo hi lin hom ad sym [lo0 lohi] spec v.
  assert (s0 : 0 < lo + hi) by lra.
  set (S := fun u : V => u [-] (2 / (lo + hi)) [*] W (H u)). set (c := (hi - lo) / (hi + lo)).
  assert (c0 : 0 < c).
  { unfold c, Rdiv. apply Rmult_lt_0_compat; [lra|apply Rinv_0_lt_compat; lra]. }
  (* |<u, S u>| <= c <u, u> in the metric of H *)
  assert (form : forall u, Rabs (dot u (H (S u))) <= c * N H u ^ 2).
  { intros u. destruct (spec u) as [a b]. set (n := N H u ^ 2) in *.
    assert (e : dot u (H (S u)) = n - 2 / (lo + hi) * dot (H u) (W (H u))).
    { unfold S, n. rewrite op_sub, op_scal, dot_sub_r, dot_scal_r, <- (op_sym _ H u (W (H u))).
      replace (N H u ^ 2) with (dot u (H u)) by (rewrite <- N_sq; ring). reflexivity. }
    rewrite e. assert (i0 : 0 < / (lo + hi)) by (apply Rinv_0_lt_compat; lra).
    assert (i1 : / (lo + hi) * (lo + hi) = 1) by (field; lra).
    replace c with ((hi - lo) * / (lo + hi)) by (unfold c; field; lra).
    replace (2 / (lo + hi)) with (2 * / (lo + hi)) by (field; lra). set (i := / (lo + hi)) in *.
    set (k := dot (H u) (W (H u))) in *.
    assert (x1 : i * (lo * n) <= i * k) by (apply Rmult_le_compat_l; lra).
    assert (x2 : i * k <= i * (hi * n)) by (apply Rmult_le_compat_l; lra).
    assert (x3 : i * lo * n + i * hi * n = n) by (rewrite <- Rmult_plus_distr_r, <- Rmult_plus_distr_l, i1; ring).
    apply Rabs_le. split; lra. }
  assert (S_add : forall a u k, S (u [+] a [*] k) = S u [+] a [*] S k).
  { intros a u k. unfold S. rewrite op_add, op_scal, ad, hom. vec. }
  assert (S_sym : forall a b, dot a (H (S b)) = dot (H (S a)) b).
  { intros a b. unfold S. rewrite !op_sub, !op_scal, dot_sub_r, dot_sub_l, dot_scal_r, dot_scal_l.
    rewrite (op_sym _ H a b), (op_sym _ H (W (H a)) b), sym, (op_sym _ H a (W (H b))). reflexivity. }
  (* Polarisation at u = v and k = S v/c: ||S v||^2 = <S v, S v>. *)
  set (k := S v). set (t := / c). assert (tc : t * c = 1) by (unfold t; field; lra).
  assert (t0 : 0 < t) by (unfold t; apply Rinv_0_lt_compat; exact c0).
  pose proof (form (v [+] t [*] k)) as p. pose proof (form (v [+] (- t) [*] k)) as m.
  pose proof (Rle_abs (dot (v [+] t [*] k) (H (S (v [+] t [*] k))))) as p'.
  pose proof (Rle_abs (- dot (v [+] (- t) [*] k) (H (S (v [+] (- t) [*] k))))) as m'. rewrite Rabs_Ropp in m'.
  assert (sq : forall u, N H u ^ 2 = dot u (H u)) by (intros u; rewrite <- N_sq; ring).
  rewrite sq in p, m. rewrite S_add in p, p', m, m'.
  assert (q : t * dot k (H k) <= c / 2 * (dot v (H v) + t * t * dot k (H k))).
  { assert (x : dot (v [+] t [*] k) (H (S v [+] t [*] S k)) - dot (v [+] (- t) [*] k) (H (S v [+] (- t) [*] S k))
      = 4 * (t * dot k (H k))).
    { rewrite !op_add, !op_scal. dots. fold k. rewrite (S_sym v k). fold k. rewrite (op_sym _ H k k). ring. }
    assert (z : dot (v [+] t [*] k) (H (v [+] t [*] k)) + dot (v [+] (- t) [*] k) (H (v [+] (- t) [*] k))
      = 2 * (dot v (H v) + t * t * dot k (H k))).
    { rewrite !op_add, !op_scal. dots. ring. }
    assert (y : c * dot (v [+] t [*] k) (H (v [+] t [*] k)) + c * dot (v [+] (- t) [*] k) (H (v [+] (- t) [*] k))
      = c * (2 * (dot v (H v) + t * t * dot k (H k)))) by (rewrite <- z; ring).
    lra. }
  change (N H k <= c * N H v). apply Rsqr_incr_0_var; [|apply Rmult_le_pos; [lra|apply N_pos]].
  unfold Rsqr. replace (c * N H v * (c * N H v)) with (c * c * (N H v * N H v)) by ring. rewrite !N_sq.
  apply Rmult_le_reg_l with t; [exact t0|].
  replace (t * (c * c * dot v (H v))) with (t * c * (c * dot v (H v))) by ring. rewrite tc.
  replace (c / 2 * (dot v (H v) + t * t * dot k (H k)))
    with (c / 2 * dot v (H v) + (t * c) * t / 2 * dot k (H k)) in q by field.
  rewrite tc in q. lra.
Qed.
