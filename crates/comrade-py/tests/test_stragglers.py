"""Honest workers that are late, on a real Ray cluster of this machine: rounds do not wait for them, and they take no trim."""

import time

import numpy as np
import pytest
from conftest import fit, objective

import comrade

ray = pytest.importorskip("ray")
from comrade.ray import RayCluster  # noqa: E402


def late_from(first, seconds):
    """A host that is late if it holds a worker from `first` on."""

    class Late(comrade.ray.Host):
        def answer(self, frame, who):
            said = super().answer(frame, who)
            if max(who) >= first:
                time.sleep(seconds)
            return said

    return Late


class Clock:
    """Seconds of each round, and who was missing from it."""

    def __init__(self):
        self.rounds, self.missing, self.start = [], [], None

    def __call__(self, seen):
        now = time.monotonic()
        if self.start is not None:
            self.rounds.append(now - self.start)
        self.start = now
        self.missing.append(set(seen["missing"]))


DELAY = 1.0


@pytest.mark.parametrize("trim", [0.0, 0.1])
def test_a_straggler_holds_up_only_rounds_that_need_everybody(local, samples, monkeypatch, trim):
    calm = fit(*samples, n_workers=20, trim=trim)
    monkeypatch.setattr(comrade.ray, "Host", late_from(18, DELAY))
    clock = Clock()
    ours = fit(*samples, RayCluster(hosts=10), n_workers=20, trim=trim, stragglers=0.1, callback=clock)
    print(f"trim {trim}: seconds a round {np.round(clock.rounds, 3)}, missing {clock.missing}")
    assert {18, 19} in clock.missing
    if trim == 0:
        # Near the minimiser of all samples every step needs everybody, and so do f and g at the end.
        assert ours.converged_ and calm.converged_ and not clock.missing[-1]
        np.testing.assert_allclose(ours.coef_, calm.coef_, atol=1e-7)
    else:
        assert np.median(clock.rounds) < DELAY / 2
        assert ours.stop_ == calm.stop_ == ["floor"]
        near, far = sorted(objective(model, *samples) - objective(fit(*samples), *samples) for model in (calm, ours))
        assert far < near + calm.floor_[0]["estimate"]


@pytest.mark.parametrize("attack", ["gaussian:10", "negative:10"])
def test_late_workers_do_not_take_the_trims_of_liars(local, samples, monkeypatch, attack):
    kw = {"n_workers": 20, "trim": 0.2, "attack": attack}
    best, nobody = objective(fit(*samples), *samples), fit(*samples, **kw)
    monkeypatch.setattr(comrade.ray, "Host", late_from(16, DELAY))
    clock = Clock()
    ours = fit(*samples, RayCluster(hosts=10), **kw, stragglers=0.2, callback=clock)
    calm, late = objective(nobody, *samples) - best, objective(ours, *samples) - best
    print(f"{attack}: f - f* = {calm:.2e} with all, {late:.2e} where four are late; missing {clock.missing}")
    assert {16, 17, 18, 19} in clock.missing and np.median(clock.rounds) < DELAY / 2
    # Of the samples of twelve workers in place of sixteen.
    assert late < 0.02 + calm


def test_more_stragglers_than_a_majority_allows_are_refused(samples):
    with pytest.raises(ValueError, match="stragglers"):
        fit(*samples, n_workers=10, trim=0.2, stragglers=0.6)
    with pytest.raises(ValueError, match="fraction of stragglers"):
        fit(*samples, stragglers=1.0)


def test_a_silent_worker_that_is_excused_leaves_nothing_converged(samples):
    ours = fit(*samples, attack="silent", liars=0.2, stragglers=0.2)
    assert ours.stop_ == ["floor"] and not ours.converged_ and ours.bound_ is None
    with pytest.warns(match="workers were missing"):
        comrade.LogisticRegression(5, attack="silent", stragglers=0.2).fit(*samples)
