(* Lemma 9: the mean of compressed messages over a set of workers that was fixed beforehand.

   With k = kappa(1 - rho) the paper prints
   ||H^{1/2}(Q(phat) - p* )||^2 <= (1 + k) eps^2 + (zeta_B^2 + k(1 + zeta_1^2)) P^2.
   Its proof drops the 2 of (x + y)^2 <= 2x^2 + 2y^2 three times. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Distortion Worker.
Import ListNotations.
Open Scope R_scope.

(* white_mean_deviation = ||H^{-1/2} mean_i(g_i - g)||, white_deviation_mean = mean_i ||H^{-1/2}(g_i - g)|| *)
Definition bound_lemma_9_sharpened (k eps omega white_mean_deviation white_deviation_mean omega_mean P : R) : R :=
  (sqrt k * (eps + (1 + omega) * P) + white_mean_deviation + omega * white_deviation_mean + omega_mean * P) ^ 2.

Definition bound_lemma_9_rederived (k eps zeta_B zeta_1 P : R) : R :=
  (4 + 8 * k) * eps ^ 2 + (4 * zeta_B ^ 2 + 4 * k * (1 + 2 * zeta_1 ^ 2)) * P ^ 2.

Section Lemma9.
Context {E : space} (H : spd E) {A : Type}.
Variables (workers : list A) (g ps : E) (p q : A -> E) (rho : R).
(* p* = H^{-1} g. Worker i has the direction p i and sends q i = Q(p i), with a rho-approximate compressor Q. *)
Hypothesis some : workers <> [].
Hypothesis star : H ps = g.
Hypothesis rho_at_most_1 : rho <= 1.
Hypothesis compresses : forall i, In i workers -> norm (q i [-] p i) ^ 2 <= (1 - rho) * norm (p i) ^ 2.

Notation P := (N H ps).
Notation k := (k_of H rho).

(* ||H^{1/2}(Q(phat) - phat)|| <= sqrt(k)(e + P) where every direction is within e of p*. *)
Lemma compressed_mean : forall e, (forall i, In i workers -> N H (p i [-] ps) <= e) ->
  N H (mean q workers [-] mean p workers) <= sqrt k * (e + P).
Proof.
  intros e near. rewrite <- mean_sub. eapply Rle_trans; [apply N_mean|]. apply rmean_le_const; [exact some|].
  intros i w.
  eapply Rle_trans; [apply compression_error with (1 := rho_at_most_1) (2 := compresses i w)|].
  apply Rmult_le_compat_l; [apply sqrt_pos|]. apply worker_size, near, w.
Qed.

(* Each worker solves with its own Hessian Hs i and its own gradient gs i. *)
Variables (Hs : A -> spd E) (gs pt d : A -> E).
Hypothesis solve : forall i, In i workers -> solves H g (Hs i) (gs i) (p i) (pt i) (d i).

(* Sharpened: with eps = tau max_i ||H^{-1/2}(g_i - g)||, compression costs sqrt(k)(eps + (1 + omega)P), and the mean of
   the directions is as far off as the sharpened Lemma 5 says. *)
Theorem lemma_9_sharpened : forall eps tau omega omega_mean : R,
  (forall i, In i workers -> tau_bound H (Hs i) tau) ->
  (forall i, In i workers -> omega_bound H (Hs i) omega) ->
  omega_mean_bound H Hs workers omega_mean ->
  (forall i, In i workers -> tau * N H (d i) <= eps) ->
  N H (mean q workers [-] ps) ^ 2 <=
  bound_lemma_9_sharpened k eps omega (N H (mean d workers)) (rmean (fun i => N H (d i)) workers) omega_mean P.
Proof.
  intros eps tau omega omega_mean t o om small.
  assert (first : N H (mean q workers [-] mean p workers) <= sqrt k * (eps + omega * P + P)).
  { apply compressed_mean. intros i w. pose proof (small i w).
    pose proof (worker_error H g _ _ ps _ _ _ tau omega star (solve i w) (t i w) (o i w)). lra. }
  pose proof (mean_error H g ps p Hs gs pt d workers star solve omega omega_mean o om) as second.
  unfold bound_lemma_9_sharpened. apply pow_incr. split; [apply N_pos|].
  pose proof (N_split H (mean q workers) (mean p workers) ps).
  replace (eps + (1 + omega) * P) with (eps + omega * P + P) by ring. lra.
Qed.

(* What the rederived lemma rests on: the square of the error is at most
   (4 + 8k) eps^2 + (4 zeta_B^2 + 4k(1 + 2 zeta_1^2)) P^2.
   All that the proof uses of eta: each direction is within eps + zeta_1 P of p*, and the mean within eps + zeta_B P. *)
Theorem lemma_9_rederived_from_errors : forall eps zeta_B zeta_1 : R,
  (forall i, In i workers -> N H (p i [-] ps) <= eps + zeta_1 * P) ->
  N H (mean p workers [-] ps) <= eps + zeta_B * P ->
  N H (mean q workers [-] ps) ^ 2 <= bound_lemma_9_rederived k eps zeta_B zeta_1 P.
Proof.
  intros eps zeta_B zeta_1 near mean_near.
  pose proof (compressed_mean _ near) as first.
  pose proof (N_split H (mean q workers) (mean p workers) ps) as split.
  pose proof (k_of_pos H rho rho_at_most_1) as k0.
  pose proof (sqrt_sqrt k k0) as root. pose proof (sqrt_pos k) as r0.
  set (x := N H (mean q workers [-] mean p workers)) in *. set (y := N H (mean p workers [-] ps)) in *.
  assert (x0 : 0 <= x) by apply N_pos. assert (y0 : 0 <= y) by apply N_pos.
  assert (xx : x ^ 2 <= k * (eps + zeta_1 * P + P) ^ 2).
  { replace (k * (eps + zeta_1 * P + P) ^ 2) with ((sqrt k * (eps + zeta_1 * P + P)) ^ 2)
      by (rewrite <- root at 2; ring).
    apply pow_incr. split; assumption. }
  assert (yy : y ^ 2 <= (eps + zeta_B * P) ^ 2) by (apply pow_incr; split; assumption).
  assert (three : (eps + zeta_1 * P + P) ^ 2 <= 4 * eps ^ 2 + 4 * (zeta_1 * P) ^ 2 + 2 * P ^ 2).
  { pose proof (pow2_ge_0 (eps + zeta_1 * P - P)). pose proof (pow2_ge_0 (eps - zeta_1 * P)). lra. }
  assert (two : (eps + zeta_B * P) ^ 2 <= 2 * eps ^ 2 + 2 * (zeta_B * P) ^ 2).
  { pose proof (pow2_ge_0 (eps - zeta_B * P)). lra. }
  assert (kthree : k * (eps + zeta_1 * P + P) ^ 2 <= k * (4 * eps ^ 2 + 4 * (zeta_1 * P) ^ 2 + 2 * P ^ 2)).
  { apply Rmult_le_compat_l; assumption. }
  apply Rle_trans with ((x + y) ^ 2); [apply pow_incr; split; [apply N_pos|exact split]|].
  pose proof (pow2_ge_0 (x - y)). unfold bound_lemma_9_rederived. lra.
Qed.

(* Rederived, with eta and eps measured: ||E_i|| <= nu eta and ||H^{-1/2}(g_i - g)||/(1 - eta) <= eps for
   all i, and ||mean_i E_i|| <= nu eta/sqrt|B|. Then zeta_1 = nu eta/(1 - eta) and zeta_B = zeta(|B|). *)
Theorem lemma_9_rederived : forall nu eta eps : R, 0 <= nu <= 1 -> 0 <= eta < 1 ->
  (forall i, In i workers -> close H (Hs i) (nu * eta)) ->
  mean_close H Hs workers (nu * eta / sqrt (INR (length workers))) ->
  (forall i, In i workers -> N H (d i) / (1 - eta) <= eps) ->
  N H (mean q workers [-] ps) ^ 2
    <= bound_lemma_9_rederived k eps (zeta nu eta (INR (length workers))) (zeta_1 nu eta) P.
Proof.
  intros nu eta eps n e each all small. apply lemma_9_rederived_from_errors.
  - intros i w. pose proof (small i w).
    pose proof (worker_error_on_event H g _ _ ps _ _ _ nu eta n e star (solve i w) (each i w)). lra.
  - apply (mean_error_on_events H g ps p Hs gs pt d workers star solve nu eta eps); assumption.
Qed.
End Lemma9.
