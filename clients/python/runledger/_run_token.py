"""What the child processes of a run show in place of the API key: a token that lets into that run, and ends with it.

It is asked for when the run has arrived, before its body goes on: a child may be started at any moment. Where it cannot
be had, because the service is away or knows no such thing, children have what this process has.
"""

from __future__ import annotations

import logging
import time

from . import _sender, _settings
from ._scopes import RunContext
from .errors import NotFoundError, RunledgerError

_log = logging.getLogger("runledger")
_QUERY = "mutation($input:CreateRunTokenInput!){createRunToken(input:$input){token}}"
RETRY_SECONDS = 30.0
_not_before: dict[tuple[str, str], float] = {}
"""When services that gave none to a key are asked again."""


def provide(run: RunContext) -> None:
    """Sees to it that the run has a token, where the process has a key to hide. Waits a moment at most."""
    settings = run.settings
    key = settings.api_key
    if run.token is not None or key is None or settings.run_token or settings.disabled:
        return
    sender = _sender.sender_for(settings)
    place = (settings.url, key)
    if not isinstance(sender, _sender.Sender) or time.monotonic() < _not_before.get(place, 0.0):
        return
    if not sender.flush(settings.step_flush_seconds):
        return
    try:
        found = sender.post(_QUERY, f'{{"input":{{"run":"{run.id}"}}}}', max(0.1, settings.step_flush_seconds))
        token: str = found["createRunToken"]["token"]
    except (RunledgerError, KeyError, TypeError) as error:
        if not isinstance(error, NotFoundError):  # else the start of the run is still on its way from another process
            _not_before[place] = time.monotonic() + RETRY_SECONDS
        _log.debug("runledger: no run token (%s); child processes have RUNLEDGER_API_KEY as it is.", error)
    else:
        run.token = token
        _settings.own_keys[token] = key


def forget(run: RunContext) -> None:
    """The run has ended, and its token with it."""
    if run.token is not None:
        _settings.own_keys.pop(run.token, None)
