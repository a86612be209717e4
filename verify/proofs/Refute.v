(** How the files in [refuted] conclude: an instance refutes a printed statement if the program of [Check] says so. *)
From Coq Require Import QArith Qreals Reals List Lra Lia Psatz Bool.
From Comrade Require Import Calculus Printed Enclose Check.
Import ListNotations.
Open Scope R_scope.

(** ** The Hessian of the logistic loss is Lipschitz *)

Definition s (t : R) : R := 1 / (1 + exp t).
Lemma s_pos t : 0 < s t < 1.
Proof.
  unfold s. pose proof (exp_pos t). unfold Rdiv. rewrite Rmult_1_l. split.
  - apply Rinv_0_lt_compat. lra.
  - rewrite <- Rinv_1. apply Rinv_lt_contravar; lra.
Qed.
Lemma s_derives t : derivable_pt_lim s t (- (s t * (1 - s t))).
Proof.
  assert (e : - (s t * (1 - s t)) = (0 * (1 + exp t) - (0 + exp t) * 1) / Rsqr (1 + exp t)).
  { unfold s, Rsqr. pose proof (exp_pos t). field. lra. }
  rewrite e. apply (derivable_pt_lim_div (fun _ => 1) (fun t => 1 + exp t)).
  - apply derivable_pt_lim_const.
  - apply (derivable_pt_lim_plus (fun _ => 1) exp); [apply derivable_pt_lim_const|apply derivable_pt_lim_exp].
  - pose proof (exp_pos t). lra.
Qed.
Definition bend (t : R) : R := s t * (1 - s t).
Definition bend' (t : R) : R := - (s t * (1 - s t)) * (1 - s t) + s t * (0 - - (s t * (1 - s t))).
Lemma bend_derives t : derivable_pt_lim bend t (bend' t).
Proof.
  apply (derivable_pt_lim_mult s (fun t => 1 - s t)); [apply s_derives|].
  apply (derivable_pt_lim_minus (fun _ => 1) s); [apply derivable_pt_lim_const|apply s_derives].
Qed.
(** 1/(6 sqrt 3), the largest |l'''|. *)
Definition steepest : R := 1 / (6 * sqrt 3).
Lemma root_3 : 0 < sqrt 3 /\ sqrt 3 * sqrt 3 = 3.
Proof. split; [apply sqrt_lt_R0; lra|apply sqrt_sqrt; lra]. Qed.
Lemma steepest_pos : 0 < steepest.
Proof. unfold steepest. pose proof root_3. apply Rdiv_lt_0_compat; lra. Qed.
Lemma bend'_bound t : Rabs (bend' t) <= steepest.
Proof.
  pose proof steepest_pos as p. apply Rsqr_incr_0_var; [|lra]. rewrite <- Rsqr_abs.
  replace (Rsqr steepest) with (1 / 108).
  - unfold Rsqr, bend'. set (v := s t). set (q := v * (1 - v)).
    replace ((- q * (1 - v) + v * (0 - - q)) * (- q * (1 - v) + v * (0 - - q))) with (q * q * (1 - 4 * q)) by (unfold q; ring).
    assert (0 < q) by (unfold q; pose proof (s_pos t); subst v; nra).
    assert (e : 1 / 108 - q * q * (1 - 4 * q) = 4 * ((q - 1 / 6) * (q - 1 / 6)) * (q + 1 / 12)) by field.
    assert (0 <= 4 * ((q - 1 / 6) * (q - 1 / 6)) * (q + 1 / 12)) by (apply Rmult_le_pos; [apply Rmult_le_pos; [lra|apply Rle_0_sqr]|lra]). lra.
  - unfold Rsqr, steepest. destruct root_3 as [r0 r]. replace (1 / (6 * sqrt 3) * (1 / (6 * sqrt 3))) with (1 / (36 * (sqrt 3 * sqrt 3))).
    + rewrite r. lra.
    + field. lra.
Qed.
Lemma shifted f f' t v : (forall z, derivable_pt_lim f z (f' z)) -> derivable_pt_lim (fun r => f (t + r)) v (f' (t + v)).
Proof.
  intro h. replace (f' (t + v)) with (f' (t + v) * (0 + 1)) by ring. apply (derivable_pt_lim_comp (fun r => t + r) f).
  - apply (derivable_pt_lim_plus (fun _ => t) id); [apply derivable_pt_lim_const|apply derivable_pt_lim_id].
  - apply h.
Qed.
Lemma bend_ordered t u : t <= u -> Rabs (bend u - bend t) <= steepest * Rabs (u - t).
Proof.
  intro h. rewrite (Rabs_right (u - t)) by lra.
  assert (d : forall v, derivable_pt_lim (fun r => bend (t + r)) v (bend' (t + v))) by (intro v; apply shifted, bend_derives).
  assert (b : forall v, - steepest <= bend' v <= steepest).
  { intro v. pose proof (bend'_bound v) as q. pose proof (Rle_abs (bend' v)). pose proof (Rle_abs (- bend' v)) as p.
    rewrite Rabs_Ropp in p. lra. }
  assert (up : (fun r => steepest * r + bend (t + r)) 0 <= (fun r => steepest * r + bend (t + r)) (u - t)).
  { apply (increases (fun r => steepest * r + bend (t + r)) (fun r => steepest * 1 + bend' (t + r))); [lra| |].
    - intros r _. apply (derivable_pt_lim_plus (fun r => steepest * r) (fun r => bend (t + r))); [apply derivable_line|apply d].
    - intros r _. pose proof (b (t + r)). lra. }
  assert (down : (fun r => steepest * r - bend (t + r)) 0 <= (fun r => steepest * r - bend (t + r)) (u - t)).
  { apply (increases (fun r => steepest * r - bend (t + r)) (fun r => steepest * 1 - bend' (t + r))); [lra| |].
    - intros r _. apply (derivable_pt_lim_minus (fun r => steepest * r) (fun r => bend (t + r))); [apply derivable_line|apply d].
    - intros r _. pose proof (b (t + r)). lra. }
  cbv beta in up, down. rewrite Rplus_0_r in *. replace (t + (u - t)) with u in * by ring. apply Rabs_le. lra.
Qed.
Lemma bend_lipschitz t u : Rabs (bend t - bend u) <= steepest * Rabs (t - u).
Proof.
  destruct (Rle_or_lt t u) as [h|h].
  - rewrite (Rabs_minus_sym (bend t)), (Rabs_minus_sym t). apply bend_ordered. exact h.
  - apply bend_ordered. lra.
Qed.

Section Refute.
Variable I : instance.

(** L: 0 for the squared loss, and the mean of |x|^3 / (6 sqrt 3) for the logistic one. *)
Definition L : R :=
  match kind I with Squared => 0 | Logistic => mean (map (fun j => Rabs (x I j) * x I j ^ 2) (all I)) * steepest end.
Definition i_L : itv :=
  match kind I with
  | Squared => num 0
  | Logistic => mul (over I (fun p => mul (size (ix p)) (sqr (ix p))) (all I))
                    (div (num 1) (mul (num 6) (root (num 3))))
  end.
Lemma i_L_ok : encl i_L L.
Proof.
  unfold i_L, L, steepest. destruct (kind I); [enclosed|]. apply mul_ok; [|enclosed].
  rewrite over_is. apply imean_ok. intros j _. unfold ix, sample. apply mul_ok; [apply size_ok|apply sqr_ok]; apply pt_ok.
Qed.

Lemma mean_difference {X} (f h : X -> R) l : mean (map f l) - mean (map h l) = mean (map (fun t => f t - h t) l).
Proof.
  unfold mean. rewrite !map_length. unfold Rdiv. rewrite <- Rmult_minus_distr_r. f_equal.
  induction l as [|t l IH]; cbn [map fold_right]; [lra|]. rewrite <- IH. ring.
Qed.
Lemma inverse_count n : 0 <= / INR n.
Proof. destruct n; [simpl; rewrite Rinv_0; lra|]. left. apply Rinv_0_lt_compat, lt_0_INR. lia. Qed.
Lemma mean_bound {X} (f h : X -> R) l b : 0 <= b -> (forall t, In t l -> Rabs (f t) <= h t * b) -> Rabs (mean (map f l)) <= mean (map h l) * b.
Proof.
  intros b0 each. unfold mean. rewrite !map_length. unfold Rdiv. pose proof (inverse_count (length l)) as n.
  rewrite Rabs_mult, (Rabs_right (/ _)) by lra. rewrite Rmult_assoc, (Rmult_comm (/ _)), <- Rmult_assoc.
  apply Rmult_le_compat_r; [exact n|].
  induction l as [|t l IH]; cbn [map fold_right] in *; [rewrite Rabs_R0; lra|].
  assert (n' : 0 <= / INR (length l)) by apply inverse_count.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rmult_plus_distr_r. apply Rplus_le_compat.
  - apply each. left. reflexivity.
  - apply IH; [|exact n']. intros u i. apply each. right. exact i.
Qed.
Lemma mean_pos {X} (f : X -> R) l : (forall t, 0 <= f t) -> 0 <= mean (map f l).
Proof.
  intro h. unfold mean. apply Rmult_le_pos; [|rewrite map_length; apply inverse_count].
  induction l as [|t l IH]; cbn [map fold_right]; [lra|]. pose proof (h t). lra.
Qed.

Lemma lipschitz_ok : whole I -> lipschitz I L.
Proof.
  intros (_ & _ & _ & labels). unfold lipschitz, L. destruct (kind I) eqn:kind.
  - split; [lra|]. intros u v. unfold curvature, d2. rewrite kind. rewrite Rminus_eq_0, Rabs_R0. lra.
  - pose proof steepest_pos as st. split.
    { apply Rmult_le_pos; [|lra]. apply mean_pos. intro j. apply Rmult_le_pos; [apply Rabs_pos|apply pow2_ge_0]. }
    intros u v. unfold curvature. rewrite mean_difference, Rmult_assoc. apply mean_bound.
    { apply Rmult_le_pos; [lra|apply Rabs_pos]. }
    intros j i. unfold d2. rewrite kind.
    assert (y1 : y I j * y I j = 1).
    { specialize (labels eq_refl). rewrite Forall_forall in labels. unfold y.
      assert (e : In (nth j (samples I) (0%Q, 0%Q)) (samples I)).
      { apply nth_In. unfold all in i. apply in_seq in i. lia. }
      destruct (labels _ e) as [q|q]; apply Qeq_eqR in q; rewrite q; unfold Q2R; cbn; lra. }
    fold (s (y I j * (x I j * u))) (s (y I j * (x I j * v))).
    fold (bend (y I j * (x I j * u))) (bend (y I j * (x I j * v))).
    replace (y I j * y I j * bend (y I j * (x I j * u)) * (x I j * x I j) - y I j * y I j * bend (y I j * (x I j * v)) * (x I j * x I j))
      with (x I j ^ 2 * (bend (y I j * (x I j * u)) - bend (y I j * (x I j * v)))) by (rewrite y1; ring).
    rewrite Rabs_mult, (Rabs_right (x I j ^ 2)) by (apply Rle_ge, pow2_ge_0).
    pose proof (bend_lipschitz (y I j * (x I j * u)) (y I j * (x I j * v))) as b.
    replace (y I j * (x I j * u) - y I j * (x I j * v)) with (y I j * x I j * (u - v)) in b by ring.
    rewrite !Rabs_mult in b. assert (yy : Rabs (y I j) = 1).
    { rewrite <- sqrt_Rsqr_abs. unfold Rsqr. rewrite y1. apply sqrt_1. }
    rewrite yy in b. rewrite Rmult_1_l in b. pose proof (pow2_ge_0 (x I j)) as x2.
    apply (Rmult_le_compat_l _ _ _ x2) in b. eapply Rle_trans; [exact b|]. right. ring.
Qed.

(** ** Where the gradient vanishes *)

Lemma mean_continuous {X} (f : X -> R -> R) l : (forall t, continuity (f t)) -> continuity (fun v => mean (map (fun t => f t v) l)).
Proof.
  intro h. unfold mean. apply (continuity_mult (fun v => fold_right Rplus 0 (map (fun t => f t v) l)) (fun v => / INR (length (map (fun t => f t v) l)))).
  - induction l as [|t l IH]; cbn [map fold_right]; [apply continuity_const; intros ? ?; reflexivity|].
    apply (continuity_plus (f t) (fun v => fold_right Rplus 0 (map (fun t => f t v) l))); [apply h|exact IH].
  - apply continuity_const. intros u v. rewrite !map_length. reflexivity.
Qed.
Lemma continuous_line c : continuity (fun v => c * v).
Proof. apply (continuity_scal id). apply derivable_continuous, derivable_id. Qed.
Lemma gradient_continuous rows : continuity (gradient I rows).
Proof.
  apply (continuity_plus (fun v => mean (map (fun j => d1 I (y I j) (x I j * v) * x I j) rows)) (fun v => Q2R (lambda I) * v)); [|apply continuous_line].
  apply (mean_continuous (fun j v => d1 I (y I j) (x I j * v) * x I j)). intro j.
  apply (continuity_mult (fun v => d1 I (y I j) (x I j * v)) (fun _ => x I j)); [|apply continuity_const; intros ? ?; reflexivity].
  unfold d1. destruct (kind I).
  - apply (continuity_minus (fun v => x I j * v) (fun _ => y I j)); [apply continuous_line|apply continuity_const; intros ? ?; reflexivity].
  - apply (continuity_div (fun _ => - y I j) (fun v => 1 + exp (y I j * (x I j * v)))).
    + apply continuity_const. intros ? ?. reflexivity.
    + apply (continuity_plus (fun _ => 1) (fun v => exp (y I j * (x I j * v)))); [apply continuity_const; intros ? ?; reflexivity|].
      apply (continuity_comp (fun v => y I j * (x I j * v)) exp); [|apply derivable_continuous, derivable_exp].
      apply (continuity_scal (fun v => x I j * v)). apply continuous_line.
    + intro v. pose proof (exp_pos (y I j * (x I j * v))). lra.
Qed.

Definition check_minimiser (l u : Q) : bool :=
  above_0 (u - l) && lt (i_gradient I (all I) (pt l)) (num 0) && lt (num 0) (i_gradient I (all I) (pt u)).
Lemma minimiser_ok l u : check_minimiser l u = true -> exists v, Q2R l <= v <= Q2R u /\ gradient I (all I) v = 0.
Proof.
  unfold check_minimiser. intro h. split_bool h right. split_bool h left.
  apply above_0_R in h. rewrite Q2R_minus in h.
  destruct (IVT (gradient I (all I)) (Q2R l) (Q2R u)) as [v [b z]].
  - apply gradient_continuous.
  - lra.
  - eapply lt_ok; [| |exact left]; [apply i_gradient_ok, pt_ok|apply num_ok].
  - eapply lt_ok; [| |exact right]; [apply num_ok|apply i_gradient_ok, pt_ok].
  - exists v. auto.
Qed.

(** ** The program and what it proves

    A and g are computed once. [eta] and [D] bound the events, [rho] the compression, and between [l] and [u] the gradient vanishes. *)

Definition iA : itv := i_curvature I (all I) (iw I).
Definition ig : itv := i_gradient I (all I) (iw I).
Lemma iA_ok : encl iA (A I). Proof. apply i_curvature_ok, pt_ok. Qed.
Lemma ig_ok : encl ig (g I). Proof. apply i_gradient_ok, pt_ok. Qed.

Definition check_contracts (A e z2 : itv) (g : itv) (l u : Q) : bool :=
  let minimiser : itv := Some (l, u) in
  let before := sub (iw I) minimiser in
  let H := iH I A in
  lt (num 0) z2 && lt z2 (num 1) && check_minimiser l u &&
  lt (add (larger (mul (root (mul (num 1) (div z2 (sub (num 1) z2)))) (size before)) (mul (div i_L H) (sqr before)))
          (div (mul (num 2) e) (root H)))
     (size (sub (sub (iw I) (i_phat I)) minimiser)).
Lemma contracts_ok iA g ie e iz2 z2 l u : encl iA (A I) -> encl ie e -> encl iz2 z2 ->
  check_contracts iA ie iz2 g l u = true ->
  0 < z2 < 1 /\ exists v, gradient I (all I) v = 0 /\ ~ contracts I e z2 L v.
Proof.
  intros hA he hz h. unfold check_contracts in h. cbv zeta in h. split_bool h far. split_bool h zero. split_bool h one.
  split; [split; [apply (lt_ok (num 0) iz2)|apply (lt_ok iz2 (num 1))]; enclosed|].
  destruct (minimiser_ok _ _ zero) as [v [b z]]. exists v. split; [exact z|]. unfold contracts.
  apply Rlt_not_le. eapply lt_ok; [| |exact far].
  - pose proof (H_ok I iA hA). pose proof i_L_ok.
    assert (encl (Some (l, u)) v) by exact b. assert (encl (iw I) (w I)) by apply pt_ok. unfold kappa. enclosed.
  - pose proof (phat_ok I). assert (encl (Some (l, u)) v) by exact b. assert (encl (iw I) (w I)) by apply pt_ok. enclosed.
Qed.

Variables (eta D rho l u : Q).

Definition check_5 (A g : itv) : bool :=
  check_whole I A && check_averaged I && check_uncompressed I && check_concentrated I A eta && check_deviates_in_mean I g D &&
  check_gap I A g (sqr (i_eps I A eta D)) (sqr (i_zeta I A eta (length (workers I)))).
Theorem lemma_5_refuted : check_5 iA ig = true -> ~ lemma_5_printed I.
Proof.
  unfold check_5. intros h claim. split_bool h gap. split_bool h dev. split_bool h con. split_bool h unc. split_bool h av.
  pose proof iA_ok as hA. pose proof ig_ok as hg. pose proof (whole_ok I iA hA h) as whole.
  eapply (gap_ok I iA ig hA hg); [apply whole| | |exact gap|apply (claim (Q2R eta) (Q2R D))].
  - apply sqr_ok, eps_ok. exact hA.
  - apply sqr_ok, zeta_ok. exact hA.
  - exact whole.
  - apply averaged_ok. exact av.
  - apply uncompressed_ok. exact unc.
  - apply (concentrated_ok I iA hA). exact con.
  - apply (deviates_in_mean_ok I ig hg). exact dev.
Qed.

Definition check_9 (reading : zeta_1_reading) (A g : itv) : bool :=
  let k := mul (num 1) (sub (num 1) (pt rho)) in
  check_whole I A && check_concentrated I A eta && check_deviates I g D && check_approximates I rho &&
  lt (add (mul (add (num 1) k) (sqr (i_eps I A eta D)))
          (mul (add (sqr (i_zeta I A eta (length (M I)))) (mul k (add (num 1) (sqr (i_zeta_1 I A eta reading)))))
               (mul (iH I A) (sqr (i_pstar I A g)))))
     (mul (iH I A) (sqr (sub (i_honest_mean I) (i_pstar I A g)))).
Theorem lemma_9_refuted_with reading : check_9 reading iA ig = true ->
  ~ lemma_9_printed_with I reading (Q2R D).
Proof.
  unfold check_9. cbv zeta. intros h claim. split_bool h gap. split_bool h app. split_bool h dev. split_bool h con.
  pose proof iA_ok as hA. pose proof ig_ok as hg. pose proof (whole_ok I iA hA h) as whole.
  refine (Rlt_not_le _ _ _ (claim (Q2R eta) (Q2R rho) whole _ _ _)).
  - pose proof (H_ok I iA hA). pose proof (pstar_ok I iA ig hA hg). pose proof (honest_mean_ok I).
    pose proof (eps_ok I iA hA eta D). pose proof (zeta_1_ok I iA hA eta reading).
    pose proof (zeta_ok I iA hA eta (length (M I))).
    unfold kappa. eapply lt_ok; [| |exact gap]; enclosed.
  - apply (concentrated_ok I iA hA). exact con.
  - apply (deviates_ok I ig hg). exact dev.
  - apply approximates_ok. exact app.
Qed.
Theorem lemma_9_refuted reading : check_9 reading iA ig = true -> ~ lemma_9_printed I reading.
Proof. intros h claim. exact (lemma_9_refuted_with reading h (claim (Q2R D))). Qed.

Definition check_trimmed (A g : itv) (r : Q) : bool :=
  check_whole I A && check_trims I && check_fractions I && check_approximates I r && check_concentrated I A eta &&
  check_deviates I g D.
Lemma check_trimmed_ok r : check_trimmed iA ig r = true ->
  whole I /\ trims I /\ fractions I /\ approximates I (Q2R r) /\ concentrated I (Q2R eta) /\ deviates I (Q2R D).
Proof.
  unfold check_trimmed. intro h. split_bool h dev. split_bool h con. split_bool h app. split_bool h fra. split_bool h tri.
  pose proof iA_ok as hA. pose proof ig_ok as hg.
  split; [apply (whole_ok I iA hA h)|]. split; [apply trims_ok; exact tri|]. split; [apply fractions_ok; exact fra|].
  split; [apply approximates_ok; exact app|]. split; [apply (concentrated_ok I iA hA); exact con|].
  apply (deviates_ok I ig hg). exact dev.
Qed.

Definition check_10 (reading : zeta_1_reading) (r : Q) (A g : itv) : bool :=
  check_trimmed A g r &&
  check_gap I A g (i_eps_cb_squared I A eta D r) (i_zeta_cb_squared I A eta r reading).
Theorem lemma_10_refuted_with reading : check_10 reading rho iA ig = true ->
  ~ lemma_10_printed_with I reading (Q2R D).
Proof.
  unfold check_10. intros h claim. split_bool h gap. destruct (check_trimmed_ok _ h) as (wh & tr & fr & ap & co & de).
  pose proof iA_ok as hA. pose proof ig_ok as hg.
  refine (gap_ok I iA ig hA hg _ _ _ _ (proj1 (proj2 wh)) _ _ gap (claim (Q2R eta) (Q2R rho) wh tr fr co de ap)).
  - apply eps_cb_ok. exact hA.
  - apply zeta_cb_ok. exact hA.
Qed.
Theorem lemma_10_refuted reading : check_10 reading rho iA ig = true -> ~ lemma_10_printed I reading.
Proof. intros h claim. exact (lemma_10_refuted_with reading h (claim (Q2R D))). Qed.
Theorem lemma_7_refuted_with reading : (check_uncompressed I && check_10 reading 1 iA ig)%bool = true ->
  ~ lemma_7_printed_with I reading (Q2R D).
Proof.
  unfold check_10. intros h claim. apply andb_true_iff in h. destruct h as [un h].
  split_bool h gap. destruct (check_trimmed_ok _ h) as (wh & tr & fr & ap & co & de).
  pose proof iA_ok as hA. pose proof ig_ok as hg. apply uncompressed_ok in un.
  refine (gap_ok I iA ig hA hg _ _ _ _ (proj1 (proj2 wh)) _ _ gap (claim (Q2R eta) wh tr fr un co de)).
  - rewrite <- Q2R_1. apply eps_cb_ok. exact hA.
  - rewrite <- Q2R_1. apply zeta_cb_ok. exact hA.
Qed.
Theorem lemma_7_refuted reading : (check_uncompressed I && check_10 reading 1 iA ig)%bool = true ->
  ~ lemma_7_printed I reading.
Proof. intros h claim. exact (lemma_7_refuted_with reading h (claim (Q2R D))). Qed.

Definition check_theorem_1 (A g : itv) : bool :=
  check_whole I A && check_averaged I && check_uncompressed I && check_concentrated I A eta && check_deviates_in_mean I g D &&
  check_contracts A (i_eps I A eta D) (sqr (i_zeta I A eta (length (workers I)))) g l u.
Theorem theorem_1_refuted : check_theorem_1 iA ig = true -> ~ theorem_1_printed I.
Proof.
  unfold check_theorem_1. intros h claim. split_bool h gap. split_bool h dev. split_bool h con. split_bool h unc. split_bool h av.
  pose proof iA_ok as hA. pose proof ig_ok as hg. pose proof (whole_ok I iA hA h) as whole.
  destruct (contracts_ok _ _ _ (eps I (Q2R eta) (Q2R D)) _ (zeta I (Q2R eta) (length (workers I)) ^ 2) _ _ hA
    (eps_ok I iA hA eta D) (sqr_ok _ _ (zeta_ok I iA hA eta (length (workers I)))) gap) as [z [v [root no]]].
  apply no, (claim (Q2R eta) (Q2R D)); auto using averaged_ok, uncompressed_ok, lipschitz_ok.
  - apply (concentrated_ok I iA hA). exact con.
  - apply (deviates_in_mean_ok I ig hg). exact dev.
Qed.

Definition check_theorem_3 (reading : zeta_1_reading) (r : Q) (A g : itv) : bool :=
  check_trimmed A g r &&
  check_contracts A (root (i_eps_cb_squared I A eta D r)) (i_zeta_cb_squared I A eta r reading) g l u.
Theorem theorem_3_refuted_with reading : check_theorem_3 reading rho iA ig = true ->
  ~ theorem_3_printed_with I reading (Q2R D).
Proof.
  unfold check_theorem_3. intros h claim. split_bool h gap. destruct (check_trimmed_ok _ h) as (wh & tr & fr & ap & co & de).
  pose proof iA_ok as hA.
  destruct (contracts_ok _ _ _ _ _ _ _ _ hA (root_ok _ _ (eps_cb_ok I iA hA eta D rho)) (zeta_cb_ok I iA hA eta rho reading)
    gap) as [z [v [zero no]]].
  apply no, (claim (Q2R eta) (Q2R rho)); auto using lipschitz_ok.
Qed.
Theorem theorem_3_refuted reading : check_theorem_3 reading rho iA ig = true -> ~ theorem_3_printed I reading.
Proof. intros h claim. exact (theorem_3_refuted_with reading h (claim (Q2R D))). Qed.
Theorem theorem_2_refuted_with reading : (check_uncompressed I && check_theorem_3 reading 1 iA ig)%bool = true ->
  ~ theorem_2_printed_with I reading (Q2R D).
Proof.
  unfold check_theorem_3. intros h claim. apply andb_true_iff in h. destruct h as [un h]. apply uncompressed_ok in un.
  split_bool h gap. destruct (check_trimmed_ok _ h) as (wh & tr & fr & ap & co & de). pose proof iA_ok as hA.
  destruct (contracts_ok _ _ _ _ _ _ _ _ hA (root_ok _ _ (eps_cb_ok I iA hA eta D 1)) (zeta_cb_ok I iA hA eta 1 reading)
    gap) as [z [v [zero no]]].
  rewrite Q2R_1 in *. apply no, (claim (Q2R eta)); auto using lipschitz_ok.
Qed.
Theorem theorem_2_refuted reading : (check_uncompressed I && check_theorem_3 reading 1 iA ig)%bool = true ->
  ~ theorem_2_printed I reading.
Proof. intros h claim. exact (theorem_2_refuted_with reading h (claim (Q2R D))). Qed.
End Refute.
