//! What is asked of a scenario before anything of it is allocated.

use super::{Draws, Population, Published, Scenario, Source};
use comrade::aggregate::TrimFraction;
use comrade::data::synthetic::{self, Task};
use comrade::loss::Loss;
use comrade::shard::Sharding;
use comrade::{attack, compress};

/// The most numbers of a matrix with all samples as its rows, n d; the oracle holds six of them for each iterate.
const MATRIX: usize = 1 << 24;
/// The most numbers of m Hessians, m d^2; the oracle holds two for each worker.
const HESSIANS: usize = 1 << 26;
/// The most draws of a scenario; each is kept as about a hundred numbers.
const DRAWS: u64 = 1 << 20;
/// The last iterate that can be asked for.
const LAST: usize = 10_000;
/// The longest name, in letters.
const NAME: usize = 60;

/// A value with which a scenario cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {says}")]
pub struct Unplayable {
    /// The key of the value in a file of scenarios.
    pub key: &'static str,
    /// What is wrong, and what would be right.
    pub says: String,
}

fn require(good: bool, key: &'static str, says: impl Into<String>) -> Result<(), Unplayable> {
    if good { Ok(()) } else { fail(key, says.into()) }
}

fn fail<T>(key: &'static str, says: impl ToString) -> Result<T, Unplayable> {
    Err(Unplayable { key, says: says.to_string() })
}

impl Published {
    /// n and d.
    fn shape(self) -> (usize, usize) {
        match self {
            Self::A9a => (synthetic::A9A_ROWS, 123),
            Self::W5a => (synthetic::W5A_ROWS, 300),
        }
    }
}

impl Scenario {
    /// Whether it can be played, as far as that can be said without its samples.
    ///
    /// # Errors
    /// The first value with which it cannot.
    pub fn check(&self) -> Result<(), Unplayable> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let name = (1..=NAME).contains(&self.name.len()) && self.name.chars().all(plain);
        require(name, "name", format!("small letters, digits and hyphens, at most {NAME} of them"))?;
        require(self.lambda >= 0.0 && self.lambda.is_finite(), "lambda", "a number of at least 0 is needed")?;
        require(self.workers > 0, "workers", "at least one is needed")?;
        TrimFraction::new(self.beta).or_else(|e| fail("beta", e))?;
        compress::parse(&self.compressor).or_else(|e| fail("compressor", e))?;
        if let Some((liars, attack)) = &self.liars {
            let honest = format!("at most {} of {} workers can lie: one is honest", self.workers - 1, self.workers);
            require(*liars < self.workers, "liars", honest)?;
            attack::parse(attack).or_else(|e| fail("attack", e))?;
        }
        let increasing = self.iterates.is_sorted_by(|a, b| a < b);
        let last = self.iterates.last().is_some_and(|&last| last <= LAST);
        require(increasing && last, "iterates", format!("increasing whole numbers from 0 to {LAST}, at least one"))?;
        self.check_draws("quick", self.quick)?;
        self.check_draws("full", self.full)?;
        self.check_source()?;
        self.check_method()
    }

    fn check_draws(&self, key: &'static str, Draws { seeds, fresh }: Draws) -> Result<(), Unplayable> {
        let all = seeds.checked_mul(self.iterates.len() as u64).and_then(|along| along.checked_add(fresh));
        let says = format!("from 1 to {DRAWS} draws: seeds times the number of iterates, and the fresh ones");
        require(all.is_some_and(|all| (1..=DRAWS).contains(&all)), key, says)
    }

    fn check_source(&self) -> Result<(), Unplayable> {
        match &self.source {
            Source::Gaussian(of) => {
                of.check().or_else(|e| fail("data", e))?;
                let says = "noise makes labels that are not classes: use the squared loss, or leave noise out";
                require(of.task == Task::Classification || self.loss == Loss::Squared, "loss", says)?;
                self.fits(of.rows, of.cols)
            }
            Source::Published(which) => {
                let (rows, cols) = which.shape();
                self.fits(rows, cols)
            }
            Source::Population(population) => self.check_population(population),
            // Nobody knows its size before it is read.
            Source::File(_) => Ok(()),
        }
    }

    /// Whether it can be played on n samples of dimension d.
    ///
    /// # Errors
    /// The value that does not fit.
    pub fn fits(&self, n: usize, d: usize) -> Result<(), Unplayable> {
        let m = self.workers;
        require(
            n > 0 && d > 0,
            "data",
            format!("n = {n} and d = {d}: at least one sample and one feature are needed"),
        )?;
        let dealt = format!("{n} samples cannot be dealt to {m} workers: at most {n} workers");
        require(m <= n, "workers", dealt)?;
        let matrix = n.max(d).checked_mul(d).is_some_and(|size| size <= MATRIX);
        let says =
            format!("n = {n}, d = {d}: the oracle decomposes all samples at once and takes max(n, d) d up to {MATRIX}");
        require(matrix, "data", says)?;
        let hessians = d.checked_mul(d).and_then(|size| size.checked_mul(m)).is_some_and(|size| size <= HESSIANS);
        let says =
            format!("m = {m}, d = {d}: the oracle holds a Hessian of each worker and takes m d^2 up to {HESSIANS}");
        require(hessians, "workers", says)
    }

    fn check_population(&self, of: &Population) -> Result<(), Unplayable> {
        let whole = |(square, b, times): &(f64, f64, usize)| {
            let numbers = *square >= 0.0 && square.is_finite() && b.is_finite();
            numbers && *times > 0 && (*square > 0.0 || *b == 0.0)
        };
        let says = "rows [x^2, b, how many like this] with x^2 >= 0, b = 0 where x = 0, and at least one like this";
        require(!of.rows.is_empty() && of.rows.iter().all(whole), "data", says)?;
        require(of.shard > 0, "data", "shard is at least 1")?;
        let rows = of.rows.iter().try_fold(0_usize, |sum, (_, _, times)| sum.checked_add(*times));
        let counts = rows.and_then(|rows| rows.checked_mul(self.workers)).is_some_and(|size| size <= MATRIX);
        require(counts, "workers", format!("each worker counts each row: workers times rows up to {MATRIX}"))?;
        // How such a round is played, and for which its labels are made.
        require(self.loss == Loss::Squared, "loss", "samples drawn as counts need loss = \"squared\"")?;
        let sharding = self.sharding == Sharding::WithReplacement;
        require(sharding, "sharding", "samples drawn as counts need sharding = \"with-replacement\"")?;
        require(self.liars.is_none(), "liars", "where samples are drawn as counts, nobody lies")?;
        require(
            self.iterates == [0],
            "iterates",
            "where samples are drawn as counts, one round is played: iterates = [0]",
        )?;
        require(self.lazy.is_none(), "method", "samples drawn as counts need method = \"comrade\"")
    }

    fn check_method(&self) -> Result<(), Unplayable> {
        let Some(lazy) = self.lazy else { return Ok(()) };
        require((0.0..=1.0).contains(&lazy.sorted), "sorted", "a share from 0 to 1")?;
        require(
            self.sharding == Sharding::Partition,
            "sharding",
            "lazy-newton deals every sample once: sharding = \"partition\"",
        )?;
        let fresh = |draws: Draws| draws.fresh == 0;
        require(fresh(self.quick), "quick", "lazy-newton has no fresh draws: fresh = 0")?;
        require(fresh(self.full), "full", "lazy-newton has no fresh draws: fresh = 0")?;
        require(!self.compresses(), "compressor", "lazy-newton compresses by bits: compressor = \"identity\"")
    }
}

#[cfg(all(test, feature = "report"))]
mod tests {
    use super::super::all;
    use super::*;

    #[test]
    fn the_shapes_of_the_published_files_are_those_of_their_stand_ins() {
        for which in [Published::A9a, Published::W5a] {
            let made = which.stand_in(comrade::stream::Seed(1));
            assert_eq!((made.rows(), made.cols()), which.shape());
        }
    }

    #[test]
    fn sizes_are_refused_by_arithmetic_that_cannot_overflow() {
        let roomy = all().into_iter().find(|s| s.name == "roomy").unwrap();
        let key = |n, d, workers| {
            let fits = Scenario { workers, ..roomy.clone() }.fits(n, d);
            fits.err().map(|e| e.key)
        };
        assert_eq!(key(4096, 4096, 4), None);
        assert_eq!(key(4096, 4096, 5), Some("workers"));
        assert_eq!(key(4097, 4096, 4), Some("data"));
        assert_eq!(key(1, 4097, 1), Some("data"));
        assert_eq!(key(usize::MAX, usize::MAX, 1), Some("data"));
        assert_eq!(key(usize::MAX, 1, usize::MAX), Some("data"));
        assert_eq!([key(0, 5, 1), key(5, 0, 1)], [Some("data"); 2]);
        assert_eq!([key(20, 2, 20), key(19, 2, 20)], [None, Some("workers")]);
    }
}
