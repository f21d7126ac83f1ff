"""The operations of this process that are not acknowledged yet: a spool file that is read from its front."""

from __future__ import annotations

import collections
import contextlib
import logging
import os
import threading
import time
from typing import NamedTuple

from . import _spool

_log = logging.getLogger("runledger")
CONTROL_RESERVE = 1024 * 1024
LINE_BYTES = 64 * 1024
"""A line that is as long takes no further calls."""
LINE_ENTRIES = 1000
PAGE_BYTES = 4096
COMPACT_BYTES = 4 * 1024 * 1024
MEMORY_BYTES = 32 * 1024 * 1024


CALL_END = b"]}}\n"
"""What a line of logMetadata ends with, behind its last entry."""


class Call(NamedTuple):
    """What a call of log_metadata puts into a line."""

    target: str
    """JSON text: calls with the same can stand in one line."""
    logged_at: str
    entries: list[str]
    """Each as JSON text."""

    def text(self, line_logged_at: str) -> bytes:
        """Its entries with commas between them, in a line with this time: with their own, where that is another."""
        if line_logged_at == self.logged_at:
            return ",".join(self.entries).encode()
        own = f',"loggedAt":"{self.logged_at}"}}'
        return ",".join([entry[:-1] + own for entry in self.entries]).encode()


class _Tail(NamedTuple):
    """The last line of the file, where calls can be added to it."""

    start: int
    target: str
    logged_at: str
    entries: int


class Queue:
    """Appended to by any thread, read and dropped from by one.

    Lines go to the file before `append` returns. Where no file can be written they are kept in memory, behind those
    in the file, up to 32 MiB.
    """

    trusted = True
    of_another_key = False

    def __init__(self, directory: str, url: str, max_bytes: int, key_id: str | None = None) -> None:
        self.directory = directory
        self._key_id = key_id
        self.lock = threading.RLock()  # re-entrant: a signal handler may log while its thread is logging
        self.appended = 0
        self.dropped = 0
        self.refused = 0
        self.base = ""
        self.header_line = b""
        self._url = url
        self._max_bytes = max_bytes
        self._fd: int | None = None
        self._no_file = False
        self._head = 0
        self._size = 0
        self._synced = 0
        self._read = 0
        """What is before it has been read for delivery, and is not to be changed."""
        self._tail: _Tail | None = None
        self._others = 0
        self._others_read_at = 0.0
        self._memory: collections.deque[bytes] = collections.deque()
        self._memory_bytes = 0

    def append(self, line: bytes, control: bool = False, call: Call | None = None, refuse: bool = True) -> bool:
        """Puts one line, ended by a newline, behind the others. False when the bound is reached: with `refuse` the line
        is counted as refused then. `call`: what the line logs; later calls may be put into the same line."""
        with self.lock:
            if not self._memory and self._has_file():
                if not self._fits(len(line), control):
                    return refuse and self._refuse(
                        f"RUNLEDGER_SPOOL_MAX_BYTES ({self._max_bytes}) is reached in {self.directory}"
                    )
                if self._write(line):
                    self._tail = None
                    if call is not None:
                        self._tail = _Tail(self._size - len(line), call.target, call.logged_at, len(call.entries))
                    self.appended += 1
                    return True
            if self._memory_bytes + len(line) > MEMORY_BYTES:
                return refuse and self._refuse(f"no file can be written in {self.directory} and 32 MiB wait in memory")
            self._memory.append(line)
            self._memory_bytes += len(line)
            self.appended += 1
            return True

    def extend(self, call: Call) -> bool:
        """Puts a call into the last line, where that is of the same target and nobody has read it yet.

        The end of the line is written over. A process that is killed leaves no half of that: it stays within a page.
        """
        with self.lock:
            tail = self._tail
            if tail is None or tail.target != call.target or tail.entries + len(call.entries) > LINE_ENTRIES:
                return False
            text = b"," + call.text(tail.logged_at) + CALL_END
            # Making room moves what is in the file.
            if not self._fits(len(text), False) or self._tail is not tail or self._fd is None:
                return False
            end = self._size - len(CALL_END)
            if (
                tail.start < self._read
                or end - tail.start + len(text) > LINE_BYTES
                or end // PAGE_BYTES != (end + len(text) - 1) // PAGE_BYTES
            ):
                return False
            try:
                if os.pwrite(self._fd, text, end) != len(text):
                    return False
            except OSError:
                return False  # nothing was written: the page was there
            self._size = end + len(text)
            self._tail = tail._replace(entries=tail.entries + len(call.entries))
            return True

    def peek(self, max_bytes: int) -> list[bytes]:
        """The lines at the front, without their newlines: at least one when there is any."""
        with self.lock:
            waiting = self._size - self._head
            if waiting and self._fd is not None:
                lines = _read_lines(self._fd, self._head, waiting, max_bytes)
                self._read = max(self._read, self._head + sum(len(line) + 1 for line in lines))
                return lines
            lines = []
            total = 0
            for line in self._memory:
                total += len(line)
                if lines and total > max_bytes:
                    break
                lines.append(line[:-1])
            return lines

    def drop(self, lines: list[bytes]) -> None:
        """Takes the first lines off: they are acknowledged, or set aside."""
        with self.lock:
            self.dropped += len(lines)
            if self._size > self._head:
                self._head += sum(len(line) + 1 for line in lines)
                self._shrink()
                return
            for _ in lines:
                self._memory_bytes -= len(self._memory.popleft())

    def reject(self, line: bytes, code: str, message: str) -> None:
        """Sets the first line aside in the `.rejected` file. Does not take it off."""
        _spool.reject(self.base or self._fallback_base(), self.header_line, line, code, message)

    @property
    def waiting(self) -> int:
        return self.appended - self.dropped

    def sync(self) -> None:
        """Makes what is in the file survive the death of the machine."""
        with self.lock:
            fd, size = self._fd, self._size
            if fd is None or self._synced >= size:
                return
            fd = os.dup(fd)
        try:
            os.fsync(fd)
            self._synced = size
        except OSError as error:
            _log.warning("runledger: fsync of %s failed: %s", self.base, error)
        finally:
            os.close(fd)

    def close(self) -> None:
        """Removes the file when nothing is left in it."""
        with self.lock:
            if self._fd is None:
                return
            if self._head == self._size:
                with contextlib.suppress(OSError):
                    os.unlink(self.base)
            else:
                self.sync()
            self.abandon()

    def abandon(self) -> None:
        """Closes the descriptor and leaves the file as it is (it is the parent's, after a fork)."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            os.close(fd)

    def in_memory(self) -> int:
        return len(self._memory)

    def _has_file(self) -> bool:
        if self._fd is not None:
            return True
        if self._no_file:
            return False
        try:
            self.base, self.header_line = _spool.new_file(self.directory, self._url, self._key_id)
            fd = os.open(self.base, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(fd, self.header_line)
        except OSError as error:
            self._no_file = True
            _log.warning(
                "runledger: no spool file in %s (%s): until delivered, entries are only in memory.",
                self.directory,
                error,
            )
            return False
        self._fd = fd
        self._head = self._size = self._synced = self._read = len(self.header_line)
        return True

    def _fits(self, size: int, control: bool) -> bool:
        most = self._max_bytes + (CONTROL_RESERVE if control else 0)
        now = time.monotonic()
        if now - self._others_read_at > 5 or (
            self._others + self._size + size > most and now - self._others_read_at > 0.5
        ):
            self._others = max(0, _spool.directory_bytes(self.directory) - self._size)
            self._others_read_at = now
        if self._others + self._size + size > most and self._head - len(self.header_line) > self._size // 4:
            with contextlib.suppress(OSError):
                self._compact()  # much of the file is delivered
        return self._others + self._size + size <= most

    def _write(self, line: bytes) -> bool:
        assert self._fd is not None
        try:
            written = os.pwrite(self._fd, line, self._size)
            if written == len(line):
                self._size += written
                return True
            reason = "short write"
        except OSError as error:
            reason = str(error)
        self._tail = None
        with contextlib.suppress(OSError):
            os.ftruncate(self._fd, self._size)
        _log.warning("runledger: writing to %s failed (%s): entries wait in memory.", self.base, reason)
        return False

    def _shrink(self) -> None:
        assert self._fd is not None
        header = len(self.header_line)
        try:
            if self._head == self._size:
                os.ftruncate(self._fd, header)
                self._head = self._size = self._synced = self._read = header
                self._tail = None
                return
            delivered = self._head - header
            if delivered > COMPACT_BYTES and self._size - self._head <= delivered:
                self._compact()  # what is copied is at most what was delivered since the last time
            else:
                _spool.note_delivered(self._fd, self.header_line, self._head)
        except OSError as error:
            _log.warning("runledger: shortening %s failed: %s", self.base, error)

    def _compact(self) -> None:
        assert self._fd is not None
        path = self.base + ".tmp"
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.pwrite(fd, self.header_line, 0)
            gone = self._head - len(self.header_line)
            offset = self._head
            while offset < self._size:
                data = os.pread(self._fd, min(self._size - offset, COMPACT_BYTES), offset)
                if not data or os.pwrite(fd, data, offset - gone) != len(data):
                    raise OSError("short write")
                offset += len(data)
            os.rename(path, self.base)
        except OSError:
            os.close(fd)
            _spool.remove(path)
            raise
        os.close(self._fd)
        self._fd = fd
        self._head = self._synced = len(self.header_line)
        self._size -= gone
        self._read -= gone
        self._tail = None

    def _refuse(self, reason: str) -> bool:
        if not self.refused:
            _log.warning(
                "runledger: entries are refused, %s. They are counted, and the count is reported at the end.", reason
            )
        self.refused += 1
        return False

    def _fallback_base(self) -> str:
        base, self.header_line = _spool.new_file(self.directory, self._url, self._key_id)
        return base


def _read_lines(fd: int, offset: int, waiting: int, max_bytes: int) -> list[bytes]:
    data = os.pread(fd, min(waiting, max_bytes), offset)
    while b"\n" not in data and len(data) < waiting:
        more = os.pread(fd, max_bytes, offset + len(data))
        if not more:
            break
        data += more
    return data[: data.rfind(b"\n") + 1].split(b"\n")[:-1]
