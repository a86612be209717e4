(* Lemma 4 (GIANT): with the exact gradient, min phi <= phi(ptilde) <= (1 - zeta^2) min phi.

   ptilde is the mean of the workers' H_i^{-1} g. The paper is right here; the sharpened reading puts the operator norm
   omega_mean = ||mean_i (I + E_i)^{-1} - I|| itself in place of its bound zeta. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Distortion.
Import ListNotations.
Open Scope R_scope.

Definition bound_lemma_4_printed (zeta P : R) : R := 1 / 2 * (zeta * P) ^ 2.
Definition bound_lemma_4_rederived (zeta P : R) : R := 1 / 2 * (zeta * P) ^ 2.
Definition bound_lemma_4_sharpened (omega_mean P : R) : R := 1 / 2 * (omega_mean * P) ^ 2.

Section Lemma4.
Context {E : space} {A : Type} (H : spd E).
(* The workers l with Hessians Hs; the gradient g, the Newton step ps; worker i sends q i. *)
Variables (Hs : A -> spd E) (l : list A) (g ps : E) (q : A -> E).
Hypothesis newton : H ps = g.
Hypothesis giant : forall i, In i l -> Hs i (q i) = g.
Notation P := (N H ps).

(* ||H^{1/2}(ptilde - p* )|| <= omega_mean P *)
Lemma giant_error : forall omega_mean, omega_mean_bound H Hs l omega_mean -> N H (mean q l [-] ps) <= omega_mean * P.
Proof. intros w h. apply h. intros i j. rewrite newton. apply giant, j. Qed.

(* The error of the GIANT step is at most omega_mean P in the norm of H, whatever omega_mean is. *)
Theorem lemma_4_sharpened : forall omega_mean, omega_mean_bound H Hs l omega_mean ->
  phi H g (mean q l) - phi H g ps <= bound_lemma_4_sharpened omega_mean P.
Proof.
  intros w h. unfold bound_lemma_4_sharpened. replace (1 / 2) with (/ 2) by field.
  apply (phi_le H); [exact newton|apply giant_error, h].
Qed.

(* phi(ptilde) <= (1 - omega_mean^2) phi(p* ) *)
Corollary lemma_4_sharpened_as_text : forall omega_mean, omega_mean_bound H Hs l omega_mean ->
  phi H g (mean q l) <= (1 - omega_mean ^ 2) * phi H g ps.
Proof.
  intros w h. pose proof (lemma_4_sharpened w h) as b. unfold bound_lemma_4_sharpened in b.
  rewrite (phi_min H g ps newton) in *. lra.
Qed.

(* Lemma 2's events: ||E_i|| <= nu eta for every worker, and ||mean_i E_i|| <= nu eta/sqrt m. *)
Variables nu eta : R.
Hypotheses (nu_range : 0 <= nu <= 1) (eta_range : 0 <= eta < 1) (somebody : l <> []).
Hypothesis event_each : forall i, In i l -> close H (Hs i) (nu * eta).
Hypothesis event_mean : mean_close H Hs l (nu * eta / sqrt (INR (length l))).
Notation m := (INR (length l)).

(* On these events the GIANT step is within zeta P of the Newton step: the appendix after Lemma 4's statement. *)
Theorem lemma_4_printed : phi H g (mean q l) - phi H g ps <= bound_lemma_4_printed (zeta nu eta m) P.
Proof. apply lemma_4_sharpened, omega_mean_of_events; assumption. Qed.

(* Nothing is to be corrected. *)
Theorem lemma_4_rederived : phi H g (mean q l) - phi H g ps <= bound_lemma_4_rederived (zeta nu eta m) P.
Proof. exact lemma_4_printed. Qed.

(* Both sides as the paper prints them. *)
Corollary lemma_4_as_text : phi H g ps <= phi H g (mean q l) <= (1 - zeta nu eta m ^ 2) * phi H g ps.
Proof.
  split; [apply phi_least, newton|]. apply lemma_4_sharpened_as_text, omega_mean_of_events; assumption.
Qed.
End Lemma4.
