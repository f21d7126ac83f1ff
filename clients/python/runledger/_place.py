"""The place where a process says which run and step it is in, for the processes it has started.

A small file in the spool directory, named after the process, rewritten whenever a run or step is entered or left. The
workers of a pool live longer than the step they were started in: the environment and the context variables of their
birth stay as they were, so they look here on each call.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import zlib
from typing import Any

from . import _spool

_READS = 5
_NAME = re.compile(r"current-(?P<host>.+)-(?P<pid>\d+)-(?P<start>\d+)")


def place_of(directory: str, pid: int) -> str:
    """Where the process, one of this host, says what it is in."""
    return os.path.join(directory, f"current-{_spool.safe_host()}-{pid}-{_spool.start_of(pid) or 0}")


class Place:
    """The place of this process. No method raises: without the file, children know what their environment says."""

    def __init__(self, directory: str) -> None:
        self.path: str | None = None
        self._fd = -1
        if not directory:
            return
        path = place_of(directory, os.getpid())
        with contextlib.suppress(OSError):
            os.makedirs(directory, mode=0o700, exist_ok=True)
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self.path = path

    def write(self, scopes: list[str], open_ids: list[str]) -> None:
        """`scopes`, each as JSON text, are the innermost; `open_ids` those of all runs and steps that are under way."""
        if self.path is None:
            return
        ids = '"' + '","'.join(open_ids) + '"' if open_ids else ""
        text = f'{{"scopes":[{",".join(scopes)}],"open":[{ids}]}}'.encode()
        # Written over what was there: a reader tells a half from a whole by the sum, and reads again.
        with contextlib.suppress(OSError):
            os.pwrite(self._fd, b"%08x %d\n%s\n" % (zlib.crc32(text), len(text), text), 0)

    def close(self, remove: bool) -> None:
        """`remove`: at the end of the process; a forked child only lets go of it."""
        if self.path is not None:
            with contextlib.suppress(OSError):
                os.close(self._fd)
                if remove:
                    os.unlink(self.path)
            self.path = None


_last: tuple[str, bytes, dict[str, Any]] | None = None


def read_place(path: str) -> dict[str, Any] | None:
    """What stands there; None when its process has ended, or never was in a run or step."""
    global _last
    for _ in range(_READS):
        try:
            with open(path, "rb", buffering=0) as file:
                data = file.read()
        except OSError:
            return None
        known = _last
        if known is not None and known[0] == path and known[1] == data:
            return known[2]
        head, _, rest = data.partition(b"\n")
        try:
            sum_, size = head.split()
            text = rest[: int(size)]
            if len(text) == int(size) and zlib.crc32(text) == int(sum_, 16):
                found: dict[str, Any] = json.loads(text)
                _last = (path, data, found)
                return found
        except ValueError:
            continue
    return None


def remove_stale(directory: str) -> None:
    """Removes the places of processes of this host that have ended without doing so."""
    host = _spool.safe_host()
    with contextlib.suppress(OSError):
        for name in os.listdir(directory):
            match = _NAME.fullmatch(name)
            if match and match["host"] == host and not _spool.is_alive(int(match["pid"]), match["start"]):
                _spool.remove(os.path.join(directory, name))
