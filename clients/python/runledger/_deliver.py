"""Delivers operations in order, each at least once; the ids in them make it exactly once. Rules: docs/spool.md."""

from __future__ import annotations

import json
import logging
import time
import uuid
from typing import Any, Callable, Protocol

from . import _spool
from ._operation import MUTATIONS, Operation, entries_of, named_ids, parse_operation, target_of
from .errors import (
    AuthenticationError,
    InvalidCallError,
    NotFoundError,
    UnavailableError,
)

_log = logging.getLogger("runledger")
PEEK_BYTES = 128 * 1024
BATCH_ENTRIES = 1000
BATCH_OPERATIONS = 500
MAX_NAMES = 1000
YIELD_LINES = 25
YIELD_SECONDS = 0.0001

LOG_BATCH = "mutation($inputs:[LogMetadataInput!]!){logMetadataBatch(inputs:$inputs){replayed}}"

renamed_runs: dict[str, str] = {}
"""Ids of runs to the names under which they are recorded, where those they were given are taken."""

known_names: dict[str, str] = {}
"""Ids of steps and runs of this process to what they are called in messages."""

Post = Callable[[str, str], dict[str, Any]]
"""One attempt: query, variables as JSON text. Raises the errors of this package."""


class Source(Protocol):
    directory: str
    base: str
    trusted: bool
    of_another_key: bool
    """Whether it was written with another API key, which may see what this one does not."""

    def peek(self, max_bytes: int) -> list[bytes]: ...
    def drop(self, lines: list[bytes]) -> None: ...
    def reject(self, line: bytes, code: str, message: str) -> None: ...


class Delivery:
    """What one deliverer remembers between rounds about one source."""

    def __init__(self, source: Source, post: Post) -> None:
        self._source = source
        self._post = post
        self._gone: set[str] = set()

    def round(self) -> bool:
        """Sends what fits into one request. False when nothing is left.

        Raises UnavailableError or AuthenticationError when what is left must wait.
        """
        lines = self._source.peek(PEEK_BYTES)
        if not lines:
            return False
        batch: list[Operation] = []
        total = 0
        for number, line in enumerate(lines):
            if self._source.trusted and number % YIELD_LINES == YIELD_LINES - 1:
                time.sleep(YIELD_SECONDS)  # else a job that logs all the time waits for the interpreter lock
            operation = parse_operation(line, self._source.trusted)
            if operation is None:
                if batch:
                    break
                self._reject(line, "BAD_USER_INPUT", "Not an operation that this version knows.")
                return True
            if operation.op != "logMetadata":
                if not batch:
                    self._control(operation)
                    return True
                break
            total += operation.entries
            if batch and (total > BATCH_ENTRIES or len(batch) == BATCH_OPERATIONS):
                break
            batch.append(operation)
        self._logs(batch)
        return True

    def _logs(self, batch: list[Operation]) -> None:
        """Delivers all of a batch, or raises with what came before the obstacle delivered."""
        while batch and self._gone and target_of(batch[0]) in self._gone:
            self._reject(batch[0].line, "NOT_FOUND", "What it was logged to is not there.")
            batch = batch[1:]
        if not batch:
            return
        try:
            self._send_logs(batch)
        except (UnavailableError, AuthenticationError):
            raise
        except InvalidCallError as error:
            if len(batch) > 1:
                self._logs(batch[: len(batch) // 2])
                self._logs(batch[len(batch) // 2 :])
            else:
                self._refused(batch[0], error)

    def _send_logs(self, batch: list[Operation]) -> None:
        self._post(LOG_BATCH, '{"inputs":[' + ",".join(operation.payload for operation in batch) + "]}")
        self._source.drop([operation.line for operation in batch])

    def _control(self, operation: Operation) -> None:
        try:
            self._send_control(operation, operation.payload)
        except (UnavailableError, AuthenticationError):
            raise
        except InvalidCallError as error:
            self._refused(operation, error)

    def _send_control(self, operation: Operation, variables: str) -> None:
        self._post(MUTATIONS[operation.op], variables)
        self._source.drop([operation.line])

    def _refused(self, operation: Operation, error: InvalidCallError) -> None:
        if error.code.startswith("HTTP_"):
            raise UnavailableError(error.message, error.code)  # the URL is wrong, not the operation
        if isinstance(error, NotFoundError) and self._not_found(operation):
            return
        if operation.op == "startRun" and error.code == "CONFLICT" and self._renamed(operation):
            return
        if operation.op in ("finishRun", "finishStep") and error.code == "BAD_USER_INPUT" and self._ended(operation):
            return
        if operation.op == "logMetadata":
            if isinstance(error, NotFoundError):
                self._gone.add(target_of(operation))
            elif self._entry_by_entry(operation):
                return
        self._reject(operation.line, error.code, error.message)

    def _entry_by_entry(self, operation: Operation) -> bool:
        """Delivers what is right of a refused line, and sets aside the entries that are not. False for one entry.

        The parts have ids that follow from that of the line, so that a second try is known for what it is.
        """
        parts = entries_of(operation.payload)
        if parts is None or len(parts.entries) < 2:
            return False

        def send(start: int, end: int) -> None:
            request_id = uuid.uuid5(parts.request_id, f"{start}-{end}")
            payload = f"{parts.before}{request_id}{parts.after}{','.join(parts.entries[start:end])}]}}"
            try:
                self._post(LOG_BATCH, f'{{"inputs":[{payload}]}}')
            except (UnavailableError, AuthenticationError):
                raise
            except InvalidCallError as error:
                if end - start == 1:
                    self._set_aside(f'{{"op":"logMetadata","input":{payload}}}'.encode(), error.code, error.message)
                else:
                    middle = (start + end) // 2
                    send(start, middle)
                    send(middle, end)

        middle = len(parts.entries) // 2
        send(0, middle)
        send(middle, len(parts.entries))
        self._source.drop([operation.line])
        return True

    def _not_found(self, operation: Operation) -> bool:
        """What it names may still be on its way: in the file of a parent, or delivered a moment ago."""
        if _spool.starts_any(self._source.directory, named_ids(operation.parsed), self._source.base):
            raise UnavailableError("What an operation names is still to be started by another process.", "NOT_FOUND")
        if self._source.of_another_key:
            raise UnavailableError("What an operation names is not there for this API key.", "NOT_FOUND")
        try:
            if operation.op == "logMetadata":
                self._send_logs([operation])
            else:
                self._send_control(operation, operation.payload)
            return True
        except (UnavailableError, AuthenticationError):
            raise
        except InvalidCallError:
            return False

    def _renamed(self, operation: Operation) -> bool:
        given = operation.parsed["input"]
        if not given.get("name") or not given.get("id"):
            return False
        name = f"{given['name']}-{given['id'][:8]}"
        try:
            self._send_control(operation, json.dumps({"input": {**given, "name": name}}))
        except (UnavailableError, AuthenticationError):
            raise
        except InvalidCallError:
            return False
        renamed_runs[given["id"]] = name
        _log.warning("runledger: there is a run named %s already: this one is recorded as %s.", given["name"], name)
        return True

    def _ended(self, operation: Operation) -> bool:
        """That it ended, and how, matters more than when and why."""
        given = operation.parsed
        bare = {name: value for name, value in given.items() if name not in ("endedAt", "failure")}
        if len(bare) == len(given):
            return False
        try:
            self._send_control(operation, json.dumps(bare))
        except (UnavailableError, AuthenticationError):
            raise
        except InvalidCallError:
            return False
        return True

    def _reject(self, line: bytes, code: str, message: str) -> None:
        self._set_aside(line, code, message)
        self._source.drop([line])

    def _set_aside(self, line: bytes, code: str, message: str) -> None:
        try:
            self._source.reject(line, code, message)
            _log.error(
                "runledger: the service refused %s (%s: %s); kept in %s.rejected",
                _described(line),
                code,
                message,
                self._source.base,
            )
        except OSError as problem:
            _log.error(
                "runledger: the service refused an operation (%s: %s) and it could not be set aside (%s): %s",
                code, message, problem, line[:2000].decode("utf-8", "replace"),
            )  # fmt: skip


def name_for_messages(id: uuid.UUID, name: str) -> None:
    if len(known_names) >= MAX_NAMES:
        known_names.pop(next(iter(known_names)), None)  # the oldest
    known_names[str(id)] = name


def _described(line: bytes) -> str:
    """An operation in words: what was logged, and to which step of which run."""
    operation = parse_operation(line)
    if operation is None:
        return "an operation"
    given = operation.parsed
    if operation.op != "logMetadata":
        id = given.get("id") or given.get("ref") or (given.get("input") or {}).get("id")
        return f"the {'start' if operation.op[0] == 's' else 'end'} of {known_names.get(str(id), f'{id}')}"
    keys = ", ".join(repr(entry.get("key")) for entry in (given.get("entries") or ())[:3])
    target = given.get("target") or {}
    id = target.get("stepId") or target.get("run") or (target.get("step") or {}).get("run")
    name = (target.get("step") or {}).get("name")
    place = known_names.get(str(id), str(id))
    return f"{keys or 'what was logged'} of {f'step {name} of ' if name else ''}{place}"
