"""Keys: what children of a run are handed, a key that is revoked while entries wait, files of another key."""

from __future__ import annotations

import glob
import unittest
import uuid
from typing import Any, ClassVar

from runledger import Client

from . import stub
from .support import FileJob, Job, WithService, flush_command, spool_lines

ADMIN = "an-administrator-s-key-of-forty-characters"

CHILDREN = """
import concurrent.futures, multiprocessing, os, subprocess, sys
import runledger
from runledger import Client, current_run, log_metadata, pipeline, step
CHILD = '''
import os
from runledger import Client, NotFoundError, current_run, log_metadata, step
log_metadata({"child": 1})
@step
def inner(): log_metadata({"inner": 1})
inner()
with Client() as client:
    assert client.get_pipeline_run(current_run().id).status == "RUNNING"
    try:
        client.get_pipeline_run(OTHER)
    except NotFoundError:
        print(os.environ["RUNLEDGER_API_KEY"][:4])
'''
def work(key):
    log_metadata({key: 1})
    return os.environ["RUNLEDGER_API_KEY"][:4]
def workers():
    return concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
@step
def parent(executor):
    code = CHILD.replace("OTHER", repr(sys.argv[1]))
    print(subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True).stdout.strip())
    with workers() as own:
        print(own.submit(work, "own").result(), executor.submit(work, "before").result())
    with Client() as client:
        print(client.get_pipeline_run(sys.argv[1]).name == sys.argv[1])
@pipeline(run_name=sys.argv[2] if len(sys.argv) > 2 else "x")
def job(executor):
    parent(executor)
if __name__ == "__main__":
    with workers() as executor:
        executor.submit(os.getpid).result()
        job(executor)
    print(os.environ["RUNLEDGER_API_KEY"] == sys.argv[3])
"""


class ArgumentJob(FileJob):
    arguments: ClassVar[list[str]] = []

    def command(self, script: str) -> list[str]:
        return super().command(script) + self.arguments


class Keys(WithService):
    settings: ClassVar = {"RUNLEDGER_ADMIN_KEY": ADMIN}

    def setUp(self) -> None:
        self.name = f"run-{uuid.uuid4().hex[:12]}"
        self.admin = Client(self.service.url, ADMIN)
        self.addCleanup(self.admin.close)

    def make_key(self, *pipelines: str) -> tuple[str, str]:
        """Its id and its secret."""
        given: dict[str, Any] = {"name": "a test", "scopes": ["READ", "WRITE"]}
        if pipelines:
            given["pipelines"] = list(pipelines)
        query = "mutation($input:CreateApiKeyInput!){createApiKey(input:$input){secret apiKey{id}}}"
        made = self.admin.execute(query, {"input": given})["createApiKey"]
        return made["apiKey"]["id"], made["secret"]

    def test_children_have_a_token_for_the_run_instead_of_the_key(self) -> None:
        _, key = self.make_key()
        other = self.name + "-other"
        self.admin.execute("mutation($i:StartRunInput!){startRun(input:$i){id}}", {"i": {"name": other}})
        kind = type("OfThisTest", (ArgumentJob,), {"arguments": [other, self.name, key]})
        job = kind(CHILDREN, self.service.url, RUNLEDGER_API_KEY=key)
        result = job.end()
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        # The worker that was there before the run has the key it was born with, and shows the token all the same.
        self.assertEqual(result.stdout.split(), ["rlt_", "rlt_", key[:4], "True", "True"])
        run = self.admin.get_pipeline_run(self.name)
        self.assertEqual(list(run.steps), ["parent", "inner"])
        self.assertEqual(dict(run.steps["parent"].run_metadata), {"child": 1, "own": 1, "before": 1})
        self.assertEqual(glob.glob(job.spool + "/*"), [])
        told = self.admin.execute("{auditLog(first:50){nodes{action subject}}}")["auditLog"]["nodes"]
        self.assertEqual(told.count({"action": "CREATE_RUN_TOKEN", "subject": self.name}), 1)

    def test_a_revoked_key_loses_nothing_and_the_person_is_told(self) -> None:
        id, key = self.make_key()
        script = f"""
        import sys
        from runledger import flush, log_metadata, pipeline, step
        @step
        def train():
            for n in range(100):
                log_metadata({{"n": n}}, iteration=n)
                if n == 50:
                    flush(); print("half"); sys.stdin.readline()
        @pipeline(run_name="{self.name}")
        def job():
            train()
        job()
        print("done")
        """
        job = Job(script, self.service.url, RUNLEDGER_API_KEY=key)
        self.assertEqual(job.read_line(), "half")
        self.admin.execute("mutation($id:ID!){revokeApiKey(id:$id){id}}", {"id": id})
        job.say()
        result = job.end()
        self.assertEqual((result.stdout.strip(), result.returncode), ("done", 0), result.stderr)
        self.assertIn("RUNLEDGER_API_KEY", result.stderr)
        self.assertIn("flush", result.stderr)
        self.assertNotIn(key, result.stderr)
        self.assertEqual(len([path for path in glob.glob(job.spool + "/*.jsonl*")]), 1)
        refused = flush_command(job.spool, RUNLEDGER_URL=self.service.url, RUNLEDGER_API_KEY=key)
        self.assertEqual((refused.returncode, "RUNLEDGER_API_KEY" in refused.stdout), (1, True), refused)
        _, another = self.make_key()
        again = flush_command(job.spool, RUNLEDGER_URL=self.service.url, RUNLEDGER_API_KEY=another)
        self.assertEqual(again.returncode, 0, again)
        run = self.admin.get_pipeline_run(self.name)
        history = run.steps["train"].metadata_history("n")
        self.assertEqual([entry.value for entry in history][::-1], list(range(100)))
        self.assertEqual((run.status, glob.glob(job.spool + "/*")), ("COMPLETED", []))

    def test_what_another_key_may_not_see_is_kept_for_the_one_that_may(self) -> None:
        _, mine = self.make_key("mine")
        _, theirs = self.make_key("theirs")
        script = f"""
        import sys, runledger
        with runledger.run("{self.name}", pipeline="mine"):
            runledger.flush(); print("begun"); sys.stdin.readline()
            runledger.log_metadata({{"a": 1}}); print("logged"); sys.stdin.readline()
        """
        down = False
        proxy = stub.Proxy(self.service.url, lambda _: (503, {}, b"") if down else stub.PASS)
        self.addCleanup(proxy.close)
        job = Job(script, proxy.url, RUNLEDGER_API_KEY=mine, RUNLEDGER_LINK="0")
        self.assertEqual(job.read_line(), "begun")
        down = True
        job.say()
        self.assertEqual(job.read_line(), "logged")
        job.kill()
        self.assertEqual([line["op"] for line in spool_lines(job.spool)], ["logMetadata"])
        blind = flush_command(job.spool, "--url", self.service.url, RUNLEDGER_API_KEY=theirs)
        self.assertEqual((blind.returncode, len(glob.glob(job.spool + "/*.jsonl"))), (1, 1), blind)
        self.assertEqual(glob.glob(job.spool + "/*.rejected"), [])
        sees = flush_command(job.spool, "--url", self.service.url, RUNLEDGER_API_KEY=mine)
        self.assertEqual(sees.returncode, 0, sees)
        self.assertEqual(dict(self.admin.get_pipeline_run(self.name).run_metadata), {"a": 1})

    def test_without_a_service_children_have_the_key(self) -> None:
        script = """
        import os, runledger
        with runledger.run(pipeline="p"), runledger.step("s"):
            print(os.environ["RUNLEDGER_API_KEY"])
        """
        result = Job(script, "http://127.0.0.1:9", RUNLEDGER_API_KEY="rl_some").end()
        self.assertEqual(result.stdout.strip(), "rl_some")


if __name__ == "__main__":
    unittest.main()
