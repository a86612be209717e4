"""One question to all workers of a Ray cluster, in one call per host, and what came back before the deadline.

How long a round waits:

* until it can do without those who have not answered, for everybody;
* then, until one and a half times that time have passed, for those whose hosts are not still at an earlier question;
* then, unless as many have answered as are enough whoever is late, for those of them whose hosts' patience is not used up, and
  who pay for it with theirs: one host holds up all rounds together by `PATIENCE` deadlines at most;
* and never beyond the deadline.
"""

import contextlib
import time

import ray
from ray.exceptions import ActorDiedError, ActorUnschedulableError, RayActorError, RayError, RayTaskError
from ray.experimental import get_local_object_locations

from ._agree import Told
from ._answers import Failed, Report, Unusable, entries, frames, is_digest, reason
from ._comrade import longest_answer

# In deadlines: by how much one host may hold up all rounds together.
PATIENCE = 3.0
# In times that it took until the round could do without those who are still out: how long all of them are waited for.
_GRACE = 1.5
# A question that is longer is put into the object store once, and not sent with every call.
_INLINE = 100_000
# Seconds before a host that died is asked again.
_PAUSE = 0.2
# Seconds that a value may take which Ray had moved to a disk.
_FETCH = 5.0
# How many bytes Ray's form of a value may have in addition to the value: the text of a failure, mostly.
_ENVELOPE = 1 << 20
# How many bytes a host may take for one worker, in addition to its frames: a reason, or a report.
_ENTRY = 1 << 12
# How many bytes a worker may take to tell of its samples: the names of classes, mostly.
_TOLD = 1 << 18
# What a call ends with where Ray does not start the process again: it was started too often, or its node is gone.
_GONE = (ActorDiedError, ActorUnschedulableError)
# What a call ends with where the process has lost its samples.
_DEAD = (RayActorError, ActorUnschedulableError)


def why(error):
    """The failure of a call in a line."""
    if isinstance(error, _DEAD):
        if getattr(error, "actor_init_failed", False):
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
        raise Unusable(f"its host said {size} bytes, and was asked for {limit} at most")
    return ray.get(call, timeout=_FETCH)


class Member:
    """A worker, as the driver knows it."""

    def __init__(self, index, post):
        # Which it is, and what its host is told of it: see `Host.hold`. A function in place of the source puts it into the object
        # store.
        self.index, self.post = index, post
        # What it must say of its samples, as `Report.samples`; None while nobody knows.
        self.agreed = None
        # Whether its host has said that, since its process was started.
        self.holds = False
        # Why it is not asked any more.
        self.refused = None

    def take(self, said):
        """Takes what it says of the samples that it was given. A worker that says anything unexpected is not asked
        again.

        Raises
        ------
        Unusable
        """
        try:
            report = Report.read(said)
            if self.agreed is not None:
                report.check(self.agreed)
        except Failed:
            # It may have them the next time.
            raise
        except Unusable as error:
            self.refused = str(error)
            raise
        self.holds = True
        return report


class Peer:
    """A host, as the driver knows it."""

    def __init__(self, actor, members, patience, address):
        self.actor, self.members, self.address = actor, members, address
        # The call that it is at, whom that concerns, and whether it is to take their samples.
        self.call, self.asked, self.loading = None, [], False
        # Seconds by which it may still hold up rounds.
        self.patience = patience
        # Whether Ray does not start its process again.
        self.gone = False

    def load(self, members):
        """Gives these workers their samples."""
        self.asked, self.loading = members, True
        for member in members:
            member.holds = False
        posts = [(*settings, source() if callable(source) else source) for *settings, source in (m.post for m in members)]
        # Ray keeps what the call refers to until its end.
        self.call = self.actor.hold.remote(posts)

    def survey(self, members):
        """Lets these workers read the samples that each has for itself."""
        self.asked, self.loading = list(members), False
        self.call = self.actor.survey.remote([member.post for member in members])

    def told(self, size):
        """As `value`, of `survey`: pairs of a worker and what it tells of its samples, or the Unusable that there is."""
        for member, said in zip(self.asked, self.value(size, _TOLD), strict=True):
            try:
                yield member, Told.read(said)
            except Unusable as error:
                yield member, error

    def digests(self, members):
        """Asks these workers for the digests of the samples that they hold."""
        self.asked, self.loading = members, False
        self.call = self.actor.held_digests.remote([member.index for member in members])

    def digested(self, size):
        """As `value`, of `digests`."""
        for member, said in zip(self.asked, self.value(size, 0), strict=True):
            yield member, said if is_digest(said) else Unusable("it has no digest")

    def ask(self, question, members):
        """Asks these workers."""
        self.asked, self.loading = members, False
        self.call = self.actor.answer.remote(question, [member.index for member in members])

    def value(self, size, limit):
        """What its call, which is done, says of each worker that it concerns, `limit` bytes at most of one.

        Raises
        ------
        Unusable, RayError
        """
        call, self.call = self.call, None
        try:
            return entries(fetch(call, size, len(self.asked) * (limit + _ENTRY)), len(self.asked))
        except _DEAD as error:
            self.gone = isinstance(error, _GONE)
            for member in self.members:
                member.holds = False
            raise

    def reports(self, size):
        """As `value`, of a call that is to take samples: pairs of a worker and its report, or the Unusable that there is."""
        for member, said in zip(self.asked, self.value(size, 0), strict=True):
            try:
                yield member, member.take(said)
            except Unusable as error:
                yield member, error


def move(peers):
    """Gives the workers of hosts that are gone to those with the fewest, and returns who has taken some."""
    left, taken = [peer for peer in peers if not peer.gone], set()
    for peer in peers:
        while peer.gone and left and peer.members:
            other = min(left, key=lambda other: len(other.members))
            other.members.append(peer.members.pop())
            taken.add(other)
    return taken


class Round:
    """One question to all workers.

    Attributes
    ----------
    heard : dict
        The frames of each worker that answered.
    failures : dict
        Of each other worker, why it did not.
    late : set of int
        Those of them whose hosts are still at something.
    """

    def __init__(self, peers, frame, deadline, droppable, enough):
        members = [member for peer in peers for member in peer.members]
        self.heard, self.failures = {}, {member.index: member.refused for member in members if member.refused is not None}
        self._peers, self._deadline, self._needed = peers, deadline, len(members) - droppable
        # Once this many answers are there, the round waits no longer.
        self._enough = enough
        self._limit = longest_answer(frame)
        self._question = ray.put(frame) if len(frame) > _INLINE else frame
        self._began = time.monotonic()
        self._end = self._began + deadline
        # When who is still out begins to pay; not known before the round can do without.
        self._paid = None
        # Who may still answer, and who was given its samples in this round.
        self._open, self._given = {member.index for member in members if member.refused is None}, set()
        # Hosts that are at an earlier question; those that are asked again if the round cannot do without, and when.
        self._behind = {peer for peer in peers if peer.call is not None}
        self._again, self._pause = set(), 0.0
        for peer in peers:
            if peer not in self._behind:
                self._ask(peer)
        while self._wait():
            pass
        self.late = {member.index for peer in peers for member in self._waited_for(peer)}
        for peer in peers:
            self.failures |= {member.index: self._absence(peer) for member in self._waited_for(peer)}

    def _ask(self, peer):
        """Asks the workers of a host who hold their samples, and gives them to the others when those have answered."""
        waiting = [member for member in peer.members if member.index in self._open]
        holding = [member for member in waiting if member.holds]
        if holding:
            peer.ask(self._question, holding)
        elif waiting:
            peer.load(waiting)
            self._given.update(member.index for member in waiting)

    def _waited_for(self, peer):
        """The workers that a host is still at, and who may still answer."""
        if peer.call is None:
            return []
        asked = peer.members if peer in self._behind else peer.asked
        return [member for member in asked if member.index in self._open]

    def _wait(self):
        """Waits for the next answers, and takes them; whether there is more to wait for."""
        now = time.monotonic()
        enough = len(self.heard) >= self._needed
        if enough and self._paid is None:
            self._paid = min(self._end, self._began + _GRACE * (now - self._began))
        out = {peer.call: peer for peer in self._peers if peer.call is not None}
        asked = [peer for peer in out.values() if peer not in self._behind]
        paying = []
        if not enough:
            until, count = self._end, self._least(out.values())
        elif now < self._paid:
            until, count = self._paid if asked else now, len(out)
        else:
            paying = [peer for peer in asked if peer.patience > 0] if len(self.heard) < self._enough else []
            until, count = now + max((peer.patience for peer in paying), default=0.0), 1
        until = min(until, self._end)
        if self._again and not enough and now < self._end:
            # The round needs the workers whose process died. It may be back.
            if now >= self._pause:
                again, self._again = self._again, set()
                for peer in again:
                    if peer.call is None:
                        self._ask(peer)
                return True
            until = min(until, self._pause)
        left = max(until - now, 0.0)
        if not out:
            if enough or not self._again or left <= 0:
                return False
            time.sleep(left)
            return True
        # A late answer is to be followed by this question at once.
        count = 1 if self._behind else min(count, len(out))
        ready, _ = ray.wait(list(out), num_returns=count, timeout=left)
        spent = time.monotonic() - now
        for peer in paying:
            peer.patience -= spent
        sizes = sizes_of(ready)
        for call in ready:
            self._take(out[call], sizes.get(call))
        return bool(ready) or left > 0

    def _least(self, out):
        """How many calls must end before the round may have what it needs."""
        missing, count = self._needed - len(self.heard), 0
        for many in sorted((len(peer.asked) for peer in out), reverse=True):
            if missing <= 0:
                break
            missing, count = missing - many, count + 1
        return max(count, 1)

    def _take(self, peer, size):
        """Takes what came from a host, and asks it for what is still missing."""
        late = peer in self._behind
        self._behind.discard(peer)
        try:
            if peer.loading:
                for member, report in peer.reports(size):
                    if isinstance(report, Unusable):
                        self._fail(member, report)
            elif late:
                # It answers an earlier question, which nobody asks any more.
                peer.call = None
            else:
                for member, said in zip(peer.asked, peer.value(size, 2 * self._limit), strict=True):
                    self._hear(member, said)
        except (RayError, Unusable) as error:
            if isinstance(error, _DEAD):
                self._lose(peer, error)
                return
            for member in peer.asked:
                self._fail(member, error)
        self._ask(peer)

    def _hear(self, member, said):
        """Takes the answer of a worker."""
        try:
            if said is None:
                # Its process is a new one.
                member.holds = False
                if member.index in self._given:
                    raise Unusable("it asks for its samples again, after it was given them")
                return
            self.heard[member.index] = frames(said, self._limit)
            self.failures.pop(member.index, None)
            self._open.discard(member.index)
        except Unusable as error:
            self._fail(member, error)

    def _fail(self, member, error):
        """A worker has no answer to this question."""
        self.failures[member.index] = why(error)
        self._open.discard(member.index)

    def _lose(self, peer, error):
        """The process of a host has died."""
        self.failures |= {member.index: why(error) for member in peer.members if member.index in self._open}
        self._pause = time.monotonic() + _PAUSE
        self._again |= move(self._peers) if peer.gone else {peer}

    def _absence(self, peer):
        """Why a worker whose host is still at something has no answer."""
        if peer in self._behind:
            return "still loading its samples" if peer.loading else "still at an earlier question"
        if peer.patience <= 0 and time.monotonic() < self._end:
            return f"not waited for: its host has held up rounds by {PATIENCE * self._deadline:g} s in all"
        return f"no answer in {min(self._deadline, time.monotonic() - self._began):.3g} s"
