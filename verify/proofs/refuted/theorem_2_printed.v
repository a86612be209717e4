(** Theorem 2 as printed is false a posteriori: on a chosen draw, and with D in place of what (4) gives.

    Workers: 25; liars: 0; trimmed: 10. Measured, and not part of the theorem:
    the left side is more than 1.4179 times the right one. Nothing is said of how probable such a draw is.
    Written by `cargo xtask hunt --theorems` from reports/witnesses/theorem-2-printed.json. *)
From Coq Require Import QArith List.
From Comrade Require Import Printed Refute.
Import ListNotations.
Open Scope Q_scope.

Definition instance : instance := {|
  kind := Squared;
  lambda := 0;
  samples := [(1.00667, -1); (1.00768, -0.999)];
  iterate := 0;
  kept := repeat (honest [1%nat]) 15;
  trimmed := repeat (honest [0%nat]) 10 |}.

(** Both events of Lemma 2 happen with eta, and every |g_i - g| is at most D. *)
Definition eta : Q := 0.0010029.
Definition D : Q := 0.0000012.
(** Between these two the gradient vanishes. *)
Definition left : Q := -0.9923793.
Definition right : Q := -0.992379.

Theorem theorem_2_printed_is_false : ~ theorem_2_printed instance AsPrinted.
Proof. apply (theorem_2_refuted instance eta D left right). vm_compute. reflexivity. Qed.
