from __future__ import annotations

import os
import threading
import unittest
import uuid
from collections.abc import Iterator
from unittest import mock

from runledger import StorageSize, current_run, get_step_context, log_metadata, pipeline, step
from runledger.testing import record

from .support import temporary


@step
def load() -> Iterator[int]:
    for n in range(2):
        log_metadata({"batch": n}, iteration=n)
        yield n


@step
def train(fail: bool = False) -> None:
    log_metadata({"loss": 0.5, "size": StorageSize(5), "shape": (1, 2)})
    if fail:
        raise OSError("disk")


@pipeline(run_name="mine")
def job(fail: bool = False) -> None:
    log_metadata({"seed": 7})
    list(load())
    log_metadata({"more": 1}, step_name="load")
    train(fail)


class Testing(unittest.TestCase):
    def setUp(self) -> None:
        self.spool = os.path.join(temporary(), "spool")
        patch = mock.patch.dict(os.environ, RUNLEDGER_SPOOL_DIR=self.spool, RUNLEDGER_URL="http://127.0.0.1:9")
        patch.start()
        self.addCleanup(patch.stop)

    def test_what_was_said_is_there_and_nothing_is_written(self) -> None:
        threads = threading.active_count()
        with record() as recorded:
            job()
            log_metadata({"a": 1}, step_id=uuid.UUID(int=1))
        run = recorded.run
        self.assertEqual((run.name, run.pipeline, run.status, run.metadata), ("mine", "job", "COMPLETED", {"seed": 7}))
        self.assertEqual(list(recorded.steps), ["load", "train"])
        self.assertEqual(recorded.steps["load"].history("batch"), [0, 1])
        self.assertEqual([entry.iteration for entry in recorded.steps["load"].entries], [0, 1, None])
        self.assertEqual(recorded.steps["train"].metadata, {"loss": 0.5, "size": StorageSize(5), "shape": (1, 2)})
        self.assertEqual(list(recorded.elsewhere), ['{"stepId": "00000000-0000-0000-0000-000000000001"}'])
        self.assertEqual((os.path.exists(self.spool), os.path.exists(run.id)), (False, False))
        self.assertLessEqual(threading.active_count(), threads + 1)
        self.assertIsNone(current_run())

    def test_failures_attempts_and_wrong_values(self) -> None:
        with record() as recorded, self.assertRaises(OSError):
            job(fail=True)
        failed = recorded.steps["train"]
        assert failed.failure is not None
        self.assertEqual((failed.status, failed.failure.type), ("FAILED", "OSError"))

        @step
        def wrong() -> None:
            log_metadata({"a": object()})

        with record() as recorded:
            for _ in range(2):
                with self.assertRaises(TypeError):
                    wrong()
        self.assertEqual([run.status for run in recorded.runs], ["FAILED", "FAILED"])
        with self.assertRaises(LookupError):
            _ = recorded.run

    def test_one_in_another_and_a_step_that_was_begun_before(self) -> None:
        @step
        def outer() -> str | None:
            with record() as inner:
                train()
            self.assertEqual(list(inner.steps), ["train"])
            return get_step_context().step_name

        with record() as recorded, mock.patch.dict(os.environ, RUNLEDGER_DISABLED="1"):
            self.assertEqual(outer(), "outer")
        self.assertEqual(list(recorded.steps), ["outer"])


if __name__ == "__main__":
    unittest.main()
