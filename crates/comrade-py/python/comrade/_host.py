"""A process of a Ray cluster that holds workers: samples in, frames in, frames out.

One call per round reaches it, for all of its workers. What it returns has one entry per worker, so that the fault of
one is not that of its neighbours: `Failed` says why a worker has nothing to show.
"""

import contextlib
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import ray

from ._answers import Report, failed, versions
from ._checkpoint import digest
from ._comrade import InProcess, Worker
from ._part import Entry, Reading


class Share(NamedTuple):
    """The source of a worker that has samples of its own, once all have agreed: where they are, and a reference to the `Agreed`."""

    entry: Entry
    agreed: ray.ObjectRef


class Host:
    """Workers of one training run. Each gets its samples at the start, and again when this process was restarted.

    They are no arguments of the constructor, because Ray does not keep those for a restart.

    Parameters
    ----------
    problem : dict
        See `comrade.problem`.
    threads : int
        How many of its workers compute at a time.
    """

    def __init__(self, problem, threads):
        self._problem = problem
        self._map = ThreadPoolExecutor(threads).map if threads > 1 else map
        # By number. The liars share one `InProcess`, as they know what everyone sends.
        self._held = {}
        self._liars = None
        # Samples of those who read their own, before all agree on classes and columns.
        self._parts = {}

    def survey(self, posts):
        """Reads the samples of workers, each of which has its own: the source of a post is an `Entry`.

        Returns
        -------
        list
            For each worker what it says of its samples, as `Told`, or why there are none, as `failed` makes it.
        """

        def one(post):
            index, *_, entry = post
            try:
                reading = self._parts[index] = Reading(entry)
                return tuple(reading.told())
            except Exception as error:
                return failed(error)

        return list(self._map(one, posts))

    def part(self, index, name):
        """The `columns` or `names` of the samples that a worker has read."""
        return getattr(self._parts[index], name)

    def hold(self, posts):
        """Takes samples of workers.

        Parameters
        ----------
        posts : list of tuple
            Of each its number, whether it lies, whether the source holds its own samples alone (`dealt`), and the source: as
            for `Worker`, or a reference to that in the object store; or an `Entry` and what is agreed on, in a `Share`.

        Returns
        -------
        list
            For each of them its `Report`, as a tuple, or why it has no samples, as `failed` makes it.
        """
        together = {}
        for index, lies, dealt, source in posts:
            # All who take their share of the same samples read them once.
            group = together.setdefault(index if dealt else (lies, source), ([], lies, dealt, source))
            group[0].append(index)
        said = {}
        for indices, *settings in together.values():
            try:
                said |= self._read(indices, *settings)
            except Exception as error:
                said |= dict.fromkeys(indices, failed(error))
        return [said[index] for index, *_ in posts]

    def _read(self, indices, lies, dealt, source):
        """Reads a source for these workers, and returns their reports."""
        parts = ray.get(source) if isinstance(source, ray.ObjectRef) else source
        if isinstance(source, Share):
            reading = [self._parts.pop(index, None) or Reading(source.entry) for index in indices]
            agreed = ray.get(source.agreed)
            workers = [each.worker(self._problem, index, agreed) for index, each in zip(indices, reading, strict=True)]
        elif lies:
            self._liars = InProcess(self._problem, parts)
            workers = [self._liars] * len(indices)
        elif dealt:
            workers = [Worker(self._problem, index, parts, True) for index in indices]
        else:
            workers = Worker.sharing(self._problem, indices, parts)
        self._held |= dict(zip(indices, workers, strict=True))
        columns = None if dealt else workers[0].columns
        told = None if columns is None else hashlib.sha256(columns.tobytes()).hexdigest()
        here = versions(), os.getpid()
        reports = (Report(w.rows, w.dimension, w.classes, w.features, told, *here) for w in workers)
        return dict(zip(indices, map(tuple, reports), strict=True))

    def answer(self, frame, who):
        """What these workers, by number, answer to a framed question.

        Returns
        -------
        list
            For each of them its frames, as a list of bytes; None if it needs its samples first; or why it has no
            answer, as `failed` makes it.
        """
        lies = None
        if any(self._held.get(index) is self._liars is not None for index in who):
            with contextlib.suppress(Exception):
                lies = self._liars.messages(frame)

        def one(index):
            held = self._held.get(index)
            try:
                if held is None:
                    return None
                return held.answer(frame) if held is not self._liars else lies[index]
            except Exception as error:
                return failed(error)

        return list(self._map(one, who))

    def columns(self, index):
        """Which features the coordinates of this worker are about, or None."""
        return self._held[index].columns

    def held_digests(self, who):
        """The digests of the samples that these workers hold; or why there is none, as `failed` makes it."""

        def one(index):
            try:
                return self._held[index].digest()
            except Exception as error:
                return failed(error)

        return list(self._map(one, who))

    def digests(self, sources):
        """The digests of files, as they are where this process runs; or why there is none, as `failed` makes it."""

        known = {}
        for source in sources:
            if source not in known:
                try:
                    known[source] = digest(source)
                except Exception as error:
                    known[source] = failed(error)
        return [known[source] for source in sources]

    def about(self):
        """Of which versions it is, and its process."""
        return versions(), os.getpid()
