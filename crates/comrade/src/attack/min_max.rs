//! MinMax and MinSum: as far from the honest mean as one can be without being further from anyone, or from all together, than the
//! honest are from each other.
//!
//! Shejwalkar and Houmansadr, *Manipulating the Byzantine: Optimizing Model Poisoning Attacks and Defenses for Federated
//! Learning*, NDSS 2021.

use super::piece::{Piece, only};
use super::{Attack, Message, View, colluding};
use crate::compress::norm2;
use crate::kernel::dot;
use crate::protocol::Ask;
use crate::stream::Stream;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::{Mat, Par, Side};

/// The direction u in which liars move their message away from the mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Against the honest mean, distances being Euclidean: as published.
    Mean,
    /// So that the step goes beyond w*, distances being those of the Hessian of f: what a rule in that metric cannot see.
    Towards,
    /// So that the step falls short of w*, in the same metric.
    Away,
}

/// All liars send mean + gamma u, where mean is that of the honest messages and gamma the largest number for which no honest
/// message is further from it than two honest messages are from each other.
///
/// Towards and away from w*, gradients are compared by ||H^{-1/2} v||, directions by ||H^{1/2} v||, and u is the exact g, or
/// H^{-1} g, or its negative. Of f_i, g_i and H_i only g_i is attacked. Where there is no finite honest message, no
/// [`View::global`] or no positive definite H, the worker sends its own vector.
#[derive(Clone, Copy, Debug)]
pub struct MinMax {
    /// u.
    pub aim: Aim,
}

impl Attack for MinMax {
    fn send(&self, view: &View<'_>, stream: &mut Stream) -> Message {
        if matches!(view.ask, Ask::Expansion { .. }) {
            return only(Piece::Gradient, self, view, stream);
        }
        Message::Vector(self.furthest(view).unwrap_or_else(|| view.own.to_vec()))
    }

    fn needs_global(&self) -> bool {
        self.aim != Aim::Mean
    }

    fn name(&self) -> String {
        match self.aim {
            Aim::Mean => "min-max",
            Aim::Towards => "min-max:towards",
            Aim::Away => "min-max:away",
        }
        .into()
    }
}

/// All liars send mean - gamma u, where u is the mean of the honest messages divided by its length, and gamma the largest number for
/// which the squares of its distances from the honest messages have a sum no larger than those of one honest message from the others:
///
/// ```text
/// h gamma^2 + sum_i ||mean - v_i||^2 = max_i sum_j ||v_i - v_j||^2       h honest messages
/// ```
///
/// Of f_i, g_i and H_i only g_i is attacked. Where there is no finite honest message, the worker sends its own vector.
#[derive(Clone, Copy, Debug)]
pub struct MinSum;

impl Attack for MinSum {
    fn send(&self, view: &View<'_>, stream: &mut Stream) -> Message {
        if matches!(view.ask, Ask::Expansion { .. }) {
            return only(Piece::Gradient, self, view, stream);
        }
        let honest = colluding::finite(view);
        Message::Vector(furthest_of_all(&honest).unwrap_or_else(|| view.own.to_vec()))
    }

    fn name(&self) -> String {
        "min-sum".into()
    }
}

/// mean - gamma u of MinSum; `None` where u is zero or not finite.
fn furthest_of_all(honest: &[&[f64]]) -> Option<Vec<f64>> {
    let mean = colluding::mean(honest)?;
    let length = Some(norm2(&mean)).filter(|length| *length > 0.0 && length.is_finite())?;
    let square = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    let of = |v: &[f64]| honest.iter().map(|other| square(v, other)).sum::<f64>();
    let widest = honest.iter().map(|v| of(v)).fold(0.0, f64::max);
    let gamma = ((widest - of(&mean)).max(0.0) / honest.len() as f64).sqrt();
    let far: Vec<f64> = mean.iter().map(|x| x - gamma * (x / length)).collect();
    far.iter().all(|x| x.is_finite()).then_some(far)
}

impl MinMax {
    fn furthest(&self, view: &View<'_>) -> Option<Vec<f64>> {
        let honest = colluding::finite(view);
        let mean = colluding::mean(&honest)?;
        let sign = match self.aim {
            Aim::Mean => {
                let u: Vec<f64> = mean.iter().map(|v| -v).collect();
                return along(&honest, &mean, &u);
            }
            Aim::Towards => 1.0,
            Aim::Away => -1.0,
        };
        let (f, w) = (view.global?, view.iterate());
        let g = f.gradient(w);
        if g.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let h = f.hessian(w);
        let factor = (0..h.ncols())
            .all(|c| h.col_as_slice(c).iter().all(|x| x.is_finite()))
            .then(|| h.llt(Side::Lower))?
            .ok()?;
        let l = factor.L();
        // White coordinates: L^{-1} of a gradient, L' of a direction.
        let forward = |v: &[f64]| {
            let mut white = Mat::from_fn(v.len(), 1, |r, _| v[r]);
            solve_lower_triangular_in_place(l, white.as_mut(), Par::Seq);
            white.col_as_slice(0).to_vec()
        };
        let gradients = matches!(view.ask, Ask::Gradient { .. });
        let whiten = |v: &[f64]| {
            if gradients {
                forward(v)
            } else {
                (0..v.len()).map(|c| (c..v.len()).map(|r| l[(r, c)] * v[r]).sum()).collect()
            }
        };
        let white: Vec<Vec<f64>> = honest.iter().map(|v| whiten(v)).collect();
        let slices: Vec<&[f64]> = white.iter().map(Vec::as_slice).collect();
        let u: Vec<f64> = forward(&g).iter().map(|x| sign * x).collect();
        let far = along(&slices, &colluding::mean(&slices)?, &u)?;
        let mut back = Mat::from_fn(far.len(), 1, |r, _| far[r]);
        if gradients {
            back = l * back;
        } else {
            faer::linalg::triangular_solve::solve_upper_triangular_in_place(l.transpose(), back.as_mut(), Par::Seq);
        }
        Some(back.col_as_slice(0).to_vec()).filter(|v| v.iter().all(|x| x.is_finite()))
    }
}

/// mean + gamma u; `None` where u is zero or not finite.
fn along(honest: &[&[f64]], mean: &[f64], u: &[f64]) -> Option<Vec<f64>> {
    let length = norm2(u);
    if length == 0.0 || !length.is_finite() {
        return None;
    }
    let u: Vec<f64> = u.iter().map(|u| u / length).collect();
    let apart = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a - b).collect() };
    let pairs = honest.iter().enumerate().flat_map(|(i, a)| honest[..i].iter().map(move |b| (a, b)));
    let widest = pairs.map(|(a, b)| norm2(&apart(a, b))).fold(0.0, f64::max);
    // |mean + gamma u - v|^2 = widest^2 for each honest v.
    let room = |v: &&[f64]| {
        let gap = apart(mean, v);
        let (b, c) = (dot(&u, &gap), dot(&gap, &gap) - widest * widest);
        -b + (b * b - c).max(0.0).sqrt()
    };
    let gamma = honest.iter().map(room).fold(f64::INFINITY, f64::min);
    let far: Vec<f64> = mean.iter().zip(&u).map(|(mean, u)| mean + gamma * u).collect();
    far.iter().all(|x| x.is_finite()).then_some(far)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Dense, Features};
    use crate::loss::Loss;
    use crate::objective::Objective;
    use crate::stream::{Purpose, Seed};

    fn send(aim: Aim, ask: Ask<'_>, honest: &[&[f64]], global: Option<Objective<'_>>) -> Vec<f64> {
        let view = View { honest, global, ..View::alone(ask, &[9.0, 9.0]) };
        let mut stream = Seed(3).stream(Purpose::new("attack"), 0, 0);
        let Message::Vector(v) = (MinMax { aim }).send(&view, &mut stream) else { panic!("a vector") };
        v
    }

    fn close(got: &[f64], wanted: [f64; 2]) {
        assert!(got.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{got:?} is not {wanted:?}");
    }

    const W: [f64; 2] = [1.0, 1.0];

    #[test]
    fn by_hand() {
        // Mean (0, 1), u = (0, -1), widest 2: from either the corner (0, 1 - sqrt 3) is 2 away.
        let honest: [&[f64]; 2] = [&[1.0, 1.0], &[-1.0, 1.0]];
        close(&send(Aim::Mean, Ask::Gradient { w: &W }, &honest, None), [0.0, 1.0 - 3.0_f64.sqrt()]);
        assert_eq!(send(Aim::Towards, Ask::Gradient { w: &W }, &honest, None), [9.0, 9.0]);
        assert_eq!(send(Aim::Mean, Ask::Gradient { w: &W }, &[], None), [9.0, 9.0]);
        assert_eq!(send(Aim::Mean, Ask::Gradient { w: &W }, &[&[0.0, 0.0]], None), [9.0, 9.0]);
    }

    #[test]
    fn min_sum_by_hand() {
        let send = |honest: &[&[f64]]| {
            let view = View { honest, ..View::alone(Ask::Gradient { w: &W }, &[9.0, 9.0]) };
            let Message::Vector(v) = MinSum.send(&view, &mut Seed(3).stream(Purpose::new("attack"), 0, 0)) else {
                panic!()
            };
            v
        };
        // Mean (0, 1). Either corner is 4 from the other; from the mean both are 1: 2 gamma^2 + 2 = 4.
        close(&send(&[&[1.0, 1.0], &[-1.0, 1.0]]), [0.0, 0.0]);
        // Three on a line: sums of squares 0 + 9 + 36, 9 + 0 + 9 and the first again; from the mean 9 + 0 + 9: gamma = 3.
        close(&send(&[&[1.0, 0.0], &[4.0, 0.0], &[7.0, 0.0]]), [1.0, 0.0]);
        for nothing in [&[][..], &[&[0.0, 0.0][..]], &[&[f64::NAN, 0.0][..]]] {
            assert_eq!(send(nothing), [9.0, 9.0]);
        }
    }

    #[test]
    fn in_the_metric_of_the_hessian_by_hand() {
        // One row (0, 0): H = 4 I and g = 4 w, so u is along (1, 1); distances of gradients are half the Euclidean ones.
        let x = Features::Dense(Dense::new(1, 2, vec![0.0; 2]).unwrap());
        let data = Dataset::new("by hand", x, vec![1.0]);
        let f = Some(Objective { data: &data, loss: Loss::Squared, lambda: 4.0 });
        let honest: [&[f64]; 2] = [&[3.0, 5.0], &[5.0, 3.0]];
        // Mean (4, 4), widest 2 sqrt 2, along the diagonal 3^{1/2} 2^{1/2} of it.
        let step = 3.0_f64.sqrt();
        for ask in [Ask::Gradient { w: &W }, Ask::Direction { w: &W }, Ask::DirectionFor { w: &W, gradient: &W }] {
            close(&send(Aim::Towards, ask, &honest, f), [4.0 + step; 2]);
            close(&send(Aim::Away, ask, &honest, f), [4.0 - step; 2]);
        }
        let far = [f64::INFINITY, 0.0];
        assert_eq!(send(Aim::Away, Ask::Gradient { w: &far }, &honest, f), [9.0, 9.0]);
    }
}
