//! A computation against the least it could take: both timed in turn, so that a busy machine slows both.

use criterion::Criterion;
use std::time::{Duration, Instant};

/// Benchmarks `work` and prints its time divided by that of `limit`, run before each run of `work`.
pub(crate) fn against(c: &mut Criterion, name: &str, mut limit: impl FnMut(), mut work: impl FnMut()) {
    let mut ratios = Vec::new();
    c.bench_function(name, |b| {
        b.iter_custom(|runs| {
            let mut total = Duration::ZERO;
            for _ in 0..runs {
                let (least, taken) = (time(&mut limit), time(&mut work));
                ratios.push(taken.as_secs_f64() / least.as_secs_f64());
                total += taken;
            }
            total
        });
    });
    ratios.sort_by(f64::total_cmp);
    if let Some(last) = ratios.len().checked_sub(1) {
        let [low, median, high] = [last / 4, last / 2, last - last / 4].map(|at| ratios[at]);
        #[expect(clippy::print_stdout, reason = "criterion itself knows no ratio")]
        {
            println!("{name}: {median:.2} times its limit, half of the runs from {low:.2} to {high:.2}");
        }
    }
}

fn time(f: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    f();
    start.elapsed()
}
