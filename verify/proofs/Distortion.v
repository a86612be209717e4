(* What a bound on E_i gives: tau, omega, omega_mean and zeta, without a spectral theorem.

   E_i = H^{-1/2}(H_i - H)H^{-1/2} is how far the Hessian of worker i is from H. Lemmas 4 and 5 use it for all workers
   at once, Lemmas 7, 9 and 10 for each. Nothing here is about a method: only about H, H_i and their inverses. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space.
Import ListNotations.
Open Scope R_scope.

Section Distortion.
Context {E : space} (H : spd E).

(* ||(I + E_i)^{-1}|| <= 1/(1 - t) *)
Lemma tau_of_close : forall (K : spd E) t, t < 1 -> close H K t -> tau_bound H K (1 / (1 - t)).
Proof.
  intros K t t1 c x y e. pose proof (N_pos H x) as x0. pose proof (N_pos H y) as y0.
  assert (h : dot y (H y) <= N H x * N H y + t * (N H y * N H y)).
  { pose proof (c y y) as a. pose proof (Rle_abs (- dot y (K y [-] H y))) as b. rewrite Rabs_Ropp in b.
    rewrite e, dot_sub_r in a, b. pose proof (N_dot_le H y x). lra. }
  rewrite <- N_sq in h. assert (k : (1 - t) * N H y <= N H x).
  { destruct (Req_dec (N H y) 0) as [z|z]; [rewrite z; lra|]. apply Rmult_le_reg_r with (N H y); lra. }
  apply Rmult_le_reg_l with (1 - t); [lra|]. eapply Rle_trans; [exact k|]. right. field. lra.
Qed.

(* ||(I + E_i)^{-1} - I|| <= t/(1 - t) *)
Lemma omega_of_close : forall (K : spd E) t, 0 <= t < 1 -> close H K t -> omega_bound H K (t / (1 - t)).
Proof.
  intros K t [t0 t1] c x y e. pose proof (tau_of_close K t t1 c x y e) as ty. pose proof (N_pos H (y [-] x)) as u0.
  assert (h : N H (y [-] x) <= t * N H y).
  { apply N_by_dot; [|apply Rmult_le_pos; [exact t0|apply N_pos]].
    pose proof (c (y [-] x) y) as a. pose proof (Rle_abs (- dot (y [-] x) (K y [-] H y))) as b. rewrite Rabs_Ropp in b.
    rewrite e, dot_sub_r in a, b. rewrite op_sub, dot_sub_r. lra. }
  eapply Rle_trans; [exact h|]. apply Rle_trans with (t * (1 / (1 - t) * N H x)).
  - apply Rmult_le_compat_l; assumption.
  - right. field. lra.
Qed.

(* A larger bound is a bound. *)
Lemma tau_bound_le : forall (K : spd E) a b, a <= b -> tau_bound H K a -> tau_bound H K b.
Proof.
  intros K a b ab h x y e. eapply Rle_trans; [apply (h x y e)|]. apply Rmult_le_compat_r; [apply N_pos|exact ab].
Qed.
Lemma omega_bound_le : forall (K : spd E) a b, a <= b -> omega_bound H K a -> omega_bound H K b.
Proof.
  intros K a b ab h x y e. eapply Rle_trans; [apply (h x y e)|]. apply Rmult_le_compat_r; [apply N_pos|exact ab].
Qed.

(* ||mean_i (I + E_i)^{-1} - I|| <= s + t^2/(1 - t) with ||mean_i E_i|| <= s and all ||E_i|| <= t,
   because (I + E)^{-1} - I = -E + E (I + E)^{-1} E. *)
Lemma omega_mean_of_close : forall {A : Type} (Hs : A -> spd E) (l : list A) s t, l <> [] -> 0 <= s -> 0 <= t < 1 ->
  mean_close H Hs l s -> (forall i, In i l -> close H (Hs i) t) -> omega_mean_bound H Hs l (s + t ^ 2 / (1 - t)).
Proof.
  intros A Hs l s t n s0 [t0 t1] cm c x y e. set (u := mean y l [-] x).
  pose proof (N_pos H u) as u0. pose proof (N_pos H x) as x0.
  assert (r0 : 0 <= t ^ 2 / (1 - t)).
  { unfold Rdiv. apply Rmult_le_pos; [apply pow2_ge_0|]. apply Rlt_le, Rinv_0_lt_compat. lra. }
  apply N_by_dot; [|apply Rmult_le_pos; lra].
  (* H u is minus the mean of E_i x and of E_i (y_i - x), in the metric of H. *)
  assert (d : dot u (H u) = - dot u (mean (fun i => Hs i x) l [-] H x)
    + rmean (fun i => - dot u (Hs i (y i [-] x) [-] H (y i [-] x))) l).
  { unfold u at 2. rewrite op_sub, op_mean.
    rewrite !(dot_sym _ u), !dot_sub_l, !dot_mean, <- (rmean_const (dot (H x) u) l n).
    replace (- (rmean (fun i => dot (Hs i x) u) l - rmean (fun _ => dot (H x) u) l))
      with ((-1) * (rmean (fun i => dot (Hs i x) u) l + (-1) * rmean (fun _ => dot (H x) u) l)) by ring.
    unfold Rminus at 1. rewrite <- (Rmult_1_l (rmean (fun _ => dot (H x) u) l)) at 1.
    rewrite Ropp_mult_distr_l, <- !rmean_scal, <- !rmean_plus, <- rmean_scal, <- rmean_plus.
    apply Rle_antisym; apply rmean_le; intros i j; rewrite !op_sub, (e i j), (dot_sym _ u); dots; right; ring. }
  rewrite d. pose proof (cm u x) as a. pose proof (Rle_abs (- dot u (mean (fun i => Hs i x) l [-] H x))) as b.
  rewrite Rabs_Ropp in b.
  assert (m : rmean (fun i => - dot u (Hs i (y i [-] x) [-] H (y i [-] x))) l <= t ^ 2 / (1 - t) * N H u * N H x).
  { apply rmean_le_const; [exact n|]. intros i j. pose proof (c i j u (y i [-] x)) as p.
    pose proof (Rle_abs (- dot u (Hs i (y i [-] x) [-] H (y i [-] x)))) as q. rewrite Rabs_Ropp in q.
    pose proof (omega_of_close (Hs i) t (conj t0 t1) (c i j) x (y i) (e i j)) as w.
    apply Rle_trans with (t * N H u * N H (y i [-] x)); [lra|].
    apply Rle_trans with (t * N H u * (t / (1 - t) * N H x)).
    - apply Rmult_le_compat_l; [apply Rmult_le_pos; assumption|exact w].
    - right. field. lra. }
  lra.
Qed.

(* How lambda helps. With G = Abar'Abar, H = G + lambda I and sigma = sigma_max(G), x'Gx <= nu x'Hx,
   nu = sigma/(sigma + lambda); so that a form within eta of zero beside G is within nu eta of zero beside H. *)
Lemma ridge_form : forall (G : E -> E) (form : E -> E -> R) lambda sigma eta,
  (forall x, H x = G x [+] lambda [*] x) -> (forall x, dot x (G x) <= sigma * dot x x) ->
  0 <= lambda -> 0 <= sigma -> 0 < sigma + lambda -> 0 <= eta ->
  (forall x y, Rabs (form x y) <= eta * sqrt (dot x (G x)) * sqrt (dot y (G y))) ->
  forall x y, Rabs (form x y) <= sigma / (sigma + lambda) * eta * N H x * N H y.
Proof.
  intros G form lambda sigma eta hH hG l0 s0 sl e0 f x y. set (nu := sigma / (sigma + lambda)).
  assert (i0 : 0 < / (sigma + lambda)) by (apply Rinv_0_lt_compat; exact sl).
  assert (n0 : 0 <= nu) by (apply Rmult_le_pos; lra).
  assert (k : forall v, sqrt (dot v (G v)) <= sqrt nu * N H v).
  { intros v. unfold N. rewrite <- sqrt_mult by (try rewrite <- N_sq; try apply Rle_0_sqr; exact n0).
    apply sqrt_le_1_alt. rewrite hH. dots.
    assert (z : nu * (dot v (G v) + lambda * dot v v) - dot v (G v)
      = lambda * / (sigma + lambda) * (sigma * dot v v - dot v (G v))) by (unfold nu; field; lra).
    assert (0 <= lambda * / (sigma + lambda) * (sigma * dot v v - dot v (G v))).
    { apply Rmult_le_pos; [apply Rmult_le_pos; lra|]. pose proof (hG v). lra. }
    lra. }
  eapply Rle_trans; [apply f|].
  apply Rle_trans with (eta * (sqrt nu * N H x) * (sqrt nu * N H y)).
  - apply Rmult_le_compat; [apply Rmult_le_pos; [exact e0|apply sqrt_pos]|apply sqrt_pos| |apply k].
    apply Rmult_le_compat_l; [exact e0|apply k].
  - right. replace (eta * (sqrt nu * N H x) * (sqrt nu * N H y)) with (sqrt nu * sqrt nu * eta * N H x * N H y) by ring.
    rewrite sqrt_sqrt by exact n0. reflexivity.
Qed.

(* nu <= 1 *)
Lemma nu_le_1 : forall lambda sigma, 0 <= lambda -> 0 <= sigma -> 0 < sigma + lambda ->
  0 <= sigma / (sigma + lambda) <= 1.
Proof.
  intros lambda sigma l0 s0 sl. assert (i0 : 0 < / (sigma + lambda)) by (apply Rinv_0_lt_compat; exact sl). split.
  - apply Rmult_le_pos; lra.
  - apply Rmult_le_reg_r with (sigma + lambda); [exact sl|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

(* Lemma 2 as printed bounds ||U'S_iS_i'U - I|| by eta, which says |<x, (G_i - G)y>| <= eta sqrt(x'Gx) sqrt(y'Gy) with
   G_i = Abar'S_iS_i'Abar, since Abar x and Abar y are any two vectors in the range of U. Hence ||E_i|| <= nu eta. *)
Lemma close_of_lemma_2 : forall (K : spd E) (G Gi : E -> E) lambda sigma eta,
  (forall x, H x = G x [+] lambda [*] x) -> (forall x, K x = Gi x [+] lambda [*] x) ->
  (forall x, dot x (G x) <= sigma * dot x x) -> 0 <= lambda -> 0 <= sigma -> 0 < sigma + lambda -> 0 <= eta ->
  (forall x y, Rabs (dot x (Gi y [-] G y)) <= eta * sqrt (dot x (G x)) * sqrt (dot y (G y))) ->
  close H K (sigma / (sigma + lambda) * eta).
Proof.
  intros K G Gi lambda sigma eta hH hK hG l0 s0 sl e0 f x y.
  replace (K y [-] H y) with (Gi y [-] G y) by (rewrite hK, hH; vec).
  exact (ridge_form G (fun x y => dot x (Gi y [-] G y)) lambda sigma eta hH hG l0 s0 sl e0 f x y).
Qed.
(* The same for the mean over workers: ||U'SS'U - I|| <= eta gives ||mean_i E_i|| <= nu eta. *)
Lemma mean_close_of_lemma_2 : forall {A : Type} (Hs : A -> spd E) (Gs : A -> E -> E) (l : list A) (G : E -> E)
  lambda sigma eta, l <> [] ->
  (forall x, H x = G x [+] lambda [*] x) -> (forall i x, In i l -> Hs i x = Gs i x [+] lambda [*] x) ->
  (forall x, dot x (G x) <= sigma * dot x x) -> 0 <= lambda -> 0 <= sigma -> 0 < sigma + lambda -> 0 <= eta ->
  (forall x y, Rabs (dot x (mean (fun i => Gs i y) l [-] G y)) <= eta * sqrt (dot x (G x)) * sqrt (dot y (G y))) ->
  mean_close H Hs l (sigma / (sigma + lambda) * eta).
Proof.
  intros A Hs Gs l G lambda sigma eta n hH hHs hG l0 s0 sl e0 f x y.
  replace (mean (fun i => Hs i y) l [-] H y) with (mean (fun i => Gs i y) l [-] G y).
  - exact (ridge_form G (fun x y => dot x (mean (fun i => Gs i y) l [-] G y)) lambda sigma eta hH hG l0 s0 sl e0 f x y).
  - rewrite (mean_ext (fun i => Hs i y) (fun i => Gs i y [+] lambda [*] y) l) by (intros i j; apply hHs, j).
    rewrite mean_add, mean_const, hH by exact n. vec.
Qed.
End Distortion.

(* zeta(k) = nu (eta/sqrt k + eta^2/(1 - eta)), and zeta_1 = zeta(1) = nu eta/(1 - eta) *)
Definition zeta (nu eta k : R) : R := nu * (eta / sqrt k + eta ^ 2 / (1 - eta)).
Definition zeta_1 (nu eta : R) : R := nu * eta / (1 - eta).

Lemma zeta_pos : forall nu eta k, 0 <= nu -> 0 <= eta < 1 -> 0 <= zeta nu eta k.
Proof.
  intros nu eta k n [e0 e1]. assert (i : 0 < / (1 - eta)) by (apply Rinv_0_lt_compat; lra). unfold zeta, Rdiv.
  apply Rmult_le_pos; [exact n|]. apply Rplus_le_le_0_compat.
  - apply Rmult_le_pos; [exact e0|]. pose proof (sqrt_pos k). destruct (Req_dec (sqrt k) 0) as [z|z].
    + rewrite z, Rinv_0. lra.
    + apply Rlt_le, Rinv_0_lt_compat. lra.
  - apply Rmult_le_pos; [apply pow2_ge_0|lra].
Qed.
Lemma zeta_of_1 : forall nu eta, eta < 1 -> zeta nu eta 1 = zeta_1 nu eta.
Proof. intros nu eta e. unfold zeta, zeta_1. rewrite sqrt_1. field. lra. Qed.

(* 1/(1 - nu eta) <= 1/(1 - eta): the spectral form is never weaker than the printed one. *)
Lemma inv_one_minus_le : forall a b, a <= b -> b < 1 -> / (1 - a) <= / (1 - b).
Proof. intros a b ab b1. apply Rinv_le_contravar; lra. Qed.

(* The events of Lemma 2, as they are used: ||E_i|| <= nu eta for all i, and ||mean E_i|| <= nu eta/sqrt m. *)
Section Events.
Context {E : space} {A : Type} (H : spd E) (Hs : A -> spd E) (l : list A) (nu eta : R).
Hypotheses (nu_range : 0 <= nu <= 1) (eta_range : 0 <= eta < 1).

Lemma nu_eta_range : 0 <= nu * eta < 1.
Proof. split; [apply Rmult_le_pos; lra|]. apply Rle_lt_trans with (1 * eta); [apply Rmult_le_compat_r|]; lra. Qed.
Lemma nu_eta_le : nu * eta <= eta.
Proof. rewrite <- (Rmult_1_l eta) at 2. apply Rmult_le_compat_r; lra. Qed.

(* tau <= 1/(1 - eta) *)
Lemma tau_of_event : forall K, close H K (nu * eta) -> tau_bound H K (1 / (1 - eta)).
Proof.
  intros K c. apply (tau_bound_le H K (1 / (1 - nu * eta))); [|apply tau_of_close; [apply nu_eta_range|exact c]].
  unfold Rdiv. rewrite !Rmult_1_l. apply inv_one_minus_le; [apply nu_eta_le|lra].
Qed.
(* omega <= zeta_1 *)
Lemma omega_of_event : forall K, close H K (nu * eta) -> omega_bound H K (zeta_1 nu eta).
Proof.
  intros K c.
  apply (omega_bound_le H K (nu * eta / (1 - nu * eta))); [|apply omega_of_close; [apply nu_eta_range|exact c]].
  apply Rmult_le_compat_l; [apply nu_eta_range|]. apply inv_one_minus_le; [apply nu_eta_le|lra].
Qed.
(* omega_mean <= zeta *)
Lemma omega_mean_of_events : l <> [] -> (forall i, In i l -> close H (Hs i) (nu * eta)) ->
  mean_close H Hs l (nu * eta / sqrt (INR (length l))) -> omega_mean_bound H Hs l (zeta nu eta (INR (length l))).
Proof.
  intros n c cm x y e. pose proof nu_eta_range as r. pose proof nu_eta_le as r'.
  assert (s0 : 0 < sqrt (INR (length l))) by (apply sqrt_lt_R0, length_pos, n).
  set (s := nu * eta / sqrt (INR (length l))) in *.
  eapply Rle_trans; [apply (omega_mean_of_close H Hs l s (nu * eta) n); try eassumption|].
  - apply Rmult_le_pos; [lra|]. apply Rlt_le, Rinv_0_lt_compat, s0.
  - apply Rmult_le_compat_r; [apply N_pos|]. unfold zeta. rewrite Rmult_plus_distr_l. apply Rplus_le_compat.
    + right. unfold s. field. lra.
    + unfold Rdiv. rewrite <- Rmult_assoc. apply Rmult_le_compat.
      * apply pow2_ge_0.
      * apply Rlt_le, Rinv_0_lt_compat. lra.
      * replace (nu * eta ^ 2) with (nu * eta * eta) by ring.
        replace ((nu * eta) ^ 2) with (nu * eta * (nu * eta)) by ring.
        apply Rmult_le_compat_l; lra.
      * apply inv_one_minus_le; lra.
Qed.
End Events.
