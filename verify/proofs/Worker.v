(* One honest worker: how far its direction and its message are from p*; and the mean of some. Lemmas 7, 9 and 10 share
   it. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Distortion Lemma5.
Import ListNotations.
Open Scope R_scope.

Section Worker.
Context {E : space} (H : spd E).
Implicit Types p q g ps : E.

(* A worker solves with its own Hessian K = H_i and its own gradient gi = g_i: p = H_i^{-1} g_i. Beside it stand
   pt = H_i^{-1} g, which it would send if it knew g, and d = H^{-1}(g_i - g), so that N d = ||H^{-1/2}(g_i - g)||. *)
Record solves (g : E) (K : spd E) (gi p pt d : E) : Prop := {
  own_gradient : K p = gi;
  true_gradient : K pt = g;
  deviation : H d = gi [-] g }.

(* ||H^{1/2}(p_i - p* )|| <= tau ||H^{-1/2}(g_i - g)|| + omega P *)
Lemma worker_error : forall g K gi ps p pt d tau omega, H ps = g -> solves g K gi p pt d ->
  tau_bound H K tau -> omega_bound H K omega -> N H (p [-] ps) <= tau * N H d + omega * N H ps.
Proof.
  intros g K gi ps p pt d tau omega star [own giant off] t o.
  assert (first : N H (p [-] pt) <= tau * N H d) by (apply t; rewrite op_sub, own, giant, off; reflexivity).
  assert (second : N H (pt [-] ps) <= omega * N H ps) by (apply o; rewrite giant, star; reflexivity).
  pose proof (N_split H p pt ps). lra.
Qed.

(* The same on the event of Lemma 2, ||E_i|| <= nu eta: tau <= 1/(1 - eta) and omega <= zeta_1. *)
Lemma worker_error_on_event : forall g K gi ps p pt d nu eta, 0 <= nu <= 1 -> 0 <= eta < 1 -> H ps = g ->
  solves g K gi p pt d -> close H K (nu * eta) ->
  N H (p [-] ps) <= N H d / (1 - eta) + zeta_1 nu eta * N H ps.
Proof.
  intros g K gi ps p pt d nu eta n e star s c. pose proof (tau_of_event H nu eta n e K c) as t.
  pose proof (worker_error g K gi ps p pt d _ _ star s t (omega_of_event H nu eta n e K c)).
  replace (N H d / (1 - eta)) with (1 / (1 - eta) * N H d) by (field; lra). assumption.
Qed.

(* ||H^{1/2} p|| <= e + P *)
Lemma worker_size : forall ps p e, N H (p [-] ps) <= e -> N H p <= e + N H ps.
Proof. intros ps p e h. pose proof (N_back H p ps). lra. Qed.

(* k = kappa (1 - rho): what a rho-approximate compressor loses, carried from the Euclidean norm to N. *)
Definition k_of (rho : R) : R := kappa H * (1 - rho).
Lemma k_of_pos : forall rho, rho <= 1 -> 0 <= k_of rho.
Proof. intros rho h. pose proof (kappa_ge_1 H). unfold k_of. nra. Qed.

(* ||Q(p) - p||^2 <= (1 - rho)||p||^2 gives ||H^{1/2}(Q(p) - p)|| <= sqrt(k) ||H^{1/2} p||. *)
Lemma compression_error : forall p q rho, rho <= 1 -> norm (q [-] p) ^ 2 <= (1 - rho) * norm p ^ 2 ->
  N H (q [-] p) <= sqrt (k_of rho) * N H p.
Proof.
  intros p q rho r h. pose proof (kappa_ge_1 H) as k1. pose proof (sqrt_pos (1 - rho)) as s0.
  assert (short : norm (q [-] p) <= norm (sqrt (1 - rho) [*] p)).
  { rewrite norm_scal, Rabs_right by lra. apply Rsqr_incr_0_var.
    - unfold Rsqr. replace (sqrt (1 - rho) * norm p * (sqrt (1 - rho) * norm p))
        with (sqrt (1 - rho) * sqrt (1 - rho) * norm p ^ 2) by ring. rewrite sqrt_sqrt by lra. lra.
    - apply Rmult_le_pos; [exact s0|apply norm_pos]. }
  eapply Rle_trans; [apply N_le_by_norm; exact short|].
  rewrite N_scal, Rabs_right by lra. unfold k_of. rewrite sqrt_mult by lra. right. ring.
Qed.

(* A message within its compressor's reach of a direction that is itself within e of p* is within sqrt(k)(e + P) + e. *)
Lemma message_error : forall ps p q e rho, rho <= 1 -> norm (q [-] p) ^ 2 <= (1 - rho) * norm p ^ 2 ->
  N H (p [-] ps) <= e -> N H (q [-] ps) <= sqrt (k_of rho) * (e + N H ps) + e.
Proof.
  intros ps p q e rho r h near. pose proof (compression_error p q rho r h) as c.
  pose proof (worker_size ps p e near) as s.
  pose proof (sqrt_pos (k_of rho)). pose proof (N_split H q p ps).
  assert (sqrt (k_of rho) * N H p <= sqrt (k_of rho) * (e + N H ps)) by (apply Rmult_le_compat_l; assumption). lra.
Qed.

(* ---------- The mean of some workers ---------- *)

Section Mean.
Context {A : Type}.
Variables (g ps : E) (p : A -> E) (Hs : A -> spd E) (gs pt d : A -> E) (workers : list A).
Hypothesis star : H ps = g.
Hypothesis solve : forall i, In i workers -> solves g (Hs i) (gs i) (p i) (pt i) (d i).

(* The sharpened Lemma 5 for their mean. *)
Lemma mean_error : forall omega omega_mean, (forall i, In i workers -> omega_bound H (Hs i) omega) ->
  omega_mean_bound H Hs workers omega_mean -> N H (mean p workers [-] ps)
    <= N H (mean d workers) + omega * rmean (fun i => N H (d i)) workers + omega_mean * N H ps.
Proof.
  apply (lemma_5_sharpened_norm H Hs workers gs g ps p pt d star); intros i w; destruct (solve i w); assumption.
Qed.
(* The rederived one, with an eps that is one for all. *)
Lemma mean_error_on_events : forall nu eta eps, 0 <= nu <= 1 -> 0 <= eta < 1 -> workers <> [] ->
  (forall i, In i workers -> close H (Hs i) (nu * eta)) ->
  mean_close H Hs workers (nu * eta / sqrt (INR (length workers))) ->
  (forall i, In i workers -> N H (d i) / (1 - eta) <= eps) ->
  N H (mean p workers [-] ps) <= eps + zeta nu eta (INR (length workers)) * N H ps.
Proof.
  intros nu eta eps n e some each all small.
  assert (h : N H (mean p workers [-] ps)
    <= rmean (fun i => N H (d i)) workers / (1 - eta) + zeta nu eta (INR (length workers)) * N H ps).
  { apply (lemma_5_rederived_norm H Hs workers gs g ps p pt d star); try assumption;
      intros i w; destruct (solve i w); assumption. }
  assert (m : rmean (fun i => N H (d i)) workers / (1 - eta) <= eps).
  { unfold Rdiv. rewrite Rmult_comm, <- rmean_scal. apply rmean_le_const; [exact some|]. intros i w.
    rewrite Rmult_comm. exact (small i w). }
  lra.
Qed.
End Mean.
End Worker.
