"""Filters and orders of runs, as in the service's schema: type checkers find a typo, and editors know what there is."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Literal, TypedDict, Union

from ._entries import ExecutionStatus

Time = Union[datetime.datetime, str]
"""A datetime (without a zone: local time), or ISO 8601."""
Number = Any
"""An int, a float, or a number of NumPy."""
SortDirection = Literal["ASC", "DESC"]
MetadataType = Literal[
    "STRING", "BOOLEAN", "NULL", "INT", "FLOAT", "LIST", "DICT", "SET", "TUPLE", "URI", "PATH", "DTYPE", "STORAGE_SIZE"
]


_Conditions = TypedDict(
    "_Conditions",
    {
        "step": str,
        "path": Sequence[str],
        "type": MetadataType,
        "exists": bool,
        "gt": Number,
        "gte": Number,
        "lt": Number,
        "lte": Number,
        "equals": Any,
        "in": Sequence[Any],
        "has": Any,
        "contains": str,
        "startsWith": str,
    },
    total=False,
)


class _Key(TypedDict):
    key: str


class MetadataCondition(_Key, _Conditions):
    """On the latest value under a key; with only a key, that there is one."""


PipelineRunFilter = TypedDict(
    "PipelineRunFilter",
    {
        "and": "Sequence[PipelineRunFilter]",
        "or": "Sequence[PipelineRunFilter]",
        "not": "PipelineRunFilter",
        "metadata": MetadataCondition,
        "nameContains": str,
        "namePrefix": str,
        "pipeline": str,
        "pipelines": Sequence[str],
        "status": Sequence[ExecutionStatus],
        "startedAfter": Time,
        "startedBefore": Time,
        "endedAfter": Time,
        "endedBefore": Time,
    },
    total=False,
)


class MetadataOrder(_Key, total=False):
    """By the latest value under a key; DESC when left out."""

    direction: SortDirection
    path: Sequence[str]
    step: str


class PipelineRunOrder(TypedDict, total=False):
    """Exactly one of these."""

    duration: SortDirection
    endedAt: SortDirection
    metadata: MetadataOrder
    name: SortDirection
    startedAt: SortDirection
