"""Frames of pandas or polars, where one is installed; neither is required."""

from __future__ import annotations

import importlib
from typing import Any


def frame_of(records: list[dict[str, Any]], columns: list[str]) -> Any:
    """A frame of pandas, else of polars. ImportError, with words, where neither is installed."""
    for library in ("pandas", "polars"):
        try:
            module = importlib.import_module(library)
        except ImportError:
            continue
        return module.DataFrame({column: [record.get(column) for record in records] for column in columns})
    raise ImportError("to_dataframe() needs pandas or polars: pip install pandas. to_records() needs neither.")
