//! What each sample counts for: numbers of mean 1 from whatever numbers a user gives.

use std::collections::BTreeMap;

/// Why numbers cannot be weights.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WeightError {
    /// One is negative, infinite or NaN.
    #[error("the weight of sample {row} (from 0) is {weight}: weights are finite and not negative")]
    Unusable {
        /// Which one, from 0.
        row: usize,
        /// The weight.
        weight: f64,
    },
    /// All are 0, or there is none.
    #[error("the weights of all samples are zero: give one of them a positive weight")]
    AllZero,
    /// There are not as many as samples.
    #[error("{weights} weights for {samples} samples")]
    Length {
        /// How many.
        weights: usize,
        /// n.
        samples: usize,
    },
    /// All of a class are 0, so that nothing is known of it.
    #[error(
        "the weights of all samples of class {class} are zero, or are so relative to the largest: give one of them a positive \
         weight, or leave the class out"
    )]
    Class {
        /// Its name.
        class: String,
    },
}

/// Checks that they are finite and not negative.
///
/// # Errors
/// The first that is not.
pub fn check(weights: &[f64]) -> Result<(), WeightError> {
    match weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        Some(row) => Err(WeightError::Unusable { row, weight: weights[row] }),
        None => Ok(()),
    }
}

/// Scales weights so that their mean is 1. No sum overflows, however large they are.
///
/// # Errors
/// If one is negative or not finite, or all are zero.
pub fn of_mean_one(raw: &[f64]) -> Result<Vec<f64>, WeightError> {
    check(raw)?;
    let largest = raw.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return Err(WeightError::AllZero);
    }
    let shares: Vec<f64> = raw.iter().map(|w| w / largest).collect();
    let mean = shares.iter().sum::<f64>() / raw.len() as f64;
    Ok(shares.into_iter().map(|w| w / mean).collect())
}

/// Checks that every class has a sample that counts: `classes` are the codes of the n samples, `weights` what they count for, and
/// `name` what a class is called in an error.
///
/// # Errors
/// If the weights of a class are all zero, or there are not as many weights as codes.
pub fn check_classes(classes: &[i64], weights: &[f64], name: impl Fn(i64) -> String) -> Result<(), WeightError> {
    if classes.len() != weights.len() {
        return Err(WeightError::Length { weights: weights.len(), samples: classes.len() });
    }
    let mut counted: BTreeMap<i64, bool> = BTreeMap::new();
    for (class, weight) in classes.iter().zip(weights) {
        *counted.entry(*class).or_default() |= *weight > 0.0;
    }
    match counted.into_iter().find(|(_, counted)| !counted) {
        Some((class, _)) => Err(WeightError::Class { class: name(class) }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_any_size_get_mean_one() {
        assert_eq!(of_mean_one(&[1e308; 40]).unwrap(), [1.0; 40]);
        assert_eq!(of_mean_one(&[5e-324, 0.0]).unwrap(), [2.0, 0.0]);
        assert_eq!(of_mean_one(&[1.0, 3.0]).unwrap(), [0.5, 1.5]);
        let mixed = of_mean_one(&[1e308, 1e308, 1.0]).unwrap();
        assert!((mixed.iter().sum::<f64>() - 3.0).abs() < 1e-15 && mixed[2] < 1e-300);
    }

    #[test]
    fn what_is_no_weight_is_said() {
        assert_eq!(of_mean_one(&[1.0, -2.0]), Err(WeightError::Unusable { row: 1, weight: -2.0 }));
        assert!(matches!(of_mean_one(&[f64::NAN]), Err(WeightError::Unusable { row: 0, .. })));
        assert!(matches!(of_mean_one(&[0.0, f64::INFINITY]), Err(WeightError::Unusable { row: 1, .. })));
        assert_eq!(of_mean_one(&[0.0; 3]), Err(WeightError::AllZero));
        assert_eq!(of_mean_one(&[]), Err(WeightError::AllZero));
    }

    #[test]
    fn a_class_without_weight_is_named() {
        let check = |classes: &[i64], weights: &[f64]| check_classes(classes, weights, |class| format!("no. {class}"));
        assert_eq!(check(&[0, 1, 2, 1], &[1.0, 0.0, 1.0, 0.0]), Err(WeightError::Class { class: "no. 1".into() }));
        assert_eq!(check(&[0, 1, 2, 1], &[1.0, 0.0, 1.0, 0.5]), Ok(()));
        assert_eq!(check(&[0, 1], &[1.0]), Err(WeightError::Length { weights: 1, samples: 2 }));
    }
}
