"""Runs that are no block: begun in a cell of a notebook, or a line of a script, and ended in another, or with the
process."""

from __future__ import annotations

from . import _context, _notebook, _recording
from ._step_information import RunInfo, run_info
from .errors import InvalidCallError, InvalidValueError

_ENDS = ("COMPLETED", "FAILED", "CANCELLED")


def begin(pipeline: str, name: str | None) -> RunInfo:
    """All code of the process is then in the run."""
    earlier = _context.run_of_process()
    if earlier is not None:
        if not _notebook.is_notebook():
            raise InvalidCallError(
                f"The run {earlier.name} is under way: end it with end_run(), or use `with run(…)`, which can be "
                "inside another.",
                "CONFLICT",
            )
        end("COMPLETED")  # the cell was run again
    run = _context.joined_run() or _recording.open_run(pipeline, name)
    _context.enter_process(run)
    return run_info(run)


def end(status: str = "COMPLETED") -> None:
    """Ends what `begin` began; nothing where nothing is."""
    if status not in _ENDS:
        raise InvalidValueError(f"status={status!r:.80}: one of {', '.join(_ENDS)} is needed.", "BAD_USER_INPUT")
    run = _context.run_of_process()
    if run is not None:
        _context.leave_process(run)
        _recording.close(run, status=status)  # does nothing to a run that was only joined
