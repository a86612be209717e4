(* R^d is an inner-product space, every positive definite operator on it has an inverse, and the Hessians of the paper
   are such operators. So the axioms of Space.v are not empty, and the vectors that the theorems name exist.

   With inverses at hand, Lemmas 4 and 5 are stated once more for R^d, as the paper writes them. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Distortion Lemma4 Lemma5.
Import ListNotations.
Open Scope R_scope.

(* ---------- R^d ---------- *)

(* (x_1, (x_2, ... (x_d, tt))) *)
Fixpoint tuple (d : nat) : Type := match d with O => unit | S d => (R * tuple d)%type end.
Fixpoint vadd {d} : tuple d -> tuple d -> tuple d :=
  match d with O => fun _ _ => tt | S d => fun x y => (fst x + fst y, vadd (snd x) (snd y)) end.
Fixpoint vscal (r : R) {d} : tuple d -> tuple d :=
  match d with O => fun _ => tt | S d => fun x => (r * fst x, vscal r (snd x)) end.
Fixpoint vzero {d} : tuple d := match d with O => tt | S d => (0, vzero) end.
Fixpoint vdot {d} : tuple d -> tuple d -> R :=
  match d with O => fun _ _ => 0 | S d => fun x y => fst x * fst y + vdot (snd x) (snd y) end.

Lemma vdot_pos : forall d (x : tuple d), 0 <= vdot x x.
Proof.
  induction d as [|d IH]; intros x; simpl; [lra|].
  pose proof (IH (snd x)). pose proof (Rle_0_sqr (fst x)). unfold Rsqr in *. lra.
Qed.

Definition euclid (d : nat) : space.
Proof.
  refine (Space (tuple d) vadd (fun r => vscal r) vzero vdot _ _ _ _ _ _ _ _ _ _ (vdot_pos d) _);
    induction d as [|d IH]; simpl; intros;
    repeat match goal with x : unit |- _ => destruct x | x : (_ * _)%type |- _ => destruct x end; simpl;
    try reflexivity; try (f_equal; [ring|apply IH]); try (rewrite IH; ring); try ring.
  (* Only the zero vector has length 0. *)
  simpl in *.
  match goal with a : R, x : tuple d |- _ => pose proof (vdot_pos d x); pose proof (Rle_0_sqr a) end. unfold Rsqr in *.
  f_equal; [apply Rsqr_0_uniq; unfold Rsqr|apply IH]; lra.
Defined.

(* The first coordinate, the others, and both together. *)
Definition head {d} (x : euclid (S d)) : R := fst x.
Definition tail {d} (x : euclid (S d)) : euclid d := snd x.
Definition vcons {d} (a : R) (y : euclid d) : euclid (S d) := (a, y).

Section Blocks.
Context {d : nat}.
Implicit Types x y : euclid (S d).
Lemma vcons_eta : forall x y, head x = head y -> tail x = tail y -> x = y.
Proof. intros x y. apply injective_projections. Qed.
Lemma head_add : forall x y, head (x [+] y) = head x + head y.
Proof. reflexivity. Qed.
Lemma tail_add : forall x y, tail (x [+] y) = tail x [+] tail y.
Proof. reflexivity. Qed.
Lemma head_scal : forall r x, head (r [*] x) = r * head x.
Proof. reflexivity. Qed.
Lemma tail_scal : forall r x, tail (r [*] x) = r [*] tail x.
Proof. reflexivity. Qed.
Lemma dot_blocks : forall x y, dot x y = head x * head y + dot (tail x) (tail y).
Proof. reflexivity. Qed.
Lemma head_vcons : forall a (y : euclid d), head (vcons a y) = a.
Proof. reflexivity. Qed.
Lemma tail_vcons : forall a (y : euclid d), tail (vcons a y) = y.
Proof. reflexivity. Qed.
Lemma dot_vcons : forall a (u : euclid d) x, dot (vcons a u) x = a * head x + dot u (tail x).
Proof. reflexivity. Qed.
Lemma vcons_add : forall (u v : euclid d), vcons 0 (u [+] v) = vcons 0 u [+] vcons 0 v.
Proof. intros u v. apply vcons_eta; [|reflexivity]. rewrite head_add, !head_vcons. ring. Qed.
Lemma vcons_scal : forall r (u : euclid d), vcons 0 (r [*] u) = r [*] vcons 0 u.
Proof. intros r u. apply vcons_eta; [|reflexivity]. rewrite head_scal, !head_vcons. ring. Qed.
Lemma vcons_split : forall a (u : euclid d), vcons a u = a [*] vcons 1 zero [+] vcons 0 u.
Proof.
  intros a u. apply vcons_eta.
  - rewrite head_add, head_scal, !head_vcons. ring.
  - rewrite tail_add, tail_scal, !tail_vcons. vec.
Qed.
End Blocks.

(* ---------- inverses ---------- *)

(* H = [a, b'; b, C] in blocks of 1 and d: the operator C, on the last d coordinates. *)
Definition block {d} (H : spd (euclid (S d))) : spd (euclid d).
Proof.
  refine (Spd (euclid d) (fun y => tail (H (vcons 0 y))) (sigma_min H) (sigma_max H)
    _ _ _ (sigma_min_pos _ H) (sigma_min_le_max _ H) _ _).
  - intros x y. rewrite vcons_add, op_add. apply tail_add.
  - intros r x. rewrite vcons_scal, op_scal. apply tail_scal.
  - intros x y. pose proof (op_sym _ H (vcons 0 x) (vcons 0 y)) as h.
    rewrite dot_vcons, dot_sym, dot_vcons, dot_sym in h. lra.
  - intros x. pose proof (sigma_min_le _ H (vcons 0 x)) as h. rewrite !dot_vcons, !head_vcons, tail_vcons in h. lra.
  - intros x. pose proof (sigma_max_ge _ H (vcons 0 x)) as h. rewrite !dot_vcons, !head_vcons, tail_vcons in h. lra.
Defined.

(* H^{-1}, by block elimination: with C u = s and C v = b, the solution of H (x, y) = (r, s) is y = u - x v and
   x = (r - b'u)/(a - b'v). *)
Fixpoint inverse {d} : spd (euclid d) -> euclid d -> euclid d :=
  match d with
  | O => fun _ _ => tt
  | S d => fun H r =>
    let ab := H (vcons 1 zero) in
    let u := inverse (block H) (tail r) in
    let v := inverse (block H) (tail ab) in
    let x := (head r - dot (tail ab) u) / (head ab - dot (tail ab) v) in
    vcons x (u [-] x [*] v)
  end.

Lemma inverse_spec : forall {d} (H : spd (euclid d)) (r : euclid d), H (inverse H r) = r.
Proof.
  induction d as [|d IH]; intros H r.
  - simpl in *. destruct (H tt), r. reflexivity.
  - cbn [inverse]. set (ab := H (vcons 1 zero)).
    set (u := inverse (block H) (tail r)). set (v := inverse (block H) (tail ab)).
    pose proof (IH (block H) (tail r)) as hu. fold u in hu. pose proof (IH (block H) (tail ab)) as hv. fold v in hv.
    (* H (0, y) = (b'y, C y), and H (x, y) = x (a, b) + H (0, y). *)
    assert (first : forall y, head (H (vcons 0 y)) = dot (tail ab) y).
    { intros y. pose proof (op_sym _ H (vcons 1 zero) (vcons 0 y)) as h. fold ab in h.
      rewrite dot_blocks, dot_vcons, head_vcons, tail_vcons, dot_zero_l in h. lra. }
    assert (split : forall x y, H (vcons x y) = x [*] ab [+] H (vcons 0 y)).
    { intros x y. rewrite (vcons_split x y), op_add, op_scal. reflexivity. }
    (* a - b'v is <(1, -v), H (1, -v)>, which is positive. *)
    assert (pos : 0 < head ab - dot (tail ab) v).
    { set (w := vcons 1 ((-1) [*] v)). pose proof (sigma_min_le _ H w) as h.
      assert (e : dot w (H w) = head ab - dot (tail ab) v).
      { unfold w at 2. rewrite split. unfold w. rewrite dot_vcons, head_add, tail_add, head_scal, tail_scal, first.
        change (tail (H (vcons 0 ((-1) [*] v)))) with (block H ((-1) [*] v)). rewrite op_scal, hv.
        dots. ring. }
      rewrite e in h. pose proof (sigma_min_pos _ H) as s. assert (l : 1 <= dot w w).
      { unfold w. rewrite dot_vcons, head_vcons, tail_vcons. pose proof (dot_pos _ ((-1) [*] v)). lra. }
      apply Rlt_le_trans with (2 := h). apply Rmult_lt_0_compat; lra. }
    set (x := (head r - dot (tail ab) u) / (head ab - dot (tail ab) v)).
    rewrite split. apply vcons_eta.
    + rewrite head_add, head_scal, first. dots. unfold x. field. lra.
    + rewrite tail_add, tail_scal. change (tail (H (vcons 0 (u [-] x [*] v)))) with (block H (u [-] x [*] v)).
      rewrite op_sub, op_scal, hu, hv. vec.
Qed.

(* ---------- the Hessians of the paper ---------- *)

(* G v = Abar'Abar v = mean_j <a_j, v> a_j over the rows a_j. *)
Definition gram {E : space} (rows : list E) (v : E) : E := mean (fun a => dot a v [*] a) rows.

(* H = G + lambda I. As bounds on its eigenvalues it takes lambda and lambda + mean_j ||a_j||^2; every theorem holds for
   the sharpest bounds too, since a record with those is another spd. *)
Definition hessian {E : space} (rows : list E) (lambda : R) (positive : 0 < lambda) : spd E.
Proof.
  assert (g : forall x y : E, dot (gram rows x) y = rmean (fun a => dot a x * dot a y) rows).
  { intros x y. unfold gram. rewrite dot_mean. apply rmean_ext. intros a _. apply dot_scal_l. }
  assert (s : forall x y : E, dot x (gram rows y) = rmean (fun a => dot a x * dot a y) rows).
  { intros x y. rewrite dot_sym, g. apply rmean_ext. intros a _. ring. }
  assert (sq : 0 <= rmean (fun a : E => dot a a) rows) by (apply rmean_pos; intros a _; apply dot_pos).
  refine (Spd E (fun v => gram rows v [+] lambda [*] v) lambda (lambda + rmean (fun a => dot a a) rows)
    _ _ _ positive _ _ _).
  - intros x y. unfold gram. apply dot_ext. intros z. dots. rewrite !dot_mean.
    rewrite (rmean_ext (fun a => dot (dot a (x [+] y) [*] a) z)
      (fun a => dot (dot a x [*] a) z + dot (dot a y [*] a) z)) by (intros a _; dots; ring).
    rewrite rmean_plus. ring.
  - intros r x. unfold gram. apply dot_ext. intros z. dots. rewrite !dot_mean.
    rewrite (rmean_ext (fun a => dot (dot a (r [*] x) [*] a) z) (fun a => r * dot (dot a x [*] a) z))
      by (intros a _; dots; ring).
    rewrite rmean_scal. ring.
  - intros x y. dots. rewrite g, s. ring.
  - lra.
  - intros x. dots. rewrite s.
    assert (0 <= rmean (fun a => dot a x * dot a x) rows) by (apply rmean_pos; intros a _; apply Rle_0_sqr). lra.
  - intros x. dots. rewrite s.
    assert (rmean (fun a => dot a x * dot a x) rows <= rmean (fun a => dot x x * dot a a) rows).
    { apply rmean_le. intros a _. pose proof (cauchy_schwarz_sq a x). lra. }
    rewrite rmean_scal in *. lra.
Defined.

(* ---------- Lemmas 4 and 5 in R^d ---------- *)

(* An operator of the shape Abar'Abar + lambda I, with whatever bounds on its eigenvalues, the sharpest for instance.
   It may have lambda = 0 if the rows span the space. *)
Definition hessian_of {E : space} (H : spd E) (rows : list E) (lambda : R) : Prop :=
  forall x, H x = gram rows x [+] lambda [*] x.
Lemma hessian_is : forall (E : space) (rows : list E) lambda positive,
  hessian_of (hessian rows lambda positive) rows lambda.
Proof. intros E rows lambda positive x. reflexivity. Qed.

Section Data.
(* Rows a_j in R^d and the ridge lambda; worker i of l holds rows of its own, and has the gradient gs i. *)
Context {d : nat} {A : Type} (H : spd (euclid d)) (Hs : A -> spd (euclid d)).
Variables (rows : list (euclid d)) (shard : A -> list (euclid d)) (l : list A) (lambda : R).
Variables (g : euclid d) (gs : A -> euclid d).
Hypotheses (H_is : hessian_of H rows lambda) (Hs_are : forall i, In i l -> hessian_of (Hs i) (shard i) lambda).
Notation G := (gram rows).
Notation m := (INR (length l)).
Notation step := (inverse H g).
Notation P := (N H step).

(* sigma = sigma_max(Abar'Abar), nu = sigma/(sigma + lambda), and the two events of Lemma 2 at eta. *)
Variables sigma eta : R.
Hypotheses (lambda_pos : 0 <= lambda) (sigma_pos : 0 <= sigma) (not_both : 0 < sigma + lambda).
Hypothesis sigma_is : forall x, dot x (G x) <= sigma * dot x x.
Hypothesis eta_range : 0 <= eta < 1.
Hypothesis lemma_2_each : forall i, In i l -> forall x y,
  Rabs (dot x (gram (shard i) y [-] G y)) <= eta * sqrt (dot x (G x)) * sqrt (dot y (G y)).
Notation nu := (sigma / (sigma + lambda)).

Lemma data_each : forall i, In i l -> close H (Hs i) (nu * eta).
Proof.
  intros i j. apply (close_of_lemma_2 H (Hs i) G (gram (shard i))); try assumption; [|lra|apply lemma_2_each, j].
  apply Hs_are, j.
Qed.
Lemma data_nu : 0 <= nu <= 1.
Proof. apply nu_le_1; assumption. Qed.

Hypothesis somebody : l <> [].
Hypothesis lemma_2_mean : forall x y,
  Rabs (dot x (mean (fun i => gram (shard i) y) l [-] G y)) <= eta / sqrt m * sqrt (dot x (G x)) * sqrt (dot y (G y)).

Lemma data_mean : mean_close H Hs l (nu * eta / sqrt m).
Proof.
  assert (s : 0 < sqrt m) by (apply sqrt_lt_R0, length_pos, somebody).
  replace (nu * eta / sqrt m) with (nu * (eta / sqrt m)) by (unfold Rdiv; ring).
  apply (mean_close_of_lemma_2 H Hs (fun i => gram (shard i)) l G); try assumption.
  - intros i x j. apply Hs_are, j.
  - apply Rmult_le_pos; [lra|]. apply Rlt_le, Rinv_0_lt_compat, s.
Qed.

(* Lemma 4 for data in R^d: the mean of H_i^{-1} g. *)
Theorem lemma_4_for_data : phi H g (mean (fun i => inverse (Hs i) g) l) - phi H g step
  <= bound_lemma_4_printed (zeta nu eta m) P.
Proof.
  apply (lemma_4_printed H Hs); try assumption.
  - apply inverse_spec.
  - intros i _. apply inverse_spec.
  - exact data_nu.
  - exact data_each.
  - exact data_mean.
Qed.

(* Lemma 5 for data in R^d: the mean of H_i^{-1} g_i, with eps = mean_i ||H^{-1/2}(g_i - g)||/(1 - eta). *)
Theorem lemma_5_for_data : phi H g (mean (fun i => inverse (Hs i) (gs i)) l) - phi H g step
  <= bound_lemma_5_rederived (rmean (fun i => N H (inverse H (gs i [-] g))) l / (1 - eta)) (zeta nu eta m) P.
Proof.
  apply (lemma_5_rederived H Hs l gs g step _ (fun i => inverse (Hs i) g)); try assumption.
  - apply inverse_spec.
  - intros i _. apply inverse_spec.
  - intros i _. apply inverse_spec.
  - intros i _. apply inverse_spec.
  - exact data_nu.
  - exact data_each.
  - exact data_mean.
Qed.
End Data.
