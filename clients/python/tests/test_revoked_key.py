"""A key that is revoked while entries wait. Skipped where no service is built."""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys
import unittest
import urllib.request
from typing import Any

from .support import PACKAGE, Job, Service, needs_service

ADMIN_KEY = "an-administrator-who-is-tested-and-nobody-else"

JOB = """
import sys
from runledger import log_metadata, pipeline, step

@step
def train():
    for loss in range(60):
        log_metadata({"loss": loss})
        if loss == 20:
            print("at 20"); sys.stdin.readline()
    return "trained"

@pipeline(run_name="revoked")
def training():
    return train()

print(training())
"""


@needs_service
class RevokedKeyTest(unittest.TestCase):
    def setUp(self) -> None:
        self.service = Service(RUNLEDGER_ADMIN_KEY=ADMIN_KEY)
        self.addCleanup(self.service.stop)

    def ask(self, query: str) -> dict[str, Any]:
        request = urllib.request.Request(
            self.service.url,
            json.dumps({"query": query}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {ADMIN_KEY}"},
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            answer = json.load(response)
        self.assertNotIn("errors", answer)
        data: dict[str, Any] = answer["data"]
        return data

    def make_key(self) -> dict[str, Any]:
        made = self.ask('mutation { createApiKey(input: { name: "job", scopes: [WRITE] }) { secret apiKey { id } } }')
        key: dict[str, Any] = made["createApiKey"]
        return key

    def history(self) -> tuple[str, list[Any]]:
        run = self.ask(
            '{ pipelineRun(ref: "revoked") { status metadataHistory(key: "loss", first: 200) { nodes { value } } } }'
        )["pipelineRun"]
        return run["status"], [node["value"] for node in reversed(run["metadataHistory"]["nodes"])]

    def flush(self, spool: str, key: str) -> subprocess.CompletedProcess[str]:
        settings = {name: value for name, value in os.environ.items() if not name.startswith("RUNLEDGER_")}
        return subprocess.run(
            [sys.executable, "-m", "runledger", "flush", "--dir", spool],
            env={**settings, "PYTHONPATH": str(PACKAGE), "RUNLEDGER_URL": self.service.url, "RUNLEDGER_API_KEY": key},
            text=True, capture_output=True, timeout=120,
        )  # fmt: skip

    def test_entries_wait_for_the_next_key_and_the_person_is_told(self) -> None:
        first = self.make_key()
        job = Job(JOB, self.service.url, RUNLEDGER_API_KEY=first["secret"])
        self.assertEqual("at 20", job.read_line())
        self.ask(f'mutation {{ revokeApiKey(id: "{first["apiKey"]["id"]}") {{ id }} }}')
        job.say()
        result = job.end()
        # The job is what it would have been.
        self.assertEqual((0, "trained\n"), (result.returncode, result.stdout))
        self.assertRegex(result.stderr, r"revoked.*RUNLEDGER_API_KEY")
        self.assertIn(job.spool, result.stderr)
        self.assertNotIn(first["secret"], result.stderr)
        self.assertEqual([], glob.glob(os.path.join(job.spool, "*.rejected")))
        self.assertTrue(glob.glob(os.path.join(job.spool, "*.jsonl")))

        # By the old key they go on waiting; the command says what to set.
        again = self.flush(job.spool, first["secret"])
        self.assertNotEqual(0, again.returncode)
        self.assertIn("RUNLEDGER_API_KEY", again.stderr + again.stdout)
        self.assertTrue(glob.glob(os.path.join(job.spool, "*.jsonl")))

        self.assertEqual(0, self.flush(job.spool, self.make_key()["secret"]).returncode)
        self.assertEqual(("COMPLETED", list(range(60))), self.history())
        self.assertEqual([], glob.glob(os.path.join(job.spool, "*.jsonl*")))


if __name__ == "__main__":
    unittest.main()
