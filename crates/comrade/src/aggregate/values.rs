//! Trimmed means of single numbers, from both sides.

use super::{AggregateError, columns, enough};
use crate::protocol::Reply;

/// The trimmed means of m replies, number by number: of each the `drop` largest left out and as many of the smallest, as long
/// as one is left. A reply that cannot be used counts as +infinity in each.
///
/// Yin, Chen, Kannan and Bartlett, *Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates*, ICML 2018.
///
/// # Errors
/// [`AggregateError`] when more than `drop` replies cannot be used.
pub(crate) fn trimmed_means(replies: &[Reply], length: usize, drop: usize) -> Result<Vec<f64>, AggregateError> {
    let workers = replies.len();
    let usable: Vec<&[f64]> = replies.iter().filter_map(|r| r.as_deref().ok()).filter(|v| v.len() == length).collect();
    let missing = workers - usable.len();
    enough(workers, missing, drop)?;
    // Of two workers one may be dropped, and then not the other one too.
    let low = drop.min((workers - 1).saturating_sub(drop));
    // Those that cannot be used are the last in every column, and so never among the kept.
    Ok(columns::means(&usable, length, low..workers - drop))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Missing;

    #[test]
    fn a_trimmed_mean_by_hand_counts_who_is_missing_as_infinite() {
        let of = |replies: &[Reply], drop| trimmed_means(replies, 1, drop).map(|v| v[0]);
        let v = |x: f64| Ok(vec![x]);
        assert_eq!(of(&[v(3.0), v(1.0), v(2.0)], 0), Ok(2.0));
        assert_eq!(of(&[v(30.0), v(1.0), v(2.0), v(4.0)], 1), Ok(3.0));
        assert_eq!(of(&[v(-1e300), v(1.0), v(2.0)], 1), Ok(1.0), "a liar moves it no further than to the next");
        assert_eq!(of(&[Err(Missing::Silent), v(1.0), v(2.0)], 1), Ok(2.0));
        let error = AggregateError::TooManyMissing { missing: 2, allowed: 1, workers: 3 };
        assert_eq!(of(&[Err(Missing::Silent), Ok(vec![]), v(2.0)], 1), Err(error));
        assert_eq!(of(&[v(1.0), v(2.0)], 1), Ok(1.0));
        assert_eq!(of(&[v(1.0), Err(Missing::Silent)], 1), Ok(1.0));
        assert_eq!(of(&[], 0), Err(AggregateError::NoWorkers));
    }
}
