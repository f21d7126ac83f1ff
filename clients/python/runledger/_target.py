"""What metadata is logged to, as the service is told: the run or step that a call names."""

from __future__ import annotations

import uuid
from typing import Optional, Protocol, Union

from ._encode import check_name
from ._scopes import RunContext
from .errors import InvalidValueError, UnsupportedTypeError


class HasId(Protocol):
    """A run or step, as it was read or as it is under way."""

    @property
    def id(self) -> uuid.UUID: ...


Id = Union[str, uuid.UUID, HasId]
WAYS = """Say what the metadata belongs to:
  log_metadata(metadata)                                                    inside a function decorated with @step
                                                                            (or @pipeline: to the run)
  log_metadata(metadata, step_id=…)                                         a step
  log_metadata(metadata, step_name=…, run_id_name_or_prefix=…)              a step of a run, by name
  log_metadata(metadata, run_id_name_or_prefix=…)                           a run"""


def target_json(step_name: object, run: object, step_id: object, here: Optional[RunContext]) -> str:
    if step_id is not None:
        if step_name is not None or run is not None:
            raise InvalidValueError(
                "step_id says it all: leave out step_name and run_id_name_or_prefix.\n" + WAYS, "BAD_USER_INPUT"
            )
        return f'{{"stepId":"{parse_id(step_id, "step_id")}"}}'
    if run is None and here is None:
        raise InvalidValueError("step_name needs run_id_name_or_prefix here.\n" + WAYS, "BAD_USER_INPUT")
    if here is not None and (run is None or run in (here.asked_name, here.name)):
        run = here.id  # the run under way, and not an older one whose name it asked for
    ref = parse_ref(run, "run_id_name_or_prefix")
    if step_name is None:
        return f'{{"run":{ref}}}'
    if not isinstance(step_name, str):
        raise UnsupportedTypeError(
            f"step_name={step_name!r:.80} is {type(step_name).__name__}; a str is needed.\n" + WAYS, "BAD_USER_INPUT"
        )
    return f'{{"step":{{"run":{ref},"name":{check_name(step_name, "step_name")}}}}}'


def parse_ref(run: object, what: str) -> str:
    """JSON text of an id, name or prefix of a run: also of what has an id, as a run that was read."""
    found = getattr(run, "id", run)
    if not isinstance(found, (str, uuid.UUID)):
        raise UnsupportedTypeError(
            f"{what}={run!r:.80} is {type(run).__name__}; an id, a name, or the beginning of one is needed.",
            "BAD_USER_INPUT",
        )
    return check_name(str(found), what)


def parse_id(given: object, what: str) -> uuid.UUID:
    """The id, also of what has one; raises InvalidValueError naming the argument."""
    found = getattr(given, "id", given)
    if isinstance(found, uuid.UUID):
        return found
    try:
        return uuid.UUID(found)  # type: ignore[arg-type]  # raises for what is no text
    except (ValueError, AttributeError, TypeError):
        raise InvalidValueError(
            f"{what}={given!r:.80} is no id: 32 hex digits, with or without hyphens, are needed.", "BAD_USER_INPUT"
        ) from None


def no_target(several: bool) -> str:
    if several:
        return (
            "Several steps are under way in this process, or in the one that started it, and this thread belongs to "
            "none of them: start it with contextvars.copy_context().run, or pass step_id.\n" + WAYS
        )
    return "log_metadata(metadata) was called outside a step.\n" + WAYS
