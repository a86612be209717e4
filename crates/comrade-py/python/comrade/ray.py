"""Workers as actors of a Ray cluster: they may die, hang, come back late, and lie.

Ray carries bytes and nothing else. Which replies count, who is trimmed and where the next step leads is decided by
`comrade.Center`, as for workers in one process; so the same configuration gives the same iterates.

>>> import comrade, comrade.ray                                                   # doctest: +SKIP
>>> cluster = comrade.ray.RayCluster(address="auto", deadline=10)                 # doctest: +SKIP
>>> comrade.LogisticRegression(20, trim=0.2, cluster=cluster).fit(X, y)           # doctest: +SKIP
"""

import contextlib
import hashlib
import time
from functools import partial

import numpy as np

try:
    import ray
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("workers on a cluster need Ray: pip install 'comrade-newton[ray]'", name="ray") from error
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from ._agree import agree, is_columns, sha256
from ._answers import Unusable, entries, is_digest, most, named, versions, with_hint
from ._comrade import TooManyMissing, deal
from ._connect import connect
from ._host import Host, Share
from ._part import Own
from ._placement import describe, places, too_full
from ._problem import counted
from ._round import PATIENCE, Member, Peer, Round, fetch, move, sizes_of, why

# In how many steps a host takes the samples of its workers.
_STEPS = 8


class RayCluster:
    """How workers are started and how long they are waited for.

    Workers live in hosts: processes of the cluster, one per processor, each of which holds many workers and is asked
    once a round for all of them. A slow worker holds up the others of its host, and a process that ends takes them
    along until it is back; with `hosts` as large as the number of workers each has a process of its own.

    Parameters
    ----------
    address : str, default=None
        Of the Ray cluster, as for `ray.init`: "auto" or "HOST:6379" for one that runs. None takes the one that this process is
        connected to, or that of RAY_ADDRESS or of this machine, or starts one on this machine.
    deadline : float, default=90.0
        Seconds that a round waits for replies. A worker that has not answered by then is missing from it, and from the
        rounds after it until the late answer has come; those do not wait for it again, unless they cannot do without.
        One host holds up all rounds of a fit together by three deadlines at most, beyond one and a half times what the
        others take. Ray declares a node dead that is cut off after five checks that wait 10 s each, 3 s apart: 65 s. The
        default is above that, so that a round which cannot do without its workers has them elsewhere before it ends.
    max_restarts : int, default=-1
        How often the process of a host is started again and loads its samples again; -1 for as often as it dies. After
        that, and where its node is dead, its workers move to the other hosts.
    num_cpus : float, default=0
        Processors that Ray keeps free for each host.
    start_timeout : float, default=120.0
        Seconds that the cluster has to answer at its address, and then the workers to load their samples.
    hosts : int, default=None
        How many hosts there are in all, dealt evenly to the nodes; by default one per processor. Never more than
        workers. Fewer hosts than processors compute with several threads.
    large_nodes : bool, default=False
        Whether a node may hold more workers than a round can do without. Where the cluster has several nodes and ``trim`` is
        above 0, that is an error otherwise: the loss of such a node holds up the fit until its workers are elsewhere.

    Notes
    -----
    Workers are dealt to nodes evenly, whatever their processors; a node that was started with ``--num-cpus 0`` gets none. A fit
    that connects to Ray disconnects at its end, and a cluster that it started ends with it: call `ray.init` before to keep one for
    several fits.
    """

    def __init__(
        self,
        address=None,
        *,
        deadline=90.0,
        max_restarts=-1,
        num_cpus=0,
        start_timeout=120.0,
        hosts=None,
        large_nodes=False,
    ):
        if not deadline > 0:
            raise ValueError(f"deadline must be above 0 seconds, got {deadline!r}")
        if hosts is not None and not hosts >= 1:
            raise ValueError(f"hosts must be a whole number of at least 1, got {hosts!r}")
        self.address = address
        self.deadline = deadline
        self.max_restarts = max_restarts
        self.num_cpus = num_cpus
        self.start_timeout = start_timeout
        self.hosts = hosts
        self.large_nodes = large_nodes

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
            ``(X, codes, weights)``, whose shards pass through the object store on their way to the workers; or ``(path, d)`` of a LIBSVM file, which every
            host reads itself; or an `Own` of what each worker reads itself.
        trim : float, default=0.0
            The fraction of replies that the center drops.

        Raises
        ------
        ConnectionError
            If no Ray cluster answers at the address, or this process cannot join it.
        RuntimeError, ValueError
            If more workers than the center drops have no samples, or other ones than most; or if a node would hold more of them.
        """
        with self._joined():
            workers = Workers(self, problem, source, counted(trim, problem["workers"]))
            try:
                yield workers
            finally:
                workers.close()

    def check(self, n_workers=None, trim=0.0):
        """What a fit would find: nodes, versions, and where its workers would be. It starts a process on every node.

        Parameters
        ----------
        n_workers : int, default=None
            m; by default one per host.
        trim : float, default=0.0
            The fraction of them that may lie or be missing.

        Returns
        -------
        str
            A line for the cluster and one for each node.

        Raises
        ------
        ConnectionError
            If no Ray cluster answers at the address, or this process cannot join it.
        RuntimeError
            If a node has not this package or has other versions, or if it would hold more workers than may be missing.
        """
        with self._joined():
            workers = n_workers or self.hosts or sum(len(place.hosts) for place in places(ray.nodes(), 1 << 20))
            found = self._places(workers, counted(trim, workers))
            actors = [self._actor(place, {}) for place in found]
            try:
                calls = [actor.about.remote() for actor in actors]
                ray.wait(calls, num_returns=len(calls), timeout=self.start_timeout)
                wrong = []
                for place, call in zip(found, calls, strict=True):
                    try:
                        known, _ = ray.get(call, timeout=0)
                        if known != versions():
                            raise Unusable(f"its host has {named(known)}, and this one {named(versions())}")
                    except (RayError, Unusable) as error:
                        wrong.append(f"node {place.address}: {with_hint(why(error))}")
            finally:
                _end(actors)
            if wrong:
                raise RuntimeError("; ".join(wrong))
            return describe(found, named(versions()), ray.get_runtime_context().gcs_address)

    @contextlib.contextmanager
    def _joined(self):
        """Connected to the cluster; what this connects it ends."""
        ours = connect(self.address, self.start_timeout)
        try:
            yield
        finally:
            if ours:
                ray.shutdown()

    def _places(self, workers, droppable):
        """Where this many workers go."""
        found = places(ray.nodes(), workers, self.hosts)
        wrong = None if self.large_nodes else too_full(found, droppable)
        if wrong:
            raise RuntimeError(wrong)
        return found

    def _actor(self, place, problem):
        """A host at its place."""
        # A soft affinity is no promise: Ray puts some elsewhere.
        options = {
            "max_restarts": self.max_restarts,
            "max_task_retries": 0,
            "num_cpus": self.num_cpus,
            "scheduling_strategy": NodeAffinitySchedulingStrategy(place.node, soft=False),
        }
        return ray.remote(Host).options(**options).remote(problem, place.threads)


class Workers:
    """The workers of one training run: what a `Center` exchanges frames with.

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
        Those of them whose hosts are still at something.
    """

    def __init__(self, cluster, problem, source, droppable):
        self._deadline, self._start_timeout = cluster.deadline, cluster.start_timeout
        self._droppable, self._own = droppable, isinstance(source, Own)
        self.failures, self.late = {}, set()
        self._members, rows = [], []
        found = cluster._places(problem["workers"], droppable)
        self._peers = []
        try:
            actors = [(cluster._actor(place, problem), place, held) for place in found for held in place.hosts]
            for index, (lies, dealt, held, many) in enumerate(_given(problem, source)):
                self._members.append(Member(index, (index, lies, dealt, held)))
                rows.append(many)
            for actor, place, held in actors:
                members = [self._members[index] for index in held]
                self._peers.append(Peer(actor, members, PATIENCE * self._deadline, place.address))
            self._meet(source, problem["intercept"], rows)
        except BaseException:
            self.close()
            raise

    def _meet(self, source, intercept, rows):
        """Waits until every worker has its samples, this many `rows` each. Some may not come, or have other ones, if
        they can be dropped."""
        of_file = len(source) == 2
        if isinstance(source, Own):
            self._survey(int(intercept))
        else:
            if not of_file:
                self.rows, self.features = source[0].shape
                self.dimension, self.classes, self.columns = self.features + int(intercept), None, None
            for member, many in zip(self._members, rows, strict=True):
                member.agreed = None if of_file else (many, self.dimension, None, self.features, None)
        able = {peer: [member for member in peer.members if member.index not in self.failures] for peer in self._peers}
        # Shards come a few at a time, so that the object store never has all samples; what is shared is read at once.
        steps = _STEPS if callable(self._members[-1].post[-1]) and not any(m.post[1] for m in self._members) else 1
        groups = {peer: _groups(members, steps) for peer, members in able.items()}
        reports, failures = self._gather(groups, Peer.load, Peer.reports)
        self.failures |= failures
        self.pids = [reports[index].pid if index in reports else None for index in range(self.workers)]
        others = self._agree(reports) if of_file else {}
        if others and len(others) > self._droppable and not self.failures:
            one, other = min(reports.keys() - others.keys()), min(others)
            differ = f"workers {one} and {other} read different files under the same path"
            raise ValueError(f"{differ}: of worker {other}, {others[other]}")
        self.failures = dict(sorted((self.failures | others).items()))
        self._stop_if_more_than_droppable()
        move(self._peers)
        if of_file:
            self.rows, self.dimension, self.classes, self.features, told = self._members[0].agreed
            self.columns = None if told is None else self._columns(told, sorted(reports.keys() - others.keys()))

    def _gather(self, groups, ask, read):
        """Asks every host for something of its workers, one group of them after the other, by two methods of `Peer`. Returns, by
        worker, what came, and why nothing came of others."""
        end = time.monotonic() + self._start_timeout
        said, failures = {}, {}
        while True:
            for peer, left in groups.items():
                if peer.call is None and left:
                    ask(peer, left.pop(0))
            calls = {peer.call: peer for peer in groups if peer.call is not None}
            ready, _ = ray.wait(list(calls), timeout=max(0.0, end - time.monotonic())) if calls else ([], [])
            if not ready:
                break
            peer = calls[ready[0]]
            try:
                for member, found in read(peer, sizes_of(ready).get(ready[0])):
                    if isinstance(found, Unusable):
                        failures[member.index] = why(found)
                    else:
                        said[member.index] = found
            except (RayError, Unusable) as error:
                failures |= {member.index: why(error) for member in peer.asked}
        slow = f"not started in {self._start_timeout:g} s"
        for peer, left in groups.items():
            late = sum(left, peer.asked if peer.call is not None else [])
            failures |= {member.index: slow for member in late}
        return dict(sorted(said.items())), failures

    def _stop_if_more_than_droppable(self):
        """Raises RuntimeError if a round cannot do without those who failed."""
        if len(self.failures) > self._droppable:
            where = {member.index: peer.address for peer in self._peers for member in peer.members}
            first = ", ".join(f"worker {i} at {where[i]}: {self.failures[i]}" for i in sorted(self.failures)[:3])
            raise RuntimeError(with_hint(f"{len(self.failures)} of {self.workers} workers did not start; {first}"))

    def _survey(self, intercept):
        """Has all workers read their own samples, and agrees with them on classes and columns."""
        told, self.failures = self._gather({peer: [peer.members] for peer in self._peers}, Peer.survey, Peer.told)
        self._stop_if_more_than_droppable()
        agreed, others = agree(told, self._droppable, lambda who: self._parts(who, told, "columns"))
        self.failures |= others
        self._stop_if_more_than_droppable()
        columns = agreed.columns
        self.rows, self.features, self.classes, self.columns = agreed.rows, agreed.features, agreed.classes, columns
        self.dimension = intercept + (agreed.features if columns is None else len(columns))
        same = [index for index in told if index not in others]
        self.names = None if told[same[0]].names is None else next(self._parts(same, told, "names"), (None, None))[1]
        held = ray.put(agreed)
        for member in self._members:
            *settings, entry = member.post
            member.post = (*settings, Share(entry, held))
            # A worker that has said nothing may come with any number of samples.
            rows = told[member.index].rows if member.index in told else None
            member.agreed = (rows, self.dimension, None, self.features, None)
            member.refused = others.get(member.index)

    def _parts(self, who, told, name):
        """The `columns` or `names` of the samples of these workers, as far as they come and are what was told: pairs."""
        end = time.monotonic() + self._start_timeout
        actors = {member.index: peer.actor for peer in self._peers for member in peer.members}
        for index in who:
            # One after the other: no two of them are in memory.
            call = actors[index].part.remote(index, name)
            with contextlib.suppress(RayError, Unusable):
                ray.wait([call], timeout=max(0.0, end - time.monotonic()))
                known = told[index]
                limit = 8 * known.count if name == "columns" else 64 * known.features
                found = fetch(call, sizes_of([call]).get(call), limit)
                if is_columns(found, known) if name == "columns" else _is_names(found, known):
                    yield index, found

    def _agree(self, reports):
        """Takes for true of a file what most say of it. Returns who says something else, and what."""
        agreed, others = most(report.samples for report in reports.values()), {}
        for index, member in enumerate(self._members):
            member.agreed = agreed
            try:
                if index in reports:
                    reports[index].check(agreed)
            except Unusable as error:
                member.refused = others[index] = str(error)
        return others

    def _columns(self, told, among):
        """Which features occur in the file, from one of these workers: those whose SHA-256 most have told."""
        end = time.monotonic() + self._start_timeout
        waiting, calls = iter(among), set()
        actors = {member.index: peer.actor for peer in self._peers for member in peer.members}
        while True:
            # At least one of this many is honest.
            while len(calls) <= self._droppable and (index := next(waiting, None)) is not None:
                calls.add(actors[index].columns.remote(index))
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
        return len(self._members)

    def exchange(self, frame, enough=None):
        """Sends a framed question to all workers, and returns what came from each before the deadline.

        Parameters
        ----------
        frame : bytes
        enough : int, default=None
            How many answers are enough; by default those of all workers. With these, the round waits for late workers
            at most one and a half times what the others took.

        Returns
        -------
        list of list of bytes
            The frames of each worker: none if it is dead, late or silent, or if its answer is not a list of frames.
        """
        enough = self.workers if enough is None else enough
        played = Round(self._peers, frame, self._deadline, self._droppable + self.workers - enough, enough)
        self.failures, self.late = played.failures, played.late
        return [played.heard.get(index, []) for index in range(self.workers)]

    def digest(self):
        """The digest of the file that the workers read: that of more than half of them, if no more have another one than
        may be dropped."""
        if self._own:
            return self._digest_of_all()
        calls, said = {}, {}
        for peer in self._peers:
            asked = [member for member in peer.members if member.refused is None]
            calls[peer.actor.digests.remote([member.post[-1] for member in asked])] = asked
        ready, _ = ray.wait(list(calls), num_returns=len(calls), timeout=self._start_timeout)
        sizes = sizes_of(ready)
        for call in ready:
            asked = calls[call]
            with contextlib.suppress(RayError, Unusable):
                found = entries(fetch(call, sizes.get(call), 0), len(asked))
                said |= {member.index: text for member, text in zip(asked, found, strict=True) if is_digest(text)}
        said = dict(sorted(said.items()))
        agreed = most(said.values())
        others = [index for index in said if said[index] != agreed]
        if 2 * (len(said) - len(others)) <= self.workers:
            raise RuntimeError("no more than half of the workers tell the same digest of their file")
        if len(others) > self._droppable:
            one = min(said.keys() - set(others))
            raise ValueError(f"workers {one} and {others[0]} read different files under the same path")
        return agreed

    def _digest_of_all(self):
        """The digest of the samples of all workers together. A worker that does not answer counts as having none."""
        free = {peer: [[m for m in peer.members if m.holds]] for peer in self._peers if peer.call is None}
        said, _ = self._gather(free, Peer.digests, Peer.digested)
        return sha256([said.get(index, "") for index in range(self.workers)])

    def close(self):
        """Ends the processes of the workers."""
        _end(peer.actor for peer in self._peers)
        self._peers = []


def _end(actors):
    for actor in actors:
        with contextlib.suppress(RayError):
            ray.kill(actor, no_restart=True)


def _is_names(said, told):
    """Whether these are the names of columns that a worker told of."""
    return type(said) is list and all(type(name) is str for name in said) and len(said) == told.features and sha256(said) == told.names


def _told(columns):
    """What tells which columns occur."""
    return hashlib.sha256(columns.tobytes()).hexdigest()


def _given(problem, source):
    """For each worker: whether it lies, whether its samples are its own, where they are, as in `Member`, and how many
    they are; None of a file."""
    lying = problem["lying"]
    if isinstance(source, Own):
        for entry in source.entries:
            yield False, True, entry, None
        return
    if len(source) == 2:
        for index in range(problem["workers"]):
            yield index < lying, False, source, None
        return
    x, codes, weights = source
    # A liar knows everything.
    everything = ray.put(source) if lying else None
    dealt = deal(problem, x.shape[0])
    # The mean of the workers' objectives is to be that of all samples.
    uneven = any(scale != 1 for _, scale in dealt)

    def share(rows, scale):
        """A worker's samples in the object store, where they are until it has taken them."""
        if weights is not None:
            own = weights[rows] * scale
        else:
            own = np.full(len(rows), scale) if uneven else None
        return ray.put((x[rows], codes[rows], own))

    for index, (rows, scale) in enumerate(dealt):
        if index < lying:
            yield True, False, everything, x.shape[0]
        else:
            yield False, True, partial(share, rows, scale), len(rows)


def _groups(members, count):
    """Workers in at most this many groups, of similar size."""
    size = max(1, len(members) // count)
    return [members[start : start + size] for start in range(0, len(members), size)]


__all__ = ["RayCluster", "TooManyMissing", "Workers"]
