//! The medoid of Hessians: the one that most others are near to.
//!
//! ```text
//! dist(A, B) = max |log spec(B^{-1} A)|          0 for A = B; e^{-r} B <= A <= e^r B for r the distance
//! score of i = the (m - f)-th smallest of dist(H_i, H_1) .. dist(H_i, H_m), its own among them
//! ```
//!
//! The score of every honest worker is at most the largest distance between two honest ones; so is, then, the least score,
//! and at least m - 2 f of those within it are honest. No average of Hessians is like that: one liar moves it anywhere.

use crate::metric::Metric;
use faer::{Mat, Side};
use rayon::prelude::*;

/// Which of the matrices it is and its score R, for the `near`-th smallest distance; all are d x d. None where no two can be
/// compared.
pub(crate) fn medoid(all: &[Metric], near: usize) -> Option<(usize, f64)> {
    let m = all.len();
    let of = |metric: &Metric| (metric.matrix(), metric.inverse_root());
    let forms: Vec<(Mat<f64>, Mat<f64>)> = all.par_iter().map(of).collect();
    let pairs: Vec<(usize, usize)> = (0..m).flat_map(|i| (0..i).map(move |j| (i, j))).collect();
    let apart: Vec<f64> = pairs.par_iter().map(|&(i, j)| distance(&forms[i].0, &forms[j].1)).collect();
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

/// Between A and the B with W'B W = I; infinite where the matrices cannot be compared.
fn distance(a: &Mat<f64>, root: &Mat<f64>) -> f64 {
    let inner = root.transpose() * (a * root);
    if (0..inner.ncols()).any(|c| inner.col_as_slice(c).iter().any(|x| !x.is_finite())) {
        return f64::INFINITY;
    }
    let Ok(spectrum) = inner.self_adjoint_eigenvalues(Side::Lower) else { return f64::INFINITY };
    spectrum.iter().map(|l| if *l > 0.0 { l.ln().abs() } else { f64::INFINITY }).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(triangle: [f64; 3]) -> Metric {
        Metric::of_triangle(&triangle, 2, 0.0).unwrap()
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
        let apart = |a: &Metric, b: &Metric| distance(&a.matrix(), &b.inverse_root());
        assert!((apart(&a, &b) - apart(&b, &a)).abs() < 1e-12);
        let largest = (16.0 + (256.0_f64 - 50.0).sqrt()) / 5.0;
        assert!((apart(&a, &b) - largest.ln()).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_compared_is_far_from_everything() {
        let odd = Metric::diagonal(vec![1e200, 1e-200]);
        let all = [odd.clone(), diagonal([1.0, 1.0]), diagonal([1.5, 1.0])];
        assert_eq!(medoid(&all, 2).unwrap().0, 1);
        assert_eq!(medoid(&[odd, diagonal([1.0, 1.0])], 2), None);
    }
}
