"""Which run and step the code is in: by context variable, else by process, else by environment."""

from __future__ import annotations

import contextlib
import contextvars
import datetime
import json
import logging
import os
import threading
import uuid
from collections.abc import Iterator
from typing import Any, Callable

from . import _sender
from ._settings import Settings, read_settings

_log = logging.getLogger("runledger")


class RunContext:
    """A run that is under way in this process, or the run that the environment names."""

    def __init__(self, id: uuid.UUID, name: str | None, pipeline: str | None, settings: Settings) -> None:
        self.id = id
        self.name = name
        self.pipeline = pipeline
        self.settings = settings


class StepContext:
    """A step that is under way."""

    def __init__(
        self, id: uuid.UUID, name: str | None, run: RunContext | None, settings: Settings, outer: StepContext | None
    ) -> None:
        self.id = id
        self.name = name
        self.run = run
        self.settings = settings
        self.outer = outer
        self.target_json = f'{{"stepId":"{id}"}}'


_run: contextvars.ContextVar[RunContext | None] = contextvars.ContextVar("runledger_run", default=None)
_step: contextvars.ContextVar[StepContext | None] = contextvars.ContextVar("runledger_step", default=None)
_active: list[StepContext] = []
_lock = threading.Lock()
_outside_env: dict[str, str | None] = {}
_env_step: StepContext | None = None
_VARIABLES = ("RUNLEDGER_URL", "RUNLEDGER_API_KEY", "RUNLEDGER_RUN_ID", "RUNLEDGER_STEP_ID")


def current_step() -> StepContext | None:
    """The step of the calling context; in a plain thread the only innermost step of the process; else that of the
    environment. None where there is none, or where several would do."""
    step = _step.get()
    if step is not None:
        return step
    active = list(_active)
    if active:
        outer = {id(other.outer) for other in active}
        innermost = [other for other in active if id(other) not in outer]
        return innermost[0] if len(innermost) == 1 else None
    return _step_of_environment()


def current_run() -> RunContext | None:
    """The run of the calling context, of its step, or of the environment."""
    run = _run.get()
    if run is not None:
        return run
    step = current_step()
    if step is not None and step.run is not None:
        return step.run
    return _run_of_environment()


def several_steps() -> bool:
    """Whether steps are under way, none of which is the caller's for sure."""
    return _step.get() is None and len(_active) > 1


@contextlib.contextmanager
def run_scope(pipeline: str, name: str | None) -> Iterator[RunContext]:
    """A run from here to the end of the block. What the block raises or returns is not touched."""
    run_id = uuid.uuid4()
    now = datetime.datetime.now(datetime.timezone.utc)
    run = RunContext(
        run_id, name or f"{pipeline[:200]}-{now:%Y_%m_%d-%H_%M_%S_%f}-{run_id.hex[:4]}", pipeline, read_settings()
    )
    start = {"input": {"id": str(run.id), "name": run.name, "pipeline": pipeline, "startedAt": timestamp(now)}}
    _control(run.settings, "startRun", start)
    process = os.getpid()
    token = _run.set(run)
    step_token = _step.set(None)
    status = "FAILED"
    try:
        yield run
        status = "COMPLETED"
    except BaseException as error:
        status = status_of(error)
        raise
    finally:
        _step.reset(step_token)
        _run.reset(token)
        if os.getpid() == process:  # a forked child that comes this way has not ended the run
            _control(run.settings, "finishRun", {"ref": str(run.id), "status": status})
            _quietly(lambda: _sender.sender_for(run.settings).look_for_leftovers())
            _flush(run.settings)


@contextlib.contextmanager
def step_scope(name: str, run: RunContext) -> Iterator[StepContext]:
    """A step from here to the end of the block. What the block raises or returns is not touched."""
    step = StepContext(uuid.uuid4(), name, run, run.settings, _step.get())
    start = {"input": {"id": str(step.id), "run": str(run.id), "name": name, "startedAt": timestamp()}}
    _control(step.settings, "startStep", start)
    process = os.getpid()
    token = _step.set(step)
    _enter(step)
    status = "FAILED"
    try:
        yield step
        status = "COMPLETED"
    except BaseException as error:
        status = status_of(error)
        raise
    finally:
        _leave(step)
        _step.reset(token)
        if os.getpid() == process:
            _control(step.settings, "finishStep", {"id": str(step.id), "status": status})
            _flush(step.settings)


def status_of(error: BaseException) -> str:
    """How a run or step ended that raised this."""
    if isinstance(error, SystemExit):
        return "COMPLETED" if error.code in (None, 0) else "FAILED"
    if isinstance(error, (KeyboardInterrupt, GeneratorExit)) or type(error).__name__ == "CancelledError":
        return "CANCELLED"
    return "FAILED"


def timestamp(now: datetime.datetime | None = None) -> str:
    """Now, or the given instant in UTC, as ISO 8601 with milliseconds."""
    return (now or datetime.datetime.now(datetime.timezone.utc)).isoformat(timespec="milliseconds")[:23] + "Z"


def _control(settings: Settings, op: str, variables: dict[str, Any]) -> None:
    payload = json.dumps(variables, ensure_ascii=False, separators=(",", ":"))
    line = f'{{"op":"{op}","variables":{payload}}}\n'.encode()
    _quietly(lambda: _sender.sender_for(settings).append(line, control=True))


def _flush(settings: Settings) -> None:
    _quietly(lambda: _sender.sender_for(settings).flush(settings.step_flush_seconds))


def _quietly(action: Callable[[], object]) -> None:
    """Recording must not change how a step ends."""
    try:
        action()
    except Exception:
        _log.exception("runledger: recording a run or step failed.")


def _enter(step: StepContext) -> None:
    with _lock:
        if not _active:
            _outside_env.update({name: os.environ.get(name) for name in _VARIABLES})
        _active.append(step)
        _set_environment()


def _leave(step: StepContext) -> None:
    with _lock:
        if step in _active:
            _active.remove(step)
        _set_environment()


def _set_environment() -> None:
    """Child processes log to the step that was entered last."""
    values = dict(_outside_env)
    if _active:
        step = _active[-1]
        values["RUNLEDGER_URL"] = step.settings.url
        values["RUNLEDGER_STEP_ID"] = str(step.id)
        values["RUNLEDGER_RUN_ID"] = str(step.run.id) if step.run is not None else None
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _step_of_environment() -> StepContext | None:
    global _env_step
    text = os.environ.get("RUNLEDGER_STEP_ID")
    if not text:
        return None
    known = _env_step
    if known is not None and (text == str(known.id)):
        return known
    step_id = _uuid(text, "RUNLEDGER_STEP_ID")
    if step_id is None:
        return None
    _env_step = StepContext(step_id, None, _run_of_environment(), read_settings(), None)
    return _env_step


def _run_of_environment() -> RunContext | None:
    text = os.environ.get("RUNLEDGER_RUN_ID")
    run_id = _uuid(text, "RUNLEDGER_RUN_ID") if text else None
    return RunContext(run_id, None, None, read_settings()) if run_id is not None else None


def _uuid(text: str, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        _log.error("runledger: %s is %r, which is no id.", name, text)
        return None


def _after_fork_in_child() -> None:
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
