//! `comrade compare`: all methods on one data set, as table, CSV and picture.

use crate::Said;
use crate::file;
#[cfg(feature = "picture")]
use crate::picture::picture;
use crate::settings::Settings;
use comrade::center::SolveError;
use comrade::cluster::{Ask, Traffic};
use comrade::compress::norm2;
use comrade::method::{Limits, METHODS, Method, Progress, State, solve};
use comrade::newton::{MinimiseError, minimise};
use comrade::objective::{Objective, Singular};
use comrade::simulation::SimulationError;
use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Write as _;
use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// `comrade compare`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// LIBSVM file, or the name of a published one
    file: PathBuf,
    /// Dimension d [default: the largest index in the file]
    #[arg(long, value_name = "D")]
    dimension: Option<usize>,
    #[command(flatten)]
    settings: Settings,
    /// Rounds of communication that each method may use
    #[arg(long, value_name = "N", default_value = "30", value_parser = clap::value_parser!(u64).range(1..))]
    max_rounds: u64,
    /// Write every point as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the picture as SVG [default: NAME-compare.svg]
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the picture as PNG
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
}

const EXAMPLES: &str = "Examples:
  comrade compare a9a                       a table; with pictures built in, a9a-compare.svg too
  comrade compare a9a --trim 0.25 --attack gaussian:10 --svg liars.svg --csv liars.csv

All methods hear the same workers, lie by lie, and drop the same fraction of messages; only the directions of comrade and \
    giant are compressed. Each stops at its end or when the rounds are played. newton is played by all workers, without liars: \
    its bytes are those of f, gradient and Hessian of each in every round. Seconds are of the workers and the center in this \
    process, with no network between them.";

/// Where methods stop, as a share of ||g(0)||: f - f* is then rounding.
const TOLERANCE: f64 = 1e-10;

/// A method after some rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) rounds: u64,
    /// Both ways, all workers.
    pub(crate) bytes: u64,
    pub(crate) seconds: f64,
    /// f(w) - f(w*), over all samples; not below zero.
    pub(crate) gap: f64,
    pub(crate) accuracy: f64,
}

/// A method's way, from w = 0.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) method: Method,
    pub(crate) points: Vec<Point>,
    /// Why it could not go on, if it could not.
    failed: Option<String>,
}

/// A comparison cannot be made.
#[derive(Debug, thiserror::Error)]
enum CompareError {
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    #[error("the exact minimiser: {0}")]
    Minimise(#[from] MinimiseError),
    #[cfg(not(feature = "picture"))]
    #[error("this program was built without pictures; build it with `--features picture`")]
    WithoutPictures,
}

/// What every method is measured by.
pub(crate) struct Stage<'a> {
    pub(crate) f: Objective<'a>,
    pub(crate) settings: &'a Settings,
    minimum: f64,
    rounds: u64,
}

impl Stage<'_> {
    fn point(&self, w: &[f64], rounds: u64, bytes: u64, seconds: f64) -> Point {
        Point { rounds, bytes, seconds, gap: (self.f.value(w) - self.minimum).max(0.0), accuracy: self.f.accuracy(w) }
    }

    fn play(&self, method: Method, tick: &dyn Fn(u64)) -> Result<Track, CompareError> {
        let start = vec![0.0; self.f.data.cols()];
        let mut points = vec![self.point(&start, 0, 0, 0.0)];
        let failed = match method {
            Method::Newton => self.newton(start, &mut points, tick).err().map(|error| error.to_string()),
            _ => self.distributed(method, start, &mut points, tick)?.err().map(|error| error.to_string()),
        };
        Ok(Track { method, points, failed })
    }

    fn distributed(
        &self,
        method: Method,
        start: Vec<f64>,
        points: &mut Vec<Point>,
        tick: &dyn Fn(u64),
    ) -> Result<Result<(), SolveError>, CompareError> {
        let mut cluster = self.settings.simulation(self.f.data).build()?;
        let (options, limits) = (self.settings.options(method, self.f), Limits::new(TOLERANCE, self.rounds));
        let mut last = points.first().copied();
        // What measuring takes is not the method's time.
        let (mut spent, mut resumed) = (Duration::ZERO, Instant::now());
        let mut watch = |seen: &Progress<'_>| {
            spent += resumed.elapsed();
            let Traffic { rounds, bytes_down, bytes_up } = seen.state.traffic();
            let (bytes, seconds) = (bytes_down + bytes_up, spent.as_secs_f64());
            let point = match last {
                // The run does not go on from there.
                Some(last) if !seen.accepted => Point { rounds, bytes, seconds, ..last },
                _ => self.point(seen.w, rounds, bytes, seconds),
            };
            last = Some(point);
            points.push(point);
            tick(rounds);
            resumed = Instant::now();
            ControlFlow::<()>::Continue(())
        };
        let played = State::start(method, &cluster, start)
            .and_then(|mut state| solve(&mut cluster, &options, &limits, &mut state, &mut watch));
        Ok(played.map(drop))
    }

    /// Damped Newton on all samples, as if each worker had sent f_i, g_i and the triangle of H_i in every round.
    fn newton(&self, mut w: Vec<f64>, points: &mut Vec<Point>, tick: &dyn Fn(u64)) -> Result<(), Singular> {
        let d = w.len() as u64;
        let down = Ask::Expansion { w: &w, hessian: None }.encode().len() as u64;
        let each = down + 8 * (1 + d + d * (d + 1) / 2);
        let (mut seconds, mut value, mut step, mut first) = (0.0, f64::INFINITY, 1.0, None);
        let (mut direction, mut is_there) = (vec![0.0; w.len()], false);
        for round in 1..=self.rounds {
            let start = Instant::now();
            let next: Vec<f64> = w.iter().zip(&direction).map(|(w, p)| w - step * p).collect();
            let there = self.f.value(&next);
            if there <= value {
                (w, value, step) = (next, there, 1.0);
                let at = self.f.expand(&w);
                let norm = norm2(&at.gradient);
                is_there = norm <= TOLERANCE * *first.get_or_insert(norm);
                direction = self.f.direction_at(&at)?;
            } else {
                step *= 0.5;
            }
            seconds += start.elapsed().as_secs_f64();
            points.push(self.point(&w, round, round * each * self.settings.workers as u64, seconds));
            tick(round);
            if is_there {
                break;
            }
        }
        Ok(())
    }
}

/// Suboptimalities that the table asks for, as shares of f(0) - f(w*).
const SHARES: [f64; 3] = [1e-2, 1e-4, 1e-6];

fn bytes(count: u64) -> String {
    let count = count as f64;
    match count {
        _ if count < 1e3 => format!("{count} B"),
        _ if count < 1e6 => format!("{:.1} kB", count / 1e3),
        _ if count < 1e9 => format!("{:.2} MB", count / 1e6),
        _ => format!("{:.2} GB", count / 1e9),
    }
}

fn table(tracks: &[Track]) -> String {
    let mut text = format!(
        "{:<17}{:>10}{:>12}{:>10}   rounds, bytes and seconds to a share of f(0) - f(w*)\n{:<17}{:>10}{:>12}{:>10}",
        "", "best", "at that", "rounds", "method", "f - f*", "accuracy", "played"
    );
    SHARES.iter().for_each(|share| {
        let _ = write!(text, "   {share:<27e}");
    });
    text.truncate(text.trim_end().len());
    text.push('\n');
    for Track { method, points, failed } in tracks {
        let total = points.first().map_or(0.0, |first| first.gap);
        let Some(best) = points.iter().min_by(|a, b| a.gap.total_cmp(&b.gap)) else { continue };
        let played = points.last().map_or(0, |last| last.rounds);
        let mut line = format!("{method:<17}{:>10.1e}{:>12.4}{played:>10}", best.gap, best.accuracy);
        for share in SHARES {
            let there = points.iter().find(|point| point.gap <= share * total);
            let cell = there.map_or_else(
                || "-".to_owned(),
                |point| format!("{} r, {}, {:.3} s", point.rounds, bytes(point.bytes), point.seconds),
            );
            let _ = write!(line, "   {cell:<27}");
        }
        text += line.trim_end();
        text.push('\n');
        if let Some(why) = failed {
            let _ = writeln!(text, "  {method} stopped: {why}");
        }
    }
    text
}

fn csv(tracks: &[Track]) -> String {
    let mut text = "method,rounds,bytes,seconds,suboptimality,accuracy\n".to_owned();
    for Track { method, points, .. } in tracks {
        for Point { rounds, bytes, seconds, gap, accuracy } in points {
            let _ = writeln!(text, "{method},{rounds},{bytes},{seconds:.6},{gap:e},{accuracy}");
        }
    }
    text
}

/// Runs `comrade compare`.
pub(crate) fn run(args: &Args) -> Said {
    #[cfg(not(feature = "picture"))]
    if args.svg.is_some() || args.png.is_some() {
        return Err(CompareError::WithoutPictures.into());
    }
    let settings = &args.settings;
    let data = &settings.prepare(file::load(&args.file, args.dimension)?.dataset)?;
    let f = settings.simulation(data).objective();
    let best = minimise(&f, 1e-12).map_err(CompareError::from)?;
    let stage = Stage { f, settings, minimum: f.value(&best.w), rounds: args.max_rounds };
    let shown = std::io::stderr().is_terminal();
    let methods = METHODS.map(|(method, _)| method).into_iter().filter(|method| *method != Method::Auto);
    let bar = if shown { ProgressBar::new(args.max_rounds) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} rounds  {msg}")?);
    let mut tracks = Vec::new();
    for method in methods {
        bar.set_message(method.name());
        tracks.push(stage.play(method, &|round| bar.set_position(round))?);
    }
    bar.finish_and_clear();
    let exact = f.accuracy(&best.w);
    let mut text = settings.warning().map_or_else(String::new, |warning| format!("warning: {warning}\n"));
    let _ = writeln!(
        text,
        "{}: f(w*) = {:.10}, accuracy {exact:.4}, {} workers, lambda = {:e}\n",
        data.name, stage.minimum, settings.workers, settings.lambda
    );
    text += &table(&tracks);
    if let Some(path) = &args.csv {
        file::write(path, csv(&tracks).as_bytes())?;
        let _ = writeln!(text, "wrote {}", path.display());
    }
    #[cfg(feature = "picture")]
    {
        let svg = picture(&tracks, &stage, exact).svg()?;
        let path = args.svg.clone().unwrap_or_else(|| format!("{}-compare.svg", data.name).into());
        file::write(&path, svg.as_bytes())?;
        let _ = writeln!(text, "wrote {}", path.display());
        if let Some(path) = &args.png {
            file::write(path, &figure::png(&svg, 1.0)?)?;
            let _ = writeln!(text, "wrote {}", path.display());
        }
    }
    Ok(text)
}
