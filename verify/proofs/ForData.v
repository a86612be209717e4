(* Lemmas 7, 9 and 10, rederived, for data in R^d, as the paper writes them: with rows, shards, a ridge and inverses.

   eta is that of Lemma 2 over the honest workers, and eps is at least ||H^{-1/2}(g_i - g)||/(1 - eta) for each of them.
   Liars send any vector, or none. A compressor Q is rho-approximate: ||Q(x) - x||^2 <= (1 - rho)||x||^2 for every x. *)
Require Import Reals Lra List.
From Comrade Require Import Space Distortion Counting Euclid Worker Trimming Lemma7 Lemma9 Lemma10.
Import ListNotations.
Open Scope R_scope.

Section Data.
(* n rows a_j in R^d and the ridge lambda; worker i holds rows of its own, and has the gradient gs i. *)
Context {d : nat} {A : Type} (H : spd (euclid d)) (Hs : A -> spd (euclid d)).
Variables (rows : list (euclid d)) (shard : A -> list (euclid d)) (lambda : R).
Variables (g : euclid d) (gs : A -> euclid d).
Hypotheses (H_is : hessian_of H rows lambda) (Hs_are : forall i, hessian_of (Hs i) (shard i) lambda).
Notation G := (gram rows).
Notation step := (inverse H g).
Notation P := (N H step).
Notation direction i := (inverse (Hs i) (gs i)).
Notation white i := (inverse H (gs i [-] g)).

(* What an honest worker has solves its own system. *)
Lemma data_solves : forall i, solves H g (Hs i) (gs i) (direction i) (inverse (Hs i) g) (white i).
Proof. intros i. split; apply inverse_spec. Qed.

(* sigma = sigma_max(Abar'Abar), nu = sigma/(sigma + lambda). *)
Variables sigma eta eps : R.
Hypotheses (lambda_pos : 0 <= lambda) (sigma_pos : 0 <= sigma) (not_both : 0 < sigma + lambda).
Hypothesis sigma_is : forall x, dot x (G x) <= sigma * dot x x.
Hypothesis eta_range : 0 <= eta < 1.
Notation nu := (sigma / (sigma + lambda)).
(* The two events of Lemma 2, over some workers M. *)
Definition lemma_2_each (M : list A) : Prop := forall i, In i M -> forall x y,
  Rabs (dot x (gram (shard i) y [-] G y)) <= eta * sqrt (dot x (G x)) * sqrt (dot y (G y)).
Definition lemma_2_mean (M : list A) : Prop := forall x y,
  Rabs (dot x (mean (fun i => gram (shard i) y) M [-] G y))
    <= eta / sqrt (INR (length M)) * sqrt (dot x (G x)) * sqrt (dot y (G y)).
(* ||H^{-1/2}(g_i - g)||/(1 - eta) <= eps for each of them. *)
Definition noise_within_eps (M : list A) : Prop := forall i, In i M -> N H (white i) / (1 - eta) <= eps.

(* A rho-approximate compressor. *)
Variables (Q : euclid d -> euclid d) (rho : R).
Hypothesis rho_at_most_1 : rho <= 1.
Hypothesis rho_approximate : forall x, norm (Q x [-] x) ^ 2 <= (1 - rho) * norm x ^ 2.
Notation k := (k_of H rho).

(* Lemma 9 for data in R^d: the mean of Q(H_i^{-1} g_i) over workers M that were fixed beforehand. *)
Theorem lemma_9_for_data : forall M, M <> [] -> lemma_2_each M -> lemma_2_mean M -> noise_within_eps M ->
  N H (mean (fun i => Q (direction i)) M [-] step) ^ 2
    <= bound_lemma_9_rederived k eps (zeta nu eta (INR (length M))) (zeta_1 nu eta) P.
Proof.
  intros M some each all small.
  apply (lemma_9_rederived_on_events H M g step (fun i => direction i)) with (Hs := Hs) (gs := gs)
    (pt := fun i => inverse (Hs i) g) (d := fun i => white i).
  - exact some.
  - apply inverse_spec.
  - exact rho_at_most_1.
  - intros i _. apply rho_approximate.
  - intros i _. apply data_solves.
  - exact (data_nu lambda sigma lambda_pos sigma_pos not_both).
  - exact eta_range.
  - apply (data_each H Hs rows shard M lambda); auto.
  - apply (data_mean H Hs rows shard M lambda); auto.
  - exact small.
Qed.

(* A round: the center keeps U of the workers, and at most as many lie as are dropped. M are the honest ones. *)
Variables (lies : A -> bool) (sent : A -> option (euclid d)) (workers kept dropped : list A).
Hypothesis trimmed : round lies sent workers kept dropped.
Notation M := (honest lies workers).
Notation a := (share (length M) kept).
Notation t := (share (length dropped) kept).
Notation c := (share (liars lies workers) kept).
Notation phat := (mean (fun i => vector (sent i)) kept).
Hypotheses (each : lemma_2_each M) (small : noise_within_eps M).

Lemma honest_close : forall i, In i workers -> lies i = false -> close H (Hs i) (nu * eta).
Proof.
  intros i w h. apply (data_each H Hs rows shard M lambda); auto. apply in_honest; assumption.
Qed.
Lemma honest_small : forall i, In i workers -> lies i = false -> N H (white i) / (1 - eta) <= eps.
Proof. intros i w h. apply small, in_honest; assumption. Qed.

(* Lemma 7 for data in R^d: the step phat where honest workers send H_i^{-1} g_i. *)
Theorem lemma_7_for_data : (forall i, In i workers -> lies i = false -> sent i = Some (direction i)) ->
  lemma_2_mean M -> phi H g phat - phi H g step
    <= bound_lemma_7_rederived a t (kappa H) c eps (zeta nu eta (INR (length M))) (zeta_1 nu eta) P.
Proof.
  intros sends all.
  assert (some : M <> []).
  { destruct (somebody_honest_works lies sent workers kept dropped trimmed) as [i [w h]].
    pose proof (in_honest lies workers i w h) as k. intros z. rewrite z in k. destruct k. }
  apply (lemma_7_rederived_on_events H lies sent workers kept dropped g step (fun i => direction i) trimmed)
    with (Hs := Hs) (gs := gs) (pt := fun i => inverse (Hs i) g) (d := fun i => white i).
  - apply inverse_spec.
  - exact sends.
  - intros i _ _. apply data_solves.
  - exact (data_nu lambda sigma lambda_pos sigma_pos not_both).
  - exact eta_range.
  - exact honest_close.
  - apply (data_mean H Hs rows shard M lambda); auto.
  - exact honest_small.
Qed.

(* Lemma 10 for data in R^d: the step Q(phat) where honest workers send Q(H_i^{-1} g_i). *)
Theorem lemma_10_for_data : (forall i, In i workers -> lies i = false -> sent i = Some (Q (direction i))) ->
  phi H g phat - phi H g step <= bound_lemma_10_rederived k (kappa H) c eps (zeta_1 nu eta) P.
Proof.
  intros sends.
  apply (lemma_10_rederived_on_events H lies sent workers kept dropped g step (fun i => direction i)
    (fun i => Q (direction i)) rho trimmed)
    with (Hs := Hs) (gs := gs) (pt := fun i => inverse (Hs i) g) (d := fun i => white i).
  - apply inverse_spec.
  - exact sends.
  - exact rho_at_most_1.
  - intros i _ _. apply rho_approximate.
  - intros i _ _. apply data_solves.
  - exact (data_nu lambda sigma lambda_pos sigma_pos not_both).
  - exact eta_range.
  - exact honest_close.
  - exact honest_small.
Qed.
End Data.
