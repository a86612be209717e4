(* What the proofs need of derivatives and of the exponential function. *)
Require Import Reals Lra Psatz.
Open Scope R_scope.

(* What has a derivative that is nowhere negative from 0 on does not fall. Proved from the least upper bound, because
   the mean value theorem of the library uses the axiom of the excluded middle. *)
Lemma increases : forall (f f' : R -> R) u, 0 <= u ->
  (forall x, 0 <= x <= u -> derivable_pt_lim f x (f' x)) -> (forall x, 0 <= x <= u -> 0 <= f' x) -> f 0 <= f u.
Proof.
  intros f f' u u0 d p. destruct (Req_dec u 0) as [e|e]; [subst; lra|].
  assert (main : forall eps, 0 < eps -> 0 <= f u - f 0 + eps * u).
  { intros eps eps0. set (g := fun x => f x - f 0 + eps * x). set (E := fun x => 0 <= x <= u /\ 0 <= g x).
    assert (E0 : E 0) by (unfold E, g; split; lra).
    destruct (completeness E) as [m [ub least]]; [exists u; intros x [b _]; lra|exists 0; exact E0|].
    assert (m0 : 0 <= m) by exact (ub 0 E0). assert (mu : m <= u) by (apply least; intros x [b _]; lra).
    destruct (d m (conj m0 mu) eps eps0) as [delta near]. pose proof (cond_pos delta) as dp.
    pose proof (p m (conj m0 mu)) as pm.
    (* Near m the slope of g is positive. *)
    assert (slope : forall h, h <> 0 -> Rabs h < delta -> exists k, 0 < k /\ g (m + h) = g m + h * k).
    { intros h h0 hd. pose proof (near h h0 hd) as n. exists ((f (m + h) - f m) / h + eps). split.
      - pose proof (Rle_abs (- ((f (m + h) - f m) / h - f' m))) as a. rewrite Rabs_Ropp in a. lra.
      - unfold g. field. exact h0. }
    assert (gm : 0 <= g m).
    { destruct (Rle_or_lt 0 (g m)) as [ok|bad]; [exact ok|exfalso].
      assert (b : is_upper_bound E (m - delta / 2)).
      { intros x [xb gx]. destruct (Rle_or_lt x (m - delta / 2)) as [l|l]; [exact l|exfalso].
        assert (xm : x <= m) by (apply ub; split; assumption).
        destruct (Req_dec x m) as [q|q]; [subst; lra|].
        destruct (slope (x - m)) as [k [k0 ek]]; [lra|rewrite Rabs_left by lra; lra|].
        replace (m + (x - m)) with x in ek by ring. nra. }
      pose proof (least _ b). lra. }
    destruct (Rle_or_lt u m) as [l|l].
    - replace u with m by lra. exact gm.
    - exfalso. set (h := Rmin (delta / 2) (u - m)).
      assert (h0 : 0 < h) by (unfold h; apply Rmin_glb_lt; lra).
      assert (h1 : h <= delta / 2) by apply Rmin_l. assert (h2 : h <= u - m) by apply Rmin_r.
      destruct (slope h) as [k [k0 ek]]; [lra|rewrite Rabs_right by lra; lra|].
      assert (inE : E (m + h)) by (split; [lra|rewrite ek; nra]).
      pose proof (ub _ inE). lra. }
  destruct (Rle_or_lt (f 0) (f u)) as [ok|bad]; [exact ok|exfalso].
  assert (i : 0 < / u) by (apply Rinv_0_lt_compat; lra).
  pose proof (main ((f 0 - f u) / 2 * / u) ltac:(apply Rmult_lt_0_compat; lra)) as c.
  rewrite Rmult_assoc, Rinv_l in c by exact e. lra.
Qed.

Lemma derivable_exp_opp : forall x, derivable_pt_lim (fun t => exp (- t)) x (- exp (- x)).
Proof.
  intros x. replace (- exp (- x)) with (exp (- x) * -1) by ring.
  apply (derivable_pt_lim_comp (fun t => - t) exp); [|apply derivable_pt_lim_exp].
  replace (-1) with (- (1)) by ring. apply (derivable_pt_lim_opp id), derivable_pt_lim_id.
Qed.

Lemma exp_ge_pos : forall u, 0 <= u -> 1 + u <= exp u.
Proof.
  intros u u0. assert (ge1 : forall x, 0 <= x -> 1 <= exp x).
  { intros x x0. rewrite <- exp_0. apply (increases exp exp); [exact x0| |].
    - intros c _. apply derivable_pt_lim_exp.
    - intros c _. apply Rlt_le, exp_pos. }
  assert (h : (fun t => exp t - t) 0 <= (fun t => exp t - t) u).
  { apply (increases (fun t => exp t - t) (fun x => exp x - 1)); [exact u0| |].
    - intros x _. apply (derivable_pt_lim_minus exp id); [apply derivable_pt_lim_exp|apply derivable_pt_lim_id].
    - intros x [x0 _]. pose proof (ge1 x x0). lra. }
  cbv beta in h. rewrite exp_0 in h. lra.
Qed.
(* 1 + u <= e^u for every u *)
Lemma exp_ge : forall u, 1 + u <= exp u.
Proof.
  intros u. destruct (Rle_or_lt 0 u) as [h|h]; [apply exp_ge_pos, h|].
  assert (k : (fun t => exp (- t) + t) 0 <= (fun t => exp (- t) + t) (- u)).
  { apply (increases (fun t => exp (- t) + t) (fun x => - exp (- x) + 1)); [lra| |].
    - intros x _. apply (derivable_pt_lim_plus (fun t => exp (- t)) id);
        [apply derivable_exp_opp|apply derivable_pt_lim_id].
    - intros x [x0 _]. rewrite exp_Ropp. pose proof (exp_ge_pos x x0).
      assert (/ exp x <= / 1) by (apply Rinv_le_contravar; lra). rewrite Rinv_1 in *. lra. }
  cbv beta in k. rewrite Ropp_0, exp_0, Ropp_involutive in k. lra.
Qed.

Lemma derivable_line : forall c x, derivable_pt_lim (fun t => c * t) x (c * 1).
Proof. intros c x. apply (derivable_pt_lim_scal id), derivable_pt_lim_id. Qed.

(* e^u - e^{-u} >= 2u *)
Lemma sinh_ge : forall u, 0 <= u -> 2 * u <= exp u - exp (- u).
Proof.
  intros u u0.
  assert (h : (fun t => exp t - exp (- t) - 2 * t) 0 <= (fun t => exp t - exp (- t) - 2 * t) u).
  { apply (increases (fun t => exp t - exp (- t) - 2 * t) (fun x => exp x - - exp (- x) - 2 * 1)); [exact u0| |].
    - intros x _. apply (derivable_pt_lim_minus (fun t => exp t - exp (- t)) (fun t => 2 * t)).
      + apply (derivable_pt_lim_minus exp (fun t => exp (- t))); [apply derivable_pt_lim_exp|apply derivable_exp_opp].
      + apply derivable_line.
    - intros x _. pose proof (exp_pos x) as p. rewrite exp_Ropp.
      assert (e : exp x * / exp x = 1) by (field; lra). pose proof (Rinv_0_lt_compat _ p).
      pose proof (Rle_0_sqr (exp x - / exp x)) as s. unfold Rsqr in s. nra. }
  cbv beta in h. rewrite Ropp_0, exp_0 in h. lra.
Qed.
