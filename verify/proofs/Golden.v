(* The golden ratio G = (1 + sqrt 5)/2, and why it is the constant of Theorem 1. Only real numbers here. *)
Require Import Reals Lra Psatz.
Open Scope R_scope.

Definition golden_ratio : R := (1 + sqrt 5) / 2.

(* sqrt 5 lies between 2.236067 and 2.236068. *)
Lemma sqrt_5 : sqrt 5 * sqrt 5 = 5 /\ 2236067 / 1000000 < sqrt 5 < 2236068 / 1000000.
Proof.
  assert (s : sqrt 5 * sqrt 5 = 5) by (apply sqrt_sqrt; lra).
  pose proof (sqrt_pos 5) as p. repeat split; [exact s|nra|nra].
Qed.

(* G^2 = G + 1. *)
Lemma golden_square : golden_ratio * golden_ratio = golden_ratio + 1.
Proof. destruct sqrt_5 as [s _]. unfold golden_ratio. nra. Qed.

Lemma golden_at_least_1 : 1 <= golden_ratio.
Proof. destruct sqrt_5 as [_ b]. unfold golden_ratio. lra. Qed.

(* From x^2 <= a x + b^2 + c^2, which is what Lemma 6 says of x = ||Delta_{t+1}||, follows x <= G max(a, b) + c. *)
Theorem golden_step : forall a b c x, 0 <= a -> 0 <= b -> 0 <= c -> 0 <= x ->
  x * x <= a * x + b * b + c * c -> x <= golden_ratio * Rmax a b + c.
Proof.
  intros a b c x a0 b0 c0 x0 h. pose proof golden_square as GG. pose proof golden_at_least_1 as G1.
  set (G := golden_ratio) in *.
  pose proof (Rmax_l a b) as Ma; pose proof (Rmax_r a b) as Mb. set (M := Rmax a b) in *.
  destruct (Rle_or_lt x (G * M + c)) as [ok|bad]; [exact ok|exfalso].
  set (y := G * M + c) in *.
  assert (yM : 0 <= y - M) by (unfold y; nra).
  assert (e : y * (y - M) = M * M + c * c + (2 * G - 1) * (M * c)).
  { unfold y. replace ((G * M + c) * (G * M + c - M))
      with ((G * G - G) * (M * M) + (2 * G - 1) * (M * c) + c * c) by ring.
    replace (G * G - G) with 1 by lra. ring. }
  assert (mc : 0 <= (2 * G - 1) * (M * c)) by (apply Rmult_le_pos; [lra|apply Rmult_le_pos; lra]).
  assert (bb : b * b <= M * M) by nra.
  assert (ax : a * x <= M * x) by nra.
  assert (p : 0 < (x - y) * (x + y - M)) by (apply Rmult_lt_0_compat; lra).
  assert (q : x * (x - M) - y * (y - M) = (x - y) * (x + y - M)) by ring.
  lra.
Qed.

(* No smaller constant would do in that step: at a = b = 1, c = 0 the number x = G meets the hypothesis with equality,
   and G max(a, b) + c is x. *)
Theorem golden_step_is_reached :
  golden_ratio * golden_ratio = 1 * golden_ratio + 1 * 1 + 0 * 0 /\ golden_ratio * Rmax 1 1 + 0 = golden_ratio.
Proof. pose proof golden_square. rewrite Rmax_left by lra. split; lra. Qed.

(* For 0 <= Z < 1, sqrt(1 - Z^2) + (1 + Z)/2 <= G. *)
Theorem golden_mixture : forall Z, 0 <= Z < 1 -> sqrt (1 - Z ^ 2) + (1 + Z) / 2 <= golden_ratio.
Proof.
  intros Z [z0 z1]. destruct sqrt_5 as [s [lo hi]].
  assert (p : 0 <= 1 - Z ^ 2) by nra.
  assert (q : sqrt (1 - Z ^ 2) <= (sqrt 5 - Z) / 2).
  { rewrite <- (sqrt_Rsqr ((sqrt 5 - Z) / 2)) by lra. apply sqrt_le_1_alt. unfold Rsqr.
    pose proof (Rle_0_sqr (sqrt 5 * Z - 1)) as t; unfold Rsqr in t. nra. }
  unfold golden_ratio. lra.
Qed.

(* Equality at Z = 1/sqrt 5. *)
Theorem golden_mixture_is_reached : sqrt (1 - (/ sqrt 5) ^ 2) + (1 + / sqrt 5) / 2 = golden_ratio.
Proof.
  destruct sqrt_5 as [s [lo hi]].
  assert (i : / sqrt 5 = sqrt 5 / 5).
  { apply Rmult_eq_reg_l with (sqrt 5); [rewrite Rinv_r by lra; unfold Rdiv; rewrite <- Rmult_assoc, s; field|lra]. }
  rewrite i. replace (1 - (sqrt 5 / 5) ^ 2) with (Rsqr (2 * sqrt 5 / 5)) by (unfold Rsqr; nra).
  rewrite sqrt_Rsqr by lra. unfold golden_ratio. lra.
Qed.
