"""The service under test, a job in a process of its own, and waiting for conditions."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from typing import Any, Callable, ClassVar
from unittest import mock
from urllib.parse import urlsplit

from runledger import _sender

PACKAGE = pathlib.Path(__file__).resolve().parents[1]
MAIN = PACKAGE.parents[1] / "dist" / "main.js"
COMMAND_LINE = PACKAGE.parents[1] / "dist" / "cli" / "main.js"
_temporary = tempfile.TemporaryDirectory(prefix="runledger-tests-")
os.chmod(_temporary.name, 0o755)  # as root, the embedded database runs as another user


def temporary() -> str:
    """A new directory, removed when the tests end."""
    return tempfile.mkdtemp(dir=_temporary.name)


def service_command() -> list[str] | None:
    """How to start a Runledger: RUNLEDGER_TEST_COMMAND, else that of this checkout; None where it is not built."""
    command = os.environ.get("RUNLEDGER_TEST_COMMAND")
    if command:
        return shlex.split(command)
    node = shutil.which("node")
    return [node, str(MAIN)] if node and MAIN.exists() else None


class Service:
    """A Runledger on a free port with a data directory of its own. Restarting keeps both."""

    def __init__(self, **settings: str) -> None:
        self._settings = settings
        self.directory = temporary()
        os.chmod(self.directory, 0o755)
        self.port = 0
        self.url = ""
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        command = service_command()
        assert command is not None
        environment = {**os.environ, "PORT": str(self.port), "RUNLEDGER_DATA_DIR": os.path.join(self.directory, "data")}
        environment.update(self._settings)
        environment.setdefault("LOG_LEVEL", "warn")
        for name in ("RUNLEDGER_URL", "RUNLEDGER_STEP_ID", "RUNLEDGER_RUN_ID"):
            environment.pop(name, None)
        self._log = open(os.path.join(self.directory, "log"), "a+")  # noqa: SIM115 - closed by stop
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, env=environment, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = [word for word in line.split() if word.startswith("http")]
        if not found:
            self._log.seek(0)
            raise AssertionError(f"the service did not start: {line!r}\n{self._log.read()}")
        self.url = found[0]
        self.port = urlsplit(self.url).port or 0

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._log.close()
            self._process = None


class Job:
    """A Python script that logs, in a process of its own, and its spool directory."""

    def __init__(self, script: str, url: str, spool: str | None = None, **environment: str) -> None:
        self.spool = spool or temporary()
        settings = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RUNLEDGER_")},
            "RUNLEDGER_URL": url,
            "RUNLEDGER_SPOOL_DIR": self.spool,
            "RUNLEDGER_LINK": "0",
            "PYTHONPATH": str(PACKAGE),
            **environment,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-u", *self.command(textwrap.dedent(script))],
            env=settings, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def command(self, script: str) -> list[str]:
        return ["-c", script]

    def read_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def say(self, line: str = "") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        try:
            out, err = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return subprocess.CompletedProcess(self.process.args, self.process.returncode, out, err)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def flush_command(spool: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m runledger flush` on a spool directory."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("RUNLEDGER_")}
    return subprocess.run(
        [sys.executable, "-m", "runledger", "flush", "--dir", spool, *arguments],
        env={**settings, "PYTHONPATH": str(PACKAGE), **environment}, text=True, capture_output=True, timeout=120,
    )  # fmt: skip


needs_service = unittest.skipIf(
    service_command() is None, "no service: run `npm run build`, or set RUNLEDGER_TEST_COMMAND"
)


@needs_service
class WithService(unittest.TestCase):
    """With a service that all its tests share."""

    settings: ClassVar[dict[str, str]] = {}
    service: Service

    @classmethod
    def setUpClass(cls) -> None:
        cls.service = Service(**cls.settings)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.service.stop()


class InProcess(unittest.TestCase):
    """With a service that is away, looking into the spool file."""

    def setUp(self) -> None:
        self.spool = temporary()
        settings = {
            "RUNLEDGER_URL": "http://127.0.0.1:9",
            "RUNLEDGER_SPOOL_DIR": self.spool,
            "RUNLEDGER_EXIT_FLUSH_SECONDS": "0",
            "RUNLEDGER_LINK": "0",
        }
        patch = mock.patch.dict(os.environ, settings)
        patch.start()
        self.addCleanup(patch.stop)
        self.addCleanup(_sender._senders.clear)

    def operations(self) -> list[str]:
        return [line["op"] for line in spool_lines(self.spool)]

    @property
    def records(self) -> Records:
        return Records(self.spool)


def spool_lines(spool: str) -> list[dict[str, Any]]:
    """The operations in all files of a spool directory, read anew where some were renamed meanwhile."""
    deadline = time.monotonic() + 30
    while True:
        paths = spool_files(spool)
        with contextlib.suppress(FileNotFoundError):
            found = [json.loads(line) for path in paths for line in path.read_text().splitlines()[1:]]
            if spool_files(spool) == paths:
                return found
        if time.monotonic() > deadline:
            raise AssertionError(f"the files in {spool} are renamed all the time: {paths}")


def spool_files(spool: str) -> list[pathlib.Path]:
    return sorted(path for path in pathlib.Path(spool).glob("*.jsonl*") if not path.name.endswith(".rejected"))


class FileJob(Job):
    """The script is a file: spawned workers of a pool import it."""

    def command(self, script: str) -> list[str]:
        path = os.path.join(temporary(), "job.py")
        pathlib.Path(path).write_text(script)
        return [path]


class Records:
    """What the files of a spool say: runs, steps, and what was logged to which."""

    def __init__(self, spool: str) -> None:
        self.lines = spool_lines(spool)
        given = [(line["op"], line["variables"]) for line in self.lines if line["op"] != "logMetadata"]
        self.runs = {found["input"]["id"]: found["input"]["name"] for op, found in given if op == "startRun"}
        self.pipelines = {found["input"]["id"]: found["input"]["pipeline"] for op, found in given if op == "startRun"}
        starts = [found["input"] for op, found in given if op == "startStep"]
        self.steps = {found["id"]: found["name"] for found in starts}
        self.run_of = {found["id"]: found["run"] for found in starts}
        self.ends = {found.get("ref") or found["id"]: found["status"] for op, found in given if op.startswith("finish")}
        self.failures = {found.get("ref") or found["id"]: found.get("failure") for op, found in given if op[0] == "f"}

    @property
    def logged(self) -> dict[str, list[Any]]:
        """Name of the step, else of the pipeline, to keys in order; an id of neither stays."""
        found: dict[str, list[Any]] = {}
        for line in self.lines:
            if line["op"] == "logMetadata":
                target = line["input"]["target"]
                id = target.get("stepId") or target.get("run")
                name = self.steps.get(id) or self.pipelines.get(id) or id
                found.setdefault(name, []).extend(entry["key"] for entry in line["input"]["entries"])
        return found

    @property
    def statuses(self) -> list[tuple[str, str | None]]:
        """Names of steps in the order of their start, with how they ended."""
        return [(name, self.ends.get(id)) for id, name in self.steps.items()]


def wait_for(condition: Callable[[], Any], seconds: float = 20, what: str = "the condition") -> Any:
    """What the condition gives once it is true."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come about in {seconds} s")
        time.sleep(0.02)
