"""Runs that are no block: begun in a cell of a notebook, or a line of a script, and ended in another, or with the
process."""

from __future__ import annotations

import os

from . import _context, _notebook, _recording
from ._log_metadata import RunInfo, run_info
from ._scopes import RunContext
from .errors import InvalidCallError, InvalidValueError

_ENDS = ("COMPLETED", "FAILED", "CANCELLED")
_begun: list[RunContext] = []


def begin(pipeline: str, name: str | None) -> RunInfo:
    """All code of the process is then in the run."""
    earlier = _open_here()
    if earlier:
        if not _notebook.is_notebook():
            raise InvalidCallError(
                f"The run {earlier[-1].name} is under way: end it with end_run(), or use `with run(…)`, which can be "
                "inside another.",
                "CONFLICT",
            )
        end("COMPLETED")  # the cell was run again
    run = _context.joined_run()
    if run is None:
        run = _recording.open_run(pipeline, name)
        run.until_exit = True
    _begun.append(run)
    _context.enter_process(run)
    return run_info(run)


def end(status: str = "COMPLETED") -> None:
    """Ends what `begin` began; nothing where nothing is."""
    if status not in _ENDS:
        raise InvalidValueError(f"status={status!r:.80}: one of {', '.join(_ENDS)} is needed.", "BAD_USER_INPUT")
    for run in _open_here():
        _context.leave_process(run)
        if run.until_exit:
            _recording.close_as(run, status)
    _begun.clear()


def _open_here() -> list[RunContext]:
    """Without what a forked child knows of its parent's."""
    return [run for run in _begun if run.pid == os.getpid()]
