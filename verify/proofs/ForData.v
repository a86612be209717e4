(* Lemmas 7, 9 and 10 and Theorem 2, rederived, for data in R^d, as the paper writes them: with rows, shards, a ridge
   and inverses.

   eta is that of Lemma 2 over the honest workers, and eps is at least ||H^{-1/2}(g_i - g)||/(1 - eta) for each of them.
   Liars send any vector, or none. A compressor Q is rho-approximate: ||Q(x) - x||^2 <= (1 - rho)||x||^2 for every x. *)
Require Import Reals Lra List.
From Comrade Require Import Space Distortion Counting Euclid Worker Trimming Lemma7 Lemma9 Lemma10 Contraction.
Import ListNotations.
Open Scope R_scope.

Section Data.
(* Rows a_j in R^d and the ridge lambda; worker i holds rows of its own, and has the gradient gs i. *)
Context {d : nat} {A : Type} (H : spd (euclid d)) (Hs : A -> spd (euclid d)).
Variables (rows : list (euclid d)) (shard : A -> list (euclid d)) (lambda : R).
Variables (g : euclid d) (gs : A -> euclid d).
Notation G := (gram rows).
Notation step := (inverse H g).
Notation P := (N H step).
Notation direction i := (inverse (Hs i) (gs i)).
Notation white i := (inverse H (gs i [-] g)).
Hypothesis H_is : hessian_of H rows lambda.

(* sigma = sigma_max(Abar'Abar), nu = sigma/(sigma + lambda). *)
Variables sigma eta eps : R.
Hypotheses (lambda_pos : 0 <= lambda) (sigma_pos : 0 <= sigma) (not_both : 0 < sigma + lambda).
Hypothesis sigma_is : forall x, dot x (G x) <= sigma * dot x x.
Hypothesis eta_range : 0 <= eta < 1.
Notation nu := (sigma / (sigma + lambda)).

(* What is asked of some workers M: their Hessians are those of their shards, the events of Lemma 2, and eps. *)
Record events (M : list A) : Prop := {
  Hs_are : forall i, In i M -> hessian_of (Hs i) (shard i) lambda;
  lemma_2_each : forall i, In i M -> forall x y,
    Rabs (dot x (gram (shard i) y [-] G y)) <= eta * sqrt (dot x (G x)) * sqrt (dot y (G y));
  lemma_2_mean : forall x y, Rabs (dot x (mean (fun i => gram (shard i) y) M [-] G y))
    <= eta / sqrt (INR (length M)) * sqrt (dot x (G x)) * sqrt (dot y (G y));
  noise : forall i, In i M -> N H (white i) / (1 - eta) <= eps }.

Lemma all_solve : forall i, solves H g (Hs i) (gs i) (direction i) (inverse (Hs i) g) (white i).
Proof. intros i. split; apply inverse_spec. Qed.
Lemma all_close : forall M, events M -> forall i, In i M -> close H (Hs i) (nu * eta).
Proof. intros M [are each _ _]. apply (data_each H Hs rows shard M lambda); assumption. Qed.
Lemma mean_is_close : forall M, M <> [] -> events M -> mean_close H Hs M (nu * eta / sqrt (INR (length M))).
Proof. intros M some [are _ all _]. apply (data_mean H Hs rows shard M lambda); assumption. Qed.
Lemma nu_is : 0 <= nu <= 1.
Proof. apply nu_le_1; assumption. Qed.

(* A rho-approximate compressor. *)
Variables (Q : euclid d -> euclid d) (rho : R).
Hypothesis rho_at_most_1 : rho <= 1.
Hypothesis rho_approximate : forall x, norm (Q x [-] x) ^ 2 <= (1 - rho) * norm x ^ 2.
Notation k := (k_of H rho).

(* Lemma 9 for data in R^d: the mean of Q(H_i^{-1} g_i) over workers M that were fixed beforehand. *)
Theorem lemma_9_for_data : forall M, M <> [] -> events M ->
  N H (mean (fun i => Q (direction i)) M [-] step) ^ 2
    <= bound_lemma_9_rederived k eps (zeta nu eta (INR (length M))) (zeta_1 nu eta) P.
Proof.
  intros M some e.
  apply (lemma_9_rederived H M g step (fun i => direction i)) with (Hs := Hs) (gs := gs)
    (pt := fun i => inverse (Hs i) g) (d := fun i => white i); try assumption.
  - apply inverse_spec.
  - intros i _. apply rho_approximate.
  - intros i _. apply all_solve.
  - exact nu_is.
  - apply all_close, e.
  - apply mean_is_close; assumption.
  - exact (noise M e).
Qed.

(* A round: the center keeps U of the workers, and at most as many lie as are dropped. M are the honest ones. *)
Variables (lies : A -> bool) (sent : A -> option (euclid d)) (workers kept dropped : list A).
Hypothesis trimmed : round lies sent workers kept dropped.
Notation M := (honest lies workers).
Notation a := (share (length M) kept).
Notation t := (share (length dropped) kept).
Notation c := (share (liars lies workers) kept).
Notation phat := (mean (fun i => vector (sent i)) kept).
Hypothesis honest_events : events M.

(* Lemma 7 for data in R^d: the step phat where honest workers send H_i^{-1} g_i. *)
Theorem lemma_7_for_data : (forall i, In i workers -> lies i = false -> sent i = Some (direction i)) ->
  phi H g phat - phi H g step
    <= bound_lemma_7_rederived a t (kappa H) c eps (zeta nu eta (INR (length M))) (zeta_1 nu eta) P.
Proof.
  intros sends.
  apply (lemma_7_rederived H lies sent workers kept dropped g step (fun i => direction i) trimmed)
    with (Hs := Hs) (gs := gs) (pt := fun i => inverse (Hs i) g) (d := fun i => white i); try assumption.
  - apply inverse_spec.
  - intros i _ _. apply all_solve.
  - exact nu_is.
  - intros i w h. apply (all_close M honest_events), in_honest; assumption.
  - apply mean_is_close; [|exact honest_events].
    destruct (somebody_honest_works lies sent workers kept dropped trimmed) as [i [w h]].
    pose proof (in_honest lies workers i w h) as j. intros z. rewrite z in j. destruct j.
  - intros i w h. apply (noise M honest_events), in_honest; assumption.
Qed.

(* Theorem 2 for data in R^d: how far the next iterate is from w*, with Delta = w - w*. *)
Theorem theorem_2_for_data : forall (Delta : euclid d) L, 0 <= L -> norm (H Delta [-] g) <= L / 2 * norm Delta ^ 2 ->
  (forall i, In i workers -> lies i = false -> sent i = Some (direction i)) ->
  let eps_byz := sqrt (bound_lemma_7_eps_byz_squared a t (kappa H) c eps) in
  let zeta_byz := sqrt (bound_lemma_7_zeta_byz_squared a t (kappa H) c (zeta nu eta (INR (length M)))
    (zeta_1 nu eta)) in
  2 * zeta_byz ^ 2 < 1 ->
  norm (Delta [-] phat) <= bound_theorem_2_rederived eps_byz zeta_byz (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros Delta L L0 lipschitz sends eps_byz zeta_byz below.
  pose proof (lemma_7_for_data sends) as b. unfold bound_lemma_7_rederived in b.
  pose proof (kappa_ge_1 H) as k1.
  apply (theorem_2_rederived_from_squares H g step); try assumption; try apply sqrt_pos; [apply inverse_spec|].
  unfold eps_byz, zeta_byz. rewrite !pow2_sqrt; [lra| |].
  - apply zeta_byz_squared_pos. lra.
  - apply eps_byz_squared_pos. lra.
Qed.

(* Lemma 10 for data in R^d: the step Q(phat) where honest workers send Q(H_i^{-1} g_i). *)
Theorem lemma_10_for_data : (forall i, In i workers -> lies i = false -> sent i = Some (Q (direction i))) ->
  phi H g phat - phi H g step <= bound_lemma_10_rederived k (kappa H) c eps (zeta_1 nu eta) P.
Proof.
  intros sends.
  apply (lemma_10_rederived H lies sent workers kept dropped g step (fun i => direction i)
    (fun i => Q (direction i)) rho trimmed) with (Hs := Hs) (gs := gs) (pt := fun i => inverse (Hs i) g)
    (d := fun i => white i); try assumption.
  - apply inverse_spec.
  - intros i _ _. apply rho_approximate.
  - intros i _ _. apply all_solve.
  - exact nu_is.
  - intros i w h. apply (all_close M honest_events), in_honest; assumption.
  - intros i w h. apply (noise M honest_events), in_honest; assumption.
Qed.
End Data.
