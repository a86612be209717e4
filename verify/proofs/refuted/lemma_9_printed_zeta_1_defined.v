(** Lemma 9 as printed is false a posteriori: on a chosen draw, and with D in place of what (4) gives.

    Workers: 1; liars: 0; trimmed: 0. Measured, and not part of the theorem:
    the left side is more than 4.9799 times the right one. Nothing is said of how probable such a draw is.
    Written by `cargo xtask hunt --theorems` from reports/witnesses/lemma-9-printed-zeta-1-defined.json. *)
From Coq Require Import QArith List.
From Comrade Require Import Printed Refute.
Import ListNotations.
Open Scope Q_scope.

Definition instance : instance := {|
  kind := Squared;
  lambda := 0;
  samples := [(-7, 3); (4, -14)];
  iterate := 0;
  kept := [compressed [1%nat] (7)];
  trimmed := [] |}.

(** Both events of Lemma 2 happen with eta, and every |g_i - g| is at most D. *)
Definition eta : Q := 0.508.
Definition D : Q := 17.5.
(** The messages are those of a rho-approximate compressor. *)
Definition rho : Q := 0.

Theorem lemma_9_printed_zeta_1_defined_is_false : ~ lemma_9_printed instance AsDefined.
Proof. apply (lemma_9_refuted instance eta D rho). vm_compute. reflexivity. Qed.
