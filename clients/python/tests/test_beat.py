"""A process with something under way says that it lives."""

from __future__ import annotations

import functools
import signal
import threading
import time
import unittest
from typing import Any, ClassVar

from runledger import Client

from .stub import Stub, data, error
from .support import Job, WithService, wait_for

JOB = """
import sys
from runledger import _beat, pipeline, step
_beat.FIRST_SECONDS = 0.1
@step
def train():
    print("begun"); sys.stdin.readline()
@step
def short(): pass
@pipeline(run_name="job")
def job():
    short()
    train()
job()
print("over"); sys.stdin.readline()
"""


class AgainstAStub(unittest.TestCase):
    def serve(self, refuse: bool = False) -> tuple[Stub, list[dict[str, Any]]]:
        beats: list[dict[str, Any]] = []

        def answer(body: dict[str, Any], _: int) -> Any:
            if "keepAlive" in body["query"]:
                beats.append(body["variables"])
                return error("GRAPHQL_VALIDATION_FAILED", 400) if refuse else data({"keepAlive": True})
            return data({"any": {"id": "x"}})

        stub = Stub(answer)
        self.addCleanup(stub.close)
        return stub, beats

    def test_of_all_that_is_under_way_at_once_and_of_nothing_else(self) -> None:
        stub, beats = self.serve()
        job = Job(JOB, stub.url, RUNLEDGER_KEEP_ALIVE_SECONDS="0.2")
        self.assertEqual(job.read_line(), "begun")
        wait_for(lambda: len(beats) >= 3)
        self.assertEqual({(len(beat["runIds"]), len(beat["stepIds"])) for beat in beats[1:3]}, {(1, 1)})
        job.say()
        self.assertEqual(job.read_line(), "over")
        ended = len(beats)
        with self.assertRaises(AssertionError):
            wait_for(lambda: len(beats) > ended + 1, 0.7)  # one may have been on its way
        job.say()
        self.assertEqual(job.end().stderr, "")

    def test_a_service_that_does_not_know_the_word_hears_it_once(self) -> None:
        stub, beats = self.serve(refuse=True)
        job = Job(JOB, stub.url, RUNLEDGER_KEEP_ALIVE_SECONDS="0.1")
        job.read_line()
        wait_for(lambda: beats)
        with self.assertRaises(AssertionError):
            wait_for(lambda: len(beats) > 1, 0.7)
        job.say("\n")
        self.assertEqual((job.end().stderr, len(beats)), ("", 1))

    def test_not_at_all(self) -> None:
        stub, beats = self.serve()
        waits = "import time, threading; time.sleep(0.5); print(threading.enumerate())"
        job = Job(JOB.replace('print("begun")', waits), stub.url, RUNLEDGER_KEEP_ALIVE_SECONDS="0")
        self.assertNotIn("beat", job.read_line())
        job.say("\n")
        job.end()
        self.assertEqual(beats, [])

    def test_a_service_that_never_answers_does_not_hold_up_the_job(self) -> None:
        frozen = threading.Event()
        self.addCleanup(frozen.set)

        def answer(body: dict[str, Any], _: int) -> Any:
            if "keepAlive" in body["query"]:
                frozen.wait(30)
            return data({"any": {"id": "x"}})

        stub = Stub(answer)
        self.addCleanup(stub.close)
        job = Job(JOB, stub.url, RUNLEDGER_KEEP_ALIVE_SECONDS="0.1")
        job.read_line()
        wait_for(lambda: any(b"keepAlive" in body for body in list(stub.bodies)))
        began = time.monotonic()
        job.say("\n")
        self.assertEqual((job.end().returncode, job.end().stderr), (0, ""))
        self.assertLess(time.monotonic() - began, 5)

    def test_a_forked_child_speaks_for_its_own_steps(self) -> None:
        stub, beats = self.serve()
        script = """
        import os, sys
        from runledger import _beat, step
        _beat.FIRST_SECONDS = 0.1
        @step
        def child(): sys.stdin.readline()
        @step
        def parent():
            if not (pid := os.fork()):
                child(); os._exit(0)
            os.waitpid(pid, 0)
        parent()
        """
        job = Job(script, stub.url, RUNLEDGER_KEEP_ALIVE_SECONDS="0.2", PYTHONWARNINGS="ignore::DeprecationWarning")
        wait_for(lambda: len({tuple(beat["stepIds"]) for beat in list(beats)}) >= 2)
        job.say()
        self.assertEqual(job.end().returncode, 0)
        self.assertLessEqual({len(beat["stepIds"]) for beat in beats}, {0, 1})


class AgainstAService(WithService):
    settings: ClassVar = {"CRASHED_AFTER_SECONDS": "2"}

    def test_the_killed_are_told_from_the_living(self) -> None:
        jobs = {name: Job(JOB.replace('"job"', f'"{name}"'), self.service.url, RUNLEDGER_KEEP_ALIVE_SECONDS="0.5")
                for name in ("killed", "alive")}  # fmt: skip
        with Client(self.service.url) as client:
            for job in jobs.values():
                self.assertEqual(job.read_line(), "begun")
            query = (
                'query($ref:String!){pipelineRun(ref:$ref){status lastSeenAt step(name:"train"){status lastSeenAt}}}'
            )

            def state(name: str) -> Any:
                return client.execute(query, {"ref": name})["pipelineRun"]

            def is_heard_of(name: str) -> bool:
                found = state(name)
                return bool(found["lastSeenAt"] and found["step"] and found["step"]["lastSeenAt"])

            for name in jobs:
                wait_for(functools.partial(is_heard_of, name))
            jobs["killed"].process.send_signal(signal.SIGKILL)
            wait_for(lambda: state("killed")["status"] == state("killed")["step"]["status"] == "CRASHED", 60)
            self.assertEqual((state("alive")["status"], state("alive")["step"]["status"]), ("RUNNING", "RUNNING"))
            self.assertEqual(client.get_pipeline_run("killed").status, "CRASHED")
            jobs["killed"].kill()
            jobs["alive"].say("\n")
            self.assertEqual(jobs["alive"].end().returncode, 0)
            self.assertEqual(state("alive")["status"], "COMPLETED")

    def test_failures_are_read_back(self) -> None:
        script = """
        from runledger import pipeline, step
        @step
        def train():
            raise ValueError("the loss is NaN")
        @pipeline(run_name="failed")
        def job(): train()
        job()
        """
        self.assertEqual(Job(script, self.service.url).end().returncode, 1)
        query = '{pipelineRun(ref:"failed"){failure{type message traceback} step(name:"train"){failure{type message}}}}'
        with Client(self.service.url) as client:
            found = client.execute(query)["pipelineRun"]
        self.assertEqual(found["step"]["failure"], {"type": "ValueError", "message": "the loss is NaN"})
        self.assertEqual(found["failure"]["type"], "ValueError")
        self.assertIn('raise ValueError("the loss is NaN")', found["failure"]["traceback"] + script)
        self.assertIn("in train", found["failure"]["traceback"])


if __name__ == "__main__":
    unittest.main()
