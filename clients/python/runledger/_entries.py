"""What is read: entries, points, keys, comparisons."""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Optional

from ._decode import decode_value, parse_time
from ._frames import frame_of, plot_curves

if TYPE_CHECKING:
    from ._runs import PipelineRun, StepRun

ExecutionStatus = Literal["RUNNING", "COMPLETED", "FAILED", "CANCELLED", "CACHED", "RETRIED", "CRASHED"]


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
    min: Optional[float] = None
    """Of all of them, not of the points that are left."""
    max: Optional[float] = None
    key: str = ""
    """As it was asked for."""

    def to_dataframe(self) -> Any:
        """A frame of pandas, else of polars: value, iteration, logged_at."""
        return frame_of([point._asdict() for point in self.points], list(MetadataPoint._fields))

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draws the curve with matplotlib, over the iterations, or over time where a point has none. ``ax``: axes to
        draw into; ``options``: those of ``Axes.plot``. Gives the axes."""
        return plot_curves([(self.key, self)], ax, options)


class MetadataKey(NamedTuple):
    key: str
    types: list[str]
    runs: int
    last_logged_at: datetime.datetime


class Failure(NamedTuple):
    """Why a run or step failed, as its process said; for CRASHED, as the service did."""

    type: str
    message: str
    traceback: Optional[str]
    """None where it was not sent, and for runs that are read in lists."""


class RunSeries(NamedTuple):
    """One of the curves of several runs."""

    run: PipelineRun
    key: str
    """As it was asked for."""
    series: MetadataSeries


class Curves(list[RunSeries]):
    """The curves of several runs and keys, one for each run and key that has numbers."""

    def to_records(self) -> list[dict[str, Any]]:
        """A dict for each point: run, key, iteration, value, logged_at."""
        return [
            {"run": curve.run.name, "key": curve.key, **point._asdict()}
            for curve in self
            for point in curve.series.points
        ]

    def to_dataframe(self) -> Any:
        """The same as a frame of pandas, else of polars; ImportError where neither is installed."""
        return frame_of(self.to_records(), ["run", "key", "iteration", "value", "logged_at"])

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draws all of them into one plot with matplotlib, as MetadataSeries.plot."""
        several = len({curve.key for curve in self}) > 1
        labels = [f"{curve.run.name} {curve.key}" if several else curve.run.name for curve in self]
        return plot_curves(zip(labels, [curve.series for curve in self]), ax, options)


class RunFacets(NamedTuple):
    """How the runs that pass a filter divide."""

    total: int
    statuses: dict[ExecutionStatus, int]
    pipelines: dict[str, int]
    """The 50 with the most runs."""


class Pipeline(NamedTuple):
    name: str
    runs: int
    last_started_at: datetime.datetime


class Change(NamedTuple):
    """Something that happened. What it has depends on its kind; ``cursor`` is what ``after`` takes."""

    cursor: str
    kind: Literal["run", "step", "entry", "retraction", "deletion"]
    run: Optional[PipelineRun]
    """As it is now; None when it was deleted."""
    step: Optional[StepRun] = None
    entry: Optional[MetadataEntry] = None
    """What was logged, or taken back."""
    latest: Optional[MetadataEntry] = None
    """What is latest under the key after something was taken back."""
    deleted_id: Optional[uuid.UUID] = None
    deleted_name: Optional[str] = None


class ComparisonRow(NamedTuple):
    key: str
    values: list[Any]
    """One a run; None where the run has no such key (and where it logged None)."""
    differs: bool


class RunComparison(NamedTuple):
    runs: list[PipelineRun]
    rows: list[ComparisonRow]

    def to_records(self) -> list[dict[str, Any]]:
        """A dict for each run: its name, and the latest value under each key."""
        return [
            {"name": run.name, **{row.key: row.values[number] for row in self.rows}}
            for number, run in enumerate(self.runs)
        ]

    def to_dataframe(self) -> Any:
        """A frame of pandas, else of polars: a row a run, its name, and a column a key."""
        return frame_of(self.to_records(), ["name", *(row.key for row in self.rows)])


def entry_of(fields: dict[str, Any]) -> MetadataEntry:
    step = fields["step"]
    return MetadataEntry(
        id=fields["id"],
        key=fields["key"],
        qualified_key=fields["qualifiedKey"],
        value=None if fields["value"] is None else decode_value(fields["value"], fields["type"]),
        type=fields["type"],
        number=None if fields["number"] is None else float(fields["number"]),
        display=fields["display"],
        iteration=fields["iteration"],
        logged_at=parse_time(fields["loggedAt"]),
        run_id=uuid.UUID(fields["run"]["id"]),
        step_id=uuid.UUID(step["id"]) if step else None,
        step_name=step["name"] if step else None,
    )


def series_of(fields: dict[str, Any], key: str) -> MetadataSeries:
    points = [MetadataPoint(float(p["value"]), p["iteration"], parse_time(p["loggedAt"])) for p in fields["points"]]
    least, most = (None if fields[name] is None else float(fields[name]) for name in ("min", "max"))
    return MetadataSeries(fields["total"], points, least, most, key)


def failure_of(fields: Optional[dict[str, Any]]) -> Optional[Failure]:
    return None if fields is None else Failure(fields["type"], fields["message"], fields.get("traceback"))
