"""Runs and steps as the code that logs is in them."""

from __future__ import annotations

import os
import time
import uuid
from typing import Any, NamedTuple, Union

from . import _deliver
from ._settings import Settings


class RunContext:
    """A run that is under way in this process, or one that was handed down to it."""

    is_run = True

    def __init__(
        self, id: uuid.UUID, name: str | None, pipeline: str | None, settings: Settings, outer: Scope | None = None
    ) -> None:
        self.id = id
        self.asked_name = name
        self.pipeline = pipeline
        self.settings = settings
        self.outer = outer
        self.pid = os.getpid()
        self.id_text = str(id)
        self.place_text: tuple[Any, str] | None = None
        self.started_at = ""
        self.began = time.monotonic()
        self.start_number = 0
        """How many operations had been made when its start had: it has arrived when as many are delivered."""
        self.target_json = f'{{"run":"{id}"}}'
        self.token: str | None = None
        """What its children show in place of the API key."""

    @property
    def run(self) -> RunContext:
        return self

    @property
    def name(self) -> str | None:
        """As recorded: another one where the service said that the name is taken."""
        return _deliver.renamed_runs.get(str(self.id), self.asked_name)

    @property
    def url(self) -> str:
        """The address of its page."""
        return self.settings.page_of(self.id)


class StepContext:
    """A step that is under way in this process, or one that was handed down to it."""

    is_run = False

    def __init__(
        self, id: uuid.UUID, name: str | None, run: RunContext | None, settings: Settings, outer: Scope | None = None
    ) -> None:
        self.id = id
        self.name = name
        self.run = run
        self.settings = settings
        self.outer = outer
        self.pid = os.getpid()
        self.id_text = str(id)
        self.place_text: tuple[Any, str] | None = None
        self.started_at = ""
        self.began = time.monotonic()
        self.start_number = 0
        """How many operations had been made when its start had: it has arrived when as many are delivered."""
        self.target_json = f'{{"stepId":"{id}"}}'


Scope = Union[RunContext, StepContext]


class Whereabouts(NamedTuple):
    """What a call is inside of."""

    scope: Scope | None
    """The innermost step or run; None outside of any, or where several would do."""
    run: RunContext | None
    several: bool


NOWHERE = Whereabouts(None, None, False)


def innermost(scopes: list[Scope]) -> Whereabouts:
    """Of all that is entered: what nothing else is entered in, where that is one."""
    outer = {id(scope.outer) for scope in scopes}
    inner = [scope for scope in scopes if id(scope) not in outer]
    if len(inner) == 1:
        return Whereabouts(inner[0], inner[0].run, False)
    runs = {scope.run.id: scope.run for scope in inner if scope.run is not None}
    return Whereabouts(None, next(iter(runs.values())) if len(runs) == 1 else None, True)
