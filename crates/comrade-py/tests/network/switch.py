"""A switch between hosts, with the delay, loss and bandwidth of a network: in user space, as many kernels have no netem.

Each port is a TAP device that is moved into the network namespace of its host. Commands come as lines of JSON on standard
input, and each is answered by a line. The program ends with its input, and the ports with it.
"""

import contextlib
import fcntl
import heapq
import json
import os
import random
import select
import struct
import subprocess
import sys
import time
from collections import deque
from itertools import count

_TUNSETIFF, _TAP_WITHOUT_HEADER = 0x400454CA, 0x1002
_BROADCAST = b"\xff" * 6
# Seconds of bytes that a link holds back before it drops some.
_QUEUE = 0.1


def tap(name):
    """A device that is there as long as the file that is returned: what is written to it comes in, what goes out is read."""
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.ioctl(file, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TAP_WITHOUT_HEADER))
    except BaseException:
        os.close(file)
        raise
    return file


class Link:
    """One direction of a cable: frames leave it one after the other."""

    def __init__(self):
        self._free = 0.0

    def leaves(self, now, size, rate):
        """When a frame that comes now has passed; None if it is dropped."""
        start = max(now, self._free)
        if start - now > _QUEUE:
            return None
        self._free = start + size / rate
        return self._free


class Port:
    """A host's cable.

    Attributes
    ----------
    delay : float
        Seconds from the host to the switch, and from there to the host.
    loss : float
        The share of the host's own frames that are lost.
    rate : float
        Bytes a second, in each direction.
    cut : bool
        Whether nothing passes.
    """

    def __init__(self, name, pid):
        self.delay, self.loss, self.rate, self.cut = 0.0, 0.0, float("inf"), False
        self.up, self.down = Link(), Link()
        self.file = tap(name)
        try:
            subprocess.run(["ip", "link", "set", name, "netns", str(pid)], check=True, capture_output=True, text=True)
        except BaseException:
            os.close(self.file)
            raise


class Switch:
    """Ports by name, the frames that are under way, and which port an address was seen at."""

    def __init__(self):
        self._ports, self._seen = {}, {}
        self._due, self._number = [], count()
        # Whose frames are lost is the same every time.
        self._random, self._lost = random.Random(1), 0

    def plug(self, name, pid):
        """A port for the host in whose network namespace this process is."""
        self.unplug(name)
        self._ports[name] = Port(name, pid)

    def unplug(self, name):
        """Takes a port away."""
        if name in self._ports:
            os.close(self._ports.pop(name).file)
        self._seen = {address: port for address, port in self._seen.items() if port != name}

    def set(self, name, **what):
        """Changes attributes of a `Port`."""
        for key, value in what.items():
            setattr(self._ports[name], key, value)

    def lost(self):
        """How many frames were lost so far, by `loss`."""
        return self._lost

    def play(self, commands):
        """Carries frames until the commands end."""
        waiting = deque()
        while True:
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                _, _, step, name, frame = heapq.heappop(self._due)
                if name in self._ports and not self._ports[name].cut:
                    step(name, frame)
            left = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            files = {port.file: name for name, port in self._ports.items()}
            for file in select.select([commands, *files], [], [], left)[0]:
                if file is commands:
                    line = commands.readline()
                    if not line:
                        return
                    waiting.append(line)
                else:
                    self._take(files[file])
            while waiting:
                self._obey(waiting.popleft())

    def _obey(self, line):
        name, given = json.loads(line)
        try:
            answer = {"value": getattr(self, name)(**given)}
        except (OSError, KeyError, subprocess.CalledProcessError) as error:
            answer = {"error": f"{type(error).__name__}: {error} {getattr(error, 'stderr', '')}"}
        print(json.dumps(answer), flush=True)

    def _take(self, name):
        """Takes the frames that a host has sent."""
        port = self._ports[name]
        try:
            for _ in range(64):
                frame = os.read(port.file, 1 << 16)
                self._seen[frame[6:12]] = name
                if port.cut:
                    continue
                if self._random.random() < port.loss:
                    self._lost += 1
                    continue
                passed = port.up.leaves(time.monotonic(), len(frame), port.rate)
                if passed is None:
                    continue
                to = self._seen.get(frame[:6])
                others = [to] if to is not None else [other for other in self._ports if other != name]
                for other in others:
                    self._later(passed + port.delay + self._ports[other].delay, self._arrive, other, frame)
        except BlockingIOError:
            pass
        except OSError:
            # The host's namespace is gone.
            self.unplug(name)

    def _arrive(self, name, frame):
        """A frame is at the end of its way through the switch, before the cable of the host it goes to."""
        port = self._ports[name]
        passed = port.down.leaves(time.monotonic(), len(frame), port.rate)
        if passed is not None:
            self._later(passed, self._give, name, frame)

    def _give(self, name, frame):
        with contextlib.suppress(OSError):
            os.write(self._ports[name].file, frame)

    def _later(self, when, step, name, frame):
        heapq.heappush(self._due, (when, next(self._number), step, name, frame))


if __name__ == "__main__":
    # Nothing is to wait in a buffer where `select` does not see it.
    Switch().play(open(sys.stdin.fileno(), "rb", buffering=0))
