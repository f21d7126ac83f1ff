"""How far the database has come, as the service says it, and how far this process has to see when it reads."""

from __future__ import annotations

import os
import threading

HEADER = "x-runledger-position"
_newest: dict[str, str] = {}
_lock = threading.Lock()


def note(url: str, position: object) -> None:
    """Notes what an answer or event said: of two, the greater text is further; ``latest`` says that it was not known.
    A service with replicas then reads for this process nothing older than what it has written, or was told of."""
    if not isinstance(position, str):
        return
    with _lock:
        known = _newest.get(url, "")
        if position > known or known == "latest":
            _newest[url] = position


def headers(url: str) -> dict[str, str]:
    """The header that tells the service how far this process has to see; none where there are no replicas."""
    with _lock:
        position = _newest.get(url)
    return {} if position is None else {HEADER: position}


def _after_fork_in_child() -> None:
    global _lock
    _lock = threading.Lock()  # a thread that is not here any more may hold it


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
