(* Lemma 5: one step of averaged local Newton directions, without trimming.

   The paper prints phi(phat) <= eps^2 + (1 - zeta^2) phi(p* ), where phat is the mean of the workers' H_i^{-1} g_i.
   Its proof takes phi(p* ) for -P^2, which is -P^2/2. Rederived: phi(phat) - phi(p* ) <= (eps + zeta P)^2/2.
   Sharpened: in phat - ptilde = mean_i H_i^{-1}(g_i - g), the first-order part averages out. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Distortion Lemma4.
Import ListNotations.
Open Scope R_scope.

(* False as a bound: Tight.v shows where it is exceeded, and by how much. *)
Definition bound_lemma_5_printed (eps zeta P : R) : R := eps ^ 2 + 1 / 2 * (zeta * P) ^ 2.
Definition bound_lemma_5_rederived (eps zeta P : R) : R := 1 / 2 * (eps + zeta * P) ^ 2.
(* white_mean_deviation = ||H^{-1/2} mean_i(g_i - g)||, white_deviation_mean = mean_i ||H^{-1/2}(g_i - g)|| *)
Definition bound_lemma_5_sharpened (white_mean_deviation omega white_deviation_mean omega_mean P : R) : R :=
  1 / 2 * (white_mean_deviation + omega * white_deviation_mean + omega_mean * P) ^ 2.

Section Lemma5.
Context {E : space} {A : Type} (H : spd E).
(* The workers l with Hessians Hs and gradients gs; the gradient g, the Newton step ps.
   Worker i sends p i = H_i^{-1} g_i. GIANT would send q i = H_i^{-1} g. And d i = H^{-1}(g_i - g). *)
Variables (Hs : A -> spd E) (l : list A) (gs : A -> E) (g ps : E) (p q d : A -> E).
Hypothesis newton : H ps = g.
Hypothesis local : forall i, In i l -> Hs i (p i) = gs i.
Hypothesis giant : forall i, In i l -> Hs i (q i) = g.
Hypothesis white : forall i, In i l -> H (d i) = gs i [-] g.
Notation P := (N H ps).
Notation white_mean_deviation := (N H (mean d l)).
Notation white_deviation_mean := (rmean (fun i => N H (d i)) l).

(* H_i (p_i - q_i) = g_i - g = H d_i *)
Lemma local_gradient : forall i, In i l -> Hs i (p i [-] q i) = H (d i).
Proof. intros i j. rewrite op_sub, (local i j), (giant i j), (white i j). reflexivity. Qed.

(* H^{-1} mean_i(g_i - g) is the mean of the d_i. *)
Lemma white_mean : H (mean d l) = mean (fun i => gs i [-] g) l.
Proof. rewrite op_mean. apply mean_ext, white. Qed.

(* (15): T1 = ||H^{1/2}(phat - ptilde)|| <= tau mean_i ||H^{-1/2}(g_i - g)|| *)
Lemma gradient_error : forall tau, (forall i, In i l -> tau_bound H (Hs i) tau) ->
  N H (mean p l [-] mean q l) <= tau * white_deviation_mean.
Proof.
  intros tau h. rewrite <- mean_sub, <- rmean_scal. eapply Rle_trans; [apply N_mean|].
  apply rmean_le. intros i j. apply (h i j), (local_gradient i j).
Qed.

(* The same with (I + E_i)^{-1} = I + ((I + E_i)^{-1} - I): the first-order part is a mean, and only the rest a sum. *)
Lemma gradient_error_first_order : forall omega, (forall i, In i l -> omega_bound H (Hs i) omega) ->
  N H (mean p l [-] mean q l) <= white_mean_deviation + omega * white_deviation_mean.
Proof.
  intros omega h. rewrite <- mean_sub.
  replace (mean (fun i => p i [-] q i) l) with (mean d l [+] mean (fun i => p i [-] q i [-] d i) l)
    by (rewrite (mean_sub (fun i => p i [-] q i) d); vec).
  eapply Rle_trans; [apply N_add|]. apply Rplus_le_compat_l. rewrite <- rmean_scal.
  eapply Rle_trans; [apply N_mean|]. apply rmean_le. intros i j. apply (h i j), (local_gradient i j).
Qed.

(* ||H^{1/2}(phat - p* )|| in the spectral form. *)
Theorem lemma_5_sharpened_norm : forall omega omega_mean, (forall i, In i l -> omega_bound H (Hs i) omega) ->
  omega_mean_bound H Hs l omega_mean ->
  N H (mean p l [-] ps) <= white_mean_deviation + omega * white_deviation_mean + omega_mean * P.
Proof.
  intros omega omega_mean h hm. pose proof (N_split H (mean p l) (mean q l) ps).
  pose proof (gradient_error_first_order omega h).
  pose proof (giant_error H Hs l g ps q newton giant omega_mean hm). lra.
Qed.

(* What averaging leaves of the gradients' deviations, plus omega times their mean size, plus GIANT's error. *)
Theorem lemma_5_sharpened : forall omega omega_mean, (forall i, In i l -> omega_bound H (Hs i) omega) ->
  omega_mean_bound H Hs l omega_mean ->
  phi H g (mean p l) - phi H g ps
    <= bound_lemma_5_sharpened white_mean_deviation omega white_deviation_mean omega_mean P.
Proof.
  intros omega omega_mean h hm. unfold bound_lemma_5_sharpened. replace (1 / 2) with (/ 2) by field.
  apply (phi_le H); [exact newton|apply lemma_5_sharpened_norm; assumption].
Qed.

(* Lemma 2's events: ||E_i|| <= nu eta for every worker, and ||mean_i E_i|| <= nu eta/sqrt m. *)
Variables nu eta : R.
Hypotheses (nu_range : 0 <= nu <= 1) (eta_range : 0 <= eta < 1) (somebody : l <> []).
Hypothesis event_each : forall i, In i l -> close H (Hs i) (nu * eta).
Hypothesis event_mean : mean_close H Hs l (nu * eta / sqrt (INR (length l))).
Notation m := (INR (length l)).
(* eps, measured: mean_i ||H^{-1/2}(g_i - g)||/(1 - eta) *)
Notation eps := (white_deviation_mean / (1 - eta)).

(* ||H^{1/2}(phat - p* )|| <= eps + zeta P *)
Theorem lemma_5_rederived_norm : N H (mean p l [-] ps) <= eps + zeta nu eta m * P.
Proof.
  pose proof (N_split H (mean p l) (mean q l) ps).
  pose proof (gradient_error (1 / (1 - eta))
    (fun i j => tau_of_event H nu eta nu_range eta_range (Hs i) (event_each i j))).
  pose proof (giant_error H Hs l g ps q newton giant (zeta nu eta m)
    (omega_mean_of_events H Hs l nu eta nu_range eta_range somebody event_each event_mean)).
  replace eps with (1 / (1 - eta) * white_deviation_mean) by (field; lra). lra.
Qed.

(* What the proof of Lemma 5 gives: half the square of eps + zeta P. *)
Theorem lemma_5_rederived :
  phi H g (mean p l) - phi H g ps <= bound_lemma_5_rederived eps (zeta nu eta m) P.
Proof.
  unfold bound_lemma_5_rederived. replace (1 / 2) with (/ 2) by field.
  apply (phi_le H); [exact newton|exact lemma_5_rederived_norm].
Qed.

(* In the form of the paper, with 2 zeta^2 where it prints zeta^2. *)
Corollary lemma_5_rederived_as_text :
  phi H g ps <= phi H g (mean p l) <= eps ^ 2 + (1 - 2 * zeta nu eta m ^ 2) * phi H g ps.
Proof.
  split; [apply phi_least, newton|].
  pose proof lemma_5_rederived as b. unfold bound_lemma_5_rederived in b.
  rewrite (phi_min H g ps newton) in *. pose proof (Rle_0_sqr (eps - zeta nu eta m * P)) as s. unfold Rsqr in s. lra.
Qed.

(* The printed bound is exceeded by a factor of at most 3/2. Tight.v reaches it. *)
Theorem lemma_5_printed_factor :
  phi H g (mean p l) - phi H g ps <= 3 / 2 * bound_lemma_5_printed eps (zeta nu eta m) P.
Proof.
  pose proof lemma_5_rederived as b. unfold bound_lemma_5_rederived, bound_lemma_5_printed in *.
  pose proof (Rle_0_sqr (2 * eps - zeta nu eta m * P)) as s. unfold Rsqr in s. lra.
Qed.

(* The eps of (4): with ||g_i - g|| <= deviation for every worker, eps <= deviation/((1 - eta) sqrt(sigma_min)).
   Lemma 3 says how large the deviation is with probability 1 - delta; it is cited, not proved here. *)
Lemma eps_by_deviation : forall deviation, (forall i, In i l -> norm (gs i [-] g) <= deviation) ->
  eps <= deviation / ((1 - eta) * sqrt (sigma_min H)).
Proof.
  intros dev h. pose proof (sqrt_sigma_min_pos H) as s.
  assert (i0 : 0 < / (1 - eta)) by (apply Rinv_0_lt_compat; lra).
  assert (k : white_deviation_mean <= dev / sqrt (sigma_min H)).
  { apply rmean_le_const; [exact somebody|]. intros i j. eapply Rle_trans; [apply (dual_le H _ _ (white i j))|].
    apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat, s|apply h, j]. }
  replace (dev / ((1 - eta) * sqrt (sigma_min H))) with (dev / sqrt (sigma_min H) / (1 - eta)) by (field; lra).
  apply Rmult_le_compat_r; [lra|exact k].
Qed.

(* So that the same bound holds with the eps of (4). *)
Theorem lemma_5_rederived_a_priori : forall deviation, (forall i, In i l -> norm (gs i [-] g) <= deviation) ->
  phi H g (mean p l) - phi H g ps
    <= bound_lemma_5_rederived (deviation / ((1 - eta) * sqrt (sigma_min H))) (zeta nu eta m) P.
Proof.
  intros dev h. unfold bound_lemma_5_rederived. replace (1 / 2) with (/ 2) by field.
  apply (phi_le H); [exact newton|]. pose proof (eps_by_deviation dev h). pose proof lemma_5_rederived_norm. lra.
Qed.
End Lemma5.
