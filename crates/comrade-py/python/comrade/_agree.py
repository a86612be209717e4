"""What workers say of samples that nobody else has seen, and what is believed of it.

Of m workers k = round(trim m) may lie, and what no more than k of them say could be their invention. So believed is what more than k
say, of whom one at least is honest; without trim it is what anybody says.

* A class, or a column, is one where more than k workers have it.
* There are as many features as more than k workers have at least.
* A worker counts for as many rows n_i as it says, and for no more than what more than k workers have at least. f is the mean over
  all rows that count: each of its own samples has the weight m n_i / n, where n is the sum of the n_i. A false n_i changes the liar's own
  share and n, which all honest weights have in common: never how honest workers count relative to each other, up to
  that limit.
"""

import hashlib
from collections import Counter
from typing import NamedTuple

import numpy as np

from ._answers import Unusable, check_failed, is_digest, most

# How many columns may occur at a worker, so that no list of them takes more than 128 MB.
MOST_COLUMNS = 1 << 24
# How many classes there may be.
MOST_CLASSES = 1000
# This many columns are counted at a time.
_TOGETHER = 1 << 22


class Told(NamedTuple):
    """What a worker says of the samples that it has read."""

    rows: int
    # Also those that do not occur, if it is known that there are some.
    features: int
    # How many occur, and the SHA-256 of which; None if all occur.
    count: int
    columns: str | None
    # SHA-256 of the names of a table's columns; None for LIBSVM files.
    names: str | None
    # What its classes are called: whole numbers, texts or truth values.
    classes: tuple

    @classmethod
    def read(cls, said):
        """What a worker sent.

        Raises
        ------
        Unusable
            If it has another form or size.
        """
        check_failed(said)
        if type(said) is not tuple or len(said) != len(cls._fields):
            raise Unusable("what it says of its samples has another form; has its host another comrade-newton?")
        told = cls(*said)
        if not (
            all(type(number) is int and 0 <= number < 2**63 for number in told[:3])
            and told.rows > 0
            and (told.columns is None or is_digest(told.columns))
            and (told.columns is None) == (told.count == told.features)
            and told.count <= told.features
            and (told.names is None or is_digest(told.names))
            and type(told.classes) is tuple
            and 0 < len(told.classes) <= MOST_CLASSES
            and len({type(name) for name in told.classes}) == 1
            and all(map(_is_class, told.classes))
            and len(set(told.classes)) == len(told.classes)
        ):
            raise Unusable("what it says of its samples has another form")
        if told.count > MOST_COLUMNS:
            raise Unusable(f"{told.count} features occur in its samples, and at most {MOST_COLUMNS} may: give them new numbers by a hash")
        return told


def _is_class(name):
    return type(name) is bool or type(name) is int and abs(name) < 2**63 or type(name) is str and len(name) <= 200


class Agreed(NamedTuple):
    """What all workers take for true of the samples."""

    features: int
    # Which of them the coordinates are about, from 0; None for all.
    columns: np.ndarray | None
    # In increasing order.
    classes: tuple
    # For how many rows a worker counts at most, for how many all together, and how many workers these are.
    limit: int
    rows: int
    workers: int

    def weight(self, rows):
        """How much each sample of a worker with this many rows counts for."""
        return self.workers * min(rows, self.limit) / self.rows


def sha256(values):
    """That of an array of column numbers, or of a list of names, in hexadecimal."""
    data = values.tobytes() if isinstance(values, np.ndarray) else "\0".join(values).encode()
    return hashlib.sha256(data).hexdigest()


def agree(told, droppable, columns_of):
    """What is believed.

    Parameters
    ----------
    told : dict
        From worker to what it says, as `Told`.
    droppable : int
        k, how many of them may lie.
    columns_of : callable
        From a list of workers to pairs of a worker and which columns it says occur, those that `Told.columns` told, as an
        array of uint64 in increasing order; of a worker that does not come no column is counted.

    Returns
    -------
    Agreed or None, dict
        None if too many of them have other samples; and which ones have, and what is wrong with them.

    Raises
    ------
    ValueError
        If the samples are of one class.
    """
    others = {}
    names = most(one.names for one in told.values())
    for index, one in told.items():
        if one.names != names:
            others[index] = _other_table(one, next(other for other in told.values() if other.names == names))
    same = {index: one for index, one in told.items() if index not in others}
    counted = Counter((type(name), name) for one in same.values() for name in one.classes)
    kind = most(kind for (kind, _), many in counted.items() if many > droppable)
    classes = sorted(name for (its, name), many in counted.items() if its is kind and many > droppable)
    for index, one in same.items():
        extra = [name for name in one.classes if type(name) is not kind or name not in classes]
        if extra:
            others[index] = f"its class {extra[0]!r} is one that no more than {droppable} workers have, who may lie"
    same = {index: one for index, one in told.items() if index not in others}
    if len(others) > droppable or not same:
        return None, others
    if len(classes) < 2:
        raise ValueError(f"the data hold one class only: every label is {classes[0]!r}; give the files of another class to a worker too")
    if len(classes) > MOST_CLASSES:
        raise ValueError(f"there are {len(classes)} classes, and at most {MOST_CLASSES} may be: are they numbers to be predicted?")
    features = _said_by_more((one.features for one in same.values()), droppable)
    columns = None if names is not None else _columns(same, features, droppable, columns_of)
    limit = _said_by_more((one.rows for one in same.values()), droppable)
    rows = sum(min(one.rows, limit) for one in same.values())
    return Agreed(features, columns, tuple(classes), limit, rows, len(same)), others


def _other_table(one, agreed):
    if one.names is None or agreed.names is None:
        return "it has {}, and most workers have {}".format(*("tables" if who.names else "LIBSVM files" for who in (one, agreed)))
    if one.features != agreed.features:
        return f"its tables have {one.features} columns apart from the label, and those of most workers {agreed.features}"
    return "the columns of its tables have other names, or another order, than those of most workers"


def _said_by_more(numbers, droppable):
    """The largest number that more than `droppable` of them reach."""
    return sorted(numbers, reverse=True)[droppable]


def _columns(told, features, droppable, columns_of):
    """Which of the first `features` features more than `droppable` workers have; None for all of them."""
    if sum(one.columns is None and one.features >= features for one in told.values()) > droppable:
        return None
    held, counts, waiting, size = np.empty(0, np.uint64), np.empty(0, np.int64), [], 0

    def count():
        nonlocal held, counts, waiting, size
        new, many = np.unique(np.concatenate([held, *waiting]), return_inverse=True)
        weights = np.concatenate([counts, np.ones(size, np.int64)])
        held, counts = new, np.bincount(many, weights, len(new)).astype(np.int64)
        waiting, size = [], 0

    for index, one in told.items():
        if one.columns is None:
            waiting.append(np.arange(one.features, dtype=np.uint64))
            size += one.features
    for _, columns in columns_of([index for index, one in told.items() if one.columns is not None]):
        waiting.append(columns)
        size += len(columns)
        if size > _TOGETHER:
            count()
    count()
    held = held[(counts > droppable) & (held < features)]
    return None if len(held) == features else held


def is_columns(said, told):
    """Whether these are the columns that a worker told of."""
    return type(said) is np.ndarray and said.dtype == np.uint64 and said.ndim == 1 and sha256(said) == told.columns and (
        len(said) == told.count and bool((said[1:] > said[:-1]).all()) and (not len(said) or int(said[-1]) < told.features)
    )


__all__ = ["Agreed", "Told", "agree", "is_columns", "sha256"]
