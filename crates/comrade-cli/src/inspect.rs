//! `comrade inspect`: a data set before anything is trained on it, and what the theory promises for this m and lambda.
//!
//! ```text
//! Lemma 2, printed     eta = sqrt(3 mu r ln(r m / delta) / s)
//! Lemma 2, rederived   eta = sqrt(3 mu r ln(2 r (m + 1) / delta) / s)
//! Lemma 2, sharpened   the exact exponents of the matrix Chernoff bound
//! by ridge leverage    t with ||H^{-1/2} (H_i - H) H^{-1/2}|| <= t for all i
//! Theorem 1, sharpened ||D'|| <= sqrt(kappa) Z ||D|| + O(||D||^2) + E / sqrt(sigma_min), with the Z and E of the harness
//! ```

use crate::Said;
use crate::file::{self, Loaded};
use crate::settings::{loss, positive, workers};
use comrade::data::{Columns, Dataset};
use comrade::loss::Loss;
use comrade_verify::claim::{At, DELTA, Mode, Reading};
use comrade_verify::claims;
use comrade_verify::oracle::landscape::{Ground, Landscape};
use comrade_verify::quantity::{eta, ridge};
use comrade_verify::run::Draw;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::PathBuf;

/// `comrade inspect`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  comrade inspect a9a
  comrade inspect a9a --workers 50 --lambda 0.1
  comrade inspect rows.txt --json

Everything is at w = 0. eta and t bound how far a worker's Hessian is from that of all samples; from 1 on they say nothing, \
    which is called vacuous. A vacuous bound does not mean that training fails.")]
pub(crate) struct Args {
    /// LIBSVM file, - for standard input, or the name of a published file
    file: PathBuf,
    /// Dimension d [default: the largest index in the file]
    #[arg(long, value_name = "D")]
    dimension: Option<usize>,
    /// Workers m
    #[arg(long, short = 'm', value_name = "M", default_value = "20", value_parser = workers)]
    workers: usize,
    /// Weight of the ridge term
    #[arg(long, value_name = "LAMBDA", default_value = "1e-3", value_parser = positive)]
    lambda: f64,
    /// Loss
    #[arg(long, default_value = "logistic", value_parser = loss())]
    loss: Loss,
    /// Failure probability of each bound, below 1
    #[arg(long, value_name = "DELTA", default_value = "0.1", value_parser = probability)]
    delta: f64,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

fn probability(text: &str) -> Result<f64, String> {
    positive(text).ok().filter(|p| *p < 1.0).ok_or_else(|| "a number between 0 and 1".into())
}

/// Entries of X as a dense matrix above which its spectrum is not computed: half a gigabyte.
const LARGEST: usize = 1 << 26;

/// What a file holds.
#[derive(Clone, Debug, Serialize)]
struct Facts {
    name: String,
    rows: usize,
    dimension: u64,
    /// How many of the columns occur; the theory is about these.
    occurring: usize,
    nonzeros: usize,
    positive: usize,
    negative: usize,
    longest_row: f64,
}

/// What one m and lambda make of it, at w = 0. A bound from 1 on says nothing; one without a value is null.
#[derive(Clone, Debug, Serialize)]
struct Theory {
    workers: usize,
    lambda: f64,
    shard: usize,
    rank: usize,
    /// mu = (n/r) max_j ||u_j||^2
    coherence: f64,
    /// mu r/n, 1 when some row is alone in a direction.
    coherence_share: f64,
    sigma_min: f64,
    sigma_max: f64,
    kappa: f64,
    nu: f64,
    eta_printed: Option<f64>,
    eta_rederived: Option<f64>,
    eta_sharpened: Option<f64>,
    ridge: Option<f64>,
    /// The largest m at which eta sharpened, and t, are below 1; 0 if none.
    workers_for_eta: usize,
    workers_for_ridge: usize,
    /// The smallest lambda at which t is below 1 for this m.
    lambda_for_ridge: Option<f64>,
    /// sqrt(kappa) Z and E / sqrt(sigma_min) of Theorem 1 sharpened, at its own failure probability [`DELTA`].
    contraction: Option<f64>,
    floor: Option<f64>,
    /// Where steps come to rest by it: floor / (1 - contraction).
    rest: Option<f64>,
}

impl Facts {
    fn of(data: &Dataset, columns: &Columns) -> Self {
        let positive = data.labels.iter().filter(|&&y| y > 0.0).count();
        Self {
            name: data.name.clone(),
            rows: data.rows(),
            dimension: columns.dimension(),
            occurring: columns.len(),
            nonzeros: data.features.nnz(),
            positive,
            negative: data.rows() - positive,
            longest_row: data.features.row_norms().into_iter().fold(0.0, f64::max),
        }
    }
}

/// The a-priori rules on one landscape, at failure probability delta each.
struct Rules<'a> {
    at: &'a Landscape<'a>,
    delta: f64,
}

/// The view of an a-priori rule; the rules are named one by one, so the reading decides nothing.
fn before(draw: &Draw) -> At<'_> {
    At { draw, mode: Mode::APriori, reading: Reading::Sharpened }
}

impl Rules<'_> {
    fn draw(&self, m: usize) -> Draw {
        Draw::a_priori(self.at, m)
    }

    fn eta_sharpened(&self, m: usize) -> f64 {
        eta::chernoff(before(&self.draw(m)), self.delta)
    }

    fn ridge_here(&self, m: usize) -> f64 {
        ridge::radius(before(&self.draw(m)), self.delta)
    }

    /// t if lambda were another: n max_j ||H^{-1/2} a_j||^2 by the singular vectors that are there.
    fn ridge_at(&self, m: usize, lambda: f64) -> f64 {
        let shrink: Vec<f64> = self.at.sigma.iter().map(|s| s * s / (s * s + lambda)).collect();
        let leverage = |j| self.at.u_row(j).iter().zip(&shrink).map(|(u, c)| u * u * c).sum::<f64>();
        let largest = (0..self.at.rows()).map(leverage).fold(0.0, f64::max);
        let mut draw = self.draw(m);
        draw.place.ridge_leverage = largest * self.at.rows() as f64;
        draw.place.nu = shrink.first().copied().unwrap_or(0.0);
        ridge::radius(before(&draw), self.delta)
    }

    /// The largest m for which a bound that grows with m is below 1.
    fn most_workers(&self, bound: impl Fn(&Self, usize) -> f64) -> usize {
        let (mut holds, mut fails) = (0, self.at.rows() + 1);
        while fails - holds > 1 {
            let middle = usize::midpoint(holds, fails);
            if bound(self, middle) < 1.0 { holds = middle } else { fails = middle }
        }
        holds
    }

    /// The smallest lambda, to a per cent, at which t is below 1; none below 1e6.
    fn least_lambda(&self, m: usize) -> Option<f64> {
        let (mut low, mut high) = (1e-12_f64, 1e6_f64);
        if self.ridge_at(m, high) >= 1.0 {
            return None;
        }
        while high > 1.01 * low {
            let middle = (low * high).sqrt();
            if self.ridge_at(m, middle) < 1.0 { high = middle } else { low = middle }
        }
        Some(high)
    }
}

fn finite(bound: f64) -> Option<f64> {
    bound.is_finite().then_some(bound)
}

impl Theory {
    fn of(at: &Landscape<'_>, m: usize, delta: f64) -> Self {
        let rules = Rules { at, delta };
        let draw = rules.draw(m);
        let before = before(&draw);
        let t = ridge::radius(before, delta);
        let step = claims::theorem_1_before(&draw);
        let kappa = at.sigma_max() / at.sigma_min();
        Self {
            workers: m,
            lambda: at.ground.lambda,
            shard: draw.sketch.counts.shard,
            rank: at.rank(),
            coherence: at.mu,
            coherence_share: at.mu * at.rank() as f64 / at.rows() as f64,
            sigma_min: at.sigma_min(),
            sigma_max: at.sigma_max(),
            kappa,
            nu: at.nu(),
            eta_printed: finite(eta::printed_rule(before, delta)),
            eta_rederived: finite(eta::rederived_rule(before, delta)),
            eta_sharpened: finite(eta::chernoff(before, delta)),
            ridge: finite(t),
            workers_for_eta: rules.most_workers(Rules::eta_sharpened),
            workers_for_ridge: rules.most_workers(Rules::ridge_here),
            lambda_for_ridge: rules.least_lambda(m),
            contraction: step.map(|step| step.factor),
            floor: step.map(|step| step.floor),
            rest: step.filter(|step| step.factor < 1.0).map(|step| step.floor / (1.0 - step.factor)),
        }
    }

    fn text(&self, delta: f64) -> String {
        let shown = |bound: Option<f64>| match bound {
            Some(bound) if bound < 1.0 => format!("{bound:.3}"),
            Some(bound) => format!("{bound:.2}, vacuous"),
            None => "above 1, vacuous".into(),
        };
        let mut text = format!(
            "\nAt w = 0 with lambda = {:e}\n  rank r             {}\n  coherence mu       {:.2}\n  mu r/n             {:.4}\
             {}\n  kappa of H         {:.4e}  = {:.3e} / {:.3e}\n  nu                 {:.5}\n",
            self.lambda,
            self.rank,
            self.coherence,
            self.coherence_share,
            if self.coherence_share > 0.5 { "  close to 1: a row stands almost alone in some direction" } else { "" },
            self.kappa,
            self.sigma_max,
            self.sigma_min,
            self.nu
        );
        let _ = write!(
            text,
            "\nWith m = {} workers of s = {} samples, each bound failing with probability at most {delta}\n  \
             eta, Lemma 2 printed      {}\n  eta, Lemma 2 rederived    {}\n  eta, Lemma 2 sharpened    {}\n  \
             t, by ridge leverage      {}\n",
            self.workers,
            self.shard,
            shown(self.eta_printed),
            shown(self.eta_rederived),
            shown(self.eta_sharpened),
            shown(self.ridge)
        );
        let _ = match (self.contraction, self.floor, self.rest) {
            (Some(factor), Some(floor), Some(rest)) => writeln!(
                text,
                "  Theorem 1 sharpened       near w*, the distance to it is at most {factor:.3} times the one before plus \
                 {floor:.3}: {rest:.3} in the end (delta = {DELTA})"
            ),
            (Some(factor), ..) => {
                writeln!(
                    text,
                    "  Theorem 1 sharpened       vacuous: its factor sqrt(kappa) Z is {factor:.2} (delta = {DELTA})"
                )
            }
            _ => writeln!(text, "  Theorem 1 sharpened       vacuous: t is not below 1 (delta = {DELTA})"),
        };
        let workers = |m: usize| if m == 0 { "no m".into() } else { format!("m <= {m}") };
        let lambda = self.lambda_for_ridge.map_or("no lambda".into(), |lambda| format!("lambda >= {lambda:.2e}"));
        let _ = writeln!(
            text,
            "\nBelow 1 is eta sharpened for {}, t for {}; at this m, t for {lambda}",
            workers(self.workers_for_eta),
            workers(self.workers_for_ridge)
        );
        text
    }
}

/// Runs `comrade inspect`.
pub(crate) fn run(args: &Args) -> Said {
    let Loaded { dataset: data, mapping, columns } = file::load(&args.file, args.dimension)?;
    let facts = Facts::of(&data, &columns);
    if facts.rows < args.workers {
        return Err(format!("{} samples cannot be dealt to {} workers", facts.rows, args.workers).into());
    }
    let small = facts.rows.saturating_mul(facts.occurring) <= LARGEST;
    let theory = if small {
        // Neither the minimiser nor L is asked of it.
        let (loss, lambda) = (args.loss, args.lambda);
        let ground = Ground { data: &data, loss, lambda, lipschitz: f64::NAN, minimiser: None };
        let at = Landscape::new(&ground, &vec![0.0; data.cols()])?;
        Some(Theory::of(&at, args.workers, args.delta))
    } else {
        None
    };
    if args.json {
        return Ok(serde_json::to_string(&serde_json::json!({ "data": facts, "theory": theory }))? + "\n");
    }
    let share = |count: usize, of: f64| 100.0 * count as f64 / of.max(1.0);
    let (n, d) = (facts.rows as f64, facts.dimension as f64);
    let few = facts.occurring as u64 != facts.dimension;
    let occurring = if few { format!(", of which {} occur", facts.occurring) } else { String::new() };
    let mut text = format!(
        "{}\n  samples n          {}\n  dimension d        {}{occurring}\n  entries not zero   {} ({:.2} %)\n  labels             {}: {} \
         ({:.1} %), {}: {} ({:.1} %)\n  longest row        {:.4}\n",
        facts.name,
        facts.rows,
        facts.dimension,
        facts.nonzeros,
        share(facts.nonzeros, n * d),
        mapping.negative,
        facts.negative,
        share(facts.negative, n),
        mapping.positive,
        facts.positive,
        share(facts.positive, n),
        facts.longest_row
    );
    text += &match theory {
        Some(theory) => theory.text(args.delta),
        None => format!("\nn times the columns that occur is above {LARGEST}: no spectra\n"),
    };
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use comrade::data::synthetic::{Gaussian, Task, gaussian};
    use comrade::stream::Seed;

    #[test]
    fn bounds_shrink_with_samples_and_the_limits_are_where_they_reach_one() {
        let spec = Gaussian { rows: 4000, cols: 3, condition: 2.0, margin: 1.0, task: Task::Classification };
        let data = gaussian(&spec, Seed(1)).unwrap();
        let ground = Ground { data: &data, loss: Loss::Logistic, lambda: 0.1, lipschitz: f64::NAN, minimiser: None };
        let at = Landscape::new(&ground, &[0.0; 3]).unwrap();
        let theory = Theory::of(&at, 4, 0.1);
        let (printed, sharpened) = (theory.eta_printed.unwrap(), theory.eta_sharpened.unwrap());
        assert!(sharpened < theory.eta_rederived.unwrap() && printed < 1.0, "{theory:?}");
        let rules = Rules { at: &at, delta: 0.1 };
        let most = theory.workers_for_eta;
        assert!(rules.eta_sharpened(most) < 1.0 && rules.eta_sharpened(most + 1) >= 1.0);
        assert!(theory.workers_for_ridge > most, "{theory:?}");
        assert!((rules.ridge_at(4, 0.1) - rules.ridge_here(4)).abs() < 1e-9);
        // The pair of Theorem 1 sharpened by hand: four equal blocks of a partition average everything but the second order.
        let (t, white) = (ridge::radius(before(&rules.draw(4)), 0.05), at.white_b);
        let omega = t / (1.0 - t);
        let each = {
            let log = (5.0 / 0.05_f64).ln();
            ((4000.0 - 1000.0) / 3999.0 * white.trace / 1000.0).sqrt()
                + 2.0 * white.largest_centred * (log / 2000.0).sqrt()
        };
        let (factor, floor) = (theory.contraction.unwrap(), theory.floor.unwrap());
        assert!((factor / (theory.kappa.sqrt() * t * t / (1.0 - t)) - 1.0).abs() < 1e-12, "{factor}");
        assert!((floor / (omega * each / theory.sigma_min.sqrt()) - 1.0).abs() < 1e-12, "{floor}");
        assert!((theory.rest.unwrap() - floor / (1.0 - factor)).abs() < 1e-12);
        let many = Theory::of(&at, 2000, 0.1);
        assert!(many.eta_printed.unwrap() >= 1.0 && many.floor.is_none() && many.text(0.1).contains("vacuous"));
    }
}
