"""Which cell of a notebook is running: a step that a cell starts again, when it is run again, is the next attempt."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, NamedTuple


class Cell(NamedTuple):
    """A cell, and the one of its executions that is going on."""

    key: str
    """The id that the notebook gave the cell; where its front end tells none, the code in it."""
    execution: str


def is_notebook() -> bool:
    """Whether code is run by a kernel, cell by cell, for a person who sees what it prints below the cell."""
    return getattr(_shell(), "kernel", None) is not None


def current_cell() -> Cell | None:
    """None outside of IPython."""
    shell = _shell()
    if shell is None:
        return None
    with contextlib.suppress(Exception):  # it is not ours, and must not stand in the way of a step
        cells = shell.user_ns["In"]
        return Cell(_id_of_cell(shell) or f"code {cells[-1]}", str(len(cells)))
    return None


def last_failure() -> BaseException | None:
    """What the last cell failed with; None where it did not, and outside of IPython."""
    shell = _shell()
    if shell is None or getattr(shell, "last_execution_succeeded", True):
        return None
    return getattr(sys, "last_value", None)


def _id_of_cell(shell: Any) -> str | None:
    parent = shell.get_parent() if hasattr(shell, "get_parent") else getattr(shell, "parent_header", None)
    found = (parent or {}).get("metadata", {}).get("cellId")
    return f"id {found}" if found else None


def _shell() -> Any:
    """The running IPython; it is never imported for this."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None and hasattr(module, "get_ipython") else None
