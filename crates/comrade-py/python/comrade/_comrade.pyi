"""Types of the native half; its docstrings say what everything means."""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, Literal, Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

__version__: str

# (X, codes, weights) with X an array or CSR matrix of shape (n, d), codes and weights of shape (n,); or (path, d).
Source = tuple[Any, NDArray[np.int64], NDArray[np.float64] | None] | tuple[str | PathLike[str], int | None]

class Exchange(Protocol):
    """What carries messages: a framed question out, the frames of every worker back."""

    def exchange(self, frame: bytes) -> Sequence[Sequence[bytes]]: ...

class Seen(TypedDict, total=False):
    """A step, as `watch` sees it."""

    phase: Literal["comrade", "giant"]
    iteration: int
    round: int
    size: float
    step: float
    kept: list[int]
    trimmed: list[int]
    missing: dict[int, str]
    bytes_up: int
    bytes_down: int
    state: bytes

class TooManyMissing(RuntimeError):
    round: int
    missing: int
    allowed: int
    absent: dict[int, str]

class Worker:
    def __init__(self, problem: dict[str, Any], index: int, source: Source, dealt: bool = False) -> None: ...
    def answer(self, frame: bytes) -> list[bytes]: ...
    @property
    def rows(self) -> int: ...
    @property
    def dimension(self) -> int: ...
    @property
    def classes(self) -> tuple[float, float] | None: ...

class InProcess:
    def __init__(self, problem: dict[str, Any], source: Source) -> None: ...
    def messages(self, worker: int, frame: bytes) -> list[bytes]: ...
    @property
    def workers(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def dimension(self) -> int: ...
    @property
    def classes(self) -> tuple[float, float] | None: ...

class Minimiser(TypedDict):
    w: NDArray[np.float64]
    value: float
    gradient_norm: float
    first_gradient_norm: float
    gap: float | None
    iterations: int
    stop: Literal["converged", "rounding", "stalled", "limit"]

class Center:
    def __init__(
        self,
        workers: int,
        dimension: int,
        *,
        trim: float = 0.0,
        compressor: str = "identity",
        step: float = 1.0,
        line_search: bool = False,
        tol: float = 5e-6,
        max_rounds: int = 100,
        patience: int = 5,
        polish: Literal["giant"] | None = None,
        run: int = 0,
        start: NDArray[np.float64] | None = None,
    ) -> None: ...
    def train(
        self,
        cluster: InProcess | Exchange,
        watch: Callable[[Seen], object] | None = None,
        with_state: bool = False,
    ) -> Literal["converged", "floor", "rounds", "diverged"] | None: ...
    @property
    def best(self) -> NDArray[np.float64]: ...
    @property
    def w(self) -> NDArray[np.float64]: ...
    @property
    def iterations(self) -> int: ...
    @property
    def rounds(self) -> int: ...
    @property
    def bytes_up(self) -> int: ...
    @property
    def bytes_down(self) -> int: ...
    @property
    def state(self) -> bytes: ...
    @state.setter
    def state(self, state: bytes) -> None: ...

def deal(problem: dict[str, Any], rows: int) -> list[tuple[NDArray[np.int64], float]]: ...
def minimise(
    problem: dict[str, Any],
    source: Source,
    positives: list[int],
    tol: float,
) -> list[Minimiser]: ...
