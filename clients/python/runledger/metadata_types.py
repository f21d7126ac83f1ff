"""The value types that JSON has no word for."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_UNITS = {"b": 1}
for _power, _letter in enumerate("kmgtp", start=1):
    _UNITS[_letter + "b"] = 1000**_power
    _UNITS[_letter + "ib"] = 1024**_power

_SIZE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-zA-Z]+)\s*")


class Uri(str):
    """An absolute URI: ``Uri("gs://bucket/data.csv")``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Uri({str.__repr__(self)})"


class Path(str):
    """A path in a file system: ``Path("/scripts/train.py")``. ``pathlib`` paths are logged as this, too."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Path({str.__repr__(self)})"


class DType(str):
    """A data type by name: ``DType("float64")``. NumPy dtypes are logged as this, too."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"DType({str.__repr__(self)})"


class StorageSize(int):
    """A number of bytes: ``StorageSize(2500000)``, ``StorageSize("1.5 GiB")``.

    Words are a number and one of B, kB … PB (powers of 1000) or KiB … PiB (of 1024) in any case, rounded to the byte.
    """

    def __new__(cls, size: int | str | Any = 0) -> StorageSize:
        if isinstance(size, str):
            match = _SIZE.fullmatch(size)
            unit = _UNITS.get(match.group(2).lower()) if match else None
            if match is None or unit is None:
                raise ValueError(f'StorageSize("{size}"): write a number and B, kB … PB or KiB … PiB, as in "1.5 GiB".')
            size = int((Decimal(match.group(1)) * unit).to_integral_value(ROUND_HALF_UP))
        if isinstance(size, float) and not size.is_integer():
            raise ValueError(f"StorageSize({size!r}): a whole number of bytes is needed.")
        value = super().__new__(cls, size)
        if value < 0:
            raise ValueError(f"StorageSize({size!r}): a size is not negative.")
        return value

    def __repr__(self) -> str:
        return f"StorageSize({int.__repr__(self)})"


class ArtifactConfig:
    """Takes the place of ZenML's annotation of step outputs, so that code that has it runs. Records nothing."""

    def __init__(self, name: str | None = None, **options: Any) -> None:
        self.name = name
        self.options = options
