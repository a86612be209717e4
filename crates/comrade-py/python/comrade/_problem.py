"""What a training run depends on in addition to its samples."""

from numbers import Integral
from typing import Any


def check_workers(n_workers: int) -> None:
    """Raises ValueError unless it is a number of workers."""
    if not isinstance(n_workers, Integral) or n_workers < 1:
        raise ValueError(f"n_workers must be a whole number of at least 1, got {n_workers!r}")


def problem(
    n_workers: int,
    *,
    lam: float = 1e-3,
    intercept: bool = False,
    compressor: str = "identity",
    sharding: str = "partition",
    seed: int = 1,
    attack: str | None = None,
    liars: float = 0.2,
) -> dict[str, Any]:
    """The dict that `Worker`, `InProcess` and `deal` take.

    Parameters
    ----------
    n_workers : int
        m.
    lam : float, default=1e-3
        Weight lambda of the ridge term (lambda/2) ||w||^2; the loss is a mean over samples, never a sum.
    intercept : bool, default=False
        Whether the last coordinate of w is an intercept, which the ridge term leaves out.
    compressor : str, default="identity"
        How workers encode directions: ``identity``, ``top-k:K``, ``random-k:K``, ``sign``, ``qsgd:LEVELS``; K is a count or a
        fraction of d.
    sharding : {"partition", "with-replacement"}, default="partition"
        How samples are dealt to workers.
    seed : int, default=1
        Names every random number.
    attack : str, default=None
        What liars do, in a simulation: ``gaussian:SIGMA``, ``random-label``, ``flipped-label``, ``negative:C``, ``scaled:C``,
        ``alie:Z``, ``ipm:EPS``, ``mimic``, ``min-max``, ``min-max:towards``, ``min-max:away``, ``min-sum``, ``norm-shadow:BETA``,
        ``silent``, ``nan``, ``inf``, ``wrong-length``, ``huge``, ``stale``, ``duplicate``; or one of these in every other
        round, ``every-other:ATTACK``; or one of all these on a piece of the answer, as ``value:ATTACK``, ``gradient:ATTACK``,
        ``hessian:ATTACK``, or where a step is too long, ``rejected:ATTACK``.
    liars : float, default=0.2
        Fraction of the workers that lie, if there is an attack.
    """
    check_workers(n_workers)
    if not 0 < float(lam) < float("inf"):
        raise ValueError(f"lam must be a finite number above 0, got {lam!r}")
    if not 0 <= float(liars) <= 1:
        raise ValueError(f"liars must be a fraction from 0 to 1, got {liars!r}")
    return {
        "workers": int(n_workers),
        "lam": float(lam),
        "intercept": bool(intercept),
        "compressor": compressor,
        "sharding": sharding,
        "seed": int(seed),
        "attack": attack,
        "lying": counted(liars, n_workers) if attack is not None else 0,
    }


def counted(share, workers):
    """round(share m), halves up: how many of m workers a share of them is."""
    return int(float(share) * workers + 0.5)


def overrunning(described, allowed):
    """A sentence if more workers lie than the `allowed` that are assumed to, else None."""
    lying, workers = described["lying"], described["workers"]
    # Who is silent is missing, and nobody believes it.
    if lying <= allowed or described["attack"] == "silent":
        return None
    return (
        f"{lying} of {workers} workers lie and {allowed} are assumed to, so that nothing is known of the gradient; "
        f"take trim={lying / workers:g} or more"
    )
