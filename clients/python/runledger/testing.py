"""For tests of steps and pipelines: records what they say in memory, without a service and without files.

    from runledger.testing import record

    def test_training():
        with record() as recorded:
            training()
        assert recorded.steps["train"].metadata["loss"] < 0.5
        assert recorded.run.status == "COMPLETED"

In it a wrong value raises, as with ``RUNLEDGER_STRICT=1``. Child processes are not recorded. ``RUNLEDGER_DISABLED=1``
keeps whole test suites, and their children, from logging at all.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
from collections.abc import Iterator
from typing import Any, Optional

from . import _log_metadata, _sender, _settings
from ._decode import decode_value, loads
from ._entries import Failure, failure_of
from ._queue import CALL_END, Call


@dataclasses.dataclass
class RecordedEntry:
    key: str
    value: Any
    """As it would be read back."""
    type: str
    iteration: Optional[int]


@dataclasses.dataclass
class _Recorded:
    id: str
    name: str
    status: str = "RUNNING"
    failure: Optional[Failure] = None
    entries: list[RecordedEntry] = dataclasses.field(default_factory=list)
    """All that was logged, in order."""

    @property
    def metadata(self) -> dict[str, Any]:
        """Key to latest value."""
        return {entry.key: entry.value for entry in self.entries}

    def history(self, key: str) -> list[Any]:
        """The values under a key, in the order they were logged."""
        return [entry.value for entry in self.entries if entry.key == key]


@dataclasses.dataclass
class RecordedStep(_Recorded):
    """One attempt at a step."""


@dataclasses.dataclass
class RecordedRun(_Recorded):
    pipeline: str = ""
    attempts: list[RecordedStep] = dataclasses.field(default_factory=list)
    """All steps in the order they were started, superseded attempts too."""

    @property
    def steps(self) -> dict[str, RecordedStep]:
        """Name to the newest attempt."""
        return {step.name: step for step in self.attempts}


class Recording(_sender.NoSender):
    """What was recorded, as far as it has come."""

    def __init__(self) -> None:
        self.runs: list[RecordedRun] = []
        self.elsewhere: dict[str, list[RecordedEntry]] = {}
        """What was logged to runs and steps that were not started here, by the target as it was given."""
        self._lock = threading.RLock()
        self._known: dict[str, _Recorded] = {}

    @property
    def run(self) -> RecordedRun:
        """The only run. LookupError where there are none or several."""
        if len(self.runs) != 1:
            raise LookupError(f"{len(self.runs)} runs were recorded: {[run.name for run in self.runs]}")
        return self.runs[0]

    @property
    def steps(self) -> dict[str, RecordedStep]:
        """Name to the newest attempt, of all runs; of steps of one name in several runs the last."""
        return {name: step for run in self.runs for name, step in run.steps.items()}

    def append(self, line: bytes, control: bool = False) -> None:
        operation = loads(line)
        with self._lock:
            if operation["op"] == "logMetadata":
                self._log(operation["input"])
            elif operation["op"] in ("startRun", "startStep"):
                self._start(operation["op"], operation["variables"]["input"])
            else:
                ended = operation["variables"]
                found = self._known.get(ended.get("ref") or ended["id"])
                if found is not None:
                    found.status = ended["status"]
                    found.failure = failure_of(ended.get("failure"))

    def log(self, call: Call) -> None:
        head = f'{{"op":"logMetadata","input":{{"target":{call.target},"entries":['
        self.append(head.encode() + call.text(call.logged_at) + CALL_END)

    def _start(self, op: str, given: dict[str, Any]) -> None:
        if op == "startRun":
            begun = RecordedRun(given["id"], given["name"], pipeline=given["pipeline"])
            self.runs.append(begun)
            self._known[begun.id] = begun
            return
        step = RecordedStep(given["id"], given["name"])
        self._known[step.id] = step
        run = self._known.get(given["run"])
        if not isinstance(run, RecordedRun):  # begun before the recording
            run = self._known[given["run"]] = RecordedRun(given["run"], "")
            self.runs.append(run)
        run.attempts.append(step)

    def _log(self, given: dict[str, Any]) -> None:
        target = given["target"]
        entries = [
            RecordedEntry(
                entry["key"], decode_value(entry["value"], entry["type"]), entry["type"], entry.get("iteration")
            )
            for entry in given["entries"]
        ]
        found = self._found(target)
        if found is not None:
            found.entries += entries
        else:
            self.elsewhere.setdefault(json.dumps(target), []).extend(entries)

    def _found(self, target: dict[str, Any]) -> Optional[_Recorded]:
        if "stepId" in target:
            return self._known.get(target["stepId"])
        ref = target.get("run") or target["step"]["run"]
        run = self._known.get(ref) or next((run for run in self.runs if run.name == ref), None)
        if "step" in target:
            return run.steps.get(target["step"]["name"]) if isinstance(run, RecordedRun) else None
        return run


@contextlib.contextmanager
def record() -> Iterator[Recording]:
    """Has everything in the block, of all threads of the process, recorded in memory instead of being sent."""
    recording = Recording()
    before = _sender.substitute, _settings.recording, _log_metadata.units_told
    # A unit that was told to a recording was told to nobody else, and the other way around.
    _sender.substitute, _settings.recording, _log_metadata.units_told = recording, True, set()
    try:
        yield recording
    finally:
        _sender.substitute, _settings.recording, _log_metadata.units_told = before
