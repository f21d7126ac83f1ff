"""Operations as they stand in the lines of a spool file. The format is in docs/spool.md."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any, NamedTuple

MUTATIONS = {
    "startRun": "mutation($input:StartRunInput!){startRun(input:$input){id}}",
    "startStep": "mutation($input:StartStepInput!){startStep(input:$input){id}}",
    "finishRun": (
        "mutation($ref:String!,$status:ExecutionStatus!,$endedAt:DateTime,$failure:FailureInput)"
        "{finishRun(ref:$ref,status:$status,endedAt:$endedAt,failure:$failure){id}}"
    ),
    "finishStep": (
        "mutation($id:UUID!,$status:ExecutionStatus!,$endedAt:DateTime,$failure:FailureInput)"
        "{finishStep(id:$id,status:$status,endedAt:$endedAt,failure:$failure){id}}"
    ),
}


class Operation:
    """A line. Its payload is JSON text: `input` of logMetadata, else `variables`; it is forwarded as it stands."""

    def __init__(self, line: bytes, op: str, payload: str, entries: int) -> None:
        self.line = line
        self.op = op
        self.payload = payload
        self.entries = entries
        """How many it has, or more: for the size of a batch."""

    @property
    def parsed(self) -> Any:
        """The payload for looking into; its numbers are text."""
        return _parse(self.payload)


_PREFIXES = {f'{{"op":"{op}","variables":'.encode(): op for op in MUTATIONS}
_PREFIXES[b'{"op":"logMetadata","input":'] = "logMetadata"


def parse_operation(line: bytes, trusted: bool = False) -> Operation | None:
    """The operation in a line; None when it is none.

    A `trusted` line was written by this process: it need not be parsed, which would take time from the job.
    """
    for prefix, op in _PREFIXES.items():
        if line.startswith(prefix):
            payload = line[len(prefix) : -1].decode("utf-8", "replace")
            if trusted:
                return Operation(line, op, payload, payload.count('"key":'))
            try:
                record = _parse(line)
                parsed = record["input" if op == "logMetadata" else "variables"]
                if len(record) == 2 and isinstance(parsed, dict):
                    entries = len(parsed.get("entries") or ()) + len(parsed.get("metadata") or ())
                    return Operation(line, op, payload, entries)
            except (ValueError, TypeError, RecursionError):
                pass
            return None
    return None


class Parts(NamedTuple):
    before: str
    """The payload up to its request id."""
    request_id: uuid.UUID
    after: str
    """From there to its first entry."""
    entries: list[str]


def entries_of(payload: str) -> Parts | None:
    """The entries of a logMetadata as they stand, digit for digit; None where it is not written as we write it."""
    match = _HEAD.match(payload)
    if match is None:
        return None
    decode = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode
    entries: list[str] = []
    at = match.end()
    try:
        while True:
            _, end = decode(payload, at)
            entries.append(payload[at:end])
            at = end + 1
            if payload[end] != ",":
                break
        if payload[end:] != "]}":
            return None
    except (ValueError, IndexError, RecursionError):
        return None
    return Parts(payload[: match.start(1)], uuid.UUID(match[1]), payload[match.end(1) : match.end()], entries)


_HEAD = re.compile(
    r'\{"target":\{(?:"stepId":"[^"\\]*"|"run":"(?:[^"\\]|\\.)*"|"step":\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\})\},'
    r'"requestId":"([0-9a-f-]{36})","loggedAt":"[^"\\]*","entries":\['
)


def _parse(text: str | bytes) -> Any:
    return json.loads(text, parse_int=str, parse_float=str)


def target_of(operation: Operation) -> str:
    return json.dumps(operation.parsed.get("target"), sort_keys=True)


def named_ids(payload: dict[str, Any]) -> list[str]:
    """The ids of runs and steps that an operation needs to be there."""
    target = payload.get("target") or {}
    given = payload.get("input") or {}
    step = target.get("step") or {}
    found = [
        target.get("stepId"),
        target.get("run"),
        step.get("run"),
        given.get("run"),
        payload.get("id"),
        payload.get("ref"),
    ]
    return [text for text in found if isinstance(text, str)]
