"""Errors, split by what to do next: fix the call, or try again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional


class RunledgerError(Exception):
    """What all errors of this package have in common.

    ``code`` is the service's code (``BAD_USER_INPUT``, ``NOT_FOUND``, …) or one of the same kind that the client
    gives; ``message`` says what was wrong, where, and what to do.
    """

    def __init__(self, message: str, code: str, details: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details: Mapping[str, Any] = details or {}

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> Any:
        """So that a worker of a pool can hand it to its parent."""
        return _again, (type(self), self.args, self.__dict__)


class InvalidCallError(RunledgerError):
    """The call itself is wrong: the same call will fail again. Nothing was written."""


class NotFoundError(InvalidCallError, KeyError):
    """What the call names is not there (``NOT_FOUND``)."""


class AuthenticationError(InvalidCallError):
    """The API key is missing, wrong, or may not do this (``UNAUTHENTICATED``, ``FORBIDDEN``)."""


class InvalidValueError(InvalidCallError, ValueError):
    """A value, key or argument that cannot be recorded; the message has the path to it."""


class UnsupportedTypeError(InvalidCallError, TypeError):
    """A value of a type that has no recorded form; the message has the path to it."""


class UnavailableError(RunledgerError):
    """The service is away, too slow or full: the same call, with the same ids, may go through later."""

    def __init__(self, message: str, code: str = "UNAVAILABLE", retry_after: Optional[float] = None) -> None:
        super().__init__(message, code)
        self.retry_after = retry_after
        """Seconds that the service asked to wait, where it did."""


def _again(cls: type[RunledgerError], args: tuple[Any, ...], fields: dict[str, Any]) -> RunledgerError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(fields)
    return error
