(** Lemma 7 as printed is false a posteriori: on a chosen draw, and with D in place of what (4) gives.

    Workers: 25; liars: 0; trimmed: 10. Measured, and not part of the theorem:
    the left side is more than 2.1314 times the right one. Nothing is said of how probable such a draw is.
    Written by `cargo xtask hunt --theorems` from reports/witnesses/lemma-7-printed-zeta-1-defined.json. *)
From Coq Require Import QArith List.
From Comrade Require Import Printed Refute.
Import ListNotations.
Open Scope Q_scope.

Definition instance : instance := {|
  kind := Squared;
  lambda := 0;
  samples := [(1.0029941595247829, -0.997); (1.00299550438904, -0.996998606116769)];
  iterate := 0;
  kept := repeat (honest [1%nat]) 15;
  trimmed := repeat (honest [0%nat]) 10 |}.

(** Both events of Lemma 2 happen with eta, and every |g_i - g| is at most D. *)
Definition eta : Q := 0.000001341.
Definition D : Q := 0.000000029.

Theorem lemma_7_printed_zeta_1_defined_is_false : ~ lemma_7_printed instance AsDefined.
Proof. apply (lemma_7_refuted instance eta D). vm_compute. reflexivity. Qed.
