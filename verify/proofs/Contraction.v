(* Lemmas 6, 8, 11 and Theorems 1 to 3: one step towards w*.

   Throughout Delta = w_t - w*, phat is the step that was taken, so that Delta_{t+1} = Delta - phat, and H p* = g.
   Hypotheses on f:
     minimiser   H p* = g
     lipschitz   ||H Delta - g|| <= (L/2) ||Delta||^2, which an L-Lipschitz Hessian gives where the gradient is 0 at w*
   w* is in no other hypothesis: Delta is any vector with `lipschitz`. Regression.v proves it for data.
   The three lemmas are one statement about a pair (eps, zeta), and so are the three theorems: the pair of Lemma 5
   (averaged), of Lemma 7 (trimmed), of Lemma 10 (trimmed and compressed).
   First comes what follows from a bound on phat, whatever gave it. Printed and rederived Lemmas 6, 8 and 11 have that
   bound as their premise, because the text does. The sharpened lemmas and the theorems start from what workers sent:
   the bound on phat is that of Lemma 5, 7 or 10.
   In the bounds Delta and Delta_next are ||Delta_t|| and ||Delta_{t+1}||, and N_Delta is ||H^{1/2} Delta_t||. *)
Require Import Reals Lra Psatz List.
From Comrade Require Import Space Golden Distortion Counting Worker Trimming Lemma5 Lemma7 Lemma10.
Import ListNotations.
Open Scope R_scope.

(* ---------- the bounds ---------- *)

Definition bound_lemma_6_printed (eps zeta L Delta_next Delta N_Delta : R) : R :=
  L * Delta_next * Delta ^ 2 + zeta ^ 2 / (1 - zeta ^ 2) * N_Delta ^ 2 + 2 * eps ^ 2.
Definition bound_lemma_6_rederived (eps zeta L Delta_next Delta N_Delta : R) : R :=
  L * Delta_next * Delta ^ 2 + 2 * zeta ^ 2 / (1 - 2 * zeta ^ 2) * N_Delta ^ 2 + 2 * eps ^ 2.
Definition bound_lemma_6_sharpened (E Z L sigma_min Delta N_Delta : R) : R :=
  (E + Z * N_Delta + (1 + Z) * (L / (2 * sqrt sigma_min)) * Delta ^ 2) ^ 2.

Definition bound_lemma_8_printed (eps_byz zeta_byz L Delta_next Delta N_Delta : R) : R :=
  bound_lemma_6_printed eps_byz zeta_byz L Delta_next Delta N_Delta.
Definition bound_lemma_8_rederived (eps_byz zeta_byz L Delta_next Delta N_Delta : R) : R :=
  bound_lemma_6_rederived eps_byz zeta_byz L Delta_next Delta N_Delta.
Definition bound_lemma_8_sharpened (E Z L sigma_min Delta N_Delta : R) : R :=
  bound_lemma_6_sharpened E Z L sigma_min Delta N_Delta.

Definition bound_lemma_11_printed (eps_cb zeta_cb L Delta_next Delta N_Delta : R) : R :=
  bound_lemma_6_printed eps_cb zeta_cb L Delta_next Delta N_Delta.
Definition bound_lemma_11_rederived (eps_cb zeta_cb L Delta_next Delta N_Delta : R) : R :=
  bound_lemma_6_rederived eps_cb zeta_cb L Delta_next Delta N_Delta.
Definition bound_lemma_11_sharpened (E Z L sigma_min Delta N_Delta : R) : R :=
  bound_lemma_6_sharpened E Z L sigma_min Delta N_Delta.

Definition bound_theorem_1_printed (eps zeta kappa L sigma_min Delta : R) : R :=
  Rmax (sqrt (kappa * zeta ^ 2 / (1 - zeta ^ 2)) * Delta) (L / sigma_min * Delta ^ 2) + 2 * eps / sqrt sigma_min.
Definition bound_theorem_1_rederived (eps zeta kappa L sigma_min Delta : R) : R :=
  golden_ratio * Rmax (sqrt (kappa * zeta ^ 2 / (1 - zeta ^ 2)) * Delta) (L / sigma_min * Delta ^ 2)
  + eps / sqrt sigma_min.
Definition bound_theorem_1_sharpened (E Z kappa L sigma_min Delta : R) : R :=
  sqrt kappa * Z * Delta + (1 + Z) * (L / (2 * sigma_min)) * Delta ^ 2 + E / sqrt sigma_min.

(* The pair of Lemma 7 bounds the norm by sqrt 2 (eps_byz + zeta_byz P). *)
Definition bound_theorem_2_rederived (eps_byz zeta_byz kappa L sigma_min Delta : R) : R :=
  golden_ratio * Rmax (sqrt (2 * kappa * zeta_byz ^ 2 / (1 - 2 * zeta_byz ^ 2)) * Delta) (L / sigma_min * Delta ^ 2)
  + sqrt 2 * eps_byz / sqrt sigma_min.
Definition bound_theorem_2_sharpened (E Z kappa L sigma_min Delta : R) : R :=
  bound_theorem_1_sharpened E Z kappa L sigma_min Delta.

(* The pair of Lemma 10 bounds the norm itself. *)
Definition bound_theorem_3_rederived (eps_cb zeta_cb kappa L sigma_min Delta : R) : R :=
  bound_theorem_1_rederived eps_cb zeta_cb kappa L sigma_min Delta.
Definition bound_theorem_3_sharpened (E Z kappa L sigma_min Delta : R) : R :=
  bound_theorem_1_sharpened E Z kappa L sigma_min Delta.

(* ---------- from a bound on the step ---------- *)

Section Step.
Context {V : space} (H : spd V).
Variables (g ps Delta phat : V) (L : R).
Hypothesis minimiser : H ps = g.
Hypothesis lipschitz : norm (H Delta [-] g) <= L / 2 * norm Delta ^ 2.

(* Delta_{t+1} *)
Let Delta_next : V := Delta [-] phat.
Let s := sqrt (sigma_min H).

Lemma s_pos : 0 < s.
Proof. exact (sqrt_sigma_min_pos H). Qed.
Lemma s_square : s * s = sigma_min H.
Proof. apply sqrt_sqrt. pose proof (sigma_min_pos _ H). lra. Qed.

(* (17): what a bound on phi says of the step. It is Lemma 6 before its last two inequalities. *)
Theorem equation_17 : forall e2 z2, z2 < 1 -> phi H g phat <= e2 + (1 - z2) * phi H g ps ->
  N H Delta_next ^ 2 <= 2 * dot Delta_next (H Delta [-] g) + z2 / (1 - z2) * N H Delta ^ 2 + 2 * e2.
Proof.
  intros e2 z2 z1 h.
  assert (r : 0 < / (1 - z2)) by (apply Rinv_0_lt_compat; lra).
  set (i := / (1 - z2)) in *. assert (iz : i * (1 - z2) = 1) by (unfold i; field; lra).
  (* phi(p* ) is the least value of phi; take it at Delta/(1 - zeta^2). *)
  assert (m : phi H g ps <= phi H g (i [*] Delta)).
  { pose proof (phi_gap H g ps (i [*] Delta) minimiser) as q.
    pose proof (pow2_ge_0 (N H (i [*] Delta [-] ps))). lra. }
  assert (v : phi H g (i [*] Delta) = / 2 * (i * i) * dot Delta (H Delta) - i * dot g Delta).
  { unfold phi. rewrite op_scal. dots. ring. }
  assert (k : (1 - z2) * phi H g ps <= / 2 * i * dot Delta (H Delta) - dot g Delta).
  { apply Rle_trans with ((1 - z2) * (/ 2 * (i * i) * dot Delta (H Delta) - i * dot g Delta)).
    - apply Rmult_le_compat_l; [lra|]. rewrite <- v. exact m.
    - right. replace ((1 - z2) * (/ 2 * (i * i) * dot Delta (H Delta) - i * dot g Delta))
        with ((i * (1 - z2)) * (/ 2 * i * dot Delta (H Delta) - dot g Delta)) by ring.
      rewrite iz. ring. }
  assert (w : phi H g phat = / 2 * N H Delta_next ^ 2 - dot Delta_next (H Delta [-] g)
    + / 2 * dot Delta (H Delta) - dot g Delta).
  { replace (N H Delta_next ^ 2) with (dot Delta_next (H Delta_next)) by (rewrite <- (N_sq H); ring).
    unfold phi, Delta_next. rewrite !op_sub. dots.
    rewrite (dot_sym _ phat (H Delta)), (op_sym _ H Delta phat), (dot_sym _ Delta g), (dot_sym _ phat g).
    unfold Rdiv. lra. }
  assert (n : N H Delta ^ 2 = dot Delta (H Delta)) by (rewrite <- (N_sq H); ring).
  assert (d : z2 / (1 - z2) = i - 1) by (unfold i; field; lra).
  rewrite d, n. lra.
Qed.

(* Lemma 6 about the squares of any pair: Cauchy and Schwarz, and the Lipschitz Hessian. *)
Lemma from_squares : forall e2 z2, z2 < 1 -> phi H g phat <= e2 + (1 - z2) * phi H g ps ->
  N H Delta_next ^ 2 <= L * norm Delta_next * norm Delta ^ 2 + z2 / (1 - z2) * N H Delta ^ 2 + 2 * e2.
Proof.
  intros e2 z2 z1 h. pose proof (equation_17 e2 z2 z1 h) as a.
  pose proof (dot_le Delta_next (H Delta [-] g)) as b. pose proof (norm_pos Delta_next) as c.
  assert (d : norm Delta_next * norm (H Delta [-] g) <= norm Delta_next * (L / 2 * norm Delta ^ 2))
    by (apply Rmult_le_compat_l; [exact c|exact lipschitz]).
  replace (L * norm Delta_next * norm Delta ^ 2) with (2 * (norm Delta_next * (L / 2 * norm Delta ^ 2))) by field.
  lra.
Qed.

(* ||H^{1/2}(Delta - p* )|| <= L/(2 sqrt sigma_min) ||Delta||^2 *)
Lemma remainder : N H (Delta [-] ps) <= L / (2 * s) * norm Delta ^ 2.
Proof.
  pose proof s_pos as sp.
  assert (e : H (Delta [-] ps) = H Delta [-] g) by (rewrite op_sub, minimiser; reflexivity).
  eapply Rle_trans; [apply (dual_le H _ _ e)|]. fold s.
  replace (L / (2 * s) * norm Delta ^ 2) with (L / 2 * norm Delta ^ 2 / s) by (field; lra).
  unfold Rdiv at 1 3. apply Rmult_le_compat_r; [|exact lipschitz].
  apply Rlt_le, Rinv_0_lt_compat, sp.
Qed.

(* The step in the norm of H: Delta_{t+1} = (Delta - p* ) - (phat - p* ), and
   P <= ||H^{1/2} Delta|| + ||H^{1/2}(Delta - p* )||. *)
Lemma from_norm : forall E Z, 0 <= Z -> N H (phat [-] ps) <= E + Z * N H ps ->
  N H Delta_next <= E + Z * N H Delta + (1 + Z) * (L / (2 * s)) * norm Delta ^ 2.
Proof.
  intros E Z z0 h. pose proof remainder as r.
  assert (t : N H Delta_next <= N H (Delta [-] ps) + N H (phat [-] ps)).
  { replace Delta_next with ((Delta [-] ps) [-] (phat [-] ps)) by (unfold Delta_next; vec). apply N_sub. }
  assert (p : N H ps <= N H (Delta [-] ps) + N H Delta).
  { rewrite (N_sub_sym H Delta ps). apply N_back. }
  assert (zp : Z * N H ps <= Z * (N H (Delta [-] ps) + N H Delta)) by (apply Rmult_le_compat_l; assumption).
  assert (zr : (1 + Z) * N H (Delta [-] ps) <= (1 + Z) * (L / (2 * s) * norm Delta ^ 2))
    by (apply Rmult_le_compat_l; lra).
  lra.
Qed.

(* The same in the Euclidean norm, on which sharpened Theorems 1 to 3 rest:
   ||Delta_{t+1}|| <= sqrt(kappa) Z ||Delta_t|| + (1 + Z) L/(2 sigma_min) ||Delta_t||^2 + E/sqrt(sigma_min). *)
Theorem theorem_1_sharpened_from_norm : forall E Z, 0 <= Z -> N H (phat [-] ps) <= E + Z * N H ps ->
  norm Delta_next <= bound_theorem_1_sharpened E Z (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros E Z z0 h. pose proof s_pos as sp. pose proof (from_norm E Z z0 h) as n.
  assert (d : N H Delta <= sqrt (sigma_max H) * norm Delta) by apply N_le_norm.
  apply Rmult_le_reg_r with s; [exact sp|].
  pose proof (norm_le_N H Delta_next) as a. fold s in a.
  unfold bound_theorem_1_sharpened. rewrite sqrt_kappa. fold s.
  replace (L / (2 * sigma_min H)) with (L / (2 * s) / s).
  2: { rewrite <- s_square. field. lra. }
  replace ((sqrt (sigma_max H) / s * Z * norm Delta + (1 + Z) * (L / (2 * s) / s) * norm Delta ^ 2 + E / s) * s)
    with (Z * (sqrt (sigma_max H) * norm Delta) + (1 + Z) * (L / (2 * s)) * norm Delta ^ 2 + E) by (field; lra).
  assert (zd : Z * N H Delta <= Z * (sqrt (sigma_max H) * norm Delta)) by (apply Rmult_le_compat_l; assumption).
  lra.
Qed.

(* What rederived Theorems 1 and 3 rest on: if ||H^{1/2}(phat - p* )|| <= E + Z P and Z < 1, then
   ||Delta_{t+1}|| <= G max{ sqrt(kappa Z^2/(1 - Z^2)) ||Delta_t||, (L/sigma_min) ||Delta_t||^2 } + E/sqrt(sigma_min).
   The printed theorem has 1 for G, which is false, and 2 eps for E = eps.
   sqrt(kappa) Z = sqrt(1 - Z^2) sqrt(kappa Z^2/(1 - Z^2)), and sqrt(1 - Z^2) + (1 + Z)/2 <= G. *)
Theorem theorem_1_rederived_from_norm : forall E Z, 0 <= L -> 0 <= Z < 1 -> N H (phat [-] ps) <= E + Z * N H ps ->
  norm Delta_next <= bound_theorem_1_rederived E Z (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros E Z l0 [z0 z1] h. eapply Rle_trans; [apply (theorem_1_sharpened_from_norm E Z z0 h)|].
  unfold bound_theorem_1_sharpened, bound_theorem_1_rederived.
  pose proof (golden_mixture Z (conj z0 z1)) as gm. pose proof (kappa_ge_1 H) as k1.
  pose proof (norm_pos Delta) as d0. pose proof (sigma_min_pos _ H) as sp.
  set (q := sqrt (1 - Z ^ 2)) in *. set (b := sqrt (kappa H * Z ^ 2 / (1 - Z ^ 2)) * norm Delta).
  set (a := L / sigma_min H * norm Delta ^ 2).
  assert (zz : 0 < 1 - Z ^ 2) by nra.
  assert (qb : sqrt (kappa H) * Z * norm Delta = q * b).
  { unfold q, b. rewrite <- Rmult_assoc. f_equal.
    rewrite <- sqrt_mult_alt by lra.
    replace ((1 - Z ^ 2) * (kappa H * Z ^ 2 / (1 - Z ^ 2))) with (kappa H * Rsqr Z) by (unfold Rsqr; field; lra).
    rewrite sqrt_mult_alt, sqrt_Rsqr by lra. reflexivity. }
  assert (qa : (1 + Z) * (L / (2 * sigma_min H)) * norm Delta ^ 2 = (1 + Z) / 2 * a) by (unfold a; field; lra).
  rewrite qb, qa.
  pose proof (Rmax_l b a) as mb. pose proof (Rmax_r b a) as ma.
  assert (b0 : 0 <= b) by (apply Rmult_le_pos; [apply sqrt_pos|exact d0]).
  set (M := Rmax b a) in *.
  assert (q0 : 0 <= q) by apply sqrt_pos.
  assert (x : q * b <= q * M) by (apply Rmult_le_compat_l; assumption).
  assert (y : (1 + Z) / 2 * a <= (1 + Z) / 2 * M) by (apply Rmult_le_compat_l; lra).
  assert (w : (q + (1 + Z) / 2) * M <= golden_ratio * M) by (apply Rmult_le_compat_r; lra).
  lra.
Qed.

(* ---------- Lemmas 6, 8 and 11 ---------- *)

(* Lemma 6 as printed is correct: if phi(phat) <= eps^2 + (1 - zeta^2) phi(p* ) and zeta < 1, then
   Delta_{t+1}' H Delta_{t+1} <= L ||Delta_{t+1}|| ||Delta_t||^2 + zeta^2/(1 - zeta^2) Delta_t' H Delta_t + 2 eps^2. *)
Theorem lemma_6_printed : forall eps zeta, 0 <= zeta < 1 ->
  phi H g phat <= eps ^ 2 + (1 - zeta ^ 2) * phi H g ps ->
  N H Delta_next ^ 2 <= bound_lemma_6_printed eps zeta L (norm Delta_next) (norm Delta) (N H Delta).
Proof. intros eps zeta z h. apply from_squares; [nra|exact h]. Qed.

(* Lemma 6 rederived: what Lemma 5 really gives is phi(phat) <= eps^2 + (1 - 2 zeta^2) phi(p* ), so that 2 zeta^2
   takes the place of zeta^2. It asks for 2 zeta^2 < 1. *)
Theorem lemma_6_rederived : forall eps zeta, 2 * zeta ^ 2 < 1 ->
  phi H g phat <= eps ^ 2 + (1 - 2 * zeta ^ 2) * phi H g ps ->
  N H Delta_next ^ 2 <= bound_lemma_6_rederived eps zeta L (norm Delta_next) (norm Delta) (N H Delta).
Proof. intros eps zeta z h. apply (from_squares (eps ^ 2) (2 * zeta ^ 2)); assumption. Qed.

(* What sharpened Lemmas 6, 8 and 11 rest on: if ||H^{1/2}(phat - p* )|| <= E + Z P, P = ||H^{1/2} p*||, then
   Delta_{t+1}' H Delta_{t+1} is at most (E + Z ||H^{1/2} Delta_t|| + (1 + Z) L/(2 sqrt sigma_min) ||Delta_t||^2)^2.
   No premise on Z but Z >= 0. *)
Theorem lemma_6_sharpened_from_norm : forall E Z, 0 <= Z -> N H (phat [-] ps) <= E + Z * N H ps ->
  N H Delta_next ^ 2 <= bound_lemma_6_sharpened E Z L (sigma_min H) (norm Delta) (N H Delta).
Proof.
  intros E Z z0 h. unfold bound_lemma_6_sharpened. apply pow_incr. split; [apply N_pos|exact (from_norm E Z z0 h)].
Qed.

(* Lemma 8: Lemma 6 about the pair of Lemma 7, from a trimmed step phat. *)
Theorem lemma_8_printed : forall eps_byz zeta_byz, 0 <= zeta_byz < 1 ->
  phi H g phat <= eps_byz ^ 2 + (1 - zeta_byz ^ 2) * phi H g ps ->
  N H Delta_next ^ 2 <= bound_lemma_8_printed eps_byz zeta_byz L (norm Delta_next) (norm Delta) (N H Delta).
Proof. exact lemma_6_printed. Qed.
(* With what Lemma 7 rederived gives: 2 zeta_byz^2. *)
Theorem lemma_8_rederived : forall eps_byz zeta_byz, 2 * zeta_byz ^ 2 < 1 ->
  phi H g phat <= eps_byz ^ 2 + (1 - 2 * zeta_byz ^ 2) * phi H g ps ->
  N H Delta_next ^ 2 <= bound_lemma_8_rederived eps_byz zeta_byz L (norm Delta_next) (norm Delta) (N H Delta).
Proof. exact lemma_6_rederived. Qed.

(* Lemma 11: Lemma 6 about the pair of Lemma 10, from a trimmed, compressed step phat. *)
Theorem lemma_11_printed : forall eps_cb zeta_cb, 0 <= zeta_cb < 1 ->
  phi H g phat <= eps_cb ^ 2 + (1 - zeta_cb ^ 2) * phi H g ps ->
  N H Delta_next ^ 2 <= bound_lemma_11_printed eps_cb zeta_cb L (norm Delta_next) (norm Delta) (N H Delta).
Proof. exact lemma_6_printed. Qed.
(* With what Lemma 10 rederived gives: 2 zeta_cb^2. *)
Theorem lemma_11_rederived : forall eps_cb zeta_cb, 2 * zeta_cb ^ 2 < 1 ->
  phi H g phat <= eps_cb ^ 2 + (1 - 2 * zeta_cb ^ 2) * phi H g ps ->
  N H Delta_next ^ 2 <= bound_lemma_11_rederived eps_cb zeta_cb L (norm Delta_next) (norm Delta) (N H Delta).
Proof. exact lemma_6_rederived. Qed.

(* ---------- Theorems 1 and 2 ---------- *)

(* Theorem 1 as printed is never off by more than the golden ratio, in any dimension. *)
Theorem theorem_1_printed_within_golden : forall eps zeta, 0 <= L -> 0 <= eps -> 0 <= zeta < 1 ->
  N H (phat [-] ps) <= eps + zeta * N H ps ->
  norm Delta_next <= golden_ratio * bound_theorem_1_printed eps zeta (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros eps zeta l0 e0 z h. eapply Rle_trans; [apply (theorem_1_rederived_from_norm eps zeta l0 z h)|].
  unfold bound_theorem_1_rederived, bound_theorem_1_printed. fold s. pose proof golden_at_least_1 as g1.
  assert (es : 0 <= eps / s).
  { apply Rmult_le_pos; [exact e0|apply Rlt_le, Rinv_0_lt_compat, s_pos]. }
  replace (2 * eps / s) with (2 * (eps / s)) by (field; pose proof s_pos; lra). nra.
Qed.

(* What rederived Theorem 2 rests on: Theorem 1 with eps = sqrt 2 eps_byz and zeta = sqrt 2 zeta_byz, because Lemma 7
   rederived says phi(phat) <= phi(p* ) + eps_byz^2 + zeta_byz^2 P^2, so that
   ||H^{1/2}(phat - p* )|| <= sqrt 2 (eps_byz + zeta_byz P). *)
Theorem theorem_2_rederived_from_squares : forall eps_byz zeta_byz,
  0 <= L -> 0 <= eps_byz -> 0 <= zeta_byz -> 2 * zeta_byz ^ 2 < 1 ->
  phi H g phat <= phi H g ps + eps_byz ^ 2 + zeta_byz ^ 2 * N H ps ^ 2 ->
  norm Delta_next <= bound_theorem_2_rederived eps_byz zeta_byz (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros e z l0 e0 z0 z1 h. pose proof (sqrt_sqrt 2 ltac:(lra)) as r. pose proof (sqrt_pos 2) as r0.
  set (c := sqrt 2) in *.
  assert (n : N H (phat [-] ps) <= c * e + c * z * N H ps).
  { pose proof (phi_gap H g ps phat minimiser) as q. pose proof (N_pos H ps) as p0.
    pose proof (N_pos H (phat [-] ps)) as n0.
    apply Rsqr_incr_0_var.
    - unfold Rsqr.
      assert (x : 0 <= e * (z * N H ps)) by (apply Rmult_le_pos; [exact e0|apply Rmult_le_pos; assumption]).
      replace ((c * e + c * z * N H ps) * (c * e + c * z * N H ps))
        with ((c * c) * (e ^ 2 + z ^ 2 * N H ps ^ 2 + 2 * (e * (z * N H ps)))) by ring.
      rewrite r. simpl in *. lra.
    - repeat apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; assumption. }
  assert (cz : 0 <= c * z < 1).
  { split; [apply Rmult_le_pos; assumption|]. apply Rsqr_incrst_0; [|apply Rmult_le_pos; assumption|lra].
    unfold Rsqr. replace (c * z * (c * z)) with (c * c * z ^ 2) by ring. rewrite r. lra. }
  pose proof (theorem_1_rederived_from_norm (c * e) (c * z) l0 cz n) as t.
  unfold bound_theorem_2_rederived. unfold bound_theorem_1_rederived in t. fold c.
  assert (sq : (c * z) ^ 2 = 2 * z ^ 2) by (rewrite <- r; ring).
  rewrite sq in t. replace (2 * kappa H * z ^ 2) with (kappa H * (2 * z ^ 2)) by ring.
  exact t.
Qed.
End Step.

(* ---------- from what workers sent ---------- *)

(* Averaging: m honest workers, nothing trimmed or compressed. Worker i sends p i = H_i^{-1} g_i; q i = H_i^{-1} g and
   d i = H^{-1}(g_i - g) are those of Lemma 5. *)
Section Averaged.
Context {V : space} {A : Type} (H : spd V) (Hs : A -> spd V) (l : list A) (gs : A -> V).
Variables (g ps Delta : V) (p q d : A -> V) (L : R).
Hypothesis minimiser : H ps = g.
Hypothesis lipschitz : norm (H Delta [-] g) <= L / 2 * norm Delta ^ 2.
Hypothesis local : forall i, In i l -> Hs i (p i) = gs i.
Hypothesis giant : forall i, In i l -> Hs i (q i) = g.
Hypothesis white : forall i, In i l -> H (d i) = gs i [-] g.
Notation m := (INR (length l)).
Notation step := (mean p l).
Notation white_mean_deviation := (N H (mean d l)).
Notation white_deviation_mean := (rmean (fun i => N H (d i)) l).

(* Theorem 1 rederived, with eta and eps measured: ||E_i|| <= nu eta for all i, ||mean_i E_i|| <= nu eta/sqrt m,
   eps = mean_i ||H^{-1/2}(g_i - g)||/(1 - eta). If zeta < 1, then
   ||Delta_{t+1}|| <= G max{ sqrt(kappa zeta^2/(1 - zeta^2)) ||Delta_t||, (L/sigma_min) ||Delta_t||^2 }
                      + eps/sqrt(sigma_min). *)
Theorem theorem_1_rederived : forall nu eta, 0 <= L -> 0 <= nu <= 1 -> 0 <= eta < 1 -> l <> [] ->
  (forall i, In i l -> close H (Hs i) (nu * eta)) -> mean_close H Hs l (nu * eta / sqrt m) -> zeta nu eta m < 1 ->
  norm (Delta [-] step) <= bound_theorem_1_rederived (white_deviation_mean / (1 - eta)) (zeta nu eta m)
    (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros nu eta l0 n e some each all small.
  apply (theorem_1_rederived_from_norm H g ps Delta _ L minimiser lipschitz); [exact l0| |].
  - split; [apply zeta_pos; [apply n|exact e]|exact small].
  - exact (lemma_5_rederived_norm H Hs l gs g ps p q d minimiser local giant white nu eta n e some each all).
Qed.

Section Spectral.
Variables omega omega_mean : R.
Hypothesis omega_mean_pos : 0 <= omega_mean.
Hypothesis omegas : forall i, In i l -> omega_bound H (Hs i) omega.
Hypothesis omega_means : omega_mean_bound H Hs l omega_mean.
Notation E := (white_mean_deviation + omega * white_deviation_mean).
Notation Z := omega_mean.

(* Sharpened, with Z = omega_mean and E = ||H^{-1/2} mean_i(g_i - g)|| + omega mean_i ||H^{-1/2}(g_i - g)||. *)
Theorem theorem_1_sharpened :
  norm (Delta [-] step) <= bound_theorem_1_sharpened E Z (kappa H) L (sigma_min H) (norm Delta).
Proof.
  apply (theorem_1_sharpened_from_norm H g ps Delta _ L minimiser lipschitz _ _ omega_mean_pos).
  exact (lemma_5_sharpened_norm H Hs l gs g ps p q d minimiser local giant white omega omega_mean omegas omega_means).
Qed.
Theorem lemma_6_sharpened :
  N H (Delta [-] step) ^ 2 <= bound_lemma_6_sharpened E Z L (sigma_min H) (norm Delta) (N H Delta).
Proof.
  apply (lemma_6_sharpened_from_norm H g ps Delta _ L minimiser lipschitz _ _ omega_mean_pos).
  exact (lemma_5_sharpened_norm H Hs l gs g ps p q d minimiser local giant white omega omega_mean omegas omega_means).
Qed.
End Spectral.
End Averaged.

(* Trimming: the center keeps some of the workers, and at most as many lie as are dropped. Liars send anything. An
   honest worker i has the direction p i = H_i^{-1} g_i. c = |B|/|U|. *)
Section Trimmed.
Context {V : space} {A : Type} (H : spd V) (Hs : A -> spd V) (gs : A -> V).
Variables (lies : A -> bool) (sent : A -> option V) (workers kept dropped : list A).
Variables (g ps Delta : V) (p pt d : A -> V) (L : R).
Hypothesis trimmed : round lies sent workers kept dropped.
Hypothesis minimiser : H ps = g.
Hypothesis lipschitz : norm (H Delta [-] g) <= L / 2 * norm Delta ^ 2.
Hypothesis solve : forall i, In i workers -> lies i = false -> solves H g (Hs i) (gs i) (p i) (pt i) (d i).
Notation M := (honest lies workers).
Notation a := (share (length M) kept).
Notation t := (share (length dropped) kept).
Notation c := (share (liars lies workers) kept).
Notation step := (mean (fun i => vector (sent i)) kept).

(* With compression: honest worker i sends q i = Q(p i), Q a rho-approximate compressor. *)
Section Compressed.
Variables (q : A -> V) (rho : R).
Hypothesis honest_sends : forall i, In i workers -> lies i = false -> sent i = Some (q i).
Hypothesis rho_at_most_1 : rho <= 1.
Hypothesis compresses : forall i, In i workers -> lies i = false ->
  norm (q i [-] p i) ^ 2 <= (1 - rho) * norm (p i) ^ 2.
Notation k := (k_of H rho).
Notation eps_cb e := (bound_lemma_10_eps_cb k (kappa H) c e).
Notation zeta_cb z := (bound_lemma_10_zeta_cb k (kappa H) c z).

Lemma zeta_cb_pos : forall z, 0 <= z -> 0 <= zeta_cb z.
Proof.
  intros z z0. pose proof (sqrt_pos k) as r0.
  assert (c0 : 0 <= c) by (apply Rle_mult_inv_pos; [apply pos_INR|apply length_pos, (keeps_some _ _ _ _ _ trimmed)]).
  assert (r1 : 1 <= sqrt (kappa H)) by (rewrite <- sqrt_1; apply sqrt_le_1_alt, kappa_ge_1).
  assert (0 <= 1 - c + c * sqrt (kappa H)) by nra. assert (0 <= sqrt k * (1 + z)) by (apply Rmult_le_pos; lra).
  assert (0 <= c * sqrt (kappa H)) by (apply Rmult_le_pos; lra). unfold bound_lemma_10_zeta_cb.
  apply Rplus_le_le_0_compat; [apply Rmult_le_pos; lra|lra].
Qed.
Lemma step_error : forall e z, (forall i, In i workers -> lies i = false -> N H (p i [-] ps) <= e + z * N H ps) ->
  N H (step [-] ps) <= eps_cb e + zeta_cb z * N H ps.
Proof.
  intros e z near. rewrite <- norm_is_linear.
  exact (lemma_10_norm H lies sent workers kept dropped ps p q rho trimmed honest_sends rho_at_most_1 compresses e z
    near).
Qed.

(* Theorem 3 rederived, with eta and eps measured over the honest workers and the pair of Lemma 10 rederived, which
   bounds the norm of the error itself. If zeta_cb < 1, then
   ||Delta_{t+1}|| <= G max{ sqrt(kappa zeta_cb^2/(1 - zeta_cb^2)) ||Delta_t||, (L/sigma_min) ||Delta_t||^2 }
                      + eps_cb/sqrt(sigma_min). *)
Theorem theorem_3_rederived : forall nu eta eps, 0 <= L -> 0 <= nu <= 1 -> 0 <= eta < 1 ->
  (forall i, In i workers -> lies i = false -> close H (Hs i) (nu * eta)) ->
  (forall i, In i workers -> lies i = false -> N H (d i) / (1 - eta) <= eps) ->
  zeta_cb (zeta_1 nu eta) < 1 ->
  norm (Delta [-] step)
    <= bound_theorem_3_rederived (eps_cb eps) (zeta_cb (zeta_1 nu eta)) (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros nu eta eps l0 n e each small z1.
  apply (theorem_1_rederived_from_norm H g ps Delta _ L minimiser lipschitz); [exact l0| |].
  - split; [|exact z1]. apply zeta_cb_pos. rewrite <- zeta_of_1 by lra. apply zeta_pos; [apply n|exact e].
  - apply step_error. intros i w h. pose proof (small i w h).
    pose proof (worker_error_on_event H g _ _ ps _ _ _ nu eta n e minimiser (solve i w h) (each i w h)). lra.
Qed.

Section Spectral.
Variables eps tau omega : R.
Hypothesis omega_pos : 0 <= omega.
Hypothesis taus : forall i, In i workers -> lies i = false -> tau_bound H (Hs i) tau.
Hypothesis omegas : forall i, In i workers -> lies i = false -> omega_bound H (Hs i) omega.
Hypothesis small : forall i, In i workers -> lies i = false -> tau * N H (d i) <= eps.
Notation E := (eps_cb eps).
Notation Z := (zeta_cb omega).
Lemma spectral_error : N H (step [-] ps) <= E + Z * N H ps.
Proof.
  apply step_error. intros i w h. pose proof (small i w h).
  pose proof (worker_error H g _ _ ps _ _ _ tau omega minimiser (solve i w h) (taus i w h) (omegas i w h)). lra.
Qed.

(* Sharpened, with omega and tau measured, eps = tau max_i ||H^{-1/2}(g_i - g)||, E = eps_cb and Z = zeta_cb. *)
Theorem theorem_3_sharpened :
  norm (Delta [-] step) <= bound_theorem_3_sharpened E Z (kappa H) L (sigma_min H) (norm Delta).
Proof.
  exact (theorem_1_sharpened_from_norm H g ps Delta _ L minimiser lipschitz _ _ (zeta_cb_pos omega omega_pos)
    spectral_error).
Qed.
Theorem lemma_11_sharpened :
  N H (Delta [-] step) ^ 2 <= bound_lemma_11_sharpened E Z L (sigma_min H) (norm Delta) (N H Delta).
Proof.
  exact (lemma_6_sharpened_from_norm H g ps Delta _ L minimiser lipschitz _ _ (zeta_cb_pos omega omega_pos)
    spectral_error).
Qed.
End Spectral.
End Compressed.

(* Without compression: an honest worker i sends p i. *)
Hypothesis honest_sends : forall i, In i workers -> lies i = false -> sent i = Some (p i).

(* Theorem 2 rederived, with the pair of Lemma 7 rederived, and eta and eps measured over the honest workers. *)
Theorem theorem_2_rederived : forall nu eta eps, 0 <= L -> 0 <= nu <= 1 -> 0 <= eta < 1 ->
  (forall i, In i workers -> lies i = false -> close H (Hs i) (nu * eta)) ->
  mean_close H Hs M (nu * eta / sqrt (INR (length M))) ->
  (forall i, In i workers -> lies i = false -> N H (d i) / (1 - eta) <= eps) ->
  let eps_byz := sqrt (bound_lemma_7_eps_byz_squared a t (kappa H) c eps) in
  let zeta_byz := sqrt (bound_lemma_7_zeta_byz_squared a t (kappa H) c (zeta nu eta (INR (length M)))
    (zeta_1 nu eta)) in
  2 * zeta_byz ^ 2 < 1 ->
  norm (Delta [-] step) <= bound_theorem_2_rederived eps_byz zeta_byz (kappa H) L (sigma_min H) (norm Delta).
Proof.
  intros nu eta eps l0 n e each all small eps_byz zeta_byz below. pose proof (kappa_ge_1 H) as k1.
  pose proof (lemma_7_rederived H lies sent workers kept dropped g ps p trimmed minimiser honest_sends Hs gs pt d solve
    nu eta eps n e each all small) as b. unfold bound_lemma_7_rederived in b.
  apply (theorem_2_rederived_from_squares H g ps Delta _ L minimiser lipschitz); try assumption; try apply sqrt_pos.
  unfold eps_byz, zeta_byz. rewrite !pow2_sqrt; [lra|apply zeta_byz_squared_pos; lra|apply eps_byz_squared_pos; lra].
Qed.

Section Spectral.
Variables eps tau omega : R.
Hypothesis omega_pos : 0 <= omega.
Hypothesis taus : forall i, In i workers -> lies i = false -> tau_bound H (Hs i) tau.
Hypothesis omegas : forall i, In i workers -> lies i = false -> omega_bound H (Hs i) omega.
Hypothesis small : forall i, In i workers -> lies i = false -> tau * N H (d i) <= eps.
(* k = 0 *)
Notation E := (bound_lemma_10_eps_cb 0 (kappa H) c eps).
Notation Z := (bound_lemma_10_zeta_cb 0 (kappa H) c omega).
Lemma nothing_lost : forall i, In i workers -> lies i = false -> norm (p i [-] p i) ^ 2 <= (1 - 1) * norm (p i) ^ 2.
Proof. intros i _ _. rewrite sub_self, norm_zero. right. ring. Qed.
Lemma no_k : k_of H 1 = 0.
Proof. unfold k_of. ring. Qed.
Lemma uncompressed_error : N H (step [-] ps) <= E + Z * N H ps.
Proof.
  rewrite <- no_k. exact (spectral_error p 1 honest_sends (Rle_refl 1) nothing_lost eps tau omega taus omegas small).
Qed.
Lemma uncompressed_rate : 0 <= Z.
Proof. rewrite <- no_k at 2. exact (zeta_cb_pos 1 omega omega_pos). Qed.

(* Sharpened: Theorem 3 and Lemma 11 with k = 0. *)
Theorem theorem_2_sharpened :
  norm (Delta [-] step) <= bound_theorem_2_sharpened E Z (kappa H) L (sigma_min H) (norm Delta).
Proof.
  exact (theorem_1_sharpened_from_norm H g ps Delta _ L minimiser lipschitz _ _ uncompressed_rate uncompressed_error).
Qed.
Theorem lemma_8_sharpened :
  N H (Delta [-] step) ^ 2 <= bound_lemma_8_sharpened E Z L (sigma_min H) (norm Delta) (N H Delta).
Proof.
  exact (lemma_6_sharpened_from_norm H g ps Delta _ L minimiser lipschitz _ _ uncompressed_rate uncompressed_error).
Qed.
End Spectral.
End Trimmed.
