"""What a step is called that a run has already: the next attempt, or a step of its own.

After an attempt that COMPLETED, or beside one that is running, `train` is recorded as `train_2`, `train_3` …: both are
part of what the run did. After one that FAILED or was CANCELLED it is `train` again, the next attempt. So is what a
cell of a notebook starts when it is run again: that takes the place of what it did before. The processes that work on a
run agree by a file in the spool directory; where it cannot be had, each process knows its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
import uuid
from typing import Any

from . import _spool
from ._notebook import Cell

try:
    import fcntl
except ImportError:  # not POSIX
    fcntl = None  # type: ignore[assignment]

_KEEP_SECONDS = 7 * 24 * 3600
_LOCK_SECONDS = 1.0
_SUFFIX = ".steps"


class _Base:
    """The steps that were asked for under one name."""

    def __init__(self) -> None:
        self.count = 0
        self.again: list[str] = []
        """Names whose newest attempt did not complete."""
        self.running: dict[str, tuple[str, str, int, str | None]] = {}
        """Step id to its name, and the host and process it runs in."""


class _OfCell:
    """The names that a cell of a notebook has used for what it asked for under one name."""

    def __init__(self) -> None:
        self.execution = ""
        self.used: list[str] = []
        self.before: list[str] = []
        """By the execution before; those that this one has not used again."""


class StepNames:
    """The names of the steps of one run, as far as this process has read them."""

    def __init__(self, directory: str, run_id: uuid.UUID) -> None:
        self._directory = directory
        self.path = os.path.join(directory, run_id.hex + _SUFFIX)
        self._bases: dict[str, _Base] = {}
        self._base_of: dict[str, str] = {}
        self._taken: set[str] = set()
        self._cells: dict[tuple[str, str], _OfCell] = {}
        self._read = 0
        self._lock = threading.RLock()  # re-entrant: a signal handler may come this way

    def start(self, asked: str, step_id: uuid.UUID, cell: Cell | None = None) -> str:
        """The name that the step is to be recorded under."""
        with self._lock, self._file() as fd:
            base = self._bases.setdefault(asked, _Base())
            self._bury(base)
            of_cell = self._of_cell(asked, cell)
            if of_cell is not None and of_cell.before:
                name = of_cell.before.pop(0)
            elif base.again:
                name = base.again[0]
            else:
                number = base.count + 1
                while (name := _numbered(asked, number)) in self._taken:
                    number += 1
            process = [_spool.host(), os.getpid(), _spool.own_start()]
            self._note(fd, ["start", asked, name, step_id.hex, *process])
            if of_cell is not None and name not in of_cell.used:
                of_cell.used.append(name)
            return name

    def _of_cell(self, asked: str, cell: Cell | None) -> _OfCell | None:
        if cell is None:
            return None
        found = self._cells.setdefault((asked, cell.key), _OfCell())
        if found.execution != cell.execution:
            found.before = [*found.used, *found.before]
            found.used = []
            found.execution = cell.execution
        return found

    def end(self, step_id: uuid.UUID, status: str) -> None:
        """How it ended decides what the next one of its name is called."""
        with self._lock, self._file() as fd:
            self._note(fd, ["end", step_id.hex, status])

    def forget(self) -> None:
        """The run has ended."""
        if self._directory:
            _spool.remove(self.path)

    def reset_lock(self) -> None:
        """In a forked child, where another thread may have held it."""
        self._lock = threading.RLock()  # re-entrant: a signal handler may come this way

    @contextlib.contextmanager
    def _file(self) -> Any:
        """The file, locked and read to its end; None where there can be none."""
        fd = None
        try:
            fd = self._open()
            _lock_file(fd)
            size = os.fstat(fd).st_size
            lines = os.pread(fd, size - self._read, self._read) if size > self._read else b""
            self._read = max(self._read, size)
            for line in lines.splitlines():
                with contextlib.suppress(ValueError, TypeError, KeyError):
                    self._apply(json.loads(line))
        except OSError:
            if fd is not None:
                os.close(fd)
            fd = None
        try:
            yield fd
        finally:
            if fd is not None:
                os.close(fd)

    def _open(self) -> int:
        if not self._directory:
            raise FileNotFoundError("There is no directory for it.")
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        try:
            return os.open(self.path, flags, 0o600)
        except FileNotFoundError:
            os.makedirs(self._directory, mode=0o700, exist_ok=True)
            return os.open(self.path, flags, 0o600)

    def _note(self, fd: int | None, event: list[Any]) -> None:
        self._apply(event)
        if fd is not None:
            line = json.dumps(event, separators=(",", ":")).encode() + b"\n"
            with contextlib.suppress(OSError):
                self._read += os.write(fd, line)

    def _apply(self, event: list[Any]) -> None:
        if event[0] == "start":
            _, asked, name, step_id, host, pid, started_at = event
            base = self._bases.setdefault(asked, _Base())
            if name in base.again:
                base.again.remove(name)
            elif name not in self._taken:
                base.count += 1
            base.running[step_id] = (name, host, pid, started_at)
            self._base_of[step_id] = asked
            self._taken.add(name)
        else:
            _, step_id, status = event
            base = self._bases[self._base_of.pop(step_id)]
            name = base.running.pop(step_id)[0]
            if status != "COMPLETED":
                base.again.append(name)

    def _bury(self, base: _Base) -> None:
        """Steps of processes of this host that were killed run no more; of other hosts nobody here knows."""
        here = _spool.host()
        for step_id, (name, host, pid, started_at) in list(base.running.items()):
            if host == here and pid != os.getpid() and not _spool.is_alive(pid, started_at):
                del base.running[step_id], self._base_of[step_id]
                base.again.append(name)


def _lock_file(fd: int) -> None:
    """Until the file is closed. Not for long: who holds it may have been stopped, and a job does not wait for that."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while fcntl is not None:
        try:
            return fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return
            time.sleep(0.005)


def _numbered(asked: str, number: int) -> str:
    if number == 1:
        return asked
    suffix = f"_{number}"
    return asked.encode("utf-8")[: 255 - len(suffix)].decode("utf-8", "ignore") + suffix


def remove_stale(directory: str) -> None:
    """Removes the files of runs that nobody here has worked on for a week: their end was recorded elsewhere."""
    with contextlib.suppress(OSError):
        for name in os.listdir(directory):
            path = os.path.join(directory, name)
            if name.endswith(_SUFFIX) and os.stat(path).st_mtime < time.time() - _KEEP_SECONDS:
                _spool.remove(path)
