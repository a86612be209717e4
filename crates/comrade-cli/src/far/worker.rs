//! `comrade worker`: holds its own samples, and answers a center elsewhere about them.

use super::tls::{Tls, TlsError};
use super::wire::{ANSWER, Job, Plain, REPORT, Report, SHORT, VERSION};
use crate::Said;
use crate::file;
use bytes::Bytes;
use comrade::compress::{self, Identity};
use comrade::data::libsvm::{Read, ReadOptions};
use comrade::loss::Loss;
use comrade::protocol::WorkerId;
use comrade::stream::Seed;
use comrade::worker::{Remote, Worker};
use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::runtime;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tonic::body::Body;
use tonic::server::Grpc;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tower::service_fn;

/// `comrade worker`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// LIBSVM file with the samples of this worker, - for standard input, or the name of a published file
    file: PathBuf,
    /// Where the center reaches it; with port 0 any free one is taken
    #[arg(long, value_name = "HOST:PORT")]
    listen: String,
    /// How many features there are [default: the largest index in the file]; all workers must have as many
    #[arg(long, value_name = "D")]
    dimension: Option<usize>,
    #[command(flatten)]
    tls: Tls,
}

const EXAMPLES: &str = "Examples:
  comrade worker rows.txt --listen 0.0.0.0:7001 --cert worker.pem --key worker.key --ca ca.pem
  comrade worker rows.txt --listen 127.0.0.1:7001 --insecure

It answers until Ctrl-C ends it, one question after another, and keeps nothing of a training run. Whoever may ask it learns much about \
    its samples, and with --ca nobody may but those whose certificate is signed by it.";

/// A worker cannot begin.
#[derive(Debug, thiserror::Error)]
enum WorkerError {
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("{address}: {cause}")]
    Listen { address: String, cause: io::Error },
    #[error("its certificate cannot be used: {0}")]
    Certificate(String),
    #[error("there are {0} features, and no more than {max} can be asked about", max = u32::MAX - 1)]
    Wide(usize),
}

/// The samples, and what answers about them.
#[derive(Debug)]
struct Held {
    report: Report,
    plain: Remote,
    /// The same with an intercept; made when it is first asked for.
    raised: Option<Remote>,
}

impl Held {
    /// The frame that answers a question with its job.
    fn answer(&mut self, message: &[u8]) -> Result<Bytes, Status> {
        let refused = |why: String| Status::failed_precondition(why);
        let Some((job, frame)) = Job::split(message) else {
            return Err(Status::invalid_argument("this is no question of comrade train"));
        };
        if let Some(why) = self.report.differs(&job.version, job.dimension, job.labels) {
            return Err(refused(why));
        }
        let compressor = compress::parse(&job.compress).map_err(|error| refused(error.to_string()))?;
        let remote = match (job.intercept, &mut self.raised) {
            (false, _) => &mut self.plain,
            (true, Some(raised)) => raised,
            (true, none) => {
                let shard = self.plain.worker.shard.clone();
                let shard = shard.with_intercept().map_err(|error| refused(error.to_string()))?;
                let worker = Worker { shard, ..self.plain.worker.clone() };
                none.insert(Remote { worker, compressor: Arc::new(Identity), seed: Seed(0) })
            }
        };
        let Worker { id, loss, lambda, .. } = &mut remote.worker;
        (*id, *loss, *lambda) = (WorkerId(job.worker), job.loss, job.lambda);
        (remote.compressor, remote.seed) = (compressor.into(), Seed(job.seed));
        remote.answer(frame).map(Bytes::from).map_err(|error| refused(error.to_string()))
    }
}

/// What answers gRPC.
#[derive(Clone, Debug)]
struct Service {
    report: Bytes,
    held: Arc<Mutex<Held>>,
    /// The most bytes of a question.
    longest: usize,
}

impl Service {
    async fn answer(self, request: http::Request<Body>) -> http::Response<Body> {
        let Self { report, held, longest } = self;
        let mut grpc = Grpc::new(Plain).max_decoding_message_size(longest);
        match request.uri().path() {
            REPORT => {
                let say = |_: Request<Bytes>| {
                    let report = report.clone();
                    async { Ok::<_, Status>(Response::new(report)) }
                };
                grpc.unary(service_fn(say), request).await
            }
            ANSWER => {
                let say = |asked: Request<Bytes>| {
                    let held = Arc::clone(&held);
                    async move {
                        // A center that is gone when its turn comes gets no answer.
                        let mut held = held.lock_owned().await;
                        let answered = spawn_blocking(move || held.answer(asked.get_ref())).await;
                        answered.map_err(|_| Status::internal("the local step broke off"))?.map(Response::new)
                    }
                };
                grpc.unary(service_fn(say), request).await
            }
            _ => Status::unimplemented("a comrade worker knows no such call").into_http(),
        }
    }
}

/// Runs `comrade worker`, until the process is ended.
pub(crate) fn run(args: &Args) -> Said {
    let tls = args.tls.server().map_err(WorkerError::from)?;
    let failed = |cause| WorkerError::Listen { address: args.listen.clone(), cause };
    let (input, published) = file::open(&args.file)?;
    let Read { dataset, mapping } = input.read(&ReadOptions { dimension: args.dimension.or(published) })?;
    let d = dataset.cols();
    let dimension = u32::try_from(d).ok().filter(|d| *d < u32::MAX).ok_or(WorkerError::Wide(d))?;
    let report = Report { version: VERSION.into(), rows: dataset.rows() as u64, dimension, labels: mapping };
    let told = serde_json::to_vec(&report)?.into();
    let about = format!("{} rows, {d} features, classes {mapping}", report.rows);
    let worker = Worker { id: WorkerId(0), shard: dataset, loss: Loss::default(), lambda: 0.0 };
    let plain = Remote { worker, compressor: Arc::new(Identity), seed: Seed(0) };
    let held = Arc::new(Mutex::new(Held { report, plain, raised: None }));
    // A job, a frame, a tag, two vectors, an intercept among them, and the form of a Hessian.
    let service = Service { report: told, held, longest: SHORT + 64 + 16 * (d + 1) };
    let address = args.listen.to_socket_addrs().map_err(failed)?.next();
    let address: SocketAddr = address.ok_or_else(|| failed(io::ErrorKind::AddrNotAvailable.into()))?;
    let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build().map_err(failed)?;
    runtime.block_on(async {
        let mut server = Server::builder().max_concurrent_streams(4);
        if let Some(tls) = tls {
            server =
                server.tls_config(tls).map_err(|error| WorkerError::Certificate(super::peers::innermost(&error)))?;
        }
        let incoming = TcpIncoming::bind(address).map_err(failed)?.with_nodelay(Some(true));
        file::print(&format!("{about}; listening on {}\n", incoming.local_addr().map_err(failed)?))?;
        let serve = service_fn(move |request| {
            let service = service.clone();
            async { Ok::<_, Infallible>(service.answer(request).await) }
        });
        server.serve_with_incoming(serve, incoming).await?;
        Ok(String::new())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use comrade::data::libsvm::LabelMapping;
    use comrade::data::synthetic::{Gaussian, Task, gaussian};
    use comrade::protocol::{Ask, Tag};
    use proptest::prelude::*;
    use tonic::Code;

    const LABELS: LabelMapping = LabelMapping { negative: -1.0, positive: 1.0 };
    const TAG: Tag = Tag { run: 4, round: 7 };

    fn held() -> Held {
        let spec = Gaussian { rows: 50, cols: 3, condition: 3.0, margin: 1.0, task: Task::Classification };
        let shard = gaussian(&spec, Seed(5)).unwrap();
        let worker = Worker { id: WorkerId(0), shard, loss: Loss::default(), lambda: 0.0 };
        let report = Report { version: VERSION.into(), rows: 50, dimension: 3, labels: LABELS };
        Held { report, plain: Remote { worker, compressor: Arc::new(Identity), seed: Seed(0) }, raised: None }
    }

    fn job() -> Job {
        let (loss, compress) = (Loss::Squared, "random-k:2".to_owned());
        let version = VERSION.to_owned();
        Job { version, worker: 2, dimension: 3, labels: LABELS, loss, lambda: 0.5, intercept: false, compress, seed: 9 }
    }

    fn asked(job: &Job, ask: Ask<'_>) -> Vec<u8> {
        [job.head().unwrap(), TAG.frame(&ask.encode())].concat()
    }

    /// Whatever it was asked before, by whomever.
    #[test]
    fn a_worker_answers_as_the_job_says() {
        let own = held().plain.worker;
        let mut held = held();
        let lifted = Worker { shard: own.shard.clone().with_intercept().unwrap(), ..own.clone() };
        let w = [0.5, -1.0, 2.0, 0.25];
        for (intercept, worker, seed) in [(false, 2, 9), (true, 0, 9), (false, 1, 8), (true, 2, 1)] {
            let job = Job { intercept, worker, seed, ..job() };
            let ask = Ask::Direction { w: &w[..if intercept { 4 } else { 3 }] };
            let shard = if intercept { &lifted } else { &own }.shard.clone();
            let expected = Remote {
                worker: Worker { id: WorkerId(worker), shard, loss: job.loss, lambda: job.lambda },
                compressor: compress::parse(&job.compress).unwrap().into(),
                seed: Seed(seed),
            };
            let answer = expected.answer(&TAG.frame(&ask.encode())).unwrap();
            assert_eq!(held.answer(&asked(&job, ask)).unwrap(), answer);
        }
    }

    #[test]
    fn what_it_cannot_answer_is_refused_with_a_reason() {
        let mut held = held();
        let ask = Ask::Gradient { w: &[0.0; 3] };
        let other = LabelMapping { negative: 1.0, positive: 2.0 };
        for (job, says) in [
            (Job { version: "0.0.1".into(), ..job() }, "0.0.1"),
            (Job { dimension: 4, ..job() }, "3 features"),
            (Job { labels: other, ..job() }, "classes"),
            (Job { compress: "zip".into(), ..job() }, "zip"),
            (Job { intercept: true, ..job() }, "dimension"),
        ] {
            let refused = held.answer(&asked(&job, ask)).unwrap_err();
            assert!(refused.message().contains(says), "{refused}");
        }
        assert_eq!(held.answer(b"abc").unwrap_err().code(), Code::InvalidArgument);
        assert!(held.answer(&asked(&job(), ask)).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut held = held();
            let _ = held.answer(&bytes);
            let _ = held.answer(&[job().head().unwrap(), bytes].concat());
        }
    }
}
