//! Attacks made from what the honest workers send: a little is enough, inner-product manipulation, and mimicry.
//!
//! Both reckon with the honest messages that are finite: the center drops the others. Where there is none, the
//! worker sends its own vector.

use super::{Attack, Message, View};
use crate::compress::norm2;
use crate::stream::Stream;

/// All liars send mu - z sigma, where mu and sigma are the mean and the (population) standard deviation of the honest
/// messages, coordinate by coordinate.
///
/// Baruch, Baruch and Goldberg, *A Little Is Enough: Circumventing Defenses For Distributed Learning*, NeurIPS 2019.
/// They derive z from m and the number of liars; here it is given.
#[derive(Clone, Copy, Debug)]
pub struct LittleIsEnough {
    /// z >= 0.
    pub z: f64,
}

/// All liars send -epsilon times the mean of the honest messages.
///
/// Xie, Koyejo and Gupta, *Fall of Empires: Breaking Byzantine-tolerant SGD by Inner Product Manipulation*, UAI 2019
/// (PMLR 115, 2020).
#[derive(Clone, Copy, Debug)]
pub struct InnerProduct {
    /// epsilon >= 0.
    pub epsilon: f64,
}

impl Attack for LittleIsEnough {
    fn send(&self, view: &View<'_>, _stream: &mut Stream) -> Message {
        let honest = finite(view);
        let Some(mean) = mean(&honest) else { return Message::Vector(view.own.to_vec()) };
        let deviation = |(k, mu): (usize, &f64)| {
            // Each divided before it is squared and summed, so that large finite messages do not overflow.
            let share = 1.0 / (honest.len() as f64).sqrt();
            norm2(&honest.iter().map(|v| share * (v[k] - mu)).collect::<Vec<f64>>())
        };
        let sigma: Vec<f64> = mean.iter().enumerate().map(deviation).collect();
        Message::Vector(mean.iter().zip(sigma).map(|(mu, sigma)| mu - self.z * sigma).collect())
    }

    fn name(&self) -> String {
        format!("alie:{}", self.z)
    }
}

impl Attack for InnerProduct {
    fn send(&self, view: &View<'_>, _stream: &mut Stream) -> Message {
        let honest = finite(view);
        let Some(mean) = mean(&honest) else { return Message::Vector(view.own.to_vec()) };
        Message::Vector(mean.iter().map(|mu| -self.epsilon * mu).collect())
    }

    fn name(&self) -> String {
        format!("ipm:{}", self.epsilon)
    }
}

/// All liars send the honest message that is furthest from the mean of the honest ones: nothing that no honest worker sends,
/// and yet one worker counts as many.
///
/// Karimireddy, He and Jaggi, *Byzantine-Robust Learning on Heterogeneous Datasets via Bucketing*, ICLR 2022; they choose the
/// one whose messages vary most over the rounds.
#[derive(Clone, Copy, Debug)]
pub struct Mimic;

impl Attack for Mimic {
    fn send(&self, view: &View<'_>, _stream: &mut Stream) -> Message {
        let honest = finite(view);
        let Some(mean) = mean(&honest) else { return Message::Vector(view.own.to_vec()) };
        let apart = |v: &[f64]| norm2(&v.iter().zip(&mean).map(|(v, mean)| v - mean).collect::<Vec<f64>>());
        let furthest =
            honest.iter().map(|v| (apart(v), *v)).reduce(|best, next| if next.0 > best.0 { next } else { best });
        Message::Vector(furthest.map_or(view.own, |(_, v)| v).to_vec())
    }

    fn name(&self) -> String {
        "mimic".into()
    }
}

/// The honest messages whose entries are finite.
pub(super) fn finite<'a>(view: &View<'a>) -> Vec<&'a [f64]> {
    view.honest.iter().copied().filter(|v| v.iter().all(|x| x.is_finite())).collect()
}

/// Their mean, d; none for no vector.
pub(super) fn mean(vectors: &[&[f64]]) -> Option<Vec<f64>> {
    let share = 1.0 / vectors.len() as f64;
    let mut mean = vec![0.0; vectors.first()?.len()];
    for v in vectors {
        mean.iter_mut().zip(*v).for_each(|(sum, x)| *sum += share * x);
    }
    Some(mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::parse;
    use crate::protocol::Ask;
    use crate::stream::{Purpose, Seed};

    fn send(spec: &str, own: &[f64], honest: &[&[f64]]) -> Vec<f64> {
        let view = View { honest, ..View::alone(Ask::Direction { w: own }, own) };
        let mut stream = Seed(3).stream(Purpose::new("attack"), 0, 0);
        let Message::Vector(v) = parse(spec).unwrap().send(&view, &mut stream) else { panic!("a vector") };
        v
    }

    #[test]
    fn both_by_hand() {
        // Means 3 and 1, deviations 2 and 0.
        let honest: [&[f64]; 2] = [&[1.0, 1.0], &[5.0, 1.0]];
        let close = |got: Vec<f64>, wanted: [f64; 2]| {
            assert!(got.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-14), "{got:?} is not {wanted:?}");
        };
        close(send("alie:1.5", &[9.0, 9.0], &honest), [0.0, 1.0]);
        close(send("alie:0", &[9.0, 9.0], &honest), [3.0, 1.0]);
        close(send("ipm:0.5", &[9.0, 9.0], &honest), [-1.5, -0.5]);
    }

    #[test]
    fn the_odd_one_out_is_mimicked() {
        assert_eq!(send("mimic", &[9.0], &[&[1.0], &[2.0], &[7.0]]), [7.0]);
        assert_eq!(send("mimic", &[9.0], &[&[f64::NAN]]), [9.0]);
    }

    #[test]
    fn what_is_not_finite_does_not_count_and_large_messages_do_not_overflow() {
        let honest: [&[f64]; 3] = [&[f64::NAN, 0.0], &[2.0, 4.0], &[1.0, f64::INFINITY]];
        assert_eq!(send("alie:3", &[9.0, 9.0], &honest), [2.0, 4.0]);
        assert_eq!(send("ipm:1", &[9.0, 9.0], &honest), [-2.0, -4.0]);
        assert!(send("alie:0.1", &[0.0], &[&[1.5e308], &[1.6e308], &[-1.0]])[0].is_finite());
        for spec in ["alie:1", "ipm:1"] {
            assert_eq!(send(spec, &[9.0], &[]), [9.0]);
            assert_eq!(send(spec, &[9.0], &[&[f64::NAN]]), [9.0]);
            assert!(send(spec, &[], &[&[], &[]]).is_empty());
        }
    }
}
