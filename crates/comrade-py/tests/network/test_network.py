"""A Ray cluster of four hosts, each in namespaces of its own, and a network that is slow, loses frames, or is cut.

What is measured is printed (`pytest -s`): the time of a round and its physical least, which is that of a round trip and of
the bytes on the cables.
"""

import time

import numpy as np
import pytest
from conftest import fit

pytest.importorskip("ray")
import hosts as lab  # noqa: E402

DELAY, RATE = 0.010, 12.5e6
# Steps that random numbers keep from ever coming to rest, so that every round is played.
LONG = {"n_workers": 20, "method": "comrade", "compressor": "qsgd:64", "tol": 1e-12, "max_rounds": 40}
# One of the four hosts may be late.
ONE_LATE = {"stragglers": 0.25}
# The host that has trouble.
LAST = 3
# Seconds that the scheduler of a busy machine may take to go on with a process whose time has come.
SCHEDULER = 0.05


@pytest.fixture(scope="module")
def running():
    """The network, as long as there are tests of it."""
    reason = lab.why_not()
    if reason:
        pytest.skip(reason)
    network = lab.Network(DELAY, RATE)
    yield network
    network.close()


@pytest.fixture
def network(running):
    """The network as it was at first: all hosts there, and nothing lost."""
    running.calm()
    return running


def seconds(rounds):
    return np.array([seen["seconds"] for seen in rounds])


def shown(what, rounds):
    """Prints the times of rounds, and returns the median in seconds."""
    took = seconds(rounds)
    median, longest = np.median(took), took.max()
    times = f"median {1e3 * median:.1f} ms, longest {1e3 * longest:.1f} ms, {longest / median:.2f} medians"
    missing = [number for number, seen in enumerate(rounds, 1) if seen["missing"]]
    print(f"{what}: {len(rounds)} rounds, {times}, in round {took.argmax() + 1}; someone missing in {len(missing)}")
    return median


def least(network, seen):
    """Seconds that a round takes at least: a round trip, and the bytes on the cable of the head and on that of one other."""
    others = len(network.hosts) - 1
    up, down = seen["up"], seen["down"]
    return network.round_trip + max(up + down / others, up / others + down) / RATE


@pytest.mark.parametrize(
    ("d", "loss", "how"),
    [(12, 0.0, {}), (2000, 0.0, {"method": "comrade"}), (2000, 0.01, {"method": "comrade"})],
    ids=["few-columns", "many-columns", "lossy"],
)
def test_coefficients_are_those_of_one_process(network, samples, d, loss, how):
    X, y = samples
    if d > X.shape[1]:
        X = np.random.default_rng(1).standard_normal((len(y), d)) / d**0.5
    how = {"n_workers": 20, **how}
    for host in range(4):
        network.change(host, loss=loss)
    before = network.lost()
    ours, rounds = network.fit((X, y), {}, how)
    theirs = fit(X, y, **how)
    assert (ours["coef_"] == theirs.coef_).all() and (ours["intercept_"] == theirs.intercept_).all()
    assert ours["stop_"] == theirs.stop_ and ours["n_rounds_"] == theirs.n_rounds_
    lost = network.lost() - before
    median = shown(f"d = {d}, loss {loss:.0%}, {lost} frames lost", rounds)
    assert (lost > 0) == (loss > 0)
    bound = np.array([least(network, seen) for seen in rounds])
    print(f"    physical least {1e3 * np.median(bound):.1f} ms, the median round {median / np.median(bound):.2f} times that")
    assert (seconds(rounds) >= bound).all(), "the network is faster than it can be"


def test_workers_are_spread_evenly(network, samples):
    ours, _ = network.fit(samples, {}, {**LONG, "n_workers": 22, "max_rounds": 1})
    many = [list(ours["where"].values()).count(host.address) for host in network.hosts]
    assert sum(many) == 22 and set(many) == {5, 6}, many


def late(rounds):
    """The hosts whose workers had no answer in each round."""
    return [{worker // 5 for worker in seen["missing"]} for seen in rounds]


def check_the_rule(rounds):
    """No round is longer than one and a half times the time until it could do without those who were still out."""
    over = max(seen["seconds"] - 1.5 * seen["could_end"] for seen in rounds)
    print(f"    longest beyond 1.5 times the time until it could do without: {1e3 * over:.2f} ms")
    assert over < SCHEDULER


def test_a_host_that_is_cut_off_and_comes_back_holds_up_one_round_a_little(network, samples):
    """The one round that it is asked in takes one and a half times what the others in it took, and none after it waits for it."""

    def between(number, seen):
        if number in (10, 25):
            network.change(LAST, cut=number == 10)
        elif number > 25:
            # TCP tries again when it thinks best.
            time.sleep(0.1)

    ours, rounds = network.fit(samples, {}, {**LONG, **ONE_LATE}, between)
    median = shown("cut off in rounds 11 to 25", rounds)
    check_the_rule(rounds)
    assert max(seen["seconds"] for seen in rounds) < 2 * median + SCHEDULER, "no round is above twice the median"
    hosts = late(rounds)
    assert all(LAST in each for each in hosts[10:25]) and all(LAST not in each for each in hosts[:10])
    waited = float(rounds[10]["missing"][15].removeprefix("no answer in ").removesuffix(" s"))
    assert waited <= rounds[10]["seconds"] * 1.01, "nobody is said to have waited until the deadline"
    back = next(number for number in range(25, len(rounds)) if LAST not in hosts[number])
    print(f"    it takes part again in round {back + 1}")
    assert all(report["late"] >= back - 10 for report in ours["worker_report_"][15:])


def test_a_host_that_is_slow_is_waited_for_only_where_it_is_needed(network, samples):
    def between(number, seen):
        if number == 1:
            network.change(LAST, delay=network.usual["delay"] + 0.075)

    _, everybody = network.fit(samples, {}, {**LONG, "max_rounds": 11}, between)
    network.calm()
    _, without = network.fit(samples, {}, {**LONG, **ONE_LATE}, between)
    everybody, without = everybody[1:], without[1:]
    slow = shown("150 ms more, everybody needed", everybody)
    fast = shown("150 ms more, one host may be late", without)
    assert not any(late(everybody)) and min(seconds(everybody)) >= network.round_trip + 0.15
    check_the_rule(without)
    assert fast < slow / 2


def test_a_host_that_is_killed_holds_up_nothing_and_its_workers_come_back_elsewhere(network, samples):
    killed = time.monotonic()

    def between(number, seen):
        nonlocal killed
        if number == 10:
            network.hosts[LAST].kill()
            killed = time.monotonic()
        elif number > 10:
            if not seen["missing"]:
                return True
            # Ray notices it by and by.
            time.sleep(0.5)
        return False

    _, rounds = network.fit(samples, {}, {**LONG, **ONE_LATE, "max_rounds": 200}, between)
    shown(f"killed after round 10, back elsewhere after {time.monotonic() - killed:.1f} s", rounds)
    check_the_rule(rounds)
    hosts = late(rounds)
    assert all(LAST not in each for each in hosts[:10]) and all(LAST in each for each in hosts[10:-1]) and not hosts[-1]
