"""The training runs of a fit in a file, and the digest by which it knows its samples."""

import contextlib
import hashlib
import json
import os
import tempfile
import time

try:
    import fcntl
except ImportError:  # Not on Windows, where an open file cannot be removed.
    fcntl = None

import numpy as np
from scipy import sparse

KIND, SCHEMA = "comrade-fit", 2


def digest(source, columns=None):
    """SHA-256 of samples, in hexadecimal: of the numbers of (X, codes, weights), and of which columns X has if it has not all, or of
    the bytes of the file (path, d)."""
    held = hashlib.sha256()
    if len(source) == 2:
        with open(source[0], "rb") as file:
            while block := file.read(1 << 20):
                held.update(block)
        return held.hexdigest()
    x, codes, weights = source
    parts = (x.indptr.astype(np.int64), x.indices.astype(np.int64), x.data) if sparse.issparse(x) else (x,)
    for part in (
        np.array(x.shape),
        *parts,
        codes,
        np.array([]) if weights is None else weights,
        *([] if columns is None else [columns]),
    ):
        part = np.ascontiguousarray(part)
        held.update(f"{part.dtype.str}{part.shape}".encode())
        held.update(part.data if part.size else b"")
    return held.hexdigest()


PREFIX = ".comrade-"


def _sweep(folder):
    """Removes the temporary files of dead processes from a folder: the system lets go of their locks. The programs do the same
    (crates/comrade-file)."""
    if fcntl is None:
        return
    for entry in os.scandir(folder or "."):
        if entry.name.startswith(PREFIX) and entry.is_file(follow_symlinks=False):
            with contextlib.suppress(OSError), open(entry.path, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(entry.path)


def _temporary(folder):
    """A new temporary file, which is locked while this process lives: its descriptor and its name."""
    _sweep(folder)
    while True:
        handle, name = tempfile.mkstemp(prefix=PREFIX, dir=folder)
        if fcntl is not None:
            # Where there are no locks, nobody sweeps.
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
        # Between its making and its lock it could be taken for a dead one's.
        if os.path.exists(name):
            return handle, name
        os.close(handle)


class Checkpoint:
    """The states of all training runs of a fit, in a file that is written whole or not at all; nothing without a path."""

    def __init__(self, path, fingerprint):
        # A link stays, and what it leads to is written.
        self.path = None if path is None else os.path.realpath(path)
        # The time of the next one.
        self._next = 0.0
        self.content = {"kind": KIND, "schema": SCHEMA, "fingerprint": fingerprint, "trainings": []}
        if path is None:
            return
        if not os.path.exists(path):
            # Whether it can be written, before there is anything to be lost.
            with tempfile.NamedTemporaryFile(prefix=PREFIX, dir=os.path.dirname(self.path)):
                return
        if not os.path.isfile(path):
            raise ValueError(f"{path}: a checkpoint is a file, and this is none")
        try:
            with open(path, encoding="utf-8") as file:
                content = json.load(file)
            known, held = (content["kind"], content["schema"]), content["fingerprint"]
            [(training["state"].encode(), bool(training["callback"])) for training in content["trainings"]]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path}: damaged, or not a checkpoint of this version: {error!r}") from None
        if known != (KIND, SCHEMA):
            raise ValueError(f"{path}: not a checkpoint of this version")
        names = held.keys() | fingerprint.keys() if isinstance(held, dict) else ["all"]
        other = sorted(name for name in names if held.get(name) != fingerprint.get(name))
        if other:
            raise ValueError(f"{path}: it is of a fit with other data or parameters: {', '.join(other)}")
        self.content = content

    def resume(self, index, center):
        """Puts what is known of a training run into its center; whether the callback ended it."""
        if index >= len(self.content["trainings"]):
            return False
        training = self.content["trainings"][index]
        center.state = training["state"].encode()
        return training["callback"]

    def due(self):
        """Whether to write it after this step: so that writing takes a tenth of the time at most, but for the first time."""
        return self.path is not None and time.monotonic() >= self._next

    def write(self, index, state, callback=False):
        """Keeps where a training run stands, as `Center.state` has it: bytes, or None before its first round."""
        if self.path is None or state is None:
            return
        began = time.monotonic()
        self.content["trainings"][index : index + 1] = [{"state": state.decode(), "callback": callback}]
        handle, name = _temporary(os.path.dirname(self.path))
        # Of the same open file: its lock lives until the file has its name.
        held = None if fcntl is None else os.dup(handle)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self.content, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            os.unlink(name)
            raise
        finally:
            if held is not None:
                os.close(held)
        now = time.monotonic()
        self._next = now + 9 * (now - began)

    def remove(self):
        """The fit is done."""
        if self.path is not None and os.path.exists(self.path):
            os.remove(self.path)
