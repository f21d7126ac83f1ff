"""What is read one after another: an iterator that says what it is."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, TypeVar

from ._entries import MetadataEntry
from ._frames import frame_of

T = TypeVar("T")


class Items(Iterator[T]):
    """Read page by page, or as it happens, while it is iterated over."""

    def __init__(self, source: Generator[T, None, None], shown: str) -> None:
        self._source = source
        self._shown = shown

    def __next__(self) -> T:
        return next(self._source)

    def close(self) -> None:
        """Ends it, and the connection it may have."""
        self._source.close()

    def __repr__(self) -> str:
        return f"<{self._shown}>"


class History(Items[MetadataEntry]):
    """All entries under a key, newest first, read page by page."""

    def to_records(self) -> list[dict[str, Any]]:
        """A dict for each entry that is left, oldest first."""
        return [entry._asdict() for entry in self][::-1]

    def to_dataframe(self) -> Any:
        """The same as a frame of pandas, else of polars; ImportError where neither is installed."""
        columns = [name for name in MetadataEntry._fields if name != "number"]
        return frame_of(self.to_records(), columns)
