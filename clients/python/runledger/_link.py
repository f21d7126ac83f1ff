"""Tells a person where the page of a run is, once, when it starts."""

from __future__ import annotations

import contextlib
import sys

from . import _notebook
from ._scopes import RunContext


def show(run: RunContext) -> None:
    """On standard error; in a notebook below the cell, where the address can be clicked on."""
    stream = sys.stdout if _notebook.is_notebook() else sys.stderr
    if stream is not None:  # as in a process without a console
        with contextlib.suppress(OSError, ValueError):  # closed
            stream.write(f"runledger: run {run.name}: {run.url}\n")  # in one piece: other threads write there, too
            stream.flush()
