"""``log_metadata`` and ``get_step_context``."""

from __future__ import annotations

import datetime
import os
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple, Union

from . import _context, _sender
from ._deliver import LOG_BATCH
from ._encode import check_name, encode_entry
from ._graphql import execute
from ._http import Transport
from ._settings import Settings, read_settings
from .errors import InvalidValueError, UnsupportedTypeError

Id = Union[str, uuid.UUID]
MAX_ENTRIES = 1000
MAX_INPUT_CHARS = 512 * 1024

_WAYS = """Say what the metadata belongs to:
  log_metadata(metadata)                                                    inside a function decorated with @step
  log_metadata(metadata, step_id=…)                                         a step
  log_metadata(metadata, step_name=…, run_id_name_or_prefix=…)              a step of a run, by name
  log_metadata(metadata, run_id_name_or_prefix=…)                           a run"""


def log_metadata(
    metadata: Mapping[str, Any],
    step_name: str | None = None,
    run_id_name_or_prefix: Id | None = None,
    step_id: Id | None = None,
    *,
    iteration: int | None = None,
    **unsupported: Any,
) -> None:
    """Attaches metadata to a step or a run; without a target, to the step that the call is made in.

    Inside a step or pipeline it returns at once: the entries are in the spool, and delivered in order in the
    background. It raises for what is wrong with the call (InvalidValueError, a ValueError; UnsupportedTypeError, a
    TypeError: nothing of the call is logged then), never for the service or the network.

    Elsewhere it returns when the service has committed the entries, all of them together up to 1,000; and raises
    InvalidCallError (fix the call) or UnavailableError (try again) after `RUNLEDGER_TIMEOUT_SECONDS` (30).

    ``iteration`` is counted along with the values (an epoch, a batch), for plots.
    """
    if unsupported:
        _refuse(unsupported)
    step = _context.current_step()
    if step_name is None and run_id_name_or_prefix is None and step_id is None:
        if step is None:
            raise InvalidValueError(_no_target(), "BAD_USER_INPUT")
        target = step.target_json
        settings: Settings | None = step.settings
    else:
        target = _target(step_name, run_id_name_or_prefix, step_id)
        inside = step or _context.current_run()
        settings = inside.settings if inside is not None else None
    entries = _entries(metadata, iteration)
    inputs = _inputs(target, entries)
    if settings is not None:
        sender = _sender.sender_for(settings)
        for text in inputs:
            sender.append(f'{{"op":"logMetadata","input":{text}}}\n'.encode())
        return
    settings = read_settings()
    transport = Transport(settings.url, settings.api_key)
    try:
        for text in inputs:
            execute(transport, LOG_BATCH, f'{{"inputs":[{text}]}}', settings.timeout_seconds)
    finally:
        transport.close()


class PipelineInfo(NamedTuple):
    name: str | None


class RunInfo(NamedTuple):
    id: uuid.UUID
    name: str | None
    """None in a child process, which knows only the id."""


class StepInfo(NamedTuple):
    id: uuid.UUID
    name: str | None


class StepInformation(NamedTuple):
    """Where the code is: what ``get_step_context()`` gives."""

    pipeline: PipelineInfo
    pipeline_run: RunInfo
    step_run: StepInfo

    @property
    def step_name(self) -> str | None:
        return self.step_run.name


def get_step_context() -> StepInformation:
    """The run and step that the call is made in. Raises RuntimeError outside a step."""
    step = _context.current_step()
    run = step.run if step is not None else None
    if step is None or run is None:
        raise RuntimeError("get_step_context() works inside a function decorated with @step, while it executes.")
    return StepInformation(PipelineInfo(run.pipeline), RunInfo(run.id, run.name), StepInfo(step.id, step.name))


def _entries(metadata: Any, iteration: int | None) -> list[str]:
    if not isinstance(metadata, Mapping):
        raise UnsupportedTypeError(
            f"metadata is {type(metadata).__name__}; a dict of keys to values is needed.", "BAD_USER_INPUT"
        )
    if not metadata:
        raise InvalidValueError("metadata is empty: there is nothing to log.", "BAD_USER_INPUT")
    if iteration is not None and (isinstance(iteration, bool) or not -(2**31) <= int(iteration) < 2**31):
        raise InvalidValueError(f"iteration={iteration!r}: an int of 32 bits is needed.", "BAD_USER_INPUT")
    count = None if iteration is None else int(iteration)
    return [encode_entry(key, value, count) for key, value in metadata.items()]


def _inputs(target: str, entries: list[str]) -> list[str]:
    now = datetime.datetime.now(datetime.timezone.utc)
    text = ",".join(entries)
    parts = [text] if len(entries) <= MAX_ENTRIES and len(text) <= MAX_INPUT_CHARS else _parts(entries)
    return [
        f'{{"target":{target},"requestId":"{uuid.UUID(bytes=os.urandom(16), version=4)}",'
        f'"loggedAt":"{_context.timestamp(now)}","entries":[{part}]}}'
        for part in parts
    ]


def _parts(entries: list[str]) -> list[str]:
    parts: list[list[str]] = [[]]
    size = 0
    for entry in entries:
        if parts[-1] and (len(parts[-1]) == MAX_ENTRIES or size + len(entry) > MAX_INPUT_CHARS):
            parts.append([])
            size = 0
        parts[-1].append(entry)
        size += len(entry) + 1
    return [",".join(part) for part in parts]


def _target(step_name: str | None, run: Id | None, step_id: Id | None) -> str:
    if step_id is not None:
        if step_name is not None or run is not None:
            raise InvalidValueError(
                "step_id says it all: leave out step_name and run_id_name_or_prefix.\n" + _WAYS, "BAD_USER_INPUT"
            )
        return f'{{"stepId":"{parse_id(step_id, "step_id")}"}}'
    if run is None:
        current = _context.current_run()
        if current is None:
            raise InvalidValueError("step_name needs run_id_name_or_prefix here.\n" + _WAYS, "BAD_USER_INPUT")
        run = current.id
    ref = check_name(str(run), "run_id_name_or_prefix")
    if step_name is None:
        return f'{{"run":{ref}}}'
    return f'{{"step":{{"run":{ref},"name":{check_name(step_name, "step_name")}}}}}'


def parse_id(text: Id, what: str) -> uuid.UUID:
    """The id; raises InvalidValueError naming the argument."""
    if isinstance(text, uuid.UUID):
        return text
    try:
        return uuid.UUID(text)
    except (ValueError, AttributeError, TypeError):
        raise InvalidValueError(
            f"{what}={text!r} is no id: 32 hex digits, with or without hyphens, are needed.", "BAD_USER_INPUT"
        ) from None


def _no_target() -> str:
    if _context.several_steps():
        return (
            "Several steps are under way in this process and this thread belongs to none of them: start it with "
            "contextvars.copy_context().run, or pass step_id.\n" + _WAYS
        )
    return "log_metadata(metadata) was called outside a step.\n" + _WAYS


def _refuse(unsupported: dict[str, Any]) -> None:
    given: tuple[str, ...] = tuple(name for name, value in unsupported.items() if value not in (None, False))
    if given:
        raise UnsupportedTypeError(
            f"log_metadata({', '.join(given)}=…) is not supported: Runledger has metadata of runs and steps only.\n"
            + _WAYS,
            "BAD_USER_INPUT",
        )
