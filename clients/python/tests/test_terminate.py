"""SIGTERM, and a service that does not answer at the end of a process."""

from __future__ import annotations

import os
import signal
import socket
import time
import unittest

from .stub import Stub, data
from .support import Job, Records, spool_lines

JOB = """
import hashlib, signal, sys, time
from runledger import log_metadata, pipeline, step
@step
def train():
    log_metadata({"a": 1})
    print("begun")
    WAIT
@pipeline
def job(): train()
BEFORE
job()
"""


class Terminated(unittest.TestCase):
    def end(self, wait: str, before: str = "", url: str = "http://127.0.0.1:9") -> tuple[Job, int, float, str]:
        job = Job(JOB.replace("WAIT", wait).replace("BEFORE", before), url)
        self.assertEqual(job.read_line(), "begun")
        began = time.monotonic()
        job.process.send_signal(signal.SIGTERM)
        result = job.end()
        return job, result.returncode, time.monotonic() - began, result.stderr

    def test_what_is_under_way_is_cancelled_and_the_process_dies_of_the_signal(self) -> None:
        job, code, seconds, _ = self.end("time.sleep(60)")
        self.assertEqual(code, -signal.SIGTERM)
        self.assertLess(seconds, 4)
        records = Records(job.spool)
        self.assertEqual(records.statuses, [("train", "CANCELLED")])
        self.assertEqual(sorted(records.ends.values()), ["CANCELLED", "CANCELLED"])
        self.assertEqual([name for name in os.listdir(job.spool) if name.startswith("current")], [])

    def test_it_is_delivered_where_the_service_answers(self) -> None:
        stub = Stub(lambda body, _: data({"any": {"id": "x"}}))
        self.addCleanup(stub.close)
        job, code, _, said = self.end("time.sleep(60)", url=stub.url)
        self.assertEqual((code, said, os.listdir(job.spool)), (-signal.SIGTERM, "", []))
        self.assertEqual(sum(b'"status":"CANCELLED"' in body for body in stub.bodies), 2)

    def test_in_a_long_call_of_a_library(self) -> None:
        job, code, seconds, _ = self.end("hashlib.pbkdf2_hmac('sha256', b'x', b'y', 1_000_000_000)")
        self.assertEqual(code, -signal.SIGTERM)
        self.assertLess(seconds, 6)
        self.assertEqual(Records(job.spool).statuses, [("train", "CANCELLED")])

    def test_a_handler_of_the_job_is_its_own(self) -> None:
        handler = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))"
        job, code, _, _ = self.end("time.sleep(60)", handler)
        self.assertEqual((code, Records(job.spool).statuses), (7, [("train", "FAILED")]))

    def test_nothing_is_left_behind(self) -> None:
        script = """
        import os, signal
        from runledger import step
        @step
        def train():
            assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
            if not (pid := os.fork()):
                assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
                os._exit(3)
            assert os.waitpid(pid, 0)[1] == 3 << 8
        train()
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
        assert signal.set_wakeup_fd(-1) == -1
        """
        result = Job(script, "http://127.0.0.1:9", PYTHONWARNINGS="ignore::DeprecationWarning").end()
        self.assertEqual(result.returncode, 0, result.stderr)


class Frozen(unittest.TestCase):
    def test_the_end_of_a_job_does_not_wait_long_for_a_service_that_takes_and_never_answers(self) -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            job = Job(JOB.replace("WAIT", "").replace("BEFORE", ""), f"http://127.0.0.1:{silent.getsockname()[1]}")
            self.assertEqual(job.read_line(), "begun")
            began = time.monotonic()
            result = job.end()
        self.assertLess(time.monotonic() - began, 6.5)
        self.assertEqual(result.returncode, 0)
        self.assertIn("are kept in", result.stderr)
        ops = [line["op"] for line in spool_lines(job.spool)]
        self.assertEqual(ops, ["startRun", "startStep", "logMetadata", "finishStep", "finishRun"])


if __name__ == "__main__":
    unittest.main()
