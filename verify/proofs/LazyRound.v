(* A step of lazy Newton with liars in R^d, from data: Theorem B with its vectors and its rule at hand.

   In R^d every positive definite operator has an inverse and an orthonormal basis of its metric, so that the center's
   rule can be computed whatever was sent. What is left to assume is in the statement: where the gradient of the honest
   workers' mean is zero, the spectrum of H relative to B, ||I - K|| and ||K||, and that f of the m workers lie. *)
Require Import Reals Lra Psatz List Permutation Sorted Lia.
From Comrade Require Import Space Counting Trimming Euclid Logistic Regression RobustMean TheoremA TheoremB.
Import ListNotations.
Open Scope R_scope.

(* ---------- an orthonormal basis of the metric of B ---------- *)

Definition orthonormal {d : nat} (B : spd (euclid d)) (l : list (euclid d)) : Prop :=
  (forall v, N B v ^ 2 = rsum (fun e => dot v (B e) ^ 2) l) /\
  (forall c : euclid d -> R, exists out, forall e, In e l -> dot out (B e) = c e).

Lemma rsum_map : forall {X Y : Type} (f : Y -> R) (g : X -> Y) l, rsum f (map g l) = rsum (fun i => f (g i)) l.
Proof. intros X Y f g l. induction l as [|i l IH]; simpl; [reflexivity|rewrite IH; reflexivity]. Qed.

Theorem orthonormal_basis : forall d (B : spd (euclid d)), exists l, orthonormal B l.
Proof.
  induction d as [|d IH]; intros B.
  - exists []. split; [|intros c; exists zero; intros e []].
    intros v. replace v with (zero : euclid 0) by (destruct v; reflexivity). rewrite N_zero. simpl. ring.
  - destruct (IH (block B)) as [l [parseval solve]].
    (* u is e_1 less its part in the other coordinates, in the metric of B. *)
    set (e1 := vcons 1 zero : euclid (S d)). set (u := vcons 1 ((-1) [*] inverse (block B) (tail (B e1)))).
    assert (in_block : forall y z : euclid d, dot (vcons 0 y) (B (vcons 0 z)) = dot y (block B z)).
    { intros y z. rewrite dot_vcons. simpl. ring. }
    assert (across : forall y, dot (vcons 0 y) (B u) = 0).
    { intros y. assert (e : u = e1 [+] (-1) [*] vcons 0 (inverse (block B) (tail (B e1)))).
      { unfold u, e1. rewrite vcons_split, vcons_scal, scal_one. reflexivity. }
      rewrite e, op_add, op_scal, dot_add_r, dot_scal_r, in_block, inverse_spec, dot_vcons. ring. }
    assert (u0 : 0 < N B u).
    { destruct (N_pos B u) as [p|p]; [exact p|exfalso]. symmetry in p. apply N_definite in p.
      assert (h : head u = head (zero : euclid (S d))) by (rewrite p; reflexivity). unfold u in h.
      rewrite head_vcons in h. simpl in h. lra. }
    set (n := / N B u). assert (nu : n * N B u = 1) by (unfold n; field; lra).
    assert (uu : dot u (B u) = N B u * N B u) by (rewrite N_sq; reflexivity).
    assert (back : forall y, dot u (B (vcons 0 y)) = 0) by (intros y; rewrite <- op_sym, dot_sym; apply across).
    exists (n [*] u :: map (vcons 0) l). split.
    + intros v. set (y := tail v [-] head v [*] tail u).
      assert (e : v = head v [*] u [+] vcons 0 y).
      { apply vcons_eta.
        - rewrite head_add, head_scal, head_vcons. unfold u. rewrite head_vcons. ring.
        - rewrite tail_add, tail_scal, tail_vcons. unfold y. generalize (tail v) (tail u). intros a b. vec. }
      assert (sum : rsum (fun e => dot v (B e) ^ 2) (map (vcons 0) l) = N (block B) y ^ 2).
      { rewrite parseval, rsum_map. apply rsum_same. intros z _. rewrite e at 1.
        rewrite dot_add_l, dot_scal_l, back, in_block. ring. }
      change (rsum (fun e => dot v (B e) ^ 2) (n [*] u :: map (vcons 0) l))
        with (dot v (B (n [*] u)) ^ 2 + rsum (fun e => dot v (B e) ^ 2) (map (vcons 0) l)).
      rewrite sum. replace (N B v ^ 2) with (dot v (B v)) by (rewrite <- N_sq; ring).
      replace (N (block B) y ^ 2) with (dot y (block B y)) by (rewrite <- N_sq; ring).
      rewrite e at 1 2 3. rewrite !op_add, !op_scal.
      rewrite !dot_add_l, !dot_add_r, !dot_scal_l, !dot_scal_r, across, back, in_block, uu.
      unfold n. field. lra.
    + intros c. destruct (solve (fun z => c (vcons 0 z))) as [y h].
      exists (c (n [*] u) [*] (n [*] u) [+] vcons 0 y). intros e [<-|k].
      * rewrite op_scal, dot_add_l, !dot_scal_l, !dot_scal_r, across, uu.
        set (t := c (n [*] u)). unfold n. field. lra.
      * apply in_map_iff in k. destruct k as [z [<- k]].
        rewrite dot_add_l, !dot_scal_l, back, in_block, (h z k). ring.
Qed.

(* ---------- sorting ---------- *)

Section Sorting.
Context {A : Type} (v : A -> R).
Fixpoint insert (i : A) (l : list A) : list A :=
  match l with [] => [i] | j :: r => if Rle_dec (v i) (v j) then i :: l else j :: insert i r end.
Fixpoint sort (l : list A) : list A := match l with [] => [] | i :: r => insert i (sort r) end.
Lemma insert_permutation : forall i l, Permutation (i :: l) (insert i l).
Proof.
  intros i l. induction l as [|j l IH]; [apply Permutation_refl|]. simpl. destruct (Rle_dec (v i) (v j)).
  - apply Permutation_refl.
  - apply Permutation_trans with (j :: i :: l); [apply perm_swap|]. constructor. exact IH.
Qed.
Lemma sort_permutation : forall l, Permutation l (sort l).
Proof.
  induction l as [|i l IH]; [constructor|]. simpl. eapply Permutation_trans; [|apply insert_permutation].
  constructor. exact IH.
Qed.
Lemma insert_sorted : forall i l, StronglySorted (fun i j => v i <= v j) l ->
  StronglySorted (fun i j => v i <= v j) (insert i l).
Proof.
  intros i l s. induction s as [|j l s IH f]; [repeat constructor|]. simpl. destruct (Rle_dec (v i) (v j)) as [h|h].
  - constructor; [constructor; assumption|]. constructor; [exact h|].
    rewrite Forall_forall in *. intros k m. pose proof (f k m). lra.
  - constructor; [exact IH|]. rewrite Forall_forall in *. intros k m.
    apply (Permutation_in _ (Permutation_sym (insert_permutation i l))) in m. destruct m as [<-|m]; [lra|exact (f k m)].
Qed.
Lemma sort_sorted : forall l, StronglySorted (fun i j => v i <= v j) (sort l).
Proof. induction l as [|i l IH]; [constructor|]. apply insert_sorted, IH. Qed.
(* What is before a place in the sorted list is no larger than what is behind it. *)
Lemma sorted_split : forall l k i j, StronglySorted (fun i j => v i <= v j) l ->
  In i (firstn k l) -> In j (skipn k l) -> v i <= v j.
Proof.
  intros l k i j s. revert k. induction s as [|a l s IH f]; intros [|k] hi hj; simpl in *; try contradiction.
  destruct hi as [<-|hi]; [|exact (IH k hi hj)].
  rewrite Forall_forall in f. apply f. rewrite <- (firstn_skipn k l). apply in_or_app. right. exact hj.
Qed.
End Sorting.

(* The f smallest, the others and the f largest can be found. *)
Lemma trimmed_exists : forall {A : Type} (workers : list A) (f : nat) (v : A -> R), (2 * f < length workers)%nat ->
  let l := sort v workers in let rest := skipn f l in
  trimmed workers f v (firstn f l) (firstn (length workers - 2 * f) rest) (skipn (length workers - 2 * f) rest).
Proof.
  intros A workers f v half l rest. pose proof (sort_permutation v workers) as p. fold l in p.
  pose proof (Permutation_length p) as n. pose proof (sort_sorted v workers) as s. fold l in s.
  assert (nr : length rest = (length workers - f)%nat) by (unfold rest; rewrite skipn_length; lia).
  assert (sr : StronglySorted (fun i j => v i <= v j) rest).
  { unfold rest. clear - s. revert f. induction s as [|a l s IH h]; intros [|f]; simpl; try constructor; auto. }
  repeat split.
  - rewrite firstn_skipn. unfold rest. rewrite firstn_skipn. exact p.
  - apply firstn_length_le. lia.
  - rewrite skipn_length. lia.
  - intros i j hi hj. apply (sorted_split v l f i j s hi). fold rest.
    rewrite <- (firstn_skipn (length workers - 2 * f) rest). apply in_or_app. left. exact hj.
  - intros i j hi hj. exact (sorted_split v rest _ i j sr hi hj).
Qed.

(* Whatever was sent, the center's rule can be computed. *)
Theorem rule_exists : forall (d : nat) (A : Type) (B : spd (euclid d)) (workers : list A) (f : nat)
  (gs : A -> euclid d),
  (2 * f < length workers)%nat -> exists gbar, mixes_then_trims B workers f gs gbar.
Proof.
  intros d A B workers f gs half. destruct (orthonormal_basis d B) as [basis [parseval solve]].
  set (xs := fun i => inverse B (gs i)). set (by_distance := fun i => sort (fun j => N B (xs j [-] xs i)) workers).
  set (nearest := fun i => firstn (length workers - f) (by_distance i)).
  set (others := fun i => skipn (length workers - f) (by_distance i)).
  set (v := fun (e : euclid d) i => dot (mean xs (nearest i)) (B e)).
  set (kept := fun e => firstn (length workers - 2 * f) (skipn f (sort (v e) workers))).
  destruct (solve (fun e => rmean (v e) (kept e))) as [out h].
  exists (B out), (euclid d), xs, nearest, others, basis, (fun e => e), (fun e => firstn f (sort (v e) workers)), kept,
    (fun e => skipn (length workers - 2 * f) (skipn f (sort (v e) workers))), out.
  assert (p : forall i, Permutation workers (by_distance i)) by (intros i; apply sort_permutation).
  split; [|split; [|split; [|split; [|split; [|split; [|split]]]]]].
  - intros i _. apply inverse_spec.
  - reflexivity.
  - intros i _. unfold nearest, others. rewrite firstn_skipn. apply p.
  - intros i _. apply firstn_length_le. rewrite <- (Permutation_length (p i)). lia.
  - intros i j k _ hj hk. exact (sorted_split (fun j => N B (xs j [-] xs i)) _ _ j k (sort_sorted _ workers) hj hk).
  - exact parseval.
  - intros e _. exact (trimmed_exists workers f (v e) half).
  - intros e k. exact (h e k).
Qed.

(* ---------- Theorem B from data ---------- *)

Section Sums.
Context {E : space}.
Lemma sum_flat_map : forall {A X : Type} (held : A -> list X) (h : A * X -> E) l,
  sum h (flat_map (fun i => map (pair i) (held i)) l) = sum (fun i => sum (fun s => h (i, s)) (held i)) l.
Proof.
  intros A X held h l. induction l as [|i l IH]; [reflexivity|].
  change (flat_map (fun i => map (pair i) (held i)) (i :: l))
    with (map (pair i) (held i) ++ flat_map (fun i => map (pair i) (held i)) l).
  rewrite sum_app, IH. simpl. f_equal.
  clear. induction (held i) as [|s r IH]; [reflexivity|]. simpl. rewrite IH. reflexivity.
Qed.
Lemma sum_out : forall {I : Type} c (h : I -> E) l, sum (fun i => c [*] h i) l = c [*] sum h l.
Proof. intros I c h l. induction l as [|i l IH]; simpl; [vec|rewrite IH; vec]. Qed.
Lemma sum_ext : forall {I : Type} (h k : I -> E) l, (forall i, In i l -> h i = k i) -> sum h l = sum k l.
Proof.
  intros I h k l e. induction l as [|i l IH]; [reflexivity|]. simpl.
  rewrite (e i (or_introl eq_refl)), IH; [reflexivity|]. intros j p. apply e. right. exact p.
Qed.
End Sums.

Section Data.
Context {d : nat} {A : Type}.
Notation V := (euclid d).
(* m workers, f of whom lie. An honest worker holds samples (x_j, y_j) with labels 1 and -1. *)
Variables (workers : list A) (lies : A -> bool) (f : nat) (held : A -> list (V * R)) (lambda : R).
Notation M := (honest lies workers).
Hypothesis half : (2 * f < length workers)%nat.
Hypothesis liars_are : liars lies workers = f.
Hypothesis labels : forall i s, In i M -> In s (held i) -> snd s = 1 \/ snd s = -1.
Hypothesis ridge : 0 <= lambda.

(* The mean of the honest workers' objectives as one sum over their samples. *)
Definition samples : list (A * (V * R)) := flat_map (fun i => map (pair i) (held i)) M.
Definition share_of (s : A * (V * R)) : R := / INR (length M) * / INR (length (held (fst s))).
Definition features (s : A * (V * R)) : V := fst (snd s).
Definition label (s : A * (V * R)) : R := snd (snd s).
Definition mean_gradient (w : V) : V := gradient samples share_of features label lambda w.
Definition mean_hessian (w v : V) : V := Logistic.hessian samples share_of features lambda w v.

Lemma somebody : M <> [].
Proof.
  destruct (somebody_honest lies workers) as [i [w h]]; [lia|]. intros e.
  pose proof (in_honest lies workers i w h) as k. rewrite e in k. destruct k.
Qed.
(* It is the mean of the workers' own gradients. *)
Lemma mean_gradient_is : forall w, mean_gradient w = mean (fun i => logistic_gradient (held i) lambda w) M.
Proof.
  intros w. unfold logistic_gradient, mean_gradient, gradient. rewrite mean_add, mean_const by exact somebody. f_equal.
  unfold samples, mean. rewrite sum_flat_map, <- sum_out. apply sum_ext. intros i _. rewrite <- sum_out. apply sum_ext.
  intros s _. rewrite scal_scal. f_equal. unfold share_of, label, features. simpl. ring.
Qed.

Variables (w ws : V) (H B : spd V) (W : V -> V) (gs : A -> V) (gbar : V) (D delta norm_K least most : R).
Hypothesis H_is : forall v, H v = mean_hessian w v.
Hypothesis minimiser : mean_gradient ws = zero.
Hypothesis reach : forall i s, In i M -> In s (held i) -> Rabs (dot (fst s) (w [-] ws)) <= D.
Hypothesis D_pos : 0 <= D.
(* The step is w - W gbar. ||I - K|| <= delta, and least <= B^{-1/2} H B^{-1/2} <= most. *)
Hypothesis W_linear : forall u v, W (u [-] v) = W u [-] W v.
Hypothesis delta_pos : 0 <= delta.
Hypothesis delta_is : contracts H W delta.
Hypothesis least_pos : 0 < least.
Hypothesis spectrum : conditioned H B least most.
(* Honest workers send their gradients, liars anything, and the center does what it does. *)
Hypothesis honest_send : forall i, In i M -> gs i = logistic_gradient (held i) lambda w.
Hypothesis rule : mixes_then_trims B workers f gs gbar.

Notation m := (INR (length workers)).
(* G^2 = mean over M of ||H^{-1/2}(g_i - g)||^2 *)
Definition spread : R := sqrt (rmean (fun i => N H (inverse H (gs i [-] mean_gradient w)) ^ 2) M).

Lemma in_samples : forall s, In s samples -> In (fst s) M /\ In (snd s) (held (fst s)).
Proof.
  intros [i s] h. apply in_flat_map in h. destruct h as [j [jm k]]. apply in_map_iff in k. destruct k as [t [e k]].
  injection e as -> ->. split; assumption.
Qed.
Lemma shares_pos : forall s, In s samples -> 0 <= share_of s.
Proof. intros s _. apply Rmult_le_pos; apply length_inv. Qed.
Lemma labels_are : forall s, In s samples -> label s = 1 \/ label s = -1.
Proof. intros s h. destruct (in_samples s h) as [i j]. exact (labels _ _ i j). Qed.
Lemma reaches : forall s, In s samples -> Rabs (dot (features s) (w [-] ws)) <= D.
Proof. intros s h. destruct (in_samples s h) as [i j]. exact (reach _ _ i j). Qed.
Lemma mean_is : mean_gradient w = mean gs M.
Proof. rewrite mean_gradient_is. apply mean_ext. intros i h. symmetry. apply honest_send, h. Qed.

(* Theorem B, from data: whatever the liars send,
   ||x_{t+1}|| <= delta ||x_t|| + (1 + delta)(psi(D) ||x_t|| + sqrt(c_r kappa_B) G). *)
Theorem theorem_b_for_data : N H (w [-] ws [-] W gbar)
  <= bound_theorem_b_rederived delta (psi D) (N H (w [-] ws)) m (INR f) (most / least) spread.
Proof.
  exact (theorem_b_rederived samples share_of features label lambda shares_pos labels_are ridge w ws H H_is minimiser D
    D_pos reaches W W_linear (inverse H (H (w [-] ws) [-] mean_gradient w)) delta (inverse_spec H _) delta_pos delta_is
    B least most least_pos spectrum workers lies f gs (fun i => inverse H (gs i [-] mean_gradient w))
    (fun i => inverse B (gs i [-] mean_gradient w)) gbar (inverse H (gbar [-] mean_gradient w))
    (inverse B (gbar [-] mean_gradient w)) half liars_are mean_is (inverse_spec H _) (inverse_spec B _)
    (fun i _ => inverse_spec H _) (fun i _ => inverse_spec B _) rule).
Qed.
End Data.
