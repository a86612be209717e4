(* How far the center's robust mean is from the mean of the honest: nearest-neighbour mixing, then the coordinate-wise
   trimmed mean, is (f, c_r)-robust with c_r = (8f/(m - f))(1 + f/(m - 2f)).

   Of m vectors f are from liars, 2f < m, and M are the m - f honest ones.
   - Mixing: y_i is the mean of the m - f vectors nearest to x_i. For honest i,
     ||y_i - mean_M x||^2 <= 4f/(m - f)^2 sum_{j in M} ||x_j - x_i||^2, so that
     mean_M ||y_i - mean_M x||^2 <= (8f/(m - f)) mean_M ||x_i - mean_M x||^2.
   - Trimming m numbers by f on both sides: (mean of the kept - mean_M)^2 <= (f/(m - 2f)) variance over M.
   Allouah, Farhadkhani, Guerraoui, Gupta, Pinot and Stephan (AISTATS 2023) have the method, and a larger constant for
   the trimmed mean. Coordinates are those of any orthonormal basis; in the metric of B, those of B^{-1/2} g. *)
Require Import Reals Lra Psatz List Bool Permutation Lia.
From Comrade Require Import Space Counting Trimming.
Import ListNotations.
Open Scope R_scope.

(* ---------- what robust means ---------- *)

(* c_r of nearest-neighbour mixing and the coordinate-wise trimmed mean, with the published constant of the latter and
   with the one that is reached. *)
Definition robustness_published (m f : R) : R :=
  8 * f / (m - f) * (1 + 6 * (f / (m - 2 * f)) * (1 + f / (m - 2 * f))).
Definition robustness_sharp (m f : R) : R := 8 * f / (m - f) * (1 + f / (m - 2 * f)).

Lemma robustness_sharp_pos : forall m f, 0 <= f -> 2 * f < m -> 0 <= robustness_sharp m f.
Proof.
  intros m f f0 h. unfold robustness_sharp. apply Rmult_le_pos.
  - unfold Rdiv. apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra].
  - assert (0 <= f / (m - 2 * f)); [|lra].
    unfold Rdiv. apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra].
Qed.
Lemma robustness_published_pos : forall m f, 0 <= f -> 2 * f < m -> 0 <= robustness_published m f.
Proof.
  intros m f f0 h. unfold robustness_published. apply Rmult_le_pos.
  - unfold Rdiv. apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra].
  - assert (s : 0 <= f / (m - 2 * f)).
    { unfold Rdiv. apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra]. }
    assert (0 <= 6 * (f / (m - 2 * f)) * (1 + f / (m - 2 * f))); [|lra]. apply Rmult_le_pos; lra.
Qed.

(* A mean gbar of the vectors g_i is within c_r of g in the metric of B:
   ||B^{-1/2}(gbar - g)||^2 <= c_r mean_i ||B^{-1/2}(g_i - g)||^2. Here b = B^{-1}(gbar - g), b_i = B^{-1}(g_i - g). *)
Definition robust {V : space} {A : Type} (B : spd V) (c_r : R) (honest : list A) (gs : A -> V) (g gbar : V) : Prop :=
  forall (b : V) (bs : A -> V), B b = gbar [-] g -> (forall i, In i honest -> B (bs i) = gs i [-] g) ->
  N B b ^ 2 <= c_r * rmean (fun i => N B (bs i) ^ 2) honest.

(* ---------- sums of numbers ---------- *)

Section Sums.
Context {A : Type}.
Implicit Types (v : A -> R) (l k : list A).
Lemma rsum_app : forall v l k, rsum v (l ++ k) = rsum v l + rsum v k.
Proof. intros v l k. induction l as [|i l IH]; simpl; [ring|rewrite IH; ring]. Qed.
Lemma rsum_permutation : forall v l k, Permutation l k -> rsum v l = rsum v k.
Proof. intros v l k h. induction h; simpl; lra. Qed.
Lemma rsum_same : forall v w l, (forall i, In i l -> v i = w i) -> rsum v l = rsum w l.
Proof. intros v w l h. apply Rle_antisym; apply rsum_le; intros i j; rewrite (h i j); lra. Qed.
Lemma rsum_pos : forall v l, (forall i, In i l -> 0 <= v i) -> 0 <= rsum v l.
Proof.
  intros v l h. replace 0 with (rsum (fun _ : A => 0) l) by (rewrite rsum_const; ring). apply rsum_le, h.
Qed.
(* Everything on the left is at most everything on the right, and both have as many. *)
Lemma rsum_dominated : forall v l k, length l = length k -> (forall i j, In i l -> In j k -> v i <= v j) ->
  rsum v l <= rsum v k.
Proof.
  intros v l. induction l as [|i l IH]; intros [|j k] n h; simpl in *; try discriminate; [lra|].
  pose proof (h i j (or_introl eq_refl) (or_introl eq_refl)).
  assert (rsum v l <= rsum v k) by (apply IH; [lia|intros a b x y; apply h; right; assumption]). lra.
Qed.
(* Cauchy and Schwarz: the square of a sum. *)
Lemma rsum_square : forall v l, rsum v l ^ 2 <= INR (length l) * rsum (fun i => v i ^ 2) l.
Proof.
  intros v l. induction l as [|i l IH]; [simpl; lra|]. change (length (i :: l)) with (S (length l)). rewrite S_INR.
  change (rsum v (i :: l)) with (v i + rsum v l).
  change (rsum (fun i => v i ^ 2) (i :: l)) with (v i ^ 2 + rsum (fun i => v i ^ 2) l).
  set (s := rsum v l) in *. set (t := rsum (fun i => v i ^ 2) l) in *. set (n := INR (length l)) in *.
  assert (n0 : 0 <= n) by apply pos_INR. assert (t0 : 0 <= t) by (apply rsum_pos; intros; apply pow2_ge_0).
  assert (c : 2 * v i * s <= n * v i ^ 2 + t).
  { destruct (Req_dec n 0) as [z|z].
    - rewrite z in *. assert (s = 0) by nra. nra.
    - apply Rmult_le_reg_l with n; [lra|]. pose proof (pow2_ge_0 (n * v i - s)). lra. }
  lra.
Qed.
End Sums.

Lemma filter_permutation : forall {A : Type} (has : A -> bool) (l k : list A),
  Permutation l k -> Permutation (filter has l) (filter has k).
Proof.
  intros A has l k h. induction h as [|x l k h IH|x y l|l k n h IH h' IH']; simpl.
  - constructor.
  - destruct (has x); [constructor|]; exact IH.
  - destruct (has x), (has y); try constructor; apply Permutation_refl.
  - eapply Permutation_trans; eassumption.
Qed.

(* ---------- the trimmed mean of numbers ---------- *)

Section Numbers.
Context {A : Type}.
Variables (workers : list A) (lies : A -> bool) (f : nat).
Hypothesis half : (2 * f < length workers)%nat.
Hypothesis liars_are : liars lies workers = f.
Notation m := (INR (length workers)).
Notation M := (honest lies workers).

(* lo, kept and hi are the f smallest, the others, and the f largest. *)
Definition trimmed (v : A -> R) (lo kept hi : list A) : Prop :=
  Permutation workers (lo ++ kept ++ hi) /\ length lo = f /\ length hi = f /\
  (forall i j, In i lo -> In j kept -> v i <= v j) /\ (forall i j, In i kept -> In j hi -> v i <= v j).

Lemma trimmed_ext : forall v w lo kept hi, (forall i, w i = v i) -> trimmed v lo kept hi -> trimmed w lo kept hi.
Proof.
  intros v w lo kept hi e [p [nlo [nhi [low above]]]]. repeat split; try assumption; intros; rewrite !e; auto.
Qed.
Lemma honest_or_not : forall l, Permutation l (honest lies l ++ filter lies l).
Proof.
  intros l. unfold honest. induction l as [|i l IH]; [constructor|]. simpl. destruct (lies i); simpl.
  - apply Permutation_cons_app. exact IH.
  - constructor. exact IH.
Qed.
Lemma honest_liars : forall l, (length l = length (honest lies l) + liars lies l)%nat.
Proof. intros l. rewrite (Permutation_length (honest_or_not l)) at 1. rewrite app_length. reflexivity. Qed.
Lemma M_length : length M = (length workers - f)%nat.
Proof. pose proof (honest_liars workers). lia. Qed.

(* The kept add up to no more than some m - 2f honest ones. *)
Lemma kept_below : forall v lo kept hi, trimmed v lo kept hi -> exists Q C,
  Permutation M (Q ++ C) /\ length Q = length kept /\ length C = f /\ rsum v kept <= rsum v Q.
Proof.
  intros v lo kept hi [perm [nlo [nhi [_ above]]]].
  assert (n : length workers = (f + (length kept + f))%nat).
  { rewrite (Permutation_length perm), !app_length. lia. }
  assert (count : (liars lies lo + (liars lies kept + liars lies hi) = f)%nat).
  { pose proof liars_are as a. rewrite (liars_permutation lies _ _ perm), !liars_app in a. exact a. }
  pose proof (honest_liars lo) as hlo. pose proof (honest_liars kept) as hk. pose proof (honest_liars hi) as hhi.
  set (b := liars lies kept) in *.
  exists (honest lies kept ++ firstn b (honest lies hi)), (skipn b (honest lies hi) ++ honest lies lo).
  assert (bn : (b <= length (honest lies hi))%nat) by lia.
  split; [|split; [|split]].
  - apply Permutation_trans with (honest lies (lo ++ kept ++ hi)); [apply filter_permutation, perm|].
    unfold honest. rewrite !filter_app. fold (honest lies).
    apply Permutation_trans with ((filter (fun i => negb (lies i)) kept ++ filter (fun i => negb (lies i)) hi)
      ++ filter (fun i => negb (lies i)) lo); [apply Permutation_app_comm|].
    rewrite <- (firstn_skipn b (filter (fun i => negb (lies i)) hi)) at 1. rewrite <- !app_assoc.
    apply Permutation_refl.
  - rewrite app_length, firstn_length_le by exact bn. lia.
  - rewrite app_length, skipn_length. lia.
  - rewrite (rsum_permutation v _ _ (honest_or_not kept)), !rsum_app. apply Rplus_le_compat_l.
    apply rsum_dominated; [rewrite firstn_length_le by exact bn; reflexivity|].
    intros i j hi' hj. apply above.
    + apply filter_In in hi'. apply hi'.
    + assert (k : In j (honest lies hi)) by (rewrite <- (firstn_skipn b); apply in_or_app; left; exact hj).
      apply filter_In in k. apply k.
Qed.

(* The mean of m - 2f of the honest numbers is near that of all of them: with d_i = v_i - mean_M v, which add up to 0,
   (sum_Q d)^2 is at most |Q| sum_Q d^2 and at most |C| sum_C d^2. *)
Lemma part_near : forall v Q C, Permutation M (Q ++ C) -> length Q = (length workers - 2 * f)%nat -> length C = f ->
  let d := fun i => v i - rmean v M in
  INR (length M) * rsum d Q ^ 2 <= INR (length Q) * (INR f * rsum (fun i => d i ^ 2) M).
Proof.
  intros v Q C p nQ nC d. pose proof M_length as nM.
  assert (n : INR (length M) = INR (length Q) + INR f) by (rewrite <- plus_INR; f_equal; lia).
  assert (some : M <> []) by (intros e; rewrite e in nM; simpl in nM; lia). pose proof (length_pos M some) as pM.
  assert (zero : rsum d M = 0).
  { unfold d. rewrite (rsum_same _ (fun i => v i + -1 * rmean v M)) by (intros; ring).
    rewrite rsum_plus, rsum_const. unfold rmean. field. lra. }
  rewrite (rsum_permutation d _ _ p), rsum_app in zero. rewrite (rsum_permutation _ _ _ p), rsum_app.
  pose proof (rsum_square d Q) as q. pose proof (rsum_square d C) as c. rewrite nC in c.
  replace (rsum d C) with (- rsum d Q) in c by lra. replace ((- rsum d Q) ^ 2) with (rsum d Q ^ 2) in c by ring.
  rewrite n. pose proof (pos_INR f) as f0. pose proof (pos_INR (length Q)) as q0.
  set (x := rsum d Q ^ 2) in *. set (tQ := rsum (fun i => d i ^ 2) Q) in *. set (tC := rsum (fun i => d i ^ 2) C) in *.
  assert (INR f * x <= INR f * (INR (length Q) * tQ)) by (apply Rmult_le_compat_l; assumption).
  assert (INR (length Q) * x <= INR (length Q) * (INR f * tC)) by (apply Rmult_le_compat_l; assumption). lra.
Qed.

Definition variance (v : A -> R) : R := rmean (fun i => (v i - rmean v M) ^ 2) M.
(* What one side of the bound on the trimmed mean says. *)
Lemma one_side : forall v lo kept hi, trimmed v lo kept hi ->
  exists e, rmean v kept - rmean v M <= e /\ e ^ 2 <= INR f / (m - 2 * INR f) * variance v.
Proof.
  intros v lo kept hi t. destruct (kept_below v lo kept hi t) as [Q [C [p [nQ [nC below]]]]].
  destruct t as [perm [nlo [nhi _]]].
  assert (nk : length kept = (length workers - 2 * f)%nat).
  { pose proof (Permutation_length perm) as n. rewrite !app_length in n. lia. }
  assert (k : INR (length kept) = m - 2 * INR f) by (rewrite nk, minus_INR, mult_INR by lia; simpl; ring).
  assert (k0 : 0 < INR (length kept)) by (apply lt_0_INR; lia).
  pose proof (part_near v Q C p ltac:(lia) nC) as h. cbv zeta in h. rewrite nQ in h.
  assert (some : M <> []) by (pose proof M_length as e; intros z; rewrite z in e; simpl in e; lia).
  pose proof (length_pos M some) as M0.
  set (d := fun i => v i - rmean v M) in *. set (K := INR (length kept)) in *.
  assert (dQ : rsum d Q = rsum v Q - K * rmean v M).
  { unfold d. rewrite (rsum_same _ (fun i => v i + -1 * rmean v M)) by (intros; ring).
    rewrite rsum_plus, rsum_const, nQ. fold K. ring. }
  exists (rsum d Q / K). split.
  - replace (rmean v M) with (K * rmean v M / K) by (field; lra). unfold rmean at 1. fold K.
    replace (/ K * rsum v kept - K * rmean v M / K) with ((rsum v kept - K * rmean v M) / K) by (field; lra).
    apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat, k0|lra].
  - rewrite <- k. change (variance v) with (/ INR (length M) * rsum (fun i => d i ^ 2) M).
    set (t := rsum (fun i => d i ^ 2) M) in *. set (n := INR (length M)) in *.
    apply Rmult_le_reg_l with (n * K ^ 2); [apply Rmult_lt_0_compat; [exact M0|apply pow_lt, k0]|].
    replace (n * K ^ 2 * (rsum d Q / K) ^ 2) with (n * rsum d Q ^ 2) by (field; lra).
    replace (n * K ^ 2 * (INR f / K * (/ n * t))) with (K * (INR f * t)) by (field; lra). exact h.
Qed.
(* The trimmed mean of numbers: (mean of the kept - mean_M)^2 <= (f/(m - 2f)) variance over M. *)
Theorem trimmed_mean : forall v lo kept hi, trimmed v lo kept hi ->
  (rmean v kept - rmean v M) ^ 2 <= INR f / (m - 2 * INR f) * variance v.
Proof.
  intros v lo kept hi t. destruct (one_side v lo kept hi t) as [e [h1 h2]].
  set (w := fun i => - v i). assert (op : forall l, rmean w l = - rmean v l).
  { intros l. unfold rmean, w. rewrite (rsum_same _ (fun i => -1 * v i)) by (intros; ring). rewrite rsum_scal. ring. }
  assert (t' : trimmed w hi kept lo).
  { destruct t as [perm [nlo [nhi [low above]]]]. split; [|split; [exact nhi|split; [exact nlo|split]]].
    - apply (Permutation_trans perm). apply Permutation_trans with ((kept ++ hi) ++ lo); [apply Permutation_app_comm|].
      apply Permutation_trans with ((hi ++ kept) ++ lo); [apply Permutation_app_tail, Permutation_app_comm|].
      rewrite <- app_assoc. apply Permutation_refl.
    - intros i j a b. unfold w. pose proof (above j i b a). lra.
    - intros i j a b. unfold w. pose proof (low j i b a). lra. }
  destruct (one_side w hi kept lo t') as [e' [h1' h2']]. rewrite !op in h1'.
  assert (same : variance w = variance v).
  { unfold variance, rmean. f_equal. apply rsum_same. intros i _. fold (rmean w M) (rmean v M). rewrite op.
    unfold w. ring. }
  rewrite same in h2'. destruct (Rle_or_lt 0 (rmean v kept - rmean v M)); nra.
Qed.
End Numbers.

(* ---------- mixing ---------- *)

Section Mixing.
Context {E : space} {A : Type}.
Variables (workers : list A) (lies : A -> bool) (f : nat) (x : A -> E).
Hypothesis half : (2 * f < length workers)%nat.
Hypothesis liars_are : liars lies workers = f.
Notation m := (INR (length workers)).
Notation M := (honest lies workers).
Notation center := (mean x M).
(* The m - f nearest to each, and the others. *)
Variables nearest others : A -> list A.
Hypothesis all : forall i, In i workers -> Permutation workers (nearest i ++ others i).
Hypothesis so_many : forall i, In i workers -> length (nearest i) = (length workers - f)%nat.
Hypothesis nearer : forall i j k, In i workers -> In j (nearest i) -> In k (others i) ->
  norm (x j [-] x i) <= norm (x k [-] x i).
Definition mixed (i : A) : E := mean x (nearest i).

Lemma norm_sum : forall (v : A -> E) l, norm (sum v l) <= rsum (fun i => norm (v i)) l.
Proof.
  intros v l. induction l as [|i l IH]; simpl; [rewrite norm_zero; lra|]. pose proof (norm_add (v i) (sum v l)). lra.
Qed.
Lemma sum_shift : forall (v : A -> E) c l, sum (fun i => v i [-] c) l = sum v l [-] INR (length l) [*] c.
Proof.
  intros v c l. induction l as [|i l IH]; [simpl; vec|]. change (length (i :: l)) with (S (length l)). rewrite S_INR.
  simpl. rewrite IH. vec.
Qed.
Lemma sum_permutation : forall (v : A -> E) l k, Permutation l k -> sum v l = sum v k.
Proof.
  intros v l k h. apply dot_ext. intros z. rewrite !dot_sum. apply rsum_permutation, h.
Qed.

(* ||y_i - mean_M x||^2 <= 4f/(m - f)^2 sum_{j in M} ||x_j - x_i||^2 *)
Lemma mixed_near : forall i, In i workers ->
  INR (length M) ^ 2 * norm (mixed i [-] center) ^ 2 <= 4 * INR f * rsum (fun j => norm (x j [-] x i) ^ 2) M.
Proof.
  intros i w. pose proof (all i w) as p. pose proof (so_many i w) as n.
  pose proof (M_length workers lies f half liars_are) as nM.
  assert (some : M <> []) by (intros e; rewrite e in nM; simpl in nM; lia). pose proof (length_pos M some) as M0.
  set (v := fun j => x j [-] x i). set (near := filter lies (nearest i)). set (far := honest lies (others i)).
  assert (pM : Permutation M (honest lies (nearest i) ++ far)).
  { unfold far, honest. rewrite <- filter_app. apply filter_permutation, p. }
  assert (count : length near = length far).
  { pose proof (honest_liars lies (nearest i)) as a. pose proof (Permutation_length pM) as b. rewrite app_length in b.
    unfold liars in a. fold near in a. lia. }
  assert (few : (length far <= f)%nat).
  { rewrite <- count. unfold near. fold (liars lies (nearest i)).
    pose proof (liars_permutation lies _ _ p) as a. rewrite liars_app in a. lia. }
  assert (e : INR (length M) [*] (mixed i [-] center) = sum v near [-] sum v far).
  { replace (INR (length M) [*] (mixed i [-] center)) with (sum x (nearest i) [-] sum x M).
    2: { unfold mixed, mean. rewrite n, nM. rewrite nM in M0. vec. }
    rewrite (sum_permutation x _ _ (honest_or_not lies (nearest i))), (sum_permutation x _ _ pM), !sum_app.
    unfold v. rewrite !sum_shift. fold near. rewrite count. vec. }
  assert (le : rsum (fun j => norm (v j)) near <= rsum (fun j => norm (v j)) far).
  { apply rsum_dominated; [exact count|]. intros j k hj hk. apply (nearer i j k w).
    - apply filter_In in hj. apply hj.
    - apply filter_In in hk. apply hk. }
  pose proof (norm_sub (sum v near) (sum v far)) as t. pose proof (norm_sum v near) as t1.
  pose proof (norm_sum v far) as t2.
  rewrite <- e, norm_scal, Rabs_right in t by lra.
  pose proof (rsum_square (fun j => norm (v j)) far) as sq. set (s := rsum (fun j => norm (v j)) far) in *.
  pose proof (norm_pos (mixed i [-] center)) as y0.
  assert (b : INR (length M) * norm (mixed i [-] center) <= 2 * s) by lra.
  assert (b2 : (INR (length M) * norm (mixed i [-] center)) ^ 2 <= (2 * s) ^ 2).
  { apply pow_incr. split; [apply Rmult_le_pos; lra|exact b]. }
  assert (part : rsum (fun j => norm (v j) ^ 2) far <= rsum (fun j => norm (v j) ^ 2) M).
  { rewrite (rsum_permutation _ _ _ pM), rsum_app.
    pose proof (rsum_pos (fun j => norm (v j) ^ 2) (honest lies (nearest i)) (fun j _ => pow2_ge_0 _)). lra. }
  assert (far0 : 0 <= rsum (fun j => norm (v j) ^ 2) far) by (apply rsum_pos; intros; apply pow2_ge_0).
  pose proof (le_INR _ _ few) as fl. pose proof (pos_INR (length far)) as l0.
  assert (c1 : INR (length far) * rsum (fun j => norm (v j) ^ 2) far <= INR f * rsum (fun j => norm (v j) ^ 2) M).
  { apply Rmult_le_compat; assumption. }
  replace (INR (length M) ^ 2 * norm (mixed i [-] center) ^ 2)
    with ((INR (length M) * norm (mixed i [-] center)) ^ 2) by ring.
  replace ((2 * s) ^ 2) with (4 * s ^ 2) in b2 by ring.
  change (fun j => norm (x j [-] x i) ^ 2) with (fun j => norm (v j) ^ 2). lra.
Qed.

(* sum_{j in M} ||x_j - z||^2 = sum_{j in M} ||x_j - center||^2 + |M| ||z - center||^2 *)
Lemma about_center : forall z, M <> [] -> rsum (fun j => norm (x j [-] z) ^ 2) M
  = rsum (fun j => norm (x j [-] center) ^ 2) M + INR (length M) * norm (z [-] center) ^ 2.
Proof.
  intros z some. pose proof (length_pos M some) as M0.
  assert (zero : rsum (fun j => dot (x j [-] center) (z [-] center)) M = 0).
  { rewrite <- dot_sum, sum_shift. replace (sum x M [-] INR (length M) [*] center) with (zero : E); [apply dot_zero_l|].
    unfold mean. vec. }
  rewrite (rsum_same _ (fun j => norm (x j [-] center) ^ 2
    + (-2 * dot (x j [-] center) (z [-] center) + norm (z [-] center) ^ 2))).
  - rewrite rsum_plus, (rsum_plus (fun j => -2 * _)), rsum_scal, rsum_const, zero. ring.
  - intros j _. assert (sq : forall u : E, norm u ^ 2 = dot u u) by (intros u; rewrite <- norm_sq; ring).
    rewrite !sq. replace (x j [-] z) with ((x j [-] center) [-] (z [-] center)) by vec.
    set (a := x j [-] center). set (b := z [-] center). dots. rewrite (dot_sym _ b a). ring.
Qed.

(* mean_M ||y_i - mean_M x||^2 <= (8f/(m - f)) mean_M ||x_i - mean_M x||^2 *)
Theorem mixing : rmean (fun i => norm (mixed i [-] center) ^ 2) M
  <= 8 * INR f / (m - INR f) * rmean (fun i => norm (x i [-] center) ^ 2) M.
Proof.
  pose proof (M_length workers lies f half liars_are) as nM.
  assert (some : M <> []) by (intros e; rewrite e in nM; simpl in nM; lia). pose proof (length_pos M some) as M0.
  assert (nR : m - INR f = INR (length M)) by (rewrite nM, minus_INR by lia; reflexivity).
  rewrite nR. set (n := INR (length M)) in *. set (S2 := rsum (fun i => norm (x i [-] center) ^ 2) M).
  assert (h : n ^ 2 * rsum (fun i => norm (mixed i [-] center) ^ 2) M <= 4 * INR f * (2 * n * S2)).
  { rewrite <- rsum_scal. apply Rle_trans with (rsum (fun i => 4 * INR f * (S2 + n * norm (x i [-] center) ^ 2)) M).
    - apply rsum_le. intros i h. apply honest_in in h. destruct h as [w _]. pose proof (mixed_near i w) as b.
      rewrite (about_center (x i) some) in b. exact b.
    - rewrite rsum_scal, rsum_plus, rsum_const, rsum_scal. fold S2 n. right. ring. }
  unfold rmean. fold n S2.
  apply Rmult_le_reg_l with (n ^ 2 * n); [apply Rmult_lt_0_compat; [apply pow_lt, M0|exact M0]|].
  replace (n ^ 2 * n * (/ n * rsum (fun i => norm (mixed i [-] center) ^ 2) M))
    with (n ^ 2 * rsum (fun i => norm (mixed i [-] center) ^ 2) M) by (field; lra).
  replace (n ^ 2 * n * (8 * INR f / n * (/ n * S2))) with (4 * INR f * (2 * n * S2)) by (field; lra). exact h.
Qed.

(* ---------- both ---------- *)

(* An orthonormal basis, and the coordinate-wise trimmed mean of the mixed vectors in it. *)
Context {C : Type}.
Variables (coordinates : list C) (basis : C -> E).
Hypothesis parseval : forall v : E, norm v ^ 2 = rsum (fun k => dot v (basis k) ^ 2) coordinates.
Variables (lo kept hi : C -> list A) (out : E).
Hypothesis trims : forall k, In k coordinates ->
  trimmed workers f (fun i => dot (mixed i) (basis k)) (lo k) (kept k) (hi k).
Hypothesis out_is : forall k, In k coordinates -> dot out (basis k) = rmean (fun i => dot (mixed i) (basis k)) (kept k).

Lemma rsum_swap : forall {X Y : Type} (v : X -> Y -> R) (l : list X) (k : list Y),
  rsum (fun i => rsum (v i) k) l = rsum (fun j => rsum (fun i => v i j) l) k.
Proof.
  intros X Y v l k. induction l as [|i l IH]; simpl; [rewrite rsum_const; ring|]. rewrite IH, <- rsum_plus. reflexivity.
Qed.

(* ||out - mean_M y||^2 <= (f/(m - 2f)) mean_M ||y_i - mean_M y||^2 *)
Lemma coordinate_wise : norm (out [-] mean mixed M) ^ 2
  <= INR f / (m - 2 * INR f) * rmean (fun i => norm (mixed i [-] mean mixed M) ^ 2) M.
Proof.
  rewrite parseval. unfold rmean at 1.
  rewrite (rsum_same (fun i => norm (mixed i [-] mean mixed M) ^ 2)
    (fun i => rsum (fun k => dot (mixed i [-] mean mixed M) (basis k) ^ 2) coordinates)) by (intros; apply parseval).
  rewrite rsum_swap, <- !rsum_scal. apply rsum_le. intros k h.
  pose proof (trimmed_mean workers lies f half liars_are _ _ _ _ (trims k h)) as t. unfold variance in t.
  rewrite <- (out_is k h), <- dot_mean, <- dot_sub_l in t. eapply Rle_trans; [exact t|]. right.
  unfold rmean. f_equal. f_equal.
  apply rsum_same. intros i _. rewrite dot_sub_l. reflexivity.
Qed.

(* The rule of the center: ||out - mean_M x||^2 <= c_r mean_M ||x_i - mean_M x||^2 with
   c_r = (8f/(m - f))(1 + f/(m - 2f)). *)
Theorem mixing_then_trimming : norm (out [-] center) ^ 2
  <= robustness_sharp m (INR f) * rmean (fun i => norm (x i [-] center) ^ 2) M.
Proof.
  pose proof (M_length workers lies f half liars_are) as nM.
  assert (some : M <> []) by (intros e; rewrite e in nM; simpl in nM; lia). pose proof (length_pos M some) as M0.
  pose proof mixing as mix. pose proof coordinate_wise as cw. set (a := INR f / (m - 2 * INR f)) in *.
  assert (k0 : 0 < m - 2 * INR f).
  { apply lt_INR in half. rewrite mult_INR in half. simpl in half. lra. }
  assert (a0 : 0 <= a) by (unfold a, Rdiv; apply Rmult_le_pos; [apply pos_INR|apply Rlt_le, Rinv_0_lt_compat, k0]).
  set (ym := mean mixed M) in *. set (V := rmean (fun i => norm (mixed i [-] ym) ^ 2) M) in *.
  (* mean_M ||y_i - center||^2 is the variance of the y_i and the square of their bias. *)
  assert (split : rmean (fun i => norm (mixed i [-] center) ^ 2) M = V + norm (ym [-] center) ^ 2).
  { assert (zero : rsum (fun j => dot (mixed j [-] ym) (ym [-] center)) M = 0).
    { rewrite <- dot_sum, sum_shift.
      replace (sum mixed M [-] INR (length M) [*] ym) with (zero : E); [apply dot_zero_l|].
      unfold ym, mean. vec. }
    unfold V, rmean. rewrite (rsum_same (fun i => norm (mixed i [-] center) ^ 2) (fun j => norm (mixed j [-] ym) ^ 2
      + (2 * dot (mixed j [-] ym) (ym [-] center) + norm (ym [-] center) ^ 2))).
    - rewrite rsum_plus, (rsum_plus (fun j => 2 * _)), rsum_scal, rsum_const, zero. field. lra.
    - intros j _. assert (sq : forall u : E, norm u ^ 2 = dot u u) by (intros u; rewrite <- norm_sq; ring).
      rewrite !sq. replace (mixed j [-] center) with ((mixed j [-] ym) [+] (ym [-] center)) by vec.
      set (p := mixed j [-] ym). set (q := ym [-] center). dots. rewrite (dot_sym _ q p). ring. }
  rewrite split in mix. set (b := norm (ym [-] center)) in *. pose proof (norm_split out ym center) as t. fold b in t.
  pose proof (norm_pos (out [-] ym)) as u0. pose proof (norm_pos (out [-] center)) as w0.
  set (u := norm (out [-] ym)) in *. set (w := norm (out [-] center)) in *.
  assert (b0 : 0 <= b) by apply norm_pos.
  assert (V0 : 0 <= V) by (apply rmean_pos; intros; apply pow2_ge_0).
  (* (u + b)^2 <= (1 + a)(u^2/a + b^2) *)
  assert (main : w ^ 2 <= (1 + a) * (V + b ^ 2)).
  { apply Rle_trans with ((u + b) ^ 2); [apply pow_incr; lra|].
    assert (cross : 2 * u * b <= V + a * b ^ 2).
    { destruct (Req_dec a 0) as [z|z].
      - rewrite z in *. assert (u = 0) by nra. rewrite H. lra.
      - apply Rmult_le_reg_l with a; [lra|]. pose proof (pow2_ge_0 (u - a * b)). lra. }
    lra. }
  unfold robustness_sharp. fold a.
  apply Rle_trans with ((1 + a) * (8 * INR f / (m - INR f) * rmean (fun i => norm (x i [-] center) ^ 2) M)).
  - eapply Rle_trans; [exact main|]. apply Rmult_le_compat_l; lra.
  - right. ring.
Qed.
End Mixing.

(* ---------- in the metric of B ---------- *)

(* What the center does with the messages gs in the metric of B, in terms of x_i = B^{-1} g_i: mixing, then the
   coordinate-wise trimmed mean in an orthonormal basis. It does not know who lies. *)
Definition mixes_then_trims {V : space} {A : Type} (B : spd V) (workers : list A) (f : nat) (gs : A -> V) (gbar : V)
  : Prop := exists (C : Type) (xs : A -> V) (nearest others : A -> list A) (coordinates : list C) (basis : C -> V)
    (lo kept hi : C -> list A) (out : V),
  (forall i, In i workers -> B (xs i) = gs i) /\ B out = gbar /\
  (forall i, In i workers -> Permutation workers (nearest i ++ others i)) /\
  (forall i, In i workers -> length (nearest i) = (length workers - f)%nat) /\
  (forall i j k, In i workers -> In j (nearest i) -> In k (others i) -> N B (xs j [-] xs i) <= N B (xs k [-] xs i)) /\
  (forall v, N B v ^ 2 = rsum (fun k => dot v (B (basis k)) ^ 2) coordinates) /\
  (forall k, In k coordinates ->
    trimmed workers f (fun i => dot (mean xs (nearest i)) (B (basis k))) (lo k) (kept k) (hi k)) /\
  (forall k, In k coordinates ->
    dot out (B (basis k)) = rmean (fun i => dot (mean xs (nearest i)) (B (basis k))) (kept k)).

(* The center's rule is (f, c_r)-robust with c_r = (8f/(m - f))(1 + f/(m - 2f)). *)
Theorem center_is_robust : forall {V : space} {A : Type} (B : spd V) (workers : list A) (lies : A -> bool) (f : nat)
  (gs : A -> V) (gbar : V), (2 * f < length workers)%nat -> liars lies workers = f ->
  mixes_then_trims B workers f gs gbar ->
  robust B (robustness_sharp (INR (length workers)) (INR f)) (honest lies workers) gs
    (mean gs (honest lies workers)) gbar.
Proof.
  intros V A B workers lies f gs gbar half liars_are
    [C [xs [nearest [others [coordinates [basis [lo [kept [hi [out
      [hx [ho [all [so_many [nearer [parseval [trims out_is]]]]]]]]]]]]]]]]] b bs hb hbs.
  set (M := honest lies workers) in *.
  assert (gm : mean gs M = B (mean xs M)).
  { rewrite op_mean. apply mean_ext. intros i h. apply honest_in in h. symmetry. apply hx, h. }
  assert (eb : b = out [-] mean xs M) by (apply (op_injective B); rewrite hb, op_sub, ho, gm; reflexivity).
  assert (ebs : forall i, In i M -> bs i = xs i [-] mean xs M).
  { intros i h. apply (op_injective B). rewrite (hbs i h), op_sub, gm. f_equal.
    apply honest_in in h. symmetry. apply hx, h. }
  rewrite eb. unfold rmean.
  rewrite (rsum_same (fun i => N B (bs i) ^ 2) (fun i => N B (xs i [-] mean xs M) ^ 2))
    by (intros i h; rewrite (ebs i h); reflexivity).
  assert (same : forall i, mixed (E := metric B) xs nearest i = mean xs (nearest i))
    by (intros i; unfold mixed, mean; rewrite metric_sum; reflexivity).
  replace (mean xs M) with (mean (E := metric B) xs M) by (unfold mean; rewrite metric_sum; reflexivity).
  refine (mixing_then_trimming (E := metric B) workers lies f xs half liars_are nearest others all so_many nearer
    coordinates basis parseval lo kept hi out _ _).
  - intros k h. apply (trimmed_ext _ _ (fun i => dot (mean xs (nearest i)) (B (basis k)))); [|exact (trims k h)].
    intros i. rewrite same. reflexivity.
  - intros k h. eapply eq_trans; [exact (out_is k h)|]. unfold rmean. f_equal. apply rsum_same. intros i _.
    rewrite same. reflexivity.
Qed.

(* The published constant is larger, so that the rule is robust with it too. *)
Theorem sharp_is_robust_with_published : forall (V : space) (B : spd V) (A : Type) (honest : list A) (gs : A -> V)
  (g gbar : V) (m f : R), 0 <= f -> 2 * f < m -> robust B (robustness_sharp m f) honest gs g gbar ->
  robust B (robustness_published m f) honest gs g gbar.
Proof.
  intros V B A l gs g gbar m f f0 mf r b bs hb hbs. eapply Rle_trans; [exact (r b bs hb hbs)|].
  apply Rmult_le_compat_r; [apply rmean_pos; intros; apply pow2_ge_0|].
  unfold robustness_sharp, robustness_published.
  assert (i1 : 0 < / (m - f)) by (apply Rinv_0_lt_compat; lra).
  assert (i2 : 0 < / (m - 2 * f)) by (apply Rinv_0_lt_compat; lra).
  assert (s0 : 0 <= f / (m - 2 * f)) by (unfold Rdiv; apply Rmult_le_pos; lra).
  apply Rmult_le_compat_l; [unfold Rdiv; apply Rmult_le_pos; lra|nra].
Qed.
