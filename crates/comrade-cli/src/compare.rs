//! `comrade compare`: COMRADE, GIANT, gradient descent and exact Newton on one data set, as table, CSV and picture.

use crate::Said;
use crate::file;
use crate::picture::picture;
use crate::settings::{Settings, SettingsError};
use comrade::center::{self, Plan, SolveError, Step};
use comrade::cluster::{Ask, Traffic};
use comrade::giant;
use comrade::gradient_descent::{self, safe_step};
use comrade::newton::{MinimiseError, minimise};
use comrade::objective::{Objective, Singular};
use comrade_verify::figure::png;
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
    #[arg(long, value_name = "N", default_value = "30")]
    rounds: u64,
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
  comrade compare a9a                       a table, and the picture a9a-compare.svg
  comrade compare a9a --trim 0.25 --attack gaussian:10 --svg liars.svg --csv liars.csv

All methods hear the same workers, lie by lie, and drop the same fraction of messages; only directions are compressed. \
    Gradient descent takes its largest safe step. Exact Newton is played without liars: its bytes are those of workers who send \
    gradient and Hessian each round. Seconds are of the workers and the center in this process, with no network between them.";

/// The four methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Comrade,
    Giant,
    GradientDescent,
    Newton,
}

const METHODS: [Method; 4] = [Method::Comrade, Method::Giant, Method::GradientDescent, Method::Newton];

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Comrade => "COMRADE",
            Self::Giant => "GIANT",
            Self::GradientDescent => "gradient descent",
            Self::Newton => "exact Newton",
        }
    }

    fn rounds(self) -> u64 {
        if self == Self::Giant { 2 } else { 1 }
    }
}

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
    Settings(#[from] SettingsError),
    #[error("the exact minimiser: {0}")]
    Minimise(#[from] MinimiseError),
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

    fn play(&self, method: Method, tick: &dyn Fn()) -> Result<Track, CompareError> {
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
        tick: &dyn Fn(),
    ) -> Result<Result<(), SolveError>, CompareError> {
        let mut cluster = self.settings.cluster(self.f.data)?;
        let (solve, gamma): (Solver, f64) = match method {
            Method::Giant => (giant::solve, self.settings.step),
            Method::GradientDescent => (gradient_descent::solve, safe_step(&self.f)),
            Method::Comrade | Method::Newton => (center::solve, self.settings.step),
        };
        let backtrack = self.settings.line_search && method != Method::GradientDescent;
        let iterations = usize::try_from(self.rounds / (method.rounds() + u64::from(backtrack))).unwrap_or(usize::MAX);
        // What measuring takes is not the method's time.
        let (mut spent, mut resumed) = (Duration::ZERO, Instant::now());
        let rule = self.settings.rule();
        let solved =
            solve(&mut cluster, &rule, &Plan { start, gamma, iterations, backtrack }, &mut |step: &Step<'_>| {
                spent += resumed.elapsed();
                let Traffic { rounds, bytes_down, bytes_up } = step.traffic;
                points.push(self.point(step.after, rounds, bytes_down + bytes_up, spent.as_secs_f64()));
                tick();
                resumed = Instant::now();
                ControlFlow::Continue(())
            });
        Ok(solved.map(drop))
    }

    /// Newton steps on all samples, as if each worker had sent g_i and the triangle of H_i.
    fn newton(&self, mut w: Vec<f64>, points: &mut Vec<Point>, tick: &dyn Fn()) -> Result<(), Singular> {
        let d = w.len() as u64;
        let down = Ask::Gradient { w: &w }.encode().len() as u64;
        let each = down + 8 * (d + d * (d + 1) / 2);
        let mut seconds = 0.0;
        for round in 1..=self.rounds {
            let start = Instant::now();
            let p = self.f.newton_direction(&w)?;
            w.iter_mut().zip(&p).for_each(|(w, p)| *w -= p);
            seconds += start.elapsed().as_secs_f64();
            points.push(self.point(&w, round, round * each * self.settings.workers as u64, seconds));
            tick();
        }
        Ok(())
    }
}

type Solver = fn(
    &mut dyn comrade::cluster::Cluster,
    &dyn comrade::aggregate::Aggregator,
    &Plan,
    &mut dyn FnMut(&Step<'_>) -> ControlFlow<()>,
) -> Result<center::Solution, SolveError>;

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
        let mut line = format!("{:<17}{:>10.1e}{:>12.4}{played:>10}", method.name(), best.gap, best.accuracy);
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
            let _ = writeln!(text, "  {} stopped: {why}", method.name());
        }
    }
    text
}

fn csv(tracks: &[Track]) -> String {
    let mut text = "method,rounds,bytes,seconds,suboptimality,accuracy\n".to_owned();
    for Track { method, points, .. } in tracks {
        for Point { rounds, bytes, seconds, gap, accuracy } in points {
            let _ = writeln!(text, "{},{rounds},{bytes},{seconds:.6},{gap:e},{accuracy}", method.name());
        }
    }
    text
}

/// Runs `comrade compare`.
pub(crate) fn run(args: &Args) -> Said {
    let settings = &args.settings;
    let data = &settings.prepare(file::load(&args.file, args.dimension)?.dataset)?;
    let f = settings.objective(data);
    let best = minimise(&f, 1e-12).map_err(CompareError::from)?;
    let stage = Stage { f, settings, minimum: f.value(&best.w), rounds: args.rounds };
    let shown = std::io::stderr().is_terminal();
    let steps = METHODS.iter().map(|method| args.rounds / method.rounds()).sum();
    let bar = if shown { ProgressBar::new(steps) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} steps  {msg}")?);
    let mut tracks = Vec::new();
    for method in METHODS {
        bar.set_message(method.name());
        tracks.push(stage.play(method, &|| bar.inc(1))?);
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
    let svg = picture(&tracks, &stage, exact).svg()?;
    let path = args.svg.clone().unwrap_or_else(|| format!("{}-compare.svg", data.name).into());
    file::write(&path, svg.as_bytes())?;
    let _ = writeln!(text, "wrote {}", path.display());
    if let Some(path) = &args.png {
        file::write(path, &png(&svg, 1.0)?)?;
        let _ = writeln!(text, "wrote {}", path.display());
    }
    Ok(text)
}
