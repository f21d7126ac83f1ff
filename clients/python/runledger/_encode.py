"""Python values to the JSON text of metadata entries: exact, or refused with the path. See README, "Values"."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import math
import pathlib
import re
import sys
import types
import unicodedata
import uuid
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from json.encoder import encode_basestring  # keeps what is not ASCII
from typing import Any, Callable, TypeVar

from .errors import InvalidValueError, UnsupportedTypeError
from .metadata_types import DType, Path, StorageSize, Uri

MAX_DEPTH = 64
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
_ABSOLUTE_URI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]+:(?:%[0-9A-Fa-f]{2}|[^\s\x00-\x1f\x7f-\x9f<>"{}|\\^`%])+""")
_known_keys: dict[str, str] = {}


def encode_entry(key: object, value: object, iteration: int | None = None) -> str:
    """One MetadataEntryInput as JSON text. Raises InvalidValueError or UnsupportedTypeError, naming the path."""
    text = _known_keys.get(key) if type(key) is str else None
    if text is None:
        text = _encode_key(key)
    kind, json_text = encode_value(value, str(key))
    if iteration is None:
        return f'{{"key":{text},"value":{json_text},"type":"{kind}"}}'
    return f'{{"key":{text},"value":{json_text},"type":"{kind}","iteration":{iteration}}}'


def encode_value(value: Any, path: str) -> tuple[str, str]:
    """The MetadataType and the JSON text of a value."""
    cls = type(value)
    if cls is float:
        return "FLOAT", _float(value)
    if cls is str:
        return "STRING", _text(value, path)
    if cls is bool:
        return "BOOLEAN", "true" if value else "false"
    if cls is int:
        return "INT", _int(value)
    if value is None:
        return "NULL", "null"
    value = _plain(value, path)
    if isinstance(value, Uri):
        if not _ABSOLUTE_URI.fullmatch(value):
            raise InvalidValueError(
                f'{path}: Uri("{value}") is not an absolute URI: it starts with a scheme, as in s3://…, and spaces, '
                'control characters, a bare % and <>"{}|\\^` are percent-encoded.',
                "BAD_USER_INPUT",
            )
        return "URI", _text(value, path)
    if isinstance(value, (Path, DType)):
        if not value:
            raise InvalidValueError(f"{path}: an empty {type(value).__name__}.", "BAD_USER_INPUT")
        return "PATH" if isinstance(value, Path) else "DTYPE", _text(value, path)
    if isinstance(value, StorageSize):
        return "STORAGE_SIZE", _int(value)
    if isinstance(value, (set, frozenset)):
        return "SET", _nested(value, path, 0)
    if isinstance(value, tuple):
        return "TUPLE", _nested(value, path, 0)
    if isinstance(value, list):
        return "LIST", _nested(value, path, 0)
    if isinstance(value, Mapping):
        return "DICT", _nested(value, path, 0)
    if isinstance(value, Decimal):
        return "FLOAT", _decimal(value)
    if isinstance(value, str):
        return "STRING", _text(value, path)
    if isinstance(value, float):
        return "FLOAT", _float(value)
    if type(value) is int or isinstance(value, bool) or value is None:
        return encode_value(value, path)
    return "INT", _int(value)


def encode_text(value: str, path: str) -> str:
    """A string as JSON text; refuses NUL and unpaired surrogates."""
    return _text(value, path)


def _nested(value: Any, path: str, depth: int) -> str:
    cls = type(value)
    if cls is float:
        return _float(value)
    if cls is str:
        return _text(value, path)
    if cls is int:
        return _int(value)
    if cls is bool:
        return "true" if value else "false"
    if value is None:
        return "null"
    value = _plain(value, path)
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, bool) or value is None or type(value) is float:
        return _nested(value, path, depth)
    if isinstance(value, int):
        return _int(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    if depth >= MAX_DEPTH:
        raise InvalidValueError(
            f"{path[:200]}: more than {MAX_DEPTH} lists and dicts inside one another.", "BAD_USER_INPUT"
        )
    if isinstance(value, Mapping):
        return _dict(value, path, depth)
    if isinstance(value, (set, frozenset)):
        parts = [(_order(item), _nested(item, f"{path}{{{item!r:.40}}}", depth + 1)) for item in value]
        return "[" + ",".join(text for _, text in sorted(parts)) + "]"
    return "[" + ",".join([_nested(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]) + "]"


def _dict(value: Mapping[Any, Any], path: str, depth: int) -> str:
    parts: list[str] = []
    seen: dict[str, Any] = {}
    for key in _read(path, lambda: list(value)):
        name = _dict_key(key, path)
        if name in seen:
            raise InvalidValueError(
                f'{path}: the keys {seen[name]!r} and {key!r} would both be written as "{name}".', "BAD_USER_INPUT"
            )
        seen[name] = key
        inner = f"{path}.{name}"
        parts.append(f"{_text(name, inner)}:{_nested(item_of(value, key, inner), inner, depth + 1)}")
    return "{" + ",".join(parts) + "}"


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
    return value[key] if type(value) is dict else _read(path, lambda: value[key])


def _item_at(value: Sequence[Any], index: int, path: str) -> Any:
    return _read(path, lambda: value[index])


def _read(path: str, get: Callable[[], T]) -> T:
    try:
        return get()
    except Exception as error:
        words = (str(error) or type(error).__name__).splitlines()[0]
        raise InvalidValueError(
            f"{path}: it could not be read ({type(error).__name__}: {words:.200}).", "BAD_USER_INPUT"
        ) from error


def _dict_key(key: Any, path: str) -> str:
    if isinstance(key, enum.Enum):
        key = key.value
    if isinstance(key, str):
        return str.__str__(key)
    if getattr(key, "dtype", None) is not None and hasattr(key, "item"):
        key = key.item()
    if isinstance(key, int) and not isinstance(key, bool):
        return _int(key)
    raise UnsupportedTypeError(
        f"{path}: the dict key {key!r:.80} is {_name(key)}; only str and int can be keys.", "BAD_USER_INPUT"
    )


def _plain(value: Any, path: str) -> Any:
    """The value in one of the types that have a form: unwraps enums, dates, paths, arrays; refuses the rest."""
    if isinstance(value, enum.Enum):
        return _plain(value.value, path)
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
        size = _few(_read(path, lambda: len(value)), value, path)
        return [_item_at(value, index, f"{path}[{index}]") for index in range(size)]
    if isinstance(value, Set):
        return _read(path, lambda: set(value))
    raise UnsupportedTypeError(f"{path}: {_name(value)} has no form as metadata{_hint(value)}.", "BAD_USER_INPUT")


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
    size = _few(_read(path, lambda: len(value)), value, path)
    if hasattr(value, "columns"):
        return _read(path, value.to_dicts) if hasattr(value, "to_dicts") else _records(value, path)
    if not hasattr(value, "index") or not hasattr(value, "items"):
        return _of_column(_read(path, value.to_list), value.dtype)
    names = _read(path, lambda: [name for name, _ in value.items()])
    items = _of_column(_read(path, lambda: [item for _, item in value.items()]), value.dtype)
    if names == list(range(size)):
        return items
    try:
        named = {_dict_key(name, path): item for name, item in zip(names, items)}
    except UnsupportedTypeError:
        named = {}
    if len(named) == size:
        return named
    # Times, the several levels of a group, names that are there twice: records keep them.
    return _records(_read(path, lambda: value.to_frame("value" if value.name is None else value.name)), path)


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
        frame = _read(path, frame.reset_index)
    columns = [_dict_key(column, path) for column in frame.columns]
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
            f"{path}: {_name(value)} has {size} items, more than the {MAX_ITEMS} that metadata takes; log what sums it "
            "up (its len(), describe()), or store it elsewhere and log a Uri.",
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
            f"{path}: {_name(value)} of {dtype} is wider than a double: convert it with float().", "BAD_USER_INPUT"
        )
    plain = value.tolist()
    if isinstance(plain, (list, str, int, float)) or plain is None:
        return plain
    if type(plain) is type(value):
        raise UnsupportedTypeError(f"{path}: {_name(value)} has no form as metadata.", "BAD_USER_INPUT")
    return _plain(plain, path)


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


def _int(value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:  # Python limits this to 4,300 digits; Decimal is exact and has no such limit
        return str(Decimal(int(value)))


def _float(value: float) -> str:
    if math.isfinite(value):
        return float.__repr__(value)
    return '"NaN"' if value != value else '"Infinity"' if value > 0 else '"-Infinity"'


def _decimal(value: Decimal) -> str:
    if value.is_nan():
        return '"NaN"'
    if value.is_infinite():
        return '"Infinity"' if value > 0 else '"-Infinity"'
    return str(value).replace("E+", "e").replace("E", "e")


def _text(value: str, path: str) -> str:
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InvalidValueError(f"{path!r}: an unpaired surrogate at {error.start}.", "BAD_USER_INPUT") from None
    if "\x00" in value:
        raise InvalidValueError(f"{path!r}: a NUL character at {value.index(chr(0))}.", "BAD_USER_INPUT")
    return str(encode_basestring(value))


def _encode_key(key: object) -> str:
    if not isinstance(key, str):
        raise UnsupportedTypeError(f"The key {key!r:.80} is {_name(key)}; metadata keys are str.", "BAD_USER_INPUT")
    text = check_name(str.__str__(key), "key")
    if len(_known_keys) < 10_000:
        _known_keys[key] = text
    return text


def check_name(name: str, what: str) -> str:
    """JSON text of a key or name of 1–255 bytes without control characters; raises InvalidValueError."""
    text = _text(name, what)
    size = len(unicodedata.normalize("NFC", name).encode("utf-8"))
    if size > 255 or not name.strip():
        raise InvalidValueError(
            f"The {what} {name!r:.80} has {size} bytes; 1 to 255, not all blank, are needed.", "BAD_USER_INPUT"
        )
    if any(unicodedata.category(char) == "Cc" for char in name):
        raise InvalidValueError(f"The {what} {name!r:.80} has a control character.", "BAD_USER_INPUT")
    return text


def _order(item: Any) -> tuple[int, Any, str]:
    """Where an item stands in a written set: the same set is written the same way in every process."""
    if isinstance(item, enum.Enum):
        item = item.value
    if item is None:
        return (0, 0, "")
    if isinstance(item, bool):
        return (1, int(item), "")
    if isinstance(item, (int, float, Decimal)) and not math.isnan(item):
        return (2, item, "")
    if isinstance(item, str):
        return (3, str.__str__(item), "")
    return (4, "", _nested(item, "set", 1))


def encode_variables(value: Any, path: str = "variables", times: bool = True) -> str:
    """The variables of a request as JSON text. Times are instants in UTC, but as they are logged in a condition on
    metadata; runs and steps stand for their ids. Raises InvalidValueError or UnsupportedTypeError, naming the path."""
    if isinstance(value, datetime.datetime) and times:
        utc = value.astimezone(datetime.timezone.utc)  # one without a zone is local time
        return json.dumps(utc.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    if isinstance(value, Mapping):
        return (
            "{"
            + ",".join(
                f"{_text(_dict_key(key, path), path)}:"
                + encode_variables(item, f"{path}.{key}", times and key != "metadata")
                for key, item in value.items()
            )
            + "}"
        )
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(encode_variables(item, f"{path}[{n}]", times) for n, item in enumerate(value)) + "]"
    own_id = getattr(value, "id", None)
    if isinstance(own_id, uuid.UUID):
        return f'"{own_id}"'
    return _nested(value, path, 0)


def timestamp(now: datetime.datetime | None = None) -> str:
    """Now, or the given instant in UTC, as ISO 8601 with milliseconds."""
    return (now or datetime.datetime.now(datetime.timezone.utc)).isoformat(timespec="milliseconds")[:23] + "Z"


def _name(value: Any) -> str:
    cls = type(value)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
