(* The mean of the kept messages, some of them liars'. Lemmas 7 and 10 share it.

   Every worker sends a vector, or something that is none. The center drops the |T| longest messages and steps along the
   mean phat of the others, U. At most |T| workers lie. By Counting.v, a kept liar then sent a vector that is no longer
   than that of some honest worker. Nothing more is known of a liar. *)
Require Import Reals Lra Psatz List Bool Permutation Lia.
From Comrade Require Import Space Counting.
Import ListNotations.
Open Scope R_scope.

(* The vector of a message that is one. *)
Definition vector {E : space} (message : option E) : E := match message with Some v => v | None => zero end.

(* c = |B|/|U|, t = |T|/|U| and a = |M|/|U|. *)
Definition share {A : Type} (count : nat) (kept : list A) : R := INR count / INR (length kept).

(* What counts as a round: `sent` is what the center received of each worker. *)
Record round {E : space} {A : Type} (lies : A -> bool) (sent : A -> option E) (workers kept dropped : list A)
  : Prop := {
  trims : trimming (fun i j => no_longer (sent i) (sent j)) workers kept dropped;
  trims_enough : (liars lies workers <= length dropped)%nat;
  keeps_some : kept <> [] }.

(* ---------- The sum over U, in three parts ---------- *)

Section Parts.
Context {E : space} {A : Type}.
Variables (v : A -> E) (lies : A -> bool).

(* Those of a list who are honest. Counting.v's `liars` counts the others. *)
Definition honest (l : list A) : list A := filter (fun i => negb (lies i)) l.

Lemma honest_in : forall l i, In i (honest l) -> In i l /\ lies i = false.
Proof. intros l i h. apply filter_In in h. destruct h as [w h]. split; [exact w|]. apply negb_true_iff, h. Qed.
Lemma in_honest : forall l i, In i l -> lies i = false -> In i (honest l).
Proof. intros l i w h. apply filter_In. split; [exact w|]. apply negb_true_iff, h. Qed.
Lemma honest_le : forall l, (length (honest l) <= length l)%nat.
Proof. intros l. induction l as [|i l IH]; simpl; [lia|]. destruct (lies i); simpl; lia. Qed.

Lemma sum_app : forall l r, sum v (l ++ r) = sum v l [+] sum v r.
Proof. intros l r. induction l as [|i l IH]; simpl; [vec|rewrite IH; vec]. Qed.
Lemma sum_parts : forall l, sum v l = sum v (honest l) [+] sum v (filter lies l).
Proof. intros l. induction l as [|i l IH]; simpl; [vec|]. destruct (lies i); simpl; rewrite IH; vec. Qed.
Lemma sum_honest : forall l r, Permutation l r -> sum v (honest l) = sum v (honest r).
Proof.
  intros l r h. induction h as [|i l r h IH|i j l|l s r h IH h' IH']; simpl.
  - reflexivity.
  - destruct (lies i); simpl; rewrite IH; reflexivity.
  - destruct (lies i), (lies j); simpl; try reflexivity; vec.
  - congruence.
Qed.
(* Over U = over M, less those of M who were dropped, and the liars who were kept. *)
Lemma kept_parts : forall workers kept dropped, Permutation workers (kept ++ dropped) ->
  sum v kept = sum v (honest workers) [+] ((-1) [*] sum v (honest dropped) [+] sum v (filter lies kept)).
Proof.
  intros workers kept dropped h. rewrite (sum_honest _ _ h), (sum_parts kept).
  replace (honest (kept ++ dropped)) with (honest kept ++ honest dropped) by (symmetry; apply filter_app).
  rewrite sum_app. vec.
Qed.
(* The sum of vectors of norm at most e each. *)
Lemma N_sum_le : forall (H : spd E) e l, (forall i, In i l -> N H (v i) <= e) ->
  N H (sum v l) <= INR (length l) * e.
Proof.
  intros H e l h. induction l as [|i l IH]; [simpl; rewrite N_zero; lra|].
  change (length (i :: l)) with (S (length l)). rewrite S_INR. simpl. pose proof (N_add H (v i) (sum v l)).
  pose proof (h i (or_introl eq_refl)). pose proof (IH (fun j k => h j (or_intror k))). lra.
Qed.
End Parts.

(* ---------- The mean over U ---------- *)

Section Trimming.
Context {E : space} (H : spd E) {A : Type}.
Variables (lies : A -> bool) (sent : A -> option E) (workers kept dropped : list A) (ps : E).
Hypothesis trimmed : round lies sent workers kept dropped.

Let P := N H ps.
Let received (i : A) : E := vector (sent i).
Let U := INR (length kept).

Lemma kept_positive : 0 < U.
Proof. apply length_pos. exact (keeps_some _ _ _ _ _ trimmed). Qed.
Lemma kept_in_workers : forall i, In i kept -> In i workers.
Proof.
  intros i k. destruct trimmed as [[perm _] _ _].
  apply (Permutation_in _ (Permutation_sym perm)), in_or_app. left. exact k.
Qed.
Lemma dropped_in_workers : forall i, In i dropped -> In i workers.
Proof.
  intros i k. destruct trimmed as [[perm _] _ _].
  apply (Permutation_in _ (Permutation_sym perm)), in_or_app. right. exact k.
Qed.

Lemma somebody_honest_works : exists i, In i workers /\ lies i = false.
Proof.
  destruct trimmed as [[perm _] few some]. apply somebody_honest.
  apply Permutation_length in perm. rewrite app_length in perm. destruct kept; [congruence|simpl in perm; lia].
Qed.

(* The messages of honest workers, and how far they are at most from p*. *)
Variables (q : A -> E) (e : R).
Hypothesis honest_sends : forall i, In i workers -> lies i = false -> sent i = Some (q i).
Hypothesis honest_near : forall i, In i workers -> lies i = false -> N H (q i [-] ps) <= e.

Lemma error_positive : 0 <= e.
Proof.
  destruct somebody_honest_works as [i [w h]]. pose proof (N_pos H (q i [-] ps)). pose proof (honest_near i w h). lra.
Qed.

Lemma kept_liar_is_no_longer : forall i, In i kept -> lies i = true ->
  exists j, In j workers /\ lies j = false /\ norm (received i) <= norm (q j).
Proof.
  intros i k l. destruct trimmed as [trim few _].
  destruct (kept_liar lies _ _ _ _ trim few i k l) as [j [jd [h le]]].
  pose proof (dropped_in_workers j jd) as jw. exists j. split; [exact jw|split; [exact h|]].
  rewrite (honest_sends j jw h) in le. unfold received, vector. destruct (sent i); [exact le|destruct le].
Qed.

(* A kept liar is at most sqrt(kappa)(e + 2P) off. *)
Lemma kept_liar_error : forall i, In i kept -> lies i = true ->
  N H (received i [-] ps) <= sqrt (kappa H) * (e + 2 * P).
Proof.
  intros i k l. destruct (kept_liar_is_no_longer i k l) as [j [jw [h le]]].
  pose proof (N_le_by_norm H _ _ le) as a. pose proof (N_sub H (received i) ps) as b.
  pose proof (N_back H (q j) ps) as c. fold P in c. pose proof (honest_near j jw h) as d.
  assert (root : 1 <= sqrt (kappa H)) by (rewrite <- sqrt_1 at 1; apply sqrt_le_1_alt, kappa_ge_1).
  pose proof (N_pos H ps) as p0. fold P in b, p0.
  assert (sqrt (kappa H) * N H (q j) <= sqrt (kappa H) * (e + P)) by (apply Rmult_le_compat_l; lra).
  assert (1 * P <= sqrt (kappa H) * P) by (apply Rmult_le_compat_r; lra). lra.
Qed.

Lemma kept_honest_error : forall i, In i kept -> lies i = false -> N H (received i [-] ps) <= e.
Proof.
  intros i k h. pose proof (kept_in_workers i k) as w. unfold received. rewrite (honest_sends i w h).
  apply honest_near; assumption.
Qed.

(* One by one, honest workers count with e and liars with y. *)
Lemma total_bound : forall y l, (forall i, In i l -> N H (received i [-] ps) <= if lies i then y else e) ->
  rsum (fun i => N H (received i [-] ps)) l <= (INR (length l) - INR (liars lies l)) * e + INR (liars lies l) * y.
Proof.
  intros y l. unfold liars. induction l as [|i l IH]; intros h; [simpl; lra|].
  pose proof (h i (or_introl eq_refl)) as first. pose proof (IH (fun j k => h j (or_intror k))) as others.
  cbn [rsum filter]. change (length (i :: l)) with (S (length l)). rewrite S_INR.
  destruct (lies i); [change (length (i :: filter lies l)) with (S (length (filter lies l))); rewrite S_INR|]; lra.
Qed.

(* ||H^{1/2}(phat - p* )|| <= (1 - c) e + c sqrt(kappa)(e + 2P), c = |B|/|U|. It needs |B| <= |T| and nothing else. *)
Theorem kept_mean : let c := share (liars lies workers) kept in
  N H (mean received kept [-] ps) <= (1 - c) * e + c * (sqrt (kappa H) * (e + 2 * P)).
Proof.
  intros c. set (y := sqrt (kappa H) * (e + 2 * P)).
  pose proof kept_positive as U0. pose proof error_positive as e0.
  pose proof (keeps_some _ _ _ _ _ trimmed) as some.
  assert (root : 1 <= sqrt (kappa H)) by (rewrite <- sqrt_1 at 1; apply sqrt_le_1_alt, kappa_ge_1).
  pose proof (N_pos H ps) as p0. fold P in p0. assert (ey : e <= y) by (unfold y; nra).
  rewrite <- (mean_shift received ps kept some). eapply Rle_trans; [apply N_mean|]. unfold rmean. fold U.
  assert (t : rsum (fun i => N H (received i [-] ps)) kept
    <= (U - INR (liars lies kept)) * e + INR (liars lies kept) * y).
  { apply total_bound. intros i k.
    destruct (lies i) eqn:l; [apply kept_liar_error|apply kept_honest_error]; assumption. }
  assert (few : INR (liars lies kept) <= INR (liars lies workers)).
  { apply le_INR. exact (kept_liars_le lies _ _ _ _ (trims _ _ _ _ _ trimmed)). }
  apply Rle_trans with (/ U * ((U - INR (liars lies workers)) * e + INR (liars lies workers) * y)).
  - apply Rmult_le_compat_l; [apply Rlt_le, Rinv_0_lt_compat, U0|]. nra.
  - right. unfold c, share. fold U. field. lra.
Qed.
End Trimming.
