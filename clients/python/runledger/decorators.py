"""``@step``, ``@pipeline`` and their blocks: functions run as they would without; what they are is recorded beside."""

from __future__ import annotations

import contextlib
import functools
import inspect
import logging
from collections.abc import Coroutine, Generator
from types import TracebackType
from typing import Any, Callable, Literal, Optional, TypeVar, Union, overload

from . import _context, _recording, _session
from ._encode import check_name
from ._scopes import Scope
from ._step_information import RunInfo, StepInformation, get_step_context, run_info
from .errors import InvalidValueError, UnsupportedTypeError

F = TypeVar("F", bound=Callable[..., Any])
_Open = Callable[[], "list[Scope]"]
_log = logging.getLogger("runledger")


class _Block:
    """What ``with`` and ``@`` have in common."""

    def __init__(self, open: Callable[[Optional[str]], _Open], name: Optional[str]) -> None:
        self._open = open
        self._name = name
        self._entered: list[contextlib.AbstractContextManager[None]] = []

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self._entered.pop().__exit__(kind, error, traceback)

    def _enter(self) -> None:
        block = _recording.recorded(self._open(self._name)())
        block.__enter__()
        self._entered.append(block)


class StepBlock(_Block):
    """``with step("train"):``, or ``@step(name="train")`` on a function."""

    def __call__(self, function: F) -> F:
        return _wrap(function, self._open(self._name or _name_of(function, "step")))

    def __enter__(self) -> StepInformation:
        if self._name is None:
            raise InvalidValueError('A step that is a block needs a name: with step("train").', "BAD_USER_INPUT")
        self._enter()
        return get_step_context()

    def __repr__(self) -> str:
        return f"<runledger.step {self._name!r}>" if self._name else "<runledger.step>"


class RunBlock(_Block):
    """``with run("nightly-42", pipeline="training"):``."""

    def __enter__(self) -> RunInfo:
        self._enter()
        current = _context.current_run()
        assert current is not None
        return run_info(current)

    def __repr__(self) -> str:
        return f"<runledger.run {self._name!r}>" if self._name else "<runledger.run>"


@overload
def step(function: F) -> F: ...
@overload
def step(function: str) -> StepBlock: ...
@overload
def step(*, name: Optional[str] = None, enable_cache: Optional[bool] = None) -> StepBlock: ...
def step(
    function: Union[F, str, None] = None,
    *,
    name: Optional[str] = None,
    enable_cache: Optional[bool] = None,
    **unsupported: Any,
) -> Union[F, StepBlock]:
    """Records each call of a function, or a block, as a step: of the run it is in, else of a run of its own.

    ``@step``, ``@step(name="train")``, ``with step("train"):``. ``name`` is the function's when left out; the same
    step again in a run is ``train_2``, ``train_3`` …, or after a failure the next attempt. ``enable_cache`` is accepted
    for ZenML's sake; every call executes.

    The function's result, or its exception, is the caller's as without the decorator. Coroutine functions, generators
    and asynchronous generators work too: a generator's step begins with its first item and ends with the generator,
    and only what its own body logs, not the code that iterates over it, goes to it.
    """
    _refuse("step", unsupported)
    if isinstance(function, str):
        name, function = name or function, None
    block = StepBlock(_opener_of_step, None if name is None else _checked(name, "step"))
    return block(_callable(function, "step")) if function is not None else block


def run(name: Optional[str] = None, *, pipeline: Optional[str] = None) -> RunBlock:
    """Records a block as a run: ``with run("nightly-42", pipeline="training"):``.

    ``name`` is made from the pipeline's and the time when left out, and gets a suffix, with a warning, when it is
    taken; ``pipeline`` is "default" when left out. A program that was started in a run (``RUNLEDGER_RUN_ID``) belongs
    to that one: its outermost run or pipeline is then part of it.
    """
    pipeline_name = _checked_run(name, pipeline)
    return RunBlock(lambda given: _opener_of_run(pipeline_name, given), name)


def start_run(name: Optional[str] = None, *, pipeline: Optional[str] = None) -> RunInfo:
    """Begins a run that is no block, for notebooks, and scripts that are hard to indent: all that follows in this
    process is in it, until ``end_run()`` or the end of the process.

    At the end of the process it is recorded as FAILED when an exception, or the last cell of the notebook, ended it,
    else as COMPLETED. The code of a ``sys.exit`` in a script is not seen: call ``end_run("FAILED")`` before it. In
    a notebook it ends the run that was begun before: so the cell can be run again. Otherwise as ``run``.
    """
    checked = _checked_run(name, pipeline)
    return _session.begin(checked, name)


def end_run(status: Literal["COMPLETED", "FAILED", "CANCELLED"] = "COMPLETED") -> None:
    """Ends the run that ``start_run`` began; does nothing where none is under way."""
    _session.end(status)


@overload
def pipeline(function: F) -> F: ...
@overload
def pipeline(function: str) -> Callable[[F], F]: ...
@overload
def pipeline(
    *, name: Optional[str] = None, run_name: Optional[str] = None, enable_cache: Optional[bool] = None
) -> Callable[[F], F]: ...
def pipeline(
    function: Union[F, str, None] = None,
    *,
    name: Optional[str] = None,
    run_name: Optional[str] = None,
    enable_cache: Optional[bool] = None,
    **unsupported: Any,
) -> Union[F, Callable[[F], F]]:
    """Records each call of the function as a run. Its steps execute where they are called.

    ``name`` is the function's when left out; ``run_name`` is made from it and the time. A run name that is taken gets
    a suffix, with a warning. ``log_metadata`` in its body logs to the run, and ``current_run()`` gives its id and name.
    A program that was started in a run (``RUNLEDGER_RUN_ID``) belongs to that one: its outermost pipeline is then part
    of it. ``enable_cache`` is accepted for ZenML's sake; every call executes.
    """
    _refuse("pipeline", unsupported)
    if isinstance(function, str):
        name, function = name or function, None
    _check_run_name(run_name)

    def decorate(inner: F) -> F:
        pipeline_name = _checked(name or _name_of(inner, "pipeline"), "pipeline")
        return _wrap(inner, _opener_of_run(pipeline_name, run_name))

    return decorate(_callable(function, "pipeline")) if function is not None else decorate


def _opener_of_step(name: Optional[str]) -> _Open:
    assert name is not None
    step_name = name

    def open() -> list[Scope]:
        here = _context.whereabouts()
        if here.run is not None:
            return [_recording.open_step(step_name, here.run)]
        if here.several:
            _log.warning(
                "runledger: several runs are under way and this thread belongs to none of them: the step %s is "
                "recorded as a run of its own. Start the thread with contextvars.copy_context().run.",
                step_name,
            )
        own = _recording.open_run(step_name, None)
        return [own, _recording.open_step(step_name, own)]

    return open


def _opener_of_run(pipeline_name: str, run_name: Optional[str]) -> _Open:
    def open() -> list[Scope]:
        joined = _context.joined_run()
        return [joined] if joined is not None else [_recording.open_run(pipeline_name, run_name)]

    return open


def _wrap(inner: F, open: _Open) -> F:
    plain = inspect.isroutine(inner) or isinstance(inner, functools.partial)
    kind: Any = inner if plain else type(inner).__call__
    own_code = getattr(inspect.unwrap(inner), "__code__", None)
    wrapped: Any
    if inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(kind):

        async def run_async(*args: Any, **kwargs: Any) -> Any:
            with _recording.recorded(open()):
                return await inner(*args, **kwargs)

        wrapped = run_async
    elif inspect.isgeneratorfunction(kind):

        def run_generator(*args: Any, **kwargs: Any) -> Any:
            return (yield from _generator(inner(*args, **kwargs), open))

        wrapped = run_generator
    elif inspect.isasyncgenfunction(kind):

        async def run_async_generator(*args: Any, **kwargs: Any) -> Any:
            # As `_generator`; there is no `yield from` that would hand on what is sent and thrown.
            generator = inner(*args, **kwargs)
            scopes = open()
            error: BaseException | None = None
            advance: Callable[[], Any] = generator.__anext__
            try:
                while True:
                    try:
                        with _context.entered(scopes):
                            item = await advance()
                    except StopAsyncIteration:
                        return
                    try:
                        sent = yield item
                        advance = functools.partial(generator.asend, sent)
                    except GeneratorExit:
                        with _context.entered(scopes):
                            await generator.aclose()
                        raise
                    except BaseException as thrown:
                        advance = functools.partial(generator.athrow, thrown)
            except GeneratorExit:
                raise
            except BaseException as raised:
                error = raised
                raise
            finally:
                _recording.close_all(scopes, error)
                del error, advance

        wrapped = run_async_generator
    else:

        def run(*args: Any, **kwargs: Any) -> Any:
            scopes = open()
            result: Any = None
            error: BaseException | None = None
            try:
                with _context.entered(scopes):
                    result = inner(*args, **kwargs)
            except BaseException as raised:
                error = raised
                raise
            finally:
                # Another decorator may stand between: what it gives is then still to be run, in the step.
                later = inspect.iscoroutine(result) or (inspect.isgenerator(result) and result.gi_code is own_code)
                if not later:
                    _recording.close_all(scopes, error)
                del error
            if not later:
                return result
            return _awaited(result, scopes) if inspect.iscoroutine(result) else _generator(result, lambda: scopes)

        wrapped = run
    functools.update_wrapper(wrapped, inner)
    result: F = wrapped  # it has the signature of `inner`, which no type says
    return result


async def _awaited(inner: Coroutine[Any, Any, Any], scopes: list[Scope]) -> Any:
    with _recording.recorded(scopes):
        return await inner


def _generator(inner: Generator[Any, Any, Any], open: _Open) -> Generator[Any, Any, Any]:
    """Steps through a generator: the scope is entered while its body runs, and left while it waits for its consumer.

    Closed before its end, the step is complete: its consumer took what it needed.
    """
    scopes = open()
    error: BaseException | None = None
    advance: Callable[[], Any] = functools.partial(next, inner)
    try:
        while True:
            try:
                with _context.entered(scopes):
                    item = advance()
            except StopIteration as end:
                return end.value
            try:
                sent = yield item
                advance = functools.partial(inner.send, sent)
            except GeneratorExit:
                with _context.entered(scopes):
                    inner.close()
                raise
            except BaseException as thrown:
                advance = functools.partial(inner.throw, thrown)
    except GeneratorExit:
        raise
    except BaseException as raised:
        error = raised
        raise
    finally:
        _recording.close_all(scopes, error)
        del error, advance


def _callable(function: F, decorator: str) -> F:
    if not callable(function):
        raise UnsupportedTypeError(
            f"@{decorator} is for functions; {function!r:.80} is {type(function).__name__}, which cannot be called.",
            "BAD_USER_INPUT",
        )
    return function


def _name_of(function: Any, decorator: str) -> str:
    _callable(function, decorator)
    while isinstance(function, functools.partial):
        function = function.func
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else type(function).__name__


def _checked_run(name: Any, pipeline: Any) -> str:
    """The name of the pipeline."""
    _check_run_name(name)
    return _checked("default" if pipeline is None else pipeline, "pipeline")


def _check_run_name(name: Any) -> None:
    if name is not None:
        check_name(_text(name, "run name"), "run name")


def _checked(name: Any, what: str) -> str:
    text = _text(name, f"{what} name")
    check_name(text, f"{what} name")
    if what == "step" and "::" in text:
        raise InvalidValueError(
            f'The step name {text!r} has "::" in it, which separates step and key.', "BAD_USER_INPUT"
        )
    return text


def _text(name: Any, what: str) -> str:
    if not isinstance(name, str):
        raise UnsupportedTypeError(
            f"The {what} {name!r:.80} is {type(name).__name__}; a str is needed.", "BAD_USER_INPUT"
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
