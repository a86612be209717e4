"""Hosts on this machine: namespaces joined by `switch.py`, with a node of one Ray cluster in each.

The first process of a host reads from the process of the tests. When that ends, however it does, the first process ends too,
and the kernel ends all others of the host with it. Ray's folder and shared memory are file systems of the host's own, which
vanish with it.
"""

import contextlib
import json
import os
import pickle
import select
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from switch import tap

HERE = Path(__file__).parent
# How a process comes into namespaces of its own, and what is set up there.
APART = "unshare --net --mount --pid --fork --kill-child --mount-proc".split()
SET_UP = "mount -t tmpfs none /dev/shm && mount -t tmpfs none $0 && ip link set lo up"
PORT = 6379
# Seconds for one command in a host, and for one round of a fit.
PATIENCE = 90


def why_not():
    """Why there can be no such hosts here, in a sentence; or None."""
    if sys.platform != "linux":
        return "network namespaces need Linux"
    if os.geteuid() != 0:
        return "network namespaces with devices of their own need root"
    for command in ("ip", "unshare", "nsenter", "mount"):
        if shutil.which(command) is None:
            return f"there is no command {command}; Debian has it in iproute2, util-linux and mount"
    done = subprocess.run([*APART, "sh", "-c", SET_UP, "/tmp"], capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode:
        return f"no namespaces can be made here: {done.stderr.strip()}"
    try:
        os.close(tap(f"cn{os.getpid()}"))
    except OSError as error:
        return f"no TAP device can be made here: {error}"
    return None


class Host:
    """A machine of its own, as far as its processes see."""

    def __init__(self, number, folder):
        self.number, self.name, self.address = number, f"cn{os.getpid()}-{number}", f"10.77.0.{number + 1}"
        self._folder = folder
        # The first process: it waits until its input ends, which is when this process does.
        script = f"{SET_UP} && echo up && read -r _; umount -l $0; rmdir $0"
        command = [*APART, "sh", "-c", script, folder]
        self._first = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._first.stdout.readline() != b"up\n":
            self.kill()
            raise RuntimeError(f"host {number} does not start")
        outer = self._first.pid
        self.pid = int(Path(f"/proc/{outer}/task/{outer}/children").read_text().split()[0])

    def command(self, *command):
        """A command that runs in this host."""
        return ["nsenter", f"--target={self.pid}", "--net", "--mount", "--pid", *map(str, command)]

    def run(self, *command):
        """Runs a command in this host."""
        command = self.command(*command)
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=self.environment)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")

    @property
    def environment(self):
        """That of its processes; Ray looks three times as often as usual whether a node is there, so that no test waits long."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        own = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0", "RAY_TMPDIR": self._folder}
        return {**kept, **own, "RAY_health_check_period_ms": "1000"}

    def connect(self):
        """Gives its device, which is there by now, an address."""
        self.run("ip", "link", "set", self.name, "name", "eth0")
        self.run("ip", "address", "add", f"{self.address}/24", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")

    def start(self, head):
        """Starts a node of Ray: the head, or one that joins that."""
        alone = ["--head", f"--port={PORT}", "--include-dashboard=false"]
        how = alone if head is self else [f"--address={head.address}:{PORT}"]
        how += [f"--node-ip-address={self.address}", f"--temp-dir={self._folder}/r"]
        how += ["--num-cpus=1", "--object-store-memory=80000000", "--disable-usage-stats"]
        self.run(sys.executable, "-m", "ray.scripts.scripts", "start", *how)

    @property
    def ended(self):
        """Whether it was killed."""
        return self._first.poll() is not None

    def kill(self):
        """Ends all of its processes at once."""
        self._first.kill()
        self._first.wait()
        self._first.stdin.close()
        self._first.stdout.close()


class Network:
    """Four hosts, host 0 the head.

    Parameters
    ----------
    delay : float
        Seconds of every way from a host to another.
    rate : float
        Bytes a second of each cable, in each direction.
    """

    def __init__(self, delay, rate, hosts=4):
        self.usual = {"delay": delay / 2, "loss": 0.0, "rate": rate, "cut": False}
        self._folder = tempfile.mkdtemp(prefix="cn", dir="/tmp")
        self.hosts = []
        self._switch = subprocess.Popen(
            [sys.executable, HERE / "switch.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        try:
            for number in range(hosts):
                self.hosts.append(self._host(number))
                # One after the other, as Ray gives up if it takes 30 s.
                self.hosts[number].start(self.hosts[0])
        except BaseException:
            self.close()
            raise

    def _host(self, number):
        host = Host(number, self._folder)
        try:
            self._say("plug", name=host.name, pid=host.pid)
            host.connect()
            self._say("set", name=host.name, **self.usual)
        except BaseException:
            host.kill()
            raise
        return host

    @property
    def round_trip(self):
        """Seconds."""
        return 4 * self.usual["delay"]

    def change(self, number, **what):
        """Changes what the cable of a host is like; see `switch.Port`."""
        self._say("set", name=self.hosts[number].name, **what)

    def lost(self):
        """How many frames were lost so far."""
        return self._say("lost")

    def calm(self):
        """All hosts and cables as they were."""
        for number, host in enumerate(self.hosts):
            if host.ended:
                self.hosts[number] = self._host(number)
                self.hosts[number].start(self.hosts[0])
            self._say("set", name=host.name, **self.usual)

    def _say(self, command, **given):
        self._switch.stdin.write(json.dumps([command, given]) + "\n")
        answer = json.loads(self._switch.stdout.readline())
        if "error" in answer:
            raise RuntimeError(f"the switch cannot {command} {given}: {answer['error']}")
        return answer["value"]

    def fit(self, samples, cluster, parameters, between=lambda number, seen: None):
        """A fit whose driver is in the head.

        Parameters
        ----------
        between : callable
            Called after each round with its number, from 1, and what was seen of it, while the next one waits. Ends the fit
            by something true.

        Returns
        -------
        dict, list of dict
            What came of it, and its rounds.
        """
        head = self.hosts[0]
        given = pickle.dumps((f"{head.address}:{PORT}", cluster, samples, parameters))
        rounds = []
        command = head.command(sys.executable, HERE / "driver.py")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, **pipes, env=head.environment) as driver:
            try:
                driver.stdin.write(given)
                driver.stdin.flush()
                while select.select([driver.stdout], [], [], PATIENCE)[0]:
                    what, seen = pickle.load(driver.stdout)
                    if what == "round":
                        rounds.append(seen)
                        driver.stdin.write(b"end\n" if between(len(rounds), seen) else b"\n")
                        driver.stdin.flush()
                    elif what == "done":
                        return seen, rounds
                    else:
                        raise RuntimeError(f"{seen} after {len(rounds)} rounds")
                raise RuntimeError(f"nothing in {PATIENCE} s after {len(rounds)} rounds")
            finally:
                driver.kill()

    def close(self):
        """Ends everything."""
        for host in self.hosts:
            host.kill()
        self._switch.stdin.close()
        self._switch.wait(timeout=10)
        with contextlib.suppress(OSError):
            os.rmdir(self._folder)
