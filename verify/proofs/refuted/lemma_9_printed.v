(** Lemma 9 as printed is false a posteriori: on a chosen draw, and with D in place of what (4) gives.

    Workers: 1; liars: 0; trimmed: 0. Measured, and not part of the theorem:
    the left side is more than 3.9709 times the right one. Nothing is said of how probable such a draw is.
    Written by `cargo xtask hunt --theorems` from reports/witnesses/lemma-9-printed.json. *)
From Coq Require Import QArith List.
From Comrade Require Import Printed Refute.
Import ListNotations.
Open Scope Q_scope.

Definition instance : instance := {|
  kind := Squared;
  lambda := 0;
  samples := [(5, 0); (-0.01, -4.4)];
  iterate := 0;
  kept := [compressed [1%nat] (-823)];
  trimmed := [] |}.

(** Both events of Lemma 2 happen with eta, and every |g_i - g| is at most D. *)
Definition eta : Q := 0.99999201.
Definition D : Q := 0.022.
(** The messages are those of a rho-approximate compressor. *)
Definition rho : Q := 0.24230888.

Theorem lemma_9_printed_is_false : ~ lemma_9_printed instance AsPrinted.
Proof. apply (lemma_9_refuted instance eta D rho). vm_compute. reflexivity. Qed.
