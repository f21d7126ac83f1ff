"""Says every half a minute that the process lives, while it has a run or step under way.

One thread a process, one request a service, whatever the number of steps. A run or step that was ever spoken for and is
no more, the service takes for crashed; so the first word comes soon after its start has arrived. What goes wrong here
is no matter of the job's: the next word may get through.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import uuid
from typing import TYPE_CHECKING

from . import _sender
from .errors import InvalidCallError, RunledgerError

if TYPE_CHECKING:
    from ._scopes import Scope

_log = logging.getLogger("runledger")
FIRST_SECONDS = 2.0
"""What is over sooner is never spoken for: it costs no request."""
MAX_IDS = 1000
_QUERY = "mutation($runIds:[UUID!],$stepIds:[UUID!]){keepAlive(runIds:$runIds,stepIds:$stepIds)}"


class Beat:
    """The thread and what it has spoken for. `under_way` are the open runs and steps by id, changed by others."""

    def __init__(self, under_way: dict[uuid.UUID, Scope]) -> None:
        self._under_way = under_way
        self._thread: threading.Thread | None = None
        self._begun = threading.Event()
        self._resting = False
        """Whether it waits for longer than what is put under way now can."""
        self._due = 0.0
        self._spoken_for: set[uuid.UUID] = set()
        self._refused: set[str] = set()
        """Services that do not know the word."""

    def notice(self, scope: Scope) -> None:
        """Something was put under way."""
        if not scope.settings.keep_alive_seconds:
            return
        if self._thread is None:
            thread = threading.Thread(target=self._loop, name="runledger-beat", daemon=True)
            self._thread = thread
            # No thread can be started while the interpreter shuts down, or at a limit of the system.
            with contextlib.suppress(RuntimeError):
                thread.start()
        elif self._resting:
            self._resting = False
            self._begun.set()

    def forget_thread(self) -> None:
        """In a forked child, which has neither the thread nor what it spoke for."""
        self.__init__(self._under_way)  # type: ignore[misc]  # as new

    def _loop(self) -> None:
        while True:
            try:
                self._begun.wait(self._turn())
                self._begun.clear()
            except Exception:
                _log.debug("runledger: saying that the process lives failed.", exc_info=True)
                time.sleep(FIRST_SECONDS)

    def _turn(self) -> float | None:
        """Speaks where it is time to. Seconds until it may be again; None while nothing is under way."""
        scopes = [scope for scope in list(self._under_way.values()) if scope.settings.keep_alive_seconds]
        if not scopes:
            self._spoken_for.clear()
            self._resting = True
            return FIRST_SECONDS if self._under_way else None  # put there between the two looks
        interval = min(scope.settings.keep_alive_seconds for scope in scopes)
        first = min(FIRST_SECONDS, interval)
        now = time.monotonic()
        fresh = [scope for scope in scopes if scope.id not in self._spoken_for]
        arrived = [scope for scope in fresh if now - scope.began >= first and _has_arrived(scope)]
        if arrived or now >= self._due:
            self._due = now + interval
            self._speak([scope for scope in scopes if scope.id in self._spoken_for or scope in arrived])
            self._spoken_for.intersection_update(self._under_way)
        if len(fresh) > len(arrived):
            return first
        self._resting = True
        return max(first, self._due - time.monotonic())

    def _speak(self, scopes: list[Scope]) -> None:
        by_service: dict[str, list[Scope]] = {}
        for scope in scopes:
            by_service.setdefault(scope.settings.url, []).append(scope)
        for url, of_service in by_service.items():
            if url in self._refused:
                continue
            sender = _sender.sender_for(of_service[0].settings)
            if not isinstance(sender, _sender.Sender):
                continue
            for start in range(0, len(of_service), MAX_IDS):
                part = of_service[start : start + MAX_IDS]
                runs = [f'"{scope.id}"' for scope in part if scope.is_run]
                steps = [f'"{scope.id}"' for scope in part if not scope.is_run]
                try:
                    sender.post(_QUERY, f'{{"runIds":[{",".join(runs)}],"stepIds":[{",".join(steps)}]}}')
                    self._spoken_for.update(scope.id for scope in part)
                except InvalidCallError as error:
                    if error.code == "GRAPHQL_VALIDATION_FAILED":
                        self._refused.add(url)
                except RunledgerError:
                    pass


def _has_arrived(scope: Scope) -> bool:
    sender = _sender.sender_for(scope.settings)
    return isinstance(sender, _sender.Sender) and sender.queue.dropped >= scope.start_number
