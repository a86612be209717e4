(* The medoid: of the Hessians that were sent, the center takes the one whose (m - f)-th smallest distance to all is
   least.

   dist(K, B) <= r means e^{-r} B <= K <= e^r B, which for symmetric positive definite operators is the same as
   max |log spec(B^{-1} K)| <= r. What is no operator is infinitely far away.
   "The k-th smallest distance is at most r" is said as "at least k of them are at most r". *)
Require Import Reals Lra List Permutation Lia.
From Comrade Require Import Space Counting.
Import ListNotations.
Open Scope R_scope.

(* The largest distance between two honest Hessians; and the smallest, over honest i, of its largest one to honest j. *)
Definition bound_medoid_rederived (diameter : R) : R := diameter.
Definition bound_medoid_sharpened (radius : R) : R := radius.

Section Distance.
Context {V : space}.
(* dist(K, B) <= r *)
Definition within (r : R) (K B : spd V) : Prop :=
  forall v : V, exp (- r) * dot v (B v) <= dot v (K v) <= exp r * dot v (B v).
Lemma within_sym : forall r K B, within r K B -> within r B K.
Proof.
  intros r K B h v. destruct (h v) as [lo hi]. pose proof (exp_pos r) as p. pose proof (exp_pos (- r)) as n.
  assert (e : exp (- r) * exp r = 1) by (rewrite <- exp_plus, Rplus_opp_l; apply exp_0).
  split.
  - apply Rle_trans with (exp (- r) * (exp r * dot v (B v))); [apply Rmult_le_compat_l; lra|].
    rewrite <- Rmult_assoc, e. lra.
  - apply Rle_trans with (exp r * (exp (- r) * dot v (B v))); [|apply Rmult_le_compat_l; lra].
    rewrite <- Rmult_assoc, (Rmult_comm (exp r)), e. lra.
Qed.
Definition near (r : R) (K B : option (spd V)) : Prop :=
  match K, B with Some k, Some b => within r k b | _, _ => False end.
End Distance.

(* At least k of l have the property. *)
Definition at_least {A : Type} (k : nat) (has : A -> Prop) (l : list A) : Prop :=
  exists l1 l2, Permutation l (l1 ++ l2) /\ length l1 = k /\ forall i, In i l1 -> has i.

Section Counts.
Context {A : Type}.
Lemma at_least_fewer : forall (k n : nat) (has : A -> Prop) l, (k <= n)%nat -> at_least n has l -> at_least k has l.
Proof.
  intros k n has l kn [l1 [l2 [p [len all]]]]. exists (firstn k l1), (skipn k l1 ++ l2). split; [|split].
  - rewrite app_assoc, firstn_skipn. exact p.
  - apply firstn_length_le. lia.
  - intros i h. apply all. rewrite <- (firstn_skipn k l1). apply in_or_app. left. exact h.
Qed.
Lemma honest_first : forall (lies : A -> bool) l,
  Permutation l (filter (fun i => negb (lies i)) l ++ filter lies l).
Proof.
  intros lies l. induction l as [|i l IH]; [constructor|]. simpl. destruct (lies i); simpl.
  - apply Permutation_cons_app. exact IH.
  - constructor. exact IH.
Qed.
End Counts.

Section Medoid.
Context {V : space} {A : Type}.
(* m workers with what they sent; who lies; f, how many are assumed to. *)
Variables (workers : list A) (sent : A -> option (spd V)) (lies : A -> bool) (f : nat).
Hypothesis few : (liars lies workers <= f)%nat.
Hypothesis half : (2 * f < length workers)%nat.
Notation m := (length workers).
Notation honest i := (In i workers /\ lies i = false).

(* The score of i is at most r: its (m - f)-th smallest distance is. *)
Definition score_at_most (r : R) (i : A) : Prop := at_least (m - f) (fun j => near r (sent i) (sent j)) workers.

(* b is the medoid: nobody has a smaller score. *)
Variable b : A.
Hypothesis least : forall r i, In i workers -> score_at_most r i -> score_at_most r b.

Lemma honest_count : (m - f <= length (filter (fun i => negb (lies i)) workers))%nat.
Proof.
  pose proof (Permutation_length (honest_first lies workers)) as p. rewrite app_length in p.
  fold (liars lies workers) in p. lia.
Qed.

(* Whoever is honest and within R of all honest ones has a score of R at most, and so the medoid is within R of at least
   m - 2f honest ones. *)
Lemma near_honest : forall R i, honest i -> (forall j, honest j -> near R (sent i) (sent j)) ->
  at_least (m - 2 * f) (fun j => honest j /\ near R (sent b) (sent j)) workers.
Proof.
  intros R i [iw ih] all.
  assert (s : score_at_most R b).
  { apply (least R i iw).
    apply (at_least_fewer _ (length (filter (fun j => negb (lies j)) workers))); [exact honest_count|].
    exists (filter (fun j => negb (lies j)) workers), (filter lies workers).
    split; [apply honest_first|]. split; [reflexivity|]. intros j h. apply filter_In in h. destruct h as [jw jh].
    apply all. split; [exact jw|]. destruct (lies j); [discriminate|reflexivity]. }
  destruct s as [l1 [l2 [p [len close]]]].
  set (good := filter (fun j => negb (lies j)) l1).
  assert (split : length l1 = (length good + liars lies l1)%nat).
  { rewrite (Permutation_length (honest_first lies l1)), app_length. reflexivity. }
  assert (bad : (liars lies l1 <= f)%nat).
  { rewrite (liars_permutation lies _ _ p), liars_app in few. lia. }
  apply (at_least_fewer _ (length good)); [lia|].
  exists good, (filter lies l1 ++ l2). split; [|split; [reflexivity|]].
  - eapply Permutation_trans; [exact p|]. rewrite app_assoc. apply Permutation_app_tail, honest_first.
  - intros j h. apply filter_In in h. destruct h as [j1 jh]. split; [split|].
    + apply (Permutation_in _ (Permutation_sym p)). apply in_or_app. left. exact j1.
    + destruct (lies j); [discriminate|reflexivity].
    + apply close. exact j1.
Qed.

(* The medoid, sharpened: with R = min over honest i of max over honest j of dist(H_i, H_j), e^{-R} H_j <= B <= e^R H_j
   for at least m - 2f honest j, whatever f liars send. *)
Theorem medoid_sharpened : forall radius, (exists i, honest i /\ forall j, honest j -> near radius (sent i) (sent j)) ->
  at_least (m - 2 * f) (fun j => honest j /\ near (bound_medoid_sharpened radius) (sent b) (sent j)) workers.
Proof. intros radius [i [h all]]. exact (near_honest radius i h all). Qed.

(* The medoid: the same with R = max over honest i, j of dist(H_i, H_j). *)
Theorem medoid_rederived : forall diameter, (forall i j, honest i -> honest j -> near diameter (sent i) (sent j)) ->
  at_least (m - 2 * f) (fun j => honest j /\ near (bound_medoid_rederived diameter) (sent b) (sent j)) workers.
Proof.
  intros diameter all. destruct (somebody_honest lies workers) as [i [iw ih]]; [lia|].
  apply (near_honest diameter i (conj iw ih)). intros j h. apply all; [split; assumption|exact h].
Qed.
End Medoid.
