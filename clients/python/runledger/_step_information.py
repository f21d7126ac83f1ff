"""In which run and step the code is, as it is told to it: ``get_step_context`` and ``current_run``."""

from __future__ import annotations

import uuid
from typing import NamedTuple, Optional

from . import _context
from ._scopes import RunContext


class PipelineInfo(NamedTuple):
    name: Optional[str]


class RunInfo(NamedTuple):
    id: uuid.UUID
    name: Optional[str]
    """None in a child process, which knows only the id."""
    url: Optional[str] = None
    """The address of its page."""


class StepInfo(NamedTuple):
    id: uuid.UUID
    name: Optional[str]


class StepInformation(NamedTuple):
    """Where the code is: what ``get_step_context()`` gives."""

    pipeline: PipelineInfo
    pipeline_run: RunInfo
    step_run: StepInfo

    @property
    def step_name(self) -> Optional[str]:
        return self.step_run.name


def get_step_context() -> StepInformation:
    """The run and step that the call is made in. Raises RuntimeError outside a step."""
    step = _context.current_step()
    run = step.run if step is not None else None
    if step is None or run is None:
        raise RuntimeError("get_step_context() works inside a function decorated with @step, while it executes.")
    return StepInformation(PipelineInfo(run.pipeline), run_info(run), StepInfo(step.id, step.name))


def current_run() -> Optional[RunInfo]:
    """The run that the call is made in, with its id and name: in the body of a pipeline, in its steps, and in their
    threads and processes. None outside of any."""
    run = _context.current_run()
    return None if run is None else run_info(run)


def run_info(run: RunContext) -> RunInfo:
    return RunInfo(run.id, run.name, run.url)
