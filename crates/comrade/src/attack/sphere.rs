//! The largest value of a convex quadratic on the unit sphere, in the eigenbasis of its matrix.

use crate::compress::norm2;

/// Halvings before the multiplier is taken as it is: as many as it takes from the largest double to the smallest.
const HALVINGS: usize = 2200;

/// The unit vector u that maximises sum_k weights_k (a_k + u_k)^2, for weights that are not negative.
///
/// A maximiser satisfies (mu I - W) u = W a with a multiplier mu >= w_max. With t = mu - w_max it is the root t >= 0 of
/// the secular equation, whose left side decreases:
///
/// ```text
/// sum_k (w_k a_k / (t + w_max - w_k))^2 = 1,    max over top k of |w_max a_k| <= t <= ||W a||
/// ```
///
/// found by bisection. In the hard case a is orthogonal to the top eigenspace and the sum is below 1 already at t = 0:
/// then t = 0, and what is missing to length 1 goes to a top eigenvector (the last in order, the positive sign: the
/// negative one is as good). There is none when d = 0 or a number is not finite.
pub(super) fn farthest(weights: &[f64], a: &[f64]) -> Option<Vec<f64>> {
    let (top, largest) =
        weights.iter().enumerate().fold(None, |best, (k, &w)| best.filter(|&(_, b)| b > w).or(Some((k, w))))?;
    let scale = if largest > 0.0 { largest } else { 1.0 };
    let pull: Vec<f64> = weights.iter().zip(a).map(|(w, a)| w / scale * a).collect();
    let gaps: Vec<f64> = weights.iter().map(|w| (largest - w) / scale).collect();
    let mut above = norm2(&pull);
    if !above.is_finite() || gaps.iter().any(|gap| !gap.is_finite()) {
        return None;
    }

    let at = |t: f64| -> Vec<f64> {
        pull.iter().zip(&gaps).map(|(&pull, gap)| if pull == 0.0 { 0.0 } else { pull / (t + gap) }).collect()
    };
    let mut inside = at(0.0);
    let length = norm2(&inside);
    if length < 1.0 {
        inside[top] = ((1.0 - length) * (1.0 + length)).sqrt();
        return Some(inside);
    }
    let mut below = pull.iter().zip(&gaps).filter(|(_, gap)| **gap == 0.0).fold(0.0, |max, (p, _)| p.abs().max(max));
    for _ in 0..HALVINGS {
        let middle = below + 0.5 * (above - below);
        if middle <= below || middle >= above {
            break;
        }
        if norm2(&at(middle)) > 1.0 {
            below = middle;
        } else {
            above = middle;
        }
    }
    let u = at(above);
    let length = norm2(&u);
    (length > 0.0 && length.is_finite()).then(|| u.iter().map(|u| u / length).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{Purpose, Seed, Stream};
    use rand::RngExt;
    use rand_distr::StandardNormal;

    fn value(weights: &[f64], a: &[f64], u: &[f64]) -> f64 {
        weights.iter().zip(a).zip(u).map(|((w, a), u)| w * (a + u) * (a + u)).sum()
    }

    fn unit(v: Vec<f64>) -> Vec<f64> {
        let length = norm2(&v);
        v.iter().map(|x| x / length).collect()
    }

    fn normal(d: usize, stream: &mut Stream) -> Vec<f64> {
        (0..d).map(|_| stream.sample(StandardNormal)).collect()
    }

    fn close(got: Option<Vec<f64>>, wanted: &[f64]) {
        let got = got.unwrap();
        assert!(got.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-13), "{got:?} is not {wanted:?}");
    }

    #[test]
    fn by_hand() {
        close(farthest(&[2.0], &[-0.3]), &[-1.0]);
        // Multiplier 3: u = (1.2 / (3 - 1), 2 * 0.4 / (3 - 2)).
        close(farthest(&[1.0, 2.0], &[1.2, 0.4]), &[0.6, 0.8]);
        close(farthest(&[4.0, 2.0], &[0.4, -1.2]), &[0.8, -0.6]);
        // The sphere: along a.
        close(farthest(&[7.0; 2], &[30.0, -40.0]), &[0.6, -0.8]);
    }

    #[test]
    fn the_hard_case_and_its_edges() {
        // Orthogonal to the top: u_1 = 0.6 / (2 - 1), and the rest of the length along the top.
        close(farthest(&[1.0, 2.0], &[0.6, 0.0]), &[0.6, 0.8]);
        close(farthest(&[1.0, 2.0, 2.0], &[0.6, 0.0, 0.0]), &[0.6, 0.0, 0.8]);
        close(farthest(&[1.0, 2.0], &[0.6, -1e-300]), &[0.6, -0.8]);
        close(farthest(&[1.0, 2.0], &[0.0, 0.0]), &[0.0, 1.0]);
        // Orthogonal, but too far out to be hard.
        close(farthest(&[1.0, 2.0], &[1.0, 0.0]), &[1.0, 0.0]);
        close(farthest(&[1.0, 2.0], &[-5.0, 0.0]), &[-1.0, 0.0]);
        // A weight of zero does not pull, and all zero is no pull at all.
        close(farthest(&[0.0, 2.0], &[9.0, -0.1]), &[0.0, -1.0]);
        close(farthest(&[0.0, 0.0], &[9.0, 9.0]), &[0.0, 1.0]);
        assert_eq!(farthest(&[], &[]), None);
        for bad in [f64::NAN, f64::INFINITY] {
            assert_eq!(farthest(&[1.0, 2.0], &[bad, 0.0]), None);
            assert_eq!(farthest(&[bad, 2.0], &[1.0, 1.0]), None);
        }
    }

    #[test]
    fn no_random_direction_and_no_ascent_is_better() {
        let mut stream = Seed(9).stream(Purpose::new("test"), 0, 0);
        for (d, case) in [2, 3, 5, 9].into_iter().flat_map(|d| (0..40).map(move |case| (d, case))) {
            let weights: Vec<f64> = normal(d, &mut stream).iter().map(|x| (1.5 * x).exp()).collect();
            let mut a = normal(d, &mut stream);
            let shrink = 10.0_f64.powi(1 - case % 5);
            a.iter_mut().for_each(|a| *a *= shrink);
            if case % 4 == 0 {
                // Orthogonal to the top.
                let largest = weights.iter().copied().fold(0.0, f64::max);
                a.iter_mut().zip(&weights).filter(|(_, w)| **w == largest).for_each(|(a, _)| *a = 0.0);
            }
            let u = farthest(&weights, &a).unwrap();
            assert!((norm2(&u) - 1.0).abs() < 1e-14);
            let best = value(&weights, &a, &u) * (1.0 + 1e-12);
            for _ in 0..1000 {
                assert!(value(&weights, &a, &unit(normal(d, &mut stream))) <= best);
            }
            for _ in 0..5 {
                let mut x = unit(normal(d, &mut stream));
                for _ in 0..300 {
                    let uphill = weights.iter().zip(&a).zip(&x).map(|((w, a), x)| w * (a + x));
                    x = unit(uphill.collect());
                }
                assert!(value(&weights, &a, &x) <= best, "{weights:?} {a:?}: {u:?}, {x:?}");
            }
        }
    }
}
