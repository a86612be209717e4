//! Preconditioned conjugate gradients.

use crate::kernel::dot;

/// An approximate solution of H p = g.
pub(crate) struct Solved {
    /// p, d.
    pub(crate) p: Vec<f64>,
    /// Products with H taken.
    pub(crate) products: usize,
    /// ||g - H p|| / ||g||.
    pub(crate) residual: f64,
}

/// Solves H p = g until ||g - H p|| <= `forcing` ||g||, or after `limit` products with H; from p = 0, so that any p found is
/// a direction of descent.
///
/// `times` is v -> H v, `precondition` is v -> M^{-1} v for a positive definite M near H.
pub(crate) fn solve(
    times: impl Fn(&[f64]) -> Vec<f64>,
    precondition: impl Fn(&[f64]) -> Vec<f64>,
    g: &[f64],
    forcing: f64,
    limit: usize,
) -> Solved {
    let size = dot(g, g).sqrt();
    let (mut p, mut r) = (vec![0.0; g.len()], g.to_vec());
    let mut z = precondition(&r);
    let mut direction = z.clone();
    let mut rz = dot(&r, &z);
    for products in 1..=limit {
        let h = times(&direction);
        let step = rz / dot(&direction, &h);
        add(&mut p, step, &direction);
        add(&mut r, -step, &h);
        let residual = dot(&r, &r).sqrt() / size;
        if residual <= forcing || !residual.is_finite() || products == limit {
            return Solved { p, products, residual };
        }
        z = precondition(&r);
        let next = dot(&r, &z);
        let back = next / rz;
        rz = next;
        direction.iter_mut().zip(&z).for_each(|(d, z)| *d = z + back * *d);
    }
    Solved { p, products: 0, residual: 1.0 }
}

/// x += a y.
fn add(x: &mut [f64], a: f64, y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += a * y);
}
