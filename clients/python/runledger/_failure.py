"""Why a run or step failed: the exception's type, message and traceback."""

from __future__ import annotations

import contextlib
import os
import traceback

MAX_CHARS = 1000
MAX_TRACEBACK_BYTES = 16 * 1024
_MAX_FRAMES = 200
_OWN = os.path.dirname(__file__) + os.sep


def failure_of(error: BaseException, send_traceback: bool) -> dict[str, str]:
    """A FailureInput. Says what it can of an exception that cannot be shown."""
    cls = type(error)
    name = cls.__qualname__ if cls.__module__ in ("builtins", "__main__") else f"{cls.__module__}.{cls.__qualname__}"
    try:
        message = str(error)
    except Exception as problem:
        message = f"(its message cannot be shown: {type(problem).__name__})"
    failure = {"type": _clean(name)[:MAX_CHARS], "message": _clean(message)[:MAX_CHARS]}
    if send_traceback:
        with contextlib.suppress(Exception):  # the type and the message say the most
            failure["traceback"] = _tail(_clean(_traceback(error)))
    return failure


def _traceback(error: BaseException) -> str:
    found = traceback.TracebackException(type(error), error, error.__traceback__, limit=-_MAX_FRAMES)
    # Those of the decorators are of no use to a reader.
    found.stack[:] = [frame for frame in found.stack if not frame.filename.startswith(_OWN)]
    return "".join(found.format())


def _clean(text: str) -> str:
    return text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def _tail(text: str) -> str:
    return text.encode("utf-8")[-MAX_TRACEBACK_BYTES:].decode("utf-8", "ignore")
