(* Trimming, counted: Lemmas 7 and 10 need that every liar who is kept is no longer than some honest message.

   The center sorts m messages by their length, drops the t longest and keeps the others. At most t of the m messages
   are from liars. Nothing else is assumed: liars send what they like, and ties fall as they like. *)
Require Import Reals Lra List Bool Permutation Sorted Lia.
From Comrade Require Import Space.
Import ListNotations.
Open Scope R_scope.

Section Counting.
Context {A : Type}.
(* Who lies, and "x is no longer than y". *)
Variables (lies : A -> bool) (le : A -> A -> Prop).

Definition liars (l : list A) : nat := length (filter lies l).

Lemma liars_app : forall l k, liars (l ++ k) = (liars l + liars k)%nat.
Proof. intros l k. unfold liars. rewrite filter_app, app_length. reflexivity. Qed.
Lemma liars_permutation : forall l k, Permutation l k -> liars l = liars k.
Proof.
  intros l k h. unfold liars. induction h; simpl; repeat match goal with |- context [lies ?x] => destruct (lies x) end;
    simpl; congruence.
Qed.
Lemma liars_le : forall l, (liars l <= length l)%nat.
Proof. intros l. unfold liars. induction l as [|x l IH]; simpl; [lia|]. destruct (lies x); simpl; lia. Qed.
Lemma liars_pos : forall l q, In q l -> lies q = true -> (1 <= liars l)%nat.
Proof.
  intros l q i h. unfold liars. assert (j : In q (filter lies l)) by (apply filter_In; split; assumption).
  destruct (filter lies l); [destruct j|simpl; lia].
Qed.
(* A list that is not all liars holds somebody honest. *)
Lemma somebody_honest : forall l, (liars l < length l)%nat -> exists q, In q l /\ lies q = false.
Proof.
  intros l. unfold liars. induction l as [|x l IH]; simpl; [lia|]. intros h. destruct (lies x) eqn:e.
  - simpl in h. destruct IH as [q [i j]]; [lia|]. exists q. split; [right; exact i|exact j].
  - exists x. split; [left; reflexivity|exact e].
Qed.

(* What counts as trimming: a message is kept or dropped, and nothing kept is longer than anything dropped. *)
Definition trimming (messages kept dropped : list A) : Prop :=
  Permutation messages (kept ++ dropped) /\ forall q r, In q kept -> In r dropped -> le q r.

(* If no more lie than are dropped, every kept liar is no longer than some honest message, and that one was dropped. *)
Theorem kept_liar : forall messages kept dropped, trimming messages kept dropped ->
  (liars messages <= length dropped)%nat ->
  forall q, In q kept -> lies q = true -> exists q0, In q0 dropped /\ lies q0 = false /\ le q q0.
Proof.
  intros messages kept dropped [perm shorter] few q i l.
  rewrite (liars_permutation _ _ perm), liars_app in few.
  destruct (somebody_honest dropped) as [q0 [j h]]; [pose proof (liars_pos kept q i l); lia|].
  exists q0. split; [exact j|]. split; [exact h|]. apply shorter; assumption.
Qed.

(* No more liars are kept than there are. *)
Lemma kept_liars_le : forall messages kept dropped, trimming messages kept dropped ->
  (liars kept <= liars messages)%nat.
Proof. intros messages kept dropped [perm _]. rewrite (liars_permutation _ _ perm), liars_app. lia. Qed.
Lemma kept_length : forall messages kept dropped, trimming messages kept dropped ->
  length kept = (length messages - length dropped)%nat.
Proof. intros messages kept dropped [perm _]. apply Permutation_length in perm. rewrite app_length in perm. lia. Qed.
(* With fewer than half of the messages dropped, the dropped are fewer than the kept: beta < 1/2. *)
Lemma dropped_lt_kept : forall messages kept dropped, trimming messages kept dropped ->
  (2 * length dropped < length messages)%nat -> (length dropped < length kept)%nat.
Proof. intros messages kept dropped t h. rewrite (kept_length _ _ _ t). lia. Qed.

(* Sorting the messages in any way that respects their lengths, and keeping a prefix, is trimming. *)
Theorem sorted_prefix : forall messages sorted k, Permutation messages sorted -> StronglySorted le sorted ->
  trimming messages (firstn k sorted) (skipn k sorted).
Proof.
  intros messages sorted k perm s. split; [rewrite firstn_skipn; exact perm|].
  clear perm messages. revert k. induction s as [|x l s IH f]; intros [|k] q r i j; simpl in *; try contradiction.
  destruct i as [<-|i]; [|exact (IH k q r i j)].
  rewrite Forall_forall in f. apply f. rewrite <- (firstn_skipn k l). apply in_or_app. right. exact j.
Qed.
End Counting.

(* Messages of the algorithm: vectors, or nothing that is a finite vector, which counts as infinitely long. *)
Section Messages.
Context {E : space}.

Definition no_longer (x y : option E) : Prop :=
  match x, y with
  | Some v, Some w => norm v <= norm w
  | None, Some _ => False
  | _, None => True
  end.

(* Algorithm 1: of m messages (lies?, what was sent), at most t from liars, sorted by norm, the first m - t are kept.
   Honest messages are vectors. Then every kept liar sent a vector, no longer than that of some honest worker.
   This is what Lemmas 7 and 10 assume. *)
Theorem kept_liar_is_short : forall (messages sorted : list (bool * option E)) (t : nat),
  (forall q, In (false, q) messages -> exists v, q = Some v) ->
  (t <= length messages)%nat -> (liars fst messages <= t)%nat ->
  Permutation messages sorted -> StronglySorted (fun x y => no_longer (snd x) (snd y)) sorted ->
  forall q, In (true, q) (firstn (length messages - t) sorted) ->
  exists v v0, q = Some v /\ In (false, Some v0) messages /\ norm v <= norm v0.
Proof.
  intros messages sorted t finite tm few perm s q i.
  pose proof (sorted_prefix _ messages sorted (length messages - t) perm s) as trim.
  assert (len : length (skipn (length messages - t) sorted) = t).
  { rewrite skipn_length, <- (Permutation_length perm). lia. }
  rewrite <- len in few.
  destruct (kept_liar fst _ _ _ _ trim few (true, q) i eq_refl) as [[b q0] [j [h le]]].
  simpl in h, le. subst b.
  assert (m : In (false, q0) messages).
  { apply (Permutation_in _ (Permutation_sym perm)). rewrite <- (firstn_skipn (length messages - t) sorted).
    apply in_or_app. right. exact j. }
  destruct (finite q0 m) as [v0 ->]. destruct q as [v|]; [|destruct le].
  exists v, v0. repeat split; assumption.
Qed.
End Messages.
