"""What the service answers, in Python's types."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

from .metadata_types import DType, Path, StorageSize, Uri


def loads(text: str | bytes) -> Any:
    """JSON with every digit of every integer, however many. Raises ValueError for what is not JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # more than 4,300 digits
        return json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 4000 else int(Decimal(digits)))


def decode_value(value: Any, kind: str) -> Any:
    """The value of an entry as the type that was logged: FLOAT gives float, SET a set, URI a Uri."""
    if kind == "FLOAT":
        return float(value)  # also "NaN", "Infinity", "-Infinity"
    if kind == "INT":
        return int(value)
    if kind == "TUPLE":
        return tuple(value)
    if kind == "SET":
        return _as_set(value)
    if kind == "URI":
        return Uri(value)
    if kind == "PATH":
        return Path(value)
    if kind == "DTYPE":
        return DType(value)
    if kind == "STORAGE_SIZE":
        return StorageSize(value)
    return value


def parse_time(text: str) -> datetime.datetime:
    """An ISO 8601 instant, aware."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def _as_set(items: Any) -> Any:
    """A set, or the list itself when a Python set cannot hold it whole: dicts inside, or both 1 and true."""
    try:
        result = {_hashable(item) for item in items}
    except TypeError:
        return items
    return result if len(result) == len(items) else items


def _hashable(item: Any) -> Any:
    return tuple(_hashable(inner) for inner in item) if isinstance(item, list) else item
