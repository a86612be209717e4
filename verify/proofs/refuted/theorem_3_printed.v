(** Theorem 3 as printed is false a posteriori: on a chosen draw, and with D in place of what (4) gives.

    Workers: 25; liars: 0; trimmed: 10. Measured, and not part of the theorem:
    the left side is more than 1.4259 times the right one. Nothing is said of how probable such a draw is.
    Written by `cargo xtask hunt --theorems` from reports/witnesses/theorem-3-printed.json. *)
From Coq Require Import QArith List.
From Comrade Require Import Printed Refute.
Import ListNotations.
Open Scope Q_scope.

Definition instance : instance := {|
  kind := Squared;
  lambda := 0;
  samples := [(1.009948, -2); (1.011, -1.99792)];
  iterate := 0;
  kept := repeat (honest [1%nat]) 15;
  trimmed := repeat (honest [0%nat]) 10 |}.

(** Both events of Lemma 2 happen with eta, and every |g_i - g| is at most D. *)
Definition eta : Q := 0.001042.
Definition D : Q := 0.000001.
(** The messages are those of a rho-approximate compressor. *)
Definition rho : Q := 1.
(** Between these two the gradient vanishes. *)
Definition left : Q := -1.97824.
Definition right : Q := -1.978237.

Theorem theorem_3_printed_is_false : ~ theorem_3_printed instance AsPrinted.
Proof. apply (theorem_3_refuted instance eta D rho left right). vm_compute. reflexivity. Qed.
