(* Theorem 1 in R^d from data: m honest workers whose directions are averaged, and nothing is compressed. *)
Require Import Reals Lra List.
From Comrade Require Import Space Distortion Lemma5 Euclid Contraction.
Import ListNotations.
Open Scope R_scope.

Section Data.
(* Rows a_j in R^d and the ridge lambda; worker i of l holds rows of its own, and has the gradient gs i. *)
Context {d : nat} {A : Type} (H : spd (euclid d)) (Hs : A -> spd (euclid d)).
Variables (rows : list (euclid d)) (shard : A -> list (euclid d)) (l : list A) (lambda : R).
Variables (g : euclid d) (gs : A -> euclid d).
Hypotheses (H_is : hessian_of H rows lambda) (Hs_are : forall i, In i l -> hessian_of (Hs i) (shard i) lambda).
Hypothesis somebody : l <> [].
Notation G := (gram rows).
Notation m := (INR (length l)).
Notation step := (mean (fun i => inverse (Hs i) (gs i)) l).
(* ||H^{-1/2}(g_i - g)|| *)
Notation deviation := (fun i => N H (inverse H (gs i [-] g))).

(* Delta = w - w*, and the Hessian of f is Lipschitz. Regression.v and Logistic.v prove it for ridge and logistic
   regression. *)
Variables (Delta : euclid d) (L : R).
Hypothesis lipschitz : norm (H Delta [-] g) <= L / 2 * norm Delta ^ 2.

(* With the two events of Lemma 2 at eta < 1, zeta = nu (eta/sqrt m + eta^2/(1 - eta)) < 1 and
   eps = mean_i ||H^{-1/2}(g_i - g)||/(1 - eta):
   ||Delta_{t+1}|| <= G max{ sqrt(kappa zeta^2/(1 - zeta^2)) ||Delta||, (L/sigma_min) ||Delta||^2 }
                      + eps/sqrt(sigma_min). *)
Theorem theorem_1_for_data : forall sigma eta, 0 <= lambda -> 0 <= sigma -> 0 < sigma + lambda ->
  (forall x, dot x (G x) <= sigma * dot x x) -> 0 <= eta < 1 ->
  (forall i, In i l -> forall x y,
    Rabs (dot x (gram (shard i) y [-] G y)) <= eta * sqrt (dot x (G x)) * sqrt (dot y (G y))) ->
  (forall x y, Rabs (dot x (mean (fun i => gram (shard i) y) l [-] G y))
    <= eta / sqrt m * sqrt (dot x (G x)) * sqrt (dot y (G y))) ->
  let z := zeta (sigma / (sigma + lambda)) eta m in 0 <= L -> z < 1 ->
  norm (Delta [-] step)
    <= bound_theorem_1_rederived (rmean deviation l / (1 - eta)) z (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros sigma eta l0 s0 pos sg e0 each all z L0 z1.
  pose proof (data_nu lambda sigma l0 s0 pos) as n.
  apply (theorem_1_rederived H Hs l gs g (inverse H g)) with (q := fun i => inverse (Hs i) g); try assumption.
  - apply inverse_spec.
  - intros i _. apply inverse_spec.
  - intros i _. apply inverse_spec.
  - intros i _. apply inverse_spec.
  - apply (data_each H Hs rows shard l lambda H_is Hs_are sigma eta); assumption.
  - apply (data_mean H Hs rows shard l lambda H_is Hs_are sigma eta); assumption.
Qed.

(* Sharpened, with omega and omega_mean as measured and without Lemma 2:
   ||Delta_{t+1}|| <= sqrt(kappa) Z ||Delta|| + (1 + Z) L/(2 sigma_min) ||Delta||^2 + E/sqrt(sigma_min), Z = omega_mean,
   E = ||H^{-1/2} mean_i(g_i - g)|| + omega mean_i ||H^{-1/2}(g_i - g)||. *)
Theorem theorem_1_sharpened_for_data : forall omega omega_mean, 0 <= omega_mean ->
  (forall i, In i l -> omega_bound H (Hs i) omega) -> omega_mean_bound H Hs l omega_mean ->
  norm (Delta [-] step)
    <= bound_theorem_1_sharpened (N H (mean (fun i => inverse H (gs i [-] g)) l) + omega * rmean deviation l)
         omega_mean (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros omega omega_mean o0 each all.
  apply (theorem_1_sharpened H Hs l gs g (inverse H g)) with (q := fun i => inverse (Hs i) g); try assumption;
    intros; apply inverse_spec.
Qed.
End Data.
