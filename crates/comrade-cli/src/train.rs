//! `comrade train`: a method until its end, and what is to be said of it.
//!
//! The center hears what the workers say. Where they are simulated in this process, the f and g of the end are exact, over all
//! samples; of workers at other addresses they are what the workers say.

use crate::Said;
use crate::checkpoint::{self, Interrupted, Job, Keeper, Pace};
use crate::digest::Digest;
use crate::ending::Case;
use crate::far::{Far, Reach};
use crate::file::{self, FileError, Loaded};
use crate::fitted::Data;
use crate::model::{Model, Outcome};
use crate::progress::{Log, Show};
use crate::settings::{Plan, Settings, Workers};
use comrade::center::SolveError;
use comrade::cluster::{Cluster, Network};
use comrade::compress::{self, norm2};
use comrade::data::Dataset;
use comrade::method::{self, End, Measured, Method, Options, Progress, State, solve};
use comrade::objective::Objective;
use comrade::protocol::absent;
use comrade::shard::Sharding;
use comrade::simulation::InProcess;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

/// `comrade train`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// LIBSVM file, - for standard input, or the name of a published file; workers at other addresses have their own
    file: Option<PathBuf>,
    /// Write the model here
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Dimension d [default: the largest index in the file]; features that do not occur cost nothing
    #[arg(long, value_name = "D")]
    dimension: Option<usize>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    plan: Plan,
    #[command(flatten)]
    reach: Reach,
    /// Keep a checkpoint here, written after steps, as often as a tenth of the time allows, and at the end
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint, given the same data and options; --max-rounds may differ
    #[arg(long, requires = "checkpoint")]
    resume: bool,
    /// What is shown on the way
    #[arg(long, value_enum, default_value_t = Log::Bar)]
    log: Log,
}

const EXAMPLES: &str = "Examples:
  comrade train a9a -o model.json
  comrade train a9a --method comrade --max-rounds 30     the paper's method, down to its floor
  comrade train a9a --trim 0.25 --attack gaussian:10 --liars 0.2
  comrade train rows.txt.gz --log json > rounds.jsonl    one line a round, for programs
  bunzip2 -c a9a.bz2 | comrade train - -o model.json     rows from standard input
  comrade train a9a --checkpoint at.json                 Ctrl-C stops, --resume goes on
  comrade train --workers a:7001,b:7001,c:7001,d:7001 --trim 0.25 --ca ca.pem --cert me.pem --key me.key
                                                         on comrade worker of these machines

The end is one of these, and the model file has the word:
  converged   ||g(w)|| <= TOL ||g(0)||, by what all workers said and over all samples: exit status 0
  at-rest     with --trim: the center cannot know more, as workers are assumed to lie: exit status 0
  rounds, unmoved, floor, stalled, misled, worse, diverged: exit status 3, and a sentence that says what happened and what to do
No model is written when training diverged or f(w) is not below f(0), unless w = 0 is the minimiser.";

/// A training run that is not known to have reached what was asked for.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub(crate) struct Unfinished {
    /// What there is to say all the same.
    pub(crate) text: String,
    /// What happened, and what to do.
    why: String,
}

/// A training run cannot go on without workers at other addresses.
#[derive(Debug, thiserror::Error)]
#[error("{error}{}", failures.as_ref().map(|why| format!("; {why}")).unwrap_or_default())]
struct Lost {
    error: SolveError,
    /// Who had no answer in the last round, and why.
    failures: Option<String>,
}

/// What ends a training run before its end.
#[derive(Debug)]
enum Break {
    Pressed,
    /// A checkpoint, or a line on standard output.
    Unwritten(FileError),
}

/// A training run that can go on.
struct Training<'a> {
    f: Objective<'a>,
    cluster: InProcess,
    options: Options,
    settings: &'a Settings,
    plan: Plan,
    state: State,
    keeper: Option<Keeper>,
    /// Whether a checkpoint was written.
    kept: bool,
}

impl<'a> Training<'a> {
    fn start(
        data: &'a Dataset,
        settings: &'a Settings,
        plan: Plan,
        keeper: impl FnOnce(Plan) -> Option<Keeper>,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let (f, cluster) = (settings.simulation(data).objective(), settings.simulation(data).build()?);
        let state = State::start(plan.method, &cluster, vec![0.0; data.cols()])?;
        // What auto has become.
        let plan = Plan { method: state.method(), ..plan };
        settings.check(plan.method)?;
        let options = settings.options(plan.method, Some(f));
        Ok(Self { f, cluster, options, settings, plan, state, keeper: keeper(plan), kept: false })
    }

    /// Goes on until the end, or until it is asked to stop.
    fn play(
        &mut self,
        show: &mut Show,
        stop: &dyn Fn(&State) -> bool,
    ) -> Result<ControlFlow<Break, method::Outcome>, SolveError> {
        let (keeper, kept, mut pace) = (&self.keeper, &mut self.kept, Pace::default());
        let played =
            solve(&mut self.cluster, &self.options, &self.plan.limits(), &mut self.state, &mut |seen: &Progress<
                '_,
            >| {
                if let Err(error) = show.round(seen) {
                    return ControlFlow::Break(Break::Unwritten(error));
                }
                if let Some(keeper) = keeper.as_ref().filter(|_| pace.is_due()) {
                    match pace.write(|| keeper.write(seen.state)) {
                        Ok(written) => *kept |= written,
                        Err(error) => return ControlFlow::Break(Break::Unwritten(error)),
                    }
                }
                if stop(seen.state) { ControlFlow::Break(Break::Pressed) } else { ControlFlow::Continue(()) }
            });
        // However it ended, from its last step it can go on.
        match (&self.keeper, &played) {
            (None, _) | (_, Ok(ControlFlow::Break(Break::Unwritten(_)))) => played,
            (Some(keeper), _) => match keeper.write(&self.state) {
                Ok(written) => {
                    self.kept |= written;
                    played
                }
                Err(error) => played.map(|_| ControlFlow::Break(Break::Unwritten(error))),
            },
        }
    }

    /// f and ||g|| over all samples; of ||g(0)|| zero where it is rounding alone.
    fn measure(&self, w: &[f64]) -> Measured {
        let norm = norm2(&self.f.gradient(w));
        let nothing = w.iter().all(|w| *w == 0.0) && self.f.is_rounding(norm, w);
        Measured { value: self.f.value(w), gradient_norm: if nothing { 0.0 } else { norm } }
    }

    /// What came out, and the sentence for it.
    fn outcome(&self, ended: &method::Outcome) -> (Outcome, String) {
        let (Self { settings, plan, .. }, w) = (self, &ended.w);
        let (here, first) = (self.measure(w), self.measure(&vec![0.0; w.len()]));
        let case = Case { end: ended.end, settings, plan, here, first };
        let traffic = self.state.traffic();
        let outcome = Outcome {
            end: case.ending(),
            objective: here.value,
            gradient_norm: here.gradient_norm,
            first_objective: first.value,
            first_gradient_norm: first.gradient_norm,
            // f is strongly convex by lambda, but not along an intercept.
            bound: (!settings.intercept).then(|| here.gradient_norm.powi(2) / (2.0 * settings.lambda)),
            floor: match ended.end {
                End::Floor(floor) => floor,
                _ => None,
            },
            accuracy: Some(self.f.accuracy(w)),
            rounds: traffic.rounds,
            bytes_down: traffic.bytes_down,
            bytes_up: traffic.bytes_up,
        };
        (outcome, case.sentence())
    }
}

impl Args {
    /// What does not go together, of options that clap cannot tell.
    pub(crate) fn check(&self) -> Result<(), String> {
        let Workers::Far(_) = self.settings.workers else {
            return match (&self.file, self.reach.tls.is_given()) {
                (None, _) => {
                    Err("FILE is missing: say which rows, as in `comrade train rows.txt -o model.json`".into())
                }
                (_, true) => Err("--ca, --cert, --key and --insecure are for workers at other addresses".into()),
                _ => Ok(()),
            };
        };
        let Settings { attack, sharding, step, .. } = &self.settings;
        let own = [
            ("FILE", self.file.is_some()),
            ("--dimension", self.dimension.is_some()),
            ("--attack", attack.is_some()),
            ("--sharding", *sharding != Sharding::default()),
            ("--checkpoint", self.checkpoint.is_some()),
        ];
        if let Some((name, _)) = own.iter().find(|(_, given)| *given) {
            return Err(format!("{name} is for workers in this process, and not for those at other addresses"));
        }
        if self.plan.method == Method::GradientDescent && step.is_none() {
            return Err("gradient-descent needs --step where the samples are at other addresses".into());
        }
        Ok(())
    }
}

/// Runs `comrade train`.
pub(crate) fn run(args: &Args) -> Said {
    let settings = &args.settings;
    args.output.iter().chain(&args.checkpoint).try_for_each(|path| file::check(path))?;
    let file = match (&settings.workers, &args.file) {
        (Workers::Far(addresses), _) => return far(args, addresses),
        (Workers::Here(_), file) => file.as_deref().ok_or("FILE is missing")?,
    };
    let Loaded { dataset, mapping, columns } = file::load(file, args.dimension)?;
    let data = Data::of(&dataset, mapping, &columns);
    let digest = args.checkpoint.as_ref().map(|path| (path, Digest::of(&dataset, &columns)));
    let dataset = settings.prepare(dataset)?;
    let mut training = Training::start(&dataset, settings, args.plan, |plan| {
        let job = |digest| Job { data: data.clone(), digest, settings: settings.clone(), plan };
        digest.map(|(path, digest)| Keeper { path: path.clone(), job: job(digest) })
    })?;
    if let Some(keeper) = training.keeper.as_ref().filter(|_| args.resume) {
        training.state = keeper.resume(&training.cluster)?;
        training.kept = true;
    }
    let mut show = Show::new(args.log, args.plan.max_rounds)?;
    if let Some(warning) = settings.warning() {
        show.warn(&warning)?;
    }
    checkpoint::listen()?;
    let played = training.play(&mut show, &|_| checkpoint::pressed());
    show.clear();
    let ended = match played? {
        ControlFlow::Continue(ended) => ended,
        ControlFlow::Break(Break::Unwritten(error)) => return Err(error.into()),
        ControlFlow::Break(Break::Pressed) => {
            return Err(Interrupted { rounds: training.state.traffic().rounds, kept: training.kept }.into());
        }
    };
    let (outcome, sentence) = training.outcome(&ended);
    let columns = columns.held().map(|held| held.iter().map(|k| k + 1).collect());
    let model = Model { data, settings: settings.clone(), plan: training.plan, outcome, columns, weights: ended.w };
    conclude(args, &show, &model, &sentence)
}

/// A training run on workers at other addresses.
fn far(args: &Args, addresses: &[String]) -> Said {
    let settings = &args.settings;
    let mut far = Far::meet(addresses, &args.reach, settings)?;
    let name = "at other addresses".to_owned();
    let dimension = u64::from(far.features);
    let data = Data { name, rows: far.rows.try_into().unwrap_or(usize::MAX), dimension, labels: far.labels };
    let mut show = Show::new(args.log, args.plan.max_rounds)?;
    if let Some(failures) = far.absent() {
        show.warn(&failures)?;
    }
    let compressor = Arc::from(compress::parse(&settings.compress)?);
    let mut cluster = Network::new(&mut far, compressor, settings.seed);
    let mut state = State::start(args.plan.method, &cluster, vec![0.0; cluster.dimension()])?;
    // What auto has become.
    let plan = Plan { method: state.method(), ..args.plan };
    settings.check(plan.method)?;
    let options = settings.options(plan.method, None);
    checkpoint::listen()?;
    // In how many rounds each worker had no usable reply, and why in the last of them.
    let (mut missing, mut rounds) = (BTreeMap::new(), 0_u64);
    let played = solve(&mut cluster, &options, &plan.limits(), &mut state, &mut |seen: &Progress<'_>| {
        rounds += 1;
        for (worker, why) in absent(seen.replies) {
            let (times, last) = missing.entry(worker.0).or_insert((0_u64, why));
            (*times, *last) = (*times + 1, why);
        }
        if let Err(error) = show.round(seen) {
            return ControlFlow::Break(Break::Unwritten(error));
        }
        if checkpoint::pressed() { ControlFlow::Break(Break::Pressed) } else { ControlFlow::Continue(()) }
    });
    drop(cluster);
    show.clear();
    let ended = match played {
        Ok(ControlFlow::Continue(ended)) => ended,
        Ok(ControlFlow::Break(Break::Unwritten(error))) => return Err(error.into()),
        Ok(ControlFlow::Break(Break::Pressed)) => {
            return Err(Interrupted { rounds: state.traffic().rounds, kept: false }.into());
        }
        Err(error) => return Err(Lost { error, failures: far.absent() }.into()),
    };
    for (worker, (times, why)) in missing {
        let (address, failure) = far.about(worker);
        let why = failure.map_or_else(|| why.to_string(), str::to_owned);
        show.warn(&format!("worker {worker} at {address} had no usable reply in {times} of {rounds} rounds: {why}"))?;
    }
    let none = Measured { value: f64::NAN, gradient_norm: f64::NAN };
    let (here, first) = (ended.here.unwrap_or(none), ended.first.unwrap_or(none));
    let case = Case { end: ended.end, settings, plan: &plan, here, first };
    let traffic = state.traffic();
    let outcome = Outcome {
        end: case.ending(),
        objective: here.value,
        gradient_norm: here.gradient_norm,
        first_objective: first.value,
        first_gradient_norm: first.gradient_norm,
        bound: ended.bound,
        floor: match ended.end {
            End::Floor(floor) => floor,
            _ => None,
        },
        accuracy: None,
        rounds: traffic.rounds,
        bytes_down: traffic.bytes_down,
        bytes_up: traffic.bytes_up,
    };
    let model = Model { data, settings: settings.clone(), plan, outcome, columns: None, weights: ended.w };
    conclude(args, &show, &model, &case.sentence())
}

/// Writes the model, and says what there is to say.
fn conclude(args: &Args, show: &Show, model: &Model, sentence: &str) -> Said {
    let Model { outcome, .. } = model;
    let end = outcome.end;
    let output = args.output.as_ref().filter(|_| outcome.is_worth_keeping());
    if let Some(path) = output {
        model.write(path)?;
    }
    let mut text = if end.is_success() { show.sentence(sentence) } else { String::new() };
    text += &show.end(model, output.map(PathBuf::as_path));
    if end.is_success() {
        Ok(text)
    } else {
        let unmoved = if outcome.is_unmoved() { "; f is not below f(0), where it began" } else { "" };
        let unwritten = if output.is_none() && args.output.is_some() { "; no model is written" } else { "" };
        Err(Unfinished { text, why: sentence.to_owned() + unmoved + unwritten }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::ResumeError;
    use crate::ending::Ending;
    use crate::settings::Line;
    use clap::Parser;
    use comrade::data::libsvm::LabelMapping;
    use comrade::data::synthetic::{Gaussian, Task, gaussian};
    use comrade::data::{Columns, Dataset};
    use comrade::method::METHODS;
    use comrade::stream::Seed;
    use std::path::Path;

    fn line(options: &str) -> Line {
        Line::parse_from(["x"].into_iter().chain(options.split_whitespace()))
    }

    fn data() -> Dataset {
        let of = Gaussian { rows: 90, cols: 4, condition: 10.0, margin: 2.0, task: Task::Classification };
        gaussian(&of, Seed(1)).unwrap()
    }

    fn all(data: &Dataset) -> Columns {
        Columns::all(data.cols() as u64)
    }

    /// A training run of these samples, kept at `path`.
    fn training<'a>(data: &'a Dataset, line: &'a Line, path: &Path) -> Training<'a> {
        let Line { settings, plan } = line;
        Training::start(data, settings, *plan, |plan| {
            let columns = all(data);
            let about = Data::of(data, LabelMapping { negative: -1.0, positive: 1.0 }, &columns);
            let job = Job { data: about, digest: Digest::of(data, &columns), settings: settings.clone(), plan };
            Some(Keeper { path: path.to_owned(), job })
        })
        .unwrap()
    }

    fn resumed<'a>(data: &'a Dataset, line: &'a Line, path: &Path) -> Result<Training<'a>, ResumeError> {
        let mut training = training(data, line, path);
        let state = training.keeper.as_ref().unwrap().resume(&training.cluster)?;
        training.state = state;
        Ok(training)
    }

    /// Plays until this many rounds are over, or to the end.
    fn play(training: &mut Training<'_>, rounds: u64) -> Option<method::Outcome> {
        let mut show = Show::new(Log::Bar, 1).unwrap();
        match training.play(&mut show, &|state| state.traffic().rounds >= rounds).unwrap() {
            ControlFlow::Continue(outcome) => Some(outcome),
            ControlFlow::Break(Break::Pressed) => None,
            ControlFlow::Break(Break::Unwritten(error)) => panic!("{error}"),
        }
    }

    /// By every method, after every round.
    #[test]
    fn a_resumed_training_ends_as_one_that_was_never_interrupted() {
        let (dir, data) = (tempfile::tempdir().unwrap(), data());
        let path = dir.path().join("at");
        let lines = [
            ("newton", "-m 1"),
            ("newton", "-m 1 --method newton --intercept"),
            ("lazy-newton", "-m 6"),
            ("lazy-newton", "-m 6 --trim 0.25 --attack gaussian:3 --liars 0.25"),
            ("comrade", "-m 6 --method comrade --compress random-k:2"),
            ("comrade", "-m 6 --method comrade --rule norm --trim 0.25 --attack gaussian:3 --liars 0.25"),
            ("giant", "-m 6 --method giant --intercept"),
            ("gradient-descent", "-m 6 --method gradient-descent"),
        ];
        for (name, options) in lines {
            let line = line(&format!("--lambda 1e-2 --max-rounds 14 {options}"));
            let data = line.settings.prepare(data.clone()).unwrap();
            let mut whole = training(&data, &line, &path);
            assert_eq!(whole.plan.method.name(), name);
            let ended = play(&mut whole, u64::MAX).unwrap();
            let rounds = whole.state.traffic().rounds;
            assert!((2..=14).contains(&rounds), "{options}: {rounds}");
            for upto in 1..=rounds {
                let mut first = training(&data, &line, &path);
                let stopped = play(&mut first, upto);
                assert!(stopped.is_none() && first.kept, "{options}: {upto}");
                let mut second = resumed(&data, &line, &path).unwrap();
                assert_eq!(play(&mut second, u64::MAX).as_ref(), Some(&ended), "{options}: {upto}");
                assert_eq!(second.state, whole.state, "{options}: {upto}");
            }
        }
        let tried = |method: &str| lines.iter().any(|(name, _)| *name == method);
        assert!(METHODS.iter().all(|(_, name)| *name == "auto" || tried(name)));
    }

    /// What is changed shows, even by its author.
    #[test]
    fn a_checkpoint_that_was_changed_is_refused() {
        let (dir, data) = (tempfile::tempdir().unwrap(), data());
        let path = dir.path().join("at");
        let line = line("-m 6");
        let mut training = training(&data, &line, &path);
        play(&mut training, 3);
        let text = std::fs::read_to_string(&path).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let rounds = format!("\"rounds\":{}", value["state"]["traffic"]["rounds"]);
        assert!(text.contains(&rounds));
        std::fs::write(&path, text.replace(&rounds, "\"rounds\":1")).unwrap();
        assert!(matches!(resumed(&data, &line, &path), Err(ResumeError::Seal { .. })));
        std::fs::write(&path, &text).unwrap();
        assert!(resumed(&data, &line, &path).is_ok());
    }

    /// The state of other samples, under the name of these.
    #[test]
    fn what_a_checkpoint_says_of_its_best_point_is_measured_again() {
        let (dir, data) = (tempfile::tempdir().unwrap(), data());
        let path = dir.path().join("at");
        let line = line("-m 6");
        let mut other = data.clone();
        other.labels[7] = -other.labels[7];
        let mut training = training(&other, &line, &path);
        training.keeper.as_mut().unwrap().job.digest = Digest::of(&data, &all(&data));
        play(&mut training, 3);
        assert!(matches!(resumed(&data, &line, &path), Err(ResumeError::Told { .. })));
    }

    #[test]
    fn what_liars_call_converged_is_not() {
        let data = data();
        let dir = tempfile::tempdir().unwrap();
        let line = line("-m 6 --attack negative:0.5 --liars 0.2");
        let mut training = training(&data, &line, &dir.path().join("at"));
        let ended = play(&mut training, u64::MAX).unwrap();
        let (outcome, sentence) = training.outcome(&ended);
        assert_ne!(outcome.end, Ending::Converged);
        assert!(outcome.gradient_norm > 1e-6 * outcome.first_gradient_norm, "{sentence}");
    }
}
