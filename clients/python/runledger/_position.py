"""How far the database has come, as the service says it, and how far this process has to see when it reads."""

from __future__ import annotations

import re
import threading

HEADER = "x-runledger-position"
_FORM = re.compile(r"\A([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})\Z")
_newest: dict[str, str] = {}
_lock = threading.Lock()


def note(url: str, position: object) -> None:
    """Notes what an answer or event said. A service with replicas then reads for this process nothing older than what
    it has written, or was told of."""
    if not isinstance(position, str) or not position:
        return
    with _lock:
        was, now = _place(_newest.get(url, "")), _place(position)
        if was is None or now is None or now > was:
            _newest[url] = position


def headers(url: str) -> dict[str, str]:
    """The header that tells the service how far this process has to see; none where there are no replicas."""
    with _lock:
        position = _newest.get(url)
    return {} if position is None else {HEADER: position}


def _place(position: str) -> int | None:
    """As a number; None for what is no position of the log (`latest`)."""
    found = _FORM.match(position)
    return None if found is None else (int(found[1], 16) << 32) + int(found[2], 16)
