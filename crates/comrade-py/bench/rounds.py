"""What does a round cost on a Ray cluster, compared with the same round of workers in one process? Into reports/ray.md.

The samples are few, so that what is measured is the way of the messages and not the arithmetic.
"""

import argparse
import os
import platform
import statistics
import time
import warnings
from pathlib import Path

import numpy as np
import ray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

import comrade
from comrade.ray import RayCluster

DIMENSIONS = (123, 2_000, 100_000)
# (d, m).
RUNS = ((123, 4), (123, 20), (123, 100), (123, 400), (123, 1_000), (2_000, 20), (2_000, 100), (100_000, 4), (100_000, 20))
# Up to this many workers also have a process each.
ALONE = 20
COMPRESSORS = ("identity", "top-k:0.1", "random-k:0.1", "sign", "qsgd:16")
# Samples of a worker.
SAMPLES = 40
WARM = 3

HEAD = """# What a round costs on a Ray cluster

Written by `cargo xtask bench --ray`: Ray {ray}, Python {python}, {cpus} processors ({machine}), {date}. All hosts are processes on
this one machine, so there is no network in these numbers: they are what Ray itself takes to bring a question of 5 + 8 d bytes
to every worker and an answer back. A host holds as many workers as its share of them, and there is one per processor. Medians of {rounds} rounds, quartiles in brackets, in milliseconds. A worker has {samples}
samples of 20 entries, and one more for each feature, so that its own step is short.
"""


def timed(d, m, cluster, compressor, rounds):
    """Milliseconds of each round, those until the first one is done, and the bytes of a message up."""
    random = np.random.default_rng(1)
    rows = SAMPLES * m
    X = sparse.random_array((rows, d), density=20 / d, rng=random, format="csr")
    # A feature that does not occur costs nothing: each occurs once at least.
    features = np.arange(d)
    X = (X + sparse.coo_array((np.full(d, 1e-3), (features % rows, features)), shape=(rows, d))).tocsr()
    y = (np.arange(SAMPLES * m) % 2).astype(int)
    times, bytes_up, last = [], [0], time.perf_counter()

    def watch(seen):
        nonlocal last
        now = time.perf_counter()
        times.append(1e3 * (now - last))
        bytes_up.append(seen["bytes_up"])
        last = now

    model = comrade.LogisticRegression(
        m,
        method="comrade",
        compressor=compressor,
        cluster=cluster,
        tol=1e-300,
        max_rounds=WARM + rounds,
        callback=watch,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y)
    return times[WARM:], times[0], (bytes_up[2] - bytes_up[1]) // m


def shown(times):
    low, middle, high = statistics.quantiles(times, n=4)
    return f"{middle:.2f} [{low:.2f}, {high:.2f}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="cargo xtask bench --ray")
    parser.add_argument("--rounds", type=int, default=60, help="rounds that are timed (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("reports/ray.md"), help="file to write (default: %(default)s)")
    args = parser.parse_args()
    ray.init(include_dashboard=False, log_to_driver=False, logging_level="error")
    text = HEAD.format(
        ray=ray.__version__,
        python=platform.python_version(),
        cpus=os.cpu_count(),
        machine=platform.machine(),
        date=time.strftime("%Y-%m-%d"),
        rounds=args.rounds,
        samples=SAMPLES,
    )
    text += "\n## Compared with one process, uncompressed\n\nThe three were timed one after the other, for each row. Start is from the "
    text += "call of `fit` until the first round is done, where Ray itself runs.\n\n"
    text += "| d | m | one process | Ray | Ray, a process per worker | start, s | start, a process per worker, s |\n"
    text += "|---:|---:|---:|---:|---:|---:|---:|\n"
    for d, m in RUNS:
        own, _, _ = timed(d, m, None, "identity", args.rounds)
        rays, start, _ = timed(d, m, "ray", "identity", args.rounds)
        row = f"| {d:,} | {m:,} | {shown(own)} | {shown(rays)} |"
        if m <= ALONE:
            alone, each, _ = timed(d, m, RayCluster(hosts=m), "identity", args.rounds)
            row += f" {shown(alone)} | {start / 1e3:.1f} | {each / 1e3:.1f} |\n"
        else:
            row += f" | {start / 1e3:.1f} | |\n"
        text += row
        print(text.splitlines()[-1], flush=True)
    text += "\n## By compressor, 20 workers\n\nBytes are those of one worker's message, as encoded; a frame adds 16.\n\n"
    text += "| d | compressor | bytes | of plain | Ray, a round |\n|---:|---|---:|---:|---:|\n"
    for d in DIMENSIONS:
        plain = 5 + 8 * (d + 1)
        for compressor in COMPRESSORS:
            times, _, size = timed(d, 20, "ray", compressor, args.rounds)
            text += f"| {d:,} | {compressor} | {size:,} | {size / plain:.1%} | {shown(times)} |\n"
            print(text.splitlines()[-1], flush=True)
    args.out.write_text(text, encoding="utf-8")
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
