"""GraphQL subscriptions over server-sent events."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any

from ._decode import loads
from ._graphql import error_of, read_answer, request_body
from ._http import Response, Transport
from .errors import UnavailableError


def subscribe(transport: Transport, query: str, variables: str, timeout: float) -> Iterator[dict[str, Any]]:
    """The `data` of each event of one connection, until the service ends it.

    Raises UnavailableError when the connection breaks, or nothing (not even a ping) comes for `timeout` seconds.
    """
    connection = None
    try:
        connection = transport.connect(timeout)
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
                yield _data(data)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnavailableError(f"The stream from {transport.url} broke: {error or type(error).__name__}.") from error
    finally:
        if connection is not None:
            connection.close()


def _data(text: str) -> dict[str, Any]:
    result = loads(text)
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
