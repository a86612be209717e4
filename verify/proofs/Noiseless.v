(** Printed Lemmas 7, 9 and 10 and Theorems 2 and 3 are false with the eps of (4) too, on draws without noise.

    The files in [refuted] take D as measured on a draw. Here y = x w for every row, and the loss is the squared one, so
    that every b_j is 0, and (4) gives D = 0 whatever s, m and delta are. What is refuted is [.._printed_with] with
    [deviation_4], for every s and every l = ln(m/delta). The draws are chosen: nothing is said of how probable they
    are. Lemma7Noiseless.v shows that for Lemma 7 no factor is enough. *)
From Coq Require Import QArith Qreals Reals List Lra.
From Comrade Require Import Printed Refute.
Import ListNotations.

Lemma no_noise I s l : (forall j, b I j = 0%R) -> deviation_4 I s l = Q2R 0.
Proof.
  intros h. unfold deviation_4. replace (Q2R 0) with 0%R by (unfold Q2R; simpl; lra).
  replace (fold_right Rmax 0%R (map (fun j => Rabs (b I j)) (all I))) with 0%R; [ring|].
  induction (all I) as [|j r IH]; [reflexivity|]. simpl. rewrite <- IH, h, Rabs_R0, Rmax_left; lra.
Qed.
(** Where w = 1 and x = y in every sample. *)
Lemma interpolated I : kind I = Squared -> iterate I = 1%Q -> Forall (fun p => fst p = snd p) (samples I) ->
  forall j, b I j = 0%R.
Proof.
  intros k w1 same j. unfold b, d1, x, y, w. rewrite k, w1. replace (Q2R 1) with 1%R by (unfold Q2R; simpl; lra).
  assert (e : fst (nth j (samples I) (0, 0)%Q) = snd (nth j (samples I) (0, 0)%Q)).
  { destruct (Nat.lt_ge_cases j (length (samples I))) as [h|h].
    - rewrite Forall_forall in same. apply same, nth_In, h.
    - rewrite nth_overflow by exact h. reflexivity. }
  rewrite e. ring.
Qed.

Open Scope Q_scope.

(** One worker holds the shorter of two rows, and compresses its direction. *)
Definition compressed_draw : instance := {|
  kind := Squared;
  lambda := 0.25;
  samples := [(1, 1); (1.2, 1.2)];
  iterate := 1;
  kept := [compressed [0%nat] 0.22];
  trimmed := [] |}.
Lemma compressed_draw_has_none s l : deviation_4 compressed_draw s l = Q2R 0.
Proof. apply no_noise, interpolated; repeat constructor. Qed.

Theorem lemma_9_printed_noiseless : forall s l,
  ~ lemma_9_printed_with compressed_draw AsPrinted (deviation_4 compressed_draw s l).
Proof.
  intros s l. rewrite compressed_draw_has_none.
  apply (lemma_9_refuted_with compressed_draw 0.181 0 0.989). vm_compute. reflexivity.
Qed.
Theorem lemma_9_printed_zeta_1_defined_noiseless : forall s l,
  ~ lemma_9_printed_with compressed_draw AsDefined (deviation_4 compressed_draw s l).
Proof.
  intros s l. rewrite compressed_draw_has_none.
  apply (lemma_9_refuted_with compressed_draw 0.181 0 0.989). vm_compute. reflexivity.
Qed.

(** 25 honest workers hold one row each, and the center trims the 10 with the shorter one. *)
Definition trimmed_draw : instance := {|
  kind := Squared;
  lambda := 1;
  samples := [(1, 1); (1.005, 1.005)];
  iterate := 1;
  kept := repeat (honest [1%nat]) 15;
  trimmed := repeat (honest [0%nat]) 10 |}.
Lemma trimmed_draw_has_none s l : deviation_4 trimmed_draw s l = Q2R 0.
Proof. apply no_noise, interpolated; repeat constructor. Qed.

Theorem lemma_7_printed_noiseless : forall s l,
  ~ lemma_7_printed_with trimmed_draw AsPrinted (deviation_4 trimmed_draw s l).
Proof.
  intros s l. rewrite trimmed_draw_has_none.
  apply (lemma_7_refuted_with trimmed_draw 0.00499 0). vm_compute. reflexivity.
Qed.
Theorem lemma_7_printed_zeta_1_defined_noiseless : forall s l,
  ~ lemma_7_printed_with trimmed_draw AsDefined (deviation_4 trimmed_draw s l).
Proof.
  intros s l. rewrite trimmed_draw_has_none.
  apply (lemma_7_refuted_with trimmed_draw 0.00499 0). vm_compute. reflexivity.
Qed.
Theorem lemma_10_printed_noiseless : forall s l,
  ~ lemma_10_printed_with trimmed_draw AsPrinted (deviation_4 trimmed_draw s l).
Proof.
  intros s l. rewrite trimmed_draw_has_none.
  apply (lemma_10_refuted_with trimmed_draw 0.00499 0 1). vm_compute. reflexivity.
Qed.
(** w* is between 0.501249 and 0.50125. *)
Theorem theorem_2_printed_noiseless : forall s l,
  ~ theorem_2_printed_with trimmed_draw AsPrinted (deviation_4 trimmed_draw s l).
Proof.
  intros s l. rewrite trimmed_draw_has_none.
  apply (theorem_2_refuted_with trimmed_draw 0.00499 0 0.501249 0.50125). vm_compute. reflexivity.
Qed.
Theorem theorem_3_printed_noiseless : forall s l,
  ~ theorem_3_printed_with trimmed_draw AsPrinted (deviation_4 trimmed_draw s l).
Proof.
  intros s l. rewrite trimmed_draw_has_none.
  apply (theorem_3_refuted_with trimmed_draw 0.00499 0 1 0.501249 0.50125). vm_compute. reflexivity.
Qed.
