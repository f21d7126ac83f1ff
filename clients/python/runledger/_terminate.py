"""SIGTERM ends a job as it always did; what is under way is recorded as CANCELLED first.

Only where nobody has said what else SIGTERM does, and while something is under way. Python runs a handler between two
instructions of the main thread; where that is in a long call of a library, a thread that hears of the signal at once
does the same, so that the job does not outlive the signal by more than a moment.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import threading
from typing import Any, Callable

MAIN_THREAD_SECONDS = 1.0


class Terminate:
    """`record` notes the ends and waits a moment for their delivery."""

    def __init__(self, record: Callable[[], None]) -> None:
        self._record = record
        self._pid = os.getpid()
        self._installed = False
        self._handled = threading.Event()
        self._ends = -1, -1
        self._thread: threading.Thread | None = None

    def install(self) -> None:
        """When something is under way. Does nothing in other threads than the main one: only that may."""
        if self._installed or threading.current_thread() is not threading.main_thread():
            return
        with contextlib.suppress(ValueError, OSError, AttributeError):
            if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
                signal.signal(signal.SIGTERM, self._handle)
                self._installed = True
                self._watch()

    def remove(self) -> None:
        """When nothing is under way any more."""
        if not self._installed or threading.current_thread() is not threading.main_thread():
            return
        self._installed = False
        with contextlib.suppress(ValueError, OSError):
            if self._ends[1] >= 0:
                found = signal.set_wakeup_fd(-1)
                if found not in (-1, self._ends[1]):
                    signal.set_wakeup_fd(found)  # somebody else's, since
            # Compared by equality: a bound method is a new object each time.
            if signal.getsignal(signal.SIGTERM) == self._handle:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def forget(self) -> None:
        """In a forked child, which has nothing under way, and whose signals are no matter of its parent's."""
        self.remove()
        for fd in self._ends:
            if fd >= 0:
                os.close(fd)
        self.__init__(self._record)  # type: ignore[misc]  # as new

    def _handle(self, number: int, frame: Any) -> None:
        self._handled.set()
        with contextlib.suppress(Exception):
            self._record()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _watch(self) -> None:
        if self._thread is None:
            self._ends = os.pipe()
            for fd in self._ends:
                os.set_blocking(fd, fd == self._ends[0])
            thread = threading.Thread(target=self._loop, args=(self._ends[0],), name="runledger-signal", daemon=True)
            thread.start()
            self._thread = thread
        found = signal.set_wakeup_fd(self._ends[1], warn_on_full_buffer=False)
        if found not in (-1, self._ends[1]):
            signal.set_wakeup_fd(found)  # an event loop's: it hears of signals by it

    def _loop(self, fd: int) -> None:
        while True:
            try:
                numbers = os.read(fd, 64)
            except OSError:
                return
            if not numbers:
                return
            if signal.SIGTERM in numbers and not self._handled.wait(MAIN_THREAD_SECONDS):
                with contextlib.suppress(Exception):
                    self._record()
                # `signal.signal` is for the main thread only, which is busy.
                ctypes.pythonapi.PyOS_setsig(ctypes.c_int(signal.SIGTERM), ctypes.c_void_p(0))
                os.kill(os.getpid(), signal.SIGTERM)
