"""Which run and step the code is in: by context variable, else by process, else by what was handed down."""

from __future__ import annotations

import contextlib
import contextvars
import json
import os
import threading
import uuid

from . import _inherited, _place
from ._inherited import API_KEY, VARIABLES, Birth
from ._scopes import RunContext, Scope, StepContext, Whereabouts, innermost

_current: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("runledger_scope", default=None)
_open: list[Scope] = []
"""Entered and not left in this process. A generator is in here only while its own body runs."""
under_way: dict[uuid.UUID, Scope] = {}
"""Started and not ended by this process."""
_lock = threading.RLock()  # re-entrant: a signal handler may come this way
_pid = os.getpid()
_of_process: RunContext | None = None
_place_of_process: _place.Place | None = None
_outside_env: dict[str, str | None] = {}


def whereabouts() -> Whereabouts:
    """Of the calling context; in a plain thread, of the process if it has one innermost step or run; else what was
    handed down by the process that started this one."""
    scope = own_scope()
    if scope is not None:
        return Whereabouts(scope, scope.run, False)
    if _open:
        return innermost(list(_open))
    return _inherited.handed_down()


def current_step() -> StepContext | None:
    scope = whereabouts().scope
    return scope if isinstance(scope, StepContext) else None


def current_run() -> RunContext | None:
    return whereabouts().run


def joined_run() -> RunContext | None:
    """The run that the program as a whole was started in: its outermost pipeline is part of it. Workers of a pool are
    part of the program that started them, and a pipeline inside a pipeline is a run of its own."""
    if _current.get() is not None or _open or _inherited.is_worker() or _inherited.born_by_fork is not None:
        return None
    return _inherited.handed_down().run


def own_scope() -> Scope | None:
    """What the calling context has entered; in the main thread, else the run that the process as a whole is in. A plain
    thread is in that one only as long as nothing is entered inside it."""
    scope = _current.get()
    if scope is not None and scope.pid == _pid:
        return scope
    return _of_process if threading.get_ident() == threading.main_thread().ident else None


def run_of_process() -> RunContext | None:
    """The run that `enter_process` began: a forked child is not in that of its parent."""
    return _of_process


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


def enter_process(run: RunContext) -> None:
    """All code of the process is in it, until `leave_process`, unless it is in something else."""
    global _of_process
    _of_process = run
    _enter([run])


def leave_process(run: RunContext) -> None:
    """Its counterpart."""
    global _of_process
    _of_process = None
    _leave([run])


def _enter(scopes: list[Scope]) -> None:
    with _lock:
        if not _open:
            _outside_env.update({name: os.environ.get(name) for name in (*VARIABLES, API_KEY)})
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
            API_KEY: last.run.token if last.run is not None and last.run.token is not None else _outside_env[API_KEY],
        }
    for name, value in values.items():
        if os.environ.get(name) == value:
            continue
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    rewrite_place()


def rewrite_place() -> None:
    """Says what is entered and under way now."""
    with _lock:
        if _place_of_process is not None:
            outer = {id(scope.outer) for scope in _open}
            inner = [_place_text(scope) for scope in _open if id(scope) not in outer]
            ids = dict.fromkeys(scope.id_text for scope in (*under_way.values(), *_open))
            _place_of_process.write(inner, list(ids))


def is_entered(scope: Scope) -> bool:
    """Whether code of this process is in it: a generator that waits for its consumer is under way, but not entered."""
    return any(scope is other for other in _open)


def _place_text(scope: Scope) -> str:
    """What a worker needs to know of it, as JSON text."""
    run = scope.run
    varies = (run.name, run.token) if run is not None else None
    if scope.place_text is None or scope.place_text[0] != varies:
        fields = {
            "url": scope.settings.url,
            "step": None if isinstance(scope, RunContext) else {"id": scope.id_text, "name": scope.name},
            "run": {"id": run.id_text, "name": run.name, "pipeline": run.pipeline} if run is not None else None,
            "token": run.token if run is not None else None,
        }
        scope.place_text = (varies, json.dumps(fields, separators=(",", ":")))
    return scope.place_text[1]


def remove_place() -> None:
    """At the end of the process."""
    if _place_of_process is not None:
        _place_of_process.close(remove=True)


def _before_fork() -> None:
    global _forking
    _lock.acquire()
    own = own_scope()
    _forking = _inherited.born_by_fork
    if own is not None or _open:
        scope = own or innermost(_open).scope
        path = _place_of_process.path if _place_of_process is not None else None
        _forking = Birth(scope, path, own is not None) if scope is not None else None


def _after_fork_in_parent() -> None:
    _lock.release()


def _after_fork_in_child() -> None:
    global _lock, _of_process, _pid, _place_of_process
    _lock = threading.RLock()
    _pid = os.getpid()
    _inherited.born_by_fork = _forking
    _open.clear()
    _of_process = None
    under_way.clear()
    if _place_of_process is not None:
        _place_of_process.close(remove=False)
        _place_of_process = None


_forking: Birth | None = None
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
