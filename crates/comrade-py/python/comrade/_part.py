"""What one worker reads where it runs: files, or blocks of a data set that are there. The driver never sees the samples."""

import glob
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from ._agree import MOST_CLASSES, Told, agree, sha256
from ._answers import reason
from ._comrade import Part
from ._tables import is_table, rows_of_blocks, rows_of_file


class Entry(NamedTuple):
    """Where the samples of one worker are."""

    # Paths and patterns, where it runs; or references to blocks of a table.
    files: tuple[str, ...] | None
    blocks: tuple[Any, ...] | None
    # Which column of a table is the label.
    label: str | None
    # Of LIBSVM files; None for as many as the largest index.
    n_features: int | None


class Own(NamedTuple):
    """Samples that each worker reads itself."""

    entries: list[Entry]


def of_files(files, label, n_features):
    """The entries of `LogisticRegression.fit_files`."""
    if isinstance(files, (str, os.PathLike)):
        raise ValueError(f"files must be a list with an entry for each worker, got one path: [{os.fspath(files)!r}] is one worker")
    entries = []
    for entry in files:
        listed = [entry] if isinstance(entry, (str, os.PathLike)) else list(entry)
        if not listed:
            raise ValueError(f"worker {len(entries)} has no files: give each worker a path, a pattern, or a list of them")
        paths = tuple(os.path.abspath(os.fspath(path)) for path in listed)
        entries.append(Entry(paths, None, label, n_features))
    if not entries:
        raise ValueError("files must be a list with an entry for each worker, got an empty one")
    return Own(entries)


def _found(paths):
    """The files under these paths and patterns."""
    for path in paths:
        if os.path.isfile(path):
            yield path
        elif os.path.isdir(path):
            raise ValueError(f"{path}: it is a folder; give a pattern, as {os.path.join(path, '*.svm')}")
        elif found := [name for name in sorted(glob.glob(path, recursive=True)) if not os.path.isdir(name)]:
            yield from found
        else:
            raise ValueError(f"{path}: no such file where the worker runs; put it there, or give the path that it has there")


class Reading:
    """The samples of one worker, read.

    Raises
    ------
    ValueError
        In a sentence that names the file and, where there is one, the line or row.
    """

    def __init__(self, entry):
        self._part = Part(entry.n_features)
        self.names = None
        # What stands for each class in the part.
        self._numbers = {}
        for path in _found(entry.files or ()):
            if is_table(path):
                self._add(rows_of_file(path, entry.label))
            else:
                self._part.read(path)
        if entry.blocks is not None:
            self._add(rows_of_blocks(entry.blocks, entry.label))
        self._numbers |= {int(label): label for label in self._part.labels}
        self._features, self.columns = self._part.columns()

    def _add(self, tables):
        """Adds the rows of tables."""
        for where, names, block, classes, numbers in tables:
            if self.names is None:
                self.names = names
            elif self.names != names:
                raise ValueError(f"{where}: its columns are {_shown(names)}, and those before {_shown(self.names)}; give them the same")
            for name in classes:
                self._numbers.setdefault(name, float(len(self._numbers)))
            if len(self._numbers) > MOST_CLASSES:
                raise ValueError(f"{where}: more than {MOST_CLASSES} classes; are the labels numbers to be predicted?")
            kinds = {type(name).__name__ for name in self._numbers}
            if len(kinds) > 1:
                raise ValueError(f"{where}: labels are of the types {' and '.join(sorted(kinds))}; give all of them one type")
            self._part.add(block, numbers([self._numbers[name] for name in classes]))

    def told(self):
        """As `Told`."""
        columns = self.columns
        count, digest = (self._features, None) if columns is None else (len(columns), sha256(columns))
        names = None if self.names is None else sha256(self.names)
        return Told(self._part.rows, self._features, count, digest, names, tuple(self._numbers))

    def worker(self, problem, index, agreed):
        """The worker that holds these samples, which are no longer here."""
        codes = [(number, agreed.classes.index(name)) for name, number in self._numbers.items() if name in agreed.classes]
        weight = agreed.weight(self._part.rows)
        return self._part.worker(problem, index, (agreed.features, agreed.columns), codes, weight)


def _shown(names):
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


class Threads:
    """Workers of this process, each with samples of its own: what a `Center` exchanges frames with.

    Attributes are those of `comrade.ray.Workers`.
    """

    def __init__(self, problem, source, droppable):
        self._pool = ThreadPoolExecutor(max(1, min(len(source.entries), os.cpu_count() or 1)))
        self.failures, read = {}, {}
        for index, found in enumerate(self._pool.map(_read, source.entries)):
            (self.failures if isinstance(found, str) else read)[index] = found
        self._stop_if_more_than(droppable)
        told = {index: reading.told() for index, reading in read.items()}
        agreed, others = agree(told, droppable, lambda who: ((index, read[index].columns) for index in who))
        self.failures |= others
        self._stop_if_more_than(droppable)
        # Those who have samples that are agreed on; None for all others.
        held = [None] * len(source.entries)
        for index in read.keys() - others.keys():
            held[index] = read[index].worker(problem, index, agreed)
        self._workers, self.names = held, next(read[index].names for index in read if index not in others)
        self.rows, self.classes, self.features, self.columns = agreed.rows, agreed.classes, agreed.features, agreed.columns
        self.dimension = next(worker.dimension for worker in held if worker is not None)

    def _stop_if_more_than(self, droppable):
        if len(self.failures) > droppable:
            first = "; ".join(f"worker {index}: {why}" for index, why in sorted(self.failures.items())[:3])
            raise ValueError(f"{first}{'' if len(self.failures) <= 3 else f'; and {len(self.failures) - 3} more workers'}")

    @property
    def workers(self):
        """m."""
        return len(self._workers)

    def exchange(self, frame):
        """The frames of each worker."""
        return list(self._pool.map(lambda worker: [] if worker is None else worker.answer(frame), self._workers))

    def digest(self):
        """That of all samples."""
        return sha256(["" if worker is None else worker.digest() for worker in self._workers])

    def close(self):
        self._pool.shutdown()


def _read(entry):
    """The samples of a worker, or why there are none."""
    try:
        return Reading(entry)
    except Exception as error:
        return reason(error)
