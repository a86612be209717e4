(** Theorem 1 as printed is false a posteriori: on a chosen draw, and with D in place of what (4) gives.

    Workers: 1; liars: 0; trimmed: 0. Measured, and not part of the theorem:
    the left side is more than 1.5935 times the right one. Nothing is said of how probable such a draw is.
    Written by `cargo xtask hunt --theorems` from reports/witnesses/theorem-1-printed.json. *)
From Coq Require Import QArith List.
From Comrade Require Import Printed Refute.
Import ListNotations.
Open Scope Q_scope.

Definition instance : instance := {|
  kind := Logistic;
  lambda := 0;
  samples := repeat (1, 1) 19 ++ repeat (1, -1) 8 ++ repeat (0, -1) 11;
  iterate := 1.56;
  kept := [honest (repeat 0%nat 15 ++ repeat 26%nat 8 ++ repeat 27%nat 23)];
  trimmed := [] |}.

(** Both events of Lemma 2 happen with eta, and the mean of |g_i - g| is at most D. *)
Definition eta : Q := 0.2963.
Definition D : Q := 0.00006.
(** Between these two the gradient vanishes. *)
Definition left : Q := 0.86498.
Definition right : Q := 0.86501.

Theorem theorem_1_printed_is_false : ~ theorem_1_printed instance.
Proof. apply (theorem_1_refuted instance eta D left right). vm_compute. reflexivity. Qed.
