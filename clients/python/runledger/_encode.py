"""Python values to the JSON text of metadata entries: exact, or refused with the path. See README, "Values"."""

from __future__ import annotations

import datetime
import enum
import json
import math
import re
import unicodedata
import uuid
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring  # keeps what is not ASCII
from typing import Any

from ._plain import dict_key, int_text, item_of, plain_of, read, type_name
from .errors import InvalidValueError, UnsupportedTypeError
from .metadata_types import DType, Path, StorageSize, Uri

MAX_DEPTH = 64
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
        return "INT", int_text(value)
    if value is None:
        return "NULL", "null"
    value = plain_of(value, path)
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
        return "STORAGE_SIZE", int_text(value)
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
    return "INT", int_text(value)


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
        return int_text(value)
    if cls is bool:
        return "true" if value else "false"
    if value is None:
        return "null"
    value = plain_of(value, path)
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, bool) or value is None or type(value) is float:
        return _nested(value, path, depth)
    if isinstance(value, int):
        return int_text(value)
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
    for key in read(path, lambda: list(value)):
        name = dict_key(key, path)
        if name in seen:
            raise InvalidValueError(
                f'{path}: the keys {seen[name]!r} and {key!r} would both be written as "{name}".', "BAD_USER_INPUT"
            )
        seen[name] = key
        inner = f"{path}.{name}"
        parts.append(f"{_text(name, inner)}:{_nested(item_of(value, key, inner), inner, depth + 1)}")
    return "{" + ",".join(parts) + "}"


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
        raise UnsupportedTypeError(f"The key {key!r:.80} is {type_name(key)}; metadata keys are str.", "BAD_USER_INPUT")
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
                f"{_text(dict_key(key, path), path)}:"
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
