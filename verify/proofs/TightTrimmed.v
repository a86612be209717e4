(* Sharpened Lemmas 7, 9 and 10 hold with equality on some rounds, so that no premise contradicts another: Lemma 7 where
   only gradients err or only Hessians do, with kappa = 1, and for every kappa where P = 0; Lemma 10 where only the
   compression errs, with kappa = 1; Lemma 9 for one worker, with kappa = 1.
   Not shown: that eps and omega reach their terms at once, or that sqrt(kappa) is needed before 2P and omega P.

   The round: H = I, p* = g. Of the kept, n honest workers sent (1 - e) g and b liars -(1 + e) g. The b dropped are
   honest workers who sent (1 + e) g. So a liar is as long as the longest honest message, and points away from p*. *)
Require Import Reals Lra Psatz List Permutation Lia.
From Comrade Require Import Space Distortion Counting Worker Trimming Lemma7 Lemma9 Lemma10 Euclid.
From Comrade Require Tight.
Import ListNotations.
Open Scope R_scope.

Lemma sum_repeat : forall {E : space} {A : Type} (f : A -> E) i n, sum f (repeat i n) = INR n [*] f i.
Proof.
  intros E A f i n. induction n as [|n IH]; [simpl; vec|]. rewrite S_INR. cbn [repeat sum]. rewrite IH. vec.
Qed.

(* A worker whose Hessian is r I where H = I. *)
Section Scaled.
Variables (E : space) (r : R) (r_pos : 0 < r).
Notation H := (Tight.H E).
Notation K := (Tight.scaling E r r_pos).
Lemma scaled_inverse : forall x y : E, K y = H x -> y = (1 / r) [*] x.
Proof.
  intros x y h. rewrite Tight.H_is_identity in h. simpl in h. rewrite <- h, scal_scal.
  replace (1 / r * r) with 1 by (field; lra). symmetry. apply scal_one.
Qed.
Lemma scaled_tau : tau_bound H K (1 / r).
Proof.
  intros x y h. rewrite (scaled_inverse x y h), N_scal, Rabs_right; [right; reflexivity|].
  apply Rle_ge, Rle_mult_inv_pos; lra.
Qed.
Lemma scaled_omega : omega_bound H K (Rabs (1 / r - 1)).
Proof.
  intros x y h. rewrite (scaled_inverse x y h). replace ((1 / r) [*] x [-] x) with ((1 / r - 1) [*] x) by vec.
  rewrite N_scal. right. reflexivity.
Qed.
End Scaled.

Inductive worker := Near | Far | Liar.
Definition lies (i : worker) : bool := match i with Liar => true | _ => false end.

Section Round.
Variables (E : space) (g : E) (e : R) (n b : nat).
Hypotheses (e_pos : 0 <= e) (somebody : (0 < n + b)%nat).
Notation H := (Tight.H E).
Notation P := (N H g).

Definition coefficient (i : worker) : R := match i with Near => 1 - e | Far => 1 + e | Liar => - (1 + e) end.
Definition message (i : worker) : E := coefficient i [*] g.
Definition sent (i : worker) : option E := Some (message i).
Definition kept : list worker := repeat Near n ++ repeat Liar b.
Definition dropped : list worker := repeat Far b.
Definition everyone : list worker := kept ++ dropped.
Notation c := (share (liars lies everyone) kept).
Notation phat := (mean (fun i => vector (sent i)) kept).

Lemma kappa_is_1 : kappa H = 1.
Proof. unfold kappa. simpl. field. Qed.
Lemma liars_repeat : forall i m, liars lies (repeat i m) = if lies i then m else O.
Proof. intros i m. unfold liars. induction m as [|m IH]; simpl; destruct (lies i); simpl in *; congruence. Qed.
Lemma liars_everyone : liars lies everyone = b.
Proof. unfold everyone, kept, dropped. rewrite !liars_app, !liars_repeat. simpl. apply PeanoNat.Nat.add_0_r. Qed.
Lemma kept_count : INR (length kept) = INR n + INR b.
Proof. unfold kept. rewrite app_length, !repeat_length. apply plus_INR. Qed.
Lemma kept_positive : 0 < INR n + INR b.
Proof. rewrite <- plus_INR. apply lt_0_INR. exact somebody. Qed.

(* The premises about the round. *)
Lemma round_holds : round lies sent everyone kept dropped.
Proof.
  split.
  - split; [apply Permutation_refl|]. intros i j ik jd. apply repeat_spec in jd; subst j. simpl. unfold message.
    rewrite !norm_scal. apply Rmult_le_compat_r; [apply norm_pos|]. simpl. rewrite (Rabs_right (1 + e)) by lra.
    apply in_app_or in ik. destruct ik as [ik|ik]; apply repeat_spec in ik; subst i; simpl; apply Rabs_le; lra.
  - rewrite liars_everyone. unfold dropped. rewrite repeat_length. reflexivity.
  - intros z. pose proof kept_positive as p. rewrite <- kept_count, z in p. simpl in p. lra.
Qed.

Lemma step : phat [-] g = (- ((1 - c) * e + c * (e + 2))) [*] g.
Proof.
  pose proof kept_positive as p. unfold share. rewrite liars_everyone, kept_count. unfold mean.
  rewrite kept_count. unfold kept. rewrite sum_app, !sum_repeat. simpl vector. unfold message, coefficient.
  set (x := INR n) in *. set (y := INR b) in *. vec.
Qed.
Lemma gap : phi H g phat - phi H g g = 1 / 2 * (((1 - c) * e + c * (e + 2)) * P) ^ 2.
Proof.
  rewrite (phi_gap H g g _ (Tight.newton E g)), step, N_scal, Rabs_Ropp.
  set (x := (1 - c) * e + c * (e + 2)). replace ((Rabs x * P) ^ 2) with ((Rabs x) ^ 2 * P ^ 2) by ring.
  rewrite pow2_abs. field.
Qed.

Lemma sends : forall i, sent i = Some (message i).
Proof. reflexivity. Qed.

(* Lemma 7 where all Hessians are H and only gradients err: omega = 0, tau = 1 and eps = e P. *)
Definition deviating (i : worker) : E := message i [-] g.
Lemma gradients_err : forall i, lies i = false ->
  solves H g H (H (message i)) (message i) g (deviating i) /\ tau_bound H H 1 /\ omega_bound H H 0 /\
  1 * N H (deviating i) <= e * P.
Proof.
  intros i h. pose proof (scaled_tau E 1 Tight.one_pos) as t. pose proof (scaled_omega E 1 Tight.one_pos) as o.
  replace (1 / 1) with 1 in t by field. replace (1 / 1 - 1) with 0 in o by field. rewrite Rabs_R0 in o.
  split; [|split; [exact t|split; [exact o|]]].
  - split; [reflexivity|apply Tight.newton|]. unfold deviating. rewrite !Tight.H_is_identity. reflexivity.
  - destruct i; [| |discriminate h]; unfold deviating, message; simpl coefficient.
    + replace ((1 - e) [*] g [-] g) with ((- e) [*] g) by vec. rewrite N_scal, Rabs_Ropp, Rabs_right; lra.
    + replace ((1 + e) [*] g [-] g) with (e [*] g) by vec. rewrite N_scal, Rabs_right; lra.
Qed.
Theorem lemma_7_attained_by_gradients :
  phi H g phat - phi H g g = bound_lemma_7_sharpened (kappa H) c (e * P) 0 P.
Proof. rewrite gap, kappa_is_1. unfold bound_lemma_7_sharpened, bound_lemma_7_norm. rewrite sqrt_1. field. Qed.

(* Lemma 7 where all gradients are g and only Hessians err: omega = e, tau = 1 + e and eps = 0. *)
Section Hessians.
Hypothesis e_below_1 : e < 1.
Lemma near_pos : 0 < 1 / (1 - e). Proof. apply Rdiv_lt_0_compat; lra. Qed.
Lemma far_pos : 0 < 1 / (1 + e). Proof. apply Rdiv_lt_0_compat; lra. Qed.
Definition local_hessian (i : worker) : spd E :=
  match i with Near => Tight.scaling E _ near_pos | _ => Tight.scaling E _ far_pos end.
Lemma hessians_err : forall i, lies i = false ->
  solves H g (local_hessian i) g (message i) (message i) zero /\ tau_bound H (local_hessian i) (1 + e) /\
  omega_bound H (local_hessian i) e /\ (1 + e) * N H (zero : E) <= 0.
Proof.
  intros i h. split; [|split; [|split]].
  - assert (own : local_hessian i (message i) = g).
    { destruct i; [| |discriminate h]; unfold message; simpl; rewrite scal_scal.
      - replace (1 / (1 - e) * (1 - e)) with 1 by (field; lra). apply scal_one.
      - replace (1 / (1 + e) * (1 + e)) with 1 by (field; lra). apply scal_one. }
    split; [exact own|exact own|]. rewrite op_zero, sub_self. reflexivity.
  - destruct i; [| |discriminate h]; simpl.
    + apply (tau_bound_le H _ (1 / (1 / (1 - e)))); [|apply scaled_tau].
      replace (1 / (1 / (1 - e))) with (1 - e) by (field; lra). lra.
    + apply (tau_bound_le H _ (1 / (1 / (1 + e)))); [|apply scaled_tau].
      right. field. lra.
  - destruct i; [| |discriminate h]; simpl.
    + apply (omega_bound_le H _ (Rabs (1 / (1 / (1 - e)) - 1))); [|apply scaled_omega].
      replace (1 / (1 / (1 - e)) - 1) with (- e) by (field; lra). rewrite Rabs_Ropp, Rabs_right; lra.
    + apply (omega_bound_le H _ (Rabs (1 / (1 / (1 + e)) - 1))); [|apply scaled_omega].
      replace (1 / (1 / (1 + e)) - 1) with e by (field; lra). rewrite Rabs_right; lra.
  - rewrite N_zero. lra.
Qed.
Theorem lemma_7_attained_by_hessians : phi H g phat - phi H g g = bound_lemma_7_sharpened (kappa H) c 0 e P.
Proof. rewrite gap, kappa_is_1. unfold bound_lemma_7_sharpened, bound_lemma_7_norm. rewrite sqrt_1. field. Qed.
End Hessians.

(* Lemma 10 where every direction is p* and only the compression errs: eps = omega = 0 and 1 - rho = e^2. *)
Lemma compression_errs : forall i, lies i = false -> norm (message i [-] g) ^ 2 <= (1 - (1 - e ^ 2)) * norm g ^ 2.
Proof.
  intros i h. destruct (gradients_err i h) as [_ [_ [_ near]]]. unfold deviating in near.
  rewrite !Tight.N_is_norm, Rmult_1_l in near.
  replace ((1 - (1 - e ^ 2)) * norm g ^ 2) with ((e * norm g) ^ 2) by ring.
  apply pow_incr. split; [apply norm_pos|exact near].
Qed.
Theorem lemma_10_attained_by_compression :
  phi H g phat - phi H g g = bound_lemma_10_sharpened (k_of H (1 - e ^ 2)) (kappa H) c 0 0 P.
Proof.
  rewrite gap. unfold k_of. rewrite kappa_is_1. replace (1 * (1 - (1 - e ^ 2))) with (e ^ 2) by ring.
  unfold bound_lemma_10_sharpened, bound_lemma_10_norm, bound_lemma_10_message.
  rewrite sqrt_1, sqrt_pow2 by exact e_pos. field.
Qed.
End Round.

(* ---------- The factor sqrt(kappa): any H with its two extreme directions u and v, and g = p* = 0 ---------- *)

(* Of the kept, n honest workers sent a vector along -u, where H is largest, and b liars a longer one along -u. The b
   dropped sent one along v, where H is smallest. It is as long as the liars', and N = e for all honest ones. *)
Section Stretched.
Variables (E : space) (H : spd E) (u v : E) (e : R) (n b : nat).
Hypotheses (u_largest : H u = sigma_max H [*] u) (v_smallest : H v = sigma_min H [*] v).
Hypotheses (u_unit : norm u = 1) (v_unit : norm v = 1) (e_pos : 0 <= e) (somebody : (0 < n + b)%nat).
Notation kept := (kept n b).
Notation dropped := (dropped b).
Notation everyone := (everyone n b).
Notation c := (share (liars lies everyone) kept).
Notation large := (sqrt (sigma_max H)).
Notation small := (sqrt (sigma_min H)).
Definition stretched (i : worker) : E :=
  match i with Near => (- (e / large)) [*] u | Far => (e / small) [*] v | Liar => (- (e / small)) [*] u end.
Definition stretched_sent (i : worker) : option E := Some (stretched i).
Notation phat := (mean (fun i => vector (stretched_sent i)) kept).

Lemma small_pos : 0 < small.
Proof. apply sqrt_sigma_min_pos. Qed.
Lemma small_le_large : small <= large.
Proof. apply sqrt_le_1_alt, sigma_min_le_max. Qed.
Lemma N_u : N H u = large.
Proof.
  unfold N. rewrite u_largest, dot_scal_r, <- norm_sq, u_unit. f_equal. ring.
Qed.
Lemma N_v : N H v = small.
Proof. unfold N. rewrite v_smallest, dot_scal_r, <- norm_sq, v_unit. f_equal. ring. Qed.
Lemma ratios : 0 <= e / large <= e / small.
Proof.
  pose proof small_pos. pose proof small_le_large. split; [apply Rle_mult_inv_pos; lra|].
  apply Rmult_le_compat_l; [exact e_pos|apply Rinv_le_contravar; assumption].
Qed.

Lemma stretched_round : round lies stretched_sent everyone kept dropped.
Proof.
  pose proof ratios as r. split.
  - split; [apply Permutation_refl|]. intros i j ik jd. apply repeat_spec in jd; subst j. simpl.
    rewrite norm_scal, v_unit, Rabs_right by lra.
    apply in_app_or in ik. destruct ik as [ik|ik]; apply repeat_spec in ik; subst i; simpl;
      rewrite norm_scal, u_unit, Rabs_Ropp, Rabs_right; lra.
  - rewrite liars_everyone. unfold TightTrimmed.dropped. rewrite repeat_length. reflexivity.
  - exact (keeps_some _ _ _ _ _ (round_holds E zero 0 n b (Rle_refl 0) somebody)).
Qed.
Lemma stretched_honest : forall i, lies i = false ->
  solves H zero H (H (stretched i)) (stretched i) zero (stretched i) /\ 1 * N H (stretched i) <= e.
Proof.
  intros i h. pose proof ratios as r. pose proof small_pos. pose proof small_le_large. split.
  - split; [reflexivity|apply op_zero|rewrite sub_zero; reflexivity].
  - destruct i; [| |discriminate h]; simpl; rewrite N_scal, ?Rabs_Ropp, Rabs_right by lra; rewrite ?N_u, ?N_v;
      right; field; lra.
Qed.
(* K = H has tau = 1 and omega = 0. *)
Lemma itself : tau_bound H H 1 /\ omega_bound H H 0.
Proof.
  split; intros x y h; apply op_injective in h; subst y; [lra|]. rewrite sub_self, N_zero. lra.
Qed.
Theorem lemma_7_attained_for_every_kappa :
  phi H zero phat - phi H zero zero = bound_lemma_7_sharpened (kappa H) c e 0 (N H zero).
Proof.
  pose proof (kept_positive n b somebody) as p. pose proof small_pos. pose proof small_le_large. pose proof ratios as r.
  assert (step : phat [-] zero = (- ((1 - c) * (e / large) + c * (e / small))) [*] u).
  { rewrite sub_zero. unfold share. rewrite liars_everyone, kept_count. unfold mean.
    rewrite kept_count. unfold TightTrimmed.kept. rewrite sum_app, !sum_repeat. simpl vector.
    set (x := INR n) in *. set (y := INR b) in *. apply dot_ext. intros z. rewrite !dot_scal_l, dot_add_l, !dot_scal_l.
    field. lra. }
  rewrite (phi_gap H zero zero _ (op_zero H)), step, N_scal, Rabs_Ropp, N_u, N_zero.
  replace ((Rabs ((1 - c) * (e / large) + c * (e / small)) * large) ^ 2)
    with ((Rabs ((1 - c) * (e / large) + c * (e / small))) ^ 2 * large ^ 2) by ring.
  rewrite pow2_abs. unfold bound_lemma_7_sharpened, bound_lemma_7_norm. rewrite sqrt_kappa. field. lra.
Qed.
End Stretched.

(* There is such an H for every kappa >= 1: in R^2, from the one row (sqrt(kappa - 1), 0) with lambda = 1. *)
Lemma some_stretched : forall kappa0, 1 <= kappa0 -> exists (H : spd (euclid 2)) (u v : euclid 2),
  H u = sigma_max H [*] u /\ H v = sigma_min H [*] v /\ norm u = 1 /\ norm v = 1 /\ kappa H = kappa0.
Proof.
  intros kappa0 k1. set (r := sqrt (kappa0 - 1)). assert (rr : r * r = kappa0 - 1) by (apply sqrt_sqrt; lra).
  exists (hessian [(r, (0, tt)) : euclid 2] 1 Rlt_0_1), (1, (0, tt)), (0, (1, tt)).
  repeat split; unfold kappa, norm; simpl; unfold gram, mean, rmean; simpl.
  - rewrite Rinv_1. f_equal; [ring|f_equal; ring].
  - rewrite Rinv_1. f_equal; [ring|f_equal; ring].
  - transitivity (sqrt 1); [f_equal; ring|exact sqrt_1].
  - transitivity (sqrt 1); [f_equal; ring|exact sqrt_1].
  - rewrite Rinv_1. lra.
Qed.

(* ---------- Lemma 9: one worker whose Hessian is (1 - eta) I where H = I, with the gradient (1 + s) g ---------- *)

Section OneWorker.
Variables (E : space) (g : E) (eta s loss : R).
Hypotheses (eta_range : 0 <= eta < 1) (s_pos : 0 <= s) (loss_pos : 0 <= loss).
Notation H := (Tight.H E).
Notation K := (Tight.K E eta eta_range).
Notation P := (N H g).
Notation omega := (eta / (1 - eta)).
(* It sends (1 + loss) p. The compressor loses the fraction loss^2 = 1 - rho of ||p||^2. *)
Notation rho := (1 - loss ^ 2).
Definition own : E := ((1 + s) / (1 - eta)) [*] g.
Definition compressed : E := (1 + loss) [*] own.

Lemma compressed_by_rho : norm (compressed [-] own) ^ 2 <= (1 - rho) * norm own ^ 2.
Proof.
  unfold compressed. replace ((1 + loss) [*] own [-] own) with (loss [*] own) by vec.
  rewrite norm_scal, Rabs_right by lra. right. ring.
Qed.
Lemma rho_range : rho <= 1.
Proof. pose proof (pow2_ge_0 loss). lra. Qed.
Lemma worker_solves : solves H g K ((1 + s) [*] g) own ((1 / (1 - eta)) [*] g) (s [*] g).
Proof.
  split; [exact (Tight.local E g eta s eta_range)|exact (Tight.giant E g eta eta_range)|exact (Tight.white E g s)].
Qed.
Lemma root_k : sqrt (k_of H rho) = loss.
Proof.
  unfold k_of. rewrite kappa_is_1. replace (1 * (1 - rho)) with (loss ^ 2) by ring. apply sqrt_pow2, loss_pos.
Qed.
Lemma square_k : k_of H rho = loss ^ 2.
Proof. unfold k_of. rewrite kappa_is_1. ring. Qed.
Lemma error : N H (mean (fun _ : unit => compressed) [tt] [-] g) ^ 2
  = ((1 + loss) * ((1 + s) / (1 - eta)) - 1) ^ 2 * P ^ 2.
Proof.
  change [tt] with Tight.worker. rewrite Tight.one_mean. unfold compressed, own.
  replace ((1 + loss) [*] (((1 + s) / (1 - eta)) [*] g) [-] g)
    with (((1 + loss) * ((1 + s) / (1 - eta)) - 1) [*] g) by (rewrite scal_scal; vec).
  rewrite N_scal, <- (pow2_abs (_ - 1)). ring.
Qed.

(* Sharpened Lemma 9 is attained for all eta, s and rho, with tau = 1/(1 - eta), omega = omega_mean = eta/(1 - eta). *)
Theorem lemma_9_sharpened_attained : N H (mean (fun _ : unit => compressed) [tt] [-] g) ^ 2
  = bound_lemma_9_sharpened (k_of H rho) (1 / (1 - eta) * N H (s [*] g)) omega
      (N H (mean (fun _ : unit => s [*] g) [tt])) (rmean (fun _ : unit => N H (s [*] g)) [tt]) omega P.
Proof.
  rewrite error. unfold bound_lemma_9_sharpened. rewrite root_k.
  change [tt] with Tight.worker. rewrite Tight.one_mean. unfold rmean. simpl INR. simpl rsum.
  rewrite N_scal, Rabs_right by lra. field. lra.
Qed.
End OneWorker.

(* Rederived Lemma 9 is attained: with eta = s = 1/3, zeta_1 = zeta_B = 1/2 and eps = P/2, and with k = 1/4. *)
Theorem lemma_9_rederived_attained : forall (E : space) (g : E), let H := Tight.H E in
  N H (mean (fun _ : unit => compressed E g (1 / 3) (1 / 3) (1 / 2)) [tt] [-] g) ^ 2
  = bound_lemma_9_rederived (k_of H (1 - (1 / 2) ^ 2)) (N H ((1 / 3) [*] g) / (1 - 1 / 3)) (zeta 1 (1 / 3) 1)
      (zeta_1 1 (1 / 3)) (N H g).
Proof.
  intros E g H. unfold H. rewrite error by lra. rewrite square_k, zeta_of_1, N_scal, Rabs_right by lra.
  unfold bound_lemma_9_rederived, zeta_1. field.
Qed.
