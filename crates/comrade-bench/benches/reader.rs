//! How fast is LIBSVM text read, next to merely counting its lines with memchr?
//!
//! Every kind of text is read from memory, and in the size at which memory matters: what is read takes 4 bytes for each
//! entry where all values are 1, and 12 otherwise. The two are timed alternately, so their ratio survives a busy
//! machine.

use comrade::data::libsvm::{self, ReadOptions};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

/// Text of about this many bytes, made of the same 2000 rows of 50 columns over and over.
fn text(bytes: usize, value: impl Fn(f64) -> String) -> Vec<u8> {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut block = String::new();
    for _ in 0..2000 {
        block += if uniform() < 0.5 { "+1" } else { "-1" };
        for column in 1..=50 {
            if uniform() < 0.3 {
                write!(block, " {}:{}", 4 * column, value(2.0 * uniform() - 1.0)).expect("a string takes all");
            }
        }
        block += " \n";
    }
    block.repeat(bytes.div_ceil(block.len())).into_bytes()
}

fn read(text: &[u8]) -> libsvm::Read {
    libsvm::read(black_box(text), "bench", &ReadOptions::default()).expect("legal text")
}

/// The middle of 15 ratios, each of a count and a read of the same bytes one after the other, and the two rates in MB/s.
fn compare(name: &str, text: &[u8]) {
    let rate = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        text.len() as f64 / 1e6 / start.elapsed().as_secs_f64()
    };
    let mut all: Vec<_> = (0..15)
        .map(|_| {
            let count = rate(&mut || _ = black_box(memchr::memchr_iter(b'\n', black_box(text)).count()));
            let read = rate(&mut || _ = black_box(read(text)));
            (read / count, read, count)
        })
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, read, count) = all[all.len() / 2];
    #[expect(clippy::print_stdout, reason = "a benchmark shows what it measured")]
    {
        println!("{name}: {read:.0} MB/s, counting lines {count:.0} MB/s, ratio {ratio:.4}");
    }
}

fn reader(c: &mut Criterion) {
    let mut group = c.benchmark_group("reader");
    group.sample_size(10);
    for (size, bytes) in [("2 MB", 2_000_000), ("100 MB", 100_000_000)] {
        let kinds = [
            ("ones", text(bytes, |_| "1".to_owned())),
            ("six places", text(bytes, |v| format!("{v:.6}"))),
            ("all places", text(bytes, |v| v.to_string())),
            ("exponents", text(bytes, |v| format!("{v:.3e}"))),
        ];
        for (kind, text) in kinds {
            let name = format!("{kind}, {size}");
            compare(&name, &text);
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(&name, |b| b.iter(|| read(&text)));
        }
    }
    group.finish();
}

criterion_group!(benches, reader);
criterion_main!(benches);
