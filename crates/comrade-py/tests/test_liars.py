"""The power of one worker on a Ray cluster, whatever it says, on a real cluster: it counts as dropped, and no more.

Its actor class is one of these tests, not the package's.
"""

import hashlib
import os
import re
import socket
import subprocess
import sys
import textwrap
import threading
import time
import tracemalloc

import numpy as np
import pytest
from conftest import fit

import comrade

ray = pytest.importorskip("ray")
from comrade._answers import versions  # noqa: E402
from comrade._connect import knock
from comrade.ray import RayCluster  # noqa: E402

# The processes of workers cannot import this file.
ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])

# Steps that never come to rest, so that every round is played; worker 0 is the one that is trimmed.
ROUNDS = {"method": "comrade", "trim": 0.2, "tol": 1e-12, "compressor": "qsgd:64", "max_rounds": 14}


class Unreadable:
    """Cannot be unpickled."""

    def __reduce__(self):
        return int, ("no number",)


def wordless():
    raise MemoryError


def leave():
    raise SystemExit


# What the host of one worker says in place of [the frames of its answer], given what makes an honest one; and the reason that
# is given, as a pattern.
NO_ENTRIES = "what its host says is no list with an entry for each of its workers"
LIES = [
    (lambda honest: 5, NO_ENTRIES),
    (lambda honest: "abc", NO_ENTRIES),
    (lambda honest: (honest(),), NO_ENTRIES),
    (lambda honest: [], NO_ENTRIES),
    (lambda honest: [honest(), honest()], NO_ENTRIES),
    (lambda honest: [5], "its answer is no list of byte strings"),
    (lambda honest: ["abc"], "its answer is no list of byte strings"),
    (lambda honest: [b"abc"], "its answer is no list of byte strings"),
    (lambda honest: [[1, 2]], "its answer is no list of byte strings"),
    (lambda honest: [[honest()]], "its answer is no list of byte strings"),
    (lambda honest: [3 * honest()], "its answer has 3 frames"),
    (lambda honest: [[bytes(2000)]], "its answer has 2000 bytes, and the question asks for 189 at most"),
    (lambda honest: [[bytes(200_000_000)]], r"its host said 2000\d{5} bytes, and was asked for \d{4} at most"),
    (lambda honest: [None], "it asks for its samples again, after it was given them"),
    (lambda honest: [("a\nb ",)], "b"),
    (lambda honest: [(" ",)], "it failed and does not say why"),
    (lambda honest: wordless(), "it raised MemoryError"),
    (lambda honest: Unreadable(), "ValueError: invalid literal .*no number.*"),
    (lambda honest: [2 * honest()], "more than one reply"),
    (lambda honest: leave(), "its process died or cannot be reached"),
]


def crew(who, answer=lambda honest, at: [honest()], report=lambda said: said, log=None):
    """An actor class whose instances are honest hosts of a worker each, but for those of the workers `who`."""

    class Own:
        def __init__(self, problem, threads):
            self.problem, self.held = problem, None

        def log(self, what):
            if log is not None and self.index in who:
                with open(log, "a", encoding="utf-8") as file:
                    file.write(f"{what}\n")

        def hold(self, posts):
            ((self.index, _, dealt, source),) = posts
            self.log("hold")
            parts = ray.get(source) if isinstance(source, ray.ObjectRef) else source
            held = self.held = comrade.Worker(self.problem, self.index, parts, dealt)
            told = None if held.columns is None else hashlib.sha256(held.columns.tobytes()).hexdigest()
            said = (held.rows, held.dimension, held.classes, held.features, told, versions(), os.getpid())
            if self.index not in who:
                # The liar is the first to answer.
                time.sleep(0.2)
                return [said]
            return [report(said)]

        def columns(self, index):
            return np.zeros(10**7, np.uint64) if self.index in who else self.held.columns

        def answer(self, frame, asked):
            if self.held is None:
                return [None]
            self.log("answer")
            at = int.from_bytes(frame[8:16], "little")
            return answer(lambda: self.held.answer(frame), at) if self.index in who else [self.held.answer(frame)]

    return Own


def lonely(workers=5, **kw):
    """A cluster on which every worker has a host of its own."""
    return RayCluster(hosts=workers, **kw)


@pytest.fixture
def manned(monkeypatch):
    """Puts an actor class of the tests into the place of the package's."""
    return lambda *given, **kw: monkeypatch.setattr(comrade.ray, "Host", crew(*given, **kw))


def without(samples, **kw):
    """The fit in one process whose worker 0 is silent."""
    return fit(*samples, **kw, attack="silent")


def test_whatever_a_worker_answers_takes_a_trim_and_has_a_reason(local, samples, manned):
    lies = [lie for lie, _ in LIES]
    manned({0}, lambda honest, at: lies[min(at, len(lies) - 1)](honest))
    missing, kw = [], {**ROUNDS, "max_rounds": len(LIES) + 1}
    tracemalloc.start()
    ours = fit(*samples, lonely(deadline=30), **kw, callback=lambda seen: missing.append(seen["missing"]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6, "what is too long is not read"
    assert len(missing) == len(LIES) + 1 and all(list(who) == [0] for who in missing), missing
    for who, (_, why) in zip(missing, LIES, strict=False):
        assert re.fullmatch(why, who[0]), f"{who[0]}, not {why}"
    assert (ours.coef_ == without(samples, **kw).coef_).all(), "the iterates of a run whose worker 0 is silent"
    assert ours.worker_report_[0] == {"answered": 0, "trimmed": 0, "late": 0, "unusable": len(LIES) + 1}


def test_more_of_them_than_are_trimmed_end_the_fit_with_their_reasons(local, samples, manned):
    manned({0, 2}, lambda honest, at: [5])
    with pytest.raises(comrade.TooManyMissing) as raised:
        fit(*samples, lonely(), **ROUNDS)
    assert raised.value.absent == dict.fromkeys((0, 2), "its answer is no list of byte strings")


@pytest.mark.parametrize("trim", [0.2, 0.0])
def test_a_worker_is_asked_once_a_round_and_once_more_when_it_has_its_samples(local, samples, manned, tmp_path, trim):
    log = tmp_path / "log"
    manned({0}, lambda honest, at: [None], log=log)
    started, rounds = time.monotonic(), 14
    if trim:
        fit(*samples, lonely(deadline=30), **ROUNDS)
    else:
        rounds = 1
        with pytest.raises(comrade.TooManyMissing, match="1 of 5"):
            fit(*samples, lonely(deadline=30), **{**ROUNDS, "trim": 0.0})
    assert time.monotonic() - started < 25, "nobody waits for the deadline"
    said = log.read_text().split()
    assert said.count("answer") <= 2 * rounds and said.count("hold") <= rounds + 1, said


OTHER = [
    (lambda said: (said[0], said[1] + 1, *said[2:]), "it has dimension 14, not 13"),
    (lambda said: (said[0], 10**9, None, 10**9, *said[4:]), "it has dimension 1000000000, not 13"),
    (lambda said: None, "what it says of its samples has another form; has its host another comrade-newton?"),
    (lambda said: (*said[:5], ("0.0.1", *said[5][1:]), said[6]), "its host has comrade-newton 0.0.1, "),
    (lambda said: wordless(), "it raised MemoryError"),
]


@pytest.mark.parametrize(("report", "why"), OTHER, ids=[why for _, why in OTHER])
def test_a_worker_that_reports_other_samples_is_missing(local, samples, manned, report, why):
    manned({0}, report=report)
    missing = []
    ours = fit(*samples, lonely(), **ROUNDS, callback=lambda seen: missing.append(seen["missing"]))
    assert all(list(who) == [0] and who[0].startswith(why) for who in missing), missing
    assert (ours.coef_ == without(samples, **ROUNDS).coef_).all()
    with pytest.raises(RuntimeError) as raised:
        fit(*samples, lonely(), **{**ROUNDS, "trim": 0.0})
    assert re.match(f"1 of 5 workers did not start; worker 0 at [^ ]+: {re.escape(why)}", str(raised.value))


def test_a_worker_that_never_has_its_samples_holds_up_the_start_and_no_more(local, samples, manned):
    # Long enough for the others, on a busy machine.
    timeout, missing, started = 30.0, [], time.monotonic()
    manned({0}, report=lambda said: time.sleep(600))
    fit(*samples, lonely(start_timeout=timeout), **ROUNDS, callback=lambda seen: missing.append(seen["missing"]))
    assert missing == 14 * [{0: "still loading its samples"}]
    assert time.monotonic() - started < timeout + 20


OF_FILE = {
    "swapped": (lambda said: (*said[:2], said[2][::-1], *said[3:]), r"of worker 0, it has classes \(1.0, 0.0\), not"),
    "wide": (lambda said: (said[0], 3 * 10**7, said[2], 10**9, *said[4:]), "of worker 0, it has dimension 30000000, not 3"),
    "columns": (lambda said: (*said[:4], 64 * "0", *said[5:]), "of worker 0, it has other features than it should"),
}


@pytest.mark.parametrize("kind", OF_FILE)
def test_what_most_say_of_a_file_is_so(local, samples, manned, tmp_path, kind):
    X, y = samples
    path = tmp_path / "rows"
    path.write_text("".join(f"{label} 3:{x[0]!r} 100000:{x[1]!r}\n" for x, label in zip(X.tolist(), y, strict=True)))
    kw = {"n_workers": 4, "trim": 0.25, "max_rounds": 8}
    report, why = OF_FILE[kind]
    manned({0}, report=report)
    tracemalloc.start()
    ours = comrade.LogisticRegression(**kw, cluster=lonely(4)).fit_libsvm(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6, "no memory follows what one worker reports"
    theirs = comrade.LogisticRegression(**kw, attack="silent", liars=0.25).fit_libsvm(path)
    assert (ours.classes_ == [0, 1]).all() and ours.coef_.shape == (1, 10**5) and (ours.coef_ == theirs.coef_).all()
    with pytest.raises(ValueError, match=f"workers 1 and 0 read different files under the same path: {why}"):
        comrade.LogisticRegression(4, cluster=lonely(4)).fit_libsvm(path)


@pytest.mark.parametrize("slow", [0.9, 1.1], ids=["just before", "just after"])
def test_a_worker_holds_up_a_fit_by_three_deadlines_and_no_more(local, samples, manned, slow):
    deadline, missing, took, began = 1.0, [], [], time.monotonic()
    manned({0}, lambda honest, at: (time.sleep(slow * deadline), [honest()])[1])

    def watch(seen):
        nonlocal began
        missing.append(seen["missing"])
        took.append(time.monotonic() - began)
        # So that late answers come after some rounds and not after hundreds.
        time.sleep(0.1)
        began = time.monotonic()

    ours = fit(*samples, lonely(deadline=deadline), **{**ROUNDS, "max_rounds": 40}, callback=watch)
    # The first has the start in it.
    took = np.array(took[1:])
    print(f"rounds took {np.round(took, 2)}, missing {missing}")
    # In six rounds by half a deadline, or in three by a whole one; and the machine may be busy in two.
    assert (took > deadline / 2).sum() <= 8, took
    assert set().union(*missing) == {0} and missing[-1]
    assert ours.worker_report_[0]["late"] == sum(map(bool, missing)) > 20
    assert "not waited for: its host has held up rounds by 3 s in all" in [who.get(0) for who in missing]


def test_no_ray_is_a_sentence():
    code = """
        import sys
        sys.modules["ray"] = None
        import comrade
        comrade.LogisticRegression(2, cluster="ray").fit([[0.0], [1.0]], [0, 1])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    says = "workers on a cluster need Ray: pip install 'comrade-newton[ray]'"
    assert done.stderr.splitlines()[-1].endswith(says), done.stderr


def test_a_fit_says_that_nobody_answers_at_the_address():
    code = """
        import comrade
        from comrade.ray import RayCluster
        comrade.LogisticRegression(2, cluster=RayCluster("127.0.0.1:1", start_timeout=5)).fit([[0.0], [1.0]], [0, 1])
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "ConnectionError: no Ray cluster answers at 127.0.0.1:1" in done.stderr.splitlines()[-1], done.stderr


def test_a_host_without_the_package_is_named(tmp_path):
    (tmp_path / "comrade").mkdir()
    (tmp_path / "comrade/__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'comrade'\")")
    code = f"""
        import comrade, numpy as np, ray
        ray.init(num_cpus=2, include_dashboard=False, runtime_env={{"env_vars": {{"PYTHONPATH": {str(tmp_path)!r}}}}})
        X = np.random.default_rng(1).standard_normal((20, 2))
        comrade.LogisticRegression(2, cluster="ray").fit(X, X[:, 0] > 0)
    """
    # Where the driver is, workers look for modules too.
    (elsewhere := tmp_path / "elsewhere").mkdir()
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False)
    assert re.search("2 of 2 workers did not start; worker 0 at [^ ]+: its process did not start: ", done.stderr)
    says = "No module named 'comrade'; hint: install comrade-newton .* on every node of the cluster"
    assert re.search(says, done.stderr), done.stderr


def serve(greeting):
    """The address of a program that says this to whoever connects, and then nothing."""
    held = socket.create_server(("127.0.0.1", 0))

    def run():
        with held, held.accept()[0] as connection:
            connection.sendall(greeting)
            time.sleep(3)

    threading.Thread(target=run, daemon=True).start()
    return f"127.0.0.1:{held.getsockname()[1]}"


def test_a_wrong_address_is_a_sentence_in_time(local):
    with socket.create_server(("127.0.0.1", 0)) as held:
        closed = f"127.0.0.1:{held.getsockname()[1]}"
    for address, why in [
        (closed, "refused"),
        (serve(b""), "timed out"),
        (serve(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "but another program does"),
        ("127.0.0.1:99999", ""),
        ("no.such.host.invalid:6379", ""),
    ]:
        started = time.monotonic()
        with pytest.raises(ConnectionError, match=f"no Ray cluster answers at {address}.*{why}"):
            knock(address, 1)
        assert time.monotonic() - started < 3
    for right in (None, "auto", "local", "ray://there:10001", ray.get_runtime_context().gcs_address):
        knock(right, 5)
