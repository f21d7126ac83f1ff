"""GraphQL subscriptions over server-sent events: one connection."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Iterator
from typing import Any

from . import _position
from ._decode import loads
from ._graphql import error_of, read_answer, request_body
from ._http import Response, Transport
from .errors import UnavailableError


class Connection:
    """What lets another thread end a stream that is being read."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._closed = False

    def opened(self, connection: http.client.HTTPConnection) -> None:
        self._socket = connection.sock
        if self._closed:
            self.close()

    def close(self) -> None:
        self._closed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def subscribe(
    transport: Transport, query: str, variables: str, timeout: float, handle: Connection
) -> Iterator[dict[str, Any]]:
    """The `data` of each event of one connection, until the service ends it.

    Raises UnavailableError when the connection breaks, or nothing (not even a ping) comes for `timeout` seconds.
    """
    connection = None
    try:
        connection = transport.connect(timeout)
        handle.opened(connection)
        connection.request(
            "POST", transport.target(), request_body(query, variables), transport.headers("text/event-stream")
        )
        answer = connection.getresponse()
        if answer.status != 200 or not answer.headers.get("content-type", "").startswith("text/event-stream"):
            headers = dict((name.lower(), value) for name, value in answer.getheaders())
            read_answer(Response(answer.status, headers, answer.read()))
            raise UnavailableError("The service answered a subscription without a stream.")
        for event, data in _events(answer):
            if event == "complete":
                return
            if event == "next" and data:
                yield _data(transport.url, data)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnavailableError(f"The stream from {transport.url} broke: {error or type(error).__name__}.") from error
    finally:
        if connection is not None:
            connection.close()


def _data(url: str, text: str) -> dict[str, Any]:
    result = loads(text)
    _position.note(url, (result.get("extensions") or {}).get("position"))
    if result.get("errors"):
        raise error_of(result["errors"])
    data: dict[str, Any] = result["data"]
    return data


def _events(answer: http.client.HTTPResponse) -> Iterator[tuple[str, str]]:
    event = ""
    data: list[str] = []
    while True:
        line = answer.readline()
        if not line:
            raise UnavailableError("The stream ended before it was complete.")
        text = line.decode("utf-8").rstrip("\r\n")
        if not text:
            if event or data:
                yield event or "message", "\n".join(data)
            event, data = "", []
        elif text.startswith("event:"):
            event = text[6:].strip()
        elif text.startswith("data:"):
            data.append(text[5:].lstrip(" ") if text.startswith("data: ") else text[5:])
