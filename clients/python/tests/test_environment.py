"""What log_environment says, and what it does not."""

from __future__ import annotations

import json
import os
import pathlib
import platform
import subprocess
import unittest
from typing import Any
from unittest import mock

from runledger import InvalidCallError, log_environment, run, step
from runledger._environment import _without_credentials, describe
from runledger.testing import record

from .support import temporary


class Environment(unittest.TestCase):
    def logged(self, **options: bool) -> dict[str, Any]:
        with record() as recorded, run(pipeline="p"), step("s"):
            log_environment(**options)
        self.assertEqual(recorded.steps["s"].entries, [])
        found: dict[str, Any] = recorded.run.metadata["environment"]
        return found

    def test_goes_to_the_run(self) -> None:
        found = self.logged()
        self.assertEqual((found["python"], found["cpus"]), (platform.python_version(), os.cpu_count()))
        self.assertIn("argv", found)
        self.assertTrue(all(isinstance(version, str) for version in found["packages"].values()))
        less = self.logged(packages=False, arguments=False)
        self.assertFalse({"argv", "cwd", "packages"} & set(less))
        with self.assertRaises(InvalidCallError):
            log_environment()

    def test_what_ci_says_and_no_other_variable(self) -> None:
        given = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_RUN_ID": "7",
            "GITHUB_TOKEN": "secret",
            "SLURM_JOB_ID": "42",
            "SLURM_NTASKS": "8",
            "CI_JOB_TOKEN": "secret",
            "RUNLEDGER_API_KEY": "secret",
        }
        with mock.patch.dict(os.environ, given):
            found = describe()
        self.assertEqual((found["jobs"]["GitHub Actions"]["run_id"], found["jobs"]["Slurm"]["job_id"]), ("7", "42"))
        self.assertEqual(found["jobs"]["Slurm"]["ntasks"], "8")
        self.assertNotIn("secret", str(found))

    def test_a_long_command_line_leaves_room_for_the_rest(self) -> None:
        for argument in ("x" * 5000, "\u2713" * 900, "\x01" * 900):
            long = ["job.py", *[argument] * 99]
            with mock.patch("sys.argv", long):
                found = self.logged()["argv"]
            self.assertEqual(found, [argument[:1000] for argument in long[: len(found)]])
            self.assertGreater(len(found), 2)
            self.assertLess(len(json.dumps(found, ensure_ascii=False).encode()), 17_000)
        with mock.patch("sys.argv", ["job.py", os.fsdecode(b"caf\xe9")]):
            self.assertEqual(self.logged()["argv"], ["job.py", "caf?"])

    def test_the_commit(self) -> None:
        folder = temporary()

        def git(*arguments: str) -> str:
            who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
            return subprocess.run(
                ["git", "-C", folder, *who, *arguments], check=True, text=True, stdout=subprocess.PIPE
            ).stdout.strip()  # fmt: skip

        git("init", "--quiet")
        with open(os.path.join(folder, "a"), "w") as file:
            file.write("1")
        git("add", "a")
        git("commit", "--quiet", "-m", "a")
        git("remote", "add", "origin", "https://user:secret@example.com/x.git")
        main = mock.Mock(__file__=os.path.join(folder, "job.py"))
        with mock.patch.dict("sys.modules", __main__=main):
            found = describe()["git"]
            self.assertEqual((found["commit"], found["changed"]), (git("rev-parse", "HEAD"), False))
            self.assertEqual(found["remote"], "https://example.com/x.git")
            with open(os.path.join(folder, "a"), "w") as file:
                file.write("2")
            self.assertTrue(describe()["git"]["changed"])
            with open(os.path.join(folder, "a"), "w") as file:
                file.write("1")
            index = pathlib.Path(folder, ".git", "index")
            before = index.read_bytes()
            self.assertFalse(describe()["git"]["changed"])
            self.assertEqual(index.read_bytes(), before)  # nothing was locked to write into it
        self.assertEqual(_without_credentials("git@example.com:x.git"), "git@example.com:x.git")


if __name__ == "__main__":
    unittest.main()
