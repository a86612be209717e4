(* Polynomials below and above the exponential function on [0, 5]: its series, and its series with one more term. *)
Require Import Reals Lra Lia List QArith Qreals.
From Comrade Require Import Calculus Polynomial.
Import ListNotations.
Open Scope R_scope.

(* 1/n! *)
Fixpoint inverse_factorial (n : nat) : Q :=
  match n with O => 1%Q | S k => qmul (inverse_factorial k) (1 # Pos.of_succ_nat k) end.
(* 1 + u + ... + u^(n-1)/(n-1)! *)
Fixpoint series (n : nat) : list Q := match n with O => [] | S k => series k ++ [inverse_factorial k] end.
(* The same with 243 u^n/n!, because e^5 <= 3^5 = 243. *)
Definition series_above (n : nat) : list Q := series n ++ [qmul 243 (inverse_factorial n)].

Lemma series_length : forall n, length (series n) = n.
Proof. induction n as [|n IH]; [reflexivity|]. simpl. rewrite app_length, IH. simpl. lia. Qed.
Lemma inverse_factorial_step : forall n, Q2R (inverse_factorial (S n)) * INR (S n) = Q2R (inverse_factorial n).
Proof.
  intros n. simpl inverse_factorial. rewrite qmul_value.
  assert (e : Q2R (1 # Pos.of_succ_nat n) * INR (S n) = 1).
  { unfold Q2R. simpl Qnum. simpl Qden. rewrite INR_IZR_INZ. change (Z.of_nat (S n)) with (Z.pos (Pos.of_succ_nat n)).
    rewrite Rmult_1_l. apply Rinv_l. apply not_0_IZR. discriminate. }
  rewrite Rmult_assoc, e. ring.
Qed.
Lemma series_value : forall n u, value (series (S n)) u = value (series n) u + Q2R (inverse_factorial n) * u ^ n.
Proof. intros n u. simpl series. rewrite value_app, series_length. reflexivity. Qed.
Lemma series_at_0 : forall n, value (series (S n)) 0 = 1.
Proof.
  induction n as [|n IH]; rewrite series_value; [simpl; unfold Q2R; simpl; lra|]. rewrite IH, pow_i by lia. ring.
Qed.
Lemma derivable_monomial : forall n u,
  derivable_pt_lim (fun t => Q2R (inverse_factorial (S n)) * t ^ S n) u (Q2R (inverse_factorial n) * u ^ n).
Proof.
  intros n u. rewrite <- (inverse_factorial_step n), Rmult_assoc.
  apply (derivable_pt_lim_scal (fun t => t ^ S n)). exact (derivable_pt_lim_pow u (S n)).
Qed.
Lemma derivable_ext : forall f g x l, (forall t, f t = g t) -> derivable_pt_lim f x l -> derivable_pt_lim g x l.
Proof.
  intros f g x l e d eps p. destruct (d eps p) as [k h]. exists k. intros t a b. rewrite <- !e. apply h; assumption.
Qed.
Lemma derivable_series : forall n u, derivable_pt_lim (value (series (S n))) u (value (series n) u).
Proof.
  induction n as [|n IH]; intros u.
  - apply (derivable_ext (fct_cte 1)); [|exact (derivable_pt_lim_const 1 u)].
    intros t. rewrite series_value. simpl. unfold fct_cte, Q2R. simpl. lra.
  - apply (derivable_ext (fun t => value (series (S n)) t + Q2R (inverse_factorial (S n)) * t ^ S n)).
    + intros t. rewrite (series_value (S n)). reflexivity.
    + rewrite series_value. apply (derivable_pt_lim_plus (value (series (S n)))); [apply IH|apply derivable_monomial].
Qed.

Theorem exp_above_series : forall n u, 0 <= u -> value (series n) u <= exp u.
Proof.
  induction n as [|n IH]; intros u u0; [simpl; apply Rlt_le, exp_pos|].
  assert (h : exp 0 - value (series (S n)) 0 <= exp u - value (series (S n)) u).
  { apply (increases (fun t => exp t - value (series (S n)) t) (fun t => exp t - value (series n) t)); [exact u0| |].
    - intros x _. apply (derivable_pt_lim_minus exp); [apply derivable_pt_lim_exp|apply derivable_series].
    - intros x [x0 _]. pose proof (IH x x0). lra. }
  rewrite exp_0, series_at_0 in h. lra.
Qed.

Lemma exp_5 : exp 5 <= 243.
Proof.
  pose proof exp_le_3 as e. pose proof (exp_pos 1) as p.
  replace (exp 5) with (exp 1 ^ 5).
  - apply Rle_trans with (3 ^ 5); [apply pow_incr; lra|simpl; lra].
  - replace 5 with (1 + 1 + 1 + 1 + 1) by ring. rewrite !exp_plus. simpl. ring.
Qed.
Theorem exp_below_series : forall n u, 0 <= u <= 5 -> exp u <= value (series_above n) u.
Proof.
  intros n u ub. unfold series_above. rewrite value_app, series_length, qmul_value.
  replace (Q2R 243) with 243 by (unfold Q2R; simpl; lra). revert u ub.
  induction n as [|n IH]; intros u [u0 u5].
  - simpl. replace (Q2R 1) with 1 by (unfold Q2R; simpl; lra). apply Rle_trans with (exp 5).
    + replace 5 with (u + (5 - u)) by ring. rewrite exp_plus. pose proof (exp_pos u). pose proof (exp_ge (5 - u)). nra.
    + pose proof exp_5. lra.
  - set (f := fun t => value (series (S n)) t + 243 * (Q2R (inverse_factorial (S n)) * t ^ S n) - exp t).
    assert (h : f 0 <= f u).
    { apply (increases f (fun t => value (series n) t + 243 * (Q2R (inverse_factorial n) * t ^ n) - exp t));
        [exact u0| |].
      - intros x _. unfold f.
        apply (derivable_pt_lim_minus
          (fun t => value (series (S n)) t + 243 * (Q2R (inverse_factorial (S n)) * t ^ S n)));
          [|apply derivable_pt_lim_exp].
        apply (derivable_pt_lim_plus (value (series (S n)))); [apply derivable_series|].
        apply (derivable_pt_lim_scal (fun t => Q2R (inverse_factorial (S n)) * t ^ S n)), derivable_monomial.
      - intros x [x0 xu]. pose proof (IH x ltac:(lra)). lra. }
    unfold f in h. rewrite exp_0, series_at_0, pow_i in h by lia. lra.
Qed.
