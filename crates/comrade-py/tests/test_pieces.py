"""Worker and Center, put together by a driver that a user wrote: what crosses it may be anything."""

import threading
import time

import numpy as np
import pytest

import comrade


class Driver:
    """Carries frames to workers in this process; `spoil` changes what comes back."""

    def __init__(self, problem, X, codes, spoil=lambda worker, frames: frames):
        self.workers = [comrade.Worker(problem, i, (X, codes, None)) for i in range(problem["workers"])]
        self.spoil = spoil
        self.asked = []

    def exchange(self, frame):
        self.asked.append(frame)
        return [self.spoil(i, worker.answer(frame)) for i, worker in enumerate(self.workers)]


@pytest.fixture
def task(samples):
    X, y = samples
    return comrade.problem(5, intercept=True, compressor="qsgd:8"), X, y.astype(np.int64)


def center(problem, **more):
    return comrade.Center(problem, 13, run=1, **{"max_rounds": 8, "tol": 1e-12, **more})


METHODS = ["lazy-newton", "comrade", "giant", "gradient-descent"]


@pytest.mark.parametrize("method", METHODS)
def test_a_driver_gives_the_bits_of_the_cluster_in_process(task, method):
    problem, X, codes = task
    driver, own, theirs = Driver(problem, X, codes), center(problem, method=method), center(problem, method=method)
    ends = own.train(driver), theirs.train(comrade.InProcess(problem, (X, codes, None)))
    assert [end["end"] for end in ends] == ["rounds", "rounds"] and own.rounds == theirs.rounds == 8
    assert (ends[0]["w"] == ends[1]["w"]).all() and ends[0]["objective"] == ends[1]["objective"] < np.log(2)
    assert (own.bytes_up, own.bytes_down) == (theirs.bytes_up, theirs.bytes_down)
    assert own.method == theirs.method == method and own.state == theirs.state
    # run, round, kind, d, w, which is zero at first, and whether a Hessian is asked for: a triangle of 16 bits, or none.
    form = bytes([1, 16]) if method == "lazy-newton" else bytes(1)
    head = (1).to_bytes(8, "little") + bytes(8) + bytes([3]) + (13).to_bytes(4, "little")
    assert driver.asked[0] == head + bytes(13 * 8) + form


@pytest.mark.parametrize(
    ("spoiled", "why"),
    [
        (lambda frames: [], "no reply in time"),
        (lambda frames: [frames[0][:9]], "a frame of 9 bytes"),
        (lambda frames: [frames[0][:20]], "the message has 4 bytes, not "),
        (lambda frames: frames * 2, "more than one reply"),
        (lambda frames: [bytes(8) + frames[0][8:]], "a reply to round 0 of run 0"),
        (lambda frames: [frames[0][:16] + b"\xff" * 1000], "the message has tag 255, not "),
        (lambda frames: [b""], "a frame of 0 bytes"),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_whatever_comes_back_is_a_reply_or_a_reason(task, method, spoiled, why):
    problem, X, codes = task
    seen = []
    driver = Driver(problem, X, codes, lambda worker, frames: spoiled(frames) if worker == 2 else frames)
    center(problem, method=method, trim=0.2).train(driver, seen.append)
    assert list(seen[0]["missing"]) == [2] and seen[0]["missing"][2].startswith(why)
    assert all(list(s["missing"]) == [2] and 2 not in s["kept"] for s in seen)
    # Without trimming it is one too many, and nothing is lost.
    plain = center(problem, method=method)
    with pytest.raises(comrade.TooManyMissing, match=r"round 0: 1 of 5") as raised:
        plain.train(driver)
    assert (raised.value.absent, plain.rounds) == (seen[0]["missing"], 0)
    driver.spoil = lambda worker, frames: frames
    whole = center(problem, method=method).train(Driver(problem, X, codes))
    assert (plain.train(driver)["w"] == whole["w"]).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_state_goes_on_where_it_was(task, method):
    problem, X, codes = task
    whole, half = center(problem, method=method), center(problem, method=method)
    assert whole.state is None and whole.rounds == whole.iterations == 0
    done = whole.train(Driver(problem, X, codes))
    states = []
    ended = half.train(Driver(problem, X, codes), lambda s: states.append(s["state"]) or len(states) == 3, with_state=True)
    assert ended["end"] == "watch" and ended["objective"] <= np.log(2)
    rest, driver = center(problem, method=method), Driver(problem, X, codes)
    rest.state = states[-1]
    assert rest.rounds == half.rounds < 8 and rest.train(driver)["end"] == "rounds"
    # In addition to the rounds to come, one in which f and g are measured again.
    assert len(driver.asked) == 8 - half.rounds + 1
    assert rest.state == whole.state and (rest.train(driver)["w"] == done["w"]).all()
    # What it says must be so for these samples.
    other = center(problem, method=method)
    other.state = states[-1]
    with pytest.raises(ValueError, match=r"of other samples: it says f = .* the workers say"):
        other.train(Driver(problem, 2 * X, codes))
    wrong = comrade.Center(problem, 12, method=method)
    with pytest.raises(ValueError, match="another dimension than 12"):
        wrong.state = states[-1]
    for bad in (b"", b"{}", whole.state[:-5], whole.state.replace(b"1", b"2", 1), whole.state[64:]):
        with pytest.raises(ValueError, match="damaged"):
            rest.state = bad


def test_what_a_driver_raises_comes_through(task):
    problem, X, codes = task

    class Broken:
        def exchange(self, frame):
            raise OSError("no road")

    for cluster, error in ((Broken(), OSError), (object(), AttributeError)):
        with pytest.raises(error):
            center(problem).train(cluster)
    Broken.exchange = lambda self, frame: [[1]]
    with pytest.raises(TypeError):
        center(problem).train(Broken())
    with pytest.raises(ValueError, match="5 workers in dimension 13"):
        center(problem).train(comrade.InProcess(comrade.problem(4), (X, codes, None)))


def test_a_worker_refuses_what_is_no_question(task):
    problem, X, codes = task
    worker = comrade.Worker(problem, 0, (X, codes, None))
    assert (worker.rows, worker.dimension, worker.classes) == (1203, 13, None)
    for frame in (b"", bytes(15), bytes(16), bytes(17), bytes(16) + b"\x09" + bytes(4), bytes(200)):
        with pytest.raises(ValueError, match="question"):
            worker.answer(frame)
    with pytest.raises(ValueError, match="worker 5 of 5"):
        comrade.Worker(problem, 5, (X, codes, None))
    for bad in (np.full_like(X, np.nan), X[:-1], X[:3]):
        with pytest.raises(ValueError):
            comrade.Worker(problem, 0, (bad, codes, None))


def test_other_threads_run_while_a_worker_computes():
    random = np.random.default_rng(1)
    X = random.standard_normal((4000, 700))
    worker = comrade.Worker(comrade.problem(1), 0, (X, (X[:, 0] > 0).astype(np.int64), None))
    question = bytes(17) + (700).to_bytes(4, "little") + bytes(700 * 8)
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(1e-3)

    thread = threading.Thread(target=tick)
    thread.start()
    start = time.perf_counter()
    worker.answer(question)
    end = time.perf_counter()
    done.set()
    thread.join()
    # Some tens of milliseconds in which a held interpreter would not tick once.
    assert sum(start < t < end for t in ticks) >= 3
