"""``log_metadata``."""

from __future__ import annotations

import datetime
import logging
import operator
import os
import time
import uuid
from collections.abc import Mapping
from typing import Any, Callable, NoReturn, Optional

from . import _context, _sender, _settings
from ._deliver import LOG_BATCH
from ._encode import encode_entry, timestamp
from ._graphql import execute
from ._http import Transport
from ._plain import as_mapping, is_duration, item_of
from ._queue import Call
from ._settings import endpoint, is_disabled, read_settings
from ._target import WAYS, Id, no_target, target_json
from .errors import InvalidCallError, InvalidValueError, UnsupportedTypeError

# What type checkers refuse to be given; `typing` has no word for it on Python 3.9 and 3.10.
Never = NoReturn
MAX_ENTRIES = 1000
MAX_INPUT_CHARS = 512 * 1024
MAX_ITERATION = 2**63 - 1
_log = logging.getLogger("runledger")
_said: set[str] = set()
units_told: set[tuple[str, str]] = set()
"""Targets and keys of durations whose unit has been logged."""
_PLAIN = frozenset({float, int, str, bool, type(None), dict, list, tuple})


def log_metadata(
    metadata: Mapping[str, Any],
    step_name: Optional[str] = None,
    run_id_name_or_prefix: Optional[Id] = None,
    step_id: Optional[Id] = None,
    *,
    iteration: Optional[int] = None,
    logged_at: Optional[datetime.datetime] = None,
    **unsupported: Never,
) -> None:
    """Attaches metadata to a step or a run; without a target, to the step that the call is made in, or in the body of
    a pipeline to its run.

    Inside a step or pipeline it returns at once: the entries are in the spool, and delivered in order in the
    background. A value that cannot be recorded is left out there, with a warning, and the job goes on (with
    ``RUNLEDGER_STRICT=1`` the call raises, and nothing of it is logged). It raises InvalidCallError (mostly an
    InvalidValueError, a ValueError, or an UnsupportedTypeError, a TypeError) for arguments that make no call, never for
    the service or the network.

    Elsewhere it returns when the service has committed the entries, all of them together up to 1,000; and raises
    InvalidCallError (fix the call, or the value) or UnavailableError (try again) after ``RUNLEDGER_TIMEOUT_SECONDS``
    (30).

    ``iteration`` is counted along with the values (an epoch, a batch; 64 bits), for plots. ``logged_at`` is when they
    were measured, where that is not now; without a zone it is local time.
    """
    if is_disabled():
        return
    if unsupported:
        _refuse(unsupported)
    given = as_mapping(metadata)
    if given is None:
        raise UnsupportedTypeError(_no_mapping(metadata, step_name), "BAD_USER_INPUT")
    instant = _now() if logged_at is None else _instant(logged_at)
    here = _context.whereabouts()
    if step_name is None and run_id_name_or_prefix is None and step_id is None:
        if here.scope is None:
            raise InvalidValueError(no_target(here.several), "BAD_USER_INPUT")
        target = here.scope.target_json
    else:
        target = target_json(step_name, run_id_name_or_prefix, step_id, here.run)
    inside = here.scope or here.run
    if inside is not None or _settings.recording:
        settings = read_settings() if inside is None else inside.settings
        entries, units = _entries(target, given, iteration, None if settings.strict else _leave_out)
        sender = _sender.sender_for(settings)
        for part in _parts(entries):
            sender.log(Call(target, instant, part))
        _note_units(units)
        return
    settings = read_settings()
    entries, units = _entries(target, given, iteration, None)
    inputs = _inputs(target, instant, entries)
    endpoint(settings.url)
    transport = Transport(settings.url, settings.api_key)
    try:
        for text in inputs:
            execute(transport, LOG_BATCH, f'{{"inputs":[{text}]}}', settings.timeout_seconds)
    finally:
        transport.close()
    _note_units(units)


def _entries(
    target: str,
    metadata: Mapping[Any, Any],
    iteration: Optional[int],
    leave_out: Optional[Callable[[InvalidCallError], None]],
) -> tuple[list[str], list[tuple[str, str]]]:
    """The entries as JSON text, and what there is a unit of among them. What is wrong raises, unless it is to be left
    out."""
    found: list[str] = []
    units: list[tuple[str, str]] = []
    try:
        if not metadata:
            raise InvalidValueError("metadata is empty: there is nothing to log.", "BAD_USER_INPUT")
        count = _iteration(iteration)
    except InvalidCallError as error:
        if leave_out is None:
            raise
        leave_out(error)
        count = None
    for key in metadata:
        try:
            value = item_of(metadata, key, str(key))
            found.append(encode_entry(key, value, count))
            if type(value) not in _PLAIN and is_duration(value) and _needs_unit(target, key):
                found.append(encode_entry(f"{key}.unit", "s"))
                units.append((target, key))
        except InvalidCallError as error:
            if leave_out is None:
                raise
            leave_out(error)
    return found, units


def _needs_unit(target: str, key: str) -> bool:
    """The unit of a duration has an entry of its own beside it, once for each step or run: ``took.unit``."""
    return (target, key) not in units_told and len(f"{key}.unit".encode()) <= 255


def _note_units(units: list[tuple[str, str]]) -> None:
    """When the call is made: one that raises has logged none."""
    if units:
        if len(units_told) >= 10_000:
            units_told.clear()
        units_told.update(units)


def _leave_out(error: InvalidCallError) -> None:
    """Says what is not logged, once; a loop would say it again and again."""
    if error.message not in _said and len(_said) < 1000:
        _said.add(error.message)
        _log.warning("runledger: not logged: %s (RUNLEDGER_STRICT=1 raises instead.)", error.message)


def _iteration(iteration: object) -> Optional[int]:
    if iteration is None:
        return None
    try:
        count = operator.index(iteration)  # type: ignore[arg-type]  # raises TypeError for what is none
    except TypeError:
        count = MAX_ITERATION + 1
    if isinstance(iteration, bool) or not -MAX_ITERATION - 1 <= count <= MAX_ITERATION:
        bits = (MAX_ITERATION + 1).bit_length()
        raise InvalidValueError(f"iteration={iteration!r:.80}: an int of {bits} bits is needed.", "BAD_USER_INPUT")
    return count


_last_now: tuple[int, str] = (0, "")


def _now() -> str:
    """The time to the millisecond, as ISO 8601."""
    global _last_now
    now = time.time_ns() // 1_000_000
    known = _last_now
    if known[0] != now:
        instant = datetime.datetime.fromtimestamp(now / 1000, datetime.timezone.utc)
        _last_now = known = (now, timestamp(instant))
    return known[1]


def _instant(given: object) -> str:
    if not isinstance(given, datetime.datetime):
        raise UnsupportedTypeError(
            f"logged_at={given!r:.80} is {type(given).__name__}; a datetime is needed.", "BAD_USER_INPUT"
        )
    return timestamp(given.astimezone(datetime.timezone.utc))


def _inputs(target: str, logged_at: str, entries: list[str]) -> list[str]:
    return [
        f'{{"target":{target},"requestId":"{uuid.UUID(bytes=os.urandom(16), version=4)}",'
        f'"loggedAt":"{logged_at}","entries":[{",".join(part)}]}}'
        for part in _parts(entries)
    ]


def _parts(entries: list[str]) -> list[list[str]]:
    """The entries, in several parts where they would be too large for one request."""
    if len(entries) <= MAX_ENTRIES and sum(map(len, entries)) + len(entries) <= MAX_INPUT_CHARS:
        return [entries] if entries else []
    parts: list[list[str]] = [[]]
    size = 0
    for entry in entries:
        if parts[-1] and (len(parts[-1]) == MAX_ENTRIES or size + len(entry) > MAX_INPUT_CHARS):
            parts.append([])
            size = 0
        parts[-1].append(entry)
        size += len(entry) + 1
    return parts


def _no_mapping(metadata: object, second: object) -> str:
    if isinstance(metadata, str):
        value = "…" if second is None else f"{second!r:.40}"
        return f"log_metadata takes a dict: log_metadata({{{metadata!r:.80}: {value}}})."
    return (
        f'metadata is {type(metadata).__name__}; a dict of keys to values is needed: log_metadata({{"accuracy": 0.9}}).'
    )


def _refuse(unsupported: dict[str, Any]) -> None:
    given: tuple[str, ...] = tuple(name for name, value in unsupported.items() if value not in (None, False))
    if given:
        raise UnsupportedTypeError(
            f"log_metadata({', '.join(given)}=…) is not supported: Runledger has metadata of runs and steps only.\n"
            + WAYS,
            "BAD_USER_INPUT",
        )
