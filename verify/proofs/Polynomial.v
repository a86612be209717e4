(* Polynomials with rational coefficients, and a program that decides, for the reader and for Coq, that one is nowhere
   negative on an interval.

   The program looks at c_0 + sum of min(0, c_k), which is no more than the polynomial for 0 <= x <= 1. Where this is
   negative it halves the interval. It computes with whole numbers. `nonneg_sound` says that its answer "true" is
   right. *)
Require Import Reals Lra Lia Psatz List QArith Qreals ZArith Bool.
Import ListNotations.
Open Scope R_scope.

(* ---------- rational coefficients, the constant first ---------- *)

Fixpoint value (p : list Q) (x : R) : R := match p with [] => 0 | c :: r => Q2R c + x * value r x end.
Definition qadd (a b : Q) : Q := Qred (a + b).
Definition qmul (a b : Q) : Q := Qred (a * b).
Fixpoint plus (p q : list Q) : list Q :=
  match p, q with [], _ => q | _, [] => p | a :: p', b :: q' => qadd a b :: plus p' q' end.
Fixpoint times_by (c : Q) (p : list Q) : list Q := match p with [] => [] | a :: r => qmul c a :: times_by c r end.
Fixpoint times (p q : list Q) : list Q :=
  match p with [] => [] | a :: r => plus (times_by a q) (0%Q :: times r q) end.
Definition minus (p q : list Q) : list Q := plus p (times_by (-1) q).
(* p(a + x) and p(h x) *)
Fixpoint shift (a : Q) (p : list Q) : list Q :=
  match p with [] => [] | c :: r => let u := shift a r in plus (c :: u) (times_by a u) end.
Fixpoint stretch (h k : Q) (p : list Q) : list Q :=
  match p with [] => [] | c :: r => qmul k c :: stretch h (qmul k h) r end.

Lemma qadd_value : forall a b, Q2R (qadd a b) = Q2R a + Q2R b.
Proof. intros a b. unfold qadd. rewrite (Qeq_eqR _ _ (Qred_correct _)). apply Q2R_plus. Qed.
Lemma qmul_value : forall a b, Q2R (qmul a b) = Q2R a * Q2R b.
Proof. intros a b. unfold qmul. rewrite (Qeq_eqR _ _ (Qred_correct _)). apply Q2R_mult. Qed.
Lemma Q2R_0 : Q2R 0 = 0.
Proof. unfold Q2R; simpl; lra. Qed.
Lemma Q2R_1 : Q2R 1 = 1.
Proof. unfold Q2R; simpl; lra. Qed.
Lemma plus_value : forall p q x, value (plus p q) x = value p x + value q x.
Proof.
  induction p as [|a p IH]; intros [|b q] x; simpl; try lra. rewrite qadd_value, IH. ring.
Qed.
Lemma times_by_value : forall c p x, value (times_by c p) x = Q2R c * value p x.
Proof. intros c p x. induction p as [|a p IH]; simpl; [ring|rewrite qmul_value, IH; ring]. Qed.
Lemma times_value : forall p q x, value (times p q) x = value p x * value q x.
Proof.
  induction p as [|a p IH]; intros q x; simpl; [ring|].
  rewrite plus_value, times_by_value. simpl. rewrite IH, Q2R_0. ring.
Qed.
Lemma minus_value : forall p q x, value (minus p q) x = value p x - value q x.
Proof.
  intros p q x. unfold minus. rewrite plus_value, times_by_value.
  replace (Q2R (-1)) with (-1) by (unfold Q2R; simpl; lra). ring.
Qed.
Lemma shift_value : forall a p x, value (shift a p) x = value p (Q2R a + x).
Proof.
  intros a p x. induction p as [|c p IH]; [reflexivity|].
  change (shift a (c :: p)) with (plus (c :: shift a p) (times_by a (shift a p))).
  rewrite plus_value, times_by_value. simpl. rewrite IH. ring.
Qed.
Lemma stretch_value : forall h p k x, value (stretch h k p) x = Q2R k * value p (Q2R h * x).
Proof.
  intros h p. induction p as [|c p IH]; intros k x; simpl; [ring|]. rewrite IH, !qmul_value. ring.
Qed.
Lemma value_app : forall p c x, value (p ++ [c]) x = value p x + Q2R c * x ^ length p.
Proof. intros p c x. induction p as [|a p IH]; simpl; [ring|rewrite IH; ring]. Qed.

(* ---------- whole coefficients ---------- *)

Fixpoint valueZ (p : list Z) (x : R) : R := match p with [] => 0 | c :: r => IZR c + x * valueZ r x end.
Fixpoint plusZ (p q : list Z) : list Z :=
  match p, q with [], _ => q | _, [] => p | a :: p', b :: q' => (a + b)%Z :: plusZ p' q' end.
(* 2^(n-1) p(x/2) for n coefficients, and p(1 + x) *)
Fixpoint half (p : list Z) : list Z := match p with [] => [] | c :: r => (c * 2 ^ Z.of_nat (length r))%Z :: half r end.
Fixpoint next (p : list Z) : list Z := match p with [] => [] | c :: r => let u := next r in plusZ (c :: u) u end.
Fixpoint below (p : list Z) : Z := match p with [] => 0%Z | c :: r => (Z.min 0 c + below r)%Z end.
Definition least (p : list Z) : Z := match p with [] => 0%Z | c :: r => (c + below r)%Z end.
Fixpoint nonnegZ (fuel : nat) (p : list Z) : bool :=
  if (0 <=? least p)%Z then true else
  match fuel with O => false | S n => let h := half p in nonnegZ n h && nonnegZ n (next h) end.

Lemma plusZ_value : forall p q x, valueZ (plusZ p q) x = valueZ p x + valueZ q x.
Proof. induction p as [|a p IH]; intros [|b q] x; simpl; try lra. rewrite plus_IZR, IH. ring. Qed.
Lemma half_value : forall p x, 2 * valueZ (half p) x = 2 ^ length p * valueZ p (x / 2).
Proof.
  intros p x. induction p as [|c p IH]; simpl; [ring|]. rewrite mult_IZR, <- pow_IZR.
  replace (2 * (IZR c * 2 ^ length p + x * valueZ (half p) x))
    with (2 * IZR c * 2 ^ length p + x * (2 * valueZ (half p) x)) by ring. rewrite IH. field.
Qed.
Lemma next_value : forall p x, valueZ (next p) x = valueZ p (1 + x).
Proof.
  intros p x. induction p as [|c p IH]; [reflexivity|].
  change (next (c :: p)) with (plusZ (c :: next p) (next p)). rewrite plusZ_value. simpl. rewrite IH. ring.
Qed.
Lemma below_value : forall p x, 0 <= x <= 1 -> IZR (below p) <= valueZ p x /\ IZR (below p) <= x * valueZ p x.
Proof.
  intros p x [x0 x1]. induction p as [|c p [IH1 IH2]]; simpl; [lra|]. rewrite plus_IZR.
  assert (m : IZR (Z.min 0 c) <= 0 /\ IZR (Z.min 0 c) <= IZR c) by (split; apply IZR_le; lia).
  assert (b : IZR (below p) <= 0).
  { clear. induction p as [|c p IH]; simpl; [lra|]. rewrite plus_IZR.
    assert (IZR (Z.min 0 c) <= 0) by (apply IZR_le; lia). lra. }
  split; [lra|].
  assert (x * (x * valueZ p x) >= IZR (below p)).
  { destruct (Rle_or_lt 0 (x * valueZ p x)) as [h|h]; nra. }
  assert (x * IZR c >= IZR (Z.min 0 c)).
  { destruct (Rle_or_lt 0 (IZR c)) as [h|h]; nra. }
  lra.
Qed.
Lemma least_value : forall p x, 0 <= x <= 1 -> IZR (least p) <= valueZ p x.
Proof.
  intros [|c p] x h; simpl; [lra|]. rewrite plus_IZR. destruct (below_value p x h). lra.
Qed.
Lemma nonnegZ_sound : forall fuel p, nonnegZ fuel p = true -> forall x, 0 <= x <= 1 -> 0 <= valueZ p x.
Proof.
  induction fuel as [|n IH]; intros p h x b; simpl in h; destruct (Z.leb_spec 0 (least p)) as [l|l].
  - apply Rle_trans with (IZR (least p)); [apply IZR_le, l|apply least_value, b].
  - discriminate.
  - apply Rle_trans with (IZR (least p)); [apply IZR_le, l|apply least_value, b].
  - apply andb_prop in h. destruct h as [h1 h2].
    assert (k : forall y, 0 <= y <= 2 -> 0 <= valueZ (half p) y).
    { intros y yb. destruct (Rle_or_lt y 1) as [c|c]; [apply (IH _ h1); lra|].
      replace y with (1 + (y - 1)) by ring. rewrite <- next_value. apply (IH _ h2). lra. }
    pose proof (half_value p (2 * x)) as v. replace (2 * x / 2) with x in v by field.
    pose proof (k (2 * x) ltac:(lra)) as q. assert (t : 0 < 2 ^ length p) by (apply pow_lt; lra). nra.
Qed.

(* ---------- from one to the other ---------- *)

(* M times the coefficients, rounded down. *)
Definition scale : positive := (2 ^ 90)%positive.
Fixpoint down (p : list Q) : list Z :=
  match p with [] => [] | c :: r => (Qnum c * Zpos scale / Zpos (Qden c))%Z :: down r end.
Lemma down_value : forall p x, 0 <= x -> valueZ (down p) x <= IZR (Zpos scale) * value p x.
Proof.
  intros p x x0. induction p as [|c p IH]; simpl; [lra|].
  assert (f : IZR (Qnum c * Zpos scale / Zpos (Qden c)) <= IZR (Zpos scale) * Q2R c).
  { unfold Q2R. assert (d : 0 < IZR (Zpos (Qden c))) by (apply IZR_lt; lia).
    apply Rmult_le_reg_r with (IZR (Zpos (Qden c))); [exact d|].
    replace (IZR (Zpos scale) * (IZR (Qnum c) * / IZR (Zpos (Qden c))) * IZR (Zpos (Qden c)))
      with (IZR (Qnum c) * IZR (Zpos scale)) by (field; lra).
    rewrite <- !mult_IZR. apply IZR_le. rewrite Z.mul_comm. apply Z.mul_div_le. lia. }
  assert (x * valueZ (down p) x <= x * (IZR (Zpos scale) * value p x)) by (apply Rmult_le_compat_l; assumption). lra.
Qed.

(* Whether p is at least 0 from a up to b. *)
Definition nonneg (p : list Q) (a b : Q) : bool :=
  Qle_bool a b && nonnegZ 12 (down (stretch (b - a) 1 (shift a p))).
Theorem nonneg_sound : forall p a b, nonneg p a b = true -> forall x, Q2R a <= x <= Q2R b -> 0 <= value p x.
Proof.
  intros p a b h x [xa xb]. unfold nonneg in h. apply andb_prop in h. destruct h as [_ h].
  destruct (Req_dec (Q2R b) (Q2R a)) as [e|e].
  - pose proof (nonnegZ_sound _ _ h 0 ltac:(lra)) as z.
    pose proof (down_value (stretch (b - a) 1 (shift a p)) 0 ltac:(lra)) as d.
    rewrite stretch_value, shift_value, Q2R_1, Rmult_0_r, Rplus_0_r in d.
    replace (Q2R a) with x in d by lra. assert (0 < IZR (Zpos scale)) by (apply IZR_lt; reflexivity). nra.
  - set (t := (x - Q2R a) / (Q2R b - Q2R a)). assert (ab : 0 < Q2R b - Q2R a) by lra.
    assert (i : 0 < / (Q2R b - Q2R a)) by (apply Rinv_0_lt_compat, ab).
    assert (t1 : (Q2R b - Q2R a) * t = x - Q2R a) by (unfold t; field; lra).
    assert (tb : 0 <= t <= 1).
    { split; [unfold t, Rdiv; apply Rmult_le_pos; lra|]. apply Rmult_le_reg_l with (Q2R b - Q2R a); lra. }
    pose proof (nonnegZ_sound _ _ h t tb) as z.
    pose proof (down_value (stretch (b - a) 1 (shift a p)) t ltac:(lra)) as d.
    rewrite stretch_value, shift_value, Q2R_1, Rmult_1_l in d.
    replace (Q2R (b - a)) with (Q2R b - Q2R a) in d by (unfold Qminus; rewrite Q2R_plus, Q2R_opp; ring).
    rewrite t1 in d. replace (Q2R a + (x - Q2R a)) with x in d by ring.
    assert (0 < IZR (Zpos scale)) by (apply IZR_lt; reflexivity). nra.
Qed.
