(* Lemma 10: one step along the mean of the kept messages, where honest messages are compressed and liars send anything.

   Printed: phi(Q(phat)) <= eps_cb^2 + (1 - zeta_cb^2) phi(p* ). It inherits the faults of Lemmas 7 and 9.
   Here c = |B|/|U| and k = kappa(1 - rho). The center trims by the length of what it received. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Distortion Counting Worker Trimming.
Import ListNotations.
Open Scope R_scope.

(* As printed, with phi(p* ) = -P^2/2: Lemma 7's bound with eps_1^2 = (1 + k) eps^2 in place of eps^2, and
   zeta_comp^2 = zeta^2 + k(1 + zeta_1^2) in place of each zeta^2. Nothing below proves it. *)
Definition bound_lemma_10_comp_squared (k zeta zeta_1 : R) : R := zeta ^ 2 + k * (1 + zeta_1 ^ 2).
Definition bound_lemma_10_printed_zeta_squared (k a kappa c zeta_MT zeta_M zeta_1 : R) : R :=
  2 * a ^ 2 * bound_lemma_10_comp_squared k zeta_MT zeta_1 + a ^ 2 * bound_lemma_10_comp_squared k zeta_M zeta_1
  + 4 * kappa * c ^ 2 * (2 + bound_lemma_10_comp_squared k zeta_1 zeta_1).
Definition bound_lemma_10_printed (k a kappa c eps zeta_MT zeta_M zeta_1 P : R) : R :=
  (3 * a ^ 2 + 4 * kappa * c ^ 2) * ((1 + k) * eps ^ 2)
  + 1 / 2 * bound_lemma_10_printed_zeta_squared k a kappa c zeta_MT zeta_M zeta_1 * P ^ 2.

(* e, how far an honest message is from p*. *)
Definition bound_lemma_10_message (k eps zeta_1 P : R) : R := sqrt k * (eps + (1 + zeta_1) * P) + eps + zeta_1 * P.
(* (1 - c) e + c sqrt(kappa)(e + 2P), how far the step is from p*. *)
Definition bound_lemma_10_norm (k kappa c eps zeta_1 P : R) : R :=
  (1 - c) * bound_lemma_10_message k eps zeta_1 P
  + c * sqrt kappa * (bound_lemma_10_message k eps zeta_1 P + 2 * P).
Definition bound_lemma_10_sharpened (k kappa c eps omega P : R) : R :=
  1 / 2 * (bound_lemma_10_norm k kappa c eps omega P) ^ 2.

(* With A = 1 - c + c sqrt(kappa), eps_cb = A(1 + sqrt k) eps and
   zeta_cb = A(sqrt(k)(1 + zeta_1) + zeta_1) + 2c sqrt(kappa). *)
Definition bound_lemma_10_eps_cb (k kappa c eps : R) : R := (1 - c + c * sqrt kappa) * (1 + sqrt k) * eps.
Definition bound_lemma_10_zeta_cb (k kappa c zeta_1 : R) : R :=
  (1 - c + c * sqrt kappa) * (sqrt k * (1 + zeta_1) + zeta_1) + 2 * (c * sqrt kappa).
Definition bound_lemma_10_rederived (k kappa c eps zeta_1 P : R) : R :=
  (bound_lemma_10_eps_cb k kappa c eps) ^ 2 + (bound_lemma_10_zeta_cb k kappa c zeta_1 * P) ^ 2.

(* The linear bound is eps_cb + zeta_cb P, and half its square is at most the sum of the squares. *)
Lemma norm_is_linear : forall k kappa c eps zeta_1 P, bound_lemma_10_norm k kappa c eps zeta_1 P
  = bound_lemma_10_eps_cb k kappa c eps + bound_lemma_10_zeta_cb k kappa c zeta_1 * P.
Proof.
  intros k kappa c eps zeta_1 P.
  unfold bound_lemma_10_norm, bound_lemma_10_message, bound_lemma_10_eps_cb, bound_lemma_10_zeta_cb. ring.
Qed.
Lemma square_form : forall k kappa c eps zeta_1 P,
  / 2 * (bound_lemma_10_norm k kappa c eps zeta_1 P) ^ 2 <= bound_lemma_10_rederived k kappa c eps zeta_1 P.
Proof.
  intros k kappa c eps zeta_1 P. rewrite norm_is_linear. unfold bound_lemma_10_rederived.
  pose proof (pow2_ge_0 (bound_lemma_10_eps_cb k kappa c eps - bound_lemma_10_zeta_cb k kappa c zeta_1 * P)). lra.
Qed.

Section Lemma10.
Context {E : space} (H : spd E) {A : Type}.
Variables (lies : A -> bool) (sent : A -> option E) (workers kept dropped : list A).
Variables (g ps : E) (p q : A -> E) (rho : R).
(* The center keeps U of the workers, and at most as many lie as are dropped. *)
Hypothesis trimmed : round lies sent workers kept dropped.
(* p* = H^{-1} g. An honest worker i has the direction p i and sends q i = Q(p i), Q a rho-approximate compressor. *)
Hypothesis star : H ps = g.
Hypothesis honest_sends : forall i, In i workers -> lies i = false -> sent i = Some (q i).
Hypothesis rho_at_most_1 : rho <= 1.
Hypothesis compresses : forall i, In i workers -> lies i = false ->
  norm (q i [-] p i) ^ 2 <= (1 - rho) * norm (p i) ^ 2.

Notation P := (N H ps).
Notation k := (k_of H rho).
Notation c := (share (liars lies workers) kept).
(* Q(phat), what the center steps along. *)
Notation phat := (mean (fun i => vector (sent i)) kept).

(* Where each honest direction is within eps + zeta_1 P of p*, the step is within the linear bound. *)
Theorem lemma_10_norm : forall eps zeta_1 : R,
  (forall i, In i workers -> lies i = false -> N H (p i [-] ps) <= eps + zeta_1 * P) ->
  N H (phat [-] ps) <= bound_lemma_10_norm k (kappa H) c eps zeta_1 P.
Proof.
  intros eps zeta_1 near. set (e := bound_lemma_10_message k eps zeta_1 P).
  assert (messages : forall i, In i workers -> lies i = false -> N H (q i [-] ps) <= e).
  { intros i w h. pose proof (message_error H ps _ _ _ rho rho_at_most_1 (compresses i w h) (near i w h)) as m.
    unfold e, bound_lemma_10_message.
    replace (eps + (1 + zeta_1) * P) with (eps + zeta_1 * P + P) by ring. lra. }
  pose proof (kept_mean H lies sent workers kept dropped ps trimmed q e honest_sends messages) as m.
  unfold bound_lemma_10_norm. fold e. rewrite Rmult_assoc. exact m.
Qed.

(* What the rederived lemma rests on: phi(Q(phat)) - phi(p* ) is at most eps_cb^2 + zeta_cb^2 P^2.
   All that the proof uses of eta: each honest direction is within eps + zeta_1 P of p*. *)
Theorem lemma_10_rederived_from_errors : forall eps zeta_1 : R,
  (forall i, In i workers -> lies i = false -> N H (p i [-] ps) <= eps + zeta_1 * P) ->
  phi H g phat - phi H g ps <= bound_lemma_10_rederived k (kappa H) c eps zeta_1 P.
Proof.
  intros eps zeta_1 near. eapply Rle_trans; [|apply square_form].
  apply phi_le; [exact star|apply lemma_10_norm, near].
Qed.

(* Each honest worker solves with its own Hessian Hs i and its own gradient gs i. *)
Variables (Hs : A -> spd E) (gs pt d : A -> E).
Hypothesis solve : forall i, In i workers -> lies i = false -> solves H g (Hs i) (gs i) (p i) (pt i) (d i).

(* Sharpened: with eps = tau max_i ||H^{-1/2}(g_i - g)||, each honest message is within
   e = sqrt(k)(eps + (1 + omega)P) + eps + omega P of p*, and phi(Q(phat)) - phi(p* ) is at most
   1/2 ((1 - c) e + c sqrt(kappa)(e + 2P))^2. *)
Theorem lemma_10_sharpened : forall eps tau omega : R,
  (forall i, In i workers -> lies i = false -> tau_bound H (Hs i) tau) ->
  (forall i, In i workers -> lies i = false -> omega_bound H (Hs i) omega) ->
  (forall i, In i workers -> lies i = false -> tau * N H (d i) <= eps) ->
  phi H g phat - phi H g ps <= bound_lemma_10_sharpened k (kappa H) c eps omega P.
Proof.
  intros eps tau omega t o small. unfold bound_lemma_10_sharpened. replace (1 / 2) with (/ 2) by field.
  apply phi_le; [exact star|]. apply lemma_10_norm. intros i w h. pose proof (small i w h).
  pose proof (worker_error H g _ _ ps _ _ _ tau omega star (solve i w h) (t i w h) (o i w h)). lra.
Qed.

(* Rederived, with eta and eps measured: ||E_i|| <= nu eta and ||H^{-1/2}(g_i - g)||/(1 - eta) <= eps for
   every honest worker. Then zeta_1 = nu eta/(1 - eta). *)
Theorem lemma_10_rederived : forall nu eta eps : R, 0 <= nu <= 1 -> 0 <= eta < 1 ->
  (forall i, In i workers -> lies i = false -> close H (Hs i) (nu * eta)) ->
  (forall i, In i workers -> lies i = false -> N H (d i) / (1 - eta) <= eps) ->
  phi H g phat - phi H g ps <= bound_lemma_10_rederived k (kappa H) c eps (zeta_1 nu eta) P.
Proof.
  intros nu eta eps n e each small. apply lemma_10_rederived_from_errors. intros i w h. pose proof (small i w h).
  pose proof (worker_error_on_event H g _ _ ps _ _ _ nu eta n e star (solve i w h) (each i w h)). lra.
Qed.
End Lemma10.
