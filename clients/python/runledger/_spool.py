"""Files of the spool directory: names, headers, owners, claims. The format is in docs/spool.md."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import time
from collections.abc import Iterable
from typing import NamedTuple

VERSION = 1
_NAME = re.compile(
    r"(?P<ms>\d+)-(?P<host>.+)-(?P<pid>\d+)-(?P<hex>[0-9a-f]{8})\.jsonl(?:\.claimed-(?P<claimer>\d+)-(?P<start>\d+))?"
)


class SpoolFile(NamedTuple):
    path: str
    base: str
    """The path without the suffix of a claim."""
    made_ms: int
    pid: int
    claimer: tuple[int, str] | None


class Header(NamedTuple):
    host: str
    pid: int
    pid_started_at: str | None
    url: str
    version: int
    key_id: str | None = None
    """Of the API key that its process had: another may not see all that this one wrote to."""


def host() -> str:
    return socket.gethostname()


def safe_host() -> str:
    """The name of this host as it stands in names of files."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", host()) or "host"


def start_of(pid: int) -> str | None:
    """When the process started, in the kernel's ticks; None where there is no /proc or no such process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[19].decode("ascii")
    except (OSError, IndexError):
        return None


_own_start: tuple[int, str | None] = (0, None)


def own_start() -> str | None:
    """When this process started."""
    global _own_start
    if _own_start[0] != os.getpid():
        _own_start = (os.getpid(), start_of(os.getpid()))
    return _own_start[1]


def is_alive(pid: int, started_at: str | None) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    if started_at in (None, "0"):
        return True
    now = start_of(pid)
    return now is None or now == started_at


def new_file(directory: str, url: str, key_id: str | None = None) -> tuple[str, bytes]:
    """A path for this process and the header line for it. Makes the directory."""
    os.makedirs(directory, mode=0o700, exist_ok=True)
    name = f"{int(time.time() * 1000)}-{safe_host()}-{os.getpid()}-{os.urandom(4).hex()}.jsonl"
    header = {
        "runledgerSpool": VERSION,
        "host": host(),
        "pid": os.getpid(),
        "pidStartedAt": own_start(),
        "url": url,
        **({"keyId": key_id} if key_id is not None else {}),
        "delivered": 0,
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    return os.path.join(directory, name), text.replace(b'"delivered":0}', b'"delivered":%20d}' % 0) + b"\n"


def note_delivered(fd: int, header_line: bytes, offset: int) -> None:
    """Writes into the header how far into the file all is delivered, so that nobody begins from its start again.

    The number has a fixed place and width; files without it, of older versions, are left as they are.
    """
    at = header_line.rfind(b'"delivered":')
    if at >= 0 and header_line.endswith(b"}\n") and len(header_line) - at == 34:
        os.pwrite(fd, b"%20d" % offset, at + 12)


def delivered_to(fd: int, header_line: bytes) -> int:
    """Where the first operation begins that is not delivered."""
    with contextlib.suppress(ValueError, TypeError, OSError):
        offset = json.loads(header_line).get("delivered")
        if isinstance(offset, int) and offset > len(header_line) and os.pread(fd, 1, offset - 1) == b"\n":
            return offset
    return len(header_line)


def list_files(directory: str) -> list[SpoolFile]:
    """The files with operations, oldest first; claimed ones too."""
    found: list[SpoolFile] = []
    for name in _names(directory):
        match = _NAME.fullmatch(name)
        if match:
            base = name.partition(".claimed-")[0]
            claimer = (int(match["claimer"]), match["start"]) if match["claimer"] else None
            found.append(
                SpoolFile(
                    os.path.join(directory, name),
                    os.path.join(directory, base),
                    int(match["ms"]),
                    int(match["pid"]),
                    claimer,
                )
            )
    return sorted(found, key=lambda file: (file.made_ms, file.base))


def rejected_files(directory: str) -> list[str]:
    """The files with what services have refused."""
    return sorted(os.path.join(directory, name) for name in _names(directory) if name.endswith(".jsonl.rejected"))


def directory_bytes(directory: str) -> int:
    total = 0
    for name in _names(directory):
        with contextlib.suppress(OSError):
            total += os.stat(os.path.join(directory, name)).st_size
    return total


def read_header(path: str) -> Header | None:
    """The header; None when there is no whole header line, ValueError when the line is none."""
    with open(path, "rb") as file:
        line = file.readline(65536)
    if not line.endswith(b"\n"):
        return None
    fields = json.loads(line)
    if not isinstance(fields, dict) or not isinstance(fields.get("runledgerSpool"), int):
        raise ValueError("not a spool file")
    started = fields.get("pidStartedAt")
    return Header(
        host=str(fields.get("host")),
        pid=int(fields.get("pid") or 0),
        pid_started_at=None if started is None else str(started),
        url=str(fields.get("url")),
        version=fields["runledgerSpool"],
        key_id=fields.get("keyId") if isinstance(fields.get("keyId"), str) else None,
    )


def is_deliverable(file: SpoolFile, header: Header, any_host: bool = False) -> bool:
    """Whether its owner, and whoever claimed it, is dead."""
    if header.version != VERSION:
        return False
    if file.claimer is not None and is_alive(*file.claimer):
        return False
    if header.host != host():
        return any_host
    return not is_alive(header.pid, header.pid_started_at)


def claim(file: SpoolFile) -> str | None:
    """The path under which the file is this process's to deliver; None when another was quicker."""
    path = f"{file.base}.claimed-{os.getpid()}-{own_start() or 0}"
    try:
        os.rename(file.path, path)
    except FileNotFoundError:
        return None
    return path


def starts_any(directory: str, ids: Iterable[str], except_base: str) -> bool:
    """Whether another file still has the start of a run or step with one of these ids."""
    wanted = [f'"id":"{id}"'.encode() for id in ids]
    for file in list_files(directory):
        if file.base == except_base:
            continue
        try:
            with open(file.path, "rb") as lines:
                lines.seek(delivered_to(lines.fileno(), lines.readline()))
                for line in lines:
                    if line.startswith((b'{"op":"startRun"', b'{"op":"startStep"')) and any(
                        id in line for id in wanted
                    ):
                        return True
        except OSError:
            continue
    return False


def reject(base: str, header_line: bytes, line: bytes, code: str, message: str) -> None:
    """Sets a refused operation aside in the `.rejected` file beside its own, with the reason."""
    reason = {"code": code, "message": message, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    text = json.dumps(reason, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if line.startswith(b'{"op":') and line.endswith(b"}"):
        record = line[:-1] + b',"rejected":' + text + b"}\n"
    else:
        raw = json.dumps(line.decode("utf-8", "replace"), ensure_ascii=False).encode()
        record = b'{"raw":' + raw + b',"rejected":' + text + b"}\n"
    fd = os.open(base + ".rejected", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(fd, record if os.fstat(fd).st_size else header_line + record)
        os.fsync(fd)
    finally:
        os.close(fd)


_REJECTED = re.compile(r"(?P<base>.+\.jsonl)\.rejected(?:\.claimed-(?P<claimer>\d+)-(?P<start>\d+))?")


def restore_rejected(directory: str) -> int:
    """Makes files of refused operations deliverable again; how many. What is refused again will be set aside again.

    A file whose process lives, or has something else to be delivered, is left for later.
    """
    restored = 0
    for name in _names(directory):
        match = _REJECTED.fullmatch(name)
        if match is None or (match["claimer"] and is_alive(int(match["claimer"]), match["start"])):
            continue
        base = os.path.join(directory, match["base"])
        claimed = f"{base}.rejected.claimed-{os.getpid()}-{own_start() or 0}"
        if any(file.base == base for file in list_files(directory)):
            continue
        with contextlib.suppress(OSError):
            os.rename(os.path.join(directory, name), claimed)
            with open(claimed, "rb") as file:
                header, *lines = file.read().splitlines(keepends=True)
            with open(base + ".tmp", "wb") as again:
                again.write(re.sub(rb'"delivered":[ \d]{20}', b'"delivered":%20d' % 0, header))
                again.writelines(_as_it_was(line) for line in lines)
            os.rename(base + ".tmp", base)
            os.unlink(claimed)
            restored += 1
    return restored


def _as_it_was(line: bytes) -> bytes:
    """A refused operation without what was added to it."""
    at = line.rfind(b',"rejected":{"code":')
    if line.startswith(b'{"raw":'):
        raw: str = json.loads(line)["raw"]
        return raw.encode() + b"\n"
    return line[:at] + b"}\n" if at >= 0 else line


def remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def _names(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []
