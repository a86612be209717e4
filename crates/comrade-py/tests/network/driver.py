"""A fit in the namespaces of a host: takes it as a pickle on standard input, and tells of every round.

After each round it waits for a line, so that the tests can change the network between two rounds. The line "end" ends the fit.
"""

import contextlib
import os
import pickle
import sys
import time
import warnings

from sklearn.exceptions import ConvergenceWarning

# Nothing that others print is to come between.
TELL = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)

import ray  # noqa: E402

import comrade  # noqa: E402
from comrade.ray import RayCluster, Round, Workers  # noqa: E402


def tell(*what):
    """A pickle for the tests."""
    pickle.dump(what, TELL)
    TELL.flush()


class Noted(Round):
    """A round that notes after how many seconds it could have done without those who were still out."""

    last = None

    def __init__(self, *given):
        self.could_end, Noted.last = None, self
        super().__init__(*given)

    def _take(self, peer, size):
        super()._take(peer, size)
        if self.could_end is None and len(self.heard) >= self._needed:
            self.could_end = time.monotonic() - self._began


class Timed(Workers):
    """Workers whose rounds are told of: seconds, bytes over the network, and who was missing."""

    def exchange(self, frame, enough=None):
        began = time.monotonic()
        said = super().exchange(frame, enough)
        seconds = time.monotonic() - began
        here = ray.util.get_node_ip_address()
        far = [peer for peer in self._peers if peer.address != here]
        up = sum(len(part) for peer in far for member in peer.members for part in said[member.index])
        seen = {"seconds": seconds, "could_end": Noted.last.could_end, "down": len(frame) * len(far), "up": up}
        tell("round", {**seen, "missing": dict(self.failures)})
        line = sys.stdin.buffer.readline()
        if not line:
            # The tests have ended.
            os._exit(1)
        self.ended = line == b"end\n"
        return said

    def where(self):
        """The address of the node of each worker, as its process has it."""
        calls = [peer.actor.__ray_call__.remote(lambda _: ray.util.get_node_ip_address()) for peer in self._peers]
        found = ray.get(calls, timeout=60)
        at = zip(self._peers, found, strict=True)
        return {member.index: address for peer, address in at for member in peer.members}


def play(address, cluster, samples, parameters):
    """The fit, and what came of it."""
    comrade.ray.Workers, comrade.ray.Round = Timed, Noted
    where, held = {}, []

    class Known(RayCluster):
        @contextlib.contextmanager
        def start(self, *given, **kw):
            with super().start(*given, **kw) as workers:
                where.update(workers.where())
                held.append(workers)
                yield workers

    warnings.simplefilter("ignore", ConvergenceWarning)
    model = comrade.LogisticRegression(cluster=Known(address, **cluster), callback=lambda seen: held[0].ended, **parameters)
    model.fit(*samples)
    told = ("coef_", "intercept_", "stop_", "worker_report_", "n_rounds_")
    return {"where": where} | {name: getattr(model, name) for name in told}


if __name__ == "__main__":
    try:
        tell("done", play(*pickle.load(sys.stdin.buffer)))
    except Exception as error:
        tell("failed", f"{type(error).__name__}: {error}")
