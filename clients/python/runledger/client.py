"""Reading: ``Client().get_pipeline_run("…").steps["train"].run_metadata["accuracy"]``."""

from __future__ import annotations

import json
import logging
import os
import uuid
import weakref
from collections.abc import Generator, Iterator, Sequence
from typing import Any, Callable, Literal, Optional, Union

from . import _entries, _runs, _sender
from . import _queries as q
from ._decode import decode_value, parse_time
from ._encode import encode_variables
from ._entries import (
    Change,
    ComparisonRow,
    Curves,
    ExecutionStatus,
    Failure,
    MetadataEntry,
    MetadataKey,
    MetadataPoint,
    MetadataSeries,
    Pipeline,
    RunComparison,
    RunFacets,
    RunSeries,
    entry_of,
    series_of,
)
from ._filters import MetadataCondition, MetadataOrder, PipelineRunFilter, PipelineRunOrder
from ._follow import Following, Stream
from ._graphql import execute
from ._http import Transport
from ._items import History, Items
from ._runs import PipelineRun, RunMetadata, Runs, StepRun, Steps
from ._settings import DEFAULT_URL, endpoint, read_settings
from ._target import Id, parse_id, parse_ref
from .errors import NotFoundError

__all__ = [
    "Change",
    "Client",
    "ComparisonRow",
    "Curves",
    "ExecutionStatus",
    "Failure",
    "History",
    "Items",
    "MetadataCondition",
    "MetadataEntry",
    "MetadataKey",
    "MetadataOrder",
    "MetadataPoint",
    "MetadataSeries",
    "Pipeline",
    "PipelineRun",
    "PipelineRunFilter",
    "PipelineRunOrder",
    "RunComparison",
    "RunFacets",
    "RunMetadata",
    "RunSeries",
    "Runs",
    "StepRun",
    "Steps",
]


_log = logging.getLogger("runledger")
_KINDS: dict[str, Literal["run", "step", "entry", "retraction", "deletion"]] = {
    "RunChanged": "run",
    "StepChanged": "step",
    "EntryLogged": "entry",
    "EntryRetracted": "retraction",
    "RunDeleted": "deletion",
}


class Client:
    """A reader of one service: of ``RUNLEDGER_URL`` with ``RUNLEDGER_API_KEY``, unless told otherwise.

    Its calls wait up to ``timeout`` seconds (30), trying again meanwhile, and raise InvalidCallError (fix the call)
    or UnavailableError (try again). Before they ask, they give what this process has logged up to two seconds to
    arrive. Threads may share a client. A URL that is none is an InvalidCallError at once. Where an id, name or prefix
    of a run is wanted, a run that was read will do, and likewise a step for its id.
    """

    def __init__(
        self, url: Optional[str] = None, api_key: Optional[str] = None, timeout: Optional[float] = None
    ) -> None:
        endpoint(url or os.environ.get("RUNLEDGER_URL") or DEFAULT_URL)
        self._settings = read_settings(url, api_key)
        self._timeout = self._settings.timeout_seconds if timeout is None else timeout
        self._transport = Transport(self._settings.url, self._settings.api_key)
        weakref.finalize(self, self._transport.close)  # a client that nobody closed leaves no open sockets

    def get_pipeline_run(self, name_id_or_prefix: Id) -> PipelineRun:
        """The run with this id, else of this name, else the only one that starts so.

        NotFoundError, a KeyError, if there is none.
        """
        found = self.execute(q.FIND_RUN, {"ref": _ref(name_id_or_prefix)})["pipelineRun"]
        if found is None:
            raise NotFoundError(f"There is no run with the id, name or prefix {str(name_id_or_prefix)!r}.", "NOT_FOUND")
        return PipelineRun(self, found)

    def list_pipeline_runs(
        self,
        filter: Optional[PipelineRunFilter] = None,
        order_by: Optional[PipelineRunOrder] = None,
        page_size: int = 100,
    ) -> Runs:
        """All runs matching a PipelineRunFilter, in a PipelineRunOrder (newest start first): both as in the schema.

        Times in them may be datetimes, numbers NumPy's. The result is iterated over, or made a table:
        ``.to_dataframe(keys=["train::loss"])``.
        """
        return Runs(self, filter, order_by, page_size)

    def runs_df(
        self,
        filter: Optional[PipelineRunFilter] = None,
        keys: Optional[Sequence[str]] = None,
        *,
        order_by: Optional[PipelineRunOrder] = None,
        limit: Optional[int] = None,
    ) -> Any:
        """A frame of pandas, else of polars: a row for each run that passes the filter, and a column a key with the
        latest values, plain keys or ``step_name::key``; without ``keys``, all there are. One request for each 200
        runs."""
        return Runs(self, filter, order_by, min(limit or 200, 200)).to_dataframe(keys, limit)

    def history_df(self, runs: Union[Id, Sequence[Id]], keys: Union[str, Sequence[str]]) -> Any:
        """A frame of pandas, else of polars, of the numbers that were logged under up to 20 keys of up to 100 runs:
        run, key, iteration, value, logged_at. One request. A curve of more than 10,000 points is thinned out to that,
        with a warning; ``run.metadata_history(key).to_dataframe()`` has every entry, whatever its type."""
        asked = [runs] if isinstance(runs, (str, uuid.UUID)) or not isinstance(runs, Sequence) else list(runs)
        curves = self.series(asked, [keys] if isinstance(keys, str) else keys, max_points=10_000)
        for curve in curves:
            if curve.series.total > len(curve.series.points):
                _log.warning(
                    "runledger: %r of the run %s has %d points, of which %d are shown; metadata_history has all.",
                    curve.key, curve.run.name, curve.series.total, len(curve.series.points),
                )  # fmt: skip
        return curves.to_dataframe()

    def get_step(self, step_id: Id) -> StepRun:
        """The step with this id. NotFoundError if there is none."""
        found = self.execute(q.FIND_STEP, {"id": str(parse_id(step_id, "step_id"))})["step"]
        if found is None:
            raise NotFoundError(f"There is no step with the id {step_id}.", "NOT_FOUND")
        return StepRun(self, found, uuid.UUID(found["run"]["id"]))

    def metadata_keys(
        self,
        pipeline: Optional[str] = None,
        prefix: Optional[str] = None,
        first: int = 100,
        qualified: bool = False,
    ) -> list[MetadataKey]:
        """The keys in use, with what was logged under them; ``qualified``: of each step apart."""
        variables = {"pipeline": pipeline, "prefix": prefix, "first": first, "qualified": qualified}
        rows = self.execute(q.KEYS, variables)["metadataKeys"]
        return [MetadataKey(row["key"], row["types"], row["runs"], parse_time(row["lastLoggedAt"])) for row in rows]

    def series(self, runs: Sequence[Id], keys: Sequence[str], max_points: int = 500) -> Curves:
        """Curves of up to 100 runs and 20 keys in one request: a list with one for each run and key that has numbers.
        ``.to_dataframe()`` makes a frame of all, ``.plot()`` a plot."""
        variables = {"refs": [_ref(run) for run in runs], "keys": list(keys), "maxPoints": max_points}
        found = self.execute(q.MANY_SERIES, variables)["series"]
        return Curves(RunSeries(PipelineRun(self, one["run"]), one["key"], series_of(one, one["key"])) for one in found)

    def run_facets(self, filter: Optional[PipelineRunFilter] = None) -> RunFacets:
        """How many runs pass the filter, of each status and of each pipeline."""
        found = self.execute(q.FACETS, {"filter": filter})["runFacets"]
        return RunFacets(
            found["total"],
            {row["status"]: row["runs"] for row in found["statuses"]},
            {row["pipeline"]: row["runs"] for row in found["pipelines"]},
        )

    def pipelines(self, prefix: Optional[str] = None) -> Items[Pipeline]:
        """The pipelines, by name."""

        def read() -> Generator[Pipeline, None, None]:
            for row in self._pages(q.PIPELINES, {"prefix": prefix, "first": 200}, lambda data: data["pipelines"]):
                yield Pipeline(row["name"], row["runs"], parse_time(row["lastStartedAt"]))

        return Items(read(), f"pipelines of {self._settings.url}")

    def compare_runs(self, refs: Sequence[Id], keys: Optional[Sequence[str]] = None) -> RunComparison:
        """Up to 100 runs side by side, a row a qualified key."""
        found = self.execute(q.COMPARE, {"refs": [_ref(ref) for ref in refs], "keys": keys})["compareRuns"]
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
    ) -> Items[MetadataEntry]:
        """Every entry logged to the run or its steps from now on, or since the entry with the id ``after``.

        Ends when the run has ended and all its entries were given, at once or within a few seconds, or when it is
        deleted; or when the iterator is closed. Reconnects by itself, misses none and repeats none. Raises
        InvalidCallError, and UnavailableError when the service has been away for ``timeout`` seconds.
        """
        wanted = None if keys is None else list(keys)
        following = Following(self, _ref(run), wanted, None if after is None else str(after))
        return Items(following.entries(), f"entries of the run {_ref(run)} as they are logged")

    def changes(
        self,
        runs: Optional[Sequence[Id]] = None,
        pipeline: Optional[str] = None,
        keys: Optional[Sequence[str]] = None,
        after: Optional[Union[str, int]] = None,
    ) -> Items[Change]:
        """All that happens from now on, or since ``after``: to up to 200 runs, to those of a pipeline, or to all; of
        entries only those under the keys.

        Each change once and in order. Goes on until the iterator is closed; reconnects by itself, and misses none once
        it has a cursor to go on from. Raises as ``follow`` does.
        """
        variables = {
            "refs": None if runs is None else [_ref(run) for run in runs],
            "pipeline": pipeline,
            "keys": None if keys is None else list(keys),
        }
        start = None if after is None else str(after)
        stream = Stream(self, q.CHANGES, variables, start, self._change, lambda change: change.cursor)
        return Items(stream.items(), f"changes of {self._settings.url} as they happen")

    def _change(self, data: dict[str, Any]) -> Change:
        found = data["changes"]
        kind = _KINDS[found["__typename"]]
        if kind == "deletion":
            id = uuid.UUID(found["runId"])
            return Change(found["cursor"], kind, None, deleted_id=id, deleted_name=found["name"])
        run = PipelineRun(self, found["run"])
        return Change(
            found["cursor"],
            kind,
            run,
            StepRun(self, found["step"], run.id) if kind == "step" else None,
            entry_of(found["entry"]) if "entry" in found else None,
            entry_of(found["latest"]) if found.get("latest") else None,
        )

    def retract_metadata(self, entry_id: Union[str, int], reason: str) -> Optional[MetadataEntry]:
        """Takes an entry back; gives what is latest now under its key, or None."""
        found = self.execute(q.RETRACT, {"entryId": str(entry_id), "reason": reason})["retractMetadata"]["latest"]
        return None if found is None else entry_of(found)

    def delete_pipeline_run(self, name_id_or_prefix: Id) -> bool:
        """Deletes a run with its steps and entries."""
        return bool(self.execute(q.DELETE_RUN, {"ref": _ref(name_id_or_prefix)})["deleteRun"])

    def execute(self, query: str, variables: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """The `data` of any GraphQL request. A mutation may be sent more than once: give it ids of your own."""
        self._arrive()
        return execute(self._transport, query, encode_variables(variables or {}), self._timeout)

    def close(self) -> None:
        """Closes kept connections; the client can be used again."""
        self._transport.close()

    def __repr__(self) -> str:
        return f"<runledger.Client {self._settings.url}>"

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


def _ref(run: object) -> str:
    text: str = json.loads(parse_ref(run, "run"))
    return text


# So that the annotations of those modules, which this one imports, can be read at run time.
vars(_runs)["Client"] = Client
vars(_entries).update(PipelineRun=PipelineRun, StepRun=StepRun)
