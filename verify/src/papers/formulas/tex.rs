//! TeX as plain characters, as far as statements use it.

/// What is written differently, in the order in which it is replaced.
const WORDS: &[(&str, &str)] = &[
    (r"\begin{aligned}", " "),
    (r"\end{aligned}", " "),
    (r"\\", " "),
    ("&", " "),
    (r"\qquad", " "),
    (r"\quad", " "),
    (r"\,", " "),
    (r"\;", " "),
    (r"\bigl", ""),
    (r"\bigr", ""),
    (r"\Bigl", ""),
    (r"\Bigr", ""),
    (r"\{", "["),
    (r"\}", "]"),
    (r"\tfrac12", "½"),
    (r"\tilde p", "p̃"),
    (r"\hat p", "p̂"),
    (r"\bar b", "b̄"),
    (r"\bar\eta", "η̄"),
    (r"\operatorname{mean}", "mean"),
    (r"\operatorname{tr}", "tr"),
    (r"\operatorname{Cov}", "Cov"),
    (r"^{\top}", "ᵀ"),
    ("^{-1/2}", "^(−½)"),
    ("^{1/2}", "^½"),
    ("^2", "²"),
    ("^*", "*"),
    (r"_{\mathrm{byz}}", "_byz"),
    (r"_{\mathrm{cb}}", "_cb"),
    (r"_{\mathrm{mean}}", "_mean"),
    (r"_{\min}", "_min"),
    (r"_{\mathrm{comp},M}", "_comp,M"),
    (r"_{\mathrm{comp},1}", "_comp,1"),
    (r"_{\mathrm{comp},M \cap T}", "_[comp,M∩T]"),
    (r"_{M \cap T}", "_[M∩T]"),
    ("_{M}", "_M"),
    ("_{1}", "₁"),
    ("_1", "₁"),
    ("_i", "ᵢ"),
    ("_j", "ⱼ"),
    (r"\varepsilon", "ε"),
    (r"\varphi", "φ"),
    (r"\zeta", "ζ"),
    (r"\eta", "η"),
    (r"\omega", "ω"),
    (r"\tau", "τ"),
    (r"\alpha", "α"),
    (r"\beta", "β"),
    (r"\mu", "μ"),
    (r"\nu", "ν"),
    (r"\kappa", "κ"),
    (r"\sigma", "σ"),
    (r"\rho", "ρ"),
    (r"\delta", "δ"),
    (r"\Delta", "Δ"),
    (r"\psi", "ψ"),
    (r"\prime", "′"),
    (r"\max", "max"),
    (r"\ln", "ln"),
    (r"\le", " ≤ "),
    (r"\|", "‖"),
    (r"\text", ""),
    ("-", "−"),
    ("maxⱼ ‖bⱼ‖", "max‖b‖"),
    ("maxⱼ ‖bⱼ − b̄‖", "max‖b − b̄‖"),
    (r"\sqrt5", "√5"),
    (r"\sqrt2", "√2"),
    (r"\sqrt{", "√{"),
    ("{Δ′}", "Δ′"),
];

/// A statement in TeX, in plain characters.
pub(super) fn plain(tex: &str) -> String {
    let text = WORDS.iter().fold(tex.to_owned(), |text, (from, to)| text.replace(from, to));
    grouped(&text).replace('[', "{").replace(']', "}")
}

/// Braces as parentheses, and fractions with a stroke.
fn grouped(text: &str) -> String {
    let Some((before, rest)) = text.split_once(r"\tfrac{") else {
        return text.replace('{', "(").replace('}', ")");
    };
    let (above, rest) = group(rest);
    let (below, after) = group(rest.strip_prefix('{').unwrap_or(rest));
    format!("{}(({})/({})){}", grouped(before), grouped(above), grouped(below), grouped(after))
}

/// What stands before the brace that closes, and after it.
fn group(text: &str) -> (&str, &str) {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return (&text[..at], &text[at + 1..]),
            '}' => depth -= 1,
            _ => {}
        }
    }
    (text, "")
}
