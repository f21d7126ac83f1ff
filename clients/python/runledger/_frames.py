"""Frames of pandas or polars, and plots of matplotlib, where these are installed; none is required."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._entries import MetadataSeries


def frame_of(records: list[dict[str, Any]], columns: list[str]) -> Any:
    """A frame of pandas, else of polars. ImportError, with words, where neither is installed."""
    data = {column: [record.get(column) for record in records] for column in columns}
    for library in ("pandas", "polars"):
        try:
            module = importlib.import_module(library)
        except ImportError:
            continue
        return module.DataFrame(data) if library == "pandas" else _polars(module, data)
    raise ImportError("to_dataframe() needs pandas or polars: pip install pandas. to_records() needs neither.")


def _polars(polars: Any, data: dict[str, list[Any]]) -> Any:
    """A column has one type there: where values are of several, it is one of objects."""
    columns = []
    for name, values in data.items():
        try:
            columns.append(polars.Series(name, values, strict=True))
        except (TypeError, OverflowError, polars.exceptions.PolarsError):
            columns.append(polars.Series(name, values, dtype=polars.Object))
    return polars.DataFrame(columns)


def plot_curves(curves: Iterable[tuple[str, MetadataSeries]], ax: Any, options: dict[str, Any]) -> Any:
    """Draws curves into the axes, or into those of a new figure, and gives the axes. ImportError, with words, where
    matplotlib is not installed."""
    drawn = list(curves)
    if ax is None:
        try:
            pyplot = importlib.import_module("matplotlib.pyplot")
        except ImportError:
            raise ImportError("plot() needs matplotlib: pip install matplotlib.") from None
        ax = pyplot.subplots()[1]
    by_time = any(point.iteration is None for _, series in drawn for point in series.points)
    for label, series in drawn:
        across: Sequence[Any] = [point.logged_at if by_time else point.iteration for point in series.points]
        ax.plot(across, [point.value for point in series.points], **{"label": label or None, **options})
    ax.set_xlabel("time" if by_time else "iteration")
    if any(label for label, _ in drawn):
        ax.legend()
    return ax
