(** Intervals with rational ends around real numbers, and arithmetic on them that Coq computes.

    [None] stands for all numbers, so that every operation always encloses what it stands for. *)
From Coq Require Import QArith Qreals Qround Qminmax Qabs Reals List Lra Lia Psatz.
From Comrade Require Import Calculus.
Import ListNotations.
Open Scope R_scope.

Definition itv := option (Q * Q).
Definition encl (i : itv) (x : R) : Prop := match i with None => True | Some (l, u) => Q2R l <= x <= Q2R u end.

Definition both (f : Q * Q -> Q * Q -> itv) (i j : itv) : itv :=
  match i, j with Some p, Some q => f p q | _, _ => None end.

Definition pt (q : Q) : itv := Some (q, q).
Definition add : itv -> itv -> itv := both (fun p q => Some (Qred (fst p + fst q), Qred (snd p + snd q))%Q).
Definition opp (i : itv) : itv := match i with Some (l, u) => Some (- u, - l)%Q | None => None end.
Definition sub (i j : itv) : itv := add i (opp j).
Definition lower (a b : Q) : Q := if Qle_bool a b then a else b.
Definition upper (a b : Q) : Q := if Qle_bool a b then b else a.
Definition mul : itv -> itv -> itv := both (fun p q =>
  let '(l, u) := p in let '(v, w) := q in
  Some (Qred (lower (lower (l * v) (u * v)) (lower (l * w) (u * w))),
        Qred (upper (upper (l * v) (u * v)) (upper (l * w) (u * w))))%Q).
Definition above_0 (q : Q) : bool := negb (Qle_bool q 0).
Definition inv (i : itv) : itv :=
  match i with
  | Some (l, u) => if (above_0 l || above_0 (- u))%bool then Some (Qred (/ u), Qred (/ l))%Q else None
  | None => None
  end.
Definition div (i j : itv) : itv := mul i (inv j).
Definition larger : itv -> itv -> itv := both (fun p q => Some (upper (fst p) (fst q), upper (snd p) (snd q))).
Definition size (i : itv) : itv :=
  match i with
  | Some (l, u) =>
      if Qle_bool 0 l then Some (l, u) else if Qle_bool u 0 then Some (- u, - l)%Q else Some (0, upper (- l) u)%Q
  | None => None
  end.
Definition sqr (i : itv) : itv := let s := size i in mul s s.

(** ** Roots *)

(** The greatest r with (r / (den S))^2 <= num / den, and the least such number on the other side;
  S says how fine they are. *)
Definition radicand (S : positive) (q : Q) : Z := (Qnum q * Zpos (Qden q * S * S))%Z.
Definition root_down (S : positive) (q : Q) : Q := Z.sqrt (radicand S q) # (Qden q * S).
Definition root_up (S : positive) (q : Q) : Q :=
  let r := Z.sqrt (radicand S q) in (if Z.eqb (r * r) (radicand S q) then r else r + 1)%Z # (Qden q * S).
Definition digits : positive := (10 ^ 30)%positive.
Definition root (i : itv) : itv :=
  match i with
  | Some (l, u) => if Qle_bool 0 l then Some (Qred (root_down digits l), Qred (root_up digits u)) else None
  | None => None
  end.

(** ** The exponential *)

(** v, rounded downwards to a multiple of 1/S. *)
Definition down (S : positive) (v : Q) : Q := Qfloor (v * inject_Z (Zpos S)) # S.
(** exp q >= (1 + q / 2^n)^(2^n), where the base is not negative. *)
Fixpoint power (S : positive) (n : nat) (q : Q) : Q :=
  match n with
  | O => let v := down S (1 + q)%Q in if Qle_bool 0 v then v else 0%Q
  | Datatypes.S n => let v := power S n (Qred (q * (1 # 2))) in down S (v * v)%Q
  end.
Definition bits : positive := (2 ^ 72)%positive.
Definition exp_down : Q -> Q := power bits 30.
Definition exp_itv (i : itv) : itv :=
  match i with
  | Some (l, u) => let d := exp_down (- u)%Q in if above_0 d then Some (exp_down l, Qred (/ d))%Q else None
  | None => None
  end.

(** ** Comparisons *)

Definition le (i j : itv) : bool := match i, j with Some (_, u), Some (l, _) => Qle_bool u l | _, _ => false end.
Definition lt (i j : itv) : bool := match i, j with Some (_, u), Some (l, _) => above_0 (l - u)%Q | _, _ => false end.

(** * Every operation encloses *)

Local Arguments Q2R : simpl never.
Local Arguments Qred : simpl never.
Local Arguments Qplus : simpl never.
Local Arguments Qmult : simpl never.
Local Arguments Qopp : simpl never.
Local Arguments Qinv : simpl never.
Local Arguments Qle_bool : simpl never.
Local Arguments exp_down : simpl never.
Local Arguments lower : simpl never.
Local Arguments upper : simpl never.
Local Arguments above_0 : simpl never.
Local Arguments root_down : simpl never.
Local Arguments root_up : simpl never.
Local Arguments digits : simpl never.

Lemma Qle_R a b : Qle_bool a b = true -> Q2R a <= Q2R b.
Proof. intro h. apply Qle_Rle. apply Qle_bool_iff. exact h. Qed.
Lemma Qle_false_R a b : Qle_bool a b = false -> Q2R b < Q2R a.
Proof.
  intro h. apply Qlt_Rlt. destruct (Qlt_le_dec b a) as [l|l]; [exact l|].
  apply Qle_bool_iff in l. congruence.
Qed.
Lemma Q2R_0 : Q2R 0 = 0. Proof. unfold Q2R; cbn; lra. Qed.
Lemma Q2R_1 : Q2R 1 = 1. Proof. unfold Q2R; cbn; lra. Qed.
Lemma above_0_R q : above_0 q = true -> 0 < Q2R q.
Proof. unfold above_0. intro h. rewrite <- Q2R_0. apply Qle_false_R. destruct (Qle_bool q 0); easy. Qed.
Lemma Q2R_red q : Q2R (Qred q) = Q2R q.
Proof. apply Qeq_eqR, Qred_correct. Qed.
Lemma lower_R a b : Q2R (lower a b) <= Q2R a /\ Q2R (lower a b) <= Q2R b.
Proof.
  unfold lower. destruct (Qle_bool a b) eqn:h.
  - apply Qle_R in h. lra.
  - apply Qle_false_R in h. lra.
Qed.
Lemma upper_R a b : Q2R a <= Q2R (upper a b) /\ Q2R b <= Q2R (upper a b).
Proof.
  unfold upper. destruct (Qle_bool a b) eqn:h.
  - apply Qle_R in h. lra.
  - apply Qle_false_R in h. lra.
Qed.

Lemma pt_ok q : encl (pt q) (Q2R q). Proof. simpl; lra. Qed.
Lemma add_ok i j x y : encl i x -> encl j y -> encl (add i j) (x + y).
Proof.
  destruct i as [[l u]|], j as [[v w]|]; simpl; auto. rewrite !Q2R_red, !Q2R_plus. lra.
Qed.
Lemma opp_ok i x : encl i x -> encl (opp i) (- x).
Proof. destruct i as [[l u]|]; simpl; auto. rewrite !Q2R_opp. lra. Qed.
Lemma sub_ok i j x y : encl i x -> encl j y -> encl (sub i j) (x - y).
Proof. intros. apply add_ok; [|apply opp_ok]; assumption. Qed.

Lemma between l u x c : l <= x <= u -> (l * c <= x * c \/ u * c <= x * c) /\ (x * c <= l * c \/ x * c <= u * c).
Proof.
  intros [a b]. destruct (Rle_or_lt 0 c).
  - split; [left|right]; apply Rmult_le_compat_r; lra.
  - split; [right|left]; rewrite !(Rmult_comm _ c); apply Rmult_le_compat_neg_l; lra.
Qed.
Lemma mul_ok i j x y : encl i x -> encl j y -> encl (mul i j) (x * y).
Proof.
  destruct i as [[l u]|], j as [[v w]|]; simpl; auto. intros hx hy. rewrite !Q2R_red.
  destruct (lower_R (lower (l * v) (u * v)) (lower (l * w) (u * w))) as [a1 a2].
  destruct (lower_R (l * v) (u * v)) as [b1 b2]. destruct (lower_R (l * w) (u * w)) as [c1 c2].
  destruct (upper_R (upper (l * v) (u * v)) (upper (l * w) (u * w))) as [d1 d2].
  destruct (upper_R (l * v) (u * v)) as [e1 e2]. destruct (upper_R (l * w) (u * w)) as [f1 f2].
  rewrite !Q2R_mult in *.
  destruct (between _ _ _ y hx) as [p q].
  destruct (between _ _ _ (Q2R l) hy) as [p1 q1]. destruct (between _ _ _ (Q2R u) hy) as [p2 q2].
  rewrite (Rmult_comm y (Q2R l)), (Rmult_comm (Q2R v) (Q2R l)), (Rmult_comm (Q2R w) (Q2R l)) in *.
  rewrite (Rmult_comm y (Q2R u)), (Rmult_comm (Q2R v) (Q2R u)), (Rmult_comm (Q2R w) (Q2R u)) in *.
  split.
  - destruct p as [p|p]; [destruct p1|destruct p2]; lra.
  - destruct q as [q|q]; [destruct q1|destruct q2]; lra.
Qed.
Lemma inv_ok i x : encl i x -> encl (inv i) (/ x).
Proof.
  destruct i as [[l u]|]; simpl; auto. intros [hl hu].
  destruct (above_0 l || above_0 (- u))%bool eqn:h; simpl; auto. rewrite !Q2R_red.
  assert (s : 0 < Q2R l \/ Q2R u < 0).
  { apply Bool.orb_true_iff in h. destruct h as [h|h]; apply above_0_R in h; [lra|rewrite Q2R_opp in h; lra]. }
  assert (nz : (~ l == 0 /\ ~ u == 0)%Q).
  { split; intro z; apply Qeq_eqR in z; rewrite Q2R_0 in z; lra. }
  rewrite !Q2R_inv by apply nz. destruct s as [s|s].
  - split; apply Rinv_le_contravar; lra.
  - split; apply Ropp_le_cancel; rewrite <- !Rinv_opp; apply Rinv_le_contravar; lra.
Qed.
Lemma div_ok i j x y : encl i x -> encl j y -> encl (div i j) (x / y).
Proof. intros. apply mul_ok; [|apply inv_ok]; assumption. Qed.
Lemma larger_ok i j x y : encl i x -> encl j y -> encl (larger i j) (Rmax x y).
Proof.
  destruct i as [[l u]|], j as [[v w]|]; simpl; auto. intros hx hy.
  pose proof (upper_R u w). pose proof (Rmax_l x y). pose proof (Rmax_r x y). split.
  - unfold upper. destruct (Qle_bool l v); lra.
  - apply Rmax_lub; lra.
Qed.
Lemma size_ok i x : encl i x -> encl (size i) (Rabs x).
Proof.
  destruct i as [[l u]|]; simpl; auto. intros [hl hu].
  destruct (Qle_bool 0 l) eqn:a; simpl.
  { apply Qle_R in a. rewrite Q2R_0 in a. rewrite Rabs_right; lra. }
  destruct (Qle_bool u 0) eqn:b; simpl.
  { apply Qle_R in b. rewrite Q2R_0 in b. rewrite Rabs_left1, !Q2R_opp; lra. }
  rewrite Q2R_0. destruct (upper_R (- l) u) as [c d]. rewrite Q2R_opp in c. split; [apply Rabs_pos|].
  apply Rabs_le. lra.
Qed.
Lemma sqr_ok i x : encl i x -> encl (sqr i) (x ^ 2).
Proof.
  intro h. unfold sqr. replace (x ^ 2) with (Rabs x * Rabs x).
  - apply mul_ok; apply size_ok; exact h.
  - rewrite <- Rabs_mult. rewrite Rabs_right; [ring|]. nra.
Qed.

Lemma Q2R_make n d : Q2R (n # d) = IZR n / IZR (Zpos d). Proof. reflexivity. Qed.
Lemma pos_R p : 0 < IZR (Zpos p). Proof. apply IZR_lt. reflexivity. Qed.
Lemma div_le a b D : 0 < D -> a <= b -> a / D <= b / D.
Proof. intros. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; assumption|assumption]. Qed.
Lemma quotient_sqr a D : D <> 0 -> a / D * (a / D) = a * a / (D * D).
Proof. intro. field. assumption. Qed.

Section Roots.
Variable S : positive.
Lemma root_of q : Q2R q = IZR (radicand S q) / (IZR (Zpos (Qden q * S)) * IZR (Zpos (Qden q * S))).
Proof.
  destruct q as [n d]. rewrite Q2R_make. unfold radicand. cbn [Qnum Qden].
  rewrite mult_IZR, !Pos2Z.inj_mul, !mult_IZR. pose proof (pos_R d). pose proof (pos_R S). field. lra.
Qed.
Lemma radicand_pos q : 0 <= Q2R q -> (0 <= radicand S q)%Z.
Proof.
  intro h. apply le_IZR. rewrite root_of in h. pose proof (pos_R (Qden q * S)) as d.
  set (D := IZR (Zpos (Qden q * S))) in *.
  replace (IZR (radicand S q)) with (IZR (radicand S q) / (D * D) * (D * D)) by (field; lra).
  apply Rmult_le_pos; [exact h|nra].
Qed.
Lemma root_down_ok q : 0 <= Q2R q -> 0 <= Q2R (root_down S q) <= sqrt (Q2R q).
Proof.
  intro h. pose proof (radicand_pos q h) as n. pose proof (pos_R (Qden q * S)) as d.
  destruct (Z.sqrt_spec _ n) as [a b]. unfold root_down. rewrite Q2R_make.
  set (D := IZR (Zpos (Qden q * S))) in *.
  assert (r : 0 <= IZR (Z.sqrt (radicand S q))) by (apply IZR_le, Z.sqrt_nonneg).
  assert (r2 : 0 <= IZR (Z.sqrt (radicand S q)) / D) by (apply Rmult_le_pos; [exact r|left; apply Rinv_0_lt_compat;
    exact d]).
  split; [exact r2|]. rewrite <- (sqrt_square _ r2). apply sqrt_le_1_alt.
  rewrite quotient_sqr, (root_of q) by lra. apply div_le; [apply Rmult_lt_0_compat; exact d|]. rewrite <- mult_IZR.
    apply IZR_le. exact a.
Qed.
Lemma root_up_ok q : 0 <= Q2R q -> sqrt (Q2R q) <= Q2R (root_up S q).
Proof.
  intro h. pose proof (radicand_pos q h) as n. pose proof (pos_R (Qden q * S)) as d.
  destruct (Z.sqrt_spec _ n) as [a b]. unfold root_up. rewrite Q2R_make.
  set (D := IZR (Zpos (Qden q * S))) in *. set (r := Z.sqrt (radicand S q)) in *.
  set (t := if Z.eqb (r * r) (radicand S q) then r else (r + 1)%Z).
  assert (r0 : (0 <= r)%Z) by apply Z.sqrt_nonneg.
  assert (e : (0 <= t /\ radicand S q <= t * t)%Z).
  { subst t. destruct (Z.eqb_spec (r * r) (radicand S q)); [lia|]. rewrite <- Z.add_1_r in b. lia. }
  assert (t2 : 0 <= IZR t / D).
  { apply Rmult_le_pos; [apply IZR_le, e|left; apply Rinv_0_lt_compat; exact d]. }
  rewrite <- (sqrt_square _ t2). apply sqrt_le_1_alt. rewrite quotient_sqr, (root_of q) by lra.
  apply div_le; [apply Rmult_lt_0_compat; exact d|]. rewrite <- mult_IZR. apply IZR_le, e.
Qed.
End Roots.
Lemma root_ok i x : encl i x -> encl (root i) (sqrt x).
Proof.
  destruct i as [[l u]|]; simpl; auto. intros [hl hu].
  destruct (Qle_bool 0 l) eqn:h; simpl; auto. apply Qle_R in h. rewrite Q2R_0 in h. rewrite !Q2R_red. split.
  - eapply Rle_trans; [apply root_down_ok; exact h|]. apply sqrt_le_1_alt. exact hl.
  - eapply Rle_trans; [|apply root_up_ok; lra]. apply sqrt_le_1_alt. exact hu.
Qed.

Lemma Q2R_whole z : Q2R (inject_Z z) = IZR z.
Proof. unfold Q2R, inject_Z. cbn [Qnum Qden]. rewrite Rinv_1, Rmult_1_r. reflexivity. Qed.
Lemma down_ok S v : Q2R (down S v) <= Q2R v.
Proof.
  unfold down. rewrite Q2R_make. pose proof (Qfloor_le (v * inject_Z (Zpos S))) as h. apply Qle_Rle in h.
  rewrite Q2R_mult, !Q2R_whole in h. pose proof (pos_R S) as p.
  apply (div_le _ _ _ p) in h. eapply Rle_trans; [exact h|]. right. field. lra.
Qed.
Lemma down_pos S v : 0 <= Q2R v -> 0 <= Q2R (down S v).
Proof.
  intro h. unfold down. rewrite Q2R_make. pose proof (pos_R S) as p. apply Rmult_le_pos.
  - apply IZR_le. change 0%Z with (Qfloor (inject_Z 0)). apply Qfloor_resp_le.
    apply Rle_Qle. rewrite Q2R_mult, !Q2R_whole. nra.
  - left. apply Rinv_0_lt_compat. exact p.
Qed.
Lemma power_ok S n : forall q, 0 <= Q2R (power S n q) <= exp (Q2R q).
Proof.
  induction n as [|n IH]; intro q; cbn [power].
  - destruct (Qle_bool 0 (down S (1 + q))) eqn:h.
    + apply Qle_R in h. rewrite Q2R_0 in h. split; [exact h|].
      eapply Rle_trans; [apply down_ok|]. rewrite Q2R_plus, Q2R_1.
      apply exp_ge.
    + rewrite Q2R_0. pose proof (exp_pos (Q2R q)). lra.
  - specialize (IH (Qred (q * (1 # 2)))). rewrite Q2R_red, Q2R_mult in IH.
      set (v := power S n (Qred (q * (1 # 2)))) in *.
    replace (exp (Q2R q)) with (exp (Q2R q * Q2R (1 # 2)) * exp (Q2R q * Q2R (1 # 2))).
    + split.
      * apply down_pos. rewrite Q2R_mult. nra.
      * eapply Rle_trans; [apply down_ok|]. rewrite Q2R_mult. nra.
    + rewrite <- exp_plus. f_equal. unfold Q2R at 2 4. cbn. lra.
Qed.
Lemma exp_down_ok q : 0 <= Q2R (exp_down q) <= exp (Q2R q).
Proof. apply power_ok. Qed.
Lemma exp_grows a b : a <= b -> exp a <= exp b.
Proof.
  intro h. replace b with (a + (b - a)) by ring. rewrite exp_plus.
  pose proof (exp_pos a). pose proof (exp_ge (b - a)). nra.
Qed.
Local Opaque exp_down.
Lemma exp_ok i x : encl i x -> encl (exp_itv i) (exp x).
Proof.
  destruct i as [[l u]|]; simpl; auto. intros [hl hu]. destruct (above_0 (exp_down (- u))) eqn:h; simpl; auto.
  apply above_0_R in h. rewrite Q2R_red, Q2R_inv.
  - pose proof (exp_down_ok l) as a. pose proof (exp_down_ok (- u)) as b. rewrite Q2R_opp in b. split.
    + apply Rle_trans with (exp (Q2R l)); [apply a|apply exp_grows, hl].
    + replace (exp x) with (/ exp (- x)) by (rewrite exp_Ropp, Rinv_inv; reflexivity).
      apply Rinv_le_contravar; [exact h|]. apply Rle_trans with (exp (- Q2R u)); [apply b|apply exp_grows; lra].
  - intro z. apply Qeq_eqR in z. rewrite Q2R_0 in z. lra.
Qed.

Lemma le_ok i j x y : encl i x -> encl j y -> le i j = true -> x <= y.
Proof. destruct i as [[l u]|], j as [[v w]|]; simpl; try discriminate. intros a b h. apply Qle_R in h. lra. Qed.
Lemma lt_ok i j x y : encl i x -> encl j y -> lt i j = true -> x < y.
Proof.
  destruct i as [[l u]|], j as [[v w]|]; simpl; try discriminate. intros a b h. apply above_0_R in h.
  rewrite Q2R_minus in h. lra.
Qed.
