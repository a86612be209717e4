(* How far the printed bounds can be off, from both sides: 3/2 for Lemma 5, 5 for Lemma 9 with zeta_1 as its definition
   gives it, 4.0724 with zeta_1 as printed. The golden ratio, which limits Theorem 1 in any dimension, is in
   Contraction.v and Golden.v, and its limit 1.6082 in d = 1 in OneDimension.v.

   Upper sides are inequalities of Cauchy and Schwarz. Lower sides are instances with d = 1, one worker, lambda = 0 and
   squared loss, in whole numbers: rows x_j with a_j = x_j, b_j as the labels make them, H = mean a_j^2, g = mean b_j,
   and a worker who drew the first row only, H_1 = a_1^2 and g_1 = b_1. Then eta = 1 - H_1/H, nu = 1. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Golden Contraction.
Open Scope R_scope.

(* ---------- Lemma 5: 3/2 ---------- *)

Definition bound_lemma_5_printed (eps zeta P : R) : R := eps ^ 2 + zeta ^ 2 * P ^ 2 / 2.

(* Lemma 5 as printed is off by 3/2 at most: what its proof does show, ||H^{1/2}(phat - p* )|| <= eps + zeta P, gives
   phi(phat) - phi(p* ) <= (3/2)(eps^2 + zeta^2 P^2/2). *)
Theorem lemma_5_printed_within_3_2 : forall (V : space) (H : spd V) (g ps phat : V) (eps zeta : R),
  H ps = g -> N H (phat [-] ps) <= eps + zeta * N H ps ->
  phi H g phat - phi H g ps <= 3 / 2 * bound_lemma_5_printed eps zeta (N H ps).
Proof.
  intros V H g ps phat eps zeta e h. eapply Rle_trans; [apply (phi_le H g ps phat _ e h)|].
  unfold bound_lemma_5_printed. pose proof (Rle_0_sqr (2 * eps - zeta * N H ps)) as s. unfold Rsqr in s. nra.
Qed.

Section One_worker.
(* Rows 1 and 2 with b_1 = 13 and b_2 = 7; the worker has the first. *)
Let H := (1 * 1 + 2 * 2) / 2.
Let g := (13 + 7) / 2.
Let H_1 := 1 * 1.
Let g_1 := 13.
Let eta := 1 - H_1 / H.
Let zeta := eta + eta ^ 2 / (1 - eta).
Let eps := / (1 - eta) * Rabs (g_1 - g) / sqrt H.
Let phat := g_1 / H_1.
Let ps := g / H.
Let value (p : R) := / 2 * H * p ^ 2 - g * p.
Let P := sqrt H * Rabs ps.

(* 3/2 is reached: here both sides are 405. *)
Theorem lemma_5_printed_reaches_3_2 : 0 < eta < 1 /\ value phat - value ps = 3 / 2 * bound_lemma_5_printed eps zeta P.
Proof.
  assert (h : sqrt H * sqrt H = 5 / 2) by (unfold H; rewrite sqrt_sqrt; lra).
  assert (s : 0 < sqrt H) by (apply sqrt_lt_R0; unfold H; lra).
  assert (n : eta = 3 / 5) by (unfold eta, H_1, H; field). split; [lra|].
  assert (z : zeta = 3 / 2) by (unfold zeta; rewrite n; field).
  assert (p : P ^ 2 = 40).
  { unfold P, ps, g. replace (Rabs ((13 + 7) / 2 / H)) with 4 by (rewrite Rabs_right; unfold H; lra).
    replace ((sqrt H * 4) ^ 2) with (16 * (sqrt H * sqrt H)) by ring. rewrite h. field. }
  assert (e : eps ^ 2 = 45 / 2).
  { unfold eps, g_1, g. rewrite n. replace (Rabs (13 - (13 + 7) / 2)) with 3 by (rewrite Rabs_right; lra).
    replace ((/ (1 - 3 / 5) * 3 / sqrt H) ^ 2) with (225 / 4 / (sqrt H * sqrt H)) by (field; lra). rewrite h. field. }
  unfold bound_lemma_5_printed. rewrite z, p, e. unfold value, phat, ps, g, g_1, H_1, H. field.
Qed.
End One_worker.

(* ---------- Lemma 9: 5 ---------- *)

Definition bound_lemma_9_printed (eps zeta_B zeta_1 k P : R) : R :=
  (1 + k) * eps ^ 2 + (zeta_B ^ 2 + k * (1 + zeta_1 ^ 2)) * P ^ 2.

(* Lemma 9 as printed, with zeta_1 as its definition gives it, is off by 5 at most. What the steps of its proof do show
   is the last hypothesis: the compression error, sqrt k times the largest ||H^{1/2} p_i||, and that of the mean. *)
Theorem lemma_9_printed_within_5 : forall eps zeta_B zeta_1 k P error : R, 0 <= k -> 0 <= error ->
  error <= sqrt k * (eps + (1 + zeta_1) * P) + eps + zeta_B * P ->
  error ^ 2 <= 5 * bound_lemma_9_printed eps zeta_B zeta_1 k P.
Proof.
  intros eps zB z1 k P error k0 e0 h. unfold bound_lemma_9_printed.
  pose proof (sqrt_sqrt k k0) as r. set (q := sqrt k) in *.
  apply Rle_trans with ((q * (eps + (1 + z1) * P) + eps + zB * P) ^ 2); [apply pow_incr; lra|].
  replace k with (q * q) by exact r.
  (* The sum of five numbers: its square is at most 5 times the sum of their squares. *)
  assert (five : forall a b c d e, (a + b + c + d + e) ^ 2 <= 5 * (a ^ 2 + b ^ 2 + c ^ 2 + d ^ 2 + e ^ 2)).
  { intros a b c d e. pose proof (Rle_0_sqr (a - b)). pose proof (Rle_0_sqr (a - c)). pose proof (Rle_0_sqr (a - d)).
    pose proof (Rle_0_sqr (a - e)). pose proof (Rle_0_sqr (b - c)). pose proof (Rle_0_sqr (b - d)).
    pose proof (Rle_0_sqr (b - e)). pose proof (Rle_0_sqr (c - d)). pose proof (Rle_0_sqr (c - e)).
    pose proof (Rle_0_sqr (d - e)). unfold Rsqr in *. lra. }
  pose proof (five (q * eps) (q * P) (q * z1 * P) eps (zB * P)) as f.
  replace (q * (eps + (1 + z1) * P) + eps + zB * P) with (q * eps + q * P + q * z1 * P + eps + zB * P) by ring.
  eapply Rle_trans; [exact f|right; ring].
Qed.

Section One_compressed_worker.
(* H = g = 1; the worker has H_1 = 1/2 and g_1 = 3/2, and sends Q(v) = (1 + r) v, with rho = 1 - r^2. *)
Let H := 1.
Let g := 1.
Let H_1 := / 2.
Let g_1 := 3 / 2.
Let eta := 1 - H_1 / H.
Let zeta_1 := eta + eta ^ 2 / (1 - eta).
Let eps := / (1 - eta) * Rabs (g_1 - g) / sqrt H.
Let ps := g / H.
Let P := sqrt H * Rabs ps.
Let sent (r : R) := (1 + r) * (g_1 / H_1).
Let error (r : R) := sqrt H * Rabs (sent r - ps).

(* As r -> 1, that is rho -> 0, the ratio comes as close to 5 as one likes: error^2 = 5 bound - 6 (1 - r)^2. *)
Theorem lemma_9_printed_comes_to_5 : forall r, 0 <= r < 1 ->
  error r ^ 2 = 5 * bound_lemma_9_printed eps zeta_1 zeta_1 (r ^ 2) P - 6 * (1 - r) ^ 2.
Proof.
  intros r b. assert (n : eta = / 2) by (unfold eta, H_1, H; field).
  assert (z : zeta_1 = 1) by (unfold zeta_1; rewrite n; field).
  assert (s : sqrt H = 1) by apply sqrt_1.
  assert (p : P = 1) by (unfold P; rewrite s; unfold ps, g, H; rewrite Rabs_right; lra).
  assert (e : eps = 1) by (unfold eps; rewrite s, n; unfold g_1, g; rewrite Rabs_right; lra).
  unfold error, bound_lemma_9_printed. rewrite s, z, p, e. unfold sent, ps, g_1, H_1, g, H.
  rewrite Rabs_right; [field|]. apply Rle_ge. replace ((1 + r) * (3 / 2 / / 2) - 1 / 1) with (2 + 3 * r) by field. lra.
Qed.
End One_compressed_worker.

(* With zeta_1 = z = nu/(1 - eta), which is how the text prints it, Lemma 9 is off by 4.0724 at most: an error is at
   most eps + w/(1 - w) P with w = nu eta, and z >= 4w, z >= 1/(1 - w) for w >= 1/2. *)
Theorem lemma_9_printed_within_4_0724 : forall eps zeta_B nu eta k P error : R,
  0 <= k -> 0 <= error -> 0 < nu <= 1 -> 0 <= eta < 1 ->
  error <= sqrt k * (eps + P / (1 - nu * eta)) + eps + zeta_B * P ->
  error ^ 2 <= 40724 / 10000 * bound_lemma_9_printed eps zeta_B (nu / (1 - eta)) k P.
Proof.
  intros eps zB nu eta k P error k0 e0 nu1 eta1 h. unfold bound_lemma_9_printed.
  pose proof (sqrt_sqrt k k0) as r. set (q := sqrt k) in *.
  apply Rle_trans with ((q * (eps + P / (1 - nu * eta)) + eps + zB * P) ^ 2); [apply pow_incr; lra|].
  replace k with (q * q) by exact r. set (w := nu * eta) in *. set (z := nu / (1 - eta)).
  assert (w1 : 0 <= w < 1) by (unfold w; split; nra).
  assert (z0 : 0 < z) by (unfold z, Rdiv; apply Rmult_lt_0_compat; [lra|apply Rinv_0_lt_compat; lra]).
  assert (zn : z * (1 - eta) = nu) by (unfold z; field; lra).
  (* 1/(1 - w)^2 <= 1.0724 (1 + z^2) *)
  assert (key : 1 <= 10724 / 10000 * (1 + z ^ 2) * (1 - w) ^ 2).
  { destruct (Rle_or_lt w (/ 2)) as [small|large].
    - assert (zw : 4 * w <= z).
      { unfold w. rewrite <- zn. pose proof (Rle_0_sqr (2 * eta - 1)) as s. unfold Rsqr in s.
        assert (4 * ((1 - eta) * eta) <= 1) by lra. nra. }
      assert (z2 : 16 * w ^ 2 <= z ^ 2) by nra.
      assert (u : 1 <= 10724 / 10000 * (1 + 16 * w ^ 2) * (1 - w) ^ 2).
      { (* lowest at w = (2 - sqrt 2)/8 = 0.07322 *)
        assert (e : 10724 / 10000 * (1 + 16 * w ^ 2) * (1 - w) ^ 2 - 1
          = 10724 / 10000 * (16 * (w - 73223 / 1000000) ^ 2 * ((w - 73223 / 1000000) ^ 2
            - (2 - 4 * (73223 / 1000000)) * (w - 73223 / 1000000)
            + (17 / 16 - 6 * (73223 / 1000000) + 6 * (73223 / 1000000) ^ 2))
            + (1 + 16 * (73223 / 1000000) ^ 2) * (1 - 73223 / 1000000) ^ 2
            + (w - 73223 / 1000000) * (-2 + 34 * (73223 / 1000000) - 96 * (73223 / 1000000) ^ 2
              + 64 * (73223 / 1000000) ^ 3)) - 1) by field.
        set (v := w - 73223 / 1000000) in *. assert (vb : -73223 / 1000000 <= v <= 426777 / 1000000) by (unfold v; lra).
        assert (c : 0 <= v ^ 2 * (v ^ 2 - (2 - 4 * (73223 / 1000000)) * v
            + (17 / 16 - 6 * (73223 / 1000000) + 6 * (73223 / 1000000) ^ 2))).
        { apply Rmult_le_pos; [apply pow2_ge_0|]. nra. }
        nra. }
      assert (0 <= (1 - w) ^ 2) by apply pow2_ge_0. nra.
    - assert (zl : 1 <= z * (1 - w)).
      { assert (we : w <= eta) by (unfold w; nra). assert (nw : w <= nu) by (unfold w; nra).
        (* z (1 - w) >= nu (1 - w)/(1 - w/nu) >= 1 since nu^2 (1 - w) >= nu - w for nu <= 1, w >= 1/2 *)
        apply Rmult_le_reg_r with (1 - eta); [lra|].
        replace (z * (1 - w) * (1 - eta)) with ((z * (1 - eta)) * (1 - w)) by ring. rewrite zn.
        unfold w in *. nra. }
      assert (1 <= z ^ 2 * (1 - w) ^ 2).
      { replace (z ^ 2 * (1 - w) ^ 2) with ((z * (1 - w)) * (z * (1 - w))) by ring. nra. }
      assert (0 <= (1 - w) ^ 2) by apply pow2_ge_0. nra. }
  (* Four numbers, the one with the weight 1/(1 - w)^2/(1 + z^2). *)
  set (i := / (1 - w)). assert (iw : i * (1 - w) = 1) by (unfold i; field; lra).
  assert (i2 : i ^ 2 <= 10724 / 10000 * (1 + z ^ 2)).
  { assert (m : i ^ 2 * 1 <= i ^ 2 * (10724 / 10000 * (1 + z ^ 2) * (1 - w) ^ 2))
      by (apply Rmult_le_compat_l; [apply pow2_ge_0|exact key]).
    replace (i ^ 2 * (10724 / 10000 * (1 + z ^ 2) * (1 - w) ^ 2))
      with (10724 / 10000 * (1 + z ^ 2) * ((i * (1 - w)) * (i * (1 - w)))) in m by ring. rewrite iw in m. lra. }
  unfold Rdiv at 1. fold i.
  assert (four : forall a b c d : R, forall m, 0 < m ->
    (a + b + c + d) ^ 2 <= (3 + m) * (a ^ 2 + c ^ 2 + d ^ 2 + b ^ 2 / m)).
  { intros a b c d m m0. apply Rmult_le_reg_r with m; [exact m0|].
    replace ((3 + m) * (a ^ 2 + c ^ 2 + d ^ 2 + b ^ 2 / m) * m)
      with ((3 + m) * (m * (a ^ 2 + c ^ 2 + d ^ 2) + b ^ 2)) by (field; lra).
    pose proof (Rle_0_sqr (a * m - b)). pose proof (Rle_0_sqr (c * m - b)). pose proof (Rle_0_sqr (d * m - b)).
    assert (0 <= m * (a - c) ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]).
    assert (0 <= m * (a - d) ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]).
    assert (0 <= m * (c - d) ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]).
    unfold Rsqr in *. nra. }
  pose proof (four (q * eps) (q * (P * i)) eps (zB * P) (10724 / 10000) ltac:(lra)) as f.
  replace (q * (eps + P * i) + eps + zB * P) with (q * eps + q * (P * i) + eps + zB * P) by ring.
  eapply Rle_trans; [exact f|].
  assert (t : (q * (P * i)) ^ 2 / (10724 / 10000) <= q * q * (1 + z ^ 2) * P ^ 2).
  { replace ((q * (P * i)) ^ 2 / (10724 / 10000)) with ((q * P) ^ 2 * (i ^ 2 * (10000 / 10724))) by field.
    replace (q * q * (1 + z ^ 2) * P ^ 2) with ((q * P) ^ 2 * (1 + z ^ 2)) by ring.
    apply Rmult_le_compat_l; [apply pow2_ge_0|lra]. }
  replace (3 + 10724 / 10000) with (40724 / 10000) by field. nra.
Qed.
