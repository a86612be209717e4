(** The printed statements in dimension one, where H is a number: what the files in [refuted] refute.

    An instance holds rational numbers only. Everything else is a real number, defined here as the text defines it. A
    statement holds of an instance if its conclusion follows from its premises there, whatever the numbers that it
    leaves open.

    The statements are a posteriori, about one draw that was chosen. In place of what (4) gives they allow every D that
    the proof allows: any that bounds |g_i - g| on this draw. So a refutation is one of the algebra of the proof; it
    does not refute "with probability 1 - delta". [deviation_4] is what (4) gives. Noiseless.v refutes with it too. *)
From Coq Require Import QArith Qreals Reals List.
Import ListNotations.
Open Scope R_scope.

Inductive loss := Squared | Logistic.

(** What a worker holds, a list of indices of samples, and what it sends. An honest worker without a message sends its direction. *)
Record worker := Worker { shard : list nat; lies : bool; message : option Q }.
Definition honest (rows : list nat) : worker := Worker rows false None.
Definition compressed (rows : list nat) (q : Q) : worker := Worker rows false (Some q).
Definition liar (q : Q) : worker := Worker [] true (Some q).

(** One round. The kept workers are U, the trimmed ones T. *)
Record instance := Instance {
  kind : loss;
  lambda : Q;
  samples : list (Q * Q); (* x and y *)
  iterate : Q;            (* w *)
  kept : list worker;
  trimmed : list worker }.

(** zeta_1 as the text prints it, nu/(1 - eta), and as its own definition of zeta gives it. *)
Inductive zeta_1_reading := AsPrinted | AsDefined.

Definition mean (l : list R) : R := fold_right Rplus 0 l / INR (length l).

Section Round.
Variable I : instance.

(** ** The problem *)

Definition x (j : nat) : R := Q2R (fst (nth j (samples I) (0%Q, 0%Q))).
Definition y (j : nat) : R := Q2R (snd (nth j (samples I) (0%Q, 0%Q))).

(** l', l'' in z: of (z - y)^2 / 2 and of ln (1 + exp (- y z)). *)
Definition d1 (y z : R) : R := match kind I with Squared => z - y | Logistic => - y / (1 + exp (y * z)) end.
Definition d2 (y z : R) : R :=
  match kind I with Squared => 1 | Logistic => y * y * (1 / (1 + exp (y * z)) * (1 - 1 / (1 + exp (y * z)))) end.

(** The mean over some rows of l'' x^2, the curvature without lambda; and the gradient of f over them. *)
Definition curvature (rows : list nat) (v : R) : R := mean (map (fun j => d2 (y j) (x j * v) * (x j * x j)) rows).
Definition gradient (rows : list nat) (v : R) : R :=
  mean (map (fun j => d1 (y j) (x j * v) * x j) rows) + Q2R (lambda I) * v.

Definition all : list nat := seq 0 (length (samples I)).
Definition w : R := Q2R (iterate I).
Definition A : R := curvature all w.
Definition H : R := A + Q2R (lambda I).
Definition g : R := gradient all w.
Definition pstar : R := g / H.
Definition phi (p : R) : R := 1 / 2 * H * (p * p) - g * p.
(** sigma_max(H) / sigma_min(H). *)
Definition kappa : R := 1.
Definition nu : R := A / (A + Q2R (lambda I)).

(** ** The workers *)

Definition A_i (s : worker) : R := curvature (shard s) w.
Definition H_i (s : worker) : R := A_i s + Q2R (lambda I).
Definition g_i (s : worker) : R := gradient (shard s) w.
Definition p_i (s : worker) : R := g_i s / H_i s.
Definition sent (s : worker) : R := match message s with None => p_i s | Some q => Q2R q end.

Definition workers : list worker := kept I ++ trimmed I.
(** M, the honest workers. *)
Definition M : list worker := filter (fun s => negb (lies s)) workers.
Definition liars : nat := length workers - length M.
Definition m : R := INR (length workers).
Definition alpha : R := INR liars / m.
Definition beta : R := INR (length (trimmed I)) / m.

(** phat, the mean of what is kept; and the mean of what the honest workers send. *)
Definition phat : R := mean (map sent (kept I)).
Definition honest_mean : R := mean (map sent M).

(** ** Premises *)

(** The instance is one: rows, shards of rows that are there, labels, and matrices that can be inverted. *)
Definition whole : Prop :=
  0 < A /\ 0 < H /\
  (forall s, In s M -> shard s <> [] /\ Forall (fun j => (j < length (samples I))%nat) (shard s) /\ 0 < H_i s) /\
  (kind I = Logistic -> Forall (fun p => snd p == 1 \/ snd p == -1)%Q (samples I)).
(** The rule keeps the shortest messages. *)
Definition trims : Prop := forall s t, In s (kept I) -> In t (trimmed I) -> Rabs (sent s) <= Rabs (sent t).
(** beta > alpha where anybody lies, and beta < 1/2. *)
Definition fractions : Prop := (liars = 0%nat \/ alpha < beta) /\ beta < 1 / 2.
Definition uncompressed : Prop := forall s, In s M -> message s = None.
(** Nobody lies, and nothing is trimmed. *)
Definition averaged : Prop := liars = 0%nat /\ trimmed I = [].

(** Both events of Lemma 2: U'S_iS_i'U is A_i/A. *)
Definition concentrated (eta : R) : Prop :=
  0 < eta < 1 /\ (forall s, In s M -> Rabs (A_i s / A - 1) <= eta) /\
  Rabs (mean (map (fun s => A_i s / A - 1) M)) <= eta / sqrt (INR (length M)).
(** The conclusion of Lemma 3, for any D: it bounds every |g_i - g|; where all are averaged it is enough that it bounds
    their mean. *)
Definition deviates (D : R) : Prop := forall s, In s M -> Rabs (g_i s - g) <= D.
Definition deviates_in_mean (D : R) : Prop := mean (map (fun s => Rabs (g_i s - g)) M) <= D.
(** Messages of a rho-approximate compressor. *)
Definition approximates (rho : R) : Prop :=
  0 <= rho <= 1 /\ forall s, In s M -> (sent s - p_i s) ^ 2 <= (1 - rho) * p_i s ^ 2.
(** The Hessian of f is L-Lipschitz. *)
Definition lipschitz (L : R) : Prop :=
  0 <= L /\ forall u v, Rabs (curvature all u - curvature all v) <= L * Rabs (u - v).

(** ** Symbols *)

Definition eps (eta D : R) : R := 1 / (1 - eta) * (1 / sqrt H) * D.
(** What (4) has for D, with s rows per worker and l = ln(m/delta). b_j is the gradient of the loss on row j. Coq's own
    ln would rest on the excluded middle. *)
Definition b (j : nat) : R := d1 (y j) (x j * w) * x j.
Definition deviation_4 (s : nat) (l : R) : R :=
  (1 + sqrt (2 * l)) * sqrt (1 / INR s) * fold_right Rmax 0 (map (fun j => Rabs (b j)) all).
Definition zeta (eta : R) (k : nat) : R := nu * (eta / sqrt (INR k) + eta ^ 2 / (1 - eta)).
Definition zeta_1 (reading : zeta_1_reading) (eta : R) : R :=
  match reading with AsPrinted => nu / (1 - eta) | AsDefined => nu * (eta + eta ^ 2 / (1 - eta)) end.
Definition a : R := (1 - alpha) / (1 - beta).
Definition c : R := alpha / (1 - beta).
Definition k (rho : R) : R := kappa * (1 - rho).

(** (1 + k) eps^2, zeta_comp^2. *)
Definition eps_1_squared (eta D rho : R) : R := (1 + k rho) * eps eta D ^ 2.
Definition comp (z1 rho z : R) : R := z ^ 2 + k rho * (1 + z1 ^ 2).
(** eps_cb^2 and zeta_cb^2 of Lemma 10; with rho = 1, eps_byz^2 and zeta_byz^2 of Lemma 7. |M and T| is read as (1 - beta) m. *)
Definition eps_cb_squared (eta D rho : R) : R := (3 * a ^ 2 + 4 * kappa * c ^ 2) * eps_1_squared eta D rho.
Definition zeta_cb_squared (reading : zeta_1_reading) (eta rho : R) : R :=
  let z1 := zeta_1 reading eta in
  2 * a ^ 2 * comp z1 rho (zeta eta (length (kept I))) + a ^ 2 * comp z1 rho (zeta eta (length M)) +
  4 * kappa * c ^ 2 * (2 + comp z1 rho z1).

(** ** Statements

    Those that end in [_with] are about one D. *)

Definition lemma_5_printed : Prop :=
  forall eta D, whole -> averaged -> uncompressed -> concentrated eta -> deviates_in_mean D ->
  phi phat <= eps eta D ^ 2 + (1 - zeta eta (length workers) ^ 2) * phi pstar.

Definition lemma_9_printed_with (reading : zeta_1_reading) (D : R) : Prop :=
  forall eta rho, whole -> concentrated eta -> deviates D -> approximates rho ->
  H * (honest_mean - pstar) ^ 2 <=
    (1 + kappa * (1 - rho)) * eps eta D ^ 2 +
    (zeta eta (length M) ^ 2 + kappa * (1 - rho) * (1 + zeta_1 reading eta ^ 2)) * (H * pstar ^ 2).
Definition lemma_9_printed (reading : zeta_1_reading) : Prop := forall D, lemma_9_printed_with reading D.

Definition lemma_10_printed_with (reading : zeta_1_reading) (D : R) : Prop :=
  forall eta rho, whole -> trims -> fractions -> concentrated eta -> deviates D -> approximates rho ->
  phi phat <= eps_cb_squared eta D rho + (1 - zeta_cb_squared reading eta rho) * phi pstar.
Definition lemma_10_printed (reading : zeta_1_reading) : Prop := forall D, lemma_10_printed_with reading D.

Definition lemma_7_printed_with (reading : zeta_1_reading) (D : R) : Prop :=
  forall eta, whole -> trims -> fractions -> uncompressed -> concentrated eta -> deviates D ->
  phi phat <= eps_cb_squared eta D 1 + (1 - zeta_cb_squared reading eta 1) * phi pstar.
Definition lemma_7_printed (reading : zeta_1_reading) : Prop := forall D, lemma_7_printed_with reading D.

(** The conclusion of the three theorems, w* being where the gradient vanishes. *)
Definition contracts (e z2 L minimiser : R) : Prop :=
  Rabs (w - phat - minimiser) <=
    Rmax (sqrt (kappa * (z2 / (1 - z2))) * Rabs (w - minimiser)) (L / H * (w - minimiser) ^ 2) + 2 * e / sqrt H.

Definition theorem_1_printed : Prop :=
  forall eta D L minimiser, whole -> averaged -> uncompressed -> concentrated eta -> deviates_in_mean D ->
  lipschitz L -> gradient all minimiser = 0 -> 0 < zeta eta (length workers) ^ 2 < 1 ->
  contracts (eps eta D) (zeta eta (length workers) ^ 2) L minimiser.

Definition theorem_3_printed_with (reading : zeta_1_reading) (D : R) : Prop :=
  forall eta rho L minimiser, whole -> trims -> fractions -> concentrated eta -> deviates D -> approximates rho ->
  lipschitz L -> gradient all minimiser = 0 -> 0 < zeta_cb_squared reading eta rho < 1 ->
  contracts (sqrt (eps_cb_squared eta D rho)) (zeta_cb_squared reading eta rho) L minimiser.
Definition theorem_3_printed (reading : zeta_1_reading) : Prop := forall D, theorem_3_printed_with reading D.

Definition theorem_2_printed_with (reading : zeta_1_reading) (D : R) : Prop :=
  forall eta L minimiser, whole -> trims -> fractions -> uncompressed -> concentrated eta -> deviates D ->
  lipschitz L -> gradient all minimiser = 0 -> 0 < zeta_cb_squared reading eta 1 < 1 ->
  contracts (sqrt (eps_cb_squared eta D 1)) (zeta_cb_squared reading eta 1) L minimiser.
Definition theorem_2_printed (reading : zeta_1_reading) : Prop := forall D, theorem_2_printed_with reading D.
End Round.
