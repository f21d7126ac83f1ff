"""Which run and step the code is in: by context variable, else by process, else by what was handed down."""

from __future__ import annotations

import contextlib
import contextvars
import datetime
import json
import logging
import os
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple, Union

from . import _deliver, _place, _sender
from ._beat import Beat
from ._failure import failure_of
from ._settings import Settings, read_settings
from ._step_names import StepNames
from ._terminate import Terminate

_log = logging.getLogger("runledger")


class RunContext:
    """A run that is under way in this process, or one that was handed down to it."""

    is_run = True

    def __init__(
        self, id: uuid.UUID, name: str | None, pipeline: str | None, settings: Settings, outer: Scope | None = None
    ) -> None:
        self.id = id
        self.asked_name = name
        self.pipeline = pipeline
        self.settings = settings
        self.outer = outer
        self.pid = _pid
        self.id_text = str(id)
        self.place_text: tuple[Any, str] | None = None
        self.started_at = ""
        self.began = time.monotonic()
        self.start_number = 0
        """How many operations had been made when its start had: it has arrived when as many are delivered."""
        self.target_json = f'{{"run":"{id}"}}'

    @property
    def run(self) -> RunContext:
        return self

    @property
    def name(self) -> str | None:
        """As recorded: another one where the service said that the name is taken."""
        return _deliver.renamed_runs.get(str(self.id), self.asked_name)


class StepContext:
    """A step that is under way in this process, or one that was handed down to it."""

    is_run = False

    def __init__(
        self, id: uuid.UUID, name: str | None, run: RunContext | None, settings: Settings, outer: Scope | None = None
    ) -> None:
        self.id = id
        self.name = name
        self.run = run
        self.settings = settings
        self.outer = outer
        self.pid = _pid
        self.id_text = str(id)
        self.place_text: tuple[Any, str] | None = None
        self.started_at = ""
        self.began = time.monotonic()
        self.start_number = 0
        """How many operations had been made when its start had: it has arrived when as many are delivered."""
        self.target_json = f'{{"stepId":"{id}"}}'


Scope = Union[RunContext, StepContext]


class Whereabouts(NamedTuple):
    """What a call is inside of."""

    scope: Scope | None
    """The innermost step or run; None outside of any, or where several would do."""
    run: RunContext | None
    several: bool


_NOWHERE = Whereabouts(None, None, False)
_current: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("runledger_scope", default=None)
_open: list[Scope] = []
"""Entered and not left in this process. A generator is in here only while its own body runs."""
under_way: dict[uuid.UUID, Scope] = {}
"""Started and not ended by this process."""
_lock = threading.RLock()  # re-entrant: a signal handler may come this way
_pid = os.getpid()
_place_of_process: _place.Place | None = None
_outside_env: dict[str, str | None] = {}
_VARIABLES = ("RUNLEDGER_URL", "RUNLEDGER_RUN_ID", "RUNLEDGER_STEP_ID", "RUNLEDGER_PLACE")
_names: dict[uuid.UUID, StepNames] = {}
_beat = Beat(under_way)
CANCEL_SECONDS = 1.5
"""How long a process that is told to end waits for that to be delivered."""
_warned: set[tuple[str, object]] = set()


def whereabouts() -> Whereabouts:
    """Of the calling context; in a plain thread, of the process if it has one innermost step or run; else what was
    handed down by the process that started this one."""
    scope = _current.get()
    if scope is not None and scope.pid == _pid:
        return Whereabouts(scope, scope.run, False)
    if _open:
        return _innermost(list(_open))
    return _handed_down()


def current_step() -> StepContext | None:
    scope = whereabouts().scope
    return scope if isinstance(scope, StepContext) else None


def current_run() -> RunContext | None:
    return whereabouts().run


def joined_run() -> RunContext | None:
    """The run that the program as a whole was started in: its outermost pipeline is part of it. Workers of a pool are
    part of the program that started them, and a pipeline inside a pipeline is a run of its own."""
    if _current.get() is not None or _open or _is_worker() or _born_by_fork is not None:
        return None
    return _handed_down().run


def _innermost(scopes: list[Scope]) -> Whereabouts:
    outer = {id(scope.outer) for scope in scopes}
    inner = [scope for scope in scopes if id(scope) not in outer]
    if len(inner) == 1:
        return Whereabouts(inner[0], inner[0].run, False)
    runs = {scope.run.id: scope.run for scope in inner if scope.run is not None}
    return Whereabouts(None, next(iter(runs.values())) if len(runs) == 1 else None, True)


# What was handed down by the process that started this one


class _Birth(NamedTuple):
    """What this process was started in."""

    scope: Scope
    place: str | None
    exact: bool
    """By fork: the scope is that of the code that forked, not the one that was entered last."""


_born_by_fork: _Birth | None = None
_born_by_environment: tuple[tuple[str | None, ...], _Birth | None] | None = None
_parsed: tuple[dict[str, Any], list[Scope]] | None = None
_parent_place: tuple[int, str] | None = None


def _handed_down() -> Whereabouts:
    born = _born_by_fork or _birth_of_environment()
    worker = _is_worker()
    place = _place_of_parent() if worker else born.place if born is not None else None
    now = _place.read_place(place) if place is not None else None
    if worker and now is not None:
        return _of_parent(now, born)
    if born is None:
        return _NOWHERE
    if now is not None and str(born.scope.id) not in now["open"]:
        _warn_of_end(born.scope)
    return Whereabouts(born.scope, born.scope.run, False)


def _of_parent(now: dict[str, Any], born: _Birth | None) -> Whereabouts:
    """A worker of a pool is in what its parent is in now, which need not be what the worker was started in."""
    inner = _parsed_scopes(now)
    if len(inner) == 1:
        return Whereabouts(inner[0], inner[0].run, False)
    if inner:
        if born is not None and born.exact and any(scope.id == born.scope.id for scope in inner):
            return Whereabouts(born.scope, born.scope.run, False)
        runs = {scope.run.id: scope.run for scope in inner if scope.run is not None}
        return Whereabouts(None, next(iter(runs.values())) if len(runs) == 1 else None, True)
    if born is None:
        return _NOWHERE
    _warn_of_end(born.scope)
    return Whereabouts(born.scope, None, False)


def _parsed_scopes(now: dict[str, Any]) -> list[Scope]:
    global _parsed
    if _parsed is not None and _parsed[0] is now:
        return _parsed[1]
    found: list[Scope] = []
    for fields in now["scopes"]:
        settings = read_settings(fields["url"])
        given = fields["run"]
        run = RunContext(uuid.UUID(given["id"]), given["name"], given["pipeline"], settings) if given else None
        if fields["step"] is not None:
            step = fields["step"]
            found.append(StepContext(uuid.UUID(step["id"]), step["name"], run, settings))
        elif run is not None:
            found.append(run)
    _parsed = (now, found)
    return found


def _is_worker() -> bool:
    """Whether multiprocessing, concurrent.futures or joblib made this process."""
    process = sys.modules.get("multiprocessing.process")
    return process is not None and process.parent_process() is not None


def _place_of_parent() -> str:
    global _parent_place
    pid = sys.modules["multiprocessing.process"].parent_process().pid
    if _parent_place is None or _parent_place[0] != pid:
        given = os.environ.get("RUNLEDGER_PLACE", "").partition("@")[2]
        own = _place.place_of(os.path.dirname(given) or read_settings().spool_dir, pid)
        _parent_place = (pid, own)
    return _parent_place[1]


def _birth_of_environment() -> _Birth | None:
    global _born_by_environment
    texts = tuple(os.environ.get(name) for name in _VARIABLES)
    known = _born_by_environment
    if known is not None and known[0] == texts:
        return known[1]
    _url, run_text, step_text, place = texts
    run_id = _uuid(run_text, "RUNLEDGER_RUN_ID") if run_text else None
    step_id = _uuid(step_text, "RUNLEDGER_STEP_ID") if step_text else None
    settings = read_settings()
    run = RunContext(run_id, None, None, settings) if run_id is not None else None
    scope: Scope | None = StepContext(step_id, None, run, settings) if step_id is not None else run
    birth = None
    if scope is not None:
        # The place belongs to the step that was handed down with it, not to one that somebody put there since.
        owner, _, path = (place or "").partition("@")
        birth = _Birth(scope, path if owner == str(scope.id) else None, False)
    _born_by_environment = (texts, birth)
    return birth


def _uuid(text: str, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        _warn_once(("id", text), "runledger: %s is %r, which is no id.", name, text)
        return None


def _warn_of_end(scope: Scope) -> None:
    what = "step" if isinstance(scope, StepContext) else "run"
    _warn_once(
        ("end", scope.id),
        "runledger: this process was started in the %s %s, which has ended; what it logs still goes there. "
        "Pass step_id to log to another.",
        what,
        scope.name or scope.id,
    )


def _warn_once(key: tuple[str, object], message: str, *words: object) -> None:
    if key not in _warned:
        _warned.add(key)
        _log.warning(message, *words)


# Runs and steps of this process


def open_run(pipeline: str, name: str | None) -> RunContext:
    """Records the start of a run."""
    run_id = uuid.uuid4()
    now = datetime.datetime.now(datetime.timezone.utc)
    name = name or f"{pipeline[:200]}-{now:%Y_%m_%d-%H_%M_%S_%f}-{run_id.hex[:4]}"
    run = RunContext(run_id, name, pipeline, read_settings(), _own_scope())
    under_way[run.id] = run
    run.started_at = timestamp(now)
    _deliver.name_for_messages(run.id, f"run {name}")
    start = {"input": {"id": str(run.id), "name": name, "pipeline": pipeline, "startedAt": run.started_at}}
    _begin(run, "startRun", start)
    return run


def open_step(asked_name: str, run: RunContext) -> StepContext:
    """Records the start of a step, under a name that supersedes no attempt that counts."""
    step_id = uuid.uuid4()
    name = asked_name
    with _quietly():
        if not run.settings.disabled:
            name = _names_of(run).start(asked_name, step_id)
    step = StepContext(step_id, name, run, run.settings, _own_scope() or run)
    under_way[step.id] = step
    step.started_at = timestamp()
    _deliver.name_for_messages(step.id, f"step {name} of run {run.name or run.id}")
    start = {"input": {"id": str(step.id), "run": str(run.id), "name": name, "startedAt": step.started_at}}
    _begin(step, "startStep", start)
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


def close(scope: Scope, error: BaseException | None) -> None:
    """Records the end, once, and waits for its delivery. In a forked child that comes this way nothing has ended."""
    if _end(scope, "COMPLETED" if error is None else status_of(error), error):
        if not under_way:
            _terminate.remove()
        with _quietly():
            _sender.sender_for(scope.settings).flush(scope.settings.step_flush_seconds)


def _end(scope: Scope, status: str, error: BaseException | None = None) -> bool:
    if under_way.pop(scope.id, None) is None:
        return False
    with _lock:
        _write_place()
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
    return True


class entered:
    """The code of the block is in the last of the scopes; each is inside the one before. Without any, it is where it
    was. A class, because it must let StopIteration through: generators are stepped in it."""

    __slots__ = ("_scopes", "_token")

    def __init__(self, scopes: list[Scope]) -> None:
        self._scopes = scopes

    def __enter__(self) -> None:
        if self._scopes:
            self._token = _current.set(self._scopes[-1])
            _enter(self._scopes)

    def __exit__(self, *_: object) -> None:
        if self._scopes:
            _leave(self._scopes)
            with contextlib.suppress(ValueError):  # begun in another context, which has gone its own way
                _current.reset(self._token)


@contextlib.contextmanager
def recorded(scopes: list[Scope]) -> Iterator[None]:
    """Runs and steps that last as long as the block. What the block raises or returns is not touched."""
    error: BaseException | None = None
    try:
        with entered(scopes):
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


def _own_scope() -> Scope | None:
    scope = _current.get()
    return scope if scope is not None and scope.pid == _pid else None


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


def _enter(scopes: list[Scope]) -> None:
    with _lock:
        if not _open:
            _outside_env.update({name: os.environ.get(name) for name in _VARIABLES})
        _open.extend(scopes)
        _hand_down()


def _leave(scopes: list[Scope]) -> None:
    with _lock:
        _open.reverse()
        left = [scope for scope in reversed(scopes) if scope in _open]
        for scope in left:
            _open.remove(scope)  # the last, if it is in here twice
        _open.reverse()
        if left:
            _hand_down()


def _hand_down() -> None:
    """Child processes log to what was entered last; workers, to what is written down at the place."""
    global _place_of_process
    values = _outside_env
    if _open:
        if _place_of_process is None and not _open[0].settings.disabled:
            _place_of_process = _place.Place(_open[0].settings.spool_dir)
        last = _open[-1]
        path = _place_of_process.path if _place_of_process is not None else None
        values = {
            "RUNLEDGER_URL": last.settings.url,
            "RUNLEDGER_RUN_ID": last.run.id_text if last.run is not None else None,
            "RUNLEDGER_STEP_ID": None if last.is_run else last.id_text,
            "RUNLEDGER_PLACE": f"{last.id_text}@{path}" if path is not None else None,
        }
    for name, value in values.items():
        if os.environ.get(name) == value:
            continue
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    _write_place()


def _write_place() -> None:
    if _place_of_process is not None:
        outer = {id(scope.outer) for scope in _open}
        inner = [_place_text(scope) for scope in _open if id(scope) not in outer]
        ids = dict.fromkeys(scope.id_text for scope in (*under_way.values(), *_open))
        _place_of_process.write(inner, list(ids))


def _place_text(scope: Scope) -> str:
    """What a worker needs to know of it, as JSON text."""
    if scope.place_text is None or scope.place_text[0] != (scope.run and scope.run.name):
        run = scope.run
        fields = {
            "url": scope.settings.url,
            "step": None if isinstance(scope, RunContext) else {"id": scope.id_text, "name": scope.name},
            "run": {"id": run.id_text, "name": run.name, "pipeline": run.pipeline} if run is not None else None,
        }
        scope.place_text = (run and run.name, json.dumps(fields, separators=(",", ":")))
    return scope.place_text[1]


class ProcessEnded(Exception):
    """What a step failed with that was cut off."""


def _end_all() -> None:
    """The process ends: daemon threads are cut off, and a generator that waits for its consumer has none any more."""
    running = {id(scope) for scope in _open}
    for scope in reversed(list(under_way.values())):
        cut = ProcessEnded("The process ended while it was under way.") if id(scope) in running else None
        close(scope, cut)


def _cancel_all() -> None:
    """The process is told to end."""
    senders = []
    for scope in reversed(list(under_way.values())):
        senders.append(_sender.sender_for(scope.settings))
        _end(scope, "CANCELLED")
    deadline = time.monotonic() + CANCEL_SECONDS
    for sender in senders:
        if sender.flush(deadline - time.monotonic()):
            sender.close_file()
    _remove_place()


def _remove_place() -> None:
    if _place_of_process is not None:
        _place_of_process.close(remove=True)


def _before_fork() -> None:
    global _forking
    _lock.acquire()
    own = _own_scope()
    _forking = _born_by_fork
    if own is not None or _open:
        scope = own or _innermost(_open).scope
        path = _place_of_process.path if _place_of_process is not None else None
        _forking = _Birth(scope, path, own is not None) if scope is not None else None


def _after_fork_in_parent() -> None:
    _lock.release()


def _after_fork_in_child() -> None:
    global _lock, _pid, _born_by_fork, _place_of_process
    _lock = threading.RLock()
    _pid = os.getpid()
    _born_by_fork = _forking
    _open.clear()
    under_way.clear()
    _beat.forget_thread()
    _terminate.forget()
    for names in _names.values():
        names.reset_lock()
    if _place_of_process is not None:
        _place_of_process.close(remove=False)
        _place_of_process = None


_forking: _Birth | None = None
_terminate = Terminate(_cancel_all)
_sender.at_end(_end_all, _remove_place)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
