"""Delivers what processes that have ended left in the spool directory."""

from __future__ import annotations

import contextlib
import logging
import os
import time

from . import _place, _spool, _step_names
from ._deliver import Delivery, Post
from .errors import AuthenticationError, UnavailableError

_log = logging.getLogger("runledger")


class Leftover:
    """A claimed file of a dead process, with the reading half of what a Queue has."""

    trusted = False

    def __init__(self, path: str, base: str, of_another_key: bool = False) -> None:
        self.of_another_key = of_another_key
        self.path = path
        self.base = base
        self.directory = os.path.dirname(base)
        self._file = open(path, "r+b")  # noqa: SIM115 - open as long as the object is; see close
        self.header_line = self._file.readline()
        self._place = _spool.delivered_to(self._file.fileno(), self.header_line)
        self._file.seek(self._place)
        self._ahead: list[tuple[bytes, int]] = []
        self.dropped = 0
        self.rejected = 0

    def peek(self, max_bytes: int) -> list[bytes]:
        total = sum(size for _, size in self._ahead)
        while total < max_bytes:
            line = self._file.readline()
            if not line.endswith(b"\n"):
                break  # the end, or a torn write: its call never returned
            self._ahead.append((line[:-1], len(line)))
            total += len(line)
        return [line for line, _ in self._ahead]

    def drop(self, lines: list[bytes]) -> None:
        self.dropped += len(lines)
        self._place += sum(size for _, size in self._ahead[: len(lines)])
        del self._ahead[: len(lines)]
        with contextlib.suppress(OSError):
            _spool.note_delivered(self._file.fileno(), self.header_line, self._place)

    def reject(self, line: bytes, code: str, message: str) -> None:
        self.rejected += 1
        _spool.reject(self.base, self.header_line, line, code, message)

    def close(self, done: bool) -> None:
        """Removes the file when all of it is delivered or set aside; else gives it back."""
        self._file.close()
        try:
            if done:
                os.unlink(self.path)
            else:
                os.rename(self.path, self.base)
        except OSError:
            pass


class Leftovers:
    """The deliverable files of one directory for one service, oldest first, a bit at a time."""

    def __init__(
        self, directory: str, url: str | None, post: Post, any_host: bool = False, key_id: str | None = None
    ) -> None:
        self._directory = directory
        self._url = url
        self._post = post
        self._any_host = any_host
        self._key_id = key_id
        self._waiting: list[tuple[_spool.SpoolFile, bool]] = []
        """With each, whether it was written with another API key."""
        self._current: tuple[Leftover, Delivery] | None = None
        self._cleared = False
        self.operations = 0
        self.files = 0
        self.rejected = 0

    def look(self) -> None:
        """Reads the directory anew, the first time clearing it of what killed processes left."""
        if not self._cleared:
            self._cleared = True
            _place.remove_stale(self._directory)
            _step_names.remove_stale(self._directory)
        self._waiting = []
        for file in _spool.list_files(self._directory):
            header = self._wanted(file)
            if header is not None:
                self._waiting.append((file, header.key_id is not None and header.key_id != self._key_id))

    def any(self) -> bool:
        return self._current is not None or bool(self._waiting)

    def deliver(self, seconds: float) -> bool:
        """Delivers for `seconds`, at least one request. True when something was delivered.

        Raises UnavailableError or AuthenticationError when the service has to be waited for; the file that was under
        way is given back.
        """
        deadline = time.monotonic() + seconds
        progress = False
        while self._current is not None or self._take_next():
            assert self._current is not None
            _leftover, delivery = self._current
            try:
                if delivery.round():
                    progress = True
                else:
                    self._finish(True)
            except (UnavailableError, AuthenticationError) as error:
                self._finish(False)
                if error.code != "NOT_FOUND":
                    raise  # else this file waits for another one: go on with the next
            if time.monotonic() >= deadline:
                break
        return progress

    def _take_next(self) -> bool:
        while self._waiting:
            file, of_another_key = self._waiting.pop(0)
            path = _spool.claim(file)
            if path is not None:
                leftover = Leftover(path, file.base, of_another_key)
                self._current = (leftover, Delivery(leftover, self._post))
                return True
        return False

    def _finish(self, done: bool) -> None:
        assert self._current is not None
        leftover, _ = self._current
        self._current = None
        leftover.close(done)
        self.files += done
        self.operations += leftover.dropped - leftover.rejected
        self.rejected += leftover.rejected

    def _wanted(self, file: _spool.SpoolFile) -> _spool.Header | None:
        """The header of a file that is to be delivered."""
        try:
            header = _spool.read_header(file.path)
        except OSError:
            return None
        except ValueError:
            _log.warning("runledger: %s is not a spool file that this version knows; left alone.", file.path)
            return None
        if header is None:
            if not _spool.is_alive(file.pid, None):
                _spool.remove(file.path)
            return None
        right = self._url is None or header.url == self._url
        return header if right and _spool.is_deliverable(file, header, self._any_host) else None
