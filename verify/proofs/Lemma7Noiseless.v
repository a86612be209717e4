(* Lemma 7 as printed fails by more than any factor with the eps of (4) too.

   Lemma7Unbounded.v measures eps. Here every b_j is 0: the squared loss, y_j = x_j w, and the iterate is w = 1. So the
   eps of (4) is 0, and so is the measured one, whatever delta, m and s are. The ridge lambda > 0 is any, so that the
   gradient lambda w is not 0.
   The draw is the one of Lemma7Unbounded.v, with s equal rows a worker: k(k+1)/2 of m = k^2 honest workers hold the
   longer row and are kept, the others hold the shorter one and are trimmed. s is any, so that it can meet any rule
   on the size of a sample. The draw is chosen: nothing is said here of how probable it is. *)
Require Import Reals Lra Psatz List Lia.
From Comrade Require Import Space Distortion Trimming Lemma7 Lemma10 Contraction Lemma7Unbounded.
Import ListNotations.
Open Scope R_scope.

Section Ridge.
Variable lambda : R.
(* H, b_j at w = 1, g, p* and nu. *)
Definition ridge_hessian (s : shard) : R := hessian s + lambda.
Definition residual (r : row) : R := (1 * fst r - snd r) * fst r.
Definition ridge_gradient (s : shard) : R := rmean residual s + lambda * 1.
Definition ridge_direction (s : shard) : R := ridge_gradient s / ridge_hessian s.
Definition nu (rows : shard) : R := hessian rows / (hessian rows + lambda).
(* The premises: the two events of Lemma 2, no noise, and trimming of some but not of half. Nobody lies. *)
Record interpolated (rows : shard) (kept trimmed : list shard) (eta : R) (s : nat) : Prop := {
  data_positive : 0 < hessian rows;
  shards_of : forall i, In i (kept ++ trimmed) -> length i = s /\ incl i rows;
  eta_range : 0 < eta < 1;
  each : forall i, In i (kept ++ trimmed) -> Rabs (hessian i / hessian rows - 1) <= eta;
  all : Rabs (rmean hessian (kept ++ trimmed) / hessian rows - 1) <= eta / sqrt (INR (length (kept ++ trimmed)));
  (* b_j = 0: eps is 0 by (4), whatever delta, m and s are. *)
  no_noise : forall r, In r rows -> residual r = 0;
  longest : forall i j, In i kept -> In j trimmed -> Rabs (ridge_direction i) <= Rabs (ridge_direction j);
  trims_some : (0 < length trimmed)%nat;
  trims_less_than_half : (2 * length trimmed < length (kept ++ trimmed))%nat }.

(* phi(p), P, and what the printed lemma bounds, phi(phat) - phi(p* ). *)
Definition ridge_model (rows : shard) (p : R) : R := / 2 * ridge_hessian rows * p ^ 2 - ridge_gradient rows * p.
Definition ridge_size (rows : shard) : R := sqrt (ridge_hessian rows) * Rabs (ridge_direction rows).
Definition ridge_gap (rows : shard) (kept : list shard) : R :=
  ridge_model rows (rmean ridge_direction kept) - ridge_model rows (ridge_direction rows).
Section Printed.
Variables (rows : shard) (kept trimmed : list shard) (eta zeta_1 : R).
Notation m := (INR (length (kept ++ trimmed))).
Notation U := (INR (length kept)).
Notation a := (share (length (kept ++ trimmed)) kept).
(* The largest |b_j|, and eps of (4) for shards of s rows, with l = ln(m/delta). Coq's own ln would rest on the excluded
   middle. *)
Definition largest_b : R := fold_right Rmax 0 (map (fun r => Rabs (residual r)) rows).
Definition eps_4 (s : nat) (l : R) : R :=
  1 / (1 - eta) * (1 / sqrt (ridge_hessian rows)) * (1 + sqrt (2 * l)) * sqrt (1 / INR s) * largest_b.
Definition ridge_zeta_squared : R :=
  bound_lemma_7_printed_zeta_squared a 1 0 (zeta (nu rows) eta U) (zeta (nu rows) eta m) zeta_1.
Definition ridge_bound (s : nat) (l : R) : R :=
  bound_lemma_7_printed a 1 0 (eps_4 s l) (zeta (nu rows) eta U) (zeta (nu rows) eta m) zeta_1 (ridge_size rows).
End Printed.

Hypothesis lambda_pos : 0 < lambda.

(* ---------- The instance ---------- *)

Definition row_of (h : R) : row := (sqrt h, sqrt h).
Definition instance_rows (eta : R) : shard := [row_of (1 - eta); row_of (1 + eta)].
Definition shard_of (h : R) (s : nat) : shard := repeat (row_of h) s.
Definition instance_kept (eta : R) (j s : nat) : list shard := repeat (shard_of (1 + eta) s) (triangle (S j)).
Definition instance_trimmed (eta : R) (j s : nat) : list shard := repeat (shard_of (1 - eta) s) (triangle j).

Lemma shard_hessian : forall h s, 0 < h -> (0 < s)%nat -> hessian (shard_of h s) = h.
Proof.
  intros h s h0 s0. assert (0 < INR s) by (apply lt_0_INR; exact s0). unfold hessian, rmean, shard_of.
  rewrite repeat_length, rsum_repeat. simpl. rewrite sqrt_sqrt by lra. field. lra.
Qed.
Lemma residual_0 : forall h, residual (row_of h) = 0.
Proof. intros h. unfold residual. simpl. ring. Qed.
Lemma shard_gradient : forall h s, ridge_gradient (shard_of h s) = lambda.
Proof.
  intros h s. unfold ridge_gradient, rmean, shard_of. rewrite rsum_repeat, residual_0. ring.
Qed.
Lemma instance_rows_hessian : forall eta, 0 < eta < 1 -> hessian (instance_rows eta) = 1.
Proof. intros eta [e0 e1]. unfold hessian, rmean; simpl. rewrite !sqrt_sqrt by lra. field. Qed.
Lemma instance_rows_gradient : forall eta, ridge_gradient (instance_rows eta) = lambda.
Proof. intros eta. unfold ridge_gradient, rmean, instance_rows. cbn [rsum]. rewrite !residual_0. ring. Qed.

Section Instance.
Variables (eta : R) (j s : nat).
Hypothesis range : 0 < eta < 1.
Hypothesis s_pos : (0 < s)%nat.
Let k := INR j + 1.
Let k1 : 1 <= k. Proof. unfold k. pose proof (pos_INR j). lra. Qed.
Notation K := (instance_kept eta j s).
Notation T := (instance_trimmed eta j s).
Lemma same_kept : length K = length (kept_of eta j).
Proof. unfold instance_kept, kept_of. rewrite !repeat_length. reflexivity. Qed.
Lemma same_all : length (K ++ T) = length (kept_of eta j ++ trimmed_of eta j).
Proof.
  unfold instance_kept, kept_of, instance_trimmed, trimmed_of. rewrite !app_length, !repeat_length. reflexivity.
Qed.
Lemma either_shard : forall i, In i (K ++ T) -> i = shard_of (1 + eta) s \/ i = shard_of (1 - eta) s.
Proof. intros i h. apply in_app_or in h. destruct h as [h|h]; apply repeat_spec in h; auto. Qed.
Lemma instance_mean_hessian : rmean hessian (K ++ T) = 1 + eta / k.
Proof.
  unfold rmean. rewrite same_all, (count_all eta), rsum_app. unfold instance_kept, instance_trimmed.
  rewrite !rsum_repeat, !shard_hessian by (try exact s_pos; lra).
  rewrite !triangle_value, S_INR. replace (INR j) with (k - 1) by (unfold k; lra).
  replace (INR j + 1) with k by reflexivity. field. lra.
Qed.
Lemma instance_mean_direction : rmean ridge_direction K = lambda / (1 + eta + lambda).
Proof.
  unfold rmean. rewrite same_kept, (count_kept eta). unfold instance_kept.
  rewrite rsum_repeat, triangle_value, S_INR. fold k.
  unfold ridge_direction, ridge_hessian. rewrite shard_hessian, shard_gradient by (try exact s_pos; lra).
  field. split; [lra|nra].
Qed.
Lemma instance_is_interpolated : (1 <= j)%nat -> interpolated (instance_rows eta) K T eta s.
Proof.
  intros j1. split.
  - rewrite instance_rows_hessian by exact range. lra.
  - intros i h. destruct (either_shard i h); subst i; unfold shard_of; rewrite repeat_length; split; try reflexivity;
      intros r q; apply repeat_spec in q; subst r; [right; left|left]; reflexivity.
  - exact range.
  - intros i h. rewrite instance_rows_hessian by exact range.
    destruct (either_shard i h); subst i; rewrite shard_hessian by (try exact s_pos; lra).
    + rewrite Rabs_right; lra.
    + rewrite Rabs_left; lra.
  - rewrite instance_mean_hessian, instance_rows_hessian, same_all, (count_all eta) by exact range. fold k.
    rewrite sqrt_pow2 by lra. assert (0 <= eta / k) by (apply Rle_mult_inv_pos; lra). rewrite Rabs_right; lra.
  - intros r [e|[e|[]]]; subst r; apply residual_0.
  - intros i q hi hq. apply repeat_spec in hi; apply repeat_spec in hq; subst i q.
    unfold ridge_direction, ridge_hessian.
    rewrite !shard_hessian, !shard_gradient by (try exact s_pos; lra).
    assert (/ (1 + eta + lambda) <= / (1 - eta + lambda)) by (apply Rinv_le_contravar; lra).
    assert (0 < / (1 + eta + lambda)) by (apply Rinv_0_lt_compat; lra).
    unfold Rdiv. rewrite !Rabs_right; nra.
  - unfold instance_trimmed. rewrite repeat_length. destruct j; [lia|cbn [triangle]; lia].
  - unfold instance_kept, instance_trimmed. rewrite app_length, !repeat_length. cbn [triangle]. lia.
Qed.
Lemma nu_is : nu (instance_rows eta) = / (1 + lambda).
Proof. unfold nu. rewrite instance_rows_hessian by exact range. field. lra. Qed.
Lemma zeta_scales : forall n, zeta (nu (instance_rows eta)) eta n = / (1 + lambda) * zeta 1 eta n.
Proof. intros n. rewrite nu_is. unfold zeta. ring. Qed.
Lemma instance_zeta_squared : forall zeta_1, ridge_zeta_squared (instance_rows eta) K T eta zeta_1
  = (/ (1 + lambda)) ^ 2 * zeta_byz_squared (kept_of eta j) (trimmed_of eta j) eta zeta_1.
Proof.
  intros z. unfold ridge_zeta_squared, zeta_byz_squared, bound_lemma_7_printed_zeta_squared, share.
  rewrite !zeta_scales, same_kept, same_all. ring.
Qed.
Lemma instance_ridge_gap : ridge_gap (instance_rows eta) K
  = / 2 * (lambda * eta / (1 + eta + lambda)) ^ 2 / (1 + lambda).
Proof.
  unfold ridge_gap, ridge_model. rewrite instance_mean_direction. unfold ridge_direction, ridge_hessian.
  rewrite instance_rows_hessian, instance_rows_gradient by exact range. field. lra.
Qed.
Lemma eps_4_is_0 : forall l, eps_4 (instance_rows eta) eta s l = 0.
Proof.
  intros l. unfold eps_4, largest_b, instance_rows. cbn [map fold_right]. rewrite !residual_0, Rabs_R0.
  rewrite !(Rmax_left 0 0) by lra. ring.
Qed.
Lemma instance_ridge_bound : forall zeta_1 l, ridge_bound (instance_rows eta) K T eta zeta_1 s l
  = / 2 * ridge_zeta_squared (instance_rows eta) K T eta zeta_1 * (lambda ^ 2 / (1 + lambda)).
Proof.
  intros z l. unfold ridge_bound, bound_lemma_7_printed. rewrite eps_4_is_0.
  fold (ridge_zeta_squared (instance_rows eta) K T eta z).
  assert (sz : ridge_size (instance_rows eta) ^ 2 = lambda ^ 2 / (1 + lambda)).
  { unfold ridge_size, ridge_direction, ridge_hessian.
    rewrite instance_rows_hessian, instance_rows_gradient by exact range.
    replace ((sqrt (1 + lambda) * Rabs (lambda / (1 + lambda))) ^ 2)
      with (sqrt (1 + lambda) * sqrt (1 + lambda) * (Rabs (lambda / (1 + lambda))) ^ 2) by ring.
    rewrite sqrt_sqrt, pow2_abs by lra. field. lra. }
  rewrite sz. field. lra.
Qed.
End Instance.

(* ---------- The theorem ---------- *)

(* With the eps of (4), by any factor below (k + 1)^3/(4(5k + 1)), for every k >= 2, every lambda > 0 and every delta,
   l = ln(m/delta): k^2 honest workers with s rows each meet all premises, zeta_byz^2 < 1/2, and phi(phat) - phi(p* ) is
   more than q times the printed bound, whatever zeta_1 is. eta and the rows do not depend on s. *)
Theorem lemma_7_interpolated_fails_by : forall (k : nat) (q : R), (2 <= k)%nat -> 0 < q ->
  q < (INR k + 1) ^ 3 / (4 * (5 * INR k + 1)) ->
  exists eta rows, forall s, (0 < s)%nat -> exists kept trimmed, interpolated rows kept trimmed eta s /\
    length (kept ++ trimmed) = (k * k)%nat /\
    forall zeta_1 l, ridge_zeta_squared rows kept trimmed eta zeta_1 < 1 / 2 /\
      ridge_gap rows kept > q * ridge_bound rows kept trimmed eta zeta_1 s l.
Proof.
  intros k q k2 q0 below. destruct k as [|j]; [lia|]. rewrite S_INR in below. set (K := INR j + 1) in *.
  assert (K2 : 2 <= K). { unfold K. rewrite <- S_INR. change 2 with (INR 2). apply le_INR. exact k2. }
  destruct (small_enough K q K2 q0 below) as [[F0 F12] [eta [[eta0 eta1] eta2]]].
  set (F := 4 * (5 * K + 1) / (K + 1) ^ 3) in *. set (slack := 1 - q * F) in *.
  assert (range : 0 < eta < 1) by lra.
  exists eta, (instance_rows eta). intros s s0. exists (instance_kept eta j s), (instance_trimmed eta j s).
  split; [apply instance_is_interpolated; [exact range|exact s0|lia]|]. split.
  { rewrite same_all. apply INR_eq. rewrite count_all, mult_INR, S_INR. fold K. ring. }
  intros z l. rewrite instance_ridge_bound, instance_ridge_gap by assumption.
  rewrite instance_zeta_squared by assumption.
  set (Z := zeta_byz_squared (kept_of eta j) (trimmed_of eta j) eta z).
  assert (Z0 : 0 <= Z) by apply printed_zeta_pos.
  assert (zb : Z <= eta ^ 2 * (F + 72 * eta)) by (apply instance_zeta; lra).
  set (i := / (1 + lambda)). assert (i0 : 0 < i) by (apply Rinv_0_lt_compat; lra).
  assert (il : i * (1 + lambda) = 1) by (unfold i; field; lra).
  assert (i1 : i < 1) by nra.
  split.
  { assert (Z < 1 / 2) by (apply Rle_lt_trans with (1 := zb); nra). assert (i ^ 2 < 1) by nra. nra. }
  (* with e = i eta: gap = 1/2 (e/(1 + e))^2 lambda^2 i *)
  replace (/ 2 * (lambda * eta / (1 + eta + lambda)) ^ 2 / (1 + lambda))
    with (/ 2 * lambda ^ 2 * i * (i * eta / (1 + i * eta)) ^ 2).
  2: { unfold i. field. split; [lra|]. replace ((1 + lambda) + eta) with (1 + lambda + eta) by ring. lra. }
  replace (q * (/ 2 * (i ^ 2 * Z) * (lambda ^ 2 / (1 + lambda)))) with (/ 2 * lambda ^ 2 * i * (q * (i ^ 2 * Z)))
    by (unfold i; field; lra).
  unfold Rgt. apply Rmult_lt_compat_l.
  { apply Rmult_lt_0_compat; [|exact i0]. assert (0 < lambda ^ 2) by (apply pow_lt; lra). lra. }
  assert (ie : 0 < i * eta < eta) by nra.
  replace ((i * eta / (1 + i * eta)) ^ 2) with (i ^ 2 * (eta ^ 2 * (/ (1 + i * eta)) ^ 2)) by (field; lra).
  replace (q * (i ^ 2 * Z)) with (i ^ 2 * (q * Z)) by ring.
  apply Rmult_lt_compat_l; [apply pow_lt; exact i0|].
  apply Rle_lt_trans with (eta ^ 2 * (q * (F + 72 * eta))).
  { replace (eta ^ 2 * (q * (F + 72 * eta))) with (q * (eta ^ 2 * (F + 72 * eta))) by ring.
    apply Rmult_le_compat_l; lra. }
  apply Rmult_lt_compat_l; [apply pow_lt; exact eta0|].
  assert (d0 : 0 < (1 + i * eta) ^ 2) by (apply pow_lt; lra).
  apply Rmult_lt_reg_l with ((1 + i * eta) ^ 2); [exact d0|].
  replace ((1 + i * eta) ^ 2 * (/ (1 + i * eta)) ^ 2) with 1 by (field; lra).
  assert (s1 : (1 + eta) ^ 2 * (F + 72 * eta) <= F + 216 * eta) by nra.
  assert (s2 : (1 + i * eta) ^ 2 <= (1 + eta) ^ 2) by nra.
  assert (p0 : 0 <= q * (F + 72 * eta)) by (apply Rmult_le_pos; lra).
  apply Rle_lt_trans with ((1 + eta) ^ 2 * (q * (F + 72 * eta))); [apply Rmult_le_compat_r; assumption|].
  unfold slack in eta2. nra.
Qed.
End Ridge.
