"""What a worker says is checked here before anybody believes it: it has the right form and size, or there is a reason.

A reason is a sentence that goes after "worker 3: ".
"""

import math
import sys
from collections import Counter
from typing import NamedTuple

from ._comrade import __version__

# What a reason has at most, in characters.
_LONGEST_REASON = 1000


class Unusable(Exception):
    """What a worker said is of no use, and why."""


class Failed(Unusable):
    """What a host said is why there is nothing of a worker."""


def reason(error):
    """A failure as a line that can be printed, whatever it is: the last line of its text, or its type if it has none."""
    try:
        # Half of a surrogate pair could not be printed.
        lines = str(error).encode(errors="replace").decode().split("\n")
    except Exception:
        # It is the code of whoever wrote the exception.
        lines = []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return last[:_LONGEST_REASON] or f"it raised {type(error).__name__}"


def failed(error):
    """What a host says in place of a worker's answer or report: the reason, in a tuple of its own."""
    return (reason(error),)


def entries(said, count):
    """What a host says of this many workers.

    Raises
    ------
    Unusable
        If it is not a list of this length.
    """
    if type(said) is not list or len(said) != count:
        raise Unusable("what its host says is no list with an entry for each of its workers")
    return said


def check_failed(entry):
    """Raises Failed, with the reason, where an entry says that a worker failed."""
    if _is(entry, 1, lambda text: type(text) is str):
        raise Failed(reason(entry[0]) if entry[0].strip() else "it failed and does not say why")


def frames(said, limit):
    """The frames of an answer, each of at most `limit` bytes. Two are let through: the center has a word for that.

    Raises
    ------
    Unusable
        If it is anything else.
    """
    check_failed(said)
    if type(said) is not list or any(type(frame) is not bytes for frame in said[:2]):
        raise Unusable("its answer is no list of byte strings")
    if len(said) > 2:
        raise Unusable(f"its answer has {len(said)} frames")
    longest = max(map(len, said), default=0)
    if longest > limit:
        raise too_long(longest, limit)
    return said


def too_long(size, limit):
    """The failure of an answer of this many bytes."""
    return Unusable(f"its answer has {size} bytes, and the question asks for {limit} at most")


def versions():
    """Those of this package, Ray and Python, here."""
    import ray

    return __version__, ray.__version__, f"{sys.version_info.major}.{sys.version_info.minor}"


def named(found):
    """Versions in words."""
    return "comrade-newton {}, Ray {} and Python {}".format(*found)


def with_hint(failure):
    """The failure of a host, and what to do if that is known."""
    hints = {
        "No module named": f"install comrade-newton {__version__} on every node of the cluster",
        "its host has comrade-newton": "install the same versions on every node of the cluster",
        "has its host another comrade-newton": "install the same versions on every node of the cluster",
        "not started in": "take a larger start_timeout, or a smaller num_cpus",
    }
    hint = next((hint for text, hint in hints.items() if text in failure), None)
    return failure if hint is None else f"{failure}; hint: {hint}"


class Report(NamedTuple):
    """What a worker says of the samples that it holds, and of its process."""

    # Of all samples of a file, or of its own ones.
    rows: int
    # An intercept counted.
    dimension: int
    # What a file calls its two classes.
    classes: tuple[float, float] | None
    # Of the source, also those that do not occur.
    features: int
    # SHA-256 of which features the coordinates are about; None if they are all features.
    columns: str | None
    # As `versions` has them.
    versions: tuple[str, str, str]
    pid: int

    @classmethod
    def read(cls, said):
        """The report that a worker sent.

        Raises
        ------
        Unusable
            If it is none, or one of another version of the package, of Ray or of Python.
        """
        check_failed(said)
        if type(said) is not tuple or len(said) != len(cls._fields):
            raise Unusable("what it says of its samples has another form; has its host another comrade-newton?")
        report = cls(*said)
        numbers = (report.rows, report.dimension, report.features, report.pid)
        classes, columns = report.classes, report.columns
        if not (
            all(type(number) is int and 0 <= number < 2**64 for number in numbers)
            and (classes is None or _is(classes, 2, lambda c: type(c) is float and math.isfinite(c)))
            and (columns is None or _is_text(columns))
            and _is(report.versions, 3, _is_text)
        ):
            raise Unusable("what it says of its samples has another form")
        if report.versions != versions():
            raise Unusable(f"its host has {named(report.versions)}, and this one {named(versions())}")
        return report

    @property
    def samples(self):
        """What must be the same for all who read the same file."""
        return self[:5]

    def check(self, agreed):
        """Raises Unusable, with what differs, where it is not of the samples that are agreed on."""
        for name, theirs, ours in zip(self._fields, self.samples, agreed, strict=False):
            # Of who has come late nobody knows how many rows it should have.
            if theirs != ours and (name != "rows" or ours is not None):
                other = f"{name} {theirs}, not {ours}" if name != "columns" else "other features than it should"
                raise Unusable(f"it has {other}")


def most(said):
    """What most of these values are, by what was said first if two are equally common; None for no values."""
    counted = Counter(said).most_common(1)
    return counted[0][0] if counted else None


def is_digest(said):
    """Whether it is a SHA-256 in hexadecimal."""
    return _is_text(said) and len(said) == 64


def _is(said, length, holds):
    return type(said) is tuple and len(said) == length and all(map(holds, said))


def _is_text(said):
    return type(said) is str and len(said) <= 64 and said.isascii()
