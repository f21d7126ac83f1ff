"""``python -m runledger flush``: delivers what ended processes left in the spool; ``status`` lists it."""

from __future__ import annotations

import argparse
import sys
import time

from . import __version__, _spool
from ._deliver import Post
from ._graphql import backoff, read_answer, request_body
from ._http import Transport
from ._leftovers import Leftovers
from ._settings import endpoint, read_settings
from .errors import AuthenticationError, UnavailableError


def main(arguments: list[str] | None = None) -> int:
    """0 when nothing is left to deliver, 1 when something is, 2 for a wrong call."""
    parser = argparse.ArgumentParser(
        prog="runledger",
        description="The spool of metadata that is not delivered yet.",
        epilog="All else from a shell, as starting a service, logging and reading: npx runledger --help.",
    )
    parser.add_argument("--version", action="version", version=f"runledger {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    flush = commands.add_parser("flush", help="deliver what processes that have ended left behind")
    flush.add_argument("--url", help="deliver to this service (default: to the one each file is for)")
    flush.add_argument(
        "--any-host", action="store_true", help="also files of other hosts: you know that their processes ended"
    )
    flush.add_argument("--rejected", action="store_true", help="also what services have refused, once more")
    flush.add_argument("--timeout", type=float, default=60.0, help="seconds to keep trying (60)")
    status = commands.add_parser("status", help="list the files")
    for command in (flush, status):
        command.add_argument("--dir", help="the spool directory (default: RUNLEDGER_SPOOL_DIR, else the user's)")
    given = parser.parse_args(arguments)
    directory = given.dir or read_settings().spool_dir
    if given.command == "status":
        return _status(directory)
    if given.rejected:
        _spool.restore_rejected(directory)
    try:
        url = endpoint(given.url) if given.url else None
    except ValueError as error:
        parser.error(str(error))
    return _flush(directory, url, given.any_host, given.timeout)


def _flush(directory: str, url: str | None, any_host: bool, timeout: float) -> int:
    deadline = time.monotonic() + timeout
    settings = read_settings()
    failed = False
    for target in sorted(_urls(directory)):
        api_key = settings.api_key if url is not None or target == settings.url else None
        leftovers = Leftovers(directory, target, _post_to(url or target, api_key), any_host, settings.key_id)
        error = _deliver_all(leftovers, deadline)
        print(
            f"{url or target}: {leftovers.operations} operations of {leftovers.files} files delivered"
            + (f", {leftovers.rejected} refused and set aside (*.rejected)" if leftovers.rejected else "")
            + (f"; stopped: {error}" if error else "")
        )
        failed = failed or bool(error)
    left = _spool.list_files(directory)
    if left:
        print(f"{len(left)} files are left in {directory}; `status` lists them.")
    return 1 if failed or left else 0


def _deliver_all(leftovers: Leftovers, deadline: float) -> str | None:
    attempt = 0
    while True:
        leftovers.look()
        before = leftovers.operations
        try:
            while leftovers.any() and time.monotonic() < deadline:
                leftovers.deliver(1.0)
            if leftovers.operations == before or time.monotonic() >= deadline:
                return None
        except AuthenticationError as error:
            return str(error)
        except UnavailableError as error:
            delay = backoff(attempt, error.retry_after)
            attempt += 1
            if time.monotonic() + delay >= deadline:
                return str(error)
            time.sleep(delay)


def _post_to(url: str, api_key: str | None) -> Post:
    transport = Transport(url, api_key)
    return lambda query, variables: read_answer(transport.post(request_body(query, variables), 30.0))


def _urls(directory: str) -> dict[str, None]:
    found: dict[str, None] = {}
    for file in _spool.list_files(directory):
        header = _header(file)
        if header is not None:
            found[header.url] = None
    return found


def _status(directory: str) -> int:
    files = _spool.list_files(directory)
    for file in files:
        header = _header(file)
        if header is None:
            print(f"{file.path}: no header")
            continue
        with open(file.path, "rb") as lines:
            lines.seek(_spool.delivered_to(lines.fileno(), lines.readline()))
            count = sum(line.endswith(b"\n") for line in lines)
        state = (
            "its process has ended"
            if _spool.is_deliverable(file, header)
            else f"of process {header.pid} on {header.host}"
        )
        print(f"{file.path}: {count} operations for {header.url}, {state}")
    for path in _spool.rejected_files(directory):
        with open(path, "rb") as lines:
            count = sum(line.endswith(b"\n") for line in lines) - 1
        print(f"{path}: {count} operations that a service refused; `flush --rejected` tries them again")
    print(f"{len(files)} files in {directory}.")
    return 1 if files else 0


def _header(file: _spool.SpoolFile) -> _spool.Header | None:
    try:
        return _spool.read_header(file.path)
    except (OSError, ValueError):
        return None


if __name__ == "__main__":
    sys.exit(main())
