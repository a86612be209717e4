(* How far Theorem 1 as printed can be off in d = 1 with the logistic loss: by 1.6082 at most.

   The step of its proof that fails is off by the golden ratio 1.61803; in d = 1 no instance comes that close, whatever
   its rows, labels, lambda, shards, m and eps. OneDimensionReached.v has numbers that meet the same
   hypotheses, with more than 1.608, but no shard. The argument:

   With Delta = w - w* and n = sum_j q_j x_j gap(x_j w, x_j Delta), g = H Delta + n, so that p* = (1 + rho) Delta with
   rho = n/(H Delta). From |phat - p*| sqrt H <= eps + zeta sqrt H |p*|, which Lemma 5 rederived gives,
     |Delta_{t+1}| <= (|rho| + zeta |1 + rho|) |Delta| + eps/sqrt H.
   |gap(z, u)| <= c u^2/2 gives |rho| <= (L|Delta|/H)/2 and with it the golden ratio. A second bound on gap is lower
   where that one is tight: u gap(z, u) <= t l''(z) u^2 + s c |u|^3 with s = 0.483, t = 0.0048. For each zeta one of the
   two is enough for 1.6082.

   The second bound is an inequality in a = e^{-z} and y = e^u: the cubic (1 + a y)((1 + t) u a + s c u^2 (1 + a)^2) -
   (y - 1) a (1 + a) must not be negative for a > 0. It is (a - alpha)^2 (c3 a + c0/alpha^2) + r1 a + r2 a^2 for every
   alpha > 0, so that it is enough to find alpha(u), here polynomials, with r1, r2 >= 0. These are inequalities in u
   alone, which Polynomial.v decides with the series of e^u. *)
Require Import Reals Lra Psatz List QArith Qreals Bool.
From Comrade Require Import Space Golden Contraction Logistic Polynomial ExpBounds.
Import ListNotations.
Open Scope R_scope.

(* ---------- the second bound on gap ---------- *)

Definition s : Q := 483 # 1000.
Definition t : Q := 48 # 10000.
(* Below s c = 0.483 sqrt(3)/18. *)
Definition slope_2 : Q := 464766 # 10000000.

(* alpha(u) for 0 <= u <= 1, and for 1 <= u <= 4.7. *)
Definition alpha_near : list Q := [2619267 # 10000000; -867662 # 10000000; 102167 # 10000000; -2089 # 10000000].
Definition alpha_far : list Q := [2626745 # 10000000; -884199 # 10000000; 115014 # 10000000; -5717 # 10000000].

(* alpha r1/u and alpha^2 r2/u as polynomials in u, where y = 1 + u rest. *)
Definition y_of (rest : list Q) : list Q := 1%Q :: rest.
Definition ky (rest : list Q) : list Q := times [0%Q; slope_2] (y_of rest).
Definition first (alpha rest : list Q) : list Q :=
  plus (minus (times alpha (minus (plus [(1 + t)%Q; (2 * slope_2)%Q] (ky rest)) rest))
              (times (times alpha (times alpha alpha)) (ky rest)))
       [0%Q; (2 * slope_2)%Q].
Definition second (alpha rest : list Q) : list Q :=
  plus (minus (times (times alpha alpha)
                     (minus (plus (plus [0%Q; slope_2] (times_by 2 (ky rest))) (times_by (1 + t) (y_of rest))) rest))
              [0%Q; slope_2])
       (times_by 2 (times (times alpha (times alpha alpha)) (ky rest))).

(* Everything that is needed between a and b, with so many terms of the series of e^u: alpha > 0, and both inequalities
   for the series below e^u and for the one above it. They are linear in y. *)
Definition decides (alpha : list Q) (terms : nat) (a b : Q) : bool :=
  let low := tl (series terms) in
  let high := tl (series_above terms) in
  nonneg (minus alpha [1 # 100]) a b &&
  (nonneg (first alpha low) a b && nonneg (first alpha high) a b &&
  (nonneg (second alpha low) a b && nonneg (second alpha high) a b)).

Lemma decided_near : decides alpha_near 11 0 1 = true.
Proof. vm_cast_no_check (eq_refl true). Qed.
Lemma decided_far : decides alpha_far 17 1 (47 # 10) = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

(* r1 and r2 are linear in y, so that it is enough to look at the ends of where y is. *)
Lemma linear_between : forall p q lo hi y, lo <= y <= hi -> 0 <= p + q * lo -> 0 <= p + q * hi -> 0 <= p + q * y.
Proof. intros p q lo hi y b h1 h2. destruct (Rle_or_lt 0 q); nra. Qed.

(* The two inequalities, as real numbers: alpha r1 and alpha^2 r2. *)
Definition r1 (al y k v : R) : R := al * (2 * k + v + y * k - y + 1) - al ^ 3 * (y * k) + 2 * k.
Definition r2 (al y k v : R) : R := al ^ 2 * (k + 2 * y * k + y * v - y + 1) - k + 2 * al ^ 3 * (y * k).

Section Values.
Variables (alpha rest : list Q) (u : R).
Let al := value alpha u.
Let y := 1 + u * value rest u.
Let k := Q2R slope_2 * (u * u).
Let v := (1 + Q2R t) * u.
Lemma two_slopes : Q2R (2 * slope_2) = 2 * Q2R slope_2.
Proof. unfold Q2R, slope_2; simpl; field. Qed.
Lemma one_and_t : Q2R (1 + t) = 1 + Q2R t.
Proof. rewrite Q2R_plus, Q2R_1. reflexivity. Qed.
Lemma Q2R_2 : Q2R 2 = 2.
Proof. unfold Q2R; simpl; lra. Qed.
Lemma y_value : value (y_of rest) u = y.
Proof. simpl. rewrite Q2R_1. reflexivity. Qed.
Lemma ky_value : value (ky rest) u = u * Q2R slope_2 * y.
Proof. unfold ky. rewrite times_value, y_value. simpl. rewrite Q2R_0. ring. Qed.
Lemma first_value : r1 al y k v = u * value (first alpha rest) u.
Proof.
  unfold first. rewrite plus_value, minus_value, !times_value, minus_value, plus_value, ky_value. fold al. simpl.
  rewrite Q2R_0, two_slopes, one_and_t. unfold r1, k, v, y. ring.
Qed.
Lemma second_value : r2 al y k v = u * value (second alpha rest) u.
Proof.
  unfold second. rewrite plus_value, minus_value, !times_value, minus_value, !plus_value, !times_by_value, !times_value.
  rewrite ky_value, y_value. fold al. simpl. rewrite Q2R_0, Q2R_2, one_and_t. unfold r2, k, v, y. ring.
Qed.
End Values.

Lemma series_tail : forall n u, value (series (S n)) u = 1 + u * value (tl (series (S n))) u.
Proof.
  intros n u. assert (h : exists r, series (S n) = 1%Q :: r).
  { induction n as [|n [r IH]]; [exists []; reflexivity|]. exists (r ++ [inverse_factorial (S n)]).
    change (series (S (S n))) with (series (S n) ++ [inverse_factorial (S n)]). rewrite IH. reflexivity. }
  destruct h as [r e]. rewrite e. simpl. rewrite Q2R_1. reflexivity.
Qed.
Lemma series_above_tail : forall n u, value (series_above (S n)) u = 1 + u * value (tl (series_above (S n))) u.
Proof.
  intros n u. unfold series_above. assert (h : exists r, series (S n) = 1%Q :: r).
  { induction n as [|n [r IH]]; [exists []; reflexivity|]. exists (r ++ [inverse_factorial (S n)]).
    change (series (S (S n))) with (series (S n) ++ [inverse_factorial (S n)]). rewrite IH. reflexivity. }
  destruct h as [r e]. rewrite e. simpl. rewrite Q2R_1. reflexivity.
Qed.

(* What `decides` decides. *)
Lemma decides_sound : forall alpha n a b, decides alpha (S n) a b = true ->
  forall u, Q2R a <= u <= Q2R b -> 0 <= u <= 5 ->
  exists al, 0 < al /\ 0 <= r1 al (exp u) (Q2R slope_2 * (u * u)) ((1 + Q2R t) * u)
    /\ 0 <= r2 al (exp u) (Q2R slope_2 * (u * u)) ((1 + Q2R t) * u).
Proof.
  intros alpha n a b h u ab u5. unfold decides in h.
  apply andb_prop in h. destruct h as [h0 h]. apply andb_prop in h. destruct h as [h1 h2].
  apply andb_prop in h1. destruct h1 as [h1 h1']. apply andb_prop in h2. destruct h2 as [h2 h2'].
  pose proof (nonneg_sound _ _ _ h0 u ab) as p. rewrite minus_value in p. simpl in p.
  assert (e100 : Q2R (1 # 100) = / 100) by (unfold Q2R; simpl; lra).
  pose proof (nonneg_sound _ _ _ h1 u ab) as p1. pose proof (nonneg_sound _ _ _ h1' u ab) as p1'.
  pose proof (nonneg_sound _ _ _ h2 u ab) as p2. pose proof (nonneg_sound _ _ _ h2' u ab) as p2'.
  pose proof (exp_above_series (S n) u ltac:(lra)) as lo. pose proof (exp_below_series (S n) u u5) as hi.
  rewrite series_tail in lo. rewrite series_above_tail in hi.
  apply (Rmult_le_pos u) in p1; [|lra]. apply (Rmult_le_pos u) in p1'; [|lra].
  apply (Rmult_le_pos u) in p2; [|lra]. apply (Rmult_le_pos u) in p2'; [|lra].
  rewrite <- first_value in p1, p1'. rewrite <- second_value in p2, p2'.
  set (al := value alpha u) in *. set (k := Q2R slope_2 * (u * u)) in *. set (v := (1 + Q2R t) * u) in *.
  set (yl := 1 + u * value (tl (series (S n))) u) in *. set (yh := 1 + u * value (tl (series_above (S n))) u) in *.
  exists al. split; [lra|]. split.
  - assert (e : forall y, r1 al y k v = al * (2 * k + v + 1) + 2 * k + (al * (k - 1) - al ^ 3 * k) * y)
      by (intros; unfold r1; ring).
    rewrite e in *. apply (linear_between _ _ yl yh); [lra|exact p1|exact p1'].
  - assert (e : forall y, r2 al y k v = al ^ 2 * (k + 1) - k + (al ^ 2 * (2 * k + v - 1) + 2 * al ^ 3 * k) * y)
      by (intros; unfold r2; ring).
    rewrite e in *. apply (linear_between _ _ yl yh); [lra|exact p2|exact p2'].
Qed.

(* The cubic in a. *)
Lemma cubic : forall al y k v a, 0 < al -> 0 <= k -> 0 <= y -> 0 < a -> 0 <= r1 al y k v -> 0 <= r2 al y k v ->
  (y - 1) * a * (1 + a) <= (1 + a * y) * (v * a + k * (1 + a) ^ 2).
Proof.
  intros al y k v a al0 k0 y0 a0 h1 h2.
  assert (e : al ^ 2 * ((1 + a * y) * (v * a + k * (1 + a) ^ 2) - (y - 1) * a * (1 + a))
    = (a - al) ^ 2 * (y * k * al ^ 2 * a + k) + al * a * r1 al y k v + a ^ 2 * r2 al y k v) by (unfold r1, r2; ring).
  assert (q : 0 <= (a - al) ^ 2 * (y * k * al ^ 2 * a + k)).
  { apply Rmult_le_pos; [apply pow2_ge_0|]. pose proof (pow2_ge_0 al).
    assert (0 <= y * k * al ^ 2 * a) by (repeat apply Rmult_le_pos; lra). lra. }
  assert (q1 : 0 <= al * a * r1 al y k v) by (apply Rmult_le_pos; [apply Rmult_le_pos; lra|exact h1]).
  assert (q2 : 0 <= a ^ 2 * r2 al y k v) by (apply Rmult_le_pos; [apply pow2_ge_0|exact h2]).
  assert (al2 : 0 < al ^ 2) by (apply pow_lt, al0).
  assert (p : 0 <= (1 + a * y) * (v * a + k * (1 + a) ^ 2) - (y - 1) * a * (1 + a)).
  { apply Rmult_le_reg_l with (al ^ 2); [exact al2|]. lra. }
  lra.
Qed.

Lemma slope_2_le : Q2R slope_2 <= 483 / 1000 * steepest.
Proof. destruct sqrt_3 as [_ [lo _]]. unfold steepest, Q2R, slope_2; simpl. lra. Qed.
Lemma slope_2_pos : 0 < Q2R slope_2.
Proof. unfold Q2R, slope_2; simpl. lra. Qed.
Lemma t_value : Q2R t = 48 / 10000.
Proof. unfold Q2R, t; simpl. lra. Qed.

(* gap(z, u) <= t l''(z) u + s c u^2 for u >= 0 *)
Lemma gap_second_pos : forall z u, 0 <= u ->
  gap z u <= 48 / 10000 * curvature z * u + 483 / 1000 * steepest * (u * u).
Proof.
  intros z u u0. pose proof slope_2_le as sl. pose proof slope_2_pos as s0. pose proof (curvature_pos z) as cz.
  apply Rle_trans with (48 / 10000 * curvature z * u + Q2R slope_2 * (u * u)).
  2: { apply Rplus_le_compat_l, Rmult_le_compat_r; [apply Rle_0_sqr|exact sl]. }
  destruct (Rle_or_lt (47 / 10) u) as [far|near].
  { (* sigma(z) - sigma(z - u) <= 1 *)
    unfold gap. pose proof (sigma_pos z). pose proof (sigma_pos (z - u)).
    assert (0 <= curvature z * u) by (apply Rmult_le_pos; lra).
    assert (Q2R slope_2 * (47 / 10 * (47 / 10)) <= Q2R slope_2 * (u * u)) by (apply Rmult_le_compat_l; [lra|nra]).
    assert (1 <= Q2R slope_2 * (47 / 10 * (47 / 10))) by (unfold Q2R, slope_2; simpl; lra).
    lra. }
  assert (h : exists al, 0 < al /\ 0 <= r1 al (exp u) (Q2R slope_2 * (u * u)) ((1 + Q2R t) * u)
    /\ 0 <= r2 al (exp u) (Q2R slope_2 * (u * u)) ((1 + Q2R t) * u)).
  { destruct (Rle_or_lt u 1) as [l|l].
    - apply (decides_sound _ _ _ _ decided_near); [rewrite Q2R_0, Q2R_1|]; lra.
    - apply (decides_sound _ _ _ _ decided_far); [rewrite Q2R_1; unfold Q2R; simpl|]; lra. }
  destruct h as [al [al0 [h1 h2]]].
  pose proof (exp_pos (- z)) as a0. pose proof (exp_pos u) as y0.
  assert (k0 : 0 <= Q2R slope_2 * (u * u)) by (apply Rmult_le_pos; [lra|apply Rle_0_sqr]).
  pose proof (cubic al (exp u) _ _ (exp (- z)) al0 k0 ltac:(lra) a0 h1 h2) as c. rewrite t_value in c.
  unfold gap. rewrite sigma_step_rational, curvature_rational. set (a := exp (- z)) in *. set (y := exp u) in *.
  set (k := Q2R slope_2 * (u * u)) in *.
  assert (ay : 0 < 1 + a * y) by nra. assert (d : 0 < (1 + a) ^ 2 * (1 + a * y)) by (apply Rmult_lt_0_compat; nra).
  apply Rmult_le_reg_r with ((1 + a) ^ 2 * (1 + a * y)); [exact d|].
  replace ((a * (y - 1) / ((1 + a) * (1 + a * y)) - a / (1 + a) ^ 2 * u) * ((1 + a) ^ 2 * (1 + a * y)))
    with ((y - 1) * a * (1 + a) - a * u * (1 + a * y)) by (field; split; lra).
  replace ((48 / 10000 * (a / (1 + a) ^ 2) * u + k) * ((1 + a) ^ 2 * (1 + a * y)))
    with ((1 + a * y) * (48 / 10000 * u * a + k * (1 + a) ^ 2)) by (field; lra).
  lra.
Qed.
(* u gap(z, u) <= t l''(z) u^2 + s c |u|^3 for every u *)
Lemma gap_second : forall z u,
  u * gap z u <= 48 / 10000 * (curvature z * (u * u)) + 483 / 1000 * steepest * Rabs u ^ 3.
Proof.
  intros z u. destruct (Rle_or_lt 0 u) as [h|h].
  - rewrite Rabs_right by lra. pose proof (gap_second_pos z u h) as g. apply (Rmult_le_compat_l u) in g; [|exact h].
    eapply Rle_trans; [exact g|right; ring].
  - rewrite Rabs_left by exact h. pose proof (gap_second_pos (- z) (- u) ltac:(lra)) as g. rewrite gap_opp in g.
    assert (e : curvature (- z) = curvature z) by (unfold curvature; rewrite sigma_opp; ring). rewrite e in g.
    apply (Rmult_le_compat_l (- u)) in g; [|lra].
    eapply Rle_trans; [|eapply Rle_trans; [exact g|right; ring]]. right; ring.
Qed.

(* ---------- one of the two bounds is enough ---------- *)

(* The limit. *)
Definition one_dimension : R := 16082 / 10000.

(* (1 + p^2) 1.6082 - (1 - p^2) - s (1 + p)^2, and 2p times that without t (1 - p^2)(1 + p)^2. *)
Definition room : list Q := [(16082 # 10000) - 1 - s; (-2) * s; (16082 # 10000) + 1 - s]%Q.
Definition room_2 : list Q :=
  minus (times [0%Q; 2%Q] room) (times_by t (times [1%Q; 0%Q; (-1)%Q] [1%Q; 2%Q; 1%Q])).
Lemma decided_room : nonneg room_2 (166 # 1000) (308 # 1000) = true.
Proof. vm_compute. reflexivity. Qed.

(* For every zeta = 2p/(1 + p^2), one of the two. *)
Lemma covers : forall z, 0 < z < 1 -> let q := sqrt (1 - z ^ 2) in
  q + (1 + z) / 2 <= one_dimension \/ q + (1 + z) * (483 / 1000 + 48 / 10000 * (q / z)) <= one_dimension.
Proof.
  intros z [z0 z1] q. assert (w : 0 < 1 - z ^ 2) by nra.
  assert (q0 : 0 < q) by (apply sqrt_lt_R0, w). assert (qq : q * q = 1 - z ^ 2) by (apply sqrt_sqrt; lra).
  set (p := z / (1 + q)).
  assert (pz : p * (1 + q) = z) by (unfold p; field; lra).
  assert (p0 : 0 < p) by (unfold p, Rdiv; apply Rmult_lt_0_compat; [exact z0|apply Rinv_0_lt_compat; lra]).
  assert (pq : q * (1 + p * p) = 1 - p * p).
  { apply Rmult_eq_reg_r with ((1 + q) * (1 + q)); [|nra].
    replace (q * (1 + p * p) * ((1 + q) * (1 + q))) with (q * ((1 + q) * (1 + q) + (p * (1 + q)) * (p * (1 + q))))
      by ring.
    replace ((1 - p * p) * ((1 + q) * (1 + q))) with ((1 + q) * (1 + q) - (p * (1 + q)) * (p * (1 + q))) by ring.
    rewrite pz. replace (z * z) with (1 - q * q) by (simpl in qq; lra). ring. }
  assert (zp : z * (1 + p * p) = 2 * p) by (rewrite <- pz at 1; nra).
  assert (d : 0 < 1 + p * p) by nra.
  destruct (Rle_or_lt p (166 / 1000)) as [l|l]; [left|destruct (Rle_or_lt p (308 / 1000)) as [r|r]; [right|left]].
  - apply Rmult_le_reg_r with (1 + p * p); [exact d|].
    replace ((q + (1 + z) / 2) * (1 + p * p)) with (q * (1 + p * p) + (1 + p * p + z * (1 + p * p)) / 2) by field.
    rewrite pq, zp. unfold one_dimension. nra.
  - assert (n : 0 <= value room_2 p).
    { apply (nonneg_sound _ _ _ decided_room). unfold Q2R; simpl. lra. }
    unfold room_2 in n. rewrite minus_value, times_value, times_by_value, times_value in n.
    assert (rv : value room p = (1 + p * p) * one_dimension - (1 - p * p) - 483 / 1000 * ((1 + p) * (1 + p))).
    { simpl. unfold Q2R, s, one_dimension; simpl. field. }
    rewrite rv, t_value in n. simpl value in n. rewrite Q2R_0, Q2R_1, Q2R_2 in n.
    replace (Q2R (-1)) with (-1) in n by (unfold Q2R; simpl; lra).
    assert (e : q / z = (1 - p * p) / (2 * p)).
    { rewrite <- pq, <- zp. field. split; lra. }
    rewrite e. apply Rmult_le_reg_r with (2 * p * (1 + p * p)); [nra|].
    replace ((q + (1 + z) * (483 / 1000 + 48 / 10000 * ((1 - p * p) / (2 * p)))) * (2 * p * (1 + p * p)))
      with (2 * p * (q * (1 + p * p))
        + (1 + p * p + z * (1 + p * p)) * (483 / 1000 * (2 * p) + 48 / 10000 * (1 - p * p))) by (field; lra).
    rewrite pq, zp. lra.
  - apply Rmult_le_reg_r with (1 + p * p); [exact d|].
    replace ((q + (1 + z) / 2) * (1 + p * p)) with (q * (1 + p * p) + (1 + p * p + z * (1 + p * p)) / 2) by field.
    rewrite pq, zp. unfold one_dimension. nra.
Qed.

(* |rho| + zeta |1 + rho| <= 1.6082 max(zeta/q, l), q = sqrt(1 - zeta^2), l = L|Delta|/H *)
Lemma ratio : forall z l rho, 0 <= z < 1 -> 0 <= l -> Rabs rho <= l / 2 -> rho <= 48 / 10000 + 483 / 1000 * l ->
  Rabs rho + z * Rabs (1 + rho) <= one_dimension * Rmax (z / sqrt (1 - z ^ 2)) l.
Proof.
  intros z l rho [z0 z1] l0 h1 h2. set (q := sqrt (1 - z ^ 2)). set (M := Rmax (z / q) l).
  assert (w : 0 < 1 - z ^ 2) by nra. assert (q0 : 0 < q) by (apply sqrt_lt_R0, w).
  assert (qq : q * q = 1 - z ^ 2) by (apply sqrt_sqrt; lra). assert (q1 : q <= 1) by nra.
  assert (m1 : z / q <= M) by apply Rmax_l. assert (m2 : l <= M) by apply Rmax_r.
  assert (zq : z <= q * M).
  { replace z with (q * (z / q)) at 1 by (field; lra). apply Rmult_le_compat_l; lra. }
  assert (M0 : 0 <= M) by lra.
  destruct (Rle_or_lt rho 0) as [neg|pos].
  - rewrite (Rabs_left1 rho) in * by exact neg. destruct (Rle_or_lt (-1) rho) as [a|a].
    + rewrite Rabs_right by lra. unfold one_dimension.
      (* zeta + (1 - zeta)|rho| <= (q + (1 - zeta)/2) M *)
      assert ((1 - z) * - rho <= (1 - z) * (M / 2)) by (apply Rmult_le_compat_l; lra). nra.
    + rewrite Rabs_left by lra. unfold one_dimension. nra.
  - rewrite (Rabs_right rho) in * by lra. rewrite Rabs_right by lra.
    destruct (Req_dec z 0) as [e|e]; [subst z; unfold one_dimension; nra|].
    destruct (covers z ltac:(lra)) as [c|c]; fold q in c.
    + assert ((1 + z) * rho <= (1 + z) * (M / 2)) by (apply Rmult_le_compat_l; lra).
      assert ((q + (1 + z) / 2) * M <= one_dimension * M) by (apply Rmult_le_compat_r; assumption). lra.
    + assert (one : 1 <= q / z * M).
      { replace 1 with (q / z * (z / q)) by (field; lra). apply Rmult_le_compat_l; [|exact m1].
        unfold Rdiv. apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra]. }
      assert (b : rho <= 48 / 10000 * (q / z * M) + 483 / 1000 * M) by lra.
      assert ((1 + z) * rho <= (1 + z) * (48 / 10000 * (q / z * M) + 483 / 1000 * M)) by (apply Rmult_le_compat_l; lra).
      assert ((q + (1 + z) * (483 / 1000 + 48 / 10000 * (q / z))) * M <= one_dimension * M)
        by (apply Rmult_le_compat_r; assumption). lra.
Qed.

(* ---------- the theorem ---------- *)

Section Printed.
(* Rows with shares q_j, numbers x_j and labels y_j; f(w) = sum_j q_j l_j(x_j w) + (lambda/2) w^2. *)
Context {A : Type}.
Variables (rows : list A) (q x y : A -> R) (lambda w ws phat eps zeta : R).
Hypothesis shares : forall j, In j rows -> 0 <= q j.
Hypothesis labels : forall j, In j rows -> y j = 1 \/ y j = -1.
Hypothesis ridge : 0 <= lambda.
Definition derivative (v : R) : R := rsum (fun j => q j * slope (y j) (x j * v) * x j) rows + lambda * v.
Let H := rsum (fun j => q j * curvature (x j * w) * (x j * x j)) rows + lambda.
Let L := steepest * rsum (fun j => q j * Rabs (x j) ^ 3) rows.
Hypothesis curved : 0 < H.
Hypothesis is_minimiser : derivative ws = 0.
Let Delta := w - ws.
Let ps := derivative w / H.
Hypothesis eps_pos : 0 <= eps.
Hypothesis zeta_small : 0 <= zeta < 1.
(* Lemma 5 rederived: ||H^{1/2}(phat - p* )|| <= eps + zeta P. *)
Hypothesis step : sqrt H * Rabs (phat - ps) <= eps + zeta * (sqrt H * Rabs ps).

Let n := rsum (fun j => q j * x j * gap (x j * w) (x j * Delta)) rows.
Lemma gradient_is : derivative w = H * Delta + n.
Proof.
  replace (derivative w) with (derivative w - derivative ws) by (rewrite is_minimiser; ring).
  unfold derivative, H, n.
  set (a := rsum (fun j => q j * slope (y j) (x j * w) * x j) rows).
  set (b := rsum (fun j => q j * slope (y j) (x j * ws) * x j) rows).
  set (c := rsum (fun j => q j * curvature (x j * w) * (x j * x j)) rows).
  set (d := rsum _ rows).
  assert (e : a + -1 * b = Delta * c + d).
  { unfold a, b, c, d. rewrite <- !rsum_scal, <- !rsum_plus. apply rsum_ext. intros j i.
    rewrite !slope_label by (apply labels, i). unfold gap.
    replace (x j * w - x j * Delta) with (x j * ws) by (unfold Delta; ring). ring. }
  unfold Delta in *. lra.
Qed.
Lemma L_pos : 0 <= L.
Proof.
  pose proof steepest_pos. apply Rmult_le_pos; [lra|].
  replace 0 with (rsum (fun _ : A => 0) rows) by (rewrite rsum_const; ring). apply rsum_le. intros j i.
  apply Rmult_le_pos; [apply shares, i|apply pow_le, Rabs_pos].
Qed.
(* |n| <= (L/2) Delta^2 *)
Lemma n_first : Rabs n <= L / 2 * (Delta * Delta).
Proof.
  assert (h : forall sg, sg = 1 \/ sg = -1 -> sg * n <= L / 2 * (Delta * Delta)).
  { intros sg s1. unfold n, L.
    replace (steepest * rsum (fun j => q j * Rabs (x j) ^ 3) rows / 2 * (Delta * Delta))
      with (steepest / 2 * (Delta * Delta) * rsum (fun j => q j * Rabs (x j) ^ 3) rows) by field.
    rewrite <- !rsum_scal. apply rsum_le. intros j i.
    pose proof (gap_by_square (x j * w) (x j * Delta)) as g. set (gp := gap (x j * w) (x j * Delta)) in *.
    apply Rle_trans with (q j * (Rabs (x j) * Rabs gp)).
    - replace (sg * (q j * x j * gp)) with (q j * (sg * (x j * gp))) by ring.
      apply Rmult_le_compat_l; [apply shares, i|]. rewrite <- Rabs_mult.
      pose proof (Rle_abs (x j * gp)). pose proof (Rle_abs (- (x j * gp))) as m. rewrite Rabs_Ropp in m.
      destruct s1; subst sg; lra.
    - replace (steepest / 2 * (Delta * Delta) * (q j * Rabs (x j) ^ 3))
        with (q j * (Rabs (x j) * (steepest / 2 * ((Rabs (x j) * Rabs (x j)) * (Delta * Delta))))) by ring.
      apply Rmult_le_compat_l; [apply shares, i|]. apply Rmult_le_compat_l; [apply Rabs_pos|].
      rewrite <- Rabs_mult, (Rabs_right (x j * x j)) by (apply Rle_ge, Rle_0_sqr).
      eapply Rle_trans; [exact g|right; ring]. }
  apply Rabs_le. pose proof (h 1 ltac:(lra)). pose proof (h (-1) ltac:(lra)). lra.
Qed.
(* n Delta <= t H Delta^2 + s L |Delta|^3 *)
Lemma n_second : n * Delta <= 48 / 10000 * (H * (Delta * Delta)) + 483 / 1000 * (L * Rabs Delta ^ 3).
Proof.
  apply Rle_trans with (48 / 10000 * ((H - lambda) * (Delta * Delta)) + 483 / 1000 * (L * Rabs Delta ^ 3)).
  2: { assert (0 <= lambda * (Delta * Delta)) by (apply Rmult_le_pos; [exact ridge|apply Rle_0_sqr]). lra. }
  unfold n, H, L.
  replace (rsum (fun j => q j * curvature (x j * w) * (x j * x j)) rows + lambda - lambda)
    with (rsum (fun j => q j * curvature (x j * w) * (x j * x j)) rows) by ring.
  set (c := rsum (fun j => q j * curvature (x j * w) * (x j * x j)) rows).
  set (b := rsum (fun j => q j * Rabs (x j) ^ 3) rows). rewrite (Rmult_comm _ Delta).
  replace (48 / 10000 * (c * (Delta * Delta)) + 483 / 1000 * (steepest * b * Rabs Delta ^ 3))
    with (48 / 10000 * (Delta * Delta) * c + 483 / 1000 * steepest * Rabs Delta ^ 3 * b) by ring.
  unfold b, c. rewrite <- !rsum_scal, <- rsum_plus. apply rsum_le. intros j i.
  pose proof (gap_second (x j * w) (x j * Delta)) as g. rewrite Rabs_mult in g.
  apply (Rmult_le_compat_l (q j)) in g; [|apply shares, i].
  eapply Rle_trans; [|eapply Rle_trans; [exact g|right; ring]]. right; ring.
Qed.

(* Theorem 1 as printed is off by 1.6082 at most where d = 1 and the loss is logistic: kappa = 1, sigma_min = H, and
   |Delta_{t+1}| <= 1.6082 (max{ sqrt(zeta^2/(1 - zeta^2)) |Delta_t|, (L/H) Delta_t^2 } + 2 eps/sqrt H).
   L = c sum_j q_j |x_j|^3 is the smaller one of the two constants of Logistic.v, because d = 1. *)
Theorem theorem_1_printed_one_dimension :
  Rabs (Delta - phat) <= one_dimension * bound_theorem_1_printed eps zeta 1 L H (Rabs Delta).
Proof.
  assert (sH : 0 < sqrt H) by (apply sqrt_lt_R0, curved). pose proof L_pos as lp.
  assert (i : 0 < / sqrt H) by (apply Rinv_0_lt_compat, sH). pose proof (Rabs_pos Delta) as d0.
  (* phat is within eps/sqrt H + zeta |p*| of p*. *)
  assert (near : Rabs (phat - ps) <= eps / sqrt H + zeta * Rabs ps).
  { apply Rmult_le_reg_l with (sqrt H); [exact sH|].
    replace (sqrt H * (eps / sqrt H + zeta * Rabs ps)) with (eps + zeta * (sqrt H * Rabs ps)) by (field; lra).
    exact step. }
  assert (tri : Rabs (Delta - phat) <= Rabs (Delta - ps) + Rabs (phat - ps)).
  { replace (Delta - phat) with ((Delta - ps) + - (phat - ps)) by ring. rewrite <- (Rabs_Ropp (phat - ps)).
    apply Rabs_triang. }
  assert (e0 : 0 <= eps / sqrt H) by (unfold Rdiv; apply Rmult_le_pos; lra).
  set (l := L * Rabs Delta / H). set (rho := n / (H * Delta)).
  assert (l0 : 0 <= l).
  { unfold l, Rdiv. apply Rmult_le_pos; [apply Rmult_le_pos; assumption|apply Rlt_le, Rinv_0_lt_compat, curved]. }
  assert (main : Rabs (Delta - ps) + zeta * Rabs ps
    <= one_dimension * (Rmax (zeta / sqrt (1 - zeta ^ 2)) l * Rabs Delta)).
  { destruct (Req_dec Delta 0) as [z|z].
    - assert (n0 : n = 0).
      { pose proof n_first as f. rewrite z in f. replace (L / 2 * (0 * 0)) with 0 in f by ring.
        destruct (Req_dec n 0) as [e|e]; [exact e|]. pose proof (Rabs_pos_lt n e). lra. }
      assert (p0 : ps = 0) by (unfold ps; rewrite gradient_is, n0, z; unfold Rdiv; ring).
      rewrite p0, z, Rminus_0_r, Rabs_R0. lra.
    - assert (psr : ps = (1 + rho) * Delta) by (unfold ps, rho; rewrite gradient_is; field; split; [exact z|lra]).
      assert (ad : 0 < Rabs Delta) by (apply Rabs_pos_lt, z).
      assert (dd : Delta * Delta = Rabs Delta * Rabs Delta).
      { rewrite <- Rabs_mult, Rabs_right; [reflexivity|apply Rle_ge, Rle_0_sqr]. }
      assert (hd : 0 < H * (Delta * Delta)) by (rewrite dd; apply Rmult_lt_0_compat; [exact curved|nra]).
      replace (Delta - ps) with (- (rho * Delta)) by (rewrite psr; ring).
      rewrite Rabs_Ropp, psr, !Rabs_mult.
      assert (r1' : Rabs rho <= l / 2).
      { apply Rmult_le_reg_r with (H * Rabs Delta); [nra|]. unfold rho, Rdiv at 1.
        rewrite Rabs_mult, Rabs_inv, Rabs_mult, (Rabs_right H), Rmult_assoc, Rinv_l by nra.
        pose proof n_first as f. rewrite dd in f. unfold l.
        replace (L * Rabs Delta / H / 2 * (H * Rabs Delta)) with (L / 2 * (Rabs Delta * Rabs Delta)) by (field; lra).
        lra. }
      assert (r2' : rho <= 48 / 10000 + 483 / 1000 * l).
      { apply Rmult_le_reg_r with (H * (Delta * Delta)); [exact hd|].
        replace (rho * (H * (Delta * Delta))) with (n * Delta) by (unfold rho; field; split; [exact z|lra]).
        eapply Rle_trans; [exact n_second|]. right. unfold l. rewrite dd. field. lra. }
      pose proof (ratio zeta l rho zeta_small l0 r1' r2') as f.
      apply (Rmult_le_compat_r (Rabs Delta)) in f; [|lra]. lra. }
  unfold bound_theorem_1_printed.
  assert (b : sqrt (1 * zeta ^ 2 / (1 - zeta ^ 2)) = zeta / sqrt (1 - zeta ^ 2)).
  { rewrite Rmult_1_l, sqrt_div_alt by nra. rewrite sqrt_pow2 by lra. reflexivity. }
  rewrite b. replace (L / H * Rabs Delta ^ 2) with (l * Rabs Delta) by (unfold l; field; lra).
  rewrite (Rmult_comm _ (Rabs Delta)), (Rmult_comm l), RmaxRmult, (Rmult_comm (Rabs Delta)) by exact d0.
  replace (2 * eps / sqrt H) with (2 * (eps / sqrt H)) by (field; lra).
  unfold one_dimension in *. lra.
Qed.
End Printed.
