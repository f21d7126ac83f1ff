"""The values of Python and its libraries in the plain types that have a form as metadata, or refused with the path."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import pathlib
import sys
import types
import uuid
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from typing import Any, Callable, TypeVar

from .errors import InvalidValueError, UnsupportedTypeError
from .metadata_types import DType, Path

MAX_ITEMS = 10_000
"""Of a series, a frame, or a sequence that is no list: far more than a value of 64 KiB holds."""
_MISSING = frozenset({("pandas", "NaTType"), ("pandas", "NAType")})
_WORDS = frozenset({("pandas", "Period"), ("pandas", "Interval")})
"""What is logged as its text."""
_DTYPES = frozenset(
    {
        ("numpy", "dtype"), ("pandas", "ExtensionDtype"), ("torch", "dtype"), ("tensorflow", "DType"),
        ("polars", "DataType"), ("polars", "DataTypeClass"), ("pyarrow", "DataType"),
    }
)  # fmt: skip
_TABLES = frozenset(
    {("pandas", "Series"), ("pandas", "DataFrame"), ("pandas", "Index"), ("polars", "Series"), ("polars", "DataFrame")}
)
T = TypeVar("T")


def as_mapping(value: Any) -> Mapping[Any, Any] | None:
    """What has names and values as a Mapping: also dataclasses, namespaces, pydantic and attrs models. Else None."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, type):
        return None
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    argparse = sys.modules.get("argparse")
    if isinstance(value, types.SimpleNamespace) or (argparse is not None and isinstance(value, argparse.Namespace)):
        return dict(vars(value))
    fields = getattr(type(value), "__attrs_attrs__", None)
    if fields is not None:
        return {field.name: getattr(value, field.name, None) for field in fields}
    for fields, dump in (("model_fields", "model_dump"), ("__fields__", "dict")):  # pydantic 2 and 1
        if any(fields in vars(cls) and callable(getattr(cls, dump, None)) for cls in type(value).__mro__):
            dumped = getattr(value, dump)()
            return dumped if isinstance(dumped, Mapping) else None
    return None


def item_of(value: Mapping[Any, Any], key: Any, path: str) -> Any:
    """What stands under the key. What a library's own mapping raises is refused as a value with its path."""
    return value[key] if type(value) is dict else read(path, lambda: value[key])


def _item_at(value: Sequence[Any], index: int, path: str) -> Any:
    return read(path, lambda: value[index])


def read(path: str, get: Callable[[], T]) -> T:
    try:
        return get()
    except Exception as error:
        words = (str(error) or type(error).__name__).splitlines()[0]
        raise InvalidValueError(
            f"{path}: it could not be read ({type(error).__name__}: {words:.200}).", "BAD_USER_INPUT"
        ) from error


def dict_key(key: Any, path: str) -> str:
    if isinstance(key, enum.Enum):
        key = key.value
    if isinstance(key, str):
        return str.__str__(key)
    if getattr(key, "dtype", None) is not None and hasattr(key, "item"):
        key = key.item()
    if isinstance(key, int) and not isinstance(key, bool):
        return int_text(key)
    raise UnsupportedTypeError(
        f"{path}: the dict key {key!r:.80} is {type_name(key)}; only str and int can be keys.", "BAD_USER_INPUT"
    )


def plain_of(value: Any, path: str) -> Any:
    """The value in one of the types that have a form: unwraps enums, dates, paths, arrays; refuses the rest."""
    if isinstance(value, enum.Enum):
        return plain_of(value.value, path)
    if isinstance(value, (str, bool, int, float, list, tuple, set, frozenset, Decimal, Mapping)) or value is None:
        # NumPy's float64 and str_ are subclasses of Python's own; what is left of them is the plain number or text
        return float(value) if isinstance(value, float) else value
    if _is_a(value, _MISSING):
        return None
    if _is_a(value, _WORDS):
        return str(value)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, pathlib.PurePath):
        return Path(str(value))
    if _is_a(value, _DTYPES):
        return DType(str(value))
    if _is_a(value, _TABLES):
        return _table(value, path)
    dtype = getattr(value, "dtype", None)
    if dtype is not None and hasattr(value, "tolist") and not isinstance(value, type):
        return _array(value, dtype, path)
    named = as_mapping(value)
    if named is not None:
        return named
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        size = _few(read(path, lambda: len(value)), value, path)
        return [_item_at(value, index, f"{path}[{index}]") for index in range(size)]
    if isinstance(value, Set):
        return read(path, lambda: set(value))
    raise UnsupportedTypeError(f"{path}: {type_name(value)} has no form as metadata{_hint(value)}.", "BAD_USER_INPUT")


def _hint(value: Any) -> str:
    """What to write instead."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "; store it elsewhere and log a Uri, or log its text"
    if isinstance(value, complex):
        return "; log its real and imag"
    for method in ("get_params", "to_dict", "state_dict"):
        if callable(getattr(value, method, None)) and not isinstance(value, type):
            return f"; log its {method}()" if method != "state_dict" else "; store it elsewhere and log a Uri"
    if isinstance(value, type) or callable(value):
        return "; log its __qualname__"
    if hasattr(value, "__float__"):
        return "; log float(…) of it"
    if hasattr(value, "__iter__"):
        return "; log list(…) of it"
    return "; log a dict of what matters of it, or its str()"


def _table(value: Any, path: str) -> Any:
    """A series or a frame of pandas or polars: a list, a dict where a series has names, a list of records."""
    size = _few(read(path, lambda: len(value)), value, path)
    if hasattr(value, "columns"):
        return read(path, value.to_dicts) if hasattr(value, "to_dicts") else _records(value, path)
    if not hasattr(value, "index") or not hasattr(value, "items"):
        return _of_column(read(path, value.to_list), value.dtype)
    names = read(path, lambda: [name for name, _ in value.items()])
    items = _of_column(read(path, lambda: [item for _, item in value.items()]), value.dtype)
    if names == list(range(size)):
        return items
    try:
        named = {dict_key(name, path): item for name, item in zip(names, items)}
    except UnsupportedTypeError:
        named = {}
    if len(named) == size:
        return named
    # Times, the several levels of a group, names that are there twice: records keep them.
    return _records(read(path, lambda: value.to_frame("value" if value.name is None else value.name)), path)


def _records(frame: Any, path: str) -> list[dict[str, Any]]:
    """The rows of a frame of pandas, with its index where that is more than their number."""
    for column in frame.columns:
        if isinstance(column, tuple):
            raise UnsupportedTypeError(
                f'{path}: the column {column!r:.80} has several levels; join them, as in df.columns = ["_".join(c) for '
                "c in df.columns], and log that.",
                "BAD_USER_INPUT",
            )
    if list(frame.index) != list(range(len(frame))):
        frame = read(path, frame.reset_index)
    columns = [dict_key(column, path) for column in frame.columns]
    seen: set[str] = set()
    for column in columns:
        if column in seen:
            raise InvalidValueError(
                f"{path}: the frame has two columns that are named {column!r:.80}.", "BAD_USER_INPUT"
            )
        seen.add(column)
    known = [_of_column(list(frame.iloc[:, number]), frame.dtypes.iloc[number]) for number in range(len(columns))]
    return [dict(zip(columns, row)) for row in zip(*known)]


def _of_column(items: list[Any], dtype: Any) -> list[Any]:
    """In a column that is not of floats, NaN stands for what is missing."""
    if getattr(dtype, "kind", "") == "f":
        return items
    return [None if isinstance(item, float) and item != item else item for item in items]


def _few(size: int, value: Any, path: str) -> int:
    if size > MAX_ITEMS:
        raise InvalidValueError(
            f"{path}: {type_name(value)} has {size} items, more than the {MAX_ITEMS} that metadata takes; log what "
            "sums it up (its len(), describe()), or store it elsewhere and log a Uri.",
            "BAD_USER_INPUT",
        )
    return size


def _is_a(value: Any, names: frozenset[tuple[str, str]]) -> bool:
    """Whether a class of the value has one of these names in one of these libraries: no word of ours imports them."""
    return any((cls.__module__.partition(".")[0], cls.__name__) in names for cls in type(value).__mro__)


def _array(value: Any, dtype: Any, path: str) -> Any:
    kind = getattr(dtype, "kind", "")
    if kind == "M":
        return _instants(str(value) if not getattr(value, "shape", ()) else value.astype(str).tolist())
    if kind == "m":
        return _seconds((value / dtype.type(1, "s")).tolist())
    if kind == "f" and getattr(dtype, "itemsize", 8) > 8:
        raise UnsupportedTypeError(
            f"{path}: {type_name(value)} of {dtype} is wider than a double: convert it with float().", "BAD_USER_INPUT"
        )
    plain = value.tolist()
    if isinstance(plain, (list, str, int, float)) or plain is None:
        return plain
    if type(plain) is type(value):
        raise UnsupportedTypeError(f"{path}: {type_name(value)} has no form as metadata.", "BAD_USER_INPUT")
    return plain_of(plain, path)


def is_duration(value: Any) -> bool:
    """Whether it is logged as a number of seconds, so that its unit is worth telling."""
    return isinstance(value, datetime.timedelta) or getattr(getattr(value, "dtype", None), "kind", "") == "m"


def _seconds(spans: Any) -> Any:
    if isinstance(spans, list):
        return [_seconds(span) for span in spans]
    return None if spans != spans else spans


def _instants(texts: Any) -> Any:
    if isinstance(texts, list):
        return [_instants(text) for text in texts]
    return None if texts == "NaT" else texts


def int_text(value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:  # Python limits this to 4,300 digits; Decimal is exact and has no such limit
        return str(Decimal(int(value)))


def type_name(value: Any) -> str:
    cls = type(value)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
