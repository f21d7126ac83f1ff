"""Reading: ``Client().get_pipeline_run("…").steps["train"].run_metadata["accuracy"]``."""

from __future__ import annotations

import datetime
import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional, Union

from . import _queries as q
from . import _sender
from ._decode import decode_value, parse_time
from ._encode import encode_variables
from ._follow import subscribe
from ._graphql import backoff, execute
from ._http import Transport
from ._log_metadata import parse_id
from ._settings import read_settings
from .errors import NotFoundError, UnavailableError

Id = Union[str, uuid.UUID]
_STREAM_SILENCE_SECONDS = 60.0


class MetadataEntry(NamedTuple):
    """One value that was logged under one key at one moment."""

    id: str
    key: str
    qualified_key: str
    """``step_name::key`` for an entry of a step, ``key`` for an entry of a run."""
    value: Any
    type: str
    number: Optional[float]
    display: str
    iteration: Optional[int]
    logged_at: datetime.datetime
    run_id: uuid.UUID
    step_id: Optional[uuid.UUID]
    step_name: Optional[str]


class MetadataPoint(NamedTuple):
    value: float
    iteration: Optional[int]
    logged_at: datetime.datetime


class MetadataSeries(NamedTuple):
    """The numbers under a key over time; ``total`` were logged, ``points`` are those that keep the curve's shape."""

    total: int
    points: list[MetadataPoint]


class MetadataKey(NamedTuple):
    key: str
    types: list[str]
    runs: int
    last_logged_at: datetime.datetime


class ComparisonRow(NamedTuple):
    key: str
    values: list[Any]
    """One a run; None where the run has no such key (and where it logged None)."""
    differs: bool


class RunComparison(NamedTuple):
    runs: list[PipelineRun]
    rows: list[ComparisonRow]


class Client:
    """A reader of one service: of ``RUNLEDGER_URL`` with ``RUNLEDGER_API_KEY``, unless told otherwise.

    Its calls wait up to ``timeout`` seconds (30), trying again meanwhile, and raise InvalidCallError (fix the call)
    or UnavailableError (try again). Before they ask, they give what this process has logged up to two seconds to
    arrive. Threads may share a client.
    """

    def __init__(
        self, url: Optional[str] = None, api_key: Optional[str] = None, timeout: Optional[float] = None
    ) -> None:
        self._settings = read_settings(url, api_key)
        self._timeout = self._settings.timeout_seconds if timeout is None else timeout
        self._transport = Transport(self._settings.url, self._settings.api_key)

    def get_pipeline_run(self, name_id_or_prefix: Id) -> PipelineRun:
        """The run with this id, else of this name, else the only one that starts so.

        NotFoundError, a KeyError, if there is none.
        """
        found = self.execute(q.FIND_RUN, {"ref": str(name_id_or_prefix)})["pipelineRun"]
        if found is None:
            raise NotFoundError(f"There is no run with the id, name or prefix {str(name_id_or_prefix)!r}.", "NOT_FOUND")
        return PipelineRun(self, found)

    def list_pipeline_runs(
        self, filter: Optional[dict[str, Any]] = None, order_by: Optional[dict[str, Any]] = None, page_size: int = 100
    ) -> Iterator[PipelineRun]:
        """All runs matching a PipelineRunFilter, in a PipelineRunOrder (newest start first): both as in the schema."""
        variables = {"filter": filter, "orderBy": order_by, "first": page_size}
        for node in self._pages(q.LIST_RUNS, variables, lambda data: data["pipelineRuns"]):
            yield PipelineRun(self, node)

    def get_step(self, step_id: Id) -> StepRun:
        """The step with this id. NotFoundError if there is none."""
        found = self.execute(q.FIND_STEP, {"id": str(parse_id(step_id, "step_id"))})["step"]
        if found is None:
            raise NotFoundError(f"There is no step with the id {step_id}.", "NOT_FOUND")
        return StepRun(self, found, uuid.UUID(found["run"]["id"]))

    def metadata_keys(
        self, pipeline: Optional[str] = None, prefix: Optional[str] = None, first: int = 100
    ) -> list[MetadataKey]:
        """The keys in use, with what was logged under them."""
        rows = self.execute(q.KEYS, {"pipeline": pipeline, "prefix": prefix, "first": first})["metadataKeys"]
        return [MetadataKey(row["key"], row["types"], row["runs"], parse_time(row["lastLoggedAt"])) for row in rows]

    def compare_runs(self, refs: Sequence[Id], keys: Optional[Sequence[str]] = None) -> RunComparison:
        """Up to 100 runs side by side, a row a qualified key."""
        found = self.execute(q.COMPARE, {"refs": [str(ref) for ref in refs], "keys": keys})["compareRuns"]
        rows = [
            ComparisonRow(
                row["key"],
                [None if cell is None else decode_value(cell["value"], cell["type"]) for cell in row["cells"]],
                row["differs"],
            )
            for row in found["rows"]
        ]
        return RunComparison([PipelineRun(self, run) for run in found["runs"]], rows)

    def follow(
        self, run: Id, keys: Optional[Sequence[str]] = None, after: Optional[Union[str, int]] = None
    ) -> Iterator[MetadataEntry]:
        """Every entry logged to the run or its steps from now on, or since the entry with the id ``after``.

        Goes on until the iterator is closed; reconnects by itself, and misses and repeats none once it has an id to
        go on from (``after``, or the first entry seen). Raises InvalidCallError, and UnavailableError when the service
        has been away for ``timeout`` seconds.
        """
        last = None if after is None else str(after)
        attempt = 0
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                variables = json.dumps({"ref": str(run), "keys": None if keys is None else list(keys), "after": last})
                for data in subscribe(self._transport, q.FOLLOW, variables, _STREAM_SILENCE_SECONDS):
                    entry = _entry(data["metadataLogged"])
                    yield entry
                    last = entry.id
                    attempt = 0
                    deadline = time.monotonic() + self._timeout
                return
            except UnavailableError as error:
                if attempt == 0:
                    deadline = time.monotonic() + self._timeout
                delay = backoff(attempt, error.retry_after, longest=5.0)
                attempt += 1
                if time.monotonic() + delay >= deadline:
                    raise
                time.sleep(delay)

    def retract_metadata(self, entry_id: Union[str, int], reason: str) -> Optional[MetadataEntry]:
        """Takes an entry back; gives what is latest now under its key, or None."""
        found = self.execute(q.RETRACT, {"entryId": str(entry_id), "reason": reason})["retractMetadata"]["latest"]
        return None if found is None else _entry(found)

    def delete_pipeline_run(self, name_id_or_prefix: Id) -> bool:
        """Deletes a run with its steps and entries."""
        return bool(self.execute(q.DELETE_RUN, {"ref": str(name_id_or_prefix)})["deleteRun"])

    def execute(self, query: str, variables: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """The `data` of any GraphQL request. A mutation may be sent more than once: give it ids of your own."""
        self._arrive()
        return execute(self._transport, query, encode_variables(variables or {}), self._timeout)

    def close(self) -> None:
        """Closes kept connections; the client can be used again."""
        self._transport.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _arrive(self) -> None:
        for sender in list(_sender._senders.values()):
            if sender.settings.url == self._settings.url:
                sender.flush(2.0)

    def _pages(
        self, query: str, variables: dict[str, Any], of: Callable[[dict[str, Any]], Any]
    ) -> Iterator[dict[str, Any]]:
        after = None
        while True:
            page = of(self.execute(query, {**variables, "after": after}))
            yield from page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


class PipelineRun:
    """A run as it was when it was read; its steps and metadata are read when they are asked for."""

    def __init__(self, client: Client, fields: dict[str, Any]) -> None:
        self._client = client
        self.id = uuid.UUID(fields["id"])
        self.name: str = fields["name"]
        self.pipeline: str = fields["pipeline"]
        self.status: str = fields["status"]
        self.started_at = parse_time(fields["startedAt"])
        self.ended_at = parse_time(fields["endedAt"]) if fields["endedAt"] else None

    @property
    def steps(self) -> Steps:
        """Name to step: the newest attempt of each, in the order they were started."""
        return Steps(self._client, self.id)

    def step(self, name: str, attempt: Optional[int] = None) -> StepRun:
        """The newest attempt of the step, or the one asked for. NotFoundError if there is none."""
        data = self._client.execute(q.RUN_STEP, {"ref": str(self.id), "name": name, "attempt": attempt})
        found = _present(data, "pipelineRun", self.id)["step"]
        if found is None:
            which = "" if attempt is None else f", attempt {attempt}"
            raise NotFoundError(f"The run {self.name} has no step {name!r}{which}.", "NOT_FOUND")
        return StepRun(self._client, found, self.id)

    @property
    def run_metadata(self) -> RunMetadata:
        """Key to latest value, of the run and its steps. Iterating gives the qualified keys: ``train::accuracy``."""
        return RunMetadata(self._client, self.id, "pipelineRun", q.RUN_KEY, q.RUN_MAP)

    def metadata_entry(self, key: str) -> Optional[MetadataEntry]:
        """The latest entry under the key, with all that is known of it; None if there is none."""
        found = _present(self._client.execute(q.RUN_ENTRY, {"ref": str(self.id), "key": key}), "pipelineRun", self.id)
        return None if found["runMetadata"] is None else _entry(found["runMetadata"])

    def metadata_history(self, key: str, page_size: int = 100) -> Iterator[MetadataEntry]:
        """All entries under the key, newest first."""
        variables = {"ref": str(self.id), "key": key, "first": page_size}

        def of(data: dict[str, Any]) -> Any:
            return _present(data, "pipelineRun", self.id)["metadataHistory"]

        return map(_entry, self._client._pages(q.RUN_HISTORY, variables, of))

    def follow(
        self, keys: Optional[Sequence[str]] = None, after: Optional[Union[str, int]] = None
    ) -> Iterator[MetadataEntry]:
        """As Client.follow."""
        return self._client.follow(self.id, keys, after)

    def __repr__(self) -> str:
        return f"<PipelineRun {self.name} {self.status}>"


class StepRun:
    """One attempt at a step, as it was when it was read; its metadata is read when it is asked for."""

    def __init__(self, client: Client, fields: dict[str, Any], run_id: uuid.UUID) -> None:
        self._client = client
        self.id = uuid.UUID(fields["id"])
        self.run_id = run_id
        self.name: str = fields["name"]
        self.attempt: int = fields["attempt"]
        self.status: str = fields["status"]
        self.started_at = parse_time(fields["startedAt"])
        self.ended_at = parse_time(fields["endedAt"]) if fields["endedAt"] else None

    @property
    def run_metadata(self) -> RunMetadata:
        """Key to latest value."""
        return RunMetadata(self._client, self.id, "step", q.STEP_KEY, q.STEP_MAP)

    def metadata_entry(self, key: str) -> Optional[MetadataEntry]:
        """The latest entry under the key, with all that is known of it; None if there is none."""
        found = _present(self._client.execute(q.STEP_ENTRY, {"ref": str(self.id), "key": key}), "step", self.id)
        return None if found["runMetadata"] is None else _entry(found["runMetadata"])

    def metadata_history(self, key: str, page_size: int = 100) -> Iterator[MetadataEntry]:
        """All entries under the key, newest first."""
        variables = {"ref": str(self.id), "key": key, "first": page_size}

        def of(data: dict[str, Any]) -> Any:
            return _present(data, "step", self.id)["metadataHistory"]

        return map(_entry, self._client._pages(q.STEP_HISTORY, variables, of))

    def metadata_series(self, key: str, max_points: int = 500) -> MetadataSeries:
        """The numbers under the key over time, thinned out to at most ``max_points``."""
        data = self._client.execute(q.SERIES, {"ref": str(self.id), "key": key, "maxPoints": max_points})
        series = _present(data, "step", self.id)["metadataSeries"]
        points = [MetadataPoint(float(p["value"]), p["iteration"], parse_time(p["loggedAt"])) for p in series["points"]]
        return MetadataSeries(series["total"], points)

    def __repr__(self) -> str:
        return f"<StepRun {self.name} attempt {self.attempt} {self.status}>"


class Steps(Mapping[str, StepRun]):
    """Step names to steps; each look-up asks the service, iterating asks once."""

    def __init__(self, client: Client, run_id: uuid.UUID) -> None:
        self._client = client
        self._run_id = run_id
        self._all: Optional[dict[str, StepRun]] = None

    def __getitem__(self, name: str) -> StepRun:
        if self._all is not None:
            return self._all[name]
        data = self._client.execute(q.RUN_STEP, {"ref": str(self._run_id), "name": name, "attempt": None})
        found = _present(data, "pipelineRun", self._run_id)["step"]
        if found is None:
            raise NotFoundError(f"The run has no step {name!r}.", "NOT_FOUND")
        return StepRun(self._client, found, self._run_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())

    def attempts(self) -> Iterator[StepRun]:
        """All attempts, superseded ones too, in the order they were started."""
        return self._read(True)

    def _load(self) -> dict[str, StepRun]:
        if self._all is None:
            self._all = {step.name: step for step in self._read(False)}
        return self._all

    def _read(self, include_retried: bool) -> Iterator[StepRun]:
        variables = {"ref": str(self._run_id), "includeRetried": include_retried}

        def of(data: dict[str, Any]) -> Any:
            return _present(data, "pipelineRun", self._run_id)["steps"]

        for node in self._client._pages(q.RUN_STEPS, variables, of):
            yield StepRun(self._client, node, self._run_id)


class RunMetadata(Mapping[str, Any]):
    """Keys to latest values. ``[key]`` asks the service for that key; iterating, ``len`` and ``dict()`` read the whole
    map once, and the object is a snapshot from then on (``run.run_metadata`` gives a new one each time)."""

    def __init__(self, client: Client, owner: uuid.UUID, field: str, one: str, whole: str) -> None:
        self._client = client
        self._owner = owner
        self._field = field
        self._one = one
        self._whole = whole
        self._all: Optional[dict[str, Any]] = None

    def __getitem__(self, key: str) -> Any:
        if self._all is not None and key in self._all:
            return self._all[key]
        if not isinstance(key, str):
            raise KeyError(key)
        data = self._client.execute(self._one, {"ref": str(self._owner), "key": key})
        entry = _present(data, self._field, self._owner)["runMetadata"]
        if entry is None:
            raise NotFoundError(f"Nothing was logged under the key {key!r}.", "NOT_FOUND")
        return decode_value(entry["value"], entry["type"])

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())

    def __repr__(self) -> str:
        return repr(self._load())

    def _load(self) -> dict[str, Any]:
        if self._all is None:
            data = self._client.execute(self._whole, {"ref": str(self._owner)})
            name = "qualifiedKey" if self._field == "pipelineRun" else "key"
            entries = _present(data, self._field, self._owner)["metadata"]
            self._all = {entry[name]: decode_value(entry["value"], entry["type"]) for entry in entries}
        return self._all


def _present(data: dict[str, Any], field: str, id: uuid.UUID) -> dict[str, Any]:
    found: Optional[dict[str, Any]] = data[field]
    if found is None:
        raise NotFoundError(f"{id} is not there any more.", "NOT_FOUND")
    return found


def _entry(fields: dict[str, Any]) -> MetadataEntry:
    step = fields["step"]
    return MetadataEntry(
        id=fields["id"],
        key=fields["key"],
        qualified_key=fields["qualifiedKey"],
        value=decode_value(fields["value"], fields["type"]),
        type=fields["type"],
        number=None if fields["number"] is None else float(fields["number"]),
        display=fields["display"],
        iteration=fields["iteration"],
        logged_at=parse_time(fields["loggedAt"]),
        run_id=uuid.UUID(fields["run"]["id"]),
        step_id=uuid.UUID(step["id"]) if step else None,
        step_name=step["name"] if step else None,
    )
