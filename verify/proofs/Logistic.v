(* The logistic loss: how far its Hessian at w is from what the step to w* needs.

   l(z) = log(1 + e^{-yz}) has l'(z) = sigma(z) - (1 + y)/2 for y = 1 or -1, l'' = sigma (1 - sigma), and
     gap(z, u) = sigma(z) - sigma(z - u) - l''(z) u.
   With f(w) = sum_j q_j l_j(x_j'w) + (lambda/2) ||w||^2, Delta = w - w* and e = H Delta - g, every v has
     <v, e> = - sum_j q_j (x_j'v) gap(x_j'w, x_j'Delta).
   So bounds on gap give both hypotheses of the theorems about a step: ||H^{-1/2} e|| <= psi(D) ||H^{1/2} Delta||
   (Theorem A) and ||e|| <= (L/2) ||Delta||^2 (the other theorems). *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Calculus.
Import ListNotations.
Open Scope R_scope.

Definition sigma (z : R) : R := 1 / (1 + exp (- z)).
(* l'' *)
Definition curvature (z : R) : R := sigma z * (1 - sigma z).
(* l' for a label y *)
Definition slope (y z : R) : R := - y * sigma (- (y * z)).
Definition gap (z u : R) : R := sigma z - sigma (z - u) - curvature z * u.
(* max |l'''| = 1/(6 sqrt 3) *)
Definition steepest : R := sqrt 3 / 18.
(* psi(u) = (e^u - 1)/u - 1, continued by psi(0) = 0 *)
Definition psi (u : R) : R := if Req_EM_T u 0 then 0 else (exp u - 1) / u - 1.

(* ---------- one margin ---------- *)

Lemma sigma_pos : forall z, 0 < sigma z < 1.
Proof.
  intros z. unfold sigma, Rdiv. rewrite Rmult_1_l. pose proof (exp_pos (- z)) as p. split.
  - apply Rinv_0_lt_compat. lra.
  - rewrite <- Rinv_1. apply Rinv_lt_contravar; lra.
Qed.
Lemma sigma_opp : forall z, sigma (- z) = 1 - sigma z.
Proof.
  intros z. unfold sigma. rewrite Ropp_involutive, exp_Ropp. pose proof (exp_pos z). field. lra.
Qed.
Lemma curvature_pos : forall z, 0 < curvature z.
Proof. intros z. unfold curvature. pose proof (sigma_pos z). apply Rmult_lt_0_compat; lra. Qed.
Lemma slope_label : forall y z, y = 1 \/ y = -1 -> slope y z = sigma z - (1 + y) / 2.
Proof.
  intros y z [e|e]; subst y; unfold slope.
  - rewrite Rmult_1_l, sigma_opp. lra.
  - replace (- (-1 * z)) with z by ring. lra.
Qed.
Lemma gap_opp : forall z u, gap (- z) (- u) = - gap z u.
Proof.
  intros z u. unfold gap, curvature. replace (- z - - u) with (- (z - u)) by ring. rewrite !sigma_opp. ring.
Qed.
Lemma gap_0 : forall z, gap z 0 = 0.
Proof. intros z. unfold gap. rewrite Rminus_0_r. ring. Qed.

(* As rational functions of a = e^{-z} and r = e^u. *)
Lemma curvature_rational : forall z, curvature z = exp (- z) / (1 + exp (- z)) ^ 2.
Proof. intros z. unfold curvature, sigma. pose proof (exp_pos (- z)). field. lra. Qed.
Lemma sigma_step_rational : forall z u, sigma z - sigma (z - u)
  = exp (- z) * (exp u - 1) / ((1 + exp (- z)) * (1 + exp (- z) * exp u)).
Proof.
  intros z u. unfold sigma. replace (- (z - u)) with (- z + u) by ring. rewrite exp_plus.
  pose proof (exp_pos (- z)). pose proof (exp_pos u). field. split; nra.
Qed.

(* |gap(z, u)| <= (e^|u| - 1 - |u|) l''(z): along the segment the curvature changes by a factor of e^|u| at most. *)
Lemma gap_by_exp_pos : forall z u, 0 <= u -> Rabs (gap z u) <= (exp u - 1 - u) * curvature z.
Proof.
  intros z u u0. unfold gap. rewrite sigma_step_rational, curvature_rational.
  pose proof (exp_pos (- z)) as a0. pose proof (exp_pos u) as r0. pose proof (sinh_ge u u0) as sh.
  rewrite exp_Ropp in sh. pose proof (exp_ge u) as e1.
  set (a := exp (- z)) in *. set (r := exp u) in *.
  assert (r1 : 1 <= r) by lra.
  assert (d : 0 < (1 + a) ^ 2) by nra. set (k := a / (1 + a) ^ 2).
  assert (k0 : 0 < k) by (unfold k, Rdiv; apply Rmult_lt_0_compat; [exact a0|apply Rinv_0_lt_compat, d]).
  assert (p : 0 < 1 + a * r) by nra.
  replace (a * (r - 1) / ((1 + a) * (1 + a * r)) - k * u)
    with (k * ((r - 1) * ((1 + a) / (1 + a * r)) - u)) by (unfold k; field; split; lra).
  rewrite Rabs_mult, (Rabs_right k), Rmult_comm by lra. apply Rmult_le_compat_r; [lra|].
  (* 1/r <= (1 + a)/(1 + a r) <= 1 *)
  assert (q1 : (1 + a) / (1 + a * r) <= 1).
  { apply Rmult_le_reg_r with (1 + a * r); [exact p|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra. }
  assert (q2 : / r <= (1 + a) / (1 + a * r)).
  { apply Rmult_le_reg_r with (1 + a * r); [exact p|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra.
    replace (/ r * (1 + a * r)) with (/ r + a) by (field; lra).
    assert (/ r <= 1) by (rewrite <- Rinv_1; apply Rinv_le_contravar; lra). lra. }
  set (q := (1 + a) / (1 + a * r)) in *. apply Rabs_le.
  assert (x1 : (r - 1) * q <= (r - 1) * 1) by (apply Rmult_le_compat_l; lra).
  assert (x2 : (r - 1) * / r <= (r - 1) * q) by (apply Rmult_le_compat_l; lra).
  assert (x3 : (r - 1) * / r = 1 - / r) by (field; lra).
  lra.
Qed.
Lemma gap_by_exp : forall z u, Rabs (gap z u) <= (exp (Rabs u) - 1 - Rabs u) * curvature z.
Proof.
  intros z u. destruct (Rle_or_lt 0 u) as [h|h].
  - rewrite (Rabs_right u) by lra. apply gap_by_exp_pos, h.
  - rewrite (Rabs_left u h).
    assert (e : curvature z = curvature (- z)) by (unfold curvature; rewrite sigma_opp; ring).
    rewrite e, <- (Rabs_Ropp (gap z u)), <- gap_opp. apply gap_by_exp_pos. lra.
Qed.

(* (e^u - 1)/u grows with u: the chord of a convex function. *)
Lemma psi_grows : forall u D, 0 <= u <= D -> exp u - 1 - u <= psi D * u.
Proof.
  intros u D [u0 uD]. unfold psi. destruct (Req_EM_T D 0) as [e|e].
  { replace u with 0 by lra. rewrite exp_0. lra. }
  assert (d0 : 0 < D) by lra.
  apply Rmult_le_reg_r with D; [exact d0|].
  replace (((exp D - 1) / D - 1) * u * D) with ((exp D - 1 - D) * u) by (field; lra).
  pose proof (exp_pos u) as p.
  (* e^D >= e^u (1 + D - u) and 1 >= e^u (1 - u) *)
  assert (a : exp u * (1 + (D - u)) <= exp D).
  { replace (exp D) with (exp u * exp (D - u)) by (rewrite <- exp_plus; f_equal; ring).
    apply Rmult_le_compat_l; [lra|apply exp_ge]. }
  assert (b : exp u * (1 + - u) <= 1).
  { replace 1 with (exp u * exp (- u)) at 2 by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
    apply Rmult_le_compat_l; [lra|apply exp_ge]. }
  nra.
Qed.
Lemma psi_pos : forall D, 0 <= D -> 0 <= psi D.
Proof.
  intros D h. destruct (Req_dec D 0) as [e|e]; [unfold psi; destruct (Req_EM_T D 0); [lra|contradiction]|].
  pose proof (psi_grows D D ltac:(lra)) as g. pose proof (exp_ge D). nra.
Qed.
(* |gap(z, u)| <= psi(D) l''(z) |u| for |u| <= D *)
Lemma gap_by_psi : forall z u D, Rabs u <= D -> Rabs (gap z u) <= psi D * Rabs u * curvature z.
Proof.
  intros z u D h. eapply Rle_trans; [apply gap_by_exp|]. apply Rmult_le_compat_r.
  - apply Rlt_le, curvature_pos.
  - apply psi_grows. split; [apply Rabs_pos|exact h].
Qed.

(* ---------- the third derivative ---------- *)

Lemma derivable_sigma : forall z, derivable_pt_lim sigma z (curvature z).
Proof.
  intros z. pose proof (exp_pos (- z)) as p.
  replace (curvature z) with ((0 * (1 + exp (- z)) - (0 + - exp (- z)) * 1) / Rsqr (1 + exp (- z)))
    by (unfold curvature, sigma, Rsqr; field; lra).
  apply (derivable_pt_lim_div (fct_cte 1) (fun t => 1 + exp (- t))).
  - apply derivable_pt_lim_const.
  - apply (derivable_pt_lim_plus (fct_cte 1) (fun t => exp (- t)));
      [apply derivable_pt_lim_const|apply derivable_exp_opp].
  - lra.
Qed.
(* slope is l', the derivative of the loss log(1 + e^{-yt}). The loss is written as what e to its power is, because the
   logarithm of Coq's library rests on the excluded middle. *)
Lemma slope_is_derivative : forall y (loss : R -> R) z rate, (forall t, exp (loss t) = 1 + exp (- (y * t))) ->
  derivable_pt_lim loss z rate -> rate = slope y z.
Proof.
  intros y loss z rate h d.
  pose proof (derivable_pt_lim_comp loss exp z _ _ d (derivable_pt_lim_exp (loss z))) as left.
  assert (right : derivable_pt_lim (comp exp loss) z (0 + exp (- (y * z)) * - (y * 1))).
  { assert (sum : derivable_pt_lim (fun t => 1 + exp (- (y * t))) z (0 + exp (- (y * z)) * - (y * 1))).
    { apply (derivable_pt_lim_plus (fct_cte 1) (fun t => exp (- (y * t)))); [apply derivable_pt_lim_const|].
      apply (derivable_pt_lim_comp (fun t => - (y * t)) exp); [|apply derivable_pt_lim_exp].
      apply (derivable_pt_lim_opp (fun t => y * t)), (derivable_pt_lim_scal id), derivable_pt_lim_id. }
    intros eps e. destruct (sum eps e) as [near k]. exists near. intros u u0 small. unfold comp. rewrite !h.
    exact (k u u0 small). }
  pose proof (uniqueness_limite _ _ _ _ left right) as e. rewrite h in e. pose proof (exp_pos (- (y * z))) as p.
  unfold slope, sigma. rewrite Ropp_involutive. replace (exp (y * z)) with (/ exp (- (y * z)))
    by (rewrite exp_Ropp, Rinv_inv; reflexivity).
  set (q := exp (- (y * z))) in *. apply Rmult_eq_reg_l with (1 + q); [|lra]. rewrite e. field. lra.
Qed.
(* l''' *)
Definition third (z : R) : R := curvature z * (1 - 2 * sigma z).
Lemma derivable_curvature : forall z, derivable_pt_lim curvature z (third z).
Proof.
  intros z. replace (third z) with (curvature z * (1 - sigma z) + sigma z * (0 - curvature z)) by (unfold third; ring).
  apply (derivable_pt_lim_mult sigma (fun t => 1 - sigma t)); [apply derivable_sigma|].
  apply (derivable_pt_lim_minus (fct_cte 1) sigma); [apply derivable_pt_lim_const|apply derivable_sigma].
Qed.
Lemma sqrt_3 : sqrt 3 * sqrt 3 = 3 /\ 17320508 / 10000000 < sqrt 3 < 17320509 / 10000000.
Proof.
  assert (s : sqrt 3 * sqrt 3 = 3) by (apply sqrt_sqrt; lra).
  pose proof (sqrt_pos 3). repeat split; [exact s|nra|nra].
Qed.
(* h (1 - h^2)/4 <= sqrt(3)/18 for h >= 0 *)
Lemma cubic_le : forall h, 0 <= h -> h * (1 - h * h) / 4 <= steepest.
Proof.
  intros h h0. destruct sqrt_3 as [s [lo hi]]. unfold steepest. set (k := sqrt 3) in *.
  assert (p : 0 <= (h - k / 3) * (h - k / 3) * (h + 2 * (k / 3))).
  { apply Rmult_le_pos; [apply Rle_0_sqr|lra]. }
  assert (e : (h - k / 3) * (h - k / 3) * (h + 2 * (k / 3))
    = h * (h * h) - h * (k * k) / 3 + 2 * k * (k * k) / 27) by field.
  rewrite s in e. lra.
Qed.
Lemma third_le : forall z, Rabs (third z) <= steepest.
Proof.
  intros z. pose proof (sigma_pos z) as p. unfold third, curvature. set (h := 2 * sigma z - 1).
  replace (sigma z * (1 - sigma z) * (1 - 2 * sigma z)) with (- (h * (1 - h * h) / 4)) by (unfold h; field).
  rewrite Rabs_Ropp. assert (b : -1 < h < 1) by (unfold h; lra).
  destruct (Rle_or_lt 0 h) as [q|q].
  - rewrite Rabs_right; [apply cubic_le, q|]. apply Rle_ge. assert (0 <= 1 - h * h) by nra.
    assert (0 <= h * (1 - h * h)) by (apply Rmult_le_pos; assumption). lra.
  - pose proof (cubic_le (- h) ltac:(lra)) as c. apply Rabs_le.
    assert (0 <= - h * (1 - h * h)) by (apply Rmult_le_pos; nra).
    replace (- h * (1 - - h * - h) / 4) with (- (h * (1 - h * h) / 4)) in c by field. lra.
Qed.
Lemma steepest_pos : 0 < steepest.
Proof. destruct sqrt_3. unfold steepest. lra. Qed.

(* l'' is Lipschitz. *)
Lemma curvature_lipschitz : forall z u, 0 <= u -> Rabs (curvature (z - u) - curvature z) <= steepest * u.
Proof.
  intros z u u0.
  assert (d : forall x, derivable_pt_lim (fun t => curvature (z - t)) x (third (z - x) * (0 - 1))).
  { intros x. apply (derivable_pt_lim_comp (fun t => z - t) curvature); [|apply derivable_curvature].
    apply (derivable_pt_lim_minus (fct_cte z) id); [apply derivable_pt_lim_const|apply derivable_pt_lim_id]. }
  assert (b : forall x, - steepest <= third x <= steepest).
  { intros x. pose proof (third_le x). pose proof (Rle_abs (third x)). pose proof (Rle_abs (- third x)) as m.
    rewrite Rabs_Ropp in m. lra. }
  assert (up : steepest * 0 + curvature (z - 0) <= steepest * u + curvature (z - u)).
  { apply (increases (fun t => steepest * t + curvature (z - t)) (fun x => steepest * 1 + third (z - x) * (0 - 1)));
      [exact u0| |].
    - intros x _. apply (derivable_pt_lim_plus (fun t => steepest * t)); [apply derivable_line|apply d].
    - intros x _. pose proof (b (z - x)). lra. }
  assert (down : steepest * 0 - curvature (z - 0) <= steepest * u - curvature (z - u)).
  { apply (increases (fun t => steepest * t - curvature (z - t)) (fun x => steepest * 1 - third (z - x) * (0 - 1)));
      [exact u0| |].
    - intros x _. apply (derivable_pt_lim_minus (fun t => steepest * t)); [apply derivable_line|apply d].
    - intros x _. pose proof (b (z - x)). lra. }
  rewrite Rminus_0_r in up, down. apply Rabs_le. lra.
Qed.
Lemma derivable_back : forall z u, derivable_pt_lim (fun t => sigma (z - t)) u (- curvature (z - u)).
Proof.
  intros z u. replace (- curvature (z - u)) with (curvature (z - u) * (0 - 1)) by ring.
  apply (derivable_pt_lim_comp (fun t => z - t) sigma); [|apply derivable_sigma].
  apply (derivable_pt_lim_minus (fct_cte z) id); [apply derivable_pt_lim_const|apply derivable_pt_lim_id].
Qed.
Lemma derivable_gap : forall z u, derivable_pt_lim (gap z) u (0 - - curvature (z - u) - curvature z * 1).
Proof.
  intros z u. apply (derivable_pt_lim_minus (fun t => sigma z - sigma (z - t)) (fun t => curvature z * t)).
  - apply (derivable_pt_lim_minus (fct_cte (sigma z)) (fun t => sigma (z - t))).
    + apply derivable_pt_lim_const.
    + apply derivable_back.
  - apply derivable_line.
Qed.
Lemma derivable_parabola : forall c u, derivable_pt_lim (fun t => c * (t * t)) u (c * (1 * u + u * 1)).
Proof.
  intros c u. apply (derivable_pt_lim_scal (fun t => t * t)).
  apply (derivable_pt_lim_mult id id); apply derivable_pt_lim_id.
Qed.
(* |gap(z, u)| <= u^2/(12 sqrt 3) *)
Lemma gap_by_square_pos : forall z u, 0 <= u -> Rabs (gap z u) <= steepest / 2 * (u * u).
Proof.
  intros z u u0. set (c := steepest / 2).
  assert (lip : forall x, 0 <= x -> Rabs (curvature (z - x) - curvature z) <= c * (1 * x + x * 1)).
  { intros x x0. pose proof (curvature_lipschitz z x x0). unfold c. lra. }
  apply Rabs_le. split.
  - assert (h : gap z 0 + c * (0 * 0) <= gap z u + c * (u * u)).
    { apply (increases (fun t => gap z t + c * (t * t))
        (fun x => 0 - - curvature (z - x) - curvature z * 1 + c * (1 * x + x * 1))); [exact u0| |].
      - intros x _. apply (derivable_pt_lim_plus (gap z)); [apply derivable_gap|apply derivable_parabola].
      - intros x [x0 _]. pose proof (Rle_abs (- (curvature (z - x) - curvature z))) as a. rewrite Rabs_Ropp in a.
        pose proof (lip x x0). lra. }
    rewrite gap_0 in h. lra.
  - assert (h : c * (0 * 0) - gap z 0 <= c * (u * u) - gap z u).
    { apply (increases (fun t => c * (t * t) - gap z t)
        (fun x => c * (1 * x + x * 1) - (0 - - curvature (z - x) - curvature z * 1))); [exact u0| |].
      - intros x _. apply (derivable_pt_lim_minus (fun t => c * (t * t)) (gap z));
          [apply derivable_parabola|apply derivable_gap].
      - intros x [x0 _]. pose proof (Rle_abs (curvature (z - x) - curvature z)). pose proof (lip x x0). lra. }
    rewrite gap_0 in h. lra.
Qed.
Lemma gap_by_square : forall z u, Rabs (gap z u) <= steepest / 2 * (u * u).
Proof.
  intros z u. destruct (Rle_or_lt 0 u) as [h|h]; [apply gap_by_square_pos, h|].
  rewrite <- (Rabs_Ropp (gap z u)), <- gap_opp. replace (u * u) with (- u * - u) by ring. apply gap_by_square_pos. lra.
Qed.

(* ---------- a data set ---------- *)

Section Data.
Context {V : space} {A : Type}.
(* The rows l, with shares q_j >= 0 (1/n, or what a worker's share makes of it), features x_j and labels y_j. *)
Variables (l : list A) (q : A -> R) (x : A -> V) (y : A -> R) (lambda : R).
Hypothesis shares : forall j, In j l -> 0 <= q j.
Hypothesis labels : forall j, In j l -> y j = 1 \/ y j = -1.
Hypothesis ridge : 0 <= lambda.

(* The gradient of f, and its Hessian times v. *)
Definition gradient (w : V) : V := sum (fun j => (q j * slope (y j) (dot (x j) w)) [*] x j) l [+] lambda [*] w.
Definition hessian (w v : V) : V :=
  sum (fun j => (q j * curvature (dot (x j) w) * dot (x j) v) [*] x j) l [+] lambda [*] v.

Variables (w ws : V) (H : spd V).
Hypothesis is_hessian : forall v, H v = hessian w v.
Hypothesis is_minimiser : gradient ws = zero.
Let Delta := w [-] ws.
Let e := H Delta [-] gradient w.

Lemma rsum_ext : forall f g : A -> R, (forall j, In j l -> f j = g j) -> rsum f l = rsum g l.
Proof.
  intros f g h. apply Rle_antisym; apply rsum_le; intros j i; rewrite (h j i); lra.
Qed.

(* <e, v> = - sum_j q_j (x_j'v) gap(x_j'w, x_j'Delta) *)
Lemma dot_e : forall v, dot e v = rsum (fun j => - (q j * dot (x j) v * gap (dot (x j) w) (dot (x j) Delta))) l.
Proof.
  intros v. assert (z : dot (gradient ws) v = 0) by (rewrite is_minimiser; apply dot_zero_l).
  unfold e. rewrite is_hessian. replace (dot (hessian w Delta [-] gradient w) v)
    with (dot (hessian w Delta) v - dot (gradient w) v + dot (gradient ws) v) by (rewrite z, dot_sub_l; ring).
  unfold hessian, gradient. rewrite !dot_add_l, !dot_sum, !dot_scal_l.
  set (a := rsum _ l). set (b := rsum _ l). set (c := rsum _ l).
  replace (a + lambda * dot Delta v - (b + lambda * dot w v) + (c + lambda * dot ws v))
    with (a + -1 * b + c) by (unfold Delta; rewrite dot_sub_l; ring).
  unfold a, b, c. rewrite <- rsum_scal, <- !rsum_plus. apply rsum_ext. intros j i.
  rewrite !dot_scal_l, !slope_label by (apply labels, i). unfold gap, Delta. rewrite dot_sub_r.
  replace (dot (x j) w - (dot (x j) w - dot (x j) ws)) with (dot (x j) ws) by ring. ring.
Qed.
Lemma dot_e_le : forall v,
  dot e v <= rsum (fun j => q j * (Rabs (dot (x j) v) * Rabs (gap (dot (x j) w) (dot (x j) Delta)))) l.
Proof.
  intros v. rewrite dot_e. apply rsum_le. intros j i. rewrite <- Rabs_mult.
  pose proof (Rle_abs (- (dot (x j) v * gap (dot (x j) w) (dot (x j) Delta)))) as a. rewrite Rabs_Ropp in a.
  pose proof (shares j i) as s.
  apply Rle_trans with (q j * (- (dot (x j) v * gap (dot (x j) w) (dot (x j) Delta)))); [right; ring|].
  apply Rmult_le_compat_l; assumption.
Qed.
(* sum_j q_j l''_j (x_j'v)^2 <= v'Hv *)
Lemma form_le : forall v, rsum (fun j => q j * curvature (dot (x j) w) * (dot (x j) v * dot (x j) v)) l <= N H v ^ 2.
Proof.
  intros v. replace (N H v ^ 2) with (dot v (H v)) by (rewrite <- N_sq; ring).
  rewrite is_hessian, dot_sym. unfold hessian. rewrite dot_add_l, dot_sum, dot_scal_l.
  assert (p : 0 <= lambda * dot v v) by (apply Rmult_le_pos; [exact ridge|apply dot_pos]).
  assert (s : rsum (fun j => q j * curvature (dot (x j) w) * (dot (x j) v * dot (x j) v)) l
    = rsum (fun j => dot ((q j * curvature (dot (x j) w) * dot (x j) v) [*] x j) v) l).
  { apply rsum_ext. intros j _. rewrite dot_scal_l. ring. }
  lra.
Qed.

(* ||H^{-1/2} e|| <= psi(D) ||H^{1/2} Delta|| with D the largest |x_j'Delta|. Here r = H^{-1} e. *)
Theorem bend_by_psi : forall (D : R) (r : V), (forall j, In j l -> Rabs (dot (x j) Delta) <= D) -> 0 <= D ->
  H r = e -> N H r <= psi D * N H Delta.
Proof.
  intros D r reach D0 hr. pose proof (psi_pos D D0) as p0.
  pose proof (N_pos H r) as r0. pose proof (N_pos H Delta) as d0.
  assert (s : N H r ^ 2 <= / 2 * N H r ^ 2 + / 2 * psi D ^ 2 * N H Delta ^ 2).
  { replace (N H r ^ 2) with (dot e r) at 1 by (rewrite <- hr, op_sym, <- N_sq; ring).
    eapply Rle_trans; [apply dot_e_le|].
    eapply Rle_trans; [|apply Rplus_le_compat; apply Rmult_le_compat_l; [lra|apply form_le|nra|apply form_le]].
    rewrite <- !rsum_scal, <- rsum_plus. apply rsum_le. intros j i.
    pose proof (gap_by_psi (dot (x j) w) (dot (x j) Delta) D (reach j i)) as g.
    pose proof (shares j i) as sh. pose proof (curvature_pos (dot (x j) w)) as c0.
    set (c := curvature (dot (x j) w)) in *. set (a := dot (x j) r). set (b := dot (x j) Delta) in *.
    assert (ab : Rabs a * Rabs (gap (dot (x j) w) b) <= Rabs a * (psi D * Rabs b * c))
      by (apply Rmult_le_compat_l; [apply Rabs_pos|exact g]).
    assert (am : Rabs a * (psi D * Rabs b) <= / 2 * (a * a) + / 2 * psi D ^ 2 * (b * b)).
    { rewrite <- (Rabs_pos_eq (a * a)), <- (Rabs_pos_eq (b * b)), !Rabs_mult by apply Rle_0_sqr.
      pose proof (Rle_0_sqr (Rabs a - psi D * Rabs b)) as t. unfold Rsqr in t. nra. }
    assert (amc : c * (Rabs a * (psi D * Rabs b)) <= c * (/ 2 * (a * a) + / 2 * psi D ^ 2 * (b * b)))
      by (apply Rmult_le_compat_l; lra).
    replace (/ 2 * (q j * c * (a * a)) + / 2 * psi D ^ 2 * (q j * c * (b * b)))
      with (q j * (c * (/ 2 * (a * a) + / 2 * psi D ^ 2 * (b * b)))) by ring.
    apply Rmult_le_compat_l; [exact sh|]. lra. }
  apply Rsqr_incr_0_var; [|apply Rmult_le_pos; assumption]. unfold Rsqr. simpl in s. nra.
Qed.

(* ||e|| <= (L/2) ||Delta||^2 with L = c sum_j q_j ||x_j||^3 *)
Theorem lipschitz_by_cubes : norm e <= steepest * rsum (fun j => q j * norm (x j) ^ 3) l / 2 * norm Delta ^ 2.
Proof.
  pose proof steepest_pos as c0. set (S3 := rsum (fun j => q j * norm (x j) ^ 3) l).
  assert (p : 0 <= S3).
  { replace 0 with (rsum (fun _ : A => 0) l) by (rewrite rsum_const; ring). apply rsum_le. intros j i.
    apply Rmult_le_pos; [apply shares, i|apply pow_le, norm_pos]. }
  assert (k0 : 0 <= steepest * S3 / 2 * norm Delta ^ 2).
  { apply Rmult_le_pos; [|apply pow2_ge_0]. assert (0 <= steepest * S3) by (apply Rmult_le_pos; lra). lra. }
  apply norm_by_dot; [|exact k0]. eapply Rle_trans; [apply dot_e_le|].
  replace (steepest * S3 / 2 * norm Delta ^ 2 * norm e) with (steepest / 2 * norm Delta ^ 2 * norm e * S3) by field.
  unfold S3. rewrite <- rsum_scal. apply rsum_le. intros j i.
  pose proof (gap_by_square (dot (x j) w) (dot (x j) Delta)) as g.
  pose proof (cauchy_schwarz (x j) Delta) as b. pose proof (cauchy_schwarz (x j) e) as a.
  pose proof (norm_pos (x j)) as nx. pose proof (norm_pos Delta) as nd. pose proof (norm_pos e) as ne.
  set (u := dot (x j) Delta) in *.
  assert (u2 : u * u <= (norm (x j) * norm Delta) * (norm (x j) * norm Delta)).
  { rewrite <- (Rabs_pos_eq (u * u)), Rabs_mult by apply Rle_0_sqr.
    apply Rmult_le_compat; try apply Rabs_pos; assumption. }
  assert (g2 : Rabs (gap (dot (x j) w) u) <= steepest / 2 * ((norm (x j) * norm Delta) * (norm (x j) * norm Delta))).
  { eapply Rle_trans; [exact g|]. apply Rmult_le_compat_l; lra. }
  replace (steepest / 2 * norm Delta ^ 2 * norm e * (q j * norm (x j) ^ 3))
    with (q j * ((norm (x j) * norm e) * (steepest / 2 * ((norm (x j) * norm Delta) * (norm (x j) * norm Delta)))))
    by ring.
  apply Rmult_le_compat_l; [apply shares, i|].
  apply Rmult_le_compat; try apply Rabs_pos; assumption.
Qed.

(* The same with L = c max_j ||x_j|| lambda_max(sum_j q_j x_j x_j'): `longest` and `top` are bounds on the two. *)
Theorem lipschitz_by_longest : forall longest top, 0 < top -> (forall j, In j l -> norm (x j) <= longest) ->
  (forall v, rsum (fun j => q j * (dot (x j) v * dot (x j) v)) l <= top * dot v v) -> 0 <= longest ->
  norm e <= steepest * (longest * top) / 2 * norm Delta ^ 2.
Proof.
  intros X S S0 hx hs X0. pose proof steepest_pos as c0.
  pose proof (norm_pos e) as ne. pose proof (norm_pos Delta) as nd.
  set (P := steepest / 2 * X * norm Delta).
  assert (P0 : 0 <= P) by (apply Rmult_le_pos; [apply Rmult_le_pos; lra|exact nd]).
  assert (i0 : 0 < / S) by (apply Rinv_0_lt_compat, S0).
  assert (s : norm e ^ 2 <= / 2 * / S * (S * dot e e) + / 2 * (P * P * S) * (S * dot Delta Delta)).
  { replace (norm e ^ 2) with (dot e e) by (rewrite <- norm_sq; ring).
    eapply Rle_trans; [apply dot_e_le|].
    assert (k2 : 0 <= / 2 * (P * P * S)).
    { assert (0 <= P * P * S) by (apply Rmult_le_pos; [apply Rle_0_sqr|lra]). lra. }
    eapply Rle_trans; [|apply Rplus_le_compat; apply Rmult_le_compat_l; [lra|apply hs|exact k2|apply hs]].
    rewrite <- !rsum_scal, <- rsum_plus. apply rsum_le. intros j i.
    pose proof (gap_by_square (dot (x j) w) (dot (x j) Delta)) as g.
    pose proof (cauchy_schwarz (x j) Delta) as b. pose proof (hx j i) as hj. pose proof (norm_pos (x j)) as nx.
    set (u := dot (x j) Delta) in *. set (a := dot (x j) e).
    assert (ux : Rabs u <= X * norm Delta).
    { eapply Rle_trans; [exact b|]. apply Rmult_le_compat_r; assumption. }
    assert (g2 : Rabs (gap (dot (x j) w) u) <= P * Rabs u).
    { eapply Rle_trans; [exact g|]. rewrite <- (Rabs_pos_eq (u * u)), Rabs_mult by apply Rle_0_sqr.
      unfold P.
      replace (steepest / 2 * X * norm Delta * Rabs u) with (steepest / 2 * (X * norm Delta * Rabs u)) by ring.
      apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_r; [apply Rabs_pos|exact ux]. }
    assert (am : Rabs a * (P * Rabs u) <= / 2 * / S * (a * a) + / 2 * (P * P * S) * (u * u)).
    { rewrite <- (Rabs_pos_eq (a * a)), <- (Rabs_pos_eq (u * u)), !Rabs_mult by apply Rle_0_sqr.
      apply Rmult_le_reg_r with S; [exact S0|].
      replace ((/ 2 * / S * (Rabs a * Rabs a) + / 2 * (P * P * S) * (Rabs u * Rabs u)) * S)
        with (/ 2 * (Rabs a * Rabs a) + / 2 * ((P * S * Rabs u) * (P * S * Rabs u))) by (field; lra).
      pose proof (Rle_0_sqr (Rabs a - P * S * Rabs u)) as t. unfold Rsqr in t. lra. }
    replace (/ 2 * / S * (q j * (a * a)) + / 2 * (P * P * S) * (q j * (u * u)))
      with (q j * (/ 2 * / S * (a * a) + / 2 * (P * P * S) * (u * u))) by ring.
    apply Rmult_le_compat_l; [apply shares, i|].
    eapply Rle_trans; [apply Rmult_le_compat_l; [apply Rabs_pos|exact g2]|exact am]. }
  replace (steepest * (X * S) / 2 * norm Delta ^ 2) with (P * S * norm Delta) by (unfold P; field).
  apply Rsqr_incr_0_var; [|apply Rmult_le_pos; [apply Rmult_le_pos; lra|exact nd]].
  unfold Rsqr.
  rewrite <- !norm_sq in s.
  replace (/ 2 * / S * (S * (norm e * norm e))) with (/ 2 * (norm e * norm e)) in s by (field; lra).
  replace (P * S * norm Delta * (P * S * norm Delta)) with (P * P * S * (S * (norm Delta * norm Delta))) by ring.
  simpl in s. lra.
Qed.
End Data.
