(* Lemma 7: one step along the mean of the kept messages, where liars send anything and nothing is compressed.

   Printed: phi(phat) <= eps_byz^2 + (1 - zeta_byz^2) phi(p* ). Lemma7Unbounded.v refutes it.
   Here a = |M|/|U|, c = |B|/|U| and t = |T|/|U|. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Distortion Counting Worker Trimming.
Import ListNotations.
Open Scope R_scope.

(* As printed, with phi(p* ) = -P^2/2. Nothing below proves it. *)
Definition bound_lemma_7_printed_zeta_squared (a kappa c zeta_MT zeta_M zeta_1 : R) : R :=
  2 * a ^ 2 * zeta_MT ^ 2 + a ^ 2 * zeta_M ^ 2 + 4 * kappa * c ^ 2 * (2 + zeta_1 ^ 2).
Definition bound_lemma_7_printed (a kappa c eps zeta_MT zeta_M zeta_1 P : R) : R :=
  (3 * a ^ 2 + 4 * kappa * c ^ 2) * eps ^ 2
  + 1 / 2 * bound_lemma_7_printed_zeta_squared a kappa c zeta_MT zeta_M zeta_1 * P ^ 2.

(* (1 - c)(eps + omega P) + c sqrt(kappa)(eps + (2 + omega)P), how far the step is from p*. *)
Definition bound_lemma_7_norm (kappa c eps omega P : R) : R :=
  (1 - c) * (eps + omega * P) + c * sqrt kappa * (eps + (2 + omega) * P).
Definition bound_lemma_7_sharpened (kappa c eps omega P : R) : R :=
  1 / 2 * (bound_lemma_7_norm kappa c eps omega P) ^ 2.

Definition bound_lemma_7_eps_byz_squared (a t kappa c eps : R) : R :=
  (2 * a ^ 2 + 4 * t ^ 2 + 16 * kappa * c ^ 2) * eps ^ 2.
Definition bound_lemma_7_zeta_byz_squared (a t kappa c zeta_M zeta_1 : R) : R :=
  2 * a ^ 2 * zeta_M ^ 2 + 4 * t ^ 2 * zeta_1 ^ 2 + 4 * kappa * c ^ 2 * (3 + 4 * zeta_1 ^ 2).
Definition bound_lemma_7_rederived (a t kappa c eps zeta_M zeta_1 P : R) : R :=
  bound_lemma_7_eps_byz_squared a t kappa c eps + bound_lemma_7_zeta_byz_squared a t kappa c zeta_M zeta_1 * P ^ 2.

Lemma eps_byz_squared_pos : forall a t kappa c eps, 0 <= kappa -> 0 <= bound_lemma_7_eps_byz_squared a t kappa c eps.
Proof.
  intros a t kappa c eps k0. apply Rmult_le_pos; [|apply pow2_ge_0]. pose proof (pow2_ge_0 a). pose proof (pow2_ge_0 t).
  pose proof (Rmult_le_pos kappa (c ^ 2) k0 (pow2_ge_0 c)). lra.
Qed.
Lemma zeta_byz_squared_pos : forall a t kappa c zeta_M zeta_1, 0 <= kappa ->
  0 <= bound_lemma_7_zeta_byz_squared a t kappa c zeta_M zeta_1.
Proof.
  intros a t kappa c zeta_M zeta_1 k0. pose proof (Rmult_le_pos kappa (c ^ 2) k0 (pow2_ge_0 c)) as kc.
  pose proof (Rmult_le_pos _ _ kc (pow2_ge_0 zeta_1)). pose proof (pow2_ge_0 (a * zeta_M)).
  pose proof (pow2_ge_0 (t * zeta_1)). unfold bound_lemma_7_zeta_byz_squared. lra.
Qed.

(* Of three parts, half the square of the sum is at most x^2 + 2y^2 + 2z^2. *)
Lemma three_terms : forall x y z : R, / 2 * (x + (y + z)) ^ 2 <= x ^ 2 + 2 * y ^ 2 + 2 * z ^ 2.
Proof. intros x y z. pose proof (pow2_ge_0 (x - (y + z))). pose proof (pow2_ge_0 (y - z)). lra. Qed.
Lemma two_terms : forall x y : R, (x + y) ^ 2 <= 2 * x ^ 2 + 2 * y ^ 2.
Proof. intros x y. pose proof (pow2_ge_0 (x - y)). lra. Qed.
Lemma product_square_le : forall w b s : R, 0 <= w -> b ^ 2 <= s -> (w * b) ^ 2 <= w ^ 2 * s.
Proof.
  intros w b s w0 h. replace ((w * b) ^ 2) with (w ^ 2 * b ^ 2) by ring.
  apply Rmult_le_compat_l; [apply pow2_ge_0|exact h].
Qed.

(* The squares of the rederived form, with every 2: over M, over M and T, and over U and B. *)
Lemma square_form : forall a t r c eps zeta_M zeta_1 P : R, 0 <= a -> 0 <= t -> 0 <= c ->
  / 2 * (a * (eps + zeta_M * P) + (t * (eps + zeta_1 * P) + c * (r * (eps + zeta_1 * P + 2 * P)))) ^ 2
  <= bound_lemma_7_rederived a t (r * r) c eps zeta_M zeta_1 P.
Proof.
  intros a t r c eps zeta_M zeta_1 P a0 t0 c0. eapply Rle_trans; [apply three_terms|].
  pose proof (product_square_le a _ _ a0 (two_terms eps (zeta_M * P))) as x.
  pose proof (product_square_le t _ _ t0 (two_terms eps (zeta_1 * P))) as y.
  set (e := eps + zeta_1 * P) in *.
  assert (liar : (e + 2 * P) ^ 2 <= 2 * (2 * e ^ 2 + 3 * P ^ 2)).
  { pose proof (pow2_ge_0 (2 * e - 2 * P)). pose proof (pow2_ge_0 e). lra. }
  assert (size : (r * (e + 2 * P)) ^ 2 <= r * r * (2 * (2 * (2 * eps ^ 2 + 2 * (zeta_1 * P) ^ 2) + 3 * P ^ 2))).
  { replace ((r * (e + 2 * P)) ^ 2) with (r * r * (e + 2 * P) ^ 2) by ring. apply Rmult_le_compat_l; [nra|].
    pose proof (two_terms eps (zeta_1 * P)) as s. fold e in s. lra. }
  pose proof (product_square_le c _ _ c0 size) as z.
  unfold bound_lemma_7_rederived, bound_lemma_7_eps_byz_squared, bound_lemma_7_zeta_byz_squared. lra.
Qed.

Section Lemma7.
Context {E : space} (H : spd E) {A : Type}.
Variables (lies : A -> bool) (sent : A -> option E) (workers kept dropped : list A) (g ps : E) (p : A -> E).
(* The center keeps U of the workers, and at most as many lie as are dropped. *)
Hypothesis trimmed : round lies sent workers kept dropped.
(* p* = H^{-1} g, and an honest worker i sends its direction p i. *)
Hypothesis star : H ps = g.
Hypothesis honest_sends : forall i, In i workers -> lies i = false -> sent i = Some (p i).

Notation P := (N H ps).
Notation M := (honest lies workers).
Notation a := (share (length M) kept).
Notation t := (share (length dropped) kept).
Notation c := (share (liars lies workers) kept).
(* phat, what the center steps along. *)
Notation received := (fun i => vector (sent i)).
Notation phat := (mean received kept).

(* Where each honest direction is within eps + omega P of p*, the step is within the linear bound. *)
Theorem lemma_7_norm : forall eps omega : R,
  (forall i, In i workers -> lies i = false -> N H (p i [-] ps) <= eps + omega * P) ->
  N H (phat [-] ps) <= bound_lemma_7_norm (kappa H) c eps omega P.
Proof.
  intros eps omega near.
  pose proof (kept_mean H lies sent workers kept dropped ps trimmed p _ honest_sends near) as m.
  unfold bound_lemma_7_norm. rewrite Rmult_assoc.
  replace (eps + (2 + omega) * P) with (eps + omega * P + 2 * P) by ring. exact m.
Qed.

(* What the rederived lemma rests on: phi(phat) - phi(p* ) is at most eps_byz^2 + zeta_byz^2 P^2, with
   eps_byz^2 = (2a^2 + 4t^2 + 16 kappa c^2) eps^2,
   zeta_byz^2 = 2a^2 zeta_M^2 + 4t^2 zeta_1^2 + 4 kappa c^2 (3 + 4 zeta_1^2).
   All that the proof uses of eta: each honest direction is within eps + zeta_1 P of p*, and their mean over M within
   eps + zeta_M P. *)
Theorem lemma_7_rederived_from_errors : forall eps zeta_M zeta_1 : R,
  (forall i, In i workers -> lies i = false -> N H (p i [-] ps) <= eps + zeta_1 * P) ->
  N H (mean p M [-] ps) <= eps + zeta_M * P ->
  phi H g phat - phi H g ps <= bound_lemma_7_rederived a t (kappa H) c eps zeta_M zeta_1 P.
Proof.
  intros eps zeta_M zeta_1 near mean_near. set (e := eps + zeta_1 * P) in *.
  destruct trimmed as [[perm shorter] few some].
  pose proof (length_pos kept some) as U0. set (U := INR (length kept)) in *.
  assert (i0 : 0 < / U) by (apply Rinv_0_lt_compat; exact U0).
  pose proof (error_positive H lies sent workers kept dropped ps trimmed p e near) as e0.
  destruct (somebody_honest_works lies sent workers kept dropped trimmed) as [j [jw jh]].
  assert (someM : M <> []).
  { pose proof (in_honest lies workers j jw jh) as k. intros z. rewrite z in k. destruct k. }
  set (v := fun i => received i [-] ps).
  assert (own : forall i, In i workers -> lies i = false -> v i = p i [-] ps).
  { intros i w h. unfold v. rewrite (honest_sends i w h). reflexivity. }
  (* Term 1, over M: by the mean. *)
  assert (one : N H (sum v M) <= INR (length M) * (eps + zeta_M * P)).
  { pose proof (length_pos _ someM) as M0.
    replace (sum v M) with (INR (length M) [*] (mean p M [-] ps)).
    - rewrite N_scal, Rabs_right by lra. apply Rmult_le_compat_l; [lra|exact mean_near].
    - rewrite <- (mean_shift p ps _ someM), <- (mean_ext v).
      + unfold mean. rewrite scal_scal, Rinv_r by lra. apply scal_one.
      + intros i k. destruct (honest_in lies workers i k). apply own; assumption. }
  (* Term 2, over those of M who were dropped: one by one, since the data chose them. *)
  assert (two : N H ((-1) [*] sum v (honest lies dropped)) <= INR (length dropped) * e).
  { rewrite N_scal, Rabs_left by lra. replace (- (-1)) with 1 by ring. rewrite Rmult_1_l.
    eapply Rle_trans; [apply N_sum_le with (e := e)|].
    - intros i k. destruct (honest_in lies dropped i k) as [w h].
      pose proof (dropped_in_workers lies sent workers kept dropped trimmed i w) as w'.
      rewrite own by assumption. apply near; assumption.
    - apply Rmult_le_compat_r; [exact e0|]. apply le_INR, honest_le. }
  (* Term 3, over the liars who were kept. *)
  set (y := sqrt (kappa H) * (e + 2 * P)).
  assert (y0 : 0 <= y).
  { unfold y. pose proof (N_pos H ps) as P0. apply Rmult_le_pos; [apply sqrt_pos|lra]. }
  assert (three : N H (sum v (filter lies kept)) <= INR (liars lies workers) * y).
  { eapply Rle_trans; [apply N_sum_le with (e := y)|].
    - intros i k. apply filter_In in k. destruct k as [w l].
      exact (kept_liar_error H lies sent workers kept dropped ps trimmed p e honest_sends near i w l).
    - apply Rmult_le_compat_r; [exact y0|]. apply le_INR.
      exact (kept_liars_le lies _ _ _ _ (trims _ _ _ _ _ trimmed)). }
  assert (step : N H (phat [-] ps) <= a * (eps + zeta_M * P) + (t * e + c * y)).
  { rewrite <- (mean_shift received ps kept some). fold v. unfold mean. fold U.
    rewrite N_scal, Rabs_right by lra. rewrite (kept_parts v lies workers kept dropped perm).
    pose proof (N_add H (sum v M) ((-1) [*] sum v (honest lies dropped) [+] sum v (filter lies kept))).
    pose proof (N_add H ((-1) [*] sum v (honest lies dropped)) (sum v (filter lies kept))).
    apply Rle_trans with (/ U * (INR (length M) * (eps + zeta_M * P)
      + (INR (length dropped) * e + INR (liars lies workers) * y))); [apply Rmult_le_compat_l; lra|].
    right. unfold share. fold U. field. lra. }
  eapply Rle_trans; [apply phi_le; [exact star|exact step]|].
  assert (root : kappa H = sqrt (kappa H) * sqrt (kappa H)).
  { symmetry. apply sqrt_sqrt. pose proof (kappa_ge_1 H). lra. }
  unfold y, e. pattern (kappa H) at 2. rewrite root.
  apply square_form; apply Rle_mult_inv_pos; try exact U0; apply pos_INR.
Qed.

(* Each honest worker solves with its own Hessian Hs i and its own gradient gs i. *)
Variables (Hs : A -> spd E) (gs pt d : A -> E).
Hypothesis solve : forall i, In i workers -> lies i = false -> solves H g (Hs i) (gs i) (p i) (pt i) (d i).

(* Sharpened: with eps = tau max_i ||H^{-1/2}(g_i - g)||, phi(phat) - phi(p* ) is at most
   1/2 ((1 - c)(eps + omega P) + c sqrt(kappa)(eps + (2 + omega)P))^2. *)
Theorem lemma_7_sharpened : forall eps tau omega : R,
  (forall i, In i workers -> lies i = false -> tau_bound H (Hs i) tau) ->
  (forall i, In i workers -> lies i = false -> omega_bound H (Hs i) omega) ->
  (forall i, In i workers -> lies i = false -> tau * N H (d i) <= eps) ->
  phi H g phat - phi H g ps <= bound_lemma_7_sharpened (kappa H) c eps omega P.
Proof.
  intros eps tau omega tb o small. unfold bound_lemma_7_sharpened. replace (1 / 2) with (/ 2) by field.
  apply phi_le; [exact star|]. apply lemma_7_norm. intros i w h. pose proof (small i w h).
  pose proof (worker_error H g _ _ ps _ _ _ tau omega star (solve i w h) (tb i w h) (o i w h)). lra.
Qed.

(* Rederived, with eta and eps measured: ||E_i|| <= nu eta for every honest worker,
   ||mean_M E_i|| <= nu eta/sqrt|M|, and ||H^{-1/2}(g_i - g)||/(1 - eta) <= eps for every honest worker. Then
   zeta_1 = nu eta/(1 - eta) and zeta_M = zeta(|M|). *)
Theorem lemma_7_rederived : forall nu eta eps : R, 0 <= nu <= 1 -> 0 <= eta < 1 ->
  (forall i, In i workers -> lies i = false -> close H (Hs i) (nu * eta)) ->
  mean_close H Hs M (nu * eta / sqrt (INR (length M))) ->
  (forall i, In i workers -> lies i = false -> N H (d i) / (1 - eta) <= eps) ->
  phi H g phat - phi H g ps
    <= bound_lemma_7_rederived a t (kappa H) c eps (zeta nu eta (INR (length M))) (zeta_1 nu eta) P.
Proof.
  intros nu eta eps n e each all small.
  destruct (somebody_honest_works lies sent workers kept dropped trimmed) as [j [jw jh]].
  assert (someM : M <> []).
  { pose proof (in_honest lies workers j jw jh) as k. intros z. rewrite z in k. destruct k. }
  apply lemma_7_rederived_from_errors.
  - intros i w h. pose proof (small i w h).
    pose proof (worker_error_on_event H g _ _ ps _ _ _ nu eta n e star (solve i w h) (each i w h)). lra.
  - assert (over : forall i, In i M -> solves H g (Hs i) (gs i) (p i) (pt i) (d i)).
    { intros i k. destruct (honest_in lies workers i k). apply solve; assumption. }
    pose proof (mean_error_on_events H g ps p Hs gs pt d M star over nu eta eps n e someM) as h.
    apply h; [| exact all |]; intros i k; destruct (honest_in lies workers i k); [apply each|apply small]; assumption.
Qed.
End Lemma7.
