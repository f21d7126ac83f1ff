"""POST over kept-alive connections."""

from __future__ import annotations

import encodings.idna  # noqa: F401  looked up by connecting; too late to import when the interpreter is ending
import http.client
import selectors
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import Callable, NamedTuple
from urllib.parse import urlsplit

from . import _position
from .errors import UnavailableError

USER_AGENT = "runledger-python/0.1.0"
WORDS_AFTER_SECONDS = 1.0
_STALE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, http.client.CannotSendRequest)


class Response(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Connections to one endpoint; threads may share it. Opens nothing before the first request."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        self.url = url
        self._api_key = api_key
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def post(self, body: bytes, timeout: float, on_wait: Callable[[], None] | None = None) -> Response:
        """One attempt of at most about `timeout` seconds for each read. Raises UnavailableError when none is answered.
        Calls `on_wait` when there is no answer after a second.

        A kept connection that the service had closed meanwhile does not count as an attempt.
        """
        connection = self._take()
        if connection is not None:
            try:
                return self._exchange(connection, body, timeout, on_wait)
            except _STALE:
                connection.close()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                raise self._unavailable(error) from error
        try:
            connection = self.connect(timeout)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._unavailable(error) from error
        try:
            return self._exchange(connection, body, timeout, on_wait)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._unavailable(error) from error

    def connect(self, timeout: float) -> http.client.HTTPConnection:
        """A new connection; the caller closes it. Raises OSError, or ValueError for a URL that is none."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not a URL: {self.url!r}")
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=timeout, context=context
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
        connection.connect()
        if connection.sock is not None:
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def headers(self, accept: str) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": accept, "User-Agent": USER_AGENT}
        if self._api_key:
            headers["Authorization"] = f"Bearer {self._api_key}"
        headers.update(_position.headers(self.url))
        return headers

    def target(self) -> str:
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> http.client.HTTPConnection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        body: bytes,
        timeout: float,
        on_wait: Callable[[], None] | None,
    ) -> Response:
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        connection.request(
            "POST", self.target(), body, self.headers("application/graphql-response+json, application/json")
        )
        patient = timeout > WORDS_AFTER_SECONDS and connection.sock is not None
        if patient and on_wait is not None and not _is_readable(connection.sock, WORDS_AFTER_SECONDS):
            on_wait()
        answer = connection.getresponse()
        data = answer.read()
        response = Response(answer.status, dict((name.lower(), value) for name, value in answer.getheaders()), data)
        _position.note(self.url, response.headers.get(_position.HEADER))
        if answer.will_close:
            connection.close()
        else:
            with self._lock:
                self._idle.append(connection)
        return response

    def _unavailable(self, error: BaseException) -> UnavailableError:
        return UnavailableError(f"No answer from {self.url}: {error or type(error).__name__}.", _code(error))


def _is_readable(sock: socket.socket, seconds: float) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return bool(selector.select(seconds))


def _code(error: BaseException) -> str:
    return "TIMEOUT" if isinstance(error, (socket.timeout, TimeoutError)) else "UNAVAILABLE"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header of seconds, at most 60."""
    try:
        return min(max(float(headers.get("retry-after", "")), 0.0), 60.0)
    except ValueError:
        return None
