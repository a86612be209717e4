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
import socket
import time

import numpy as np

try:
    import ray
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("workers on a cluster need Ray: pip install 'comrade-newton[ray]'", name="ray") from error
from ray.exceptions import RayError

from ._answers import Report, Unusable, is_digest, most, versions
from ._checkpoint import digest
from ._comrade import InProcess, TooManyMissing, Worker, deal
from ._round import PATIENCE, Peer, Round, fetch, sizes_of, why

class _Actor:
    """One worker. It is given its samples at the start, and again when its process has died.

    They are no arguments of the constructor, because Ray does not keep those for a restart.
    """

    def __init__(self, problem, index, lies, dealt):
        self._problem, self._index, self._lies, self._dealt = problem, index, lies, dealt
        self._held = None

    def hold(self, source):
        """Takes the samples. Returns a `Report`, as a tuple."""
        source = tuple(ray.get(part) if isinstance(part, ray.ObjectRef) else part for part in source)
        # Who lies knows what all others send.
        if self._lies:
            self._held = InProcess(self._problem, source)
        else:
            self._held = Worker(self._problem, self._index, source, self._dealt)
        held, columns = self._held, self._held.columns
        told = None if columns is None else _told(columns)
        return tuple(Report(held.rows, held.dimension, held.classes, held.features, told, versions(), os.getpid()))

    def columns(self):
        """Which features the coordinates are about, or None."""
        return self._held.columns

    def digest(self, source):
        """That of a file, as it is where this worker runs."""
        return digest(source)

    def answer(self, frame):
        """The frames that answer a framed question; None where the samples are needed first."""
        if self._held is None:
            return None
        return self._held.messages(self._index, frame) if self._lies else self._held.answer(frame)


class RayCluster:
    """How workers are started and how long they are waited for.

    Parameters
    ----------
    address : str, default=None
        Of the Ray cluster, as for `ray.init`: "auto" or "HOST:6379" for one that runs. None starts one on this machine.
        A process that is connected to a cluster stays there.
    deadline : float, default=60.0
        Seconds that a round waits for replies. Who has not answered by then is missing from it, and from the rounds after
        it until the late answer has come; those do not wait for it again, unless they cannot do without. One worker holds
        up all rounds of a fit together by three deadlines at most, beyond twice the time that the others take.
    max_restarts : int, default=-1
        How often the process of a worker is started again, with its samples loaded anew; -1 for as often as it dies.
    num_cpus : float, default=0
        Processors that Ray keeps free for each worker. With 0 there may be more workers than processors, and more workers than
        nodes.
    start_timeout : float, default=120.0
        Seconds that the cluster has to answer at its address, and then the workers to load their samples.
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

        Raises
        ------
        ConnectionError
            If no Ray cluster answers at the address.
        RuntimeError, ValueError
            If more workers than the center drops have no samples, or other ones than most.
        """
        if not ray.is_initialized():
            _knock(self.address, self.start_timeout)
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
        n, and d with an intercept counted: those of the samples that the driver has, or of a file what most workers say.
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
    late : set of int
        Those of them that are still at something.
    """

    def __init__(self, cluster, problem, source, droppable):
        self._deadline, self._start_timeout = cluster.deadline, cluster.start_timeout
        self._droppable = droppable
        self.failures, self.late = {}, set()
        options = {
            "max_restarts": cluster.max_restarts,
            "max_task_retries": 0,
            "num_cpus": cluster.num_cpus,
            "scheduling_strategy": "SPREAD",
        }
        actor = ray.remote(_Actor).options(**options)
        given = list(_given(problem, source))
        patience = PATIENCE * self._deadline
        self._peers = [Peer(actor.remote(problem, *settings), held, patience) for *settings, held, _ in given]
        try:
            self._meet(source, problem["intercept"], [rows for *_, rows in given])
        except BaseException:
            self.close()
            raise

    def _meet(self, source, intercept, rows):
        """Waits until every worker has its samples, so many `rows` each. Some may not come, or have other ones, if they
        can be dropped."""
        of_file = len(source) == 2
        if not of_file:
            self.rows, self.features = source[0].shape
            self.dimension, self.classes, self.columns = self.features + int(intercept), None, None
        for peer, many in zip(self._peers, rows, strict=True):
            peer.agreed = None if of_file else (many, self.dimension, None, self.features, None)
            peer.load()
        calls = {peer.call: index for index, peer in enumerate(self._peers)}
        ready, late = ray.wait(list(calls), num_returns=len(calls), timeout=self._start_timeout)
        self.failures = {calls[call]: f"not started in {self._start_timeout:g} s" for call in late}
        sizes, reports = sizes_of(ready), {}
        for index, call in sorted((calls[call], call) for call in ready):
            try:
                reports[index] = self._peers[index].report(sizes.get(call))
            except (RayError, Unusable) as error:
                self.failures[index] = why(error)
        self.pids = [reports[index].pid if index in reports else None for index in range(self.workers)]
        others = self._agree(reports) if of_file else {}
        failed = self.failures | others
        if len(failed) > self._droppable:
            if failed == others:
                one, other = min(reports.keys() - others.keys()), min(others)
                differ = f"workers {one} and {other} read different files under the same path"
                raise ValueError(f"{differ}: of worker {other}, {others[other]}")
            first = ", ".join(f"worker {index}: {failure}" for index, failure in sorted(failed.items())[:3])
            raise RuntimeError(f"{len(failed)} of {self.workers} workers did not start; {first}")
        self.failures = failed
        if of_file:
            self.rows, self.dimension, self.classes, self.features, told = self._peers[0].agreed
            self.columns = None if told is None else self._columns(told, sorted(reports.keys() - others.keys()))

    def _agree(self, reports):
        """Takes for true of a file what most say of it. Returns who says something else, and what."""
        agreed, others = most(report.samples for report in reports.values()), {}
        for index, peer in enumerate(self._peers):
            peer.agreed = agreed
            try:
                if index in reports:
                    reports[index].check(agreed)
            except Unusable as error:
                peer.refused = others[index] = str(error)
        return others

    def _columns(self, told, among):
        """Which features occur in the file, from one of these workers: those whose SHA-256 most have told."""
        end = time.monotonic() + self._start_timeout
        waiting, calls = iter(among), set()
        while True:
            # One of so many is honest.
            while len(calls) <= self._droppable and (index := next(waiting, None)) is not None:
                calls.add(self._peers[index].actor.columns.remote())
            left = end - time.monotonic()
            if not calls or left <= 0:
                raise RuntimeError("no worker sent the features that occur in its file")
            ready, _ = ray.wait(list(calls), num_returns=1, timeout=left)
            sizes = sizes_of(ready)
            for call in ready:
                calls.discard(call)
                with contextlib.suppress(RayError, Unusable):
                    columns = fetch(call, sizes.get(call), 8 * self.dimension)
                    if type(columns) is np.ndarray and columns.dtype == np.uint64 and _told(columns) == told:
                        return columns

    @property
    def workers(self):
        """m."""
        return len(self._peers)

    def exchange(self, frame):
        """Sends a framed question to all workers, and returns what came from each before the deadline.

        Parameters
        ----------
        frame : bytes

        Returns
        -------
        list of list of bytes
            The frames of each worker: none where it is dead, late or silent, or where its answer is no list of frames.
        """
        played = Round(self._peers, frame, self._deadline, self._droppable)
        self.failures, self.late = played.failures, played.late
        return [played.heard.get(index, []) for index in range(self.workers)]

    def digest(self):
        """The digest of the file that the workers read: that of more than half of them, if no more have another one than
        may be dropped."""
        asked = [(index, peer) for index, peer in enumerate(self._peers) if peer.refused is None]
        calls = {peer.actor.digest.remote(tuple(peer.source)): index for index, peer in asked}
        ready, _ = ray.wait(list(calls), num_returns=len(calls), timeout=self._start_timeout)
        sizes, said = sizes_of(ready), {}
        for index, call in sorted((calls[call], call) for call in ready):
            with contextlib.suppress(RayError, Unusable):
                found = fetch(call, sizes.get(call), 0)
                if is_digest(found):
                    said[index] = found
        agreed = most(said.values())
        others = [index for index in said if said[index] != agreed]
        if 2 * (len(said) - len(others)) <= self.workers:
            raise RuntimeError("no more than half of the workers tell the same digest of their file")
        if len(others) > self._droppable:
            one = min(said.keys() - set(others))
            raise ValueError(f"workers {one} and {others[0]} read different files under the same path")
        return agreed

    def close(self):
        """Ends the processes of the workers."""
        for peer in self._peers:
            with contextlib.suppress(RayError):
                ray.kill(peer.actor, no_restart=True)
        self._peers = []


def _told(columns):
    """What tells which columns occur."""
    return hashlib.sha256(columns.tobytes()).hexdigest()


def _given(problem, source):
    """For each worker: which it is, whether it lies, whether its samples are its own, they, as references if they are
    large, and how many they are; None of a file."""
    lying = problem["lying"]
    if len(source) == 2:
        for index in range(problem["workers"]):
            yield index, index < lying, False, source, None
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
            yield index, True, False, everything, x.shape[0]
        else:
            own = None if weights is None else weights[rows] * scale
            yield index, False, True, tuple(map(ray.put, (x[rows], codes[rows], own))), len(rows)


def _knock(address, timeout):
    """Raises ConnectionError where no Ray cluster answers at HOST:PORT in time; `ray.init` takes minutes to say that."""
    host, _, port = (address or os.environ.get("RAY_ADDRESS", "")).rpartition(":")
    if not port.isdigit() or "/" in host:
        # "auto", "local", a Ray client's address, or none.
        return
    told = f"no Ray cluster answers at {address or os.environ['RAY_ADDRESS']}"
    hint = "run `ray start --head` on one machine, and take the address that it names"
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=timeout) as connection:
            if os.environ.get("RAY_USE_TLS"):
                return
            # Ray speaks gRPC, in whose HTTP/2 both sides begin with their settings: a frame whose fourth byte is 4.
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
            heard = connection.makefile("rb").read(4)
    except (OSError, OverflowError) as error:
        raise ConnectionError(f"{told}: {error}; {hint}") from error
    if heard[3:] != b"\x04":
        raise ConnectionError(f"{told}, but another program does; {hint}")


__all__ = ["RayCluster", "TooManyMissing", "Workers"]
