//! The statements and their symbols in TeX, for typesetting. What a claim says stays in its own file, in plain
//! characters; a statement is found here by exactly those, so that the two cannot drift apart unnoticed.

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

/// (what the claim says, the same in TeX, broken into lines that fit a narrow column). A prime stands beside its letter:
/// browsers raise one in an exponent a second time. A bracket with an exponent is a plain one: browsers do not enlarge it.
const STATEMENTS: &[(&str, &str)] = &[
    // Lemma 1.
    (
        "|f − f′| ≤ (2/s) max‖b‖, and P[f − E f ≥ t] ≤ exp(−2t²/Σc²) for f = ‖gᵢ − g‖",
        r"\begin{aligned} |f - f\prime| &\le \tfrac{2}{s}\,\max_j \|b_j\|, \\
          \mathrm{P}[f - \mathrm{E} f \ge t] &\le \exp\Bigl(-\tfrac{2t^2}{\sum c^2}\Bigr) \\
          \text{for } f &= \|g_i - g\| \end{aligned}",
    ),
    (
        "|f − f′| ≤ (2/s) max‖b − b̄‖, and the tail with it",
        r"\begin{aligned} |f - f\prime| &\le \tfrac{2}{s}\,\max_j \|b_j - \bar b\|, \\
          &\text{and the tail with it} \end{aligned}",
    ),
    // Lemma 2.
    (
        "max( maxᵢ ‖UᵀSᵢSᵢᵀU − I‖, √m ‖UᵀSSᵀU − I‖ ) ≤ η",
        r"\begin{aligned} &\max\bigl(\max_i \|U^{\top} S_i S_i^{\top} U - I\|, \\
          &\qquad\; \sqrt{m}\;\|U^{\top} S S^{\top} U - I\|\bigr) \le \eta \end{aligned}",
    ),
    ("maxᵢ ‖H^(−½)(Hᵢ − H)H^(−½)‖ ≤ t", r"\max_i \|H^{-1/2}(H_i - H)H^{-1/2}\| \le t"),
    // Lemma 3.
    (
        "maxᵢ ‖gᵢ − g‖ ≤ (1 + √(2 ln(m/δ))) √(1/s) max‖b‖",
        r"\begin{aligned} &\max_i \|g_i - g\| \\
          &\quad\le \Bigl(1 + \sqrt{2 \ln\tfrac{m}{\delta}}\Bigr) \sqrt{\tfrac{1}{s}}\;\max_j \|b_j\| \end{aligned}",
    ),
    (
        "maxᵢ ‖gᵢ − g‖ ≤ √(tr Cov_b / s) + 2 max‖b − b̄‖ √(ln(m/δ)/(2s))",
        r"\begin{aligned} &\max_i \|g_i - g\| \le \sqrt{\tfrac{1}{s}\operatorname{tr}\operatorname{Cov}_b} \\
          &\quad + 2 \max_j \|b_j - \bar b\| \sqrt{\tfrac{\ln(m/\delta)}{2s}} \end{aligned}",
    ),
    // Lemma 4.
    ("φ(p̃) ≤ (1 − ζ²) φ(p*)", r"\varphi(\tilde p) \le (1 - \zeta^2)\,\varphi(p^*)"),
    ("φ(p̃) ≤ (1 − ω_mean²) φ(p*)", r"\varphi(\tilde p) \le (1 - \omega_{\mathrm{mean}}^2)\,\varphi(p^*)"),
    // Lemma 5.
    ("φ(p̂) ≤ ε² + (1 − ζ²) φ(p*)", r"\varphi(\hat p) \le \varepsilon^2 + (1 - \zeta^2)\,\varphi(p^*)"),
    ("φ(p̂) ≤ φ(p*) + ½(ε + ζP)²", r"\varphi(\hat p) \le \varphi(p^*) + \tfrac12 (\varepsilon + \zeta P)^2"),
    (
        "φ(p̂) ≤ φ(p*) + ½(‖H^(−½) meanᵢ(gᵢ − g)‖ + ω meanᵢ‖H^(−½)(gᵢ − g)‖ + ω_mean P)²",
        r"\begin{aligned} &\varphi(\hat p) \le \varphi(p^*) + \tfrac12 (\|H^{-1/2} \operatorname{mean}_i (g_i - g)\| \\
          &\quad + \omega \operatorname{mean}_i \|H^{-1/2}(g_i - g)\| + \omega_{\mathrm{mean}} P)^2 \end{aligned}",
    ),
    // Lemma 6.
    (
        "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + ζ²/(1 − ζ²) ΔᵀHΔ + 2ε²",
        r"\begin{aligned} {\Delta\prime}^{\top} H {\Delta\prime} &\le L \|{\Delta\prime}\| \|\Delta\|^2 \\
          &\quad + \tfrac{\zeta^2}{1 - \zeta^2}\,\Delta^{\top} H \Delta + 2\varepsilon^2 \end{aligned}",
    ),
    (
        "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + 2ζ²/(1 − 2ζ²) ΔᵀHΔ + 2ε²",
        r"\begin{aligned} {\Delta\prime}^{\top} H {\Delta\prime} &\le L \|{\Delta\prime}\| \|\Delta\|^2 \\
          &\quad + \tfrac{2\zeta^2}{1 - 2\zeta^2}\,\Delta^{\top} H \Delta + 2\varepsilon^2 \end{aligned}",
    ),
    (
        "Δ′ᵀHΔ′ ≤ (E + Z‖H^½Δ‖ + (1 + Z)L/(2√σ_min)‖Δ‖²)²",
        r"\begin{aligned} {\Delta\prime}^{\top} H {\Delta\prime} &\le (E + Z \|H^{1/2}\Delta\| \\
          &\quad + \tfrac{(1 + Z) L}{2\sqrt{\sigma_{\min}}} \|\Delta\|^2 )^2 \end{aligned}",
    ),
    // Theorem 1.
    (
        "‖Δ′‖ ≤ max{√(κζ²/(1 − ζ²))‖Δ‖, (L/σ_min)‖Δ‖²} + 2ε/√σ_min",
        r"\begin{aligned} \|{\Delta\prime}\| &\le \max\Bigl\{ \sqrt{\tfrac{\kappa \zeta^2}{1 - \zeta^2}}\,\|\Delta\|, \\
          &\quad \tfrac{L}{\sigma_{\min}} \|\Delta\|^2 \Bigr\} + \tfrac{2 \varepsilon}{\sqrt{\sigma_{\min}}} \end{aligned}",
    ),
    (
        "‖Δ′‖ ≤ G max{√(κζ²/(1 − ζ²))‖Δ‖, (L/σ_min)‖Δ‖²} + ε/√σ_min, G = (1 + √5)/2",
        r"\begin{aligned} \|{\Delta\prime}\| &\le G \max\Bigl\{ \sqrt{\tfrac{\kappa \zeta^2}{1 - \zeta^2}}\,\|\Delta\|, \\
          &\quad \tfrac{L}{\sigma_{\min}} \|\Delta\|^2 \Bigr\} + \tfrac{\varepsilon}{\sqrt{\sigma_{\min}}}, \\
          G &= \tfrac{1 + \sqrt5}{2} \end{aligned}",
    ),
    (
        "‖Δ′‖ ≤ √κ Z‖Δ‖ + (1 + Z)L/(2σ_min)‖Δ‖² + E/√σ_min",
        r"\begin{aligned} \|{\Delta\prime}\| &\le \sqrt{\kappa}\,Z \|\Delta\| + \tfrac{(1 + Z) L}{2 \sigma_{\min}} \|\Delta\|^2 \\
          &\quad + \tfrac{E}{\sqrt{\sigma_{\min}}} \end{aligned}",
    ),
    // Lemma 7.
    (
        "φ(p̂) ≤ ε_byz² + (1 − ζ_byz²) φ(p*)",
        r"\varphi(\hat p) \le \varepsilon_{\mathrm{byz}}^2 + (1 - \zeta_{\mathrm{byz}}^2)\,\varphi(p^*)",
    ),
    (
        "φ(p̂) ≤ φ(p*) + ε_byz² + ζ_byz²P², with rederived ε_byz, ζ_byz",
        r"\begin{aligned} &\varphi(\hat p) \le \varphi(p^*) + \varepsilon_{\mathrm{byz}}^2 + \zeta_{\mathrm{byz}}^2 P^2, \\
          &\text{with rederived } \varepsilon_{\mathrm{byz}}, \zeta_{\mathrm{byz}} \end{aligned}",
    ),
    (
        "φ(p̂) ≤ φ(p*) + ½((1 − c)(ε + ωP) + c√κ(ε + (2 + ω)P))², ε = τ maxᵢ‖H^(−½)(gᵢ − g)‖",
        r"\begin{aligned} \varphi(\hat p) &\le \varphi(p^*) + \tfrac12 ((1 - c)(\varepsilon + \omega P) \\
          &\quad + c \sqrt{\kappa}\,(\varepsilon + (2 + \omega) P))^2, \\
          \varepsilon &= \tau \max_i \|H^{-1/2}(g_i - g)\| \end{aligned}",
    ),
    // Lemma 8.
    (
        "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + ζ_byz²/(1 − ζ_byz²) ΔᵀHΔ + 2ε_byz²",
        r"\begin{aligned} {\Delta\prime}^{\top} H {\Delta\prime} &\le L \|{\Delta\prime}\| \|\Delta\|^2 \\ &\quad +
          \tfrac{\zeta_{\mathrm{byz}}^2}{1 - \zeta_{\mathrm{byz}}^2}\,\Delta^{\top} H \Delta + 2\varepsilon_{\mathrm{byz}}^2 \end{aligned}",
    ),
    (
        "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + 2ζ_byz²/(1 − 2ζ_byz²) ΔᵀHΔ + 2ε_byz²",
        r"\begin{aligned} {\Delta\prime}^{\top} H {\Delta\prime} &\le L \|{\Delta\prime}\| \|\Delta\|^2 \\ &\quad +
          \tfrac{2\zeta_{\mathrm{byz}}^2}{1 - 2\zeta_{\mathrm{byz}}^2}\,\Delta^{\top} H \Delta + 2\varepsilon_{\mathrm{byz}}^2 \end{aligned}",
    ),
    // Theorem 2.
    (
        "‖Δ′‖ ≤ max{√(κζ_byz²/(1 − ζ_byz²))‖Δ‖, (L/σ_min)‖Δ‖²} + 2ε_byz/√σ_min",
        r"\begin{aligned} \|{\Delta\prime}\| &\le \max\Bigl\{ \sqrt{\tfrac{\kappa \zeta_{\mathrm{byz}}^2}{1 - \zeta_{\mathrm{byz}}^2}}\,\|\Delta\|, \\
          &\quad \tfrac{L}{\sigma_{\min}} \|\Delta\|^2 \Bigr\} + \tfrac{2 \varepsilon_{\mathrm{byz}}}{\sqrt{\sigma_{\min}}} \end{aligned}",
    ),
    (
        "‖Δ′‖ ≤ G max{√(2κζ_byz²/(1 − 2ζ_byz²))‖Δ‖, (L/σ_min)‖Δ‖²} + √2 ε_byz/√σ_min, G = (1 + √5)/2",
        r"\begin{aligned} \|{\Delta\prime}\| &\le G \max\Bigl\{ \sqrt{\tfrac{2 \kappa \zeta_{\mathrm{byz}}^2}{1 - 2 \zeta_{\mathrm{byz}}^2}}\,\|\Delta\|, \\
          &\quad \tfrac{L}{\sigma_{\min}} \|\Delta\|^2 \Bigr\} + \tfrac{\sqrt2\,\varepsilon_{\mathrm{byz}}}{\sqrt{\sigma_{\min}}}, \\
          G &= \tfrac{1 + \sqrt5}{2} \end{aligned}",
    ),
    // Lemma 9.
    (
        "‖H^½(Q(p̂) − p*)‖² ≤ (1 + κ(1 − ρ))ε² + (ζ_B² + κ(1 − ρ)(1 + ζ₁²))P²",
        r"\begin{aligned} &\|H^{1/2}(Q(\hat p) - p^*)\|^2 \\ &\quad\le (1 + \kappa(1 - \rho))\,\varepsilon^2 \\
          &\quad + \bigl(\zeta_B^2 + \kappa(1 - \rho)(1 + \zeta_1^2)\bigr) P^2 \end{aligned}",
    ),
    (
        "‖H^½(Q(p̂) − p*)‖² ≤ (4 + 8k)ε² + (4ζ_B² + 4k(1 + 2ζ₁²))P², k = κ(1 − ρ)",
        r"\begin{aligned} &\|H^{1/2}(Q(\hat p) - p^*)\|^2 \\ &\quad\le (4 + 8k)\,\varepsilon^2 \\
          &\quad + \bigl(4\zeta_B^2 + 4k(1 + 2\zeta_1^2)\bigr) P^2, \\ & k = \kappa(1 - \rho) \end{aligned}",
    ),
    (
        "‖H^½(Q(p̂) − p*)‖ ≤ √k(ε + (1 + ω)P) + ‖H^(−½) meanᵢ(gᵢ − g)‖ + ω meanᵢ‖H^(−½)(gᵢ − g)‖ + ω_mean P",
        r"\begin{aligned} &\|H^{1/2}(Q(\hat p) - p^*)\| \\ &\quad\le \sqrt{k}\,(\varepsilon + (1 + \omega) P) \\
          &\quad + \|H^{-1/2} \operatorname{mean}_i (g_i - g)\| \\
          &\quad + \omega \operatorname{mean}_i \|H^{-1/2}(g_i - g)\| + \omega_{\mathrm{mean}} P \end{aligned}",
    ),
    // Lemma 10.
    (
        "φ(Q(p̂)) ≤ ε_cb² + (1 − ζ_cb²) φ(p*)",
        r"\varphi(Q(\hat p)) \le \varepsilon_{\mathrm{cb}}^2 + (1 - \zeta_{\mathrm{cb}}^2)\,\varphi(p^*)",
    ),
    (
        "φ(Q(p̂)) ≤ φ(p*) + ε_cb² + ζ_cb²P², with rederived ε_cb, ζ_cb",
        r"\begin{aligned} &\varphi(Q(\hat p)) \le \varphi(p^*) + \varepsilon_{\mathrm{cb}}^2 + \zeta_{\mathrm{cb}}^2 P^2, \\
          &\text{with rederived } \varepsilon_{\mathrm{cb}}, \zeta_{\mathrm{cb}} \end{aligned}",
    ),
    (
        "φ(Q(p̂)) ≤ φ(p*) + ½((1 − c)e + c√κ(e + 2P))², e = √k(ε + (1 + ω)P) + ε + ωP",
        r"\begin{aligned} \varphi(Q(\hat p)) &\le \varphi(p^*) \\
          &\quad + \tfrac12 ((1 - c) e + c \sqrt{\kappa}\,(e + 2P))^2, \\
          e &= \sqrt{k}\,(\varepsilon + (1 + \omega) P) + \varepsilon + \omega P \end{aligned}",
    ),
    // Lemma 11.
    (
        "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + ζ_cb²/(1 − ζ_cb²) ΔᵀHΔ + 2ε_cb²",
        r"\begin{aligned} {\Delta\prime}^{\top} H {\Delta\prime} &\le L \|{\Delta\prime}\| \|\Delta\|^2 \\ &\quad +
          \tfrac{\zeta_{\mathrm{cb}}^2}{1 - \zeta_{\mathrm{cb}}^2}\,\Delta^{\top} H \Delta + 2\varepsilon_{\mathrm{cb}}^2 \end{aligned}",
    ),
    (
        "Δ′ᵀHΔ′ ≤ L‖Δ′‖‖Δ‖² + 2ζ_cb²/(1 − 2ζ_cb²) ΔᵀHΔ + 2ε_cb²",
        r"\begin{aligned} {\Delta\prime}^{\top} H {\Delta\prime} &\le L \|{\Delta\prime}\| \|\Delta\|^2 \\ &\quad +
          \tfrac{2\zeta_{\mathrm{cb}}^2}{1 - 2\zeta_{\mathrm{cb}}^2}\,\Delta^{\top} H \Delta + 2\varepsilon_{\mathrm{cb}}^2 \end{aligned}",
    ),
    // Theorem 3.
    (
        "‖Δ′‖ ≤ max{√(κζ_cb²/(1 − ζ_cb²))‖Δ‖, (L/σ_min)‖Δ‖²} + 2ε_cb/√σ_min",
        r"\begin{aligned} \|{\Delta\prime}\| &\le \max\Bigl\{ \sqrt{\tfrac{\kappa \zeta_{\mathrm{cb}}^2}{1 - \zeta_{\mathrm{cb}}^2}}\,\|\Delta\|, \\
          &\quad \tfrac{L}{\sigma_{\min}} \|\Delta\|^2 \Bigr\} + \tfrac{2 \varepsilon_{\mathrm{cb}}}{\sqrt{\sigma_{\min}}} \end{aligned}",
    ),
    (
        "‖Δ′‖ ≤ G max{√(κζ_cb²/(1 − ζ_cb²))‖Δ‖, (L/σ_min)‖Δ‖²} + ε_cb/√σ_min, with rederived ε_cb, ζ_cb, G = (1 + √5)/2",
        r"\begin{aligned} \|{\Delta\prime}\| &\le G \max\Bigl\{ \sqrt{\tfrac{\kappa \zeta_{\mathrm{cb}}^2}{1 - \zeta_{\mathrm{cb}}^2}}\,\|\Delta\|, \\
          &\quad \tfrac{L}{\sigma_{\min}} \|\Delta\|^2 \Bigr\} + \tfrac{\varepsilon_{\mathrm{cb}}}{\sqrt{\sigma_{\min}}}, \\
          G &= \tfrac{1 + \sqrt5}{2}, \text{ with rederived } \varepsilon_{\mathrm{cb}}, \zeta_{\mathrm{cb}} \end{aligned}",
    ),
    // Theorem A.
    ("‖x′‖ ≤ δ‖x‖ + (1 + δ)ψ(D)‖x‖", r"\|x\prime\| \le \delta \|x\| + (1 + \delta)\,\psi(D) \|x\|"),
    (
        "‖x′‖ ≤ δ‖x‖ + (1 + δ)(L/(2√σ_min))‖w − w*‖²",
        r"\|x\prime\| \le \delta \|x\| + (1 + \delta) \tfrac{L}{2\sqrt{\sigma_{\min}}} \|w - w^*\|^2",
    ),
    ("‖x′‖ ≤ δ‖x‖ + ‖K‖ψ(D)‖x‖", r"\|x\prime\| \le \delta \|x\| + \|K\|\,\psi(D) \|x\|"),
    // Theorem B.
    (
        "‖x′‖ ≤ δ‖x‖ + (1 + δ)(ψ(D)‖x‖ + √(c_r κ_B) G), c_r = (8f/(m − f))(1 + (6f/(m − 2f))(1 + f/(m − 2f)))",
        r"\begin{aligned} \|x\prime\| &\le \delta \|x\| + (1 + \delta)(\psi(D) \|x\| + \sqrt{c_r \kappa_B}\,G), \\
          c_r &= \tfrac{8f}{m - f} \bigl(1 + \tfrac{6f}{m - 2f} (1 + \tfrac{f}{m - 2f})\bigr) \end{aligned}",
    ),
    (
        "‖x′‖ ≤ max{‖x‖, ((1 + δ)/(1 − δ))(ψ(D)‖x‖ + √(c_r κ_B) G)}, c_r = (8f/(m − f))(1 + (6f/(m − 2f))(1 + f/(m − 2f)))",
        r"\begin{aligned} \|x\prime\| &\le \max\Bigl\{ \|x\|, \tfrac{1 + \delta}{1 - \delta} (\psi(D) \|x\| + \sqrt{c_r \kappa_B}\,G) \Bigr\}, \\
          c_r &= \tfrac{8f}{m - f} \bigl(1 + \tfrac{6f}{m - 2f} (1 + \tfrac{f}{m - 2f})\bigr) \end{aligned}",
    ),
    (
        "‖x′‖ ≤ δ‖x‖ + ‖K‖(ψ(D)‖x‖ + √(c_r κ_B) G), c_r = (8f/(m − f))(1 + f/(m − 2f))",
        r"\begin{aligned} \|x\prime\| &\le \delta \|x\| + \|K\| (\psi(D) \|x\| + \sqrt{c_r \kappa_B}\,G), \\
          c_r &= \tfrac{8f}{m - f} \bigl(1 + \tfrac{f}{m - 2f}\bigr) \end{aligned}",
    ),
    (
        "‖x′‖ ≤ max{‖x‖, (‖K‖/(1 − δ))(ψ(D)‖x‖ + √(c_r κ_B) G)}, c_r = (8f/(m − f))(1 + f/(m − 2f))",
        r"\begin{aligned} \|x\prime\| &\le \max\Bigl\{ \|x\|, \tfrac{\|K\|}{1 - \delta} (\psi(D) \|x\| + \sqrt{c_r \kappa_B}\,G) \Bigr\}, \\
          c_r &= \tfrac{8f}{m - f} \bigl(1 + \tfrac{f}{m - 2f}\bigr) \end{aligned}",
    ),
    // The medoid.
    (
        "e^(−R)Hⱼ ≤ B ≤ e^R Hⱼ for at least m − 2f honest j, R = max dist(Hᵢ, Hⱼ) over honest i, j",
        r"\begin{aligned} &e^{-R} H_j \le B \le e^{R} H_j \\ &\text{for at least } m - 2f \text{ honest } j, \\
          &R = \max_{i, j} \operatorname{dist}(H_i, H_j) \text{ over honest } i, j \end{aligned}",
    ),
    (
        "e^(−R)Hⱼ ≤ B ≤ e^R Hⱼ for at least m − 2f honest j, R = minᵢ maxⱼ dist(Hᵢ, Hⱼ) over honest i, j",
        r"\begin{aligned} &e^{-R} H_j \le B \le e^{R} H_j \\ &\text{for at least } m - 2f \text{ honest } j, \\
          &R = \min_i \max_j \operatorname{dist}(H_i, H_j) \text{ over honest } i, j \end{aligned}",
    ),
];

/// (symbol in TeX, meaning), in the order in which a reader meets them.
pub(super) const NOTATION: &[(&str, &str)] = &[
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
    (r"W,\ B", "of lazy Newton: the matrix of a step w − Wg, and the Hessian that the center remembers"),
    (r"x = H^{1/2}(w - w^*),\ x\prime", "distance from w* in the norm of H, before and after a step of lazy Newton"),
    (r"K = H^{1/2} W H^{1/2},\ \delta = \|I - K\|", "how far W is from the inverse of H"),
    (
        r"D,\ \psi(u) = (e^u - 1)/u - 1",
        "the largest change of a margin on the way to w*, and how much H changes over it",
    ),
    (r"f,\ \kappa_B", "how many are assumed to lie, and the condition number of B in the metric of H"),
    (r"G,\ c_r", "spread of the honest gradients, and how many times its square a robust mean may be off"),
    (r"\operatorname{dist}(A, B)", "the largest |log| of an eigenvalue of B⁻¹A"),
];

/// TeX to MathML.
#[derive(Debug)]
pub(super) struct Typesetter(LatexToMathML);

/// A formula that cannot be typeset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the formula {tex} cannot be typeset: {why}")]
pub struct FormulaError {
    tex: String,
    why: String,
}

impl Typesetter {
    pub(super) fn new() -> Result<Self, FormulaError> {
        let bad = |error| FormulaError { tex: String::new(), why: format!("{error:?}") };
        LatexToMathML::new(MathCoreConfig::default()).map(Self).map_err(bad)
    }

    /// What a claim says, displayed; none when its TeX is not known.
    pub(super) fn statement(&self, says: &str) -> Result<Option<String>, FormulaError> {
        let known = STATEMENTS.iter().find(|(text, _)| *text == says);
        known.map(|(_, tex)| self.convert(tex, MathDisplay::Block)).transpose()
    }

    /// A symbol inside a line of text.
    pub(super) fn symbol(&self, tex: &str) -> Result<String, FormulaError> {
        self.convert(tex, MathDisplay::Inline)
    }

    fn convert(&self, tex: &str, display: MathDisplay) -> Result<String, FormulaError> {
        let bad = |error: Box<math_core::LatexError>| FormulaError { tex: tex.to_owned(), why: error.to_string() };
        self.0.convert_with_local_counter(tex, display).map_err(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims;

    #[test]
    fn every_statement_is_typeset_and_none_is_left_over() {
        let typesetter = Typesetter::new().unwrap();
        for claim in claims::all() {
            let math = typesetter.statement(claim.says).unwrap();
            assert!(math.is_some_and(|math| math.starts_with("<math")), "{}: {}", claim.id, claim.says);
        }
        for (says, _) in STATEMENTS {
            assert!(claims::all().iter().any(|claim| claim.says == *says), "no claim says {says}");
        }
        assert_eq!(typesetter.statement("1 < 2"), Ok(None));
    }

    #[test]
    fn the_typeset_statement_has_the_symbols_of_the_plain_one() {
        let letters = [
            ("κ", r"\kappa"),
            ("σ", r"\sigma"),
            ("ω", r"\omega"),
            ("ζ", r"\zeta"),
            ("ε", r"\varepsilon"),
            ("ρ", r"\rho"),
            ("τ", r"\tau"),
            ("δ", r"\delta"),
            ("η", r"\eta"),
            ("φ", r"\varphi"),
            ("≤", r"\le "),
            ("G", "G"),
            ("L", "L"),
            ("mean", "mean"),
        ];
        for (says, tex) in STATEMENTS {
            for (letter, command) in letters {
                assert_eq!(says.matches(letter).count(), tex.matches(command).count(), "{letter} in {says}");
            }
        }
    }

    #[test]
    fn the_notation_is_typeset() {
        let typesetter = Typesetter::new().unwrap();
        for (tex, _) in NOTATION {
            typesetter.symbol(tex).unwrap();
        }
        assert!(typesetter.symbol(r"\frac{1").is_err());
    }
}
