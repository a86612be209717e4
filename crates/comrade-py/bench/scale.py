"""What would a round cost with 10 to 10,000 workers, on one level and on two? On paper, by measured constants, into reports/scale.md.

The constants are those of the last `cargo xtask bench --ray`, in reports/ray.md. Nothing is measured here.
"""

import argparse
import re
from pathlib import Path

import numpy as np

# Round trip in seconds, and bits per second of a node.
NETWORKS = {"one room": (0.5e-3, 10e9), "wide area": (20e-3, 100e6)}
WORKERS = (10, 100, 1_000, 10_000)
DIMENSIONS = (100, 1_000, 10_000, 100_000, 1_000_000)
# The local step of a worker: log-normal, its median in seconds and the deviation of its logarithm.
STEP, SPREAD = 5e-3, 0.5
DRAWS = 2_000
# Of the workers, how many are excused in the last column: `stragglers`.
EXCUSED = 0.05


def constants(page):
    """Of a round at the driver: seconds in any case, per worker, and per number of its answer; by least squares of ratios."""
    rows = re.findall(r"^\| ([\d,]+) \| ([\d,]+) \| [\d.]+ \[[^|]*\| ([\d.]+) \[", page, re.M)
    if len(rows) < 3:
        raise SystemExit("reports/ray.md has no table of rounds: `cargo xtask bench --ray` writes it")
    d, m, took = (np.array([float(row[k].replace(",", "")) for row in rows]) for k in range(3))
    took /= 1e3
    terms = np.column_stack([np.ones_like(m), m, m * d]) / took[:, None]
    # No constant is below 0: that which comes out so is left out.
    kept = [0, 1, 2]
    while True:
        found = np.linalg.lstsq(terms[:, kept], np.ones_like(took), rcond=None)[0]
        if (found >= 0).all():
            break
        kept.pop(int(found.argmin()))
    all_three = np.zeros(3)
    all_three[kept] = found
    return all_three, np.abs(terms @ all_three - 1).max()


def gather(children, d, network, cost):
    """Seconds until a node has asked its children and has their answers of d numbers, apart from their own time."""
    trip, speed = NETWORKS[network]
    base, per_worker, per_number = cost
    return trip + 2 * children * 8 * (d + 1) * 8 / speed + base + per_worker * children + per_number * children * d


def flat(m, d, network, cost):
    return gather(m, d, network, cost)


def two(m, d, network, cost):
    """Relays that each gather about as many as there are relays; what a relay sends is one answer."""
    relays = round(m**0.5)
    return gather(relays, d, network, cost) + gather(-(-m // relays), d, network, cost)


def crossing(d, network, cost):
    """The smallest m, of a grid, from which on two levels are faster by a fifth."""
    grid = [round(10 ** (k / 20)) for k in range(20, 81)]
    faster = [1.2 * two(m, d, network, cost) < flat(m, d, network, cost) for m in grid]
    last = max((k for k, is_faster in enumerate(faster) if not is_faster), default=-1)
    return f"{grid[last + 1]:,}" if last + 1 < len(grid) else "none up to 10,000"


def slowest(m, random):
    """The median time of the slowest local step of m, and of the slowest that is not excused."""
    steps = np.sort(STEP * np.exp(SPREAD * random.standard_normal((DRAWS, m))), axis=1)
    return np.median(steps[:, -1]), np.median(steps[:, m - 1 - round(EXCUSED * m)])


def trimmed_mean(x, f):
    """Of the rows of x, and its kappa: see `comrade::aggregate`."""
    n = len(x)
    kappa = 6 * f / (n - 2 * f) * (1 + f / (n - 2 * f))
    return np.sort(x, axis=0)[f : n - f].mean(axis=0), kappa


def check(random):
    """The largest share of the bound below that was needed: liars at many places and sizes, groups of many sizes."""
    most = 0.0
    for _ in range(3_000):
        groups, size, d = random.integers(3, 8), random.integers(3, 8), random.integers(1, 4)
        inner, outer = random.integers(0, (size + 1) // 2), random.integers(0, (groups + 1) // 2)
        x = random.standard_normal((groups, size, d)) * random.choice([0.1, 1, 10]) + random.standard_normal((groups, 1, d))
        spoiled = random.permutation(groups)[:outer]
        lie = random.choice([1, 3, 1e3]) * random.standard_normal(d)
        sent = x.copy()
        sent[:, size - inner :] += lie
        sent[spoiled] = x[spoiled] + lie
        made, kappas = zip(*(trimmed_mean(group, inner) for group in sent), strict=True)
        final, kappa_outer = trimmed_mean(np.array(made), outer)
        good = np.delete(np.arange(groups), spoiled)
        honest = x[good][:, : size - inner]
        means = honest.mean(axis=1)
        within = ((honest - means[:, None]) ** 2).sum(axis=2).mean()
        between = ((means - means.mean(axis=0)) ** 2).sum(axis=1).mean()
        bound = (kappas[0] * within) ** 0.5 * (1 + kappa_outer**0.5) + (kappa_outer * between) ** 0.5
        off = np.linalg.norm(final - means.mean(axis=0))
        assert off <= bound * (1 + 1e-9) + 1e-12, (off, bound)
        most = max(most, off / bound if bound else 0.0)
    return most


HEAD = """# What a round would cost with 10 to 10,000 workers

Written by `python crates/comrade-py/bench/scale.py`, on paper: no such cluster was measured. The constants are those of a round of
gradients on Ray in [ray.md](ray.md), where all hosts shared two processors with the driver, so that they include what workers do and are
too high rather than too low: {base:.2f} ms in any case, {per_worker:.4f} ms per worker and
{per_number:.2f} ns per number of an answer, at the node that gathers. The formula is within {error:.0%} of each row there. A round is

```text
T(m, d) = round trip + 2 m 64 (d + 1) / speed + {base:.2f} ms + {per_worker:.4f} ms m + {per_number:.2f} ns m d + the slowest local step
```

*Two levels*: about m^(1/2) relays gather from as many workers each, take their answers together by a robust rule, and send one answer on.
"""

BOUND = """
## Is robust aggregation of robust aggregates robust?

Yes, for fewer liars. A rule is (f, kappa)-robust if, whichever n - f of n vectors are honest, its result is off their mean by at most
kappa^(1/2) times their root mean squared deviation. Let G groups of k workers each be taken together by an (f, kappa)-robust rule, and their
results by an (F, K)-robust one. Call a group good if at most f of its workers lie and its relay does not; let at most F groups not be good. Then the end is off
the mean of the honest means of any G - F good groups by at most

```text
(kappa V)^(1/2) (1 + K^(1/2)) + (K B)^(1/2)
```

V: the mean over these groups of the mean squared deviation within a group. B: that of the honest group means from their mean.

*Proof.* Let h_j be the honest mean of good group j, y_j its result, so that ||y_j - h_j||^2 <= kappa V_j. The mean of the y_j is off that of
the h_j by at most (mean of ||y_j - h_j||^2)^(1/2) <= (kappa V)^(1/2). The root mean squared deviation of the y_j is at most that of the
h_j, which is B^(1/2), and that of the y_j - h_j, at most (kappa V)^(1/2). The outer rule is off the mean of the y_j by at most K^(1/2) times
their sum. Add the two. The bound was checked on 3,000 random cases with trimmed means on both levels; the largest share of it that was
needed is {most:.2f}.

*How many liars.* It takes f + 1 liars to spoil a group, and F + 1 spoiled groups: any m alpha < (f + 1) (F + 1) liars are survived. With the
largest f and F that is a quarter of m, and not half of it, if liars choose where they are. Dealt at random, the share of liars in a group
varies by about (alpha (1 - alpha) / k)^(1/2): small groups are spoiled by chance.

## What to choose

* Fewer workers than in the table's last column: one level. A second one is slower there, and it halves how many may lie.
* More of them: the node that gathers is the limit, by d numbers from each of m workers. Send fewer numbers first (`compressor`), or fewer
  workers with more samples each, before you take two levels.
* Excuse some stragglers: with 1,000 workers the slowest step takes {slow:.1f} times as long as the slowest of the fastest {share:.0%}.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ray", type=Path, default=Path("reports/ray.md"), help="the constants (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("reports/scale.md"), help="file to write (default: %(default)s)")
    args = parser.parse_args()
    random = np.random.default_rng(1)
    cost, error = constants(args.ray.read_text(encoding="utf-8"))
    base, per_worker, per_number = cost
    text = HEAD.format(base=1e3 * base, per_worker=1e3 * per_worker, per_number=1e9 * per_number, error=error)
    for network, (trip, speed) in NETWORKS.items():
        text += f"\n## {network.capitalize()}: round trip {1e3 * trip:g} ms, {speed / 1e9:g} Gbit/s per node\n\n"
        text += "Milliseconds without the local step, on one level / on two.\n\n"
        text += "| d | " + " | ".join(f"m = {m:,}" for m in WORKERS) + " | two are faster by a fifth from m = |\n"
        text += "|---:" * (len(WORKERS) + 2) + "|\n"
        for d in DIMENSIONS:
            cells = [f"{1e3 * flat(m, d, network, cost):,.1f} / {1e3 * two(m, d, network, cost):,.1f}" for m in WORKERS]
            text += f"| {d:,} | " + " | ".join(cells) + f" | {crossing(d, network, cost)} |\n"
    text += "\n## The slowest local step\n\n"
    text += f"Local steps are log-normal, of median {1e3 * STEP:g} ms and deviation {SPREAD:g} of the logarithm; medians of {DRAWS:,} seeded "
    text += f"draws, in milliseconds. With `stragglers={EXCUSED:g}` the round does not wait for the slowest {EXCUSED:.0%}.\n\n"
    text += "| m | all | without stragglers |\n|---:|---:|---:|\n"
    steps = {m: slowest(m, random) for m in WORKERS}
    for m, (last, enough) in steps.items():
        text += f"| {m:,} | {1e3 * last:.1f} | {1e3 * enough:.1f} |\n"
    slow = steps[1_000][0] / steps[1_000][1]
    text += BOUND.format(most=check(random), slow=slow, share=1 - EXCUSED)
    args.out.write_text(text, encoding="utf-8")
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
