"""``log_environment()``: what the code runs in, in one entry of the run."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, Optional
from urllib.parse import urlsplit

from . import _context
from ._log_metadata import log_metadata
from ._settings import is_disabled
from .errors import InvalidValueError

KEY = "environment"
GIT_SECONDS = 2.0
MAX_PACKAGES = 500
MAX_ARGUMENT_CHARS = 1000
MAX_ARGUMENTS_BYTES = 16 * 1024
"""Of the whole command line: an entry has 64 KiB, and one that is larger is refused with all that is in it."""
_JOBS = {
    "GitHub Actions": (
        "GITHUB_ACTIONS",
        "GITHUB_",
        "REPOSITORY REF SHA WORKFLOW JOB RUN_ID RUN_NUMBER RUN_ATTEMPT ACTOR EVENT_NAME",
    ),
    "GitLab CI": (
        "GITLAB_CI",
        "CI_",
        "PROJECT_PATH PIPELINE_ID PIPELINE_URL JOB_ID JOB_NAME COMMIT_SHA COMMIT_REF_NAME",
    ),
    "Slurm": (
        "SLURM_JOB_ID",
        "SLURM_",
        "JOB_ID JOB_NAME ARRAY_JOB_ID ARRAY_TASK_ID JOB_PARTITION JOB_NUM_NODES NTASKS PROCID NODELIST",
    ),
    "Kubernetes": ("KUBERNETES_SERVICE_HOST", "", "KUBERNETES_SERVICE_HOST POD_NAME POD_NAMESPACE NODE_NAME"),
}
"""What a system that starts jobs says of one: the variable that proves it, and the prefix and names of those that name
the job."""


def log_environment(*, packages: bool = True, arguments: bool = True) -> None:
    """Logs to the run what its code runs in, as a dict under the key ``environment``: Python, machine, command line,
    the git commit, GPUs that torch knows, the versions of the packages that are imported by now, and what the CI or
    the scheduler says of the job.

    Call it once, in the body of a pipeline or in a step. ``arguments=False`` leaves the command line out,
    ``packages=False`` the packages. No variable of the environment is logged but those of the CI's that name the job.
    """
    if is_disabled():
        return
    run = _context.current_run()
    if run is None:
        raise InvalidValueError(
            "log_environment() logs to a run: call it in a pipeline, a step, `with run(…)`, or after start_run().",
            "BAD_USER_INPUT",
        )
    log_metadata({KEY: describe(packages=packages, arguments=arguments)}, run_id_name_or_prefix=run)


def describe(*, packages: bool = True, arguments: bool = True) -> dict[str, Any]:
    """What is logged. Whatever cannot be found out is left out."""
    found: dict[str, Any] = {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "host": socket.gethostname(),
        "cpus": os.cpu_count(),
        "executable": sys.executable,
    }
    if arguments:
        found["argv"] = _arguments()
        with contextlib.suppress(OSError):
            found["cwd"] = _readable(os.getcwd())
    for name, value in (("git", _git()), ("gpus", _gpus()), ("jobs", dict(_jobs()))):
        if value:
            found[name] = value
    if packages:
        found["packages"] = _packages()
    return found


def _arguments() -> list[str]:
    """The command line, as far as there is room for it."""
    found: list[str] = []
    left = MAX_ARGUMENTS_BYTES
    for argument in sys.argv[:100]:
        text = _readable(argument[:MAX_ARGUMENT_CHARS])
        left -= len(json.dumps(text, ensure_ascii=False).encode()) + 1
        if left < 0:
            break
        found.append(text)
    return found


def _readable(text: str) -> str:
    """Without bytes that are no text: Python has surrogates for them, which no entry can have."""
    return text.encode("utf-8", "replace").decode()


def _git() -> Optional[dict[str, Any]]:
    """Of the folder of the script, else the working directory."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    folder = os.path.dirname(os.path.abspath(script)) if script else "."
    deadline = time.monotonic() + GIT_SECONDS

    def ask(*arguments: str) -> Optional[str]:
        with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
            said = subprocess.run(
                ["git", "--no-optional-locks", "-C", folder, *arguments],  # none is left behind if it is ended
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                check=True, text=True, timeout=max(0.01, deadline - time.monotonic()),
            )  # fmt: skip
            return said.stdout.strip()
        return None

    commit = ask("rev-parse", "HEAD")
    if commit is None:
        return None
    changed = ask("status", "--porcelain", "--untracked-files=no")
    found = {
        "commit": commit,
        "branch": ask("rev-parse", "--abbrev-ref", "HEAD"),
        "changed": None if changed is None else bool(changed),
        "remote": _without_credentials(ask("remote", "get-url", "origin")),
    }
    return {name: value for name, value in found.items() if value is not None}


def _without_credentials(url: Optional[str]) -> Optional[str]:
    if url is None or "://" not in url:
        return url
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return None


def _gpus() -> Optional[list[str]]:
    """As torch names them, where it is in use."""
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    with contextlib.suppress(Exception):
        if cuda is not None and cuda.is_available():
            return [str(cuda.get_device_name(number)) for number in range(cuda.device_count())]
    return None


def _jobs() -> Iterator[tuple[str, dict[str, str]]]:
    for system, (proof, prefix, names) in _JOBS.items():
        if os.environ.get(proof):
            given = {name: os.environ.get(prefix + name) for name in names.split()}
            yield system, {name.lower(): value for name, value in given.items() if value}


def _packages() -> dict[str, str]:
    """The versions of the distributions that something is imported from."""
    from importlib import metadata

    imported = {name.partition(".")[0] for name in list(sys.modules)}
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        with contextlib.suppress(Exception):
            name = distribution.metadata["Name"]
            if name and imported & set(_modules_of(distribution, name)):
                found[name] = distribution.version
    return dict(sorted(found.items(), key=lambda item: item[0].lower())[:MAX_PACKAGES])


def _modules_of(distribution: Any, name: str) -> list[str]:
    usual = name.replace("-", "_")
    if usual in sys.modules or usual.lower() in sys.modules:
        return [usual, usual.lower()]
    top_level = distribution.read_text("top_level.txt")
    if top_level:
        return list(top_level.split())
    files = {file.parts[0] for file in distribution.files or () if file.parts}
    return [file[:-3] if file.endswith(".py") else file for file in files if not file.endswith(".dist-info")]
