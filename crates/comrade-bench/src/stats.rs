//! The middle of a sample and how far it spreads.

/// The three quartiles of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quartiles {
    /// A quarter is below.
    pub low: f64,
    /// Half is below.
    pub median: f64,
    /// Three quarters are below.
    pub high: f64,
}

/// The quartiles of a sample, interpolated between its values; `None` if it is empty.
#[must_use]
pub fn quartiles(sample: &[f64]) -> Option<Quartiles> {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let at = |share: f64| {
        let place = share * last as f64;
        let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
        below + place.fract() * (above - below)
    };
    Some(Quartiles { low: at(0.25), median: at(0.5), high: at(0.75) })
}

/// a_i / b_i for every pair.
#[must_use]
pub fn ratios(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a / b).collect()
}

/// The loosest power of ten, as an exponent, at which `run` reaches `goal`, and what it reaches there; looked for from `start`
/// upwards or downwards as need be, no lower than 1e-15.
///
/// If none does, the loosest of those tried that comes within a factor 2 of the best: tightening further only costs time.
///
/// # Errors
/// That of `run`, unless the goal was reached before.
pub fn loosest<E>(start: i32, goal: f64, mut run: impl FnMut(i32) -> Result<f64, E>) -> Result<(i32, f64), E> {
    const TIGHTEST: i32 = -15;
    const UP: i32 = 6;
    let mut tried = vec![(start, run(start)?)];
    if tried[0].1 <= goal {
        let mut best = tried[0];
        for exponent in start + 1..=start + UP {
            match run(exponent) {
                Ok(reached) if reached <= goal => best = (exponent, reached),
                _ => break,
            }
        }
        return Ok(best);
    }
    for exponent in (TIGHTEST..start).rev() {
        let reached = run(exponent)?;
        if reached <= goal {
            return Ok((exponent, reached));
        }
        tried.push((exponent, reached));
        // Two steps that gained nothing: it stalls.
        if let [.., (_, before), _, (_, now)] = tried[..]
            && now > 0.5 * before
        {
            break;
        }
    }
    let best = tried.iter().map(|t| t.1).fold(f64::INFINITY, f64::min);
    let near = tried.iter().copied().find(|t| t.1 <= 2.0 * best);
    Ok(near.unwrap_or(tried[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_of_small_samples() {
        assert_eq!(quartiles(&[]), None);
        assert_eq!(quartiles(&[3.0]), Some(Quartiles { low: 3.0, median: 3.0, high: 3.0 }));
        assert_eq!(quartiles(&[4.0, 1.0, 2.0]), Some(Quartiles { low: 1.5, median: 2.0, high: 3.0 }));
        assert_eq!(quartiles(&[4.0, 1.0, 2.0, 3.0, 5.0]), Some(Quartiles { low: 2.0, median: 3.0, high: 4.0 }));
    }

    #[test]
    fn ratios_are_of_pairs() {
        assert_eq!(ratios(&[6.0, 1.0], &[3.0, 4.0]), [2.0, 0.25]);
    }

    /// A solver that reaches a hundredth of its tolerance, but no less than `floor`.
    fn solver(floor: f64) -> impl FnMut(i32) -> Result<f64, ()> {
        move |exponent| Ok(f64::max(floor, 1e-2 * 10_f64.powi(exponent)))
    }

    #[test]
    fn the_loosest_tolerance_is_found_from_either_side() {
        for start in [-9, -7, -6, -5, -3] {
            assert_eq!(loosest(start, 1.5e-8, solver(0.0)).unwrap().0, -6);
        }
    }

    #[test]
    fn a_solver_that_stalls_gets_the_tolerance_at_which_it_does() {
        let (exponent, reached) = loosest(-3, 1e-8, solver(3e-7)).unwrap();
        assert_eq!((exponent, reached), (-5, 3e-7));
    }

    #[test]
    fn an_error_counts_only_before_the_goal() {
        let slow_below = |least: i32| move |exponent: i32| if exponent < least { Err(()) } else { Ok(1e-9) };
        assert_eq!(loosest(-9, 1e-8, slow_below(-5)), Err(()));
        let slow_above = |exponent: i32| if exponent > -9 { Err(()) } else { Ok(1e-9) };
        assert_eq!(loosest(-9, 1e-8, slow_above), Ok((-9, 1e-9)));
    }
}
