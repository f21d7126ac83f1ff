"""``@step`` and ``@pipeline``: the functions run as they would without; what they are is recorded beside."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Iterator
from typing import (
    Any,
    Callable,
    TypeVar,
    overload,
)

from . import _context
from ._encode import check_name
from .errors import InvalidValueError, UnsupportedTypeError

F = TypeVar("F", bound=Callable[..., Any])


@overload
def step(function: F) -> F: ...
@overload
def step(*, name: str | None = None, enable_cache: bool | None = None) -> Callable[[F], F]: ...
def step(
    function: F | None = None, *, name: str | None = None, enable_cache: bool | None = None, **unsupported: Any
) -> F | Callable[[F], F]:
    """Records each call of the function as a step: of the pipeline it is called in, else of a run of its own.

    ``name`` is the function's when left out. ``enable_cache`` is accepted for ZenML's sake; every call executes.
    The function's result, or its exception, is the caller's as without the decorator. Coroutine functions work too.
    """
    _refuse("step", unsupported)

    def decorate(inner: F) -> F:
        step_name = _checked(name or inner.__name__, "step")
        return _wrap(inner, lambda: _step_or_run(step_name))

    return decorate(function) if function is not None else decorate


@overload
def pipeline(function: F) -> F: ...
@overload
def pipeline(
    *, name: str | None = None, run_name: str | None = None, enable_cache: bool | None = None
) -> Callable[[F], F]: ...
def pipeline(
    function: F | None = None,
    *,
    name: str | None = None,
    run_name: str | None = None,
    enable_cache: bool | None = None,
    **unsupported: Any,
) -> F | Callable[[F], F]:
    """Records each call of the function as a run. Its steps execute where they are called.

    ``name`` is the function's when left out; ``run_name`` is made from it and the time. A run name that is taken gets
    a suffix, with a warning. ``enable_cache`` is accepted for ZenML's sake; every call executes.
    """
    _refuse("pipeline", unsupported)
    if run_name is not None:
        check_name(run_name, "run name")

    def decorate(inner: F) -> F:
        pipeline_name = _checked(name or inner.__name__, "pipeline")
        return _wrap(inner, lambda: _context.run_scope(pipeline_name, run_name))

    return decorate(function) if function is not None else decorate


@contextlib.contextmanager
def _step_or_run(name: str) -> Iterator[None]:
    run = _context.current_run()
    if run is not None:
        with _context.step_scope(name, run):
            yield
    else:
        with _context.run_scope(name, None) as own, _context.step_scope(name, own):
            yield


def _wrap(inner: F, scope: Callable[[], contextlib.AbstractContextManager[Any]]) -> F:
    if inspect.iscoroutinefunction(inner):

        @functools.wraps(inner)
        async def run_async(*args: Any, **kwargs: Any) -> Any:
            with scope():
                return await inner(*args, **kwargs)

        return run_async  # type: ignore[return-value]

    @functools.wraps(inner)
    def run(*args: Any, **kwargs: Any) -> Any:
        with scope():
            return inner(*args, **kwargs)

    return run  # type: ignore[return-value]


def _checked(name: str, what: str) -> str:
    check_name(name, f"{what} name")
    if what == "step" and "::" in name:
        raise InvalidValueError(
            f'The step name {name!r} has "::" in it, which separates step and key.', "BAD_USER_INPUT"
        )
    return name


def _refuse(decorator: str, unsupported: dict[str, Any]) -> None:
    given = [name for name, value in unsupported.items() if value is not None]
    if given:
        takes = "name" if decorator == "step" else "name, run_name"
        raise UnsupportedTypeError(
            f"@{decorator}({', '.join(given)}=…): Runledger records runs and steps; it takes {takes} only.",
            "BAD_USER_INPUT",
        )
