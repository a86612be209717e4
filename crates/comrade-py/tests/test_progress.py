"""What one sees of a fit: lines in the log, a bar, and warnings of who is left out far more often than chance would have it."""

import logging
import re
import sys
import warnings

import numpy as np
import pytest
from conftest import fit
from scipy.stats import binom

import comrade
from comrade._progress import LEVEL, suspects


def test_every_step_is_in_the_log_and_nothing_is_printed(samples, caplog, capsys):
    X, _ = samples
    with caplog.at_level(logging.INFO, logger="comrade"):
        ours = fit(X, np.digitize(X[:, 0], [-1, 1]), attack="silent", trim=0.2, max_rounds=4)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == sum(ours.n_rounds_) and said[0].startswith("class 0: round 1: f 0.69")
    assert all(text.endswith("missing: worker 0 (no reply in time)") for text in said)
    assert {record.name for record in caplog.records} == {"comrade"} and capsys.readouterr() == ("", "")


def test_only_some_of_many_missing_workers_are_named(samples, caplog):
    with caplog.at_level(logging.INFO, logger="comrade"):
        fit(*samples, n_workers=20, attack="silent", trim=0.3, liars=0.25, max_rounds=1)
    assert caplog.messages[0].endswith("worker 2 (no reply in time) and 2 more")


def test_without_a_bar_every_step_is_a_line_on_standard_error(samples, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    ours = fit(*samples, verbose=1)
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == "" and len(lines) == ours.n_rounds_[0]
    assert lines[0].startswith("round 1: f 0.69") and lines[-1].startswith(f"round {ours.n_rounds_[0]}: f {ours.objective_[0]:.6g}")


@pytest.mark.parametrize("method", ["lazy-newton", "giant"])
def test_a_bar_counts_the_rounds(samples, capsys, method):
    pytest.importorskip("tqdm")
    ours = fit(*samples, verbose=1, method=method)
    out, err = capsys.readouterr()
    last = err.split("\r")[-1]
    assert out == "" and f"{ours.n_rounds_[0]} rounds" in last and "||g||" in last


def warned(samples, **kw):
    """What a fit of ten workers warns of who is left out."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        comrade.LogisticRegression(10, trim=0.2, **kw).fit(*samples)
    return [str(each.message) for each in caught if "left out" in str(each.message)]


def test_who_is_left_out_all_the_time_is_named(samples):
    [said] = warned(samples, attack="gaussian:10")
    assert re.findall(r"worker (\d+)", said) == ["0", "1"] and "by chance, which is 20%" in said, "the liars"


def test_nobody_is_named_where_nobody_lies_or_someone_is_always_left_out(samples):
    assert warned(samples) == []
    # Norm trimming leaves out two in every step, and often the same.
    assert warned(samples, method="comrade", max_rounds=30) == []
    assert warned(samples, rule="norm", max_rounds=30) == []


def test_chance_names_somebody_as_seldom_as_is_said():
    random, m, dropped, steps, fits = np.random.default_rng(1), 20, 4, 40, 5000
    # Each step leaves out 4 of 20, of which each worker is one with probability 1 / 5.
    order = random.random((fits, steps, m)).argsort(axis=2)
    trimmed = (order < dropped).sum(axis=1)
    reports = [[{"trimmed": t, "answered": steps - t} for t in counts.tolist()] for counts in trimmed]
    named = sum(bool(suspects(report)) for report in reports)
    print(f"someone is named in {named} of {fits} fits")
    assert named <= binom.ppf(1 - 1e-6, fits, LEVEL)
    often = [{"trimmed": 20 if worker == 7 else 6, "answered": 0 if worker == 7 else 14} for worker in range(m)]
    assert "which is 34%: worker 7 (20 of 20 steps);" in suspects(often)
    assert suspects([{"trimmed": 0, "answered": 0}] * 3) is None
