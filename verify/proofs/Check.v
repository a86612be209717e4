(** A program that decides whether an instance refutes a printed statement, and the proof that what it says is so.

    It computes enclosures of the numbers of [Printed], one after the other and by the same formulas.
      Where it says [true], the
    premises hold and the conclusion fails. *)
From Coq Require Import QArith Qreals Reals List Lra Lia Psatz Bool.
From Comrade Require Import Printed Enclose.
Import ListNotations.
Open Scope R_scope.

(** ** Numbers and means *)

Definition num (z : Z) : itv := pt (inject_Z z).
Lemma num_ok z : encl (num z) (IZR z).
Proof. unfold num. rewrite <- Q2R_whole. apply pt_ok. Qed.
Definition count (n : nat) : itv := num (Z.of_nat n).
Lemma count_ok n : encl (count n) (INR n).
Proof. unfold count. rewrite INR_IZR_INZ. apply num_ok. Qed.

Definition imean (l : list itv) : itv := div (fold_right add (num 0) l) (count (length l)).
Lemma imean_ok {X} (F : X -> itv) (f : X -> R) l :
  (forall s, In s l -> encl (F s) (f s)) -> encl (imean (map F l)) (mean (map f l)).
Proof.
  intro h. unfold imean, mean. rewrite !map_length. apply div_ok; [|apply count_ok].
  induction l as [|s l IH]; cbn [map fold_right].
  - apply num_ok.
  - apply add_ok; [apply h; left; reflexivity|]. apply IH. intros t i. apply h. right. exact i.
Qed.

Definition same_q (p q : Q) : bool := (Z.eqb (Qnum p) (Qnum q) && Pos.eqb (Qden p) (Qden q))%bool.
Definition same (p q : Q * Q) : bool := (same_q (fst p) (fst q) && same_q (snd p) (snd q))%bool.
Lemma same_q_is p q : same_q p q = true -> p = q.
Proof.
  destruct p, q. unfold same_q. intro h. apply andb_true_iff in h. destruct h as [a b].
  apply Z.eqb_eq in a. apply Pos.eqb_eq in b. cbn in *. congruence.
Qed.
Lemma same_is p q : same p q = true -> p = q.
Proof.
  destruct p, q. unfold same. intro h. apply andb_true_iff in h. destruct h as [a b].
  apply same_q_is in a. apply same_q_is in b. cbn in *. congruence.
Qed.

Create HintDb encl.
#[export] Hint Resolve pt_ok num_ok count_ok add_ok opp_ok sub_ok mul_ok div_ok larger_ok size_ok sqr_ok root_ok
  exp_ok : encl.
Ltac enclosed := auto 20 with encl.

Tactic Notation "split_bool" ident(h) ident(name) := apply andb_true_iff in h; destruct h as [h name].

Section Check.
Variable I : instance.

(** ** The problem *)

Definition sample (j : nat) : Q * Q := nth j (samples I) (0%Q, 0%Q).
Definition ix (p : Q * Q) : itv := pt (fst p).
Definition iy (p : Q * Q) : itv := pt (snd p).
(** The mean over rows of what a sample gives; where it is equal to the one before, nothing is computed again. *)
Fixpoint total (F : Q * Q -> itv) (last : option (Q * Q * itv)) (rows : list nat) : itv :=
  match rows with
  | [] => num 0
  | j :: rows =>
      let v := match last with
               | Some (q, v) => if same (sample j) q then v else F (sample j)
               | None => F (sample j)
               end in
      add v (total F (Some (sample j, v)) rows)
  end.
Definition over (F : Q * Q -> itv) (rows : list nat) : itv := div (total F None rows) (count (length rows)).
Lemma total_is F rows : forall last, match last with Some (q, v) => v = F q | None => True end ->
  total F last rows = fold_right add (num 0) (map (fun j => F (sample j)) rows).
Proof.
  induction rows as [|j rows IH]; intros last h; cbn [total map fold_right]; [reflexivity|].
  assert (e : match last with Some (q, v) => if same (sample j) q then v else F (sample j) | None => F (sample j) end
    = F (sample j)).
  { destruct last as [[q v]|]; [|reflexivity]. destruct (same (sample j) q) eqn:s; [|reflexivity].
    apply same_is in s. rewrite s. exact h. }
  cbv zeta. rewrite e. f_equal. apply IH. reflexivity.
Qed.
Lemma over_is F rows : over F rows = imean (map (fun j => F (sample j)) rows).
Proof. unfold over, imean. rewrite total_is by exact Logic.I. rewrite map_length. reflexivity. Qed.
Definition ilambda : itv := pt (lambda I).
Definition i_d1 (y z : itv) : itv :=
  match kind I with Squared => sub z y | Logistic => div (opp y) (add (num 1) (exp_itv (mul y z))) end.
Definition i_d2 (y z : itv) : itv :=
  match kind I with
  | Squared => num 1
  | Logistic =>
      let s := div (num 1) (add (num 1) (exp_itv (mul y z))) in mul (mul y y) (mul s (sub (num 1) s))
  end.
Definition i_curvature (rows : list nat) (v : itv) : itv :=
  over (fun p => mul (i_d2 (iy p) (mul (ix p) v)) (mul (ix p) (ix p))) rows.
Definition i_gradient (rows : list nat) (v : itv) : itv :=
  add (over (fun p => mul (i_d1 (iy p) (mul (ix p) v)) (ix p)) rows) (mul ilambda v).
Definition iw : itv := pt (iterate I).

Lemma i_d1_ok iy y iz z : encl iy y -> encl iz z -> encl (i_d1 iy iz) (d1 I y z).
Proof. intros. unfold i_d1, d1. destruct (kind I); enclosed. Qed.
Lemma i_d2_ok iy y iz z : encl iy y -> encl iz z -> encl (i_d2 iy iz) (d2 I y z).
Proof. intros. unfold i_d2, d2. destruct (kind I); enclosed. Qed.
Lemma i_curvature_ok rows iv v : encl iv v -> encl (i_curvature rows iv) (curvature I rows v).
Proof.
  intro h. unfold i_curvature. rewrite over_is. apply imean_ok. intros j _. unfold ix, iy, sample.
  apply mul_ok; [apply i_d2_ok|]; [apply pt_ok|apply mul_ok; [apply pt_ok|exact h]|apply mul_ok; apply pt_ok].
Qed.
Lemma i_gradient_ok rows iv v : encl iv v -> encl (i_gradient rows iv) (gradient I rows v).
Proof.
  intro h. apply add_ok; [|apply mul_ok; [apply pt_ok|exact h]]. rewrite over_is. apply imean_ok. intros j _.
  unfold ix, iy, sample.
  apply mul_ok; [apply i_d1_ok|]; [apply pt_ok|apply mul_ok; [apply pt_ok|exact h]|apply pt_ok].
Qed.

(** ** The round, A and g being enclosed already *)

Variables (iA ig : itv).
Hypothesis A_ok : encl iA (A I).
Hypothesis g_ok : encl ig (g I).

Definition iH : itv := add iA ilambda.
Definition i_pstar : itv := div ig iH.
Definition i_nu : itv := div iA (add iA ilambda).
Definition i_A_i (s : worker) : itv := i_curvature (shard s) iw.
Definition i_H_i (s : worker) : itv := add (i_A_i s) ilambda.
Definition i_g_i (s : worker) : itv := i_gradient (shard s) iw.
Definition i_p_i (s : worker) : itv := div (i_g_i s) (i_H_i s).
Definition i_sent (s : worker) : itv := match message s with None => i_p_i s | Some q => pt q end.
Definition i_m : itv := count (length (workers I)).
Definition i_alpha : itv := div (count (liars I)) i_m.
Definition i_beta : itv := div (count (length (trimmed I))) i_m.
Definition i_phat : itv := imean (map i_sent (kept I)).
Definition i_honest_mean : itv := imean (map i_sent (M I)).

Lemma H_ok : encl iH (H I). Proof. apply add_ok; [exact A_ok|apply pt_ok]. Qed.
Lemma pstar_ok : encl i_pstar (pstar I). Proof. apply div_ok; [exact g_ok|exact H_ok]. Qed.
Lemma nu_ok : encl i_nu (nu I). Proof. apply div_ok; [exact A_ok|exact H_ok]. Qed.
Lemma A_i_ok s : encl (i_A_i s) (A_i I s). Proof. apply i_curvature_ok, pt_ok. Qed.
Lemma H_i_ok s : encl (i_H_i s) (H_i I s). Proof. apply add_ok; [apply A_i_ok|apply pt_ok]. Qed.
Lemma g_i_ok s : encl (i_g_i s) (g_i I s). Proof. apply i_gradient_ok, pt_ok. Qed.
Lemma p_i_ok s : encl (i_p_i s) (p_i I s). Proof. apply div_ok; [apply g_i_ok|apply H_i_ok]. Qed.
Lemma sent_ok s : encl (i_sent s) (sent I s).
Proof. unfold i_sent, sent. destruct (message s); [apply pt_ok|apply p_i_ok]. Qed.
Lemma m_ok : encl i_m (m I). Proof. apply count_ok. Qed.
Lemma alpha_ok : encl i_alpha (alpha I). Proof. apply div_ok; [apply count_ok|apply m_ok]. Qed.
Lemma beta_ok : encl i_beta (beta I). Proof. apply div_ok; [apply count_ok|apply m_ok]. Qed.
Lemma phat_ok : encl i_phat (phat I). Proof. apply imean_ok. intros s _. apply sent_ok. Qed.
Lemma honest_mean_ok : encl i_honest_mean (honest_mean I). Proof. apply imean_ok. intros s _. apply sent_ok. Qed.
Hint Resolve A_ok g_ok H_ok pstar_ok nu_ok A_i_ok H_i_ok g_i_ok p_i_ok sent_ok alpha_ok beta_ok phat_ok
  honest_mean_ok : encl.

(** phi(p) - phi(p* ), free of the cancellation in phi. *)
Definition i_gap (p : itv) : itv := mul (div iH (num 2)) (sqr (sub p i_pstar)).
Lemma gap_is p : 0 < H I -> phi I p - phi I (pstar I) = H I / 2 * (p - pstar I) ^ 2.
Proof. intro h. unfold phi, pstar. field. lra. Qed.
(** - phi(p* ). *)
Definition i_depth : itv := mul (div iH (num 2)) (sqr i_pstar).
Lemma depth_is : 0 < H I -> - phi I (pstar I) = H I / 2 * pstar I ^ 2.
Proof. intro h. unfold phi, pstar. field. lra. Qed.

(** ** Premises *)

Definition label (p : Q * Q) : bool := Qeq_bool (snd p) 1 || Qeq_bool (snd p) (-1).
Definition check_whole : bool :=
  lt (num 0) iA && lt (num 0) iH &&
  forallb (fun s => negb (length (shard s) =? 0)%nat && forallb (fun j => (j <? length (samples I))%nat) (shard s) &&
                    lt (num 0) (i_H_i s)) (M I) &&
  match kind I with Squared => true | Logistic => forallb label (samples I) end.
Definition check_trims : bool :=
  let outer := map (fun t => size (i_sent t)) (trimmed I) in
  forallb (fun s => let size := size (i_sent s) in forallb (le size) outer) (kept I).
Definition check_fractions : bool :=
  ((liars I =? 0)%nat || lt i_alpha i_beta) && lt i_beta (div (num 1) (num 2)).
Definition check_uncompressed : bool := forallb (fun s => match message s with None => true | _ => false end) (M I).
Definition check_averaged : bool := (liars I =? 0)%nat && match trimmed I with [] => true | _ => false end.
Definition i_e (s : worker) : itv := sub (div (i_A_i s) iA) (num 1).
Definition check_concentrated (eta : Q) : bool :=
  above_0 eta && above_0 (1 - eta) && forallb (fun s => le (size (i_e s)) (pt eta)) (M I) &&
  le (size (imean (map i_e (M I)))) (div (pt eta) (root (count (length (M I))))).
Definition i_deviation (s : worker) : itv := size (sub (i_g_i s) ig).
Definition check_deviates (D : Q) : bool := forallb (fun s => le (i_deviation s) (pt D)) (M I).
Definition check_deviates_in_mean (D : Q) : bool := le (imean (map i_deviation (M I))) (pt D).
Definition check_approximates (rho : Q) : bool :=
  Qle_bool 0 rho && Qle_bool rho 1 &&
  forallb (fun s => match message s with
                    | None => true
                    | Some q => le (sqr (sub (pt q) (i_p_i s))) (mul (sub (num 1) (pt rho)) (sqr (i_p_i s)))
                    end) (M I).

Lemma forallb_In {X} (f : X -> bool) l : forallb f l = true -> forall s, In s l -> f s = true.
Proof. intro h. apply forallb_forall. exact h. Qed.

Lemma whole_ok : check_whole = true -> whole I.
Proof.
  unfold check_whole. intro h. split_bool h labels. split_bool h each. split_bool h pH.
  split; [apply (lt_ok (num 0) iA); auto; apply num_ok|].
  split; [apply (lt_ok (num 0) iH); auto; [apply num_ok|apply H_ok]|]. split.
  - intros s i. pose proof (forallb_In _ _ each s i) as q. cbv beta in q. split_bool q last. split_bool q rows.
      split; [|split].
    + intro e. rewrite e in q. discriminate.
    + apply Forall_forall. intros j ij. apply Nat.ltb_lt. apply (forallb_In _ _ rows j ij).
    + apply (lt_ok (num 0) (i_H_i s)); auto; [apply num_ok|apply H_i_ok].
  - intro e. rewrite e in labels. apply Forall_forall. intros p i. pose proof (forallb_In _ _ labels p i) as q.
    unfold label in q. apply orb_true_iff in q. destruct q as [q|q]; apply Qeq_bool_iff in q; auto.
Qed.
Lemma trims_ok : check_trims = true -> trims I.
Proof.
  unfold check_trims. intros h s t is it. pose proof (forallb_In _ _ h s is) as q. cbv beta zeta in q.
  apply (le_ok (size (i_sent s)) (size (i_sent t))); [apply size_ok, sent_ok|apply size_ok, sent_ok|].
  apply (forallb_In _ _ q). apply (in_map (fun t => size (i_sent t))). exact it.
Qed.
Lemma fractions_ok : check_fractions = true -> fractions I.
Proof.
  unfold check_fractions. intro h. split_bool h half. split.
  - apply orb_true_iff in h. destruct h as [q|q]; [left; apply Nat.eqb_eq; exact q|right].
    apply (lt_ok i_alpha i_beta); auto; [apply alpha_ok|apply beta_ok].
  - apply (lt_ok i_beta (div (num 1) (num 2))); enclosed.
Qed.
Lemma uncompressed_ok : check_uncompressed = true -> uncompressed I.
Proof. intros h s i. pose proof (forallb_In _ _ h s i) as q. cbv beta in q. destruct (message s); congruence. Qed.
Lemma averaged_ok : check_averaged = true -> averaged I.
Proof.
  unfold check_averaged. intro h. split_bool h none. split; [apply Nat.eqb_eq; assumption|].
    destruct (trimmed I); congruence.
Qed.
Lemma e_ok s : encl (i_e s) (A_i I s / A I - 1).
Proof. unfold i_e. enclosed. Qed.
Lemma concentrated_ok eta : check_concentrated eta = true -> concentrated I (Q2R eta).
Proof.
  unfold check_concentrated. intro h. split_bool h together. split_bool h each. split_bool h one.
  split; [|split].
  - apply above_0_R in h. apply above_0_R in one. rewrite Q2R_minus, Q2R_1 in one. lra.
  - intros s i. apply (le_ok (size (i_e s)) (pt eta)); [apply size_ok, e_ok|apply pt_ok|apply (forallb_In _ _ each
      s i)].
  - eapply le_ok; [| |exact together].
    + apply size_ok. apply imean_ok. intros s _. apply e_ok.
    + enclosed.
Qed.
Lemma deviation_ok s : encl (i_deviation s) (Rabs (g_i I s - g I)).
Proof. unfold i_deviation. enclosed. Qed.
Lemma deviates_ok D : check_deviates D = true -> deviates I (Q2R D).
Proof. intros h s i. apply (le_ok (i_deviation s) (pt D)); [apply deviation_ok|apply pt_ok|apply (forallb_In _ _ h
  s i)]. Qed.
Lemma deviates_in_mean_ok D : check_deviates_in_mean D = true -> deviates_in_mean I (Q2R D).
Proof. intro h. eapply le_ok; [| |exact h]; [apply imean_ok; intros s _; apply deviation_ok|apply pt_ok]. Qed.
Lemma approximates_ok rho : check_approximates rho = true -> approximates I (Q2R rho).
Proof.
  unfold check_approximates. intro h. split_bool h each. split_bool h one.
  apply Qle_R in h. apply Qle_R in one. rewrite Q2R_0 in h. rewrite Q2R_1 in one. split; [lra|]. intros s i.
  pose proof (forallb_In _ _ each s i) as q. cbv beta in q. unfold sent. destruct (message s) as [v|].
  - eapply le_ok; [| |exact q]; enclosed.
  - replace (p_i I s - p_i I s) with 0 by ring. pose proof (pow2_ge_0 (p_i I s)). nra.
Qed.

(** ** Symbols *)

Variables (eta D rho : Q) (reading : zeta_1_reading).
Definition i_rest : itv := sub (num 1) (pt eta).
Definition i_eps : itv := mul (mul (div (num 1) i_rest) (div (num 1) (root iH))) (pt D).
Definition i_zeta (k : nat) : itv := mul i_nu (add (div (pt eta) (root (count k))) (div (sqr (pt eta)) i_rest)).
Definition i_zeta_1 : itv :=
  match reading with
  | AsPrinted => div i_nu i_rest
  | AsDefined => mul i_nu (add (pt eta) (div (sqr (pt eta)) i_rest))
  end.
Definition i_a : itv := div (sub (num 1) i_alpha) (sub (num 1) i_beta).
Definition i_c : itv := div i_alpha (sub (num 1) i_beta).
Definition i_k : itv := mul (num 1) (sub (num 1) (pt rho)).
Definition i_comp (z1 z : itv) : itv := add (sqr z) (mul i_k (add (num 1) (sqr z1))).
Definition i_eps_cb_squared : itv :=
  mul (add (mul (num 3) (sqr i_a)) (mul (mul (num 4) (num 1)) (sqr i_c))) (mul (add (num 1) i_k) (sqr i_eps)).
Definition i_zeta_cb_squared : itv :=
  let z1 := i_zeta_1 in
  add (add (mul (mul (num 2) (sqr i_a)) (i_comp z1 (i_zeta (length (kept I)))))
           (mul (sqr i_a) (i_comp z1 (i_zeta (length (M I))))))
      (mul (mul (mul (num 4) (num 1)) (sqr i_c)) (add (num 2) (i_comp z1 z1))).

Lemma eps_ok : encl i_eps (eps I (Q2R eta) (Q2R D)). Proof. unfold i_eps, i_rest, eps. enclosed. Qed.
Lemma zeta_ok k : encl (i_zeta k) (zeta I (Q2R eta) k). Proof. unfold i_zeta, i_rest, zeta. enclosed. Qed.
Lemma zeta_1_ok : encl i_zeta_1 (zeta_1 I reading (Q2R eta)).
Proof. unfold i_zeta_1, i_rest, zeta_1. destruct reading; enclosed. Qed.
Lemma a_ok : encl i_a (a I). Proof. unfold i_a, a. enclosed. Qed.
Lemma c_ok : encl i_c (c I). Proof. unfold i_c, c. enclosed. Qed.
Lemma k_ok : encl i_k (k (Q2R rho)). Proof. unfold i_k, k, kappa. enclosed. Qed.
Lemma comp_ok iz1 z1 iz z : encl iz1 z1 -> encl iz z -> encl (i_comp iz1 iz) (comp z1 (Q2R rho) z).
Proof. intros. unfold i_comp, comp. apply add_ok; [enclosed|]. apply mul_ok; [apply k_ok|enclosed]. Qed.
Hint Resolve eps_ok zeta_ok zeta_1_ok a_ok c_ok k_ok comp_ok : encl.
Lemma eps_cb_ok : encl i_eps_cb_squared (eps_cb_squared I (Q2R eta) (Q2R D) (Q2R rho)).
Proof. unfold i_eps_cb_squared, eps_cb_squared, eps_1_squared, kappa. enclosed. Qed.
Lemma zeta_cb_ok : encl i_zeta_cb_squared (zeta_cb_squared I reading (Q2R eta) (Q2R rho)).
Proof. unfold i_zeta_cb_squared, zeta_cb_squared, kappa. cbv zeta. enclosed. Qed.

(** phi(phat) > e2 + (1 - z2) phi(p* ). *)
Definition check_gap (e2 z2 : itv) : bool := lt (add e2 (mul z2 i_depth)) (i_gap i_phat).
Lemma gap_ok ie2 e2 iz2 z2 : 0 < H I -> encl ie2 e2 -> encl iz2 z2 -> check_gap ie2 iz2 = true ->
  ~ phi I (phat I) <= e2 + (1 - z2) * phi I (pstar I).
Proof.
  intros h he hz q. pose proof (gap_is (phat I) h) as a. pose proof (depth_is h) as b.
  assert (e2 + z2 * (H I / 2 * pstar I ^ 2) < H I / 2 * (phat I - pstar I) ^ 2).
  { eapply lt_ok; [| |exact q]; unfold i_depth, i_gap; enclosed. }
  nra.
Qed.
End Check.
