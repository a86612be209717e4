(** Lemma 5 as printed is false a posteriori: on a chosen draw, and with D in place of what (4) gives.

    Workers: 1; liars: 0; trimmed: 0. Measured, and not part of the theorem:
    the left side is more than 1.4936 times the right one. Nothing is said of how probable such a draw is.
    Written by `cargo xtask hunt --theorems` from reports/witnesses/lemma-5-printed.json. *)
From Coq Require Import QArith List.
From Comrade Require Import Printed Refute.
Import ListNotations.
Open Scope Q_scope.

Definition instance : instance := {|
  kind := Squared;
  lambda := 0;
  samples := [(-4, -69); (-5, -43)];
  iterate := 0;
  kept := [honest [0%nat]];
  trimmed := [] |}.

(** Both events of Lemma 2 happen with eta, and the mean of |g_i - g| is at most D. *)
Definition eta : Q := 0.2196.
Definition D : Q := 30.5.

Theorem lemma_5_printed_is_false : ~ lemma_5_printed instance.
Proof. apply (lemma_5_refuted instance eta D). vm_compute. reflexivity. Qed.
