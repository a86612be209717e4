(* How far Lemma 9 as printed can be off: by 5 with zeta_1 as its definition gives it, by 4.0724 with zeta_1 as printed.

   Other limits of printed statements: 3/2 for Lemma 5 in Lemma5.v and Tight.v, the golden ratio for Theorem 1 in
   Contraction.v, 1.6082 for it in d = 1 in OneDimension.v, none for Lemma 7 in Lemma7Unbounded.v. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Distortion Worker Lemma9.
Open Scope R_scope.

Definition bound_lemma_9_printed (k eps zeta_B zeta_1 P : R) : R :=
  (1 + k) * eps ^ 2 + (zeta_B ^ 2 + k * (1 + zeta_1 ^ 2)) * P ^ 2.

(* Cauchy and Schwarz *)
Lemma five_terms : forall x y z u v : R, (x + y + z + u + v) ^ 2 <= 5 * (x ^ 2 + y ^ 2 + z ^ 2 + u ^ 2 + v ^ 2).
Proof.
  intros x y z u v.
  pose proof (pow2_ge_0 (x - y)). pose proof (pow2_ge_0 (x - z)). pose proof (pow2_ge_0 (x - u)).
  pose proof (pow2_ge_0 (x - v)). pose proof (pow2_ge_0 (y - z)). pose proof (pow2_ge_0 (y - u)).
  pose proof (pow2_ge_0 (y - v)). pose proof (pow2_ge_0 (z - u)). pose proof (pow2_ge_0 (z - v)).
  pose proof (pow2_ge_0 (u - v)). lra.
Qed.

(* With zeta_1 as its definition gives it, Lemma 9 as printed is off by 5 at most: honest directions are within
   eps + zeta_1 P of p*, their mean is within eps + zeta_B P, and the compressor is rho-approximate. The printed bound
   has the squares of the five terms of the error. *)
Theorem lemma_9_printed_within_5 : forall (E : space) (H : spd E) (A : Type) (workers : list A) (ps : E) (p q : A -> E)
  (rho eps zeta_B zeta_1 : R), workers <> nil -> rho <= 1 ->
  (forall i, In i workers -> norm (q i [-] p i) ^ 2 <= (1 - rho) * norm (p i) ^ 2) ->
  (forall i, In i workers -> N H (p i [-] ps) <= eps + zeta_1 * N H ps) ->
  N H (mean p workers [-] ps) <= eps + zeta_B * N H ps ->
  N H (mean q workers [-] ps) ^ 2 <= 5 * bound_lemma_9_printed (k_of H rho) eps zeta_B zeta_1 (N H ps).
Proof.
  intros E H A workers ps p q rho eps zeta_B zeta_1 some r1 comp near mean_near.
  pose proof (compressed_mean H workers ps p q rho some r1 comp _ near) as first.
  pose proof (N_split H (mean q workers) (mean p workers) ps) as split.
  pose proof (sqrt_sqrt (k_of H rho) (k_of_pos H rho r1)) as root. set (r := sqrt (k_of H rho)) in *.
  set (P := N H ps) in *.
  unfold bound_lemma_9_printed. rewrite <- root.
  apply Rle_trans with ((r * eps + r * (zeta_1 * P) + r * P + eps + zeta_B * P) ^ 2).
  { apply pow_incr. split; [apply N_pos|lra]. }
  pose proof (five_terms (r * eps) (r * (zeta_1 * P)) (r * P) eps (zeta_B * P)). lra.
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
  error r ^ 2 = 5 * bound_lemma_9_printed (r ^ 2) eps zeta_1 zeta_1 P - 6 * (1 - r) ^ 2.
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

(* With zeta_1 = z = nu/(1 - eta), which is how the text prints it: every error is at most eps + w/(1 - w) P with
   w = nu eta, and z >= 4w, z >= 1/(1 - w) for w >= 1/2. *)
Lemma four_terms_4_0724 : forall eps zeta_B nu eta k P error : R,
  0 <= k -> 0 <= error -> 0 < nu <= 1 -> 0 <= eta < 1 ->
  error <= sqrt k * (eps + P / (1 - nu * eta)) + eps + zeta_B * P ->
  error ^ 2 <= 40724 / 10000 * bound_lemma_9_printed k eps zeta_B (nu / (1 - eta)) P.
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

(* Lemma 9 as printed is off by 4.0724 at most: honest directions are within eps + (nu eta/(1 - nu eta)) P of p*, which
   ||E_i|| <= nu eta gives, their mean is within eps + zeta_B P, and the compressor is rho-approximate. *)
Theorem lemma_9_printed_within_4_0724 : forall (E : space) (H : spd E) (A : Type) (workers : list A) (ps : E)
  (p q : A -> E) (rho eps zeta_B nu eta : R), workers <> nil -> rho <= 1 -> 0 < nu <= 1 -> 0 <= eta < 1 ->
  (forall i, In i workers -> norm (q i [-] p i) ^ 2 <= (1 - rho) * norm (p i) ^ 2) ->
  (forall i, In i workers -> N H (p i [-] ps) <= eps + nu * eta / (1 - nu * eta) * N H ps) ->
  N H (mean p workers [-] ps) <= eps + zeta_B * N H ps ->
  N H (mean q workers [-] ps) ^ 2
    <= 40724 / 10000 * bound_lemma_9_printed (k_of H rho) eps zeta_B (nu / (1 - eta)) (N H ps).
Proof.
  intros E H A workers ps p q rho eps zeta_B nu eta some r1 nu1 eta1 comp near mean_near.
  assert (w1 : 0 <= nu * eta < 1) by (split; nra).
  apply four_terms_4_0724; try assumption; [apply k_of_pos, r1|apply N_pos|].
  pose proof (compressed_mean H workers ps p q rho some r1 comp _ near) as c.
  pose proof (N_split H (mean q workers) (mean p workers) ps) as t.
  replace (eps + N H ps / (1 - nu * eta)) with (eps + nu * eta / (1 - nu * eta) * N H ps + N H ps) by (field; lra).
  lra.
Qed.
