"""One question to all workers of a Ray cluster, and what came of it before the deadline.

How long a round waits:

* for everybody who has not answered, until it can do without those who are still out;
* then for who was asked at its beginning, twice as long as that took;
* beyond that, for those whose patience is not used up, who pay for it: one worker holds up all rounds together by
  `PATIENCE` deadlines at most;
* and never beyond the deadline.
"""

import contextlib
import time

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.experimental import get_local_object_locations

from ._answers import Report, Unusable, frames, reason, too_long
from ._comrade import longest_answer

# In deadlines: by how much one worker may hold up all rounds together.
PATIENCE = 3.0
# In times that it took until the round could do without those who are still out: how long all of them are waited for.
_GRACE = 2.0
# A question that is longer is put into the object store once, and not sent with every call.
_INLINE = 100_000
# Seconds before a worker that died is asked again.
_PAUSE = 0.2
# How many bytes Ray's form of a value may have beside the value: the text of a failure, mostly.
_ENVELOPE = 1 << 20


def why(error):
    """The failure of a call in a line."""
    if isinstance(error, RayActorError):
        if error.actor_init_failed:
            return f"its process did not start: {reason(error)}"
        return "its process died or cannot be reached"
    return reason(error.cause if isinstance(error, RayTaskError) else error)


def sizes_of(calls):
    """The bytes of the values of these calls, as far as they are known; they are not read for that."""
    known = {}
    # Ray's client does not know sizes.
    with contextlib.suppress(AttributeError):
        known = get_local_object_locations(calls)
    return {call: place["object_size"] or 0 for call, place in known.items()}


def fetch(call, size, limit):
    """The value of a call that is done, unless it is known to be much longer than `limit` bytes.

    Raises
    ------
    Unusable, RayError
    """
    if size is not None and size > limit + _ENVELOPE:
        raise too_long(size, limit)
    return ray.get(call, timeout=1)


class Peer:
    """A worker, as the driver knows it."""

    def __init__(self, actor, source, patience):
        # The source is a list, so that its parts arrive as references.
        self.actor, self.source = actor, list(source)
        # What it must say of its samples, as `Report.samples`; None while nobody knows.
        self.agreed = None
        # Whether its process has said that, since it was started.
        self.holds = False
        # The call that it is at, and whether that is to take its samples.
        self.call, self.loading = None, False
        # Seconds by which it may still hold up rounds.
        self.patience = patience
        # Why it is not asked any more.
        self.refused = None

    def load(self):
        """Gives it its samples."""
        self.call, self.loading, self.holds = self.actor.hold.remote(self.source), True, False

    def ask(self, question):
        """Asks it, or gives it its samples first."""
        if self.holds:
            self.call = self.actor.answer.remote(question)
        else:
            self.load()

    def value(self, size, limit):
        """That of its call, which is done. Raises Unusable or RayError."""
        call, self.call, self.loading = self.call, None, False
        try:
            return fetch(call, size, limit)
        except RayActorError:
            self.holds = False
            raise

    def report(self, size):
        """What it says of the samples that it was given. Who says something else than it must is not asked any more.

        Raises
        ------
        Unusable, RayError
        """
        try:
            report = Report.read(self.value(size, 0))
            if self.agreed is not None:
                report.check(self.agreed)
        except Unusable as error:
            self.refused = str(error)
            raise
        self.holds = True
        return report


class Round:
    """One question to all workers.

    Attributes
    ----------
    heard : dict
        The frames of each worker that answered.
    failures : dict
        Of each other worker, why it did not.
    late : set of int
        Who is still at something.
    """

    def __init__(self, peers, frame, deadline, droppable):
        self.heard, self.failures = {}, {}
        self._peers, self._deadline, self._needed = peers, deadline, len(peers) - droppable
        self._limit = longest_answer(frame)
        self._question = ray.put(frame) if len(frame) > _INLINE else frame
        self._began = time.monotonic()
        self._end = self._began + deadline
        # When who is still out begins to pay; not known before the round can do without.
        self._paid = None
        # Who is at an earlier question, who was given its samples in this round, who has died, and when those are asked
        # again.
        self._behind = {index for index, peer in enumerate(peers) if peer.call is not None}
        self._given, self._dead, self._again = set(), set(), 0.0
        for index, peer in enumerate(peers):
            if peer.refused is not None:
                self.failures[index] = peer.refused
            elif index not in self._behind:
                self._ask(index)
        while self._wait():
            pass
        self.late = {index for index, peer in enumerate(peers) if peer.call is not None}
        self.failures |= {index: self._absence(index, peers[index]) for index in self.late}

    def _ask(self, index):
        self._peers[index].ask(self._question)
        if self._peers[index].loading:
            self._given.add(index)

    def _wait(self):
        """Waits for the next answers, and takes them; whether there is more to wait for."""
        now = time.monotonic()
        enough = len(self.heard) >= self._needed
        if enough and self._paid is None:
            self._paid = min(self._end, self._began + _GRACE * (now - self._began))
        out = {peer.call: index for index, peer in enumerate(self._peers) if peer.call is not None}
        asked = [index for index in out.values() if index not in self._behind]
        paying = []
        if not enough:
            until, count = self._end, self._needed - len(self.heard)
        elif now < self._paid:
            until, count = self._paid if asked else now, len(out)
        else:
            paying = [index for index in asked if self._peers[index].patience > 0]
            until, count = now + max((self._peers[index].patience for index in paying), default=0.0), 1
        until = min(until, self._end)
        if self._dead and not enough and now < self._end:
            # The round cannot do without who has died, whose process may be back.
            if now >= self._again:
                for index in self._dead:
                    self._ask(index)
                self._dead = set()
                return True
            until = min(until, self._again)
        left = max(until - now, 0.0)
        if not out:
            if enough or not self._dead or left <= 0:
                return False
            time.sleep(left)
            return True
        # A late answer is to be followed by this question at once.
        count = 1 if self._behind else min(count, len(out))
        ready, _ = ray.wait(list(out), num_returns=count, timeout=left)
        spent = time.monotonic() - now
        for index in paying:
            self._peers[index].patience -= spent
        sizes = sizes_of(ready)
        for call in ready:
            self._take(out[call], sizes.get(call))
        return bool(ready) or left > 0

    def _take(self, index, size):
        """Takes what came from a worker."""
        peer, late = self._peers[index], index in self._behind
        self._behind.discard(index)
        try:
            if peer.loading:
                peer.report(size)
            elif late:
                # It answers an earlier question, which nobody asks any more.
                peer.call = None
            else:
                said = peer.value(size, 2 * self._limit)
                if said is not None:
                    self.heard[index] = frames(said, self._limit)
                    self.failures.pop(index, None)
                    return
                # Its process is a new one.
                peer.holds = False
                if index in self._given:
                    raise Unusable("it asks for its samples again, after it was given them")
            self._ask(index)
        except (RayError, Unusable) as error:
            self.failures[index] = why(error)
            if isinstance(error, RayActorError):
                self._dead.add(index)
                self._again = time.monotonic() + _PAUSE

    def _absence(self, index, peer):
        """Why a worker that is still at something has no answer."""
        if index in self._behind:
            return "still loading its samples" if peer.loading else "still at an earlier question"
        if peer.patience <= 0 and time.monotonic() < self._end:
            return f"not waited for: it has held up rounds by {PATIENCE * self._deadline:g} s in all"
        return f"no answer in {self._deadline:g} s"
