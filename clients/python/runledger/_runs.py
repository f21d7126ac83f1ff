"""Runs, their steps and their metadata, as they are read."""

from __future__ import annotations

import datetime
import itertools
import uuid
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from . import _queries as q
from ._decode import decode_value, parse_time
from ._entries import ExecutionStatus, Failure, MetadataEntry, MetadataSeries, entry_of, failure_of, series_of
from ._frames import frame_of
from ._items import History, Items
from .errors import NotFoundError, RunledgerError

if TYPE_CHECKING:
    from .client import Client


class Runs(Iterator["PipelineRun"]):
    """The runs of a list, read page by page as they are asked for; or all at once as a table."""

    def __init__(self, client: Client, filter: Any, order_by: Any, page_size: int) -> None:
        self._client = client
        self._variables = {"filter": filter, "orderBy": order_by, "first": page_size}
        self._nodes: Optional[Iterator[dict[str, Any]]] = None

    def __next__(self) -> PipelineRun:
        if self._nodes is None:
            self._nodes = self._client._pages(q.LIST_RUNS, self._variables, lambda data: data["pipelineRuns"])
        return PipelineRun(self._client, next(self._nodes))

    def to_records(self, keys: Optional[Sequence[str]] = None, limit: Optional[int] = None) -> list[dict[str, Any]]:
        """A dict for each run of the whole list, or the first ``limit``: id, name, pipeline, status, started_at,
        ended_at, and the latest value under each key, plain or ``step_name::key`` (None where a run has none). Without
        ``keys``, all there are. The values come with the runs, a request a page."""
        asked = None if keys is None else list(keys)
        nodes = self._client._pages(q.TABLE, {**self._variables, "keys": asked}, lambda data: data["pipelineRuns"])
        return [_record(node, asked) for node in itertools.islice(nodes, limit)]

    def to_dataframe(self, keys: Optional[Sequence[str]] = None, limit: Optional[int] = None) -> Any:
        """The same as a frame of pandas, else of polars; ImportError where neither is installed."""
        records = self.to_records(keys, limit)
        columns = dict.fromkeys(["id", "name", "pipeline", "status", "started_at", "ended_at", *(keys or ())])
        for record in records:
            columns.update(dict.fromkeys(record))
        return frame_of(records, list(columns))

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self._variables.items() if value is not None)
        return f"<Runs of {self._client._settings.url}: {given}>"


def _record(node: dict[str, Any], keys: Optional[list[str]]) -> dict[str, Any]:
    run = {"id": node["id"], "name": node["name"], "pipeline": node["pipeline"], "status": node["status"]}
    times = {"started_at": parse_time(node["startedAt"]), "ended_at": _time(node["endedAt"])}
    values: dict[str, tuple[int, Any]] = {}
    for entry in node["metadata"]:
        found = (int(entry["id"]), decode_value(entry["value"], entry["type"]))
        # Under a plain key stands the latest of the run and all of its steps.
        for key in (entry["qualifiedKey"],) if keys is None else {entry["qualifiedKey"], entry["key"]}:
            if key not in values or values[key][0] < found[0]:
                values[key] = found
    wanted = values if keys is None else keys
    return {**run, **times, **{key: values[key][1] if key in values else None for key in wanted}}


def _history(client: Client, query: str, field: str, id: uuid.UUID, key: str, page_size: int) -> History:
    def of(data: dict[str, Any]) -> Any:
        return _present(data, field, id)["metadataHistory"]

    def entries() -> Generator[MetadataEntry, None, None]:
        for node in client._pages(query, {"ref": str(id), "key": key, "first": page_size}, of):
            yield entry_of(node)

    return History(entries(), f"History of {key!r} of {id}, newest first")


def _time(text: Optional[str]) -> Optional[datetime.datetime]:
    return parse_time(text) if text else None


class PipelineRun:
    """A run as it was when it was read; its steps and metadata are read when they are asked for."""

    def __init__(self, client: Client, fields: dict[str, Any]) -> None:
        self._client = client
        self.id = uuid.UUID(fields["id"])
        self.name: str = fields["name"]
        self.pipeline: str = fields["pipeline"]
        self.status: ExecutionStatus = fields["status"]
        self.started_at = parse_time(fields["startedAt"])
        self.ended_at = _time(fields["endedAt"])
        self.last_seen_at = _time(fields.get("lastSeenAt"))
        """When its process was last heard of; None where it never said that it lives."""
        self.failure: Optional[Failure] = failure_of(fields.get("failure"))
        """Why it FAILED or CRASHED; else None."""

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
        return None if found["runMetadata"] is None else entry_of(found["runMetadata"])

    def metadata_history(self, key: str, page_size: int = 200) -> History:
        """All entries under the key, newest first; ``.to_dataframe()`` makes a frame of them."""
        return _history(self._client, q.RUN_HISTORY, "pipelineRun", self.id, key, page_size)

    def history_df(self, keys: Union[str, Sequence[str]]) -> Any:
        """As Client.history_df, of this run."""
        return self._client.history_df([self], keys)

    def series(self, key: str, max_points: int = 500) -> MetadataSeries:
        """The numbers under the key over time, ``step_name::key`` or the latest of the run, thinned out to at most
        ``max_points`` (10,000 at most) that keep the curve's shape. ``.to_dataframe()`` makes a frame of them,
        ``.plot()`` a plot."""
        variables = {"refs": [str(self.id)], "keys": [key], "maxPoints": max_points}
        found = self._client.execute(q.RUN_SERIES, variables)["series"]
        return series_of(found[0], key) if found else MetadataSeries(0, [], key=key)

    def follow(
        self, keys: Optional[Sequence[str]] = None, after: Optional[Union[str, int]] = None
    ) -> Items[MetadataEntry]:
        """As Client.follow."""
        return self._client.follow(self.id, keys, after)

    @property
    def url(self) -> str:
        """The address of its page."""
        return self._client._settings.page_of(self.id)

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
        self.status: ExecutionStatus = fields["status"]
        self.started_at = parse_time(fields["startedAt"])
        self.ended_at = _time(fields["endedAt"])
        self.last_seen_at = _time(fields.get("lastSeenAt"))
        """When its process was last heard of; None where it never said that it lives."""
        self.failure: Optional[Failure] = failure_of(fields.get("failure"))
        """Why it FAILED or CRASHED; else None."""

    @property
    def run_metadata(self) -> RunMetadata:
        """Key to latest value."""
        return RunMetadata(self._client, self.id, "step", q.STEP_KEY, q.STEP_MAP)

    def metadata_entry(self, key: str) -> Optional[MetadataEntry]:
        """The latest entry under the key, with all that is known of it; None if there is none."""
        found = _present(self._client.execute(q.STEP_ENTRY, {"ref": str(self.id), "key": key}), "step", self.id)
        return None if found["runMetadata"] is None else entry_of(found["runMetadata"])

    def metadata_history(self, key: str, page_size: int = 200) -> History:
        """All entries under the key, newest first; ``.to_dataframe()`` makes a frame of them."""
        return _history(self._client, q.STEP_HISTORY, "step", self.id, key, page_size)

    def series(self, key: str, max_points: int = 500) -> MetadataSeries:
        """The numbers under the key over time, thinned out to at most ``max_points`` (10,000 at most)."""
        data = self._client.execute(q.SERIES, {"ref": str(self.id), "key": key, "maxPoints": max_points})
        return series_of(_present(data, "step", self.id)["metadataSeries"], key)

    metadata_series = series

    def __repr__(self) -> str:
        return f"<StepRun {self.name} attempt {self.attempt} {self.status}>"


class Steps(Mapping[str, StepRun]):
    """Step names to steps; each look-up asks the service, iterating asks once."""

    def __init__(self, client: Client, run_id: uuid.UUID) -> None:
        self._client = client
        self._run_id = run_id
        self._all: Optional[dict[str, StepRun]] = None

    def __getitem__(self, name: str) -> StepRun:
        if self._all is not None and name in self._all:
            return self._all[name]
        if not isinstance(name, str):
            raise NotFoundError(f"Steps are found by name; {name!r:.80} is {type(name).__name__}.", "NOT_FOUND")
        data = self._client.execute(q.RUN_STEP, {"ref": str(self._run_id), "name": name, "attempt": None})
        found = _present(data, "pipelineRun", self._run_id)["step"]
        if found is None:
            raise NotFoundError(f"The run has no step {name!r}.", "NOT_FOUND")
        return StepRun(self._client, found, self._run_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())

    def __repr__(self) -> str:
        return _shown("Steps", lambda: f"<Steps {', '.join(self._load())}>")

    def attempts(self) -> Items[StepRun]:
        """All attempts, superseded ones too, in the order they were started."""
        return Items(self._read(True), f"attempts at steps of the run {self._run_id}")

    def _load(self) -> dict[str, StepRun]:
        if self._all is None:
            self._all = {step.name: step for step in self._read(False)}
        return self._all

    def _read(self, include_retried: bool) -> Generator[StepRun, None, None]:
        variables = {"ref": str(self._run_id), "includeRetried": include_retried}

        def of(data: dict[str, Any]) -> Any:
            return _present(data, "pipelineRun", self._run_id)["steps"]

        for node in self._client._pages(q.RUN_STEPS, variables, of):
            yield StepRun(self._client, node, self._run_id)


class RunMetadata(Mapping[str, Any]):
    """Keys to latest values. ``[key]`` asks the service for that key; iterating, ``len`` and ``dict()`` read the whole
    map once, and the object is a snapshot from then on (``run.run_metadata`` gives a new one each time). A run's map
    has qualified keys, ``train::loss``; ``["loss"]`` and ``in`` find the latest of any step under a plain key too."""

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
            raise NotFoundError(f"Keys are str; {key!r:.80} is {type(key).__name__}.", "NOT_FOUND")
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
        return _shown("RunMetadata", lambda: repr(self._load()))

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


def _shown(what: str, show: Callable[[], str]) -> str:
    """A repr that reads, and never raises."""
    try:
        return show()
    except RunledgerError as error:
        return f"<{what}, not read: {error}>"
