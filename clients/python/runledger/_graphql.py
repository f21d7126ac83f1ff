"""One GraphQL request: what the answer means, and when to try again."""

from __future__ import annotations

import json
import logging
import random
import re
import time
from typing import Any
from urllib.parse import urlsplit

from ._decode import loads
from ._http import WORDS_AFTER_SECONDS, Response, Transport, retry_after
from .errors import (
    AuthenticationError,
    InvalidCallError,
    NotFoundError,
    RunledgerError,
    UnavailableError,
)

TRY_AGAIN = frozenset({"UNAVAILABLE", "TIMEOUT", "RATE_LIMITED", "INTERNAL_SERVER_ERROR"})
ATTEMPT_SECONDS = 10.0
REFUSED_SECONDS = 5.0
_log = logging.getLogger("runledger")


def request_body(query: str, variables: str) -> bytes:
    """The JSON body; `variables` is JSON text already, so that no number passes through a parser again."""
    return f'{{"query":{json.dumps(query)},"variables":{variables}}}'.encode()


def execute(transport: Transport, query: str, variables: str, deadline_seconds: float) -> dict[str, Any]:
    """The `data` of the answer. Tries again, with the same body, until `deadline_seconds` are over.

    Raises InvalidCallError when the call must be changed, UnavailableError when the time was up.
    """
    body = request_body(query, variables)
    began = time.monotonic()
    deadline = began + deadline_seconds
    words = _Words(transport.url, deadline_seconds)
    attempt = 0
    while True:
        left = deadline - time.monotonic()
        try:
            return read_answer(transport.post(body, max(0.05, min(ATTEMPT_SECONDS, left)), words.say))
        except UnavailableError as error:
            if _is_refused_here(error, transport.url):
                # Nothing listens: a service that restarts is back soon, and one that was never started is not.
                deadline = min(deadline, began + REFUSED_SECONDS)
            delay = backoff(attempt, error.retry_after)
            if time.monotonic() + delay >= deadline:
                raise
            if time.monotonic() + delay - began >= WORDS_AFTER_SECONDS:
                words.say(error)
        attempt += 1
        time.sleep(delay)


class _Words:
    """Says once what is waited for."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url
        self._seconds = seconds
        self._said = False

    def say(self, error: UnavailableError | None = None) -> None:
        if not self._said:
            self._said = True
            _log.warning(
                "runledger: waiting for %s, up to %g s. %s RUNLEDGER_URL says where the service is; "
                "`npx runledger serve` starts one.",
                self._url,
                self._seconds,
                error or "It has not answered yet.",
            )


def _is_refused_here(error: UnavailableError, url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return isinstance(error.__cause__, ConnectionRefusedError) and (host in ("localhost", "::1") or host[:4] == "127.")


def backoff(attempt: int, asked: float | None = None, longest: float = 30.0) -> float:
    """Seconds before the next try: 0.1 doubled with each attempt, half of it by chance, never less than was asked."""
    most = min(longest, 0.1 * 2.0 ** min(attempt, 20))
    delay = most / 2 + random.random() * most / 2
    return max(delay, asked or 0.0)


def read_answer(response: Response) -> dict[str, Any]:
    """The `data`; raises the error that the answer is."""
    try:
        answer = loads(response.body)
    except ValueError:
        answer = None
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if isinstance(answer, dict) and not errors and isinstance(answer.get("data"), dict):
        data: dict[str, Any] = answer["data"]
        return data
    raise _error(response, errors if isinstance(errors, list) else [])


def error_of(errors: list[Any], status: int = 200, wait: float | None = None) -> RunledgerError:
    """The first error of a GraphQL answer, as the exception for it."""
    first = errors[0] if isinstance(errors[0], dict) else {}
    given = first.get("extensions")
    extensions: dict[str, Any] = given if isinstance(given, dict) else {}
    code = str(extensions.get("code") or ("INTERNAL_SERVER_ERROR" if status >= 500 else "BAD_USER_INPUT"))
    message = _in_words_of_python(str(first.get("message") or code))
    if code in TRY_AGAIN:
        return UnavailableError(message, code, wait)
    if code in ("UNAUTHENTICATED", "FORBIDDEN"):
        if "RUNLEDGER_API_KEY" not in message:
            message += " The key is that of RUNLEDGER_API_KEY, or the api_key of the Client."
        return AuthenticationError(message, code, extensions)
    if code == "NOT_FOUND":
        return NotFoundError(message, code, extensions)
    return InvalidCallError(message, code, extensions)


_WORDS = [
    (re.compile(r"\Ainputs\[\d+\]: "), ""),
    (re.compile(r"(?<=Start it with )startStep\b"), '@step, or with step("…")'),
    (re.compile(r"(?<=Start it with )startRun\b"), '@pipeline, or with run("…")'),
    (re.compile(r"(?<=or look at )pipelineRuns\b"), "Client().list_pipeline_runs()"),
]


def _in_words_of_python(message: str) -> str:
    """The service speaks of its mutations; here they have other names."""
    for pattern, words in _WORDS:
        message = pattern.sub(words, message)
    return message


def _error(response: Response, errors: list[Any]) -> RunledgerError:
    status = response.status
    if status == 404:  # whatever it says: no GraphQL result is a 404, so nothing was asked where it should have been
        return InvalidCallError("The service answered 404: RUNLEDGER_URL is not that of a Runledger.", "HTTP_404")
    wait = retry_after(response.headers)
    if status in (408, 425, 429) or (status >= 500 and not errors):
        return UnavailableError(
            f"The service answered {status}.", "TIMEOUT" if status in (408, 504) else "UNAVAILABLE", wait
        )
    if errors:
        return error_of(errors, status, wait)
    if status in (401, 403):
        return AuthenticationError(
            f"The service answered {status}: check RUNLEDGER_API_KEY.",
            "UNAUTHENTICATED" if status == 401 else "FORBIDDEN",
        )
    if status == 413:
        return InvalidCallError("The request is larger than the service takes (413).", "BAD_USER_INPUT")
    if 400 <= status < 500:
        return InvalidCallError(f"The service answered {status}: is this the URL of a Runledger?", f"HTTP_{status}")
    return UnavailableError(f"The service answered {status} without a GraphQL result.", "UNAVAILABLE", wait)
