"""What happens, as it happens: entries and runs, over one connection after another."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Callable, Generic, TypeVar

from . import _queries as q
from ._entries import MetadataEntry, entry_of
from ._graphql import backoff
from ._sse import Connection, subscribe
from .errors import UnavailableError

if TYPE_CHECKING:
    from .client import Client

SILENCE_SECONDS = 60.0
LOOK_SECONDS = 1.0
"""How long nothing comes before it is looked whether the run has ended."""
T = TypeVar("T")


class Stream(Generic[T]):
    """What happens, on one connection after another. A thread reads; whenever nothing comes for a while, `is_over` is
    asked. `after` is where it goes on; `place_of` says it of each thing that came."""

    def __init__(
        self,
        client: Client,
        query: str,
        variables: dict[str, Any],
        after: str | None,
        item_of: Callable[[dict[str, Any]], T],
        place_of: Callable[[T], str],
    ) -> None:
        self._client = client
        self._query = query
        self._variables = variables
        self._item_of = item_of
        self._place_of = place_of
        self.after = after

    def is_over(self) -> bool:
        return False

    def items(self) -> Generator[T, None, None]:
        attempt = 0
        timeout = self._client._timeout
        deadline = time.monotonic() + timeout
        while True:
            try:
                for item in self._connection():
                    if item is not None:
                        yield item
                        self.after = self._place_of(item)
                    attempt = 0
                    deadline = time.monotonic() + timeout
                return
            except UnavailableError as error:
                if attempt == 0:
                    deadline = time.monotonic() + timeout
                delay = backoff(attempt, error.retry_after, longest=5.0)
                attempt += 1
                if time.monotonic() + delay >= deadline:
                    raise
                time.sleep(delay)

    def _connection(self) -> Iterator[T | None]:
        """What comes on one connection, and None when nothing did for a while."""
        variables = json.dumps({**self._variables, "after": self.after})
        events: queue.Queue[Any] = queue.Queue(1000)
        connection = Connection()
        closed = threading.Event()

        def put(event: Any) -> bool:
            while not closed.is_set():
                try:
                    events.put(event, timeout=0.2)
                    return True
                except queue.Full:
                    continue
            return False

        def read() -> None:
            try:
                for data in subscribe(self._client._transport, self._query, variables, SILENCE_SECONDS, connection):
                    if not put(self._item_of(data)):
                        return
                put(StopIteration())
            except Exception as error:
                put(error)

        threading.Thread(target=read, name="runledger-follow", daemon=True).start()
        try:
            while True:
                try:
                    event = events.get(timeout=LOOK_SECONDS)
                except queue.Empty:
                    if self.is_over():
                        return
                    yield None
                    continue
                if isinstance(event, StopIteration):
                    return
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            closed.set()
            connection.close()


class Following(Stream[MetadataEntry]):
    """The entries of one run, until it has ended and all of them came."""

    def __init__(self, client: Client, run: str, keys: list[str] | None, after: str | None) -> None:
        super().__init__(
            client,
            q.FOLLOW,
            {"ref": run, "keys": keys},
            after,
            lambda data: entry_of(data["metadataLogged"]),
            lambda entry: entry.id,
        )
        self._run = run
        self._keys = keys

    def entries(self) -> Generator[MetadataEntry, None, None]:
        if self.after is None:
            self.after, _ = self._newest()
        yield from self.items()

    def is_over(self) -> bool:
        newest, ended = self._newest()
        return ended and (newest is None or self.after is None or int(self.after) >= int(newest))

    def _newest(self) -> tuple[str | None, bool]:
        """The id of the newest entry that counts, of whatever attempt, and whether the run has ended, or is gone."""
        ids: list[str] = []
        after = None
        while True:
            found = self._client.execute(q.LATEST_IDS, {"ref": self._run, "keys": self._keys, "after": after})
            run = found["pipelineRun"]
            if run is None:
                return None, True
            if after is None:
                ids += [entry["id"] for entry in run["metadata"]]
            steps = run["steps"]
            ids += [entry["id"] for step in steps["nodes"] for entry in step["metadata"]]
            if not steps["pageInfo"]["hasNextPage"]:
                return max(ids, key=int, default=None), run["endedAt"] is not None
            after = steps["pageInfo"]["endCursor"]
