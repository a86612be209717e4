//! The one table of measured symbols: what the report shows, what its glossary explains, and what the tests set to NaN.

use super::{epsilon, eta, spectrum, stride, zeta};
use crate::claim::{At, Mode, Reading};
use crate::oracle::landscape::Moments;
use crate::oracle::medoid::Medoid;
use crate::oracle::sketch::{MaxAndMean, Sketch};
use crate::oracle::stride::Stride;
use crate::oracle::travel::Travel;
use crate::run::{Draw, Place};

/// A measured number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasuredSymbol {
    /// Its name in `bounds.json`, in ASCII.
    pub id: &'static str,
    /// In symbols.
    pub symbol: &'static str,
    /// In words.
    pub means: &'static str,
    /// Its value on the draw; not a number where it was not measured or its formula says nothing.
    pub value: f64,
}

/// The symbols that the report's table has a column for.
pub const COLUMNS: [&str; 20] = [
    "rank",
    "mu",
    "kappa",
    "nu",
    "p",
    "lipschitz",
    "eta_local",
    "eta_bar",
    "eta",
    "eta_ridge",
    "tau",
    "omega",
    "omega_mean",
    "zeta",
    "zeta_1",
    "eps",
    "eps_max",
    "zeta_emp",
    "gradient_error",
    "rho",
];

/// The same for an experiment of lazy Newton.
pub const LAZY_COLUMNS: [&str; 15] = [
    "rank",
    "kappa",
    "p",
    "lipschitz",
    "stride.before",
    "stride.after",
    "stride.reach",
    "delta",
    "stride.most",
    "kappa_b",
    "stride.spread",
    "stride.miss",
    "pull",
    "medoid.near",
    "medoid.told",
];

/// The symbols of [`COLUMNS`] on one draw, in that order.
#[must_use]
pub fn columns(draw: &Draw) -> Vec<MeasuredSymbol> {
    chosen(draw, &COLUMNS)
}

/// The symbols of [`LAZY_COLUMNS`] on one draw, in that order.
#[must_use]
pub fn lazy_columns(draw: &Draw) -> Vec<MeasuredSymbol> {
    chosen(draw, &LAZY_COLUMNS)
}

/// The symbols of these names on one draw, in this order.
pub(crate) fn chosen(draw: &Draw, ids: &[&str]) -> Vec<MeasuredSymbol> {
    let all = measured(draw);
    ids.iter().filter_map(|id| all.iter().find(|m| m.id == *id).copied()).collect()
}

/// All symbols, a posteriori.
#[must_use]
pub fn measured(draw: &Draw) -> Vec<MeasuredSymbol> {
    let mut all = Vec::new();
    visit(&mut draw.clone(), &mut |id, symbol, means, value| {
        all.push(MeasuredSymbol { id, symbol, means, value: *value })
    });
    let at = At { draw, mode: Mode::APosteriori, reading: Reading::Printed };
    all.extend(DERIVED.iter().map(|&(id, symbol, means, value)| MeasuredSymbol {
        id,
        symbol,
        means,
        value: value(at),
    }));
    all
}

/// Shows every number that an oracle measures on a draw to `see`, as id, symbol, meaning and value, and lets it change
/// the value.
///
/// No field can be left out: one that is not taken apart here does not compile, and one that is not shown is a warning. The step
/// towards w* is shown as not a number where w* is not known.
pub fn visit(draw: &mut Draw, see: &mut dyn FnMut(&'static str, &'static str, &'static str, &mut f64)) {
    let Draw { number: _, iterate: _, sharding: _, place, sketch, travel, expected_deviation, stride } = draw;
    visit_place(place, see);
    visit_sketch(sketch, see);
    visit_travel(travel.as_mut().unwrap_or(&mut { Travel::ABSENT }), see);
    let expected = expected_deviation.as_mut();
    see("expected_deviation", "E‖g₁ − g‖", "its lower estimate over the draws", expected.unwrap_or(&mut { f64::NAN }));
    visit_stride(stride.as_mut().unwrap_or(&mut { Stride::ABSENT }), see);
}

fn visit_place(place: &mut Place, see: &mut dyn FnMut(&'static str, &'static str, &'static str, &mut f64)) {
    let Place {
        rows: _,
        dimension: _,
        rank: _,
        mu,
        nu,
        sigma_min,
        sigma_max,
        p,
        lipschitz,
        ridge_leverage,
        b: Moments { largest: b, largest_centred: b_centred, trace: b_trace },
        white_b: Moments { largest: white, largest_centred: white_centred, trace: white_trace },
    } = place;
    see("mu", "μ", "row coherence, 1 to n/r", mu);
    see("nu", "ν", "σ_max(AᵀA)/(σ_max(AᵀA) + nλ)", nu);
    see("sigma_min", "σ_min", "smallest eigenvalue of H", sigma_min);
    see("sigma_max", "σ_max", "largest eigenvalue of H", sigma_max);
    see("p", "P", "‖H^½ p*‖", p);
    see("lipschitz", "L", "Lipschitz constant of the Hessian", lipschitz);
    see("ridge_leverage", "max ‖H^(−½)aⱼ‖²", "largest ridge leverage of a row, times n", ridge_leverage);
    see("b.largest", "max ‖bⱼ‖", "largest gradient of a row", b);
    see("b.largest_centred", "max ‖bⱼ − b̄‖", "largest distance of a row's gradient from the mean", b_centred);
    see("b.trace", "tr Cov_b", "variance of a row's gradient", b_trace);
    see("white_b.largest", "max ‖H^(−½)bⱼ‖", "largest gradient of a row, whitened", white);
    see("white_b.largest_centred", "max ‖H^(−½)(bⱼ − b̄)‖", "the same around the mean", white_centred);
    see("white_b.trace", "tr Cov of H^(−½)b", "variance of a row's gradient, whitened", white_trace);
}

fn visit_sketch(sketch: &mut Sketch, see: &mut dyn FnMut(&'static str, &'static str, &'static str, &mut f64)) {
    let Sketch {
        counts: _,
        eta_local,
        eta_bar,
        eta_ridge,
        tau,
        omega,
        omega_mean,
        deviation: MaxAndMean { max: deviation_max, mean: deviation_mean },
        first_deviation,
        bounded_difference,
        white_deviation: MaxAndMean { max: white_max, mean: white_mean },
        white_mean_deviation,
        local_gradient_error,
        local_error,
        local_size,
        giant_error,
        gradient_error,
        honest_mean_error,
        compression_error,
        compression_mean_square,
        error,
        rho,
        lost,
        message_error,
        message_distance,
        honest_part,
        trimmed_part,
        byzantine_part,
        byzantine_mean_square,
        message_size,
        newton_size,
        disagreement,
    } = sketch;
    see("eta_local", "max ηᵢ", "‖UᵀSᵢSᵢᵀU − I‖, worst honest worker", eta_local);
    see("eta_bar", "η̄", "‖UᵀSSᵀU − I‖ over honest workers", eta_bar);
    see("eta_ridge", "η_ridge", "max ‖Eᵢ‖", eta_ridge);
    see("tau", "τ", "max ‖(I + Eᵢ)⁻¹‖", tau);
    see("omega", "ω", "max ‖(I + Eᵢ)⁻¹ − I‖", omega);
    see("omega_mean", "ω_mean", "‖mean (I + Eᵢ)⁻¹ − I‖", omega_mean);
    see("deviation.max", "max ‖gᵢ − g‖", "worst gradient of an honest worker", deviation_max);
    see("deviation.mean", "mean ‖gᵢ − g‖", "the mean over honest workers", deviation_mean);
    see("first_deviation", "‖g₁ − g‖", "the gradient of the first honest worker", first_deviation);
    see("bounded_difference", "max |f − f′|", "change of ‖g₁ − g‖ with one row replaced", bounded_difference);
    see("white_deviation.max", "max ‖H^(−½)(gᵢ − g)‖", "worst gradient of an honest worker, whitened", white_max);
    see("white_deviation.mean", "mean ‖H^(−½)(gᵢ − g)‖", "the mean over honest workers", white_mean);
    see("white_mean_deviation", "‖H^(−½) mean(gᵢ − g)‖", "what averaging leaves of it", white_mean_deviation);
    see("local_gradient_error", "mean ‖H^½Hᵢ⁻¹(gᵢ − g)‖", "gradient part of an honest direction", local_gradient_error);
    see("local_error", "max ‖H^½(pᵢ − p*)‖", "worst direction of an honest worker", local_error);
    see("local_size", "max ‖H^½pᵢ‖", "longest direction of an honest worker", local_size);
    see("giant_error", "‖H^½(p̃ − p*)‖", "error of the GIANT step over honest workers", giant_error);
    see("gradient_error", "ε_emp", "‖H^½(p̂_M − p̃)‖", gradient_error);
    see("honest_mean_error", "‖H^½(p̂_M − p*)‖", "error of the honest mean before compression", honest_mean_error);
    see("compression_error", "‖H^½ mean(Q(pᵢ) − pᵢ)‖", "what compression does to the honest mean", compression_error);
    see("compression_mean_square", "mean ‖H^½(Q(pᵢ) − pᵢ)‖²", "the same one by one", compression_mean_square);
    see("error", "‖H^½(p̂ − p*)‖", "error of the step that the center took", error);
    see("rho", "ρ", "realised by the worst honest message", rho);
    see("lost", "1 − ρ", "share that compression loses of the worst honest message", lost);
    see("message_error", "max ‖H^½(Q(pᵢ) − p*)‖", "worst honest message", message_error);
    see("message_distance", "max ‖Q(pᵢ) − p*‖", "the same in the Euclidean norm", message_distance);
    see("honest_part", "‖H^½ Σ_M(Q(pᵢ) − p*)‖/|U|", "the honest workers' part of the error", honest_part);
    see("trimmed_part", "‖H^½ Σ_(M∩T)(Q(pᵢ) − p*)‖/|U|", "the part of honest workers that are trimmed", trimmed_part);
    see("byzantine_part", "‖H^½ Σ_(U∩B)(qᵢ − p*)‖/|U|", "the part of liars that are kept", byzantine_part);
    see(
        "byzantine_mean_square",
        "mean_(U∩B) ‖qᵢ − p*‖²",
        "how far kept liars are; 0 without any",
        byzantine_mean_square,
    );
    see("message_size", "max ‖Q(pᵢ)‖", "longest honest message", message_size);
    see("newton_size", "‖p*‖", "length of the exact Newton step", newton_size);
    see("disagreement", "solver against oracle", "relative difference of an uncompressed direction", disagreement);
}

fn visit_travel(travel: &mut Travel, see: &mut dyn FnMut(&'static str, &'static str, &'static str, &mut f64)) {
    let Travel { before, after, energy_before, energy_after, inner, remainder, white_remainder } = travel;
    see("before", "‖Δ_t‖", "distance from w* before the step", before);
    see("after", "‖Δ_(t+1)‖", "distance from w* after it", after);
    see("energy_before", "ΔᵀHΔ", "the same in the norm of H, squared", energy_before);
    see("energy_after", "Δ′ᵀHΔ′", "after the step", energy_after);
    see("inner", "Δ′ᵀ(HΔ − g)", "what the linear term of (17) leaves", inner);
    see("remainder", "‖HΔ − g‖", "at most (L/2)‖Δ‖²", remainder);
    see("white_remainder", "‖H^½(Δ − p*)‖", "the same, whitened", white_remainder);
}

fn visit_stride(stride: &mut Stride, see: &mut dyn FnMut(&'static str, &'static str, &'static str, &mut f64)) {
    let Stride {
        before,
        after,
        contracted,
        bent,
        pulled,
        least,
        most,
        rest,
        reach,
        length,
        miss,
        metric_miss,
        metric_least,
        metric_most,
        spread,
        metric_spread,
        residual,
        size,
        step,
        medoid,
    } = stride;
    see("stride.before", "‖x‖", "‖H^½(w − w*)‖ before a step of lazy Newton", before);
    see("stride.after", "‖x′‖", "the same after it", after);
    see("stride.contracted", "‖(I − K)x‖", "what a quadratic f and an exact g leave of it", contracted);
    see("stride.bent", "‖KH^(−½)e‖", "what the change of H adds", bent);
    see("stride.pulled", "‖KH^(−½)(g − g_M)‖", "what liars add", pulled);
    see("stride.least", "λ_min(K)", "smallest eigenvalue of K = H^½WH^½", least);
    see("stride.most", "λ_max(K)", "largest eigenvalue of K", most);
    see("stride.rest", "‖H^(−½)e‖", "e = H(w − w*) − g_M", rest);
    see("stride.reach", "D", "max |xⱼᵀ(w − w*)|", reach);
    see("stride.length", "‖w − w*‖", "distance from w* of lazy Newton", length);
    see("stride.miss", "‖H^(−½)(g − g_M)‖", "error of the robust mean", miss);
    see("stride.metric_miss", "‖B^(−½)(g − g_M)‖", "the same in the metric of B", metric_miss);
    see("stride.metric_least", "λ_min(H^(−½)BH^(−½))", "how small B is relative to H", metric_least);
    see("stride.metric_most", "λ_max(H^(−½)BH^(−½))", "how large B is relative to H", metric_most);
    see("stride.spread", "G", "rms over M of ‖H^(−½)(gᵢ − g_M)‖", spread);
    see("stride.metric_spread", "G_B", "the same in the metric of B", metric_spread);
    see("stride.residual", "‖H^(−½)g(w*)‖", "how well w* is known to lazy Newton's oracle", residual);
    see("stride.size", "‖H^½w‖ + ‖H^½w*‖", "what cancels in x", size);
    see("stride.step", "a", "length of a step of lazy Newton, a share of its direction", step);
    let mut absent = Medoid {
        near: f64::NAN,
        score: f64::NAN,
        told: f64::NAN,
        radius: f64::NAN,
        diameter: f64::NAN,
        apart: f64::NAN,
    };
    let Medoid { near, score, told, radius, diameter, apart } = medoid.as_mut().unwrap_or(&mut absent);
    see("medoid.near", "dist_(m−2f)(B, Hⱼ)", "distance of B to the (m − 2f)-th nearest honest Hessian sent", near);
    see("medoid.score", "dist_(m−f)(B, Hⱼ)", "the same over all, the (m − f)-th", score);
    see("medoid.told", "R", "the same as the center has it", told);
    see("medoid.radius", "minᵢ maxⱼ dist(Hᵢ, Hⱼ)", "how far the most central honest Hessian is from others", radius);
    see("medoid.diameter", "max dist(Hᵢ, Hⱼ)", "the largest distance of two honest Hessians", diameter);
    see("medoid.apart", "minⱼ ‖B − Hⱼ‖/‖B‖", "how far B is from being a Hessian that was sent", apart);
}

/// What is computed from the measured numbers: (id, symbol, meaning, value).
type Derived = (&'static str, &'static str, &'static str, fn(At<'_>) -> f64);
const DERIVED: [Derived; 11] = [
    ("rank", "r", "rank of A", spectrum::rank),
    ("kappa", "κ", "condition number of H", spectrum::kappa),
    ("eta", "η", "max(max ηᵢ, √m η̄)", eta::eta),
    ("zeta", "ζ", "ν(η/√m + η²/(1 − η))", |at| below_one(at, zeta::zeta)),
    ("zeta_1", "ζ₁", "νη/(1 − η)", |at| below_one(at, zeta::zeta_1)),
    ("eps", "ε", "mean ‖H^(−½)(gᵢ − g)‖/(1 − η)", |at| below_one(at, epsilon::eps)),
    ("eps_max", "ε_max", "max ‖H^(−½)(gᵢ − g)‖/(1 − η)", |at| below_one(at, epsilon::eps_max)),
    ("zeta_emp", "ζ_emp", "‖H^½(p̃ − p*)‖/P", |at| at.draw.sketch.giant_error / spectrum::p(at)),
    ("delta", "δ", "‖I − K‖", stride::delta),
    ("kappa_b", "κ_B", "cond(B^(−½)HB^(−½))", stride::kappa_b),
    ("pull", "√(c_r κ_B) G", "what ‖H^(−½)(g − g_M)‖ is at most", |at| {
        stride::pull(at, stride::trimmed_sharp)
    }),
];

/// A quantity where eta < 1; not a number elsewhere, where its formula says nothing.
fn below_one(at: At<'_>, value: fn(At<'_>) -> f64) -> f64 {
    if eta::eta(at) < 1.0 { value(at) } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::draw;
    use std::collections::BTreeSet;

    #[test]
    fn every_symbol_is_there_once_and_every_column_is_one() {
        let all = measured(&draw());
        let ids: BTreeSet<&str> = all.iter().map(|m| m.id).collect();
        let symbols: BTreeSet<&str> = all.iter().map(|m| m.symbol).collect();
        assert!(ids.len() == all.len() && symbols.len() == all.len(), "a symbol twice");
        assert!(COLUMNS.iter().all(|id| ids.contains(id)));
        let shown = |columns: Vec<MeasuredSymbol>| columns.into_iter().map(|m| m.id).collect::<Vec<&str>>();
        assert_eq!((shown(columns(&draw())), shown(lazy_columns(&draw()))), (COLUMNS.to_vec(), LAZY_COLUMNS.to_vec()));
        assert!(all.iter().all(|m| m.value.is_finite()), "the hand-made draw has everything");
    }

    #[test]
    fn what_is_not_measured_is_absent() {
        let nothing = Draw::absent();
        let shown: Vec<&str> = measured(&nothing).iter().filter(|m| !m.value.is_nan()).map(|m| m.id).collect();
        assert_eq!(shown, ["rank"], "a count");
    }
}
