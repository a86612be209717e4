//! What the symbols of the statements mean, and the formulas of the printed constants.

use crate::claim::{Claim, Reading};

/// Printed (5) and (6), of Lemma 7.
const EPS_BYZ: &str = r"\varepsilon_{\mathrm{byz}}^2 = (3a^2 + 4 \kappa c^2)\,\varepsilon^2";
const ZETA_BYZ: &str = r"\begin{aligned} \zeta_{\mathrm{byz}}^2 &= 2a^2 \zeta_{M \cap T}^2 + a^2 \zeta_M^2 \\
    &\quad + 4 \kappa c^2 (2 + \zeta_1^2) \end{aligned}";
/// Printed (7) and (8), of Lemma 10; X is M, the part of M that is trimmed, or a single worker.
const EPS_CB: &str = r"\varepsilon_{\mathrm{cb}}^2 = (3a^2 + 4 \kappa c^2)\,\varepsilon_1^2";
const ZETA_CB: &str = r"\begin{aligned} \zeta_{\mathrm{cb}}^2 &= 2a^2 \zeta_{\mathrm{comp},M \cap T}^2 + a^2 \zeta_{\mathrm{comp},M}^2 \\
    &\quad + 4 \kappa c^2 (2 + \zeta_{\mathrm{comp},1}^2) \end{aligned}";
const EPS_1: &str = r"\varepsilon_1^2 = (1 + k)\,\varepsilon^2";
const ZETA_COMP: &str = r"\zeta_{\mathrm{comp},X}^2 = \zeta_{X}^2 + k (1 + \zeta_1^2)";
/// Shares of the mean over U.
const SHARE_HONEST: &str = r"a = \tfrac{1 - \alpha}{1 - \beta}";
const SHARE_LIARS: &str = r"c = \tfrac{\alpha}{1 - \beta}";
const SHARE_TRIMMED: &str = r"t = \tfrac{\beta}{1 - \beta}";
const ZETA_M: &str = r"\zeta_M = \nu\bigl(\tfrac{\eta}{\sqrt{|M|}} + \tfrac{\eta^2}{1 - \eta}\bigr)";
const ZETA_MT: &str = r"\zeta_{M \cap T} = \nu\bigl(\tfrac{\eta}{\sqrt{(1 - \beta)m}} + \tfrac{\eta^2}{1 - \eta}\bigr)";
const ETA_MEASURED: &str = r"\eta = \max\{\max_i \eta_i, \sqrt{|M|}\,\bar\eta\}";
const ETA_PRINTED: &str = r"\eta = \sqrt{3 \mu r \ln(r m/\delta)/s}";
const EPS_AVERAGED: &str = r"\varepsilon = \operatorname{mean}_i \|H^{-1/2}(g_i - g)\|/(1 - \eta)";
const EPS_TRIMMED: &str = r"\varepsilon = \max_i \|H^{-1/2}(g_i - g)\|/(1 - \eta)";
const EPS_PRINTED: &str =
    r"\varepsilon = (1 + \sqrt{2 \ln(m/\delta)})\,\sqrt{1/s}\,\max_j \|b_j\|/((1 - \eta)\sqrt{\sigma_{\min}})";

/// What a printed right side is made of, in TeX, for the card of its statement; empty where it says so itself.
#[must_use]
pub fn constants(claim: &Claim) -> &'static [&'static str] {
    match (claim.reading, claim.id) {
        (Reading::Printed, "lemma-7" | "lemma-8" | "theorem-2") => {
            &[EPS_BYZ, ZETA_BYZ, ZETA_M, ZETA_MT, SHARE_HONEST, SHARE_LIARS]
        }
        (Reading::Printed, "lemma-10" | "lemma-11" | "theorem-3") => {
            &[EPS_CB, ZETA_CB, EPS_1, ZETA_COMP, SHARE_HONEST, SHARE_LIARS]
        }
        _ => &[],
    }
}

/// (statement, mode, formula in TeX): what a test reads in the symbols of the printed statement.
#[cfg(test)]
pub(in crate::papers) const FORMULAS: &[(&str, crate::claim::Mode, &str)] = {
    use crate::claim::Mode::{APosteriori, APriori};
    &[
        ("lemma-7", APosteriori, EPS_BYZ),
        ("lemma-7", APosteriori, ZETA_BYZ),
        ("lemma-7", APriori, EPS_BYZ),
        ("lemma-7", APriori, ZETA_BYZ),
        ("lemma-7", APosteriori, SHARE_HONEST),
        ("lemma-7", APosteriori, SHARE_LIARS),
        ("lemma-7", APosteriori, ZETA_M),
        ("lemma-7", APosteriori, ZETA_MT),
        ("lemma-7", APosteriori, ETA_MEASURED),
        ("lemma-7", APriori, ETA_PRINTED),
        ("lemma-5", APosteriori, EPS_AVERAGED),
        ("lemma-7", APosteriori, EPS_TRIMMED),
        ("lemma-5", APriori, EPS_PRINTED),
        ("lemma-7", APriori, EPS_PRINTED),
        ("lemma-10", APosteriori, EPS_CB),
        ("lemma-10", APosteriori, ZETA_CB),
        ("lemma-10", APosteriori, EPS_1),
        ("lemma-10", APosteriori, ZETA_COMP),
    ]
};

/// (symbol in TeX, meaning), in the order in which a reader meets them.
pub const NOTATION: &[(&str, &str)] = &[
    (r"f(w),\ w^*", "the objective, a mean over n rows with ridge λ, and its minimiser"),
    (
        r"\ell(y, z) = \ln(1 + e^{-yz}) \ \text{or} \ \tfrac12 (z - y)^2",
        "logistic or squared loss of a row with label y, z = xⱼᵀw",
    ),
    (r"H,\ g", "Hessian and gradient of f at the iterate w"),
    (r"H_i,\ g_i", "the same from the s rows of worker i alone"),
    (r"b_j", "gradient of the loss of row j"),
    (
        r"M,\ B",
        "the honest workers, |M| = (1 − α)m, and the Byzantine ones, |B| = αm; Lemma 9 calls B the set over which it averages",
    ),
    (
        r"U,\ T",
        "the workers that are kept, the |U| = (1 − β)m with the shortest messages, and those that are trimmed, |T| = βm",
    ),
    (r"U^{\top}, U", "next to a sampling matrix: orthonormal basis of the columns of the scaled data matrix"),
    (r"S_i,\ S", "sampling matrix of worker i, and of all workers together"),
    (r"p^* = H^{-1} g", "the Newton direction"),
    (r"\tilde p", "mean of Hᵢ⁻¹g: the direction of GIANT, two rounds"),
    (r"\hat p", "mean of Hᵢ⁻¹gᵢ over the workers kept: the direction of COMRADE, one round"),
    (r"\varphi(p) = \tfrac12 p^{\top} H p - g^{\top} p", "what a step decreases; its minimum is φ(p*) = −½P²"),
    (r"P = \|H^{1/2} p^*\|", "length of the Newton direction"),
    (r"\Delta,\ {\Delta\prime}", "distance from w* before and after the step"),
    (r"m,\ s,\ d,\ r", "workers, rows each, features, rank"),
    (r"\alpha,\ \beta", "fraction of Byzantine workers, and fraction trimmed by norm"),
    (r"\delta", "allowed failure probability of an a-priori statement"),
    (r"\eta", "how far any worker’s sample distorts the geometry; statements need η < 1"),
    (
        ETA_MEASURED,
        "a posteriori: the smallest η for which both events of Lemma 2 hold over M on the draw; ηᵢ = ‖UᵀSᵢSᵢᵀU − I‖, \
         η̄ = ‖UᵀSSᵀU − I‖",
    ),
    (ETA_PRINTED, "a priori, as printed: by the rule for the size s of a sample"),
    (r"\nu,\ \kappa,\ \mu", "share of the data in H, condition number of H, row coherence"),
    (
        r"\zeta = \nu\bigl(\tfrac{\eta}{\sqrt m} + \tfrac{\eta^2}{1 - \eta}\bigr)",
        "relative error of the averaged Hessian",
    ),
    (r"\zeta_1", "the same for one worker: ν/(1 − η) as printed, νη/(1 − η) as its definition gives it"),
    (ZETA_M, "the same for a mean over M; ζ_B for one over the set of Lemma 9"),
    (
        ZETA_MT,
        "the same for the honest workers that were trimmed, as printed; but |M∩T| ≤ βm may be 1, and the data choose the set",
    ),
    (r"\varepsilon", "error of the local gradients, in the norm of H⁻¹"),
    (EPS_AVERAGED, "a posteriori, if all messages are averaged"),
    (EPS_TRIMMED, "a posteriori, with Byzantine workers, trimming or compression; i over M"),
    (EPS_PRINTED, "a priori: printed (4)"),
    (
        r"\tau,\ \omega,\ \omega_{\mathrm{mean}}",
        "the spectral norms that η stands for, measured directly: never vacuous",
    ),
    (r"E,\ Z", "‖H^½(p̂ − p*)‖ ≤ E + ZP, by the sharpened lemma of the same kind of step"),
    (SHARE_HONEST, "|M|/|U|"),
    (SHARE_LIARS, "|B|/|U|, at least the share of liars among those that are kept"),
    (SHARE_TRIMMED, "|T|/|U|; as an index t is the number of the step, and in premises the radius of the ridge rule"),
    (r"Q,\ \rho", "compressor, ‖Q(x) − x‖² ≤ (1 − ρ)‖x‖²"),
    (r"k = \kappa(1 - \rho)", "what compression costs"),
    (EPS_BYZ, "ε with Byzantine workers and trimming, as printed in (5); the card of Lemma 7 has it as rederived"),
    (ZETA_BYZ, "ζ with them, as printed in (6)"),
    (
        EPS_CB,
        "ε with Byzantine workers, trimming and compression, printed (7); the card of Lemma 10 has it as rederived",
    ),
    (ZETA_CB, "ζ with them, printed (8)"),
    (EPS_1, "Lemma 9: ε of a compressed message"),
    (ZETA_COMP, "Lemma 9: ζ of compressed messages of a set X; with ζ₁ for a single one"),
];
