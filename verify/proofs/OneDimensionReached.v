(* The limit 1.6082 of OneDimension.v from the other side: an instance on which Theorem 1 as printed is off by more than
   1.608.

   All rows are x = 1 and lambda = 0; the share of labels that are 1 is sigma(w* ), so that w* is the minimiser. One
   worker, eps = 0. With w = 1.5673, u = w - w* = 0.665 and zeta = 2p/(1 + p^2), p = 0.2138, the step is
   phat = (1 + zeta) p*. *)
Require Import Reals Lra Psatz List QArith Qreals.
From Comrade Require Import Space Contraction Logistic Polynomial ExpBounds OneDimension.
Import ListNotations.
Open Scope R_scope.

(* The value of a polynomial at a rational number. *)
Fixpoint at_rational (p : list Q) (x : Q) : Q :=
  match p with [] => 0%Q | c :: r => qadd c (qmul x (at_rational r x)) end.
Lemma at_rational_value : forall p x, Q2R (at_rational p x) = value p (Q2R x).
Proof.
  intros p x. induction p as [|c p IH]; simpl; [apply Q2R_0|]. rewrite qadd_value, qmul_value, IH. reflexivity.
Qed.

Definition u : R := 665 / 1000.
Definition zeta : R := 2 * (2138 / 10000) / (1 + (2138 / 10000) ^ 2).
Definition w : R := 15673 / 10000.
Definition ws : R := w - u.
(* The two labels, with their shares. *)
Definition rows : list bool := [true; false].
Definition q (j : bool) : R := if j then sigma ws else 1 - sigma ws.
Definition x (j : bool) : R := 1.
Definition y (j : bool) : R := if j then 1 else -1.
Definition slopes (v : R) : R := derivative rows q x y 0 v.
Definition H : R := rsum (fun j => q j * curvature (x j * w) * (x j * x j)) rows + 0.
Definition L : R := steepest * rsum (fun j => q j * Rabs (x j) ^ 3) rows.
Definition phat : R := (1 + zeta) * (slopes w / H).

Lemma exp_u : 194449 / 100000 <= exp u.
Proof.
  apply Rle_trans with (value (series 9) u); [|apply exp_above_series; unfold u; lra].
  replace u with (Q2R (665 # 1000)) by (unfold Q2R, u; simpl; lra). rewrite <- at_rational_value.
  replace (194449 / 100000) with (Q2R (194449 # 100000)) by (unfold Q2R; simpl; lra).
  apply Qle_Rle, Qle_bool_iff. vm_compute. reflexivity.
Qed.
Lemma exp_w : 479368 / 100000 <= exp w <= 479370 / 100000.
Proof.
  replace w with (Q2R (15673 # 10000)) by (unfold Q2R, w; simpl; lra). split.
  - apply Rle_trans with (value (series 17) (Q2R (15673 # 10000))).
    + rewrite <- at_rational_value. replace (479368 / 100000) with (Q2R (479368 # 100000)) by (unfold Q2R; simpl; lra).
      apply Qle_Rle, Qle_bool_iff. vm_compute. reflexivity.
    + apply exp_above_series. unfold Q2R; simpl; lra.
  - apply Rle_trans with (value (series_above 17) (Q2R (15673 # 10000))).
    + apply exp_below_series. unfold Q2R; simpl; lra.
    + rewrite <- at_rational_value. replace (479370 / 100000) with (Q2R (479370 # 100000)) by (unfold Q2R; simpl; lra).
      apply Qle_Rle, Qle_bool_iff. vm_compute. reflexivity.
Qed.
Lemma slopes_are : forall v, slopes v = sigma v - sigma ws.
Proof.
  intros v. unfold slopes, derivative, rows, rsum, q, x, y.
  rewrite Rmult_1_l, (slope_label 1 v (or_introl eq_refl)), (slope_label (-1) v (or_intror eq_refl)). lra.
Qed.
Lemma H_is : H = exp w / (1 + exp w) ^ 2.
Proof.
  unfold H, rows, rsum, q, x. rewrite Rmult_1_l, curvature_rational, exp_Ropp. pose proof (exp_pos w). field. lra.
Qed.
Lemma L_is : L = steepest.
Proof. unfold L, rows, rsum, q, x. rewrite Rabs_R1. ring. Qed.
Lemma newton_is : slopes w / H = (exp u - 1) * (1 + exp w) / (exp w + exp u).
Proof.
  rewrite slopes_are, H_is. unfold ws. rewrite sigma_step_rational, exp_Ropp.
  pose proof (exp_pos u). pose proof (exp_pos w). field. lra.
Qed.
Lemma sqrt_zeta : sqrt (1 * zeta ^ 2 / (1 - zeta ^ 2)) = 2 * (2138 / 10000) / (1 - (2138 / 10000) ^ 2).
Proof.
  replace (1 * zeta ^ 2 / (1 - zeta ^ 2)) with (Rsqr (2 * (2138 / 10000) / (1 - (2138 / 10000) ^ 2)))
    by (unfold Rsqr, zeta; field).
  apply sqrt_Rsqr. lra.
Qed.

(* The instance meets every hypothesis of theorem_1_printed_one_dimension, with eps = 0. *)
Lemma is_an_instance :
  (forall j, In j rows -> 0 <= q j) /\ (forall j, In j rows -> y j = 1 \/ y j = -1) /\ 0 < H /\ slopes ws = 0 /\
  0 <= zeta < 1 /\
  sqrt H * Rabs (phat - slopes w / H) <= 0 + zeta * (sqrt H * Rabs (slopes w / H)).
Proof.
  assert (z : 0 <= zeta < 1) by (unfold zeta; lra). pose proof (sigma_pos ws) as s.
  split; [|split; [|split; [|split; [|split]]]].
  - intros [|] _; unfold q; lra.
  - intros [|] _; unfold y; lra.
  - rewrite H_is. pose proof (exp_pos w). apply Rmult_lt_0_compat; [assumption|]. apply Rinv_0_lt_compat, pow_lt. lra.
  - rewrite slopes_are. ring.
  - exact z.
  - unfold phat. replace ((1 + zeta) * (slopes w / H) - slopes w / H) with (zeta * (slopes w / H)) by ring.
    rewrite Rabs_mult, (Rabs_right zeta) by lra. right. ring.
Qed.

(* On it Theorem 1 as printed is off by more than 1.608. *)
Theorem theorem_1_printed_exceeds_1_608 :
  Rabs (w - ws - phat) > 1608 / 1000 * bound_theorem_1_printed 0 zeta 1 L H (Rabs (w - ws)).
Proof.
  replace (w - ws) with u by (unfold ws; ring). rewrite (Rabs_right u) by (unfold u; lra).
  unfold bound_theorem_1_printed, phat. rewrite sqrt_zeta, newton_is, H_is, L_is.
  pose proof exp_u as e. pose proof exp_w as f. set (r := exp u) in *. set (E := exp w) in *.
  set (T := (r - 1) * (1 + E) / (E + r)).
  assert (t : 8121 / 10000 <= T).
  { unfold T. apply Rmult_le_reg_r with (E + r); [lra|].
    unfold Rdiv at 2. rewrite Rmult_assoc, Rinv_l by lra. nra. }
  assert (z : 408908 / 1000000 <= zeta) by (unfold zeta; lra).
  assert (far : (1 + 408908 / 1000000) * (8121 / 10000) - u <= (1 + zeta) * T - u).
  { assert ((1 + 408908 / 1000000) * (8121 / 10000) <= (1 + zeta) * T) by (apply Rmult_le_compat; lra). lra. }
  assert (left : 479170 / 1000000 <= (1 + zeta) * T - u) by (unfold u in *; lra).
  rewrite <- Rabs_Ropp, Rabs_right by lra.
  replace (2 * 0 / sqrt (E / (1 + E) ^ 2)) with 0 by (unfold Rdiv; ring).
  destruct sqrt_3 as [_ [_ hi]].
  assert (m : Rmax (2 * (2138 / 10000) / (1 - (2138 / 10000) ^ 2) * u) (steepest / (E / (1 + E) ^ 2) * u ^ 2)
    <= 29798 / 100000).
  { apply Rmax_lub; [unfold u; lra|].
    replace (steepest / (E / (1 + E) ^ 2) * u ^ 2) with (steepest * u ^ 2 * (E + 2 + / E)) by (field; lra).
    assert (i : / E <= 100000 / 479368).
    { replace (100000 / 479368) with (/ (479368 / 100000)) by field. apply Rinv_le_contravar; lra. }
    apply Rle_trans with (steepest * u ^ 2 * (479370 / 100000 + 2 + 100000 / 479368)).
    - pose proof steepest_pos as sp. apply Rmult_le_compat_l; [|lra]. apply Rmult_le_pos; [lra|apply pow2_ge_0].
    - unfold steepest, u. lra. }
  lra.
Qed.
