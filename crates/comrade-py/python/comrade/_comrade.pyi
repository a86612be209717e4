"""Types of the native half; its docstrings say what everything means."""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, Literal, Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

__version__: str
# One attack of each kind.
ATTACKS: list[str]
SILENT: str

# (X, codes, weights) with X an array or CSR matrix of shape (n, d), codes and weights of shape (n,); or (path, d).
Source = tuple[Any, NDArray[np.int64], NDArray[np.float64] | None] | tuple[str | PathLike[str], int | None]

class Exchange(Protocol):
    """What carries messages: a framed question out, the frames of every worker back."""

    def exchange(self, frame: bytes) -> Sequence[Sequence[bytes]]: ...

Method = Literal["auto", "comrade", "giant", "gradient-descent", "lazy-newton", "newton"]
Rule = Literal[
    "published",
    "filter",
    "mixing",
    "norm",
    "trimmed-mean",
    "median",
    "geometric-median",
    "krum",
    "multi-krum",
    "nnm:trimmed-mean",
    "nnm:median",
    "nnm:geometric-median",
    "nnm:krum",
    "nnm:multi-krum",
]

class Seen(TypedDict, total=False):
    """A step, or a trial of one, as `watch` sees it."""

    method: str
    iteration: int
    round: int
    objective: float | None
    gradient_norm: float | None
    accepted: bool
    step: float
    hessian: bool
    kept: list[int]
    missing: dict[int, str]
    bytes_up: int
    bytes_down: int
    state: bytes

class Floor(TypedDict):
    """What liars can hide."""

    spread: float
    unavoidable: float
    estimate: float

class Outcome(TypedDict):
    """How a training run ended, and what is known there."""

    end: Literal["converged", "floor", "stalled", "rounds", "diverged", "watch"]
    w: NDArray[np.float64]
    objective: float | None
    gradient_norm: float | None
    first_objective: float | None
    first_gradient_norm: float | None
    bound: float | None
    floor: Floor | None

class TooManyMissing(RuntimeError):
    round: int
    missing: int
    allowed: int
    absent: dict[int, str]

class Worker:
    """One worker. Shares that are `dealt` unevenly need sample weights m n_i / n, as all workers count alike."""

    def __init__(self, problem: dict[str, Any], index: int, source: Source, dealt: bool = False) -> None: ...
    @staticmethod
    def sharing(problem: dict[str, Any], indices: Sequence[int], source: Source) -> list[Worker]: ...
    def answer(self, frame: bytes) -> list[bytes]: ...
    def digest(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def dimension(self) -> int: ...
    @property
    def classes(self) -> tuple[float, float] | None: ...
    @property
    def features(self) -> int: ...
    @property
    def columns(self) -> NDArray[np.uint64] | None: ...

class Part:
    """Samples that a worker reads where it runs, before all workers agree on columns and classes."""

    def __init__(self, n_features: int | None = None) -> None: ...
    def read(self, path: str | PathLike[str]) -> None: ...
    def add(self, block: NDArray[np.float64], labels: NDArray[np.float64]) -> None: ...
    def columns(self) -> tuple[int, NDArray[np.uint64] | None]: ...
    def worker(
        self,
        problem: dict[str, Any],
        index: int,
        columns: tuple[int, NDArray[np.uint64] | None],
        codes: Sequence[tuple[float, int]],
        weight: float,
    ) -> Worker: ...
    @property
    def rows(self) -> int: ...
    @property
    def labels(self) -> list[float]: ...

class InProcess:
    def __init__(self, problem: dict[str, Any], source: Source) -> None: ...
    def messages(self, frame: bytes) -> list[list[bytes]]: ...
    @property
    def workers(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def dimension(self) -> int: ...
    @property
    def classes(self) -> tuple[float, float] | None: ...
    @property
    def features(self) -> int: ...
    @property
    def columns(self) -> NDArray[np.uint64] | None: ...

class Center:
    def __init__(
        self,
        problem: dict[str, Any],
        dimension: int,
        *,
        method: Method = "auto",
        trim: float = 0.0,
        rule: Rule = "published",
        step: float = 1.0,
        tol: float = 1e-10,
        max_rounds: int = 100,
        run: int = 0,
        start: NDArray[np.float64] | None = None,
    ) -> None: ...
    def train(
        self,
        cluster: InProcess | Exchange,
        watch: Callable[[Seen], object] | None = None,
        with_state: bool | Callable[[], bool] = False,
    ) -> Outcome: ...
    @property
    def method(self) -> str: ...
    @property
    def iterations(self) -> int: ...
    @property
    def rounds(self) -> int: ...
    @property
    def bytes_up(self) -> int: ...
    @property
    def bytes_down(self) -> int: ...
    @property
    def state(self) -> bytes | None: ...
    @state.setter
    def state(self, state: bytes) -> None: ...

def longest_answer(frame: bytes) -> int: ...
def occurring(
    indices: NDArray[np.integer[Any]], dimension: int
) -> tuple[NDArray[np.uint64], NDArray[np.int32]] | None: ...
def weights_of(
    factors: Sequence[NDArray[np.float64]], codes: NDArray[np.int64], names: Sequence[str]
) -> NDArray[np.float64]: ...
def deal(problem: dict[str, Any], rows: int) -> list[tuple[NDArray[np.int64], float]]: ...
