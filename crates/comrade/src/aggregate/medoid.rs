//! The medoid of Hessians: the one that most others are near to.
//!
//! ```text
//! dist(A, B) = max |log spec(B^{-1} A)|          0 for A = B; e^{-r} B <= A <= e^r B for r the distance
//! score of i = the (m - f)-th smallest of dist(H_i, H_1) .. dist(H_i, H_m), its own among them
//! ```
//!
//! The score of every honest worker is at most the largest distance between two honest ones; so is, then, the least score,
//! and at least m - 2 f of those within it are honest. No average of Hessians is like that: one liar moves it anywhere.

use crate::kernel::dot;
use crate::metric::Metric;
use crate::stream::{Purpose, Seed};
use faer::{Mat, Side};
use rand::RngExt;
use rand_distr::StandardNormal;
use rayon::prelude::*;

const START: Purpose = Purpose::new("medoid");
/// Steps of the Lanczos method: its largest Ritz value is then within a few hundredths of the largest eigenvalue, from below.
const STEPS: usize = 16;

/// Which of the matrices it is and its score R, for the `near`-th smallest distance; all are d x d. None if no two can
/// be compared. Distances are taken by Lanczos, and so are a little too short.
pub(crate) fn medoid(all: &[Metric], near: usize) -> Option<(usize, f64)> {
    let m = all.len();
    let mut stream = Seed(0).stream(START, 0, 0);
    let start: Vec<f64> = (0..all.first()?.dimension()).map(|_| stream.sample(StandardNormal)).collect();
    let pairs: Vec<(usize, usize)> = (0..m).flat_map(|i| (0..i).map(move |j| (i, j))).collect();
    let apart: Vec<f64> = pairs.par_iter().map(|&(i, j)| distance(&all[i], &all[j], &start)).collect();
    let score = |i: usize| {
        let others = pairs.iter().zip(&apart).filter(|((a, b), _)| *a == i || *b == i).map(|(_, apart)| *apart);
        let mut near_to: Vec<f64> = std::iter::once(0.0).chain(others).collect();
        near_to.sort_unstable_by(f64::total_cmp);
        near_to.get(near.saturating_sub(1)).copied()
    };
    (0..m)
        .filter_map(|i| Some((i, score(i)?)))
        .filter(|(_, score)| score.is_finite())
        .fold(None, |best: Option<(usize, f64)>, next| best.filter(|best| best.1 <= next.1).or(Some(next)))
}

/// max |log spec(B^{-1} A)|; infinite where the matrices cannot be compared.
fn distance(a: &Metric, b: &Metric, start: &[f64]) -> f64 {
    let log = |a, b| largest(a, b, start).filter(|l| *l > 0.0 && l.is_finite()).map_or(f64::INFINITY, f64::ln);
    log(a, b).max(log(b, a)).max(0.0)
}

/// The largest eigenvalue of B^{-1} A, which is symmetric in the inner product of B: by Lanczos with vectors q that are
/// orthonormal there, and B q next to each. None if a number is not finite.
fn largest(a: &Metric, b: &Metric, start: &[f64]) -> Option<f64> {
    let (mut diagonal, mut beside) = (vec![], vec![]);
    let mut basis: Vec<(Vec<f64>, Vec<f64>)> = vec![];
    let (mut next, mut image) = (start.to_vec(), b.times(start));
    for _ in 0..STEPS.min(start.len()) {
        let length = dot(&next, &image).sqrt();
        if !length.is_finite() {
            return None;
        }
        // Nothing is left but rounding: the space is invariant.
        if length <= 1e-10 * diagonal.iter().copied().fold(0.0, f64::max) || length == 0.0 {
            break;
        }
        if !basis.is_empty() {
            beside.push(length);
        }
        next.iter_mut().chain(&mut image).for_each(|x| *x /= length);
        basis.push((next.clone(), image.clone()));
        image = a.times(&next);
        diagonal.push(dot(&next, &image));
        next = b.solve(&image);
        for (q, p) in &basis {
            let share = dot(p, &next);
            next.iter_mut().zip(q).for_each(|(x, q)| *x -= share * q);
            image.iter_mut().zip(p).for_each(|(x, p)| *x -= share * p);
        }
    }
    let k = diagonal.len();
    let entry = |r: usize, c: usize| match r.abs_diff(c) {
        0 => diagonal[r],
        1 => beside[r.min(c)],
        _ => 0.0,
    };
    if diagonal.iter().any(|x| !x.is_finite()) {
        return None;
    }
    Mat::from_fn(k, k, entry).self_adjoint_eigenvalues(Side::Lower).ok()?.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(triangle: [f64; 3]) -> Metric {
        Metric::of_triangle(&triangle, 2, &[0.0; 2], 0.0).unwrap()
    }

    fn diagonal(values: [f64; 2]) -> Metric {
        of([values[0], 0.0, values[1]])
    }

    #[test]
    fn by_hand() {
        let all = [[1.0, 1.0], [2.0, 1.0], [4.0, 1.0], [1e6, 1.0], [1.0, 1e-6]].map(diagonal);
        let (who, radius) = medoid(&all, 3).unwrap();
        assert_eq!(who, 1);
        assert!((radius - 2.0_f64.ln()).abs() < 1e-12);
        assert_eq!(medoid(&[], 1), None);
        assert_eq!(medoid(&all[..1], 1).unwrap(), (0, 0.0));
    }

    #[test]
    fn the_distance_is_that_of_either_to_the_other() {
        // They do not commute, and det(A - l B) = 2.5 l^2 - 16 l + 5.
        let (a, b) = (of([2.0, 1.0, 3.0]), diagonal([5.0, 0.5]));
        let apart = |a: &Metric, b: &Metric| distance(a, b, &[1.0, 2.0]);
        assert!((apart(&a, &b) - apart(&b, &a)).abs() < 1e-12);
        let largest = (16.0 + (256.0_f64 - 50.0).sqrt()) / 5.0;
        assert!((apart(&a, &b) - largest.ln()).abs() < 1e-12);
        assert!(apart(&a, &a) < 1e-15);
    }

    #[test]
    fn a_spike_in_a_large_matrix_is_seen_from_either_side() {
        let d = 200;
        let with = |spike: f64| {
            let scale = (0..d).map(|k| if k == 17 { spike.sqrt() } else { 1.0 + k as f64 / d as f64 }).collect();
            Metric::diagonal(scale)
        };
        let start: Vec<f64> = (0..d).map(|k| (k as f64 + 0.5).sin()).collect();
        let flat = with(1.0);
        for (spike, wanted) in [(30.0, 30.0_f64.ln()), (0.01, 100.0_f64.ln()), (1e12, 1e12_f64.ln())] {
            let apart = distance(&with(spike), &flat, &start);
            assert!((apart - wanted).abs() < 0.01, "{spike}: {apart} {wanted}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_far_from_everything() {
        let odd = Metric::diagonal(vec![1e200, 1e-200]);
        let all = [odd.clone(), diagonal([1.0, 1.0]), diagonal([1.5, 1.0])];
        assert_eq!(medoid(&all, 2).unwrap().0, 1);
        assert_eq!(medoid(&[odd, diagonal([1.0, 1.0])], 2), None);
        let (large, one) = (Metric::diagonal(vec![1e200]), Metric::diagonal(vec![1.0]));
        assert_eq!(distance(&large, &one, &[1.0]), f64::INFINITY);
        // Without a dimension there is nothing to compare.
        assert_eq!(largest(&Metric::diagonal(vec![]), &Metric::diagonal(vec![]), &[]), None);
    }
}
