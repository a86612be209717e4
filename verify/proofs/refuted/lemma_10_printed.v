(** Lemma 10 as printed is false a posteriori: on a chosen draw, and with D in place of what (4) gives.

    Workers: 25; liars: 0; trimmed: 10. Measured, and not part of the theorem:
    the left side is more than 2.0425 times the right one. Nothing is said of how probable such a draw is.
    Written by `cargo xtask hunt --theorems` from reports/witnesses/lemma-10-printed.json. *)
From Coq Require Import QArith List.
From Comrade Require Import Printed Refute.
Import ListNotations.
Open Scope Q_scope.

Definition instance : instance := {|
  kind := Squared;
  lambda := 0;
  samples := [(1.017, -2); (1.02, -1.994)];
  iterate := 0;
  kept := repeat (honest [1%nat]) 15;
  trimmed := repeat (honest [0%nat]) 10 |}.

(** Both events of Lemma 2 happen with eta, and every |g_i - g| is at most D. *)
Definition eta : Q := 0.00295.
Definition D : Q := 0.00006.
(** The messages are those of a rho-approximate compressor. *)
Definition rho : Q := 1.

Theorem lemma_10_printed_is_false : ~ lemma_10_printed instance AsPrinted.
Proof. apply (lemma_10_refuted instance eta D rho). vm_compute. reflexivity. Qed.
