"""The background half of buffered logging: one thread a process and service, started with the first operation."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import sys
import threading
import time
import uuid
from typing import Any, Callable

from . import _leftovers
from ._deliver import Delivery
from ._graphql import ATTEMPT_SECONDS, backoff, read_answer, request_body
from ._http import Transport
from ._queue import CALL_END, Call, Queue
from ._settings import Settings
from .errors import AuthenticationError, RunledgerError, UnavailableError

_log = logging.getLogger("runledger")
LINGER_SECONDS = 0.05
"""How long the thread waits for more before it sends: fewer, larger requests."""
SYNC_SECONDS = 1.0
LEFTOVER_FIRST_SECONDS = 5.0
"""How long what dead processes left goes before this process's own."""
LEFTOVER_EVERY_SECONDS = 60.0
LEFTOVER_RETRY_SECONDS = 10.0
NEVER = float("inf")
LINGER_BELOW = 200
ROOM_SECONDS = 10.0
"""How long a call waits for room in a full spool while the service takes nothing of what is in it, but is not away."""
STALL_SECONDS = 3.0
"""How long the process waits at its end while nothing arrives."""
AWAY_SECONDS = 2.0
"""The same where its last answer was a failure."""
SMALL_CHARS = 2048
"""What is larger has a line of its own: it may be refused, and nothing else with it."""


class Sender:
    """Queues operations and delivers them in order. No method raises for what the service or the network does."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.queue = Queue(settings.spool_dir, settings.url, settings.spool_max_bytes, settings.key_id)
        self._transport = Transport(settings.url, settings.api_key)
        self._delivery = Delivery(self.queue, self.post)
        self._leftovers = _leftovers.Leftovers(settings.spool_dir, settings.url, self.post, key_id=settings.key_id)
        self._changed = threading.Condition()
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._thread: threading.Thread | None = None
        self._failures = 0
        """In a row."""
        self._failed_ever = 0
        self._reached = False
        self._slow = False
        self._stuck_at = -1
        self._look_at = NEVER if settings.run_token else 0.0  # a token says of other runs that they are not there
        self._key_refused = False
        self._closing = False
        self._warned_codes: set[str] = set()

    def append(self, line: bytes, control: bool = False, call: Call | None = None) -> None:
        """Puts an operation, a whole line, behind the others. Returns at once, but where the spool is full and the
        service is taking what is in it: then it waits for room."""
        if control:
            self.queue.append(line, control)
        elif not self.queue.append(line, False, call, refuse=False):
            self._wait_for_room(line, call)
        if self._thread is None:
            self._start()
        if control:
            self._hurry.set()
        if not self._wake.is_set():
            self._wake.set()

    def log(self, call: Call) -> None:
        """Puts a call of log_metadata behind the others: into the last line, where that is of the same target, else
        into a line of its own."""
        small = sum(map(len, call.entries)) <= SMALL_CHARS
        if small and self.queue.extend(call):
            return
        request_id = uuid.UUID(bytes=os.urandom(16), version=4)
        head = f'{{"target":{call.target},"requestId":"{request_id}","loggedAt":"{call.logged_at}","entries":['
        line = b'{"op":"logMetadata","input":' + head.encode() + call.text(call.logged_at) + CALL_END
        self.append(line, call=call if small else None)

    def _wait_for_room(self, line: bytes, call: Call | None) -> None:
        """Puts the line as soon as there is room, or refuses it: the service is away, or has taken nothing for long."""
        seen = self.queue.dropped
        began = time.monotonic()
        while self._stuck_at != seen and threading.current_thread() is not self._thread:
            if self._failures and not self._reached:
                break
            if self._thread is None:
                self._start()
            self._hurry.set()
            self._wake.set()
            with self._changed:
                self._changed.wait(0.05)
            if self.queue.append(line, False, call, refuse=False):
                return
            if self.queue.dropped != seen:
                seen = self.queue.dropped
                began = time.monotonic()
            elif time.monotonic() - began >= (AWAY_SECONDS if self._failures else ROOM_SECONDS):
                self._stuck_at = seen  # the next call does not wait for the same
        self.queue.append(line, False, call)

    def flush(self, seconds: float, at_exit: bool = False, closing: bool = False) -> bool:
        """Waits until what was appended so far is delivered: True; or it is clear that it will not be soon: False.

        Does not wait while the service is known to be away or slower than an earlier flush; `at_exit` makes one more
        try then, and keeps trying for `seconds` if the service has been there before; `closing`, as long as something
        arrives every few seconds.
        """
        goal = self.queue.appended
        if self.queue.dropped >= goal:
            return True
        if not at_exit and (self._failures or self._slow):
            return False
        began = moved = time.monotonic()
        done = self.queue.dropped
        failed_before = self._failed_ever
        self._hurry.set()
        self._wake.set()
        with self._changed:
            while self.queue.dropped < goal:
                now = time.monotonic()
                if self.queue.dropped != done:
                    done, moved = self.queue.dropped, now
                left = began + seconds - now
                if closing:
                    left = min(left, moved + STALL_SECONDS - now)
                if left <= 0:
                    self._slow = True
                    return False
                if self._failed_ever > failed_before and not (at_exit and self._reached):
                    return False
                self._changed.wait(min(left, 0.5))
        return True

    def look_for_leftovers(self) -> None:
        """Has the thread look for files of processes that have ended."""
        if self._look_at != NEVER:
            self._look_at = 0.0
            self._wake.set()

    def close(self) -> None:
        """The last flush of the process, and a word about what is left."""
        self._closing = True
        flushed = self.flush(self.settings.exit_flush_seconds, at_exit=True, closing=True)
        if self.queue.refused:
            _log.error("runledger: %d entries were refused because the spool was full.", self.queue.refused)
        if not flushed:
            lost = self.queue.in_memory()
            _log.warning(
                "runledger: %d operations are not delivered; they are kept in %s. "
                "The next process that logs delivers them, or `python -m runledger flush`%s.",
                self.queue.waiting - lost, self.queue.base,
                ", with another RUNLEDGER_API_KEY: the one it has was refused" if self._key_refused else "",
            )  # fmt: skip
            if lost:
                _log.error("runledger: %d operations were only in memory and are lost.", lost)
        self.queue.close()

    def close_file(self) -> None:
        """Removes the file of a process that ends without `close`, where nothing is left in it."""
        self.queue.close()

    def post(self, query: str, variables: str, seconds: float = ATTEMPT_SECONDS) -> dict[str, Any]:
        """One attempt."""
        return read_answer(self._transport.post(request_body(query, variables), seconds))

    def _start(self) -> None:
        with self.queue.lock:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._loop, name="runledger", daemon=True)
            self._thread = thread
        # Raised while the interpreter shuts down: then the file keeps what was appended.
        with contextlib.suppress(RuntimeError):
            thread.start()

    def _loop(self) -> None:
        while True:
            try:
                self._turn()
            except (UnavailableError, AuthenticationError) as error:
                self._wait_after(error)
            except Exception:  # a defect here must not end the thread, nor spin
                _log.exception("runledger: the delivery of metadata failed; it will be tried again.")
                self._wait_after(UnavailableError("The delivery itself failed."))

    def _turn(self) -> None:
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LEFTOVER_EVERY_SECONDS
            self._leftovers.look()
            self._deliver_leftovers(LEFTOVER_FIRST_SECONDS)
        if self.queue.waiting:
            if self.queue.waiting < LINGER_BELOW and not self._hurry.is_set():
                self._hurry.wait(LINGER_SECONDS)
            self._delivery.round()
            self._failures = 0
            self._reached = True
            self._key_refused = False
            if not self.queue.waiting:
                self._slow = False
            self._notify()
        elif self._leftovers.any():
            self._deliver_leftovers(0)
        else:
            self._hurry.clear()
            self._wake.wait(min(3600.0, max(0.0, self._look_at - time.monotonic())))
            self._wake.clear()

    def _deliver_leftovers(self, seconds: float) -> None:
        try:
            self._leftovers.deliver(seconds)
        except (UnavailableError, AuthenticationError):
            self._look_at = time.monotonic() + LEFTOVER_RETRY_SECONDS
            if not self.queue.waiting:
                raise

    def _wait_after(self, error: RunledgerError) -> None:
        self._hurry.clear()
        self._failures += 1
        self._failed_ever += 1
        if isinstance(error, AuthenticationError):
            self._key_refused = True
        self._report(error)
        self._notify()
        wait = error.retry_after if isinstance(error, UnavailableError) else None
        until = time.monotonic() + backoff(self._failures, wait, longest=0.5 if self._closing else 30.0)
        while True:
            self.queue.sync()
            left = until - time.monotonic()
            if left <= 0 or self._hurry.wait(min(left, SYNC_SECONDS)):
                return

    def _report(self, error: RunledgerError) -> None:
        if error.code == "NOT_FOUND":  # answered, and a parent's start is on its way
            self._reached = True
        elif error.code not in self._warned_codes:
            self._warned_codes.add(error.code)
            _log.warning(
                "runledger: %s What is logged for %s is kept in %s until it can be delivered.",
                error,
                self.settings.url,
                self.queue.directory,
            )

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()


_lock = threading.Lock()
_senders: dict[tuple[Any, ...], Sender] = {}
substitute: NoSender | None = None
"""Takes the place of every sender while a test records."""
_last_actions: list[tuple[Callable[[], None], Callable[[], None]]] = []


class NoSender:
    """Takes the place of a sender where nothing is recorded."""

    def append(self, line: bytes, control: bool = False) -> None: ...

    def log(self, call: Call) -> None: ...

    def flush(self, seconds: float, at_exit: bool = False) -> bool:
        return True

    def look_for_leftovers(self) -> None: ...

    def close_file(self) -> None: ...


def sender_for(settings: Settings) -> Sender | NoSender:
    """The sender of this process for a service; makes it, and has it closed when the interpreter ends."""
    if settings.disabled:
        return NoSender()
    if substitute is not None:
        return substitute
    key = (settings.url, settings.api_key, settings.spool_dir)
    sender = _senders.get(key)
    if sender is None:
        with _lock:
            sender = _senders.get(key)
            if sender is None:
                sender = _senders[key] = Sender(settings)
                _close_with_worker()
    return sender


def _close_with_worker() -> None:
    """Workers of multiprocessing end without atexit; they have a list of their own."""
    util = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if util is not None and process is not None and process.parent_process() is not None:
        util.Finalize(None, _close_all, exitpriority=100)


def flush(seconds: float = 10.0) -> bool:
    """Waits until all that this process logged so far is delivered. False when `seconds` were not enough."""
    deadline = time.monotonic() + seconds
    return all(
        [sender.flush(max(0.0, deadline - time.monotonic()), at_exit=True) for sender in list(_senders.values())]
    )


def at_end(before: Callable[[], None], after: Callable[[], None]) -> None:
    """Has something done when the process ends, before and after what it logged is delivered."""
    _last_actions.append((before, after))


def _close_all() -> None:
    for before, _ in _last_actions:
        _guarded(before)
    for sender in list(_senders.values()):
        _guarded(sender.close)
    _senders.clear()
    for _, after in _last_actions:
        _guarded(after)


def _guarded(action: Callable[[], None]) -> None:
    try:
        action()
    except Exception:
        _log.exception("runledger: closing failed.")


def _before_fork() -> None:
    _lock.acquire()
    for sender in _senders.values():
        sender.queue.lock.acquire()


def _after_fork_in_parent() -> None:
    for sender in _senders.values():
        sender.queue.lock.release()
    _lock.release()


def _after_fork_in_child() -> None:
    global _lock
    _lock = threading.Lock()
    for sender in _senders.values():
        sender.queue.abandon()
    _senders.clear()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
