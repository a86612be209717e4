"""COMRADE: distributed approximate Newton with one round an iteration, which survives Byzantine workers.

Ghosh, Maity and Mazumdar, *Distributed Newton Can Communicate Less and Resist Byzantine Workers*, NeurIPS 2020.

`LogisticRegression` is a scikit-learn estimator. Its workers are threads of this process, or actors of a Ray cluster
(`comrade.ray.RayCluster`). `Worker` and `Center` are the pieces for your own driver.
"""

from typing import TYPE_CHECKING

from ._comrade import Center, InProcess, TooManyMissing, Worker, __version__, deal
from ._problem import problem

if TYPE_CHECKING:
    from ._estimator import LogisticRegression

__all__ = [
    "Center",
    "InProcess",
    "LogisticRegression",
    "TooManyMissing",
    "Worker",
    "__version__",
    "deal",
    "problem",
]


def __getattr__(name: str):
    # A worker on another machine has no use for scikit-learn, whose import takes a second.
    if name == "LogisticRegression":
        from ._estimator import LogisticRegression

        return LogisticRegression
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
