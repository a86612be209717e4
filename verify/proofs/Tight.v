(* Lemmas 4 and 5 hold with equality for one worker whose Hessian is (1 - eta) I where H = I, in any space, lambda = 0.
   So no smaller bound in the same symbols is true, and no premise contradicts another. *)
Require Import Reals Lra List.
From Comrade Require Import Space Distortion Lemma4 Lemma5 Euclid.
Import ListNotations.
Open Scope R_scope.

(* c I *)
Definition scaling (E : space) (c : R) (positive : 0 < c) : spd E.
Proof.
  refine (Spd E (fun v => c [*] v) c c _ _ _ positive (Rle_refl c) _ _).
  - intros x y. apply scal_add.
  - intros r x. rewrite !scal_scal. f_equal. ring.
  - intros x y. dots. reflexivity.
  - intros x. dots. lra.
  - intros x. dots. lra.
Defined.

Section Tight.
Variables (E : space) (g : E) (eta s : R).
Hypotheses (eta_range : 0 <= eta < 1) (s_pos : 0 <= s).
Lemma one_pos : 0 < 1. Proof. lra. Qed.
Lemma rest_pos : 0 < 1 - eta. Proof. lra. Qed.
Definition H : spd E := scaling E 1 one_pos.
Definition K : spd E := scaling E (1 - eta) rest_pos.
Definition worker : list unit := [tt].

(* The premises: Lemma 2's events with nu = 1 and m = 1, and the vectors. *)
Lemma one_mean : forall f : unit -> E, mean f worker = f tt.
Proof. intros f. unfold mean, worker. simpl. rewrite Rinv_1. vec. Qed.
Lemma H_is_identity : forall x : E, H x = x.
Proof. intros x. apply scal_one. Qed.
Lemma N_is_norm : forall x : E, N H x = norm x.
Proof. intros x. unfold N, norm. rewrite H_is_identity. reflexivity. Qed.
Lemma event_each : close H K (1 * eta).
Proof.
  intros x y. rewrite H_is_identity. simpl. dots.
  replace ((1 - eta) * dot x y + -1 * dot x y) with (- (eta * dot x y)) by ring.
  rewrite Rabs_Ropp, Rabs_mult, (Rabs_right eta), Rmult_1_l, Rmult_assoc by lra.
  apply Rmult_le_compat_l; [lra|]. rewrite !N_is_norm. apply cauchy_schwarz.
Qed.
Lemma event_mean : mean_close H (fun _ : unit => K) worker (1 * eta / sqrt (INR (length worker))).
Proof.
  intros x y. rewrite one_mean. simpl INR. rewrite sqrt_1. replace (1 * eta / 1) with (1 * eta) by field.
  apply event_each.
Qed.
Lemma newton : H g = g.
Proof. apply H_is_identity. Qed.
Lemma giant : K ((1 / (1 - eta)) [*] g) = g.
Proof. simpl. rewrite scal_scal. replace ((1 - eta) * (1 / (1 - eta))) with 1 by (field; lra). apply scal_one. Qed.
(* The worker's gradient is (1 + s) g. *)
Lemma local : K (((1 + s) / (1 - eta)) [*] g) = (1 + s) [*] g.
Proof. simpl. rewrite scal_scal. f_equal. field. lra. Qed.
Lemma white : H (s [*] g) = (1 + s) [*] g [-] g.
Proof. rewrite H_is_identity. vec. Qed.

(* The error of c g is |c - 1| ||g||. *)
Lemma gap : forall c, 0 <= c - 1 ->
  phi H g (mean (fun _ => c [*] g) worker) - phi H g g = 1 / 2 * ((c - 1) * N H g) ^ 2.
Proof.
  intros c h. rewrite one_mean, (phi_gap H g g _ newton). replace (c [*] g [-] g) with ((c - 1) [*] g) by vec.
  rewrite N_scal, Rabs_right by lra. field.
Qed.
Lemma inv_ge_1 : 0 <= 1 / (1 - eta) - 1.
Proof.
  replace (1 / (1 - eta) - 1) with (eta * / (1 - eta)) by (field; lra).
  apply Rmult_le_pos; [lra|]. apply Rlt_le, Rinv_0_lt_compat. lra.
Qed.

(* Lemma 4 is attained. *)
Theorem lemma_4_tight : phi H g (mean (fun _ => (1 / (1 - eta)) [*] g) worker) - phi H g g
  = bound_lemma_4_printed (zeta 1 eta (INR (length worker))) (N H g).
Proof.
  rewrite gap by exact inv_ge_1. simpl INR. rewrite zeta_of_1 by lra. unfold bound_lemma_4_printed, zeta_1. field. lra.
Qed.

(* Rederived Lemma 5 is attained, for every size of the gradient's error beside zeta P. *)
Theorem lemma_5_rederived_tight : phi H g (mean (fun _ => ((1 + s) / (1 - eta)) [*] g) worker) - phi H g g
  = bound_lemma_5_rederived (rmean (fun _ => N H (s [*] g)) worker / (1 - eta)) (zeta 1 eta (INR (length worker)))
      (N H g).
Proof.
  rewrite gap.
  - unfold rmean. simpl INR. simpl rsum. rewrite zeta_of_1 by lra. rewrite N_scal, Rabs_right by lra.
    unfold bound_lemma_5_rederived, zeta_1. field. lra.
  - replace ((1 + s) / (1 - eta) - 1) with (1 / (1 - eta) - 1 + s * (1 / (1 - eta))) by (field; lra).
    pose proof inv_ge_1. assert (0 <= s * (1 / (1 - eta))) by (apply Rmult_le_pos; lra). lra.
Qed.

(* Printed Lemma 5 is exceeded by 3/2 where eps is half of zeta P. *)
Theorem lemma_5_printed_factor_tight : s = eta / 2 ->
  phi H g (mean (fun _ => ((1 + s) / (1 - eta)) [*] g) worker) - phi H g g
  = 3 / 2 * bound_lemma_5_printed (rmean (fun _ => N H (s [*] g)) worker / (1 - eta))
      (zeta 1 eta (INR (length worker))) (N H g).
Proof.
  intros half. rewrite lemma_5_rederived_tight. unfold rmean. simpl INR. simpl rsum. rewrite zeta_of_1 by lra.
  rewrite N_scal, Rabs_right by lra. unfold bound_lemma_5_rederived, bound_lemma_5_printed, zeta_1.
  rewrite half. field. lra.
Qed.

(* So is sharpened Lemma 5, with omega = omega_mean = eta/(1 - eta). *)
Theorem lemma_5_sharpened_tight : phi H g (mean (fun _ => ((1 + s) / (1 - eta)) [*] g) worker) - phi H g g
  = bound_lemma_5_sharpened (N H (mean (fun _ => s [*] g) worker)) (eta / (1 - eta))
      (rmean (fun _ => N H (s [*] g)) worker) (eta / (1 - eta)) (N H g).
Proof.
  rewrite lemma_5_rederived_tight, one_mean. unfold rmean. simpl INR. simpl rsum. rewrite zeta_of_1 by lra.
  rewrite N_scal, Rabs_right by lra. unfold bound_lemma_5_rederived, bound_lemma_5_sharpened, zeta_1. field. lra.
Qed.
Lemma omega_here : omega_bound H K (eta / (1 - eta)).
Proof. apply omega_of_close; [exact eta_range|]. rewrite <- (Rmult_1_l eta). exact event_each. Qed.
Lemma omega_mean_here : omega_mean_bound H (fun _ : unit => K) worker (eta / (1 - eta)).
Proof. intros x y e. rewrite one_mean. apply omega_here, e. left. reflexivity. Qed.
End Tight.

(* So printed Lemma 5 is false, for every eta in (0, 1) and every g but 0. *)
Corollary lemma_5_printed_is_false : forall (E : space) (g : E) eta (r : 0 <= eta < 1), 0 < eta -> g <> zero ->
  phi (H E) g (mean (fun _ => ((1 + eta / 2) / (1 - eta)) [*] g) worker) - phi (H E) g g
  > bound_lemma_5_printed (rmean (fun _ => N (H E) ((eta / 2) [*] g)) worker / (1 - eta))
      (zeta 1 eta (INR (length worker))) (N (H E) g).
Proof.
  intros E g eta r e n. rewrite (lemma_5_printed_factor_tight E g eta (eta / 2) r) by lra.
  assert (p : 0 < N (H E) g).
  { destruct (N_pos (H E) g) as [p|p]; [exact p|]. symmetry in p. apply N_definite in p. contradiction. }
  assert (z : 0 < zeta 1 eta (INR (length worker)) * N (H E) g).
  { apply Rmult_lt_0_compat; [|exact p]. simpl INR. rewrite zeta_of_1 by lra. unfold zeta_1, Rdiv.
    apply Rmult_lt_0_compat; [lra|]. apply Rinv_0_lt_compat. lra. }
  unfold bound_lemma_5_printed. set (x := zeta 1 eta (INR (length worker)) * N (H E) g) in *.
  set (y := rmean (fun _ => N (H E) ((eta / 2) [*] g)) worker / (1 - eta)). pose proof (pow2_ge_0 y).
  assert (0 < x ^ 2) by (apply pow_lt; exact z). lra.
Qed.

(* All premises of Lemma 5 hold at once. Here it is applied in R^3, with g = (1, 0, 0), eta = 1/2 and s = 1. *)
Lemma half : 0 <= 1 / 2 < 1. Proof. lra. Qed.
Example lemma_5_in_R_3 : let g : euclid 3 := vcons 1 zero in
  phi (H (euclid 3)) g (4 [*] g) - phi (H (euclid 3)) g g <= 9 / 2.
Proof.
  intros g. set (h := H (euclid 3)). set (k := K (euclid 3) (1 / 2) half).
  assert (n : N h g = 1).
  { unfold h. rewrite N_is_norm. unfold norm, g. rewrite dot_vcons, head_vcons, tail_vcons, dot_zero_l.
    replace (1 * 1 + 0) with 1 by ring. apply sqrt_1. }
  rewrite <- (one_mean (euclid 3) (fun _ => 4 [*] g)).
  eapply Rle_trans; [apply (lemma_5_rederived h (fun _ => k) worker (fun _ => 2 [*] g) g g (fun _ => 4 [*] g)
    (fun _ => 2 [*] g) (fun _ => g) (newton _ _)) with (nu := 1) (eta := 1 / 2)|].
  - intros i _. change ((1 - 1 / 2) [*] (4 [*] g) = 2 [*] g). rewrite scal_scal. f_equal. field.
  - intros i _. change ((1 - 1 / 2) [*] (2 [*] g) = g). rewrite scal_scal.
    replace ((1 - 1 / 2) * 2) with 1 by field. apply scal_one.
  - intros i _. unfold h. rewrite H_is_identity. vec.
  - lra.
  - exact half.
  - discriminate.
  - intros i _. exact (event_each _ _ half).
  - exact (event_mean _ _ half).
  - unfold bound_lemma_5_rederived, rmean. simpl rsum. simpl INR. rewrite zeta_of_1, n by lra.
    unfold zeta_1. right. field.
Qed.
