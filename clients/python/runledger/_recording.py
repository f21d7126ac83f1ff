"""Records runs and steps: that they began, how they ended, and that their process lives."""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import os
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any

from . import _context, _deliver, _link, _notebook, _run_token, _sender
from ._beat import Beat
from ._encode import timestamp
from ._failure import failure_of
from ._scopes import RunContext, Scope, StepContext
from ._settings import Settings, read_settings
from ._step_names import StepNames
from ._terminate import Terminate

_log = logging.getLogger("runledger")
CANCEL_SECONDS = 1.5
"""How long a process that is told to end waits for that to be delivered."""
_names: dict[uuid.UUID, StepNames] = {}
_beat = Beat(_context.under_way)


def open_run(pipeline: str, name: str | None) -> RunContext:
    """Records the start of a run."""
    run_id = uuid.uuid4()
    now = datetime.datetime.now(datetime.timezone.utc)
    name = name or f"{pipeline[:200]}-{now:%Y_%m_%d-%H_%M_%S_%f}-{run_id.hex[:4]}"
    run = RunContext(run_id, name, pipeline, read_settings(), _context.own_scope() or _context.run_of_process())
    _context.under_way[run.id] = run
    run.started_at = timestamp(now)
    _deliver.name_for_messages(run.id, f"run {name}")
    start = {"input": {"id": str(run.id), "name": name, "pipeline": pipeline, "startedAt": run.started_at}}
    _begin(run, "startRun", start)
    with _quietly():
        if run.settings.link and not run.settings.disabled:
            _link.show(run)
        _run_token.provide(run)
    return run


def open_step(asked_name: str, run: RunContext) -> StepContext:
    """Records the start of a step, under a name that supersedes no attempt that counts."""
    step_id = uuid.uuid4()
    name = asked_name
    with _quietly():
        if not run.settings.disabled:
            name = _names_of(run).start(asked_name, step_id, _notebook.current_cell())
    step = StepContext(step_id, name, run, run.settings, _context.own_scope() or run)
    _context.under_way[step.id] = step
    step.started_at = timestamp()
    _deliver.name_for_messages(step.id, f"step {name} of run {run.name or run.id}")
    start = {"input": {"id": str(step.id), "run": str(run.id), "name": name, "startedAt": step.started_at}}
    _begin(step, "startStep", start)
    with _quietly():
        _run_token.provide(run)
    return step


def _begin(scope: Scope, op: str, start: dict[str, Any]) -> None:
    _control(scope.settings, op, start)
    with _quietly():
        sender = _sender.sender_for(scope.settings)
        if isinstance(sender, _sender.Sender):
            scope.start_number = sender.queue.appended
        if not scope.settings.disabled:
            _beat.notice(scope)
            _terminate.install()


def close(scope: Scope, error: BaseException | None = None, status: str | None = None) -> None:
    """Records the end, once, and waits for its delivery: with the `status` that somebody has told, else as the error
    says. Nothing has ended in a forked child that comes this way, nor of a run that this process only joined."""
    if _end(scope, status or status_of(error), error):
        if not _context.under_way:
            _terminate.remove()
        with _quietly():
            _sender.sender_for(scope.settings).flush(scope.settings.step_flush_seconds)


def _end(scope: Scope, status: str, error: BaseException | None = None) -> bool:
    if _context.under_way.pop(scope.id, None) is None:
        return False
    _context.rewrite_place()
    end: dict[str, Any] = {"status": status, "endedAt": max(timestamp(), scope.started_at)}
    if error is not None and status == "FAILED":
        with _quietly():
            end["failure"] = failure_of(error, scope.settings.send_traceback)
    if isinstance(scope, StepContext):
        with _quietly():
            if scope.run is not None and not scope.settings.disabled:
                _names_of(scope.run).end(scope.id, status)
        _control(scope.settings, "finishStep", {"id": str(scope.id), **end})
    else:
        _control(scope.settings, "finishRun", {"ref": str(scope.id), **end})
        with _quietly():
            _sender.sender_for(scope.settings).look_for_leftovers()
            if not scope.settings.disabled:
                _names_of(scope).forget()  # also where only other processes had steps of it
                del _names[scope.id]
            _run_token.forget(scope)
    return True


@contextlib.contextmanager
def recorded(scopes: list[Scope]) -> Iterator[None]:
    """Runs and steps that last as long as the block. What the block raises or returns is not touched."""
    error: BaseException | None = None
    try:
        with _context.entered(scopes):
            yield
    except BaseException as raised:
        error = raised
        raise
    finally:
        close_all(scopes, error)
        del error  # no circle of frame and traceback


def close_all(scopes: list[Scope], error: BaseException | None) -> None:
    """Records the ends, the innermost first."""
    for scope in reversed(scopes):
        close(scope, error)


def status_of(error: BaseException | None) -> str:
    """How a run or step ended that raised this."""
    if error is None:
        return "COMPLETED"
    if isinstance(error, SystemExit):
        return "COMPLETED" if error.code in (None, 0) else "FAILED"
    if isinstance(error, (KeyboardInterrupt, GeneratorExit)) or type(error).__name__ == "CancelledError":
        return "CANCELLED"
    return "FAILED"


def _names_of(run: RunContext) -> StepNames:
    names = _names.get(run.id)
    if names is None:
        names = _names.setdefault(run.id, StepNames(run.settings.spool_dir, run.id))
    return names


def _control(settings: Settings, op: str, variables: dict[str, Any]) -> None:
    with _quietly():
        payload = json.dumps(variables, ensure_ascii=False, separators=(",", ":"))
        line = f'{{"op":"{op}","variables":{payload}}}\n'.encode()
        _sender.sender_for(settings).append(line, control=True)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Recording must not change how a step ends."""
    try:
        yield
    except Exception:
        _log.exception("runledger: recording a run or step failed.")


class ProcessEnded(Exception):
    """What a step failed with that was cut off."""


def _end_all() -> None:
    """The process ends: daemon threads are cut off, and a generator that waits for its consumer has none any more."""
    for scope in reversed(list(_context.under_way.values())):
        error: BaseException | None = None
        if scope is _context.run_of_process():  # its end is no failure
            error = _notebook.last_failure() if _notebook.is_notebook() else getattr(sys, "last_value", None)
        elif _context.is_entered(scope):
            error = ProcessEnded("The process ended while it was under way.")
        close(scope, error)


def _cancel_all() -> None:
    """The process is told to end."""
    senders = []
    for scope in reversed(list(_context.under_way.values())):
        senders.append(_sender.sender_for(scope.settings))
        _end(scope, "CANCELLED")
    deadline = time.monotonic() + CANCEL_SECONDS
    for sender in senders:
        if sender.flush(deadline - time.monotonic()):
            sender.close_file()
    _context.remove_place()


def _after_fork_in_child() -> None:
    for names in _names.values():
        names.reset_lock()
    _beat.forget_thread()
    _terminate.forget()


_terminate = Terminate(_cancel_all)
_sender.at_end(_end_all, _context.remove_place)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
