(** Lemma 7 as printed is false a posteriori: on a chosen draw, and with D in place of what (4) gives.

    Workers: 25; liars: 0; trimmed: 10. Measured, and not part of the theorem:
    the left side is more than 2.0282 times the right one. Nothing is said of how probable such a draw is.
    Written by `cargo xtask hunt --theorems` from reports/witnesses/lemma-7-printed.json. *)
From Coq Require Import QArith List.
From Comrade Require Import Printed Refute.
Import ListNotations.
Open Scope Q_scope.

Definition instance : instance := {|
  kind := Squared;
  lambda := 0;
  samples := [(1.025066718038333, -1); (1.03, -0.9949)];
  iterate := 0;
  kept := repeat (honest [1%nat]) 15;
  trimmed := repeat (honest [0%nat]) 10 |}.

(** Both events of Lemma 2 happen with eta, and every |g_i - g| is at most D. *)
Definition eta : Q := 0.00481.
Definition D : Q := 0.00016.

Theorem lemma_7_printed_is_false : ~ lemma_7_printed instance AsPrinted.
Proof. apply (lemma_7_refuted instance eta D). vm_compute. reflexivity. Qed.
