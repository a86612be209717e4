//! The norm shadow: the worst vector that trimming by norm cannot see.

use super::piece::{Piece, only};
use super::{Attack, Message, View, sphere};
use crate::aggregate::TrimFraction;
use crate::compress::norm2;
use crate::protocol::Ask;
use crate::stream::Stream;
use faer::{MatRef, Side};

/// How far the liars stay below the norm at which one of them is trimmed, relative to it.
const MARGIN: f64 = 1e-9;

/// All b liars send the same q: of the largest norm R that lets the center keep every one of them, and in the direction
/// that then moves the mean furthest from the exact step.
///
/// ```text
/// maximise  ||H^{1/2} (phat - p*)||   over ||q|| = R,   phat = (sum of the kept honest p_i + b q) / |U|,  p* = H^{-1} g
/// ```
///
/// **Norm.** The center keeps the |U| = m - round(beta m) messages of smallest norm. Let h_1 <= .. <= h_M be the honest
/// norms, M = m - b. Liars of norm R are all kept if at most |U| - b honest workers come before them, which whatever the
/// worker numbers (ties go to the lower one) is R < h_(|U| - b + 1); that index is at most M unless nothing is trimmed.
/// Kept with them are the |U| - b honest messages of smallest norm. So R = (1 - 1e-9) h_(|U| - b + 1), also when
/// b exceeds round(beta m). Where that is not a bound, because nothing is trimmed or because the message is not
/// finite, any norm passes and R stays just below the largest finite honest norm. Where more lie than are kept,
/// b > |U|, R is just below h_1 and the kept are |U| liars. Norms are those before compression: under a compressor
/// that changes norms a liar may be trimmed. If h_(|U| - b + 1) = 0 the liars send zero, and the worker
/// numbers decide.
///
/// **Direction.** A convex quadratic on a sphere: exact, by the eigenvectors of H and the secular equation, including
/// the case where phat without the liars differs from p* by a vector orthogonal to the top eigenvectors. Convexity
/// also makes it the worst that b kept liars of norms up to R can do with b different vectors.
///
/// A singular H is no obstacle: p* is then the step of least norm, and H^{1/2} does not see the difference. In
/// GIANT's gradient round the vectors are gradients and the step is theirs times H^{-1}, so the attack maximises
/// ||H^{-1/2}(ghat - g)||, eigenvalues below rounding counting as d machine epsilons of the largest. Where d = 0, no
/// honest message is finite, there is no [`View::global`], or w is so far out that g or H is not finite, the worker
/// sends its own vector.
///
/// Of f_i, g_i and H_i only g_i is attacked. Each liar works q out on its own; being a function of what all of them see, it is the same.
#[derive(Clone, Copy, Debug)]
pub struct NormShadow {
    /// The beta that the liars reckon with; that of the center for the attack to be the worst.
    pub beta: TrimFraction,
}

impl Attack for NormShadow {
    fn send(&self, view: &View<'_>, stream: &mut Stream) -> Message {
        if matches!(view.ask, Ask::Expansion { .. }) {
            return only(Piece::Gradient, self, view, stream);
        }
        let shadow = Shadow::cast(self.beta, view.honest, view.liars);
        Message::Vector(shadow.and_then(|s| s.worst(view)).unwrap_or_else(|| view.own.to_vec()))
    }

    fn needs_global(&self) -> bool {
        true
    }

    fn name(&self) -> String {
        format!("norm-shadow:{}", self.beta.get())
    }
}

/// The room that trimming leaves to the liars.
struct Shadow<'a> {
    /// R.
    radius: f64,
    /// The honest messages that are kept with them.
    companions: Vec<&'a [f64]>,
    /// |U|.
    kept: usize,
    /// The liars among them.
    liars: usize,
}

impl<'a> Shadow<'a> {
    /// None if no honest message is finite. A view without liars counts whoever looks.
    fn cast(beta: TrimFraction, honest: &[&'a [f64]], liars: usize) -> Option<Self> {
        let liars = liars.max(1);
        let kept = beta.kept(honest.len() + liars);
        let mut order: Vec<(f64, &[f64])> = honest.iter().map(|&v| (norm2(v), v)).collect();
        order.retain(|(norm, _)| norm.is_finite());
        // Stable: equal norms stay in worker order, as the center has them.
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let room = kept.saturating_sub(liars);
        let bound = order.get(room).or(order.last())?.0;
        let companions = order.iter().take(room).map(|&(_, v)| v).collect();
        Some(Self { radius: (1.0 - MARGIN) * bound, companions, kept, liars: liars.min(kept) })
    }

    /// q, or `None` where the objective cannot be evaluated.
    fn worst(&self, view: &View<'_>) -> Option<Vec<f64>> {
        let (f, w, d) = (view.global?, view.iterate(), view.dimension());
        let g = f.gradient(w);
        // This comes first: a margin that is not a number has no curvature, and shows in g.
        if d == 0 || g.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let h = f.hessian(w);
        if (0..d).any(|column| h.col_as_slice(column).iter().any(|x| !x.is_finite())) {
            return None;
        }
        let eigen = h.self_adjoint_eigen(Side::Lower).ok()?;
        let basis: MatRef<'_, f64> = eigen.U();
        let values: Vec<f64> = (0..d).map(|k| eigen.S()[k].max(0.0)).collect();
        let largest = values.iter().copied().fold(0.0, f64::max);
        let floor = d as f64 * f64::EPSILON * largest;

        let gradients = matches!(view.ask, Ask::Gradient { .. });
        let weight = |&value: &f64| match (gradients, largest > 0.0) {
            (true, true) => largest / value.max(floor),
            (true, false) => 1.0,
            (false, _) => value,
        };
        let aim = |(&value, g): (&f64, f64)| match (gradients, value > floor) {
            (true, _) => g,
            (false, true) => g / value,
            (false, false) => 0.0,
        };
        let weights: Vec<f64> = values.iter().map(weight).collect();
        let aims = values.iter().zip(coordinates(basis, &g)).map(aim);

        if self.radius == 0.0 {
            return Some(vec![0.0; d]);
        }
        // (phat without the liars - p*) / (what one unit of q moves phat by, times R)
        let share = 1.0 / self.kept as f64;
        let mut others = vec![0.0; d];
        for v in &self.companions {
            others.iter_mut().zip(*v).for_each(|(sum, v)| *sum += share * v);
        }
        let reach = self.liars as f64 * share * self.radius;
        let a: Vec<f64> = coordinates(basis, &others).iter().zip(aims).map(|(v, aim)| (v - aim) / reach).collect();
        let u = sphere::farthest(&weights, &a)?;
        Some((0..d).map(|i| self.radius * (0..d).map(|k| basis[(i, k)] * u[k]).sum::<f64>()).collect())
    }
}

/// U'v.
fn coordinates(basis: MatRef<'_, f64>, v: &[f64]) -> Vec<f64> {
    (0..v.len()).map(|k| (0..v.len()).map(|i| basis[(i, k)] * v[i]).sum()).collect()
}

#[cfg(test)]
mod tests;
