//! `comrade compare`: all methods on one data set, as table, CSV and picture.

use crate::Said;
use crate::file;
#[cfg(feature = "picture")]
use crate::picture::picture;
use crate::settings::{Settings, Workers};
use crate::track::{Point, Stage, Track};
use comrade::method::{METHODS, Method};
use comrade::newton::{MinimiseError, minimise};
use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::PathBuf;

/// `comrade compare`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// LIBSVM file, - for standard input, or the name of a published file
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

/// A comparison cannot be made.
#[derive(Debug, thiserror::Error)]
enum CompareError {
    #[error("the exact minimiser: {0}")]
    Minimise(#[from] MinimiseError),
    #[error("compare simulates its workers, and train has them at other addresses: give --workers their number")]
    Far,
    #[cfg(not(feature = "picture"))]
    #[error("this program was built without pictures; build it with `--features picture`")]
    WithoutPictures,
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
    [&args.csv, &args.svg, &args.png].into_iter().flatten().try_for_each(|path| file::check(path))?;
    let settings = &args.settings;
    if let Workers::Far(_) = settings.workers {
        return Err(CompareError::Far.into());
    }
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
        data.name,
        stage.minimum,
        settings.workers.count(),
        settings.lambda
    );
    text += &table(&tracks);
    let table = args.csv.iter().map(|path| (path.clone(), csv(&tracks).into_bytes()));
    #[cfg(feature = "picture")]
    let pictures = {
        let svg = picture(&tracks, &stage, exact).svg()?;
        let png = args.png.as_ref().map(|path| Ok::<_, figure::FigureError>((path.clone(), figure::png(&svg, 1.0)?)));
        let path = args.svg.clone().unwrap_or_else(|| format!("{}-compare.svg", data.name).into());
        [Some((path, svg.into_bytes())), png.transpose()?].into_iter().flatten()
    };
    #[cfg(not(feature = "picture"))]
    let pictures = None;
    let files: Vec<(PathBuf, Vec<u8>)> = table.chain(pictures).collect();
    file::write_all(&files)?;
    files.iter().for_each(|(path, _)| {
        let _ = writeln!(text, "wrote {}", path.display());
    });
    Ok(text)
}
