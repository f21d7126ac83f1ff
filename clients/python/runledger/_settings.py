"""What the environment says."""

from __future__ import annotations

import logging
import os
import re
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from .errors import InvalidValueError

DEFAULT_URL = "http://127.0.0.1:4000"
_log = logging.getLogger("runledger")
recording = False
"""Whether a test records what is logged: nothing touches the disk then, and wrong values raise."""
own_keys: dict[str, str] = {}
"""Run tokens that this process has put into its environment for its children, to the API key that was there."""
TOKEN_PREFIX = "rlt_"
_KEY = re.compile(r"rl_([0-9A-Za-z]{12})_")
_FLAGS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class Settings(NamedTuple):
    url: str
    """Of the GraphQL endpoint, whole."""
    api_key: str | None
    spool_dir: str
    """Empty while a test records."""
    spool_max_bytes: int
    step_flush_seconds: float
    exit_flush_seconds: float
    timeout_seconds: float
    strict: bool
    """Whether a wrong value raises inside a step, too."""
    disabled: bool
    """Whether nothing at all is recorded."""
    keep_alive_seconds: float
    """How often a process with something under way says that it lives; 0: never."""
    send_traceback: bool
    """Whether a failure is recorded with its traceback, not only with its type and message."""
    link: bool
    """Whether the address of a run's page is printed when it starts."""

    @property
    def run_token(self) -> bool:
        """Whether what stands in for the key lets into one run only."""
        return self.api_key is not None and self.api_key.startswith(TOKEN_PREFIX)

    @property
    def key_id(self) -> str | None:
        """The part of the API key that is no secret."""
        return key_id_of(self.api_key)

    def page_of(self, run_id: object) -> str:
        """The address of the run's page."""
        return f"{self.url.partition('?')[0][: -len('/graphql')]}/runs/{run_id}"

    def __repr__(self) -> str:
        return f"Settings({self.url!r})"  # without the key


def read_settings(url: str | None = None, api_key: str | None = None) -> Settings:
    """The settings of now; arguments win over the environment.

    A wrong setting must not end a job: a wrong number is replaced by its default with a warning, and with a URL that
    is none every request fails (and what was logged stays in the spool, for ``runledger flush --url``).
    """
    env = os.environ
    url = url or env.get("RUNLEDGER_URL") or DEFAULT_URL
    try:
        url = endpoint(url)
    except ValueError as error:
        _log.error("%s", error)
    return Settings(
        url=url,
        api_key=_key(api_key or env.get("RUNLEDGER_API_KEY")),
        spool_dir="" if recording else env.get("RUNLEDGER_SPOOL_DIR") or _default_spool_dir(),
        spool_max_bytes=int(_number("RUNLEDGER_SPOOL_MAX_BYTES", 256 * 1024 * 1024)),
        step_flush_seconds=_number("RUNLEDGER_STEP_FLUSH_SECONDS", 2),
        exit_flush_seconds=_number("RUNLEDGER_EXIT_FLUSH_SECONDS", 10),
        timeout_seconds=_number("RUNLEDGER_TIMEOUT_SECONDS", 30),
        strict=recording or _flag("RUNLEDGER_STRICT", False),
        disabled=is_disabled(),
        keep_alive_seconds=0 if recording else _number("RUNLEDGER_KEEP_ALIVE_SECONDS", 30),
        send_traceback=_flag("RUNLEDGER_SEND_TRACEBACK", True),
        link=not recording and _flag("RUNLEDGER_LINK", True),
    )


def endpoint(url: str) -> str:
    """The URL with `/graphql` at its end, added where it is missing. InvalidValueError, a ValueError, for one that is
    none."""
    try:
        parts = urlsplit(url.strip())
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port out of range, a bracket that is not closed
        right = False
    if not right:
        raise InvalidValueError(
            f"RUNLEDGER_URL, or the url of a Client, is {url!r}; write http://host:port or https://host, with or "
            "without /graphql.",
            "BAD_USER_INPUT",
        )
    if parts.username is not None or parts.password is not None:
        raise InvalidValueError(
            f"The URL of {parts.hostname} has a user or a password in it, which are not sent: give the key in "
            "RUNLEDGER_API_KEY.",
            "BAD_USER_INPUT",
        )
    path = parts.path.rstrip("/")
    if not path.endswith("/graphql"):
        path += "/graphql"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def is_disabled() -> bool:
    """Whether RUNLEDGER_DISABLED says that nothing is to be recorded."""
    return not recording and _flag("RUNLEDGER_DISABLED", False)


def _key(text: str | None) -> str | None:
    """The key without the white space around it, which a mounted secret or a shell leaves there."""
    key = (text or "").strip()
    key = own_keys.get(key, key)
    if key and not all("!" <= char <= "~" for char in key):
        _log.error("RUNLEDGER_API_KEY has a character that no key has; requests are sent without it.")
        return None
    return key or None


def key_id_of(api_key: str | None) -> str | None:
    """What tells one API key from another in a spool file; None for what is no API key."""
    found = _KEY.match(api_key or "")
    return found[1] if found else None


def _flag(name: str, default: bool) -> bool:
    text = os.environ.get(name, "").strip().lower()
    if text in _FLAGS:
        return _FLAGS[text]
    if text:
        _log.error("%s is %r; 1 or 0 is needed.", name, text)
    return default


def _default_spool_dir() -> str:
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(state, "runledger", "spool")


def _number(name: str, default: float) -> float:
    text = os.environ.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1
    if 0 <= value < float("inf"):
        return value
    _log.error("%s is %r; a number of at least 0 is needed. %s is used.", name, text, default)
    return default
