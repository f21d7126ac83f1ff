"""What was handed down by the process that started this one: through the environment, a fork, or the parent's place."""

from __future__ import annotations

import logging
import os
import sys
import uuid
from typing import Any, NamedTuple

from . import _place
from ._scopes import NOWHERE, RunContext, Scope, StepContext, Whereabouts
from ._settings import read_settings

_log = logging.getLogger("runledger")
API_KEY = "RUNLEDGER_API_KEY"
VARIABLES = ("RUNLEDGER_URL", "RUNLEDGER_RUN_ID", "RUNLEDGER_STEP_ID", "RUNLEDGER_PLACE")


class Birth(NamedTuple):
    """What this process was started in."""

    scope: Scope
    place: str | None
    exact: bool
    """By fork: the scope is that of the code that forked, not the one that was entered last."""


born_by_fork: Birth | None = None
"""Set in a forked child."""
_born_by_environment: tuple[tuple[str | None, ...], Birth | None] | None = None
_parsed: tuple[dict[str, Any], list[Scope]] | None = None
_parent_place: tuple[int, str] | None = None
_warned: set[tuple[str, object]] = set()


def handed_down() -> Whereabouts:
    """What this process was started in; in a worker of a pool, what its parent is in now."""
    born = born_by_fork or _birth_of_environment()
    worker = is_worker()
    place = _place_of_parent() if worker else born.place if born is not None else None
    now = _place.read_place(place) if place is not None else None
    if worker and now is not None:
        return _of_parent(now, born)
    if born is None:
        return NOWHERE
    if now is not None and str(born.scope.id) not in now["open"]:
        _warn_of_end(born.scope)
    return Whereabouts(born.scope, born.scope.run, False)


def _of_parent(now: dict[str, Any], born: Birth | None) -> Whereabouts:
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
        return NOWHERE
    _warn_of_end(born.scope)
    return Whereabouts(born.scope, None, False)


def _parsed_scopes(now: dict[str, Any]) -> list[Scope]:
    global _parsed
    if _parsed is not None and _parsed[0] is now:
        return _parsed[1]
    found: list[Scope] = []
    for fields in now["scopes"]:
        settings = read_settings(fields["url"], fields.get("token"))
        given = fields["run"]
        run = RunContext(uuid.UUID(given["id"]), given["name"], given["pipeline"], settings) if given else None
        if fields["step"] is not None:
            step = fields["step"]
            found.append(StepContext(uuid.UUID(step["id"]), step["name"], run, settings))
        elif run is not None:
            found.append(run)
    _parsed = (now, found)
    return found


def is_worker() -> bool:
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


def _birth_of_environment() -> Birth | None:
    global _born_by_environment
    texts = tuple(os.environ.get(name) for name in VARIABLES)
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
        birth = Birth(scope, path if owner == str(scope.id) else None, False)
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
