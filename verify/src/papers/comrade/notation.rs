//! What the symbols of the statements mean.

/// (symbol in TeX, meaning), in the order in which a reader meets them.
pub const NOTATION: &[(&str, &str)] = &[
    (r"f(w),\ w^*", "the objective, a mean over n rows with ridge λ, and its minimiser"),
    (r"H,\ g", "Hessian and gradient of f at the iterate w"),
    (r"H_i,\ g_i", "the same from the s rows of worker i alone"),
    (r"b_j", "gradient of the loss of row j"),
    (r"U", "orthonormal basis of the columns of the scaled data matrix"),
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
    (r"\nu,\ \kappa,\ \mu", "share of the data in H, condition number of H, row coherence"),
    (
        r"\zeta = \nu\bigl(\tfrac{\eta}{\sqrt m} + \tfrac{\eta^2}{1 - \eta}\bigr)",
        "relative error of the averaged Hessian",
    ),
    (r"\zeta_1", "the same for one worker: ν/(1 − η) as printed, νη/(1 − η) as its definition gives it"),
    (r"\zeta_M,\ \zeta_B", "the same for the set M of honest workers, and for the set B of compressed messages"),
    (r"\varepsilon", "error of the local gradients, in the norm of H⁻¹"),
    (
        r"\tau,\ \omega,\ \omega_{\mathrm{mean}}",
        "the spectral norms that η stands for, measured directly: never vacuous",
    ),
    (r"E,\ Z", "‖H^½(p̂ − p*)‖ ≤ E + ZP, by the sharpened lemma of the same kind of step"),
    (r"a,\ c", "(1 − α)/(1 − β) and α/(1 − β)"),
    (r"Q,\ \rho", "compressor, ‖Q(x) − x‖² ≤ (1 − ρ)‖x‖²"),
    (r"k = \kappa(1 - \rho)", "what compression costs"),
    (r"\varepsilon_{\mathrm{byz}},\ \zeta_{\mathrm{byz}}", "ε and ζ with Byzantine workers and trimming"),
    (r"\varepsilon_{\mathrm{cb}},\ \zeta_{\mathrm{cb}}", "ε and ζ with Byzantine workers, trimming and compression"),
];
