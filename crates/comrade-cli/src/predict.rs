//! `comrade predict` and `comrade evaluate`: a model on a file.

use crate::Said;
use crate::file;
use crate::fitted::{Fitted, Shown};
use comrade::data::Dataset;
use comrade::kernel::margins;
use comrade::loss::Loss;
use comrade::objective::Objective;
use serde::Serialize;
use std::error::Error;
use std::path::{Path, PathBuf};

/// `comrade predict`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The labels are those of the training file. A margin of zero is the negative class. A row of FILE may have any \
                        label, or none; it is not used. Features that no training row had are left out, and counted on \
                        standard error.

Examples:
  comrade predict model.json rows.txt > labels.txt
  comrade predict model.json a9a.t --margins -o margins.txt
  zcat rows.gz | comrade predict model.json - --probabilities"
)]
pub(crate) struct PredictArgs {
    /// Written by `comrade train`
    model: PathBuf,
    /// LIBSVM file, - for standard input, or the name of a published file
    file: PathBuf,
    /// Margins w'x in place of labels
    #[arg(long)]
    margins: bool,
    /// Probabilities of the positive class in place of labels: 1 / (1 + exp(-w'x)), for models of the logistic loss
    #[arg(long, conflicts_with = "margins")]
    probabilities: bool,
    /// Write here [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// `comrade evaluate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  comrade evaluate model.json a9a.t
  comrade evaluate model.json a9a.t --json")]
pub(crate) struct EvaluateArgs {
    /// Written by `comrade train`
    model: PathBuf,
    /// LIBSVM file, - for standard input, or the name of a published file
    file: PathBuf,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// How a model does on a file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Score {
    rows: usize,
    accuracy: f64,
    /// The mean loss, without the ridge term.
    loss: f64,
    /// f(w), with it.
    objective: f64,
    true_positive: usize,
    false_positive: usize,
    true_negative: usize,
    false_negative: usize,
}

impl Score {
    fn of(f: &Objective<'_>, w: &[f64]) -> Self {
        let z = margins(&f.data.features, 0..f.data.rows(), w);
        let count = |says: bool, is: bool| {
            z.iter().zip(&f.data.labels).filter(|&(&z, &y)| (z > 0.0) == says && (y > 0.0) == is).count()
        };
        Self {
            rows: f.data.rows(),
            accuracy: f.accuracy(w),
            loss: Objective { lambda: 0.0, ..*f }.value(w),
            objective: f.value(w),
            true_positive: count(true, true),
            false_positive: count(true, false),
            true_negative: count(false, false),
            false_negative: count(false, true),
        }
    }
}

/// Reads the rows of a file for a model; says on standard error how many values were left out.
fn load(model: &Fitted, file: &Path, labelled: bool) -> Result<Dataset, Box<dyn Error>> {
    let (dataset, ignored) = model.rows(file::open(file)?.0, labelled)?;
    if ignored > 0 {
        crate::say(&format!("ignored: {ignored} value(s) of features that no training row had"));
    }
    Ok(dataset)
}

/// Runs `comrade predict`.
pub(crate) fn predict(args: &PredictArgs) -> Said {
    args.output.iter().try_for_each(|path| file::check(path))?;
    let model = Fitted::read(&args.model)?;
    if args.probabilities && model.loss() != Loss::Logistic {
        return Err("--probabilities needs a model of the logistic loss, and this one has another: leave it out".into());
    }
    let shown = match (args.margins, args.probabilities) {
        (true, _) => Shown::Margin,
        (_, true) => Shown::Probability,
        (false, false) => Shown::Label,
    };
    let text = model.predictions(&load(&model, &args.file, false)?, shown);
    match &args.output {
        None => Ok(text),
        Some(path) => {
            file::write(path, text.as_bytes())?;
            Ok(format!("wrote {}\n", path.display()))
        }
    }
}

/// Runs `comrade evaluate`.
pub(crate) fn evaluate(args: &EvaluateArgs) -> Said {
    let model = Fitted::read(&args.model)?;
    let (dataset, mapping) = (load(&model, &args.file, true)?, model.data.labels);
    let score = Score::of(&model.objective(&dataset), &model.weights);
    if args.json {
        return Ok(serde_json::to_string(&score)? + "\n");
    }
    let (positive, negative) = (mapping.positive, mapping.negative);
    Ok(format!(
        "{}: {} rows\naccuracy   {:.6}\nmean loss  {:.6}\nf          {:.6}  with the ridge term\n\n{:>14} {:>10} {:>10}\n\
         {:>14} {:>10} {:>10}\n{:>14} {:>10} {:>10}\n",
        dataset.name,
        score.rows,
        score.accuracy,
        score.loss,
        score.objective,
        "",
        format!("said {positive}"),
        format!("said {negative}"),
        format!("is {positive}"),
        score.true_positive,
        score.false_negative,
        format!("is {negative}"),
        score.false_positive,
        score.true_negative,
    ))
}
