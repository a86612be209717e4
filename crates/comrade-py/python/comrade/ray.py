"""Workers as actors of a Ray cluster: they may die, hang, come back late, and lie.

Ray carries bytes and nothing else. Which replies count, who is trimmed and where the next step leads is decided by
`comrade.Center`, as for workers in one process; so the same configuration gives the same iterates.

>>> import comrade, comrade.ray                                                   # doctest: +SKIP
>>> cluster = comrade.ray.RayCluster(address="auto", deadline=10)                 # doctest: +SKIP
>>> comrade.LogisticRegression(20, trim=0.2, cluster=cluster).fit(X, y)           # doctest: +SKIP
"""

import contextlib
import hashlib
import os
import time

import numpy as np
import ray
from ray.exceptions import RayActorError, RayError, RayTaskError

from ._checkpoint import digest
from ._comrade import InProcess, TooManyMissing, Worker, deal

# A question that is longer is put into the object store once, and not sent with every call.
_INLINE = 100_000
# Seconds before a worker that died is asked again.
_PAUSE = 0.2


class _Actor:
    """One worker. It is given its samples at the start, and again when its process has died.

    They are no arguments of the constructor, because Ray does not keep those for a restart.
    """

    def __init__(self, problem, index, lies, dealt):
        self._problem, self._index, self._lies, self._dealt = problem, index, lies, dealt
        self._held = None

    def hold(self, source):
        """Takes the samples. Returns n (or s), d, the classes of a file, the features, what tells the columns, and the process."""
        source = tuple(ray.get(part) if isinstance(part, ray.ObjectRef) else part for part in source)
        # Who lies knows what all others send.
        if self._lies:
            self._held = InProcess(self._problem, source)
        else:
            self._held = Worker(self._problem, self._index, source, self._dealt)
        held, columns = self._held, self._held.columns
        told = None if columns is None else hashlib.sha256(columns.tobytes()).hexdigest()
        return held.rows, held.dimension, held.classes, held.features, told, os.getpid()

    def columns(self):
        """Which features the coordinates are about, or None."""
        return self._held.columns

    def digest(self, source):
        """That of a file, as it is where this worker runs."""
        return digest(source)

    def answer(self, frame, source=None):
        """The frames that answer a framed question; None where the samples are needed first."""
        if self._held is None and source is not None:
            self.hold(source)
        if self._held is None:
            return None
        return self._held.messages(self._index, frame) if self._lies else self._held.answer(frame)


class RayCluster:
    """How workers are started and how long they are waited for.

    Parameters
    ----------
    address : str, default=None
        Of the Ray cluster, as for `ray.init`: "auto" or "HOST:6379" for one that runs. None takes the one that this process is
        connected to, or starts one on this machine.
    deadline : float, default=60.0
        Seconds that a round waits for replies. Who has not answered by then is missing from it, and from the rounds after it
        until the late answer has come; those do not wait for it again, unless they cannot do without.
    max_restarts : int, default=-1
        How often the process of a worker is started again, with its samples loaded anew; -1 for as often as it dies.
    num_cpus : float, default=0
        Processors that Ray keeps free for each worker. With 0 there may be more workers than processors, and more workers than
        nodes.
    start_timeout : float, default=120.0
        Seconds that the workers have to load their samples.
    """

    def __init__(self, address=None, *, deadline=60.0, max_restarts=-1, num_cpus=0, start_timeout=120.0):
        if not deadline > 0:
            raise ValueError(f"deadline must be above 0 seconds, got {deadline!r}")
        self.address = address
        self.deadline = deadline
        self.max_restarts = max_restarts
        self.num_cpus = num_cpus
        self.start_timeout = start_timeout

    def __repr__(self):
        return f"RayCluster(address={self.address!r}, deadline={self.deadline!r})"

    @contextlib.contextmanager
    def start(self, problem, source, trim=0.0):
        """Workers of this problem, which end with the context.

        Parameters
        ----------
        problem : dict
            See `comrade.problem`.
        source : tuple
            ``(X, codes, weights)``, whose shards go into the object store once; or ``(path, d)`` of a LIBSVM file, which every
            worker reads itself.
        trim : float, default=0.0
            The fraction of replies that the center drops.
        """
        if not ray.is_initialized():
            ray.init(address=self.address, log_to_driver=False, include_dashboard=False, logging_level="warning")
        workers = Workers(self, problem, source, int(trim * problem["workers"] + 0.5))
        try:
            yield workers
        finally:
            workers.close()


class Workers:
    """The workers of one training: what a `Center` exchanges frames with.

    Attributes
    ----------
    rows, dimension : int
        n, and d with an intercept counted.
    classes : tuple or None
        What a file calls its two classes.
    features : int
        How many features the source has, also of those that do not occur.
    columns : ndarray or None
        Which features of a file the coordinates are about, from 0, or None for all; the same for all workers.
    pids : list of int
        The processes that the workers were started in.
    failures : dict
        For each worker that failed in the last round, how.
    """

    def __init__(self, cluster, problem, source, droppable):
        self._deadline = cluster.deadline
        self._droppable = droppable
        self.failures = {}
        # What each worker is still at: a call whose answer nobody waits for any more.
        self._busy = {}
        options = {
            "max_restarts": cluster.max_restarts,
            "max_task_retries": 0,
            "num_cpus": cluster.num_cpus,
            "scheduling_strategy": "SPREAD",
        }
        actor = ray.remote(_Actor).options(**options)
        given = list(_given(problem, source))
        # In lists, so that they arrive as references.
        self._sources = [list(held) for *_, held in given]
        self._actors = [actor.remote(problem, *settings) for *settings, _ in given]
        self._meet(cluster.start_timeout, source)

    def _meet(self, timeout, source):
        """Waits until every worker has its samples; some may not come, if they can be dropped."""
        calls = {actor.hold.remote(self._sources[index]): index for index, actor in enumerate(self._actors)}
        ready, late = ray.wait(list(calls), num_returns=len(calls), timeout=timeout)
        said, failed = {}, {calls[call]: "not started in time" for call in late}
        for call in ready:
            try:
                said[calls[call]] = ray.get(call)
            except RayError as error:
                failed[calls[call]] = _reason(error)
        self.failures = failed
        if not said or len(failed) > self._droppable:
            self.close()
            first = ", ".join(f"worker {index}: {why}" for index, why in sorted(failed.items())[:3])
            raise RuntimeError(f"{len(failed)} of {len(calls)} workers did not start; {first}")
        self.rows, self.dimension, self.classes, self.features, told, _ = next(iter(said.values()))
        self.pids = [said[i][-1] if i in said else None for i in range(len(calls))]
        self.columns = None
        if len(source) == 3:
            self.rows = source[0].shape[0]
            return
        # What all have found in the file must be the same before they are asked anything.
        first, *others = sorted(said)
        differ = [other for other in others if said[other][:-1] != said[first][:-1]]
        if differ:
            self.close()
            raise ValueError(f"workers {first} and {differ[0]} read different files under the same path")
        if told is not None:
            self.columns = self._columns(said)

    def _columns(self, said):
        """Which features occur in the file, as the first worker says that can be reached."""
        for index in said:
            with contextlib.suppress(RayError):
                return ray.get(self._actors[index].columns.remote())
        self.close()
        raise RuntimeError("no worker could be reached for the features that occur in its file")

    @property
    def workers(self):
        """m."""
        return len(self._actors)

    def exchange(self, frame):
        """Sends a framed question to all workers, and returns what came from each before the deadline.

        Parameters
        ----------
        frame : bytes

        Returns
        -------
        list of list of bytes
            The frames of each worker: none where it is dead, late or silent.
        """
        end = time.monotonic() + self._deadline
        count = len(self._actors)
        question = ray.put(frame) if len(frame) > _INLINE else frame
        self.failures = {}
        # Calls of this question, and those that workers are still at from an earlier one.
        now, late = {}, {call: index for index, call in self._busy.items()}
        heard, dead = {}, set()

        def ask(index, *source):
            now[self._actors[index].answer.remote(question, *source)] = index

        for index in set(range(count)) - set(late.values()):
            ask(index)
        # Who is late or has died is waited for only where the round cannot do without.
        while now or count - len(heard) > self._droppable:
            left = end - time.monotonic()
            if left <= 0 or not (now or late or dead):
                break
            if not now and dead:
                time.sleep(min(_PAUSE, left))
                for index in dead:
                    ask(index)
                dead.clear()
                continue
            # All at once, unless a late answer is to be followed by this question.
            ready, _ = ray.wait([*now, *late], num_returns=1 if late else len(now), timeout=left)
            for call in ready:
                if call in late:
                    ask(late.pop(call))
                    continue
                index = now.pop(call)
                try:
                    frames = ray.get(call)
                except RayError as error:
                    self.failures[index] = _reason(error)
                    if isinstance(error, RayActorError):
                        dead.add(index)
                    continue
                if frames is None:
                    # Its process is a new one.
                    ask(index, self._sources[index])
                    continue
                heard[index] = frames
                self.failures.pop(index, None)
        self.failures |= dict.fromkeys(late.values(), "still at an earlier question")
        self.failures |= dict.fromkeys(now.values(), f"no answer in {self._deadline:g} s")
        self._busy = {index: call for call, index in (now | late).items()}
        return [heard.get(index, []) for index in range(count)]

    def digest(self):
        """The digest of the file that the workers read, which must be the same for all that can be reached."""
        calls = [actor.digest.remote(tuple(self._sources[index])) for index, actor in enumerate(self._actors)]
        said = {}
        for index, call in enumerate(calls):
            with contextlib.suppress(RayActorError):
                said.setdefault(ray.get(call), index)
        if not said:
            raise RuntimeError("no worker could be reached for the digest of its file")
        if len(said) > 1:
            first, other = sorted(said.values())[:2]
            raise ValueError(f"workers {first} and {other} read different files under the same path")
        return next(iter(said))

    def close(self):
        """Ends the processes of the workers."""
        for actor in self._actors:
            with contextlib.suppress(RayError):
                ray.kill(actor, no_restart=True)
        self._actors, self._sources = [], []


def _given(problem, source):
    """For each worker: which it is, whether it lies, whether its samples are its own, and they, as references if they are large."""
    lying = problem["lying"]
    if len(source) == 2:
        for index in range(problem["workers"]):
            yield index, index < lying, False, source
        return
    x, codes, weights = source
    # Who lies knows everything.
    everything = tuple(map(ray.put, source)) if lying else None
    dealt = deal(problem, x.shape[0])
    if weights is None and any(scale != 1 for _, scale in dealt):
        # The mean of the workers' objectives is to be that of all samples.
        weights = np.ones(x.shape[0])
    for index, (rows, scale) in enumerate(dealt):
        if index < lying:
            yield index, True, False, everything
        else:
            own = None if weights is None else weights[rows] * scale
            yield index, False, True, tuple(map(ray.put, (x[rows], codes[rows], own)))


def _reason(error):
    """A failure in a line."""
    if isinstance(error, RayActorError):
        return "its process died or cannot be reached"
    cause = error.cause if isinstance(error, RayTaskError) else error
    return str(cause).strip().splitlines()[-1]


__all__ = ["RayCluster", "TooManyMissing", "Workers"]
