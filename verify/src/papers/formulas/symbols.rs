//! What the symbols of the formulas are on a draw: measured numbers, and the definitions of the text, written again.
//!
//! Nothing here calls [`crate::quantity`], whose functions the claims use.

use super::reader::{Meaning, dense};
use crate::claim::{At, Claim, DELTA, Mode, Reading};
use crate::oracle::stride::Stride;
use crate::oracle::travel::Travel;
use crate::testing::Rounded;
use comrade::shard::Sharding;

/// The statements about plain averages of honest workers.
pub(super) const AVERAGED: [&str; 7] = ["lemma-1", "lemma-2", "lemma-3", "lemma-4", "lemma-5", "lemma-6", "theorem-1"];
/// Those about uncompressed messages with trimming.
pub(super) const TRIMMED: [&str; 3] = ["lemma-7", "lemma-8", "theorem-2"];

/// The symbols of a claim. A definition uses those that stand after it.
pub(super) fn symbols(claim: &Claim, at: At<'_>) -> Vec<(String, Meaning)> {
    let mut all: Vec<(String, Meaning)> = Vec::new();
    let lazy = ["theorem-a", "theorem-b", "medoid"].contains(&claim.id);
    for (name, formula) in if lazy { Vec::new() } else { definitions(claim, at) } {
        all.push((dense(name), Meaning::Formula(dense(formula))));
    }
    let numbers = counts(at).into_iter().chain(if lazy { stride(at) } else { measured(claim, at) });
    for (name, number, operations) in numbers {
        all.push((dense(name), Meaning::Number(Rounded::made(number, operations))));
    }
    all
}

/// Formulas by name, each in the names after it.
fn definitions(claim: &Claim, at: At<'_>) -> Vec<(&'static str, &'static str)> {
    let (printed, sharpened) = (claim.reading == Reading::Printed, claim.reading == Reading::Sharpened);
    let prior = at.mode == Mode::APriori;
    let partition = at.draw.sharding == Sharding::Partition;
    let exact = partition && at.draw.sketch.counts.byzantine == 0;
    let averaged = AVERAGED.contains(&claim.id);
    let pick = |first: bool, yes: &'static str, no: &'static str| if first { yes } else { no };
    let mut all = Vec::new();
    if ["lemma-7", "lemma-10"].contains(&claim.id) {
        all.extend([("a", "|M|/|U|"), ("c", "|B|/|U|")]);
    }
    if claim.id == "lemma-7" && claim.reading == Reading::Rederived {
        all.push(("t", "|T|/|U|"));
    }
    if sharpened {
        all.push(("t", "radius"));
    }
    // The pairs of Lemmas 7 and 10, and what the lemmas after each of them take from it.
    let compressed = !averaged && !TRIMMED.contains(&claim.id);
    let pair = match (averaged, sharpened) {
        (true, true) => ("‖H^(−½) meanᵢ(gᵢ − g)‖ + ω meanᵢ‖H^(−½)(gᵢ − g)‖", "ω_mean"),
        (true, false) => ("ε", "ζ"),
        (false, true) => ("A(1 + √k)ε", "A(√k(1 + ω) + ω) + 2(|B|/|U|)√κ"),
        (false, false) if compressed => ("ε_cb", "ζ_cb"),
        (false, false) => ("√2 ε_byz", "√2 ζ_byz"),
    };
    all.extend([("E", pair.0), ("Z", pair.1)]);
    all.extend(if printed {
        [
            ("ε_byz", "√(3(|M|/|U|)² + 4κ(|B|/|U|)²) ε"),
            ("ζ_byz", "√(2(|M|/|U|)²ζ_{M∩T}² + (|M|/|U|)²ζ_M² + 4κ(|B|/|U|)²(2 + ζ₁²))"),
            ("ε_cb", "√(3(|M|/|U|)² + 4κ(|B|/|U|)²) ε₁"),
            ("ζ_cb", "√(2(|M|/|U|)²ζ_{comp,M∩T}² + (|M|/|U|)²ζ_comp,M² + 4κ(|B|/|U|)²(2 + ζ_comp,1²))"),
        ]
    } else {
        [
            ("ε_byz", "√(2(|M|/|U|)² + 4(|T|/|U|)² + 16κ(|B|/|U|)²) ε"),
            ("ζ_byz", "√(2(|M|/|U|)²ζ_M² + 4(|T|/|U|)²ζ₁² + 4κ(|B|/|U|)²(3 + 4ζ₁²))"),
            ("ε_cb", "A(1 + √k)ε"),
            ("ζ_cb", "A(√k(1 + ζ₁) + ζ₁) + 2(|B|/|U|)√κ"),
        ]
    });
    all.extend([
        ("A", "(1 − |B|/|U| + (|B|/|U|)√κ)"),
        ("ζ_comp,M", "√(ζ_M² + k(1 + ζ₁²))"),
        ("ζ_{comp,M∩T}", "√(ζ_{M∩T}² + k(1 + ζ₁²))"),
        ("ζ_comp,1", "√(ζ₁² + k(1 + ζ₁²))"),
        ("ε₁", "√(1 + k) ε"),
        ("k", "κ(1 − ρ)"),
        ("κ", "σ_max/σ_min"),
    ]);
    let bound = "(1 + √(2 ln(m/δ))) √(1/s) max‖b‖/((1 − η)√σ_min)";
    let worst = "maxᵢ‖H^(−½)(gᵢ − g)‖";
    all.push(match (averaged, sharpened, prior) {
        (false, true, _) => ("ε", "τ maxᵢ‖H^(−½)(gᵢ − g)‖"),
        (_, _, true) => ("ε", bound),
        (true, _, false) => ("ε", "meanᵢ‖H^(−½)(gᵢ − g)‖/(1 − η)"),
        (false, _, false) => ("ε", "maxᵢ‖H^(−½)(gᵢ − g)‖/(1 − η)"),
    });
    all.extend([
        ("ζ", "ν(η/√m + η²/(1 − η))"),
        ("ζ_M", "ν(η/√|M| + η²/(1 − η))"),
        ("ζ_B", "ν(η/√|M| + η²/(1 − η))"),
        ("ζ_{M∩T}", "ν(η/√|U| + η²/(1 − η))"),
        ("ζ₁", pick(printed && claim.variant.is_empty(), "ν/(1 − η)", "νη/(1 − η)")),
    ]);
    if prior {
        let rule = match claim.reading {
            Reading::Printed => "√(3μr ln(rm/δ)/s)",
            Reading::Rederived => "√(3μr ln(2r(m + 1)/δ)/s)",
            Reading::Sharpened => "exact Chernoff η",
        };
        all.push(("η", rule));
        all.extend([("τ", "1/(1 − radius)"), ("ω", "radius/(1 − radius)")]);
        let mean = pick(exact, "imbalance ν", "radius_M");
        all.extend([("ω_mean", "first + radius²/(1 − radius)"), ("first", mean)]);
        if sharpened {
            let one = "√(V_1/s) + 2max‖H^(−½)(bⱼ − b̄)‖ √(ln((m + 1)/δ)/(2s))";
            let joint = "√(V_M/(|M|s)) + 2max‖H^(−½)(bⱼ − b̄)‖ √(ln((m + 1)/δ)/(2|M|s))";
            all.extend([(worst, one), ("meanᵢ‖H^(−½)(gᵢ − g)‖", one)]);
            all.push(("‖H^(−½) meanᵢ(gᵢ − g)‖", pick(exact, "imbalance √V", joint)));
        }
        // The variance of a mean without replacement.
        all.push(("V_1", pick(partition, "V(n − s)/(n − 1)", "V")));
        all.push(("V_M", pick(partition, "V(n − |M|s)/(n − 1)", "V")));
        all.push(("tr Cov_b", pick(partition && sharpened, "W(n − s)/(n − 1)", "W")));
    } else {
        all.push(("η", "max{maxᵢ ηᵢ, √|M| η̄}"));
    }
    all.extend([
        ("φ(p̂) − φ(p*)", "½‖H^½(p̂ − p*)‖²"),
        ("φ(p̃) − φ(p*)", "½‖H^½(p̃ − p*)‖²"),
        ("φ(p̂)", "½‖H^½(p̂ − p*)‖² − ½P²"),
        ("φ(Q(p̂))", "½‖H^½(p̂ − p*)‖² − ½P²"),
        ("φ(p̃)", "½‖H^½(p̃ − p*)‖² − ½P²"),
        ("φ(p*)", "−½P²"),
        ("Term1", "‖H^½ Σ_M(Q(pᵢ) − p*)/|U|‖²"),
        ("Term2", "2‖H^½ Σ_(M∩T)(Q(pᵢ) − p*)/|U|‖²"),
        ("Term3", "2‖H^½ Σ_(U∩B)(qᵢ − p*)/|U|‖²"),
        ("‖H^½(Q(p̂) − p*)‖", "‖H^½ Σ_M(Q(pᵢ) − p*)/|U|‖ |U|/|M|"),
        ("‖H^½Δ‖", "√(ΔᵀHΔ)"),
        ("‖H^½Δ′‖", "√(Δ′ᵀHΔ′)"),
    ]);
    all
}

/// Name, number, and how many operations made it.
type Number = (&'static str, f64, f64);

fn counts(at: At<'_>) -> Vec<Number> {
    let counts = at.draw.sketch.counts;
    let (byzantine, trimmed, workers) = (counts.byzantine as f64, counts.trimmed as f64, counts.workers as f64);
    vec![
        ("m", workers, 0.0),
        ("s", counts.shard as f64, 0.0),
        ("n", at.draw.place.rows as f64, 0.0),
        ("|M|", counts.honest as f64, 0.0),
        ("|B|", byzantine, 0.0),
        ("|U|", counts.kept as f64, 0.0),
        ("|T|", trimmed, 0.0),
        ("|U∩B|", counts.kept_byzantine as f64, 0.0),
        ("α", byzantine / workers, 1.0),
        ("β", trimmed / workers, 1.0),
    ]
}

fn measured(claim: &Claim, at: At<'_>) -> Vec<Number> {
    let (place, sketch) = (&at.draw.place, &at.draw.sketch);
    let share = if ["lemma-1", "lemma-2", "lemma-3"].contains(&claim.id) || claim.reading == Reading::Printed {
        DELTA
    } else {
        DELTA / 2.0
    };
    let step = if claim.id == "lemma-9" { sketch.honest_mean_error } else { sketch.error };
    let mut all = vec![
        ("δ", share, 0.0),
        ("r", place.rank as f64, 0.0),
        ("μ", place.mu, 0.0),
        ("ν", place.nu, 0.0),
        ("σ_min", place.sigma_min, 0.0),
        ("σ_max", place.sigma_max, 0.0),
        ("P", place.p, 0.0),
        ("L", place.lipschitz, 0.0),
        ("V", place.white_b.trace, 0.0),
        ("W", place.b.trace, 0.0),
        ("max‖b‖", place.b.largest, 0.0),
        ("max‖b − b̄‖", place.b.largest_centred, 0.0),
        ("max‖H^(−½)(bⱼ − b̄)‖", place.white_b.largest_centred, 0.0),
        ("E f", at.draw.expected_deviation.unwrap_or(f64::NAN), 0.0),
        ("maxᵢ ηᵢ", sketch.eta_local, 0.0),
        ("η̄", sketch.eta_bar, 0.0),
        ("maxᵢ ‖Eᵢ‖", sketch.eta_ridge, 0.0),
        ("η_ridge", sketch.eta_ridge, 0.0),
        ("τ", sketch.tau, 0.0),
        ("ω", sketch.omega, 0.0),
        ("ω_mean", sketch.omega_mean, 0.0),
        ("max |f − f′|", sketch.bounded_difference, 0.0),
        ("|f − f′|", sketch.bounded_difference, 0.0),
        ("maxᵢ ‖UᵀSᵢSᵢᵀU − I‖", sketch.eta_local, 0.0),
        ("‖UᵀSSᵀU − I‖", sketch.eta_bar, 0.0),
        ("maxᵢ ‖H^(−½)(Hᵢ − H)H^(−½)‖", sketch.eta_ridge, 0.0),
        ("‖gᵢ − g‖", sketch.first_deviation, 0.0),
        ("maxᵢ ‖gᵢ − g‖", sketch.deviation.max, 0.0),
        ("meanᵢ ‖gᵢ − g‖", sketch.deviation.mean, 0.0),
        ("maxᵢ‖H^(−½)(gᵢ − g)‖", sketch.white_deviation.max, 0.0),
        ("meanᵢ‖H^(−½)(gᵢ − g)‖", sketch.white_deviation.mean, 0.0),
        ("‖H^(−½) meanᵢ(gᵢ − g)‖", sketch.white_mean_deviation, 0.0),
        ("meanᵢ ‖H^½Hᵢ⁻¹(gᵢ − g)‖", sketch.local_gradient_error, 0.0),
        ("‖H^½(p̂ − p̃)‖", sketch.gradient_error, 0.0),
        ("‖H^½(p̃ − p*)‖", sketch.giant_error, 0.0),
        ("‖H^½(p̂ − p*)‖", step, 0.0),
        ("maxᵢ‖H^½(pᵢ − p*)‖", sketch.local_error, 0.0),
        ("maxᵢ‖H^½pᵢ‖", sketch.local_size, 0.0),
        ("maxᵢ‖H^½p̂ᵢ‖", sketch.local_size, 0.0),
        ("‖H^½(Q(p̂) − p̂)‖", sketch.compression_error, 0.0),
        ("meanᵢ‖H^½(Q(p̂ᵢ) − p̂ᵢ)‖²", sketch.compression_mean_square, 0.0),
        ("(1 − ρ)", sketch.lost, 0.0),
        ("‖H^½ Σ_M(Q(pᵢ) − p*)/|U|‖", sketch.honest_part, 0.0),
        ("‖H^½ Σ_(M∩T)(Q(pᵢ) − p*)/|U|‖", sketch.trimmed_part, 0.0),
        ("‖H^½ Σ_(U∩B)(qᵢ − p*)/|U|‖", sketch.byzantine_part, 0.0),
        ("mean‖qᵢ − p*‖²", sketch.byzantine_mean_square, 0.0),
        ("‖p*‖", sketch.newton_size, 0.0),
        ("maxᵢ‖H^½(Q(pᵢ) − p*)‖", sketch.message_error, 0.0),
    ];
    // Messages are compressed or not: Lemma 7 writes p̂ᵢ for what Lemma 10 calls Q(p̂ᵢ).
    for name in ["‖p̂ᵢ‖", "‖Q(p̂ᵢ)‖"] {
        all.push((name, sketch.message_size, 0.0));
    }
    for name in ["‖p̂ᵢ − p*‖", "‖Q(p̂ᵢ) − p*‖"] {
        all.push((name, sketch.message_distance, 0.0));
    }
    for name in ["‖H^½(p̂ᵢ − p*)‖", "‖H^½(Q(p̂ᵢ) − p*)‖"] {
        all.push((name, sketch.message_error, 0.0));
    }
    let travel = at.draw.travel.unwrap_or(Travel::ABSENT);
    all.extend([
        ("‖Δ‖", travel.before, 0.0),
        ("‖Δ′‖", travel.after, 0.0),
        ("ΔᵀHΔ", travel.energy_before, 0.0),
        ("Δ′ᵀHΔ′", travel.energy_after, 0.0),
        ("Δ′ᵀ(HΔ − g)", travel.inner, 0.0),
        ("‖HΔ − g‖", travel.remainder, 0.0),
        ("‖H^½(Δ − p*)‖", travel.white_remainder, 0.0),
    ]);
    if at.mode == Mode::APriori {
        let mut solved = solved(at, share);
        if claim.id != "lemma-2" && solved[0].1 >= 1.0 {
            // tau and omega are not bounded.
            solved[0].1 = f64::NAN;
        }
        all.extend(solved);
    }
    all
}

/// What solves an equation: the radii of the Bernstein bounds, and the exact Chernoff eta.
fn solved(at: At<'_>, delta: f64) -> [Number; 4] {
    let (place, counts) = (&at.draw.place, at.draw.sketch.counts);
    let (m, s, honest) = (counts.workers as f64, counts.shard as f64, counts.honest as f64);
    let root = |rises: &dyn Fn(f64) -> bool, most: f64| {
        let (mut low, mut high) = (0.0, most);
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            *(if rises(middle) { &mut high } else { &mut low }) = middle;
        }
        high
    };
    // 2d exp( −(t²/2)/(Rν + Rt/3) ) ≤ δ/(m + 1)
    let bernstein = |r: f64| {
        let log = (2.0 * place.dimension as f64).ln() + (m + 1.0).ln() - delta.ln();
        root(&|t| t * t / 2.0 >= log * (r * place.nu + r * t / 3.0), 1e6)
    };
    // r (e^(−h(1 + x)/R) + e^(−h(1 − x)/R)) ≤ δ/(m + 1), h(u) = u ln u − u + 1.
    let h = |u: f64| if u > 0.0 { u * u.ln() - u + 1.0 } else { 1.0 };
    let chernoff = |r: f64| {
        let rank = place.rank as f64;
        let tail = |x: f64| rank * ((-h(1.0 + x) / r).exp() + (-h(1.0 - x) / r).exp());
        if tail(1.0) <= delta / (m + 1.0) { root(&|x| tail(x) <= delta / (m + 1.0), 1.0) } else { f64::INFINITY }
    };
    let (share, ridge) = (place.mu * place.rank as f64 / s, place.ridge_leverage / s);
    let (alone, joint) = (chernoff(share), chernoff(share / honest) * honest.sqrt());
    // h(1 + x) is about x²/2, and what it is computed from is off by about the rounding of 1 times x.
    let eta = (if alone > joint { alone } else { joint }, 32.0 * honest.sqrt() / alone.min(joint));
    let (n, m) = (place.rows, counts.workers);
    // Blocks of n/m rows, rounded up or down.
    let blocks = [n / m, n.div_ceil(m)].map(|block| (n as f64 / (m * block) as f64 - 1.0).abs());
    let imbalance = blocks[0].max(blocks[1]);
    // n/(ms) is near 1.
    [
        ("radius", bernstein(ridge), 32.0),
        ("radius_M", bernstein(ridge / honest), 32.0),
        ("exact Chernoff η", eta.0, eta.1),
        ("imbalance", imbalance, if imbalance > 0.0 { 4.0 / imbalance } else { 0.0 }),
    ]
}

/// The symbols of lazy Newton.
fn stride(at: At<'_>) -> Vec<Number> {
    let stride = at.draw.stride.unwrap_or(Stride::ABSENT);
    // psi(D) = D/2! + D²/3! + ...
    let (mut term, mut psi) = (stride.reach / 2.0, 0.0);
    for k in 3..60 {
        psi += term;
        term *= stride.reach / f64::from(k);
    }
    let distance = (1.0 - stride.least).abs().max((1.0 - stride.most).abs());
    let mut all = vec![
        ("f", at.draw.sketch.counts.trimmed as f64, 0.0),
        ("σ_min", at.draw.place.sigma_min, 0.0),
        ("L", at.draw.place.lipschitz, 0.0),
        ("‖x‖", stride.before, 0.0),
        ("‖x′‖", stride.after, 0.0),
        ("‖(I − K)x‖", stride.contracted, 0.0),
        ("‖KH^(−½)e‖", stride.bent, 0.0),
        ("‖KH^(−½)(g − g_M)‖", stride.pulled, 0.0),
        ("δ", distance, 1.0),
        ("‖K‖", stride.most, 0.0),
        // A matrix is positive where its smallest eigenvalue in the metric of H is.
        ("W", stride.least, 0.0),
        ("B", stride.metric_least, 0.0),
        ("‖H^(−½)e‖", stride.rest, 0.0),
        // (e^D − 1)/D − 1 cancels.
        ("ψ(D)", psi, 8.0 * (1.0 + psi) / psi),
        ("‖w − w*‖", stride.length, 0.0),
        ("‖H^(−½)(g − g_M)‖", stride.miss, 0.0),
        ("‖B^(−½)(g − g_M)‖", stride.metric_miss, 0.0),
        ("‖H^(−½)B^½‖", stride.metric_most.sqrt(), 1.0),
        ("κ_B", stride.metric_most / stride.metric_least, 1.0),
        ("G", stride.spread, 0.0),
        ("mean_M‖B^(−½)(gᵢ − g_M)‖²", stride.metric_spread * stride.metric_spread, 1.0),
    ];
    all.extend(stride.medoid.into_iter().flat_map(|medoid| {
        [
            ("(m − 2f)-th smallest dist(B, Hⱼ)", medoid.near, 0.0),
            ("(m − f)-th smallest dist(B, Hⱼ)", medoid.score, 0.0),
            ("max dist(Hᵢ, Hⱼ)", medoid.diameter, 0.0),
            ("minᵢ maxⱼ dist(Hᵢ, Hⱼ)", medoid.radius, 0.0),
        ]
    }));
    all
}
