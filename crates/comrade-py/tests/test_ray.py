"""The fault matrix, on a real Ray cluster of this machine: workers lie, die, hang and come back, and the fit ends well.

`README.md` has the table of what is expected of each fault.
"""

import os
import signal
import subprocess
import sys
import textwrap
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from conftest import fit, objective
from sklearn.exceptions import ConvergenceWarning

import comrade

ray = pytest.importorskip("ray")
from comrade._comrade import ATTACKS  # noqa: E402
from comrade.ray import RayCluster  # noqa: E402

# Steps that random numbers keep from ever coming to rest, so that every round is played.
LONG = {"method": "comrade", "trim": 0.2, "compressor": "qsgd:64", "tol": 1e-12, "max_rounds": 14}
# Steps without random numbers, whose first rounds are played whatever comes.
LAZY = {"trim": 0.2, "max_rounds": 14}


class Watched(RayCluster):
    """A cluster whose workers' processes are known."""

    def start(self, *given, **kw):
        context = super().start(*given, **kw)

        class Known:
            def __enter__(_):
                self.running = context.__enter__()
                return self.running

            def __exit__(_, *error):
                return context.__exit__(*error)

        return Known()

    def signal(self, worker, what):
        os.kill(self.running.pids[worker], what)


def is_running(pid):
    """Whether there is such a process that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("method", [{}, {"method": "giant"}, {"method": "comrade"}, {"n_workers": 1, "method": "lazy-newton"}], ids=str)
def test_iterates_are_those_of_workers_in_one_process(local, samples, method):
    theirs, ours = fit(*samples, **method), fit(*samples, "ray", **method)
    assert (ours.coef_ == theirs.coef_).all() and (ours.intercept_ == theirs.intercept_).all()
    assert (ours.n_rounds_, ours.bytes_up_, ours.bytes_down_) == (theirs.n_rounds_, theirs.bytes_up_, theirs.bytes_down_)
    assert ours.stop_ == theirs.stop_ and ours.objective_ == theirs.objective_
    assert ours.converged_ == (method.get("method") != "comrade")


def test_one_worker_far_away_is_no_exact_newton_and_finds_the_same(local, samples):
    near, far = (fit(*samples, cluster, n_workers=1) for cluster in (None, "ray"))
    assert near.converged_ and far.converged_ and near.n_rounds_ < far.n_rounds_
    np.testing.assert_allclose(far.coef_, near.coef_, atol=1e-7)
    with pytest.raises(ValueError, match="one honest worker in this process"):
        fit(*samples, "ray", n_workers=1, method="newton")


def test_several_classes_and_weights_too(local, samples):
    X, _ = samples
    y, weights = np.digitize(X[:, 0], [-1, 1]), np.abs(X[:, 1])
    fits = []
    for cluster in (None, "ray"):
        model = comrade.LogisticRegression(4, cluster=cluster, compressor="random-k:0.5", class_weight="balanced")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fits.append(model.fit(X, y, weights))
    assert fits[0].coef_.shape == (3, 12) and (fits[0].coef_ == fits[1].coef_).all()


BY_COMRADE = ["gaussian:5", "norm-shadow:0.2", "nan", "stale", "duplicate"]


@pytest.mark.parametrize(
    ("method", "attack"), [("lazy-newton", attack) for attack in ATTACKS] + [("comrade", attack) for attack in BY_COMRADE]
)
def test_a_fifth_of_the_workers_lies(local, samples, method, attack):
    X, y = samples
    seen = []
    kw = {"method": method, "trim": 0.2, "attack": attack, "compressor": "top-k:0.8"}
    theirs, ours = fit(X, y, **kw), fit(X, y, "ray", **kw, callback=seen.append)
    assert (ours.coef_ == theirs.coef_).all(), "the same liar, to the last bit"
    assert not ours.converged_
    honest = fit(X, y)
    assert objective(ours, X, y) - objective(honest, X, y) < 0.05
    broken = attack in ("silent", "nan", "inf", "wrong-length", "stale", "duplicate")
    # A Hessian of huge numbers is one of numbers that are not finite.
    allowed = [{0}] if broken else [set(), {0}] if attack == "huge" else [set()]
    assert all(set(s["missing"]) in allowed for s in seen)


@pytest.mark.parametrize("kw", [LONG, LAZY], ids=["comrade", "lazy-newton"])
def test_a_killed_worker_is_missed_and_comes_back(local, samples, kw):
    X, y = samples
    cluster, missing = Watched(deadline=30, hosts=5), []
    at = int(np.random.default_rng(7).integers(2, 8))

    def watch(seen):
        missing.append(seen["missing"])
        if seen["round"] == at:
            cluster.signal(3, signal.SIGKILL)
        elif seen["round"] > at:
            # Its process starts again at its own pace, and rounds do not wait for it.
            time.sleep(1)

    ours = fit(X, y, cluster, **kw, callback=watch)
    assert len(missing) == ours.n_rounds_ > at
    absent = [t + 1 for t, who in enumerate(missing) if who]
    assert absent == list(range(at + 1, at + 1 + len(absent))) and not missing[-1], "once it is back it stays"
    print(f"killed in round {at}, then missing: {missing[at:]}")
    assert all(who in ({}, {3: "its process died or cannot be reached"}) for who in missing)
    gap = objective(ours, X, y) - objective(fit(X, y, **kw), X, y)
    assert abs(gap) < 1e-2


@pytest.mark.parametrize("kw", [{**LONG, "max_rounds": 6}, LAZY], ids=["comrade", "lazy-newton"])
def test_a_round_that_cannot_do_without_a_killed_worker_waits_for_it(local, samples, kw):
    X, y = samples
    kw = {**kw, "trim": 0.0}
    cluster = Watched(deadline=30)

    def watch(seen):
        assert not seen["missing"]
        if seen["round"] == 2:
            cluster.signal(1, signal.SIGKILL)
            cluster.signal(4, signal.SIGKILL)

    ours = fit(X, y, cluster, **kw, callback=watch)
    assert (ours.coef_ == fit(X, y, **kw).coef_).all(), "a worker made again sends what it would have sent"


def test_a_worker_that_sleeps_past_the_deadline_is_missed_until_it_wakes(local, samples):
    X, y = samples
    cluster, missing, durations = Watched(deadline=2, hosts=5), [], []
    start = time.monotonic()

    def watch(seen):
        nonlocal start
        durations.append(time.monotonic() - start)
        missing.append(seen["missing"])
        if seen["round"] == 3:
            cluster.signal(2, signal.SIGSTOP)
        if seen["round"] == 6:
            cluster.signal(2, signal.SIGCONT)
            time.sleep(1)
        start = time.monotonic()

    fit(X, y, cluster, **LONG, callback=watch)
    absent = [t + 1 for t, who in enumerate(missing) if who]
    assert absent == [4, 5, 6], f"{missing}"
    reasons = [who[2] for who in missing if who]
    assert reasons == ["no answer in 2 s"] + 2 * ["still at an earlier question"]
    assert durations[3] > 2 > max(durations[4:]), "one round is as long as the deadline, however long the worker sleeps"


def test_more_failures_than_are_trimmed_are_an_error_that_can_be_gone_on_from(local, samples, tmp_path):
    X, y = samples
    path = tmp_path / "fit.json"
    cluster = Watched(deadline=0.5, hosts=5)

    def watch(seen):
        if seen["round"] == 4:
            cluster.signal(0, signal.SIGSTOP)
            cluster.signal(1, signal.SIGSTOP)

    with pytest.raises(comrade.TooManyMissing) as raised:
        fit(X, y, cluster, **LONG, callback=watch, checkpoint=path)
    error = raised.value
    assert (error.round, error.missing, error.allowed) == (4, 2, 1)
    assert error.absent == dict.fromkeys((0, 1), "no answer in 0.5 s")
    went_on = fit(X, y, cluster, **LONG, checkpoint=path)
    assert (went_on.coef_ == fit(X, y, **LONG).coef_).all()


@pytest.mark.parametrize("method", ["comrade", "lazy-newton"])
def test_a_driver_that_is_killed_goes_on_from_its_checkpoint(samples, tmp_path, method):
    """The whole driver, with all of Ray that it started."""
    script = textwrap.dedent("""
        import os, signal, sys
        import numpy as np, comrade
        held = np.load("samples.npz")
        def watch(seen):
            if seen["round"] == int(sys.argv[1]):
                os.kill(os.getpid(), signal.SIGKILL)
        import warnings; warnings.simplefilter("ignore")
        model = comrade.LogisticRegression(3, method=sys.argv[2], compressor="random-k:0.5", tol=1e-12, max_rounds=8,
                                           cluster="ray", checkpoint="fit.json", callback=watch)
        model.fit(held["X"], held["y"])
        np.save("coef.npy", model.coef_)
    """)
    X, y = samples
    np.savez(tmp_path / "samples.npz", X=X, y=y)

    def run(until):
        command = [sys.executable, "-c", script, str(until), method]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    assert run(4).returncode == -signal.SIGKILL
    assert (tmp_path / "fit.json").exists() and not (tmp_path / "coef.npy").exists()
    done = run(99)
    assert done.returncode == 0, done.stderr
    whole = fit(X, y, n_workers=3, method=method, compressor="random-k:0.5", tol=1e-12, max_rounds=8)
    assert (np.load(tmp_path / "coef.npy") == whole.coef_).all()
    assert not (tmp_path / "fit.json").exists()


def test_workers_read_a_file_themselves(local, samples, tmp_path):
    X, y = samples
    path = tmp_path / "rows"
    rows = (f"{label} " + " ".join(f"{k + 1}:{v!r}" for k, v in enumerate(x)) for x, label in zip(X.tolist(), y, strict=True))
    path.write_text("\n".join(rows) + "\n")
    ours = comrade.LogisticRegression(4, trim=0.25, attack="alie:1", cluster="ray").fit_libsvm(path)
    theirs = comrade.LogisticRegression(4, trim=0.25, attack="alie:1").fit_libsvm(path)
    assert (ours.classes_ == [0, 1]).all() and (ours.coef_ == theirs.coef_).all()

    def stop(seen):
        raise KeyboardInterrupt

    kept = {"n_workers": 2, "cluster": "ray", "checkpoint": tmp_path / "fit.json"}
    with pytest.raises(KeyboardInterrupt):
        comrade.LogisticRegression(**kept, callback=stop).fit_libsvm(path)
    text = path.read_text()
    path.write_text("".join(reversed(text.splitlines(keepends=True))))
    with pytest.raises(ValueError, match="other data or parameters: samples"):
        comrade.LogisticRegression(**kept).fit_libsvm(path)
    path.write_text(text)
    assert comrade.LogisticRegression(**kept).fit_libsvm(path).converged_
    with pytest.raises(RuntimeError, match=r"4 of 4 workers did not start; .*nowhere: cannot open"):
        comrade.LogisticRegression(4, cluster="ray").fit_libsvm(tmp_path / "nowhere")


def test_the_features_that_occur_are_agreed_on_before_the_first_round(local, samples, tmp_path, monkeypatch):
    X, y = samples
    path = tmp_path / "rows"
    rows = (f"{label} 3:{x[0]!r} 100000000:{x[1]!r}" for x, label in zip(X.tolist(), y, strict=True))
    path.write_text("\n".join(rows) + "\n")
    kw = {"n_workers": 4, "trim": 0.25, "attack": "alie:1"}
    ours = comrade.LogisticRegression(**kw, cluster="ray").fit_libsvm(path)
    theirs = comrade.LogisticRegression(**kw).fit_libsvm(path)
    held = [2, 99_999_999]
    assert ours.coef_.shape == (1, 10**8) and (ours.coef_[:, held] == theirs.coef_[:, held]).all()
    assert ours.coef_[:, held].all() and not ours.coef_[:, :2].any()

    class Other(comrade.ray.Host):
        def hold(self, posts):
            said = super().hold(posts)
            return [(*r[:4], 64 * "0", *r[5:]) if index == 2 else r for (index, *_), r in zip(posts, said, strict=True)]

    monkeypatch.setattr(comrade.ray, "Host", Other)
    with pytest.raises(ValueError, match="workers 0 and 2 read different files"):
        comrade.LogisticRegression(4, cluster="ray").fit_libsvm(path)


def test_a_row_that_overflows_takes_a_trim_here_and_there(local, samples):
    """One row at one honest worker, whose f, gradient or Hessian is then no finite number."""
    X, y = samples
    X = X.copy()
    X[7] *= 1e160
    for method in ("auto", "comrade", "giant"):
        kw = {"n_workers": 4, "trim": 0.25, "method": method, "max_rounds": 6}
        here, there = fit(X, y, **kw), fit(X, y, "ray", **kw)
        assert (here.coef_ == there.coef_).all() and np.isfinite(here.coef_).all() and here.coef_.any(), method
        absent = []
        for cluster in (None, "ray"):
            with pytest.raises(comrade.TooManyMissing) as raised:
                fit(X, y, cluster, **{**kw, "trim": 0.0})
            absent.append(raised.value.absent)
        assert absent[0] == absent[1] and len(absent[0]) == 1, absent


def test_a_node_that_is_killed_takes_its_workers_along_and_they_come_back_elsewhere(samples):
    from ray.cluster_utils import Cluster

    X, y = samples
    ray.shutdown()
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        other = nodes.add_node(num_cpus=1)
        nodes.wait_for_nodes()
        ray.init(address=nodes.address, log_to_driver=False, logging_level="error")
        cluster, missing, pids = Watched(deadline=60, large_nodes=True), [], []
        # Three of six workers or so are on the node; two are trimmed, so a round may have to wait for the others.
        kw = {**LONG, "n_workers": 6, "trim": 0.34, "max_rounds": 20}

        def watch(seen):
            missing.append(seen["missing"])
            if seen["round"] == 3:
                pids.extend(cluster.running.pids)
                nodes.remove_node(other, allow_graceful=False)
            elif seen["round"] > 3:
                # Its workers notice that, and others start, at their own pace.
                time.sleep(0.5)

        ours = fit(X, y, cluster, **kw, callback=watch)
        # Whether a round sees it depends on how soon they are back; in the end all are, in other processes.
        assert len(missing) == 20 and not missing[-1], f"{missing}"
        assert len(pids) == 6 and not all(map(is_running, pids))
        gap = objective(ours, X, y) - objective(fit(X, y, **kw), X, y)
        assert abs(gap) < 1e-2
    finally:
        ray.shutdown()
        nodes.shutdown()
