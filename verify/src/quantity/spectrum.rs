//! Spectrum of H at the iterate: kappa, nu, P, and the size of g's landscape. No draw changes them.

use crate::claim::At;

/// P = ||H^{1/2} p*||; phi(p*) = -P^2/2.
#[must_use]
pub fn p(at: At<'_>) -> f64 {
    at.draw.place.p
}

/// kappa = sigma_max(H) / sigma_min(H).
#[must_use]
pub fn kappa(at: At<'_>) -> f64 {
    at.draw.place.sigma_max / at.draw.place.sigma_min
}

/// nu = sigma_max(A'A) / (sigma_max(A'A) + n lambda).
#[must_use]
pub fn nu(at: At<'_>) -> f64 {
    at.draw.place.nu
}

/// sigma_min(H).
#[must_use]
pub fn sigma_min(at: At<'_>) -> f64 {
    at.draw.place.sigma_min
}

/// r = rank(A).
#[must_use]
pub fn rank(at: At<'_>) -> f64 {
    at.draw.place.rank as f64
}

/// mu = (n/r) max_j ||u_j||^2, in [1, n/r].
#[must_use]
pub fn mu(at: At<'_>) -> f64 {
    at.draw.place.mu
}

/// L, the Lipschitz constant of the Hessian; see [`crate::oracle::landscape::Ground::lipschitz`].
#[must_use]
pub fn lipschitz(at: At<'_>) -> f64 {
    at.draw.place.lipschitz
}
