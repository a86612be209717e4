(* Inner-product spaces and positive definite operators: what every proof of this folder shares.

   Conventions of this folder.
   - A file a statement, compiled with `coqc -Q . Comrade File.v`; `_CoqProject` lists the files in order.
   - Plain Coq 8.16 and its standard library. No axiom of ours: what is assumed is a field of a record or a hypothesis.
   - R^d is any inner-product space `E : space`. Euclid.v shows that R^d is one.
   - H is an `spd E`: linear, symmetric, with sigma_min |v|^2 <= <v, Hv> <= sigma_max |v|^2 and 0 < sigma_min.
   - `norm v` is the Euclidean norm of the paper, and `N H v` is ||H^{1/2} v||.
   - No square root of a matrix and no inverse appears. "p = H^{-1} g" reads `H p = g`,
     and "||H^{-1/2} r||" reads `N H q` with `H q = r`.
   - The Hessian of a worker is another `spd E`.
     "||E_i|| <= t" with E_i = H^{-1/2}(H_i - H)H^{-1/2} reads `close H H_i t`.
   - Workers are a list of any type, and what a worker holds or sends is a function of it.
   - The bound of a final theorem is a `Definition bound_<claim>_<reading>` of the symbols of the paper. Another program
     parses it and evaluates it beside the program's own formula. It uses only + - * /, sqrt, Rmax, ^2, numerals and
     earlier definitions of this kind.
     The theorem is called `<claim>_<reading>` and concludes `... <= bound_<claim>_<reading> ...`.
   - theorems.txt lists the main theorems, one a line: claim, reading, file and theorem. *)
Require Import Reals Lra Psatz List.
Import ListNotations.
Open Scope R_scope.

(* ---------- spaces ---------- *)

(* A real inner-product space, given by its axioms. *)
Record space := Space {
  carrier :> Type;
  add : carrier -> carrier -> carrier;
  scal : R -> carrier -> carrier;
  zero : carrier;
  dot : carrier -> carrier -> R;
  add_comm : forall x y, add x y = add y x;
  add_assoc : forall x y z, add x (add y z) = add (add x y) z;
  add_zero : forall x, add x zero = x;
  scal_one : forall x, scal 1 x = x;
  scal_scal : forall r s x, scal r (scal s x) = scal (r * s) x;
  scal_add : forall r x y, scal r (add x y) = add (scal r x) (scal r y);
  scal_plus : forall r s x, scal (r + s) x = add (scal r x) (scal s x);
  dot_sym : forall x y, dot x y = dot y x;
  dot_add_l : forall x y z, dot (add x y) z = dot x z + dot y z;
  dot_scal_l : forall r x z, dot (scal r x) z = r * dot x z;
  dot_pos : forall x, 0 <= dot x x;
  dot_definite : forall x, dot x x = 0 -> x = zero }.

Arguments add {_}. Arguments scal {_}. Arguments zero {_}. Arguments dot {_}.

Infix "[+]" := add (at level 50, left associativity).
Infix "[*]" := scal (at level 40, left associativity).

Definition sub {E : space} (x y : E) : E := x [+] (-1) [*] y.
Infix "[-]" := sub (at level 50, left associativity).

(* The Euclidean norm. *)
Definition norm {E : space} (x : E) : R := sqrt (dot x x).

Section Space.
Context {E : space}.
Implicit Types x y z u v w : E.

Lemma dot_add_r : forall x y z, dot x (y [+] z) = dot x y + dot x z.
Proof. intros x y z. rewrite dot_sym, dot_add_l, (dot_sym _ y), (dot_sym _ z). ring. Qed.
Lemma dot_scal_r : forall r x z, dot x (r [*] z) = r * dot x z.
Proof. intros r x z. rewrite dot_sym, dot_scal_l, dot_sym. ring. Qed.
Lemma dot_sub_l : forall x y z, dot (x [-] y) z = dot x z - dot y z.
Proof. intros x y z. unfold sub. rewrite dot_add_l, dot_scal_l. ring. Qed.
Lemma dot_sub_r : forall x y z, dot x (y [-] z) = dot x y - dot x z.
Proof. intros x y z. rewrite dot_sym, dot_sub_l, (dot_sym _ y), (dot_sym _ z). ring. Qed.
Lemma scal_0 : forall x, 0 [*] x = zero.
Proof. intros x. apply dot_definite. rewrite dot_scal_l. ring. Qed.
Lemma dot_zero_l : forall z, dot zero z = 0.
Proof. intros z. rewrite <- (scal_0 zero), dot_scal_l. ring. Qed.
Lemma dot_zero_r : forall z, dot z zero = 0.
Proof. intros z. rewrite dot_sym. apply dot_zero_l. Qed.

(* Vectors with the same products are the same. *)
Lemma dot_ext : forall x y, (forall z, dot x z = dot y z) -> x = y.
Proof.
  intros x y h. assert (e : x [-] y = zero) by (apply dot_definite; rewrite dot_sub_l, h; ring).
  assert (b : (x [-] y) [+] y = x).
  { unfold sub. rewrite <- add_assoc. rewrite <- (scal_one _ y) at 2. rewrite <- scal_plus.
    replace (-1 + 1) with 0 by ring. rewrite scal_0. apply add_zero. }
  rewrite <- b, e, add_comm. apply add_zero.
Qed.
End Space.

(* Proves an equation between linear combinations of vectors. *)
Ltac vec := apply dot_ext; let z := fresh in intro z; unfold sub; repeat first
  [rewrite dot_add_l | rewrite dot_scal_l | rewrite dot_zero_l]; first [ring | field; assumption | field; lra].
(* Multiplies out the products of linear combinations in the goal. *)
Ltac dots := unfold sub; repeat first [rewrite dot_add_l | rewrite dot_scal_l | rewrite dot_add_r | rewrite dot_scal_r
  | rewrite dot_zero_l | rewrite dot_zero_r].

Section Norms.
Context {E : space}.
Implicit Types x y z u v w : E.

Lemma sub_add : forall x y, (x [-] y) [+] y = x.
Proof. intros. vec. Qed.
Lemma sub_split : forall x y z, x [-] z = (x [-] y) [+] (y [-] z).
Proof. intros. vec. Qed.
Lemma sub_self : forall x, x [-] x = zero.
Proof. intros. vec. Qed.
Lemma sub_zero : forall x, x [-] zero = x.
Proof. intros. vec. Qed.
Lemma scal_zero : forall r, r [*] (zero : E) = zero.
Proof. intros. vec. Qed.

Lemma norm_pos : forall x, 0 <= norm x.
Proof. intros. apply sqrt_pos. Qed.
Lemma norm_sq : forall x, norm x * norm x = dot x x.
Proof. intros. apply sqrt_sqrt, dot_pos. Qed.
Lemma norm_zero : norm (zero : E) = 0.
Proof. unfold norm. rewrite dot_zero_l. apply sqrt_0. Qed.
Lemma norm_definite : forall x, norm x = 0 -> x = zero.
Proof. intros x h. apply dot_definite. rewrite <- norm_sq, h. ring. Qed.

(* Cauchy and Schwarz. *)
Lemma cauchy_schwarz : forall x y, Rabs (dot x y) <= norm x * norm y.
Proof.
  intros x y. apply Rsqr_incr_0_var; [|apply Rmult_le_pos; apply norm_pos].
  rewrite <- Rsqr_abs. unfold Rsqr.
  replace (norm x * norm y * (norm x * norm y)) with (norm x * norm x * (norm y * norm y)) by ring.
  rewrite !norm_sq.
  destruct (Req_dec (dot y y) 0) as [d|d].
  - rewrite (dot_definite _ y d), !dot_zero_r. lra.
  - assert (p : 0 < dot y y) by (pose proof (dot_pos _ y); lra).
    pose proof (dot_pos _ (dot y y [*] x [-] dot x y [*] y)) as h. revert h. dots. rewrite (dot_sym _ y x). intros h.
    assert (h' : 0 <= dot y y * (dot x x * dot y y - dot x y * dot x y)) by (eapply Rle_trans; [exact h|right; ring]).
    apply Rmult_le_reg_l with (dot y y); [exact p|]. lra.
Qed.
Lemma dot_le : forall x y, dot x y <= norm x * norm y.
Proof. intros x y. eapply Rle_trans; [apply Rle_abs|apply cauchy_schwarz]. Qed.

Lemma cauchy_schwarz_sq : forall x y, dot x y * dot x y <= dot x x * dot y y.
Proof.
  intros x y. pose proof (cauchy_schwarz x y) as c. pose proof (Rabs_pos (dot x y)) as a.
  apply (Rmult_le_compat _ _ _ _ a a c) in c. rewrite <- Rabs_mult, Rabs_right in c by apply Rle_ge, Rle_0_sqr.
  rewrite <- (norm_sq x), <- (norm_sq y). lra.
Qed.
Lemma norm_add : forall x y, norm (x [+] y) <= norm x + norm y.
Proof.
  intros x y. apply Rsqr_incr_0_var; [|pose proof (norm_pos x); pose proof (norm_pos y); lra].
  unfold Rsqr. rewrite norm_sq.
  replace ((norm x + norm y) * (norm x + norm y)) with (norm x * norm x + norm y * norm y + 2 * (norm x * norm y))
    by ring.
  rewrite !norm_sq. dots. rewrite (dot_sym _ y x). pose proof (dot_le x y). lra.
Qed.
Lemma norm_scal : forall r x, norm (r [*] x) = Rabs r * norm x.
Proof.
  intros r x. unfold norm. dots. rewrite <- Rmult_assoc, sqrt_mult by (try apply Rle_0_sqr; apply dot_pos).
  f_equal. apply sqrt_Rsqr_abs.
Qed.
Lemma norm_sub : forall x y, norm (x [-] y) <= norm x + norm y.
Proof.
  intros x y. unfold sub. eapply Rle_trans; [apply norm_add|]. rewrite norm_scal, Rabs_left by lra. lra.
Qed.
Lemma norm_sub_sym : forall x y, norm (x [-] y) = norm (y [-] x).
Proof.
  intros x y. replace (x [-] y) with ((-1) [*] (y [-] x)) by vec. rewrite norm_scal, Rabs_left by lra. ring.
Qed.
(* The triangle inequality through y, and the one back to x. *)
Lemma norm_split : forall x y z, norm (x [-] z) <= norm (x [-] y) + norm (y [-] z).
Proof. intros x y z. rewrite (sub_split x y z). apply norm_add. Qed.
Lemma norm_back : forall x y, norm x <= norm (x [-] y) + norm y.
Proof. intros x y. rewrite <- (sub_add x y) at 1. apply norm_add. Qed.
(* A bound on all products with x is a bound on the norm. *)
Lemma norm_by_dot : forall x c, dot x x <= c * norm x -> 0 <= c -> norm x <= c.
Proof.
  intros x c h c0. destruct (Req_dec (norm x) 0) as [e|e]; [lra|].
  pose proof (norm_pos x). rewrite <- norm_sq in h. apply Rmult_le_reg_r with (norm x); lra.
Qed.
End Norms.

(* ---------- operators ---------- *)

(* A symmetric positive definite operator with bounds on its eigenvalues. *)
Record spd (E : space) := Spd {
  op :> E -> E;
  sigma_min : R;
  sigma_max : R;
  op_add : forall x y, op (x [+] y) = op x [+] op y;
  op_scal : forall r x, op (r [*] x) = r [*] op x;
  op_sym : forall x y, dot (op x) y = dot x (op y);
  sigma_min_pos : 0 < sigma_min;
  sigma_min_le_max : sigma_min <= sigma_max;
  sigma_min_le : forall x, sigma_min * dot x x <= dot x (op x);
  sigma_max_ge : forall x, dot x (op x) <= sigma_max * dot x x }.

Arguments op {E}. Arguments sigma_min {E}. Arguments sigma_max {E}.

Definition kappa {E : space} (H : spd E) : R := sigma_max H / sigma_min H.

(* ||H^{1/2} x|| *)
Definition N {E : space} (H : spd E) (x : E) : R := sqrt (dot x (H x)).

(* The same vectors with the product <x, Hy>. Its norm is N H, so that every lemma about norms holds for N. *)
Definition metric {E : space} (H : spd E) : space.
Proof.
  refine (Space E add scal zero (fun x y => dot x (H y)) (add_comm E) (add_assoc E) (add_zero E) (scal_one E)
    (scal_scal E) (scal_add E) (scal_plus E) _ _ _ _ _).
  - intros x y. rewrite <- op_sym. apply dot_sym.
  - intros x y z. apply dot_add_l.
  - intros r x z. apply dot_scal_l.
  - intros x. pose proof (sigma_min_le _ H x). pose proof (sigma_min_pos _ H). pose proof (dot_pos _ x). nra.
  - intros x h. apply dot_definite.
    pose proof (sigma_min_le _ H x). pose proof (sigma_min_pos _ H). pose proof (dot_pos _ x). nra.
Defined.

Section Operators.
Context {E : space} (H : spd E).
Implicit Types x y z p q g ps : E.

Lemma op_sub : forall x y, H (x [-] y) = H x [-] H y.
Proof. intros x y. unfold sub. rewrite op_add, op_scal. reflexivity. Qed.
Lemma op_zero : H zero = zero.
Proof. rewrite <- (scal_0 (zero : E)) at 1. rewrite op_scal. apply scal_0. Qed.
(* H is one to one, so that "the p with H p = g" makes sense. *)
Lemma op_injective : forall x y, H x = H y -> x = y.
Proof.
  intros x y h. assert (e : x [-] y = zero).
  { apply (dot_definite (metric H)). simpl. rewrite op_sub, h, sub_self. apply dot_zero_r. }
  rewrite <- (sub_add x y), e, add_comm. apply add_zero.
Qed.
Lemma kappa_ge_1 : 1 <= kappa H.
Proof.
  unfold kappa. pose proof (sigma_min_pos _ H). pose proof (sigma_min_le_max _ H).
  apply Rmult_le_reg_r with (sigma_min H); [assumption|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

Lemma N_pos : forall x, 0 <= N H x.
Proof. exact (norm_pos (E := metric H)). Qed.
Lemma N_sq : forall x, N H x * N H x = dot x (H x).
Proof. exact (norm_sq (E := metric H)). Qed.
Lemma N_zero : N H zero = 0.
Proof. exact (norm_zero (E := metric H)). Qed.
Lemma N_definite : forall x, N H x = 0 -> x = zero.
Proof. exact (norm_definite (E := metric H)). Qed.
Lemma N_cauchy_schwarz : forall x y, Rabs (dot x (H y)) <= N H x * N H y.
Proof. exact (cauchy_schwarz (E := metric H)). Qed.
Lemma N_dot_le : forall x y, dot x (H y) <= N H x * N H y.
Proof. exact (dot_le (E := metric H)). Qed.
Lemma N_add : forall x y, N H (x [+] y) <= N H x + N H y.
Proof. exact (norm_add (E := metric H)). Qed.
Lemma N_scal : forall r x, N H (r [*] x) = Rabs r * N H x.
Proof. exact (norm_scal (E := metric H)). Qed.
Lemma N_sub : forall x y, N H (x [-] y) <= N H x + N H y.
Proof. exact (norm_sub (E := metric H)). Qed.
Lemma N_sub_sym : forall x y, N H (x [-] y) = N H (y [-] x).
Proof. exact (norm_sub_sym (E := metric H)). Qed.
Lemma N_split : forall x y z, N H (x [-] z) <= N H (x [-] y) + N H (y [-] z).
Proof. exact (norm_split (E := metric H)). Qed.
Lemma N_back : forall x y, N H x <= N H (x [-] y) + N H y.
Proof. exact (norm_back (E := metric H)). Qed.
Lemma N_by_dot : forall x c, dot x (H x) <= c * N H x -> 0 <= c -> N H x <= c.
Proof. exact (norm_by_dot (E := metric H)). Qed.

(* The Euclidean norm and N. *)
Lemma N_le_norm : forall x, N H x <= sqrt (sigma_max H) * norm x.
Proof.
  intros x. pose proof (sigma_min_pos _ H). pose proof (sigma_min_le_max _ H). unfold N, norm.
  rewrite <- sqrt_mult by (try apply dot_pos; lra). apply sqrt_le_1_alt, sigma_max_ge.
Qed.
Lemma norm_le_N : forall x, sqrt (sigma_min H) * norm x <= N H x.
Proof.
  intros x. pose proof (sigma_min_pos _ H). unfold N, norm.
  rewrite <- sqrt_mult by (try apply dot_pos; lra). apply sqrt_le_1_alt, sigma_min_le.
Qed.
Lemma sqrt_sigma_min_pos : 0 < sqrt (sigma_min H).
Proof. apply sqrt_lt_R0, sigma_min_pos. Qed.
Lemma norm_le_N_over : forall x, norm x <= N H x / sqrt (sigma_min H).
Proof.
  intros x. pose proof sqrt_sigma_min_pos. pose proof (norm_le_N x).
  apply Rmult_le_reg_r with (sqrt (sigma_min H)); [assumption|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.
Lemma sqrt_kappa : sqrt (kappa H) = sqrt (sigma_max H) / sqrt (sigma_min H).
Proof. unfold kappa. apply sqrt_div_alt, sigma_min_pos. Qed.
(* Whoever is no longer than y in the Euclidean norm is at most sqrt(kappa) as long in N. *)
Lemma N_le_by_norm : forall x y, norm x <= norm y -> N H x <= sqrt (kappa H) * N H y.
Proof.
  intros x y h. eapply Rle_trans; [apply N_le_norm|]. rewrite sqrt_kappa.
  replace (sqrt (sigma_max H) / sqrt (sigma_min H) * N H y) with (sqrt (sigma_max H) * (N H y / sqrt (sigma_min H)))
    by (field; apply Rgt_not_eq, sqrt_sigma_min_pos).
  apply Rmult_le_compat_l; [apply sqrt_pos|]. eapply Rle_trans; [exact h|apply norm_le_N_over].
Qed.

(* ||H^{-1/2} r|| <= ||r|| / sqrt(sigma_min), with H q = r. *)
Lemma dual_le : forall q (r : E), H q = r -> N H q <= norm r / sqrt (sigma_min H).
Proof.
  intros q r e. pose proof sqrt_sigma_min_pos as s. pose proof (norm_pos r) as r0.
  assert (i : 0 < / sqrt (sigma_min H)) by (apply Rinv_0_lt_compat; exact s).
  apply N_by_dot; [|unfold Rdiv; apply Rmult_le_pos; lra].
  rewrite e. eapply Rle_trans; [apply dot_le|]. pose proof (norm_le_N_over q) as h. unfold Rdiv in *.
  apply Rle_trans with (N H q * / sqrt (sigma_min H) * norm r); [apply Rmult_le_compat_r; assumption|right; ring].
Qed.

(* ---------- the quadratic model ---------- *)

(* phi(p) = 1/2 p'Hp - g'p *)
Definition phi (g p : E) : R := / 2 * dot p (H p) - dot g p.

(* phi(p) - phi(p* ) = 1/2 ||H^{1/2}(p - p* )||^2 *)
Lemma phi_gap : forall g ps p, H ps = g -> phi g p - phi g ps = / 2 * (N H (p [-] ps)) ^ 2.
Proof.
  intros g ps p e. simpl (_ ^ 2). rewrite Rmult_1_r, N_sq, op_sub. unfold phi. rewrite <- e. dots.
  rewrite (op_sym _ H ps p), (op_sym _ H ps ps), <- (op_sym _ H p ps), (dot_sym _ (H p) ps). lra.
Qed.
(* phi(p* ) = -P^2/2 with P = ||H^{1/2} p*|| *)
Lemma phi_min : forall g ps, H ps = g -> phi g ps = - (/ 2 * (N H ps) ^ 2).
Proof. intros g ps e. simpl (_ ^ 2). rewrite Rmult_1_r, N_sq. unfold phi. rewrite <- e, op_sym. lra. Qed.
(* p* minimises phi. *)
Lemma phi_least : forall g ps p, H ps = g -> phi g ps <= phi g p.
Proof. intros g ps p e. pose proof (phi_gap g ps p e). pose proof (pow2_ge_0 (N H (p [-] ps))). lra. Qed.
(* How a bound on the error in N becomes one on phi. *)
Lemma phi_le : forall g ps p b, H ps = g -> N H (p [-] ps) <= b -> phi g p - phi g ps <= / 2 * b ^ 2.
Proof. intros g ps p b e h. rewrite (phi_gap g ps p e). pose proof (N_pos (p [-] ps)). simpl. nra. Qed.
End Operators.

(* ---------- a worker's operator beside H ---------- *)

Section Workers.
Context {E : space} (H : spd E).

(* ||E_i|| <= t, E_i = H^{-1/2}(K - H)H^{-1/2} with K = H_i: |<x, (K - H)y>| <= t ||H^{1/2}x|| ||H^{1/2}y||. *)
Definition close (K : spd E) (t : R) : Prop := forall x y : E, Rabs (dot x (K y [-] H y)) <= t * N H x * N H y.
(* ||(I + E_i)^{-1}|| <= tau: ||H^{1/2} H_i^{-1} H x|| <= tau ||H^{1/2} x||, with y = H_i^{-1} H x. *)
Definition tau_bound (K : spd E) (tau : R) : Prop := forall x y : E, K y = H x -> N H y <= tau * N H x.
(* ||(I + E_i)^{-1} - I|| <= omega, in the same way. *)
Definition omega_bound (K : spd E) (omega : R) : Prop := forall x y : E, K y = H x -> N H (y [-] x) <= omega * N H x.
End Workers.

(* ---------- means ---------- *)

(* The sum and the mean of f over a list, of vectors and of numbers. *)
Fixpoint sum {E : space} {A : Type} (f : A -> E) (l : list A) : E :=
  match l with [] => zero | i :: r => f i [+] sum f r end.
Definition mean {E : space} {A : Type} (f : A -> E) (l : list A) : E := / INR (length l) [*] sum f l.
Fixpoint rsum {A : Type} (f : A -> R) (l : list A) : R := match l with [] => 0 | i :: r => f i + rsum f r end.
Definition rmean {A : Type} (f : A -> R) (l : list A) : R := / INR (length l) * rsum f l.

Lemma length_pos : forall {A : Type} (l : list A), l <> [] -> 0 < INR (length l).
Proof. intros A l h. apply lt_0_INR. destruct l; [congruence|simpl; apply PeanoNat.Nat.lt_0_succ]. Qed.
Lemma length_inv : forall {A : Type} (l : list A), 0 <= / INR (length l).
Proof.
  intros A l. destruct l as [|i l]; [simpl; rewrite Rinv_0; lra|].
  apply Rlt_le, Rinv_0_lt_compat, length_pos. discriminate.
Qed.

Section RealMeans.
Context {A : Type}.
Implicit Types (f g : A -> R) (l : list A).
Lemma rsum_le : forall f g l, (forall i, In i l -> f i <= g i) -> rsum f l <= rsum g l.
Proof.
  intros f g l. induction l as [|i l IH]; intros h; [simpl; lra|].
  simpl. pose proof (h i (or_introl eq_refl)). pose proof (IH (fun j k => h j (or_intror k))). lra.
Qed.
Lemma rsum_const : forall c l, rsum (fun _ => c) l = INR (length l) * c.
Proof.
  intros c l. induction l as [|i l IH]; [simpl; ring|].
  change (length (i :: l)) with (S (length l)). rewrite S_INR. simpl. lra.
Qed.
Lemma rsum_scal : forall c f l, rsum (fun i => c * f i) l = c * rsum f l.
Proof. intros c f l. induction l as [|i l IH]; simpl; [ring|rewrite IH; ring]. Qed.
Lemma rsum_plus : forall f g l, rsum (fun i => f i + g i) l = rsum f l + rsum g l.
Proof. intros f g l. induction l as [|i l IH]; simpl; [ring|rewrite IH; ring]. Qed.
Lemma rmean_le : forall f g l, (forall i, In i l -> f i <= g i) -> rmean f l <= rmean g l.
Proof. intros f g l h. apply Rmult_le_compat_l; [apply length_inv|apply rsum_le; exact h]. Qed.
Lemma rmean_ext : forall f g l, (forall i, In i l -> f i = g i) -> rmean f l = rmean g l.
Proof. intros f g l h. apply Rle_antisym; apply rmean_le; intros i j; rewrite (h i j); lra. Qed.
Lemma rmean_const : forall c l, l <> [] -> rmean (fun _ => c) l = c.
Proof. intros c l h. unfold rmean. rewrite rsum_const. field. apply Rgt_not_eq, length_pos, h. Qed.
Lemma rmean_scal : forall c f l, rmean (fun i => c * f i) l = c * rmean f l.
Proof. intros c f l. unfold rmean. rewrite rsum_scal. ring. Qed.
Lemma rmean_plus : forall f g l, rmean (fun i => f i + g i) l = rmean f l + rmean g l.
Proof. intros f g l. unfold rmean. rewrite rsum_plus. ring. Qed.
Lemma rmean_pos : forall f l, (forall i, In i l -> 0 <= f i) -> 0 <= rmean f l.
Proof.
  intros f l h. apply Rmult_le_pos; [apply length_inv|].
  replace 0 with (rsum (fun _ => 0) l) by (rewrite rsum_const; ring). apply rsum_le, h.
Qed.
(* A mean is at most the largest. *)
Lemma rmean_le_const : forall f c l, l <> [] -> (forall i, In i l -> f i <= c) -> rmean f l <= c.
Proof. intros f c l n h. rewrite <- (rmean_const c l n). apply rmean_le, h. Qed.
End RealMeans.

Section Means.
Context {E : space} {A : Type}.
Implicit Types (f g : A -> E) (l : list A).
Lemma dot_sum : forall f l (z : E), dot (sum f l) z = rsum (fun i => dot (f i) z) l.
Proof. intros f l z. induction l as [|i l IH]; simpl; [apply dot_zero_l|rewrite dot_add_l, IH; reflexivity]. Qed.
Lemma dot_mean : forall f l (z : E), dot (mean f l) z = rmean (fun i => dot (f i) z) l.
Proof. intros f l z. unfold mean, rmean. rewrite dot_scal_l, dot_sum. reflexivity. Qed.
Lemma mean_ext : forall f g l, (forall i, In i l -> f i = g i) -> mean f l = mean g l.
Proof.
  intros f g l h. unfold mean. f_equal. induction l as [|i l IH]; [reflexivity|]. simpl.
  rewrite (h i (or_introl eq_refl)), IH; [reflexivity|]. intros j k. apply h. right. exact k.
Qed.
Lemma mean_add : forall f g l, mean (fun i => f i [+] g i) l = mean f l [+] mean g l.
Proof.
  intros f g l. unfold mean. rewrite <- scal_add. f_equal. induction l as [|i l IH]; simpl; [vec|rewrite IH; vec].
Qed.
Lemma mean_scal : forall r f l, mean (fun i => r [*] f i) l = r [*] mean f l.
Proof.
  intros r f l. unfold mean. rewrite !scal_scal, Rmult_comm, <- scal_scal. f_equal.
  induction l as [|i l IH]; simpl; [vec|rewrite IH; vec].
Qed.
Lemma mean_sub : forall f g l, mean (fun i => f i [-] g i) l = mean f l [-] mean g l.
Proof. intros f g l. unfold sub at 1. rewrite mean_add, mean_scal. reflexivity. Qed.
Lemma mean_const : forall (x : E) l, l <> [] -> mean (fun _ => x) l = x.
Proof.
  intros x l h. apply dot_ext. intros z. rewrite dot_mean. apply rmean_const, h.
Qed.
Lemma mean_shift : forall f (x : E) l, l <> [] -> mean (fun i => f i [-] x) l = mean f l [-] x.
Proof. intros f x l h. rewrite mean_sub, mean_const by exact h. reflexivity. Qed.
(* The norm of a mean is at most the mean of the norms. *)
Lemma norm_mean : forall f l, norm (mean f l) <= rmean (fun i => norm (f i)) l.
Proof.
  intros f l. unfold mean, rmean. rewrite norm_scal, Rabs_right by (apply Rle_ge, length_inv).
  apply Rmult_le_compat_l; [apply length_inv|]. induction l as [|i l IH]; simpl; [rewrite norm_zero; lra|].
  pose proof (norm_add (f i) (sum f l)). lra.
Qed.
Lemma op_mean : forall (H : spd E) f l, H (mean f l) = mean (fun i => H (f i)) l.
Proof.
  intros H f l. unfold mean. rewrite op_scal. f_equal.
  induction l as [|i l IH]; simpl; [apply op_zero|rewrite op_add, IH; reflexivity].
Qed.
End Means.

Section MeansInN.
Context {E : space} {A : Type} (H : spd E).
Lemma metric_sum : forall (f : A -> E) l, sum (E := metric H) f l = sum f l.
Proof. intros f l. induction l as [|i l IH]; [reflexivity|]. simpl. rewrite IH. reflexivity. Qed.
Lemma N_mean : forall (f : A -> E) l, N H (mean f l) <= rmean (fun i => N H (f i)) l.
Proof.
  intros f l. pose proof (norm_mean (E := metric H) f l) as h. unfold mean in h. rewrite metric_sum in h. exact h.
Qed.
(* The mean of vectors within e of p is within e of p. *)
Lemma N_mean_le : forall (f : A -> E) (p : E) e l, l <> [] -> (forall i, In i l -> N H (f i [-] p) <= e) ->
  N H (mean f l [-] p) <= e.
Proof.
  intros f p e l n h. rewrite <- (mean_shift f p l n). eapply Rle_trans; [apply N_mean|].
  apply rmean_le_const; assumption.
Qed.

(* ||mean_i (I + E_i)^{-1} - I|| <= omega_mean, over the workers l with operators Hs. *)
Definition omega_mean_bound (Hs : A -> spd E) (l : list A) (omega_mean : R) : Prop := forall (x : E) (y : A -> E),
  (forall i, In i l -> Hs i (y i) = H x) -> N H (mean y l [-] x) <= omega_mean * N H x.
(* ||mean_i E_i|| <= t *)
Definition mean_close (Hs : A -> spd E) (l : list A) (t : R) : Prop := forall x y : E,
  Rabs (dot x (mean (fun i => Hs i y) l [-] H y)) <= t * N H x * N H y.
End MeansInN.
