(* Lemma 7 as printed fails by a factor that grows with the number of workers. So do Lemma 10 and Theorems 2 and 3.

   The instance has one feature (d = 1), the squared loss, no ridge (lambda = 0, so nu = 1), the iterate w = 0, and no
   liar (alpha = 0). There are two rows, x^2 = 1 - eta and x^2 = 1 + eta, with labels y = -1/x. Each of m = k^2 workers
   drew one row: k(k+1)/2 of them the longer row, the others the shorter one. The center trims the k(k-1)/2 longest
   directions. These are all those of the shorter row, because every worker has the same gradient.
   The data choose whom to trim, so the mean of the kept Hessians is off by eta. The printed bound has eta/sqrt(m). *)
Require Import Reals Lra Psatz List Lia.
From Comrade Require Import Space Distortion Trimming Lemma7 Lemma10 Contraction.
Import ListNotations.
Open Scope R_scope.

(* ---------- The statement, for d = 1, the squared loss, lambda = 0, w = 0 and no liars ---------- *)

(* A row is (x, y). A shard is the rows that a worker holds. *)
Definition row := (R * R)%type.
Definition shard := list row.

(* h = (1/s) sum x^2, g = (1/s) sum (0 x - y) x, p = g/h. *)
Definition hessian (rows : shard) : R := rmean (fun r => fst r * fst r) rows.
Definition gradient (rows : shard) : R := rmean (fun r => (0 * fst r - snd r) * fst r) rows.
Definition direction (rows : shard) : R := gradient rows / hessian rows.

(* phi(p) = 1/2 H p^2 - g p and P = ||H^{1/2} p*||, on all rows. *)
Definition model (rows : shard) (p : R) : R := / 2 * hessian rows * p ^ 2 - gradient rows * p.
Definition size (rows : shard) : R := sqrt (hessian rows) * Rabs (direction rows).

(* The premises: the two events of Lemma 2, exact gradients (so that eps = 0), and trimming of some but not of half. *)
Record premises (rows : shard) (kept trimmed : list shard) (eta : R) : Prop := {
  hessian_positive : 0 < hessian rows;
  drawn : forall s, In s (kept ++ trimmed) -> s <> [] /\ incl s rows;
  eta_in_0_1 : 0 < eta < 1;
  each_within_eta : forall s, In s (kept ++ trimmed) -> Rabs (hessian s / hessian rows - 1) <= eta;
  mean_within_eta : Rabs (rmean hessian (kept ++ trimmed) / hessian rows - 1)
                    <= eta / sqrt (INR (length (kept ++ trimmed)));
  gradients_exact : forall s, In s (kept ++ trimmed) -> gradient s = gradient rows;
  longest_trimmed : forall s r, In s kept -> In r trimmed -> Rabs (direction s) <= Rabs (direction r);
  some_trimmed : (0 < length trimmed)%nat;
  less_than_half : (2 * length trimmed < length (kept ++ trimmed))%nat }.

(* What the printed lemma says is at most its bound: phi(phat) - phi(p* ). *)
Definition gap (rows : shard) (kept : list shard) : R :=
  model rows (rmean direction kept) - model rows (direction rows).
(* Its zeta_byz^2 and its bound, with a = m/|U|, c = 0, kappa = 1, eps = 0, zeta_M = zeta(m) and zeta_MT = zeta(|U|).
   zeta_1, of which there are two spellings, stands where it is multiplied by c = 0. *)
Section Printed.
Variables (rows : shard) (kept trimmed : list shard) (eta zeta_1 : R).
Notation a := (share (length (kept ++ trimmed)) kept).
Notation zeta_M := (zeta 1 eta (INR (length (kept ++ trimmed)))).
Notation zeta_MT := (zeta 1 eta (INR (length kept))).
Definition zeta_byz_squared : R := bound_lemma_7_printed_zeta_squared a 1 0 zeta_MT zeta_M zeta_1.
Definition printed_bound : R := bound_lemma_7_printed a 1 0 0 zeta_MT zeta_M zeta_1 (size rows).
End Printed.

Lemma printed_zeta_pos : forall kept trimmed eta zeta_1, 0 <= zeta_byz_squared kept trimmed eta zeta_1.
Proof.
  intros kept trimmed eta zeta_1. unfold zeta_byz_squared, bound_lemma_7_printed_zeta_squared. set (a := share _ _).
  pose proof (pow2_ge_0 a). pose proof (pow2_ge_0 (zeta 1 eta (INR (length kept)))).
  pose proof (pow2_ge_0 (zeta 1 eta (INR (length (kept ++ trimmed))))). nra.
Qed.

(* ---------- The instance ---------- *)

(* triangle n = n(n+1)/2. *)
Fixpoint triangle (n : nat) : nat := match n with O => O | S j => (n + triangle j)%nat end.
Lemma triangle_value : forall n, INR (triangle n) = INR n * (INR n + 1) / 2.
Proof. induction n as [|n IH]; [simpl; lra|]. cbn [triangle]. rewrite plus_INR, IH, S_INR. lra. Qed.

Definition of_square (h : R) : row := (sqrt h, - / sqrt h).
Definition rows_of (eta : R) : shard := [of_square (1 - eta); of_square (1 + eta)].
Definition kept_of (eta : R) (j : nat) : list shard := repeat [of_square (1 + eta)] (triangle (S j)).
Definition trimmed_of (eta : R) (j : nat) : list shard := repeat [of_square (1 - eta)] (triangle j).

Lemma rsum_app : forall {A : Type} (f : A -> R) l r, rsum f (l ++ r) = rsum f l + rsum f r.
Proof. intros A f l r. induction l as [|a l IH]; simpl; lra. Qed.
Lemma rsum_repeat : forall {A : Type} (f : A -> R) a n, rsum f (repeat a n) = INR n * f a.
Proof. intros A f a n. induction n as [|n IH]; [simpl; lra|]. cbn [repeat rsum]. rewrite IH, S_INR. lra. Qed.

Lemma one_row_hessian : forall h, 0 < h -> hessian [of_square h] = h.
Proof.
  intros h h0. unfold hessian, rmean; simpl. rewrite sqrt_sqrt by lra. field.
Qed.
Lemma one_row_gradient : forall h, 0 < h -> gradient [of_square h] = 1.
Proof. intros h h0. pose proof (sqrt_lt_R0 h h0). unfold gradient, rmean; simpl. field. lra. Qed.
Lemma rows_hessian : forall eta, 0 < eta < 1 -> hessian (rows_of eta) = 1.
Proof.
  intros eta [e0 e1]. unfold hessian, rmean; simpl. rewrite !sqrt_sqrt by lra. field.
Qed.
Lemma rows_gradient : forall eta, 0 < eta < 1 -> gradient (rows_of eta) = 1.
Proof.
  intros eta [e0 e1]. assert (0 < sqrt (1 - eta)) by (apply sqrt_lt_R0; lra).
  assert (0 < sqrt (1 + eta)) by (apply sqrt_lt_R0; lra). unfold gradient, rmean; simpl. field. lra.
Qed.

Section Instance.
Variables (eta : R) (j : nat).
Hypothesis eta_range : 0 < eta < 1.
Let k := INR j + 1.
Let k1 : 1 <= k. Proof. unfold k. pose proof (pos_INR j). lra. Qed.

Lemma count_kept : INR (length (kept_of eta j)) = k * (k + 1) / 2.
Proof. unfold kept_of. rewrite repeat_length, triangle_value, S_INR. unfold k. lra. Qed.
Lemma count_all : INR (length (kept_of eta j ++ trimmed_of eta j)) = k ^ 2.
Proof.
  rewrite app_length, plus_INR, count_kept. unfold trimmed_of. rewrite repeat_length, triangle_value. unfold k. lra.
Qed.
Lemma either : forall s, In s (kept_of eta j ++ trimmed_of eta j) ->
  s = [of_square (1 + eta)] \/ s = [of_square (1 - eta)].
Proof. intros s i. apply in_app_or in i. destruct i as [i|i]; apply repeat_spec in i; auto. Qed.
Lemma mean_hessian : rmean hessian (kept_of eta j ++ trimmed_of eta j) = 1 + eta / k.
Proof.
  unfold rmean. rewrite count_all, rsum_app. unfold kept_of, trimmed_of. rewrite !rsum_repeat, !one_row_hessian by lra.
  rewrite !triangle_value, S_INR. replace (INR j) with (k - 1) by (unfold k; lra). field. lra.
Qed.
Lemma mean_direction : rmean direction (kept_of eta j) = / (1 + eta).
Proof.
  unfold rmean. rewrite count_kept. unfold kept_of. rewrite rsum_repeat, triangle_value, S_INR. fold k.
  unfold direction. rewrite one_row_hessian, one_row_gradient by lra. field. nra.
Qed.

Lemma instance_premises : (1 <= j)%nat -> premises (rows_of eta) (kept_of eta j) (trimmed_of eta j) eta.
Proof.
  intros j1. split.
  - rewrite rows_hessian by exact eta_range. lra.
  - intros s i. split; [destruct (either s i); subst; discriminate|].
    destruct (either s i) as [e|e]; subst s; intros r [e|[]]; subst r; [right; left|left]; reflexivity.
  - exact eta_range.
  - intros s i. rewrite rows_hessian by exact eta_range.
    destruct (either s i) as [e|e]; subst s; rewrite one_row_hessian by lra.
    + rewrite Rabs_right; lra.
    + rewrite Rabs_left; lra.
  - rewrite mean_hessian, rows_hessian, count_all by exact eta_range. rewrite sqrt_pow2 by lra.
    assert (0 <= eta / k) by (apply Rle_mult_inv_pos; lra). rewrite Rabs_right; lra.
  - intros s i. rewrite rows_gradient by exact eta_range.
    destruct (either s i) as [e|e]; subst s; apply one_row_gradient; lra.
  - intros s r is ir. apply repeat_spec in is; apply repeat_spec in ir; subst s r. unfold direction.
    rewrite !one_row_hessian, !one_row_gradient by lra.
    assert (/ (1 + eta) <= / (1 - eta)) by (apply Rinv_le_contravar; lra).
    assert (0 < / (1 + eta)) by (apply Rinv_0_lt_compat; lra). rewrite !Rabs_right; lra.
  - unfold trimmed_of. rewrite repeat_length. destruct j; [lia|cbn [triangle]; lia].
  - unfold kept_of, trimmed_of. rewrite app_length, !repeat_length. cbn [triangle]. lia.
Qed.

Lemma instance_gap : gap (rows_of eta) (kept_of eta j) = / 2 * (eta / (1 + eta)) ^ 2.
Proof.
  unfold gap, model. rewrite mean_direction. unfold direction.
  rewrite rows_hessian, rows_gradient by exact eta_range. field. lra.
Qed.
Lemma instance_bound : forall zeta_1, printed_bound (rows_of eta) (kept_of eta j) (trimmed_of eta j) eta zeta_1
  = / 2 * zeta_byz_squared (kept_of eta j) (trimmed_of eta j) eta zeta_1.
Proof.
  intros zeta_1. unfold printed_bound, bound_lemma_7_printed, size, direction.
  rewrite rows_hessian, rows_gradient by exact eta_range. rewrite sqrt_1.
  replace (Rabs (1 / 1)) with 1 by (rewrite Rabs_right; lra).
  fold (zeta_byz_squared (kept_of eta j) (trimmed_of eta j) eta zeta_1). field.
Qed.
(* zeta_byz^2 <= eta^2 (4(5k + 1)/(k + 1)^3 + 72 eta) for eta <= 1/2. *)
Lemma instance_zeta : forall zeta_1, eta <= 1 / 2 ->
  zeta_byz_squared (kept_of eta j) (trimmed_of eta j) eta zeta_1
  <= eta ^ 2 * (4 * (5 * k + 1) / (k + 1) ^ 3 + 72 * eta).
Proof.
  intros zeta_1 small. unfold zeta_byz_squared, bound_lemma_7_printed_zeta_squared, share.
  rewrite count_kept, count_all. set (u := / sqrt (k * (k + 1) / 2)).
  assert (U0 : 0 < k * (k + 1) / 2) by nra.
  assert (r0 : 0 < sqrt (k * (k + 1) / 2)) by (apply sqrt_lt_R0; exact U0).
  assert (u0 : 0 < u) by (apply Rinv_0_lt_compat; exact r0).
  assert (uu : u * u = 2 / (k * (k + 1))).
  { unfold u. rewrite <- Rinv_mult, sqrt_sqrt by lra. field. lra. }
  assert (zMT : zeta 1 eta (k * (k + 1) / 2) = eta * u + eta * eta / (1 - eta)) by (unfold zeta, u; field; lra).
  assert (zM : zeta 1 eta (k ^ 2) = eta * / k + eta * eta / (1 - eta)).
  { unfold zeta. rewrite sqrt_pow2 by lra. field. lra. }
  rewrite zMT, zM. clear zMT zM.
  assert (kk : 2 / (k * (k + 1)) <= 1).
  { apply Rmult_le_reg_r with (k * (k + 1)); [nra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by nra. nra. }
  assert (u1 : u <= 1) by nra.
  assert (v : 0 < / k <= 1).
  { split; [apply Rinv_0_lt_compat; lra|]. rewrite <- Rinv_1. apply Rinv_le_contravar; lra. }
  assert (rest : eta * eta / (1 - eta) <= eta * (2 * eta)).
  { apply Rmult_le_reg_r with (1 - eta); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra.
    assert (eta * eta * 1 <= eta * eta * (2 * (1 - eta))) by (apply Rmult_le_compat_l; nra). lra. }
  assert (rest0 : 0 <= eta * eta / (1 - eta)) by (apply Rle_mult_inv_pos; nra).
  assert (one : forall s, 0 <= s <= 1 -> (eta * s + eta * eta / (1 - eta)) ^ 2 <= eta ^ 2 * (s ^ 2 + 6 * eta)).
  { intros s [s0 s1].
    assert (z : 0 <= eta * s + eta * eta / (1 - eta) <= eta * (s + 2 * eta)) by nra.
    apply Rle_trans with ((eta * (s + 2 * eta)) ^ 2); [apply pow_incr; exact z|].
    replace ((eta * (s + 2 * eta)) ^ 2) with (eta ^ 2 * (s ^ 2 + eta * (4 * s + 4 * eta))) by ring.
    apply Rmult_le_compat_l; [apply pow2_ge_0|]. nra. }
  pose proof (one u (conj (Rlt_le _ _ u0) u1)) as first.
  pose proof (one (/ k) (conj (Rlt_le _ _ (proj1 v)) (proj2 v))) as second.
  set (a := k ^ 2 / (k * (k + 1) / 2)).
  assert (aa : a = 2 * k / (k + 1)) by (unfold a; field; lra).
  assert (a2 : 0 <= a <= 2).
  { rewrite aa. split; [apply Rle_mult_inv_pos; lra|]. apply Rmult_le_reg_r with (k + 1); [lra|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  apply Rle_trans with (a ^ 2 * (eta ^ 2 * (2 * u ^ 2 + (/ k) ^ 2 + 18 * eta))).
  { set (x := (eta * u + eta * eta / (1 - eta)) ^ 2) in *. set (y := (eta * / k + eta * eta / (1 - eta)) ^ 2) in *.
    apply Rle_trans with (a ^ 2 * (2 * x + y)); [right; ring|]. apply Rmult_le_compat_l; [apply pow2_ge_0|]. lra. }
  assert (main : a ^ 2 * (2 * u ^ 2 + (/ k) ^ 2) = 4 * (5 * k + 1) / (k + 1) ^ 3).
  { replace (u ^ 2) with (u * u) by ring. rewrite uu, aa. field. lra. }
  replace (a ^ 2 * (eta ^ 2 * (2 * u ^ 2 + (/ k) ^ 2 + 18 * eta)))
    with (eta ^ 2 * (a ^ 2 * (2 * u ^ 2 + (/ k) ^ 2) + a ^ 2 * (18 * eta))) by ring.
  rewrite main. apply Rmult_le_compat_l; [apply pow2_ge_0|]. apply Rplus_le_compat_l.
  assert (a ^ 2 <= 4) by nra. nra.
Qed.
End Instance.

(* ---------- The theorems ---------- *)

(* An eta with room to spare below the limit (K + 1)^3/(4(5K + 1)). *)
Lemma small_enough : forall K q : R, 2 <= K -> 0 < q -> q < (K + 1) ^ 3 / (4 * (5 * K + 1)) ->
  0 < 4 * (5 * K + 1) / (K + 1) ^ 3 < 12 /\
  exists eta, 0 < eta <= 1 / 100 /\ q * (216 * eta) < 1 - q * (4 * (5 * K + 1) / (K + 1) ^ 3).
Proof.
  intros K q K2 q0 below.
  set (F := 4 * (5 * K + 1) / (K + 1) ^ 3).
  assert (c0 : 0 < (K + 1) ^ 3) by (apply pow_lt; lra).
  assert (F0 : 0 < F) by (unfold F; apply Rdiv_lt_0_compat; lra).
  assert (F12 : F < 12).
  { unfold F. apply Rmult_lt_reg_r with ((K + 1) ^ 3); [exact c0|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra. }
  assert (qF : q * F < 1).
  { apply Rlt_le_trans with ((K + 1) ^ 3 / (4 * (5 * K + 1)) * F); [apply Rmult_lt_compat_r; assumption|].
    right. unfold F. field. split; lra. }
  set (slack := 1 - q * F). assert (slack0 : 0 < slack) by (unfold slack; lra).
  set (eta := Rmin (1 / 100) (slack / (432 * q))).
  assert (eta0 : 0 < eta) by (unfold eta; apply Rmin_glb_lt; [lra|apply Rdiv_lt_0_compat; lra]).
  assert (eta1 : eta <= 1 / 100) by apply Rmin_l.
  assert (eta2 : q * (216 * eta) < slack).
  { assert (most : eta <= slack / (432 * q)) by apply Rmin_r.
    assert (half : q * (216 * eta) <= q * (216 * (slack / (432 * q)))) by (apply Rmult_le_compat_l; lra).
    replace (q * (216 * (slack / (432 * q)))) with (slack / 2) in half by (field; lra). lra. }
  split; [split; assumption|]. exists eta. split; [split; assumption|exact eta2].
Qed.

(* By any factor below (k + 1)^3/(4(5k + 1)), for every k >= 2: k^2 honest workers meet all premises, zeta_byz^2 < 1/2,
   and phi(phat) - phi(p* ) is more than q times the printed bound, whatever zeta_1 is. *)
Theorem lemma_7_printed_fails_by : forall (k : nat) (q : R), (2 <= k)%nat -> 0 < q ->
  q < (INR k + 1) ^ 3 / (4 * (5 * INR k + 1)) ->
  exists rows kept trimmed eta, premises rows kept trimmed eta /\ length (kept ++ trimmed) = (k * k)%nat /\
    forall zeta_1, zeta_byz_squared kept trimmed eta zeta_1 < 1 / 2 /\
      gap rows kept > q * printed_bound rows kept trimmed eta zeta_1.
Proof.
  intros k q k2 q0 below. destruct k as [|j]; [lia|]. rewrite S_INR in below. set (K := INR j + 1) in *.
  assert (K2 : 2 <= K). { unfold K. rewrite <- S_INR. change 2 with (INR 2). apply le_INR. exact k2. }
  destruct (small_enough K q K2 q0 below) as [[F0 F12] [eta [[eta0 eta1] eta2]]].
  set (F := 4 * (5 * K + 1) / (K + 1) ^ 3) in *. set (slack := 1 - q * F) in *.
  assert (range : 0 < eta < 1) by lra.
  exists (rows_of eta), (kept_of eta j), (trimmed_of eta j), eta. split; [|split].
  - apply instance_premises; [exact range|lia].
  - apply INR_eq. rewrite count_all, mult_INR, S_INR. fold K. ring.
  - intros zeta_1.
    assert (z : zeta_byz_squared (kept_of eta j) (trimmed_of eta j) eta zeta_1 <= eta ^ 2 * (F + 72 * eta)).
    { apply instance_zeta; lra. }
    rewrite instance_bound, instance_gap by exact range.
    set (Z := zeta_byz_squared (kept_of eta j) (trimmed_of eta j) eta zeta_1) in *.
    split; [apply Rle_lt_trans with (1 := z); nra|].
    assert (step : (1 + eta) ^ 2 * (q * (F + 72 * eta)) < 1).
    { assert ((1 + eta) ^ 2 * (F + 72 * eta) <= F + 216 * eta) by nra. unfold slack in eta2. nra. }
    assert (inner : q * Z < (eta / (1 + eta)) ^ 2).
    { apply Rle_lt_trans with (eta ^ 2 * (q * (F + 72 * eta))).
      - replace (eta ^ 2 * (q * (F + 72 * eta))) with (q * (eta ^ 2 * (F + 72 * eta))) by ring.
        apply Rmult_le_compat_l; lra.
      - replace ((eta / (1 + eta)) ^ 2) with (eta ^ 2 * (/ (1 + eta)) ^ 2) by (field; lra).
        apply Rmult_lt_compat_l; [apply pow_lt; exact eta0|].
        assert (d0 : 0 < (1 + eta) ^ 2) by (apply pow_lt; lra).
        apply Rmult_lt_reg_l with ((1 + eta) ^ 2); [exact d0|].
        replace ((1 + eta) ^ 2 * (/ (1 + eta)) ^ 2) with 1 by (field; lra). exact step. }
    unfold Rgt. lra.
Qed.

(* No constant repairs it: for every R, honest workers meet all premises, zeta_byz^2 < 1/2, and phi(phat) - phi(p* ) is
   more than R times the printed bound, whatever zeta_1 is. *)
Theorem lemma_7_printed_is_unbounded : forall most : R, exists rows kept trimmed eta, premises rows kept trimmed eta /\
  forall zeta_1, zeta_byz_squared kept trimmed eta zeta_1 < 1 / 2 /\
    gap rows kept > most * printed_bound rows kept trimmed eta zeta_1.
Proof.
  intros most. set (q := Rmax 1 most).
  assert (q1 : 1 <= q) by apply Rmax_l. assert (qb : most <= q) by apply Rmax_r.
  destruct (archimed_cor1 (/ (20 * q)) ltac:(apply Rinv_0_lt_compat; lra)) as [n [small n0]].
  assert (big : 20 * q < INR n).
  { destruct (Rle_or_lt (INR n) (20 * q)) as [h|h]; [|exact h]. apply lt_0_INR in n0.
    assert (/ (20 * q) <= / INR n) by (apply Rinv_le_contravar; lra). lra. }
  assert (far : q < (INR (S (S n)) + 1) ^ 3 / (4 * (5 * INR (S (S n)) + 1))).
  { rewrite !S_INR. set (m := INR n) in *. apply Rmult_lt_reg_r with (4 * (5 * (m + 1 + 1) + 1)); [lra|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra. }
  destruct (lemma_7_printed_fails_by (S (S n)) q ltac:(lia) ltac:(lra) far) as [rows [kept [trimmed [eta [p [_ f]]]]]].
  exists rows, kept, trimmed, eta. split; [exact p|]. intros zeta_1. destruct (f zeta_1) as [z g].
  split; [exact z|]. assert (nonneg : 0 <= printed_bound rows kept trimmed eta zeta_1).
  { pose proof (printed_zeta_pos kept trimmed eta zeta_1) as Z0.
    unfold printed_bound, bound_lemma_7_printed. fold (zeta_byz_squared kept trimmed eta zeta_1).
    pose proof (pow2_ge_0 (size rows)). nra. }
  nra.
Qed.

(* Nor Lemma 10 as printed, which is Lemma 7 where nothing is lost to compression: k = 0. *)
Definition printed_bound_10 (rows : shard) (kept trimmed : list shard) (eta zeta_1 : R) : R :=
  bound_lemma_10_printed 0 (share (length (kept ++ trimmed)) kept) 1 0 0 (zeta 1 eta (INR (length kept)))
    (zeta 1 eta (INR (length (kept ++ trimmed)))) zeta_1 (size rows).
Theorem lemma_10_printed_is_unbounded : forall most : R, exists rows kept trimmed eta, premises rows kept trimmed eta /\
  forall zeta_1, gap rows kept > most * printed_bound_10 rows kept trimmed eta zeta_1.
Proof.
  intros most. destruct (lemma_7_printed_is_unbounded most) as [rows [kept [trimmed [eta [p f]]]]].
  exists rows, kept, trimmed, eta. split; [exact p|]. intros zeta_1. destruct (f zeta_1) as [_ g].
  replace (printed_bound_10 rows kept trimmed eta zeta_1) with (printed_bound rows kept trimmed eta zeta_1); [exact g|].
  unfold printed_bound, printed_bound_10, bound_lemma_7_printed, bound_lemma_7_printed_zeta_squared,
    bound_lemma_10_printed, bound_lemma_10_printed_zeta_squared, bound_lemma_10_comp_squared. ring.
Qed.

(* Nor Theorems 2 and 3 as printed, with L = 0: there is a minimiser w* of the squared loss, zeta_byz < 1, and the next
   iterate w - phat, w = 0, is more than R times as far from w* as they say. *)
Definition is_minimiser (rows : shard) (ws : R) : Prop := rmean (fun r => (ws * fst r - snd r) * fst r) rows = 0.
Lemma minimiser_is : forall rows ws, 0 < hessian rows -> is_minimiser rows ws -> - ws = direction rows.
Proof.
  intros rows ws h m. unfold is_minimiser in m.
  assert (e : rmean (fun r => (ws * fst r - snd r) * fst r) rows = ws * hessian rows + gradient rows).
  { unfold hessian, gradient. rewrite <- rmean_scal, <- rmean_plus. apply rmean_ext. intros r _. ring. }
  unfold direction. rewrite m in e. apply Rmult_eq_reg_r with (hessian rows); [|lra].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.
Lemma minimiser_exists : forall rows, 0 < hessian rows -> is_minimiser rows (- direction rows).
Proof.
  intros rows h. unfold is_minimiser.
  rewrite (rmean_ext _ (fun r => - direction rows * (fst r * fst r) + (0 * fst r - snd r) * fst r))
    by (intros r _; ring).
  rewrite rmean_plus, rmean_scal. fold (hessian rows). fold (gradient rows). unfold direction. field. lra.
Qed.
Theorem theorem_2_printed_is_unbounded : forall most : R, exists rows kept trimmed eta ws,
  premises rows kept trimmed eta /\ is_minimiser rows ws /\ forall zeta_1,
    0 <= zeta_byz_squared kept trimmed eta zeta_1 < 1 /\
    Rabs (0 - rmean direction kept - ws) > most * bound_theorem_1_printed 0
      (sqrt (zeta_byz_squared kept trimmed eta zeta_1)) 1 0 (hessian rows) (Rabs (0 - ws)).
Proof.
  intros most. set (q := Rmax 1 most).
  assert (q1 : 1 <= q) by apply Rmax_l. assert (qm : most <= q) by apply Rmax_r.
  destruct (lemma_7_printed_is_unbounded (2 * q ^ 2)) as [rows [kept [trimmed [eta [p f]]]]].
  pose proof (hessian_positive _ _ _ _ p) as h0. pose proof (minimiser_exists rows h0) as m.
  exists rows, kept, trimmed, eta, (- direction rows). split; [exact p|split; [exact m|]].
  intros zeta_1. destruct (f zeta_1) as [small g]. clear f. pose proof (minimiser_is rows _ h0 m) as star.
  set (Z := zeta_byz_squared kept trimmed eta zeta_1) in *. set (h := hessian rows) in *.
  assert (Z0 : 0 <= Z) by apply printed_zeta_pos. split; [lra|].
  set (ws := - direction rows) in *.
  unfold gap, model, printed_bound, bound_lemma_7_printed in g. fold (zeta_byz_squared kept trimmed eta zeta_1) in g.
  fold Z h in g. set (x := rmean direction kept) in *. replace (0 - x - ws) with (direction rows - x) by lra.
  replace (0 - ws) with (direction rows) by lra. clear star m ws. set (d := direction rows) in *.
  assert (gd : gradient rows = h * d) by (unfold d, direction, h; field; unfold h in h0; lra).
  assert (sz : size rows ^ 2 = h * d ^ 2).
  { unfold size. fold d h. replace ((sqrt h * Rabs d) ^ 2) with (sqrt h * sqrt h * (Rabs d) ^ 2) by ring.
    rewrite sqrt_sqrt, pow2_abs by lra. reflexivity. }
  rewrite gd, sz in g.
  (* (d - x)^2 > 2 q^2 Z d^2 *)
  assert (far : 2 * q ^ 2 * Z * d ^ 2 < (d - x) ^ 2) by (apply Rmult_lt_reg_l with (/ 2 * h); [lra|]; lra).
  assert (b : bound_theorem_1_printed 0 (sqrt Z) 1 0 h (Rabs d) = sqrt (Z / (1 - Z)) * Rabs d).
  { unfold bound_theorem_1_printed. replace (sqrt Z ^ 2) with Z by (simpl; rewrite Rmult_1_r, sqrt_sqrt; lra).
    replace (1 * Z / (1 - Z)) with (Z / (1 - Z)) by (field; lra).
    assert (0 <= sqrt (Z / (1 - Z)) * Rabs d) by (apply Rmult_le_pos; [apply sqrt_pos|apply Rabs_pos]).
    replace (0 / h * Rabs d ^ 2) with 0 by (field; lra). rewrite Rmax_left by assumption.
    replace (2 * 0 / sqrt h) with 0 by (field; apply Rgt_not_eq, sqrt_lt_R0; exact h0). ring. }
  rewrite b.
  assert (r0 : 0 <= Z / (1 - Z) <= 2 * Z).
  { split; [apply Rle_mult_inv_pos; lra|]. apply Rmult_le_reg_r with (1 - Z); [lra|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra. }
  assert (s0 : 0 <= sqrt (Z / (1 - Z)) * Rabs d) by (apply Rmult_le_pos; [apply sqrt_pos|apply Rabs_pos]).
  apply Rle_lt_trans with (q * (sqrt (Z / (1 - Z)) * Rabs d)); [apply Rmult_le_compat_r; lra|].
  apply Rsqr_incrst_0; [|apply Rmult_le_pos; lra|apply Rabs_pos]. rewrite <- Rsqr_abs. unfold Rsqr.
  replace (q * (sqrt (Z / (1 - Z)) * Rabs d) * (q * (sqrt (Z / (1 - Z)) * Rabs d)))
    with (q ^ 2 * (sqrt (Z / (1 - Z)) * sqrt (Z / (1 - Z))) * (Rabs d) ^ 2) by ring.
  rewrite sqrt_sqrt, pow2_abs by apply r0. apply Rle_lt_trans with (2 * q ^ 2 * Z * d ^ 2); [|lra].
  apply Rmult_le_compat_r; [apply pow2_ge_0|].
  replace (2 * q ^ 2 * Z) with (q ^ 2 * (2 * Z)) by ring. apply Rmult_le_compat_l; [apply pow2_ge_0|apply r0].
Qed.
(* Theorem 3 is Theorem 2 where nothing is lost to compression: rho = 1, k = 0. *)
Definition zeta_cb_squared (kept trimmed : list shard) (eta zeta_1 : R) : R :=
  bound_lemma_10_printed_zeta_squared 0 (share (length (kept ++ trimmed)) kept) 1 0 (zeta 1 eta (INR (length kept)))
    (zeta 1 eta (INR (length (kept ++ trimmed)))) zeta_1.
Theorem theorem_3_printed_is_unbounded : forall most : R, exists rows kept trimmed eta ws,
  premises rows kept trimmed eta /\ is_minimiser rows ws /\ forall zeta_1,
    0 <= zeta_cb_squared kept trimmed eta zeta_1 < 1 /\
    Rabs (0 - rmean direction kept - ws) > most * bound_theorem_1_printed 0
      (sqrt (zeta_cb_squared kept trimmed eta zeta_1)) 1 0 (hessian rows) (Rabs (0 - ws)).
Proof.
  intros most. destruct (theorem_2_printed_is_unbounded most) as [rows [kept [trimmed [eta [ws [p [m f]]]]]]].
  exists rows, kept, trimmed, eta, ws. split; [exact p|split; [exact m|]]. intros zeta_1.
  replace (zeta_cb_squared kept trimmed eta zeta_1) with (zeta_byz_squared kept trimmed eta zeta_1);
    [exact (f zeta_1)|].
  unfold zeta_cb_squared, zeta_byz_squared, bound_lemma_7_printed_zeta_squared, bound_lemma_10_printed_zeta_squared,
    bound_lemma_10_comp_squared. ring.
Qed.
