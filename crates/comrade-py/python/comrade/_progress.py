"""What one sees of a fit: a line a round in the log, a bar in a terminal or notebook, and who was left out too often."""

import logging
import sys

import numpy as np
from scipy.stats import binom

LOG = logging.getLogger("comrade")

# How often a fit may warn although each step leaves out answers at random.
LEVEL = 1e-3
# How many workers are named in a line.
_NAMED = 3


def line(seen):
    """A round, as `Center.train` shows it, in a few words."""
    told, missing = [], seen["missing"]
    # A round may be about something else.
    if seen["objective"] is not None:
        told.append(f"f {seen['objective']:.6g}")
    if seen["gradient_norm"] is not None:
        told.append(f"||g|| {seen['gradient_norm']:.2e}")
    if missing:
        told.append("missing: " + _some([f"worker {worker} ({why})" for worker, why in missing.items()]))
    return ", ".join(told)


def _some(items):
    """The first of them, and how many more there are."""
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(items[:_NAMED]) + more


class Progress:
    """Shows the rounds of one training run: in the log always, and with `verbose` in a bar or on standard error.

    Parameters
    ----------
    name : str
        Which run it is; empty where there is one only.
    verbose : int
        0 for the log alone.
    """

    def __init__(self, name, verbose):
        self._name, self._verbose, self._bar = f"{name}: " if name else "", verbose, None
        if verbose:
            try:
                from tqdm.auto import tqdm
            except ModuleNotFoundError:
                return
            self._bar = tqdm(desc=name or "rounds", unit=" rounds")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._bar is not None:
            self._bar.close()

    def show(self, seen):
        """A round has ended."""
        # No text is made that nobody reads.
        if not self._verbose and not LOG.isEnabledFor(logging.INFO):
            return
        told = line(seen)
        LOG.info("%sround %d: %s", self._name, seen["round"], told)
        if self._bar is not None:
            self._bar.set_postfix_str(told, refresh=False)
            self._bar.update(seen["round"] - self._bar.n)
        elif self._verbose:
            print(f"{self._name}round {seen['round']}: {told}", file=sys.stderr)


def suspects(reports):
    """Whose answers were left out far more often than chance would have it.

    Chance is that each step leaves out the same share of its answers at random: a one-sided binomial test of each worker, at the
    level `LEVEL` over m. The steps of a training run ask about the same samples, so this tells chance from a cause, and not a liar
    from an honest worker whose samples are unlike those of the others.

    Parameters
    ----------
    reports : list of dict
        As `LogisticRegression.worker_report_`.

    Returns
    -------
    str or None
        A sentence about them; None if there are none.
    """
    dropped = np.array([report["trimmed"] for report in reports])
    came = dropped + [report["answered"] for report in reports]
    share = dropped.sum() / max(1, came.sum())
    chance = binom.sf(dropped - 1, came, share)
    found = np.flatnonzero(chance * len(reports) < LEVEL)
    if not len(found):
        return None
    named = _some([f"worker {worker} ({dropped[worker]} of {came[worker]} steps)" for worker in found])
    return (
        f"left out far more often than by chance, which is {share:.0%}: {named}; such a worker lies, or its samples are unlike "
        "those of the others, as happens among honest workers where each has few samples"
    )


__all__ = ["Progress", "suspects"]
