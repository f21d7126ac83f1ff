from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import fcntl
import os
import subprocess
import threading
import time
import unittest
import uuid
from typing import Any

from runledger import _spool, get_step_context, log_metadata, pipeline, step
from runledger._step_names import StepNames, remove_stale

from .support import FileJob, InProcess, Records, temporary


class InOneProcess(InProcess):
    def test_a_loop_over_a_step_makes_steps_of_their_own(self) -> None:
        @step
        def train(n: int) -> str | None:
            log_metadata({f"n{n}": n})
            return get_step_context().step_name

        @pipeline
        def job() -> list[Any]:
            return [train(n) for n in range(3)]

        self.assertEqual(job(), ["train", "train_2", "train_3"])
        self.assertEqual(job(), ["train", "train_2", "train_3"])  # each run has its own
        self.assertEqual(self.records.logged, {"train": ["n0"] * 2, "train_2": ["n1"] * 2, "train_3": ["n2"] * 2})

    def test_side_by_side(self) -> None:
        @step
        async def shard(n: int) -> None:
            log_metadata({f"n{n}": n})
            await asyncio.sleep(0)

        @step(name="thread")
        def in_thread() -> None:
            barrier.wait()

        barrier = threading.Barrier(3)

        @pipeline
        async def job() -> None:
            await asyncio.gather(shard(1), shard(2), shard(3))

        @pipeline
        def threads() -> None:
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                for future in [pool.submit(in_thread) for _ in range(3)]:
                    future.result()

        asyncio.run(job())
        threads()
        records = self.records
        self.assertEqual(records.logged, {"shard": ["n1"], "shard_2": ["n2"], "shard_3": ["n3"]})
        self.assertEqual(
            sorted(records.statuses),
            [(name + suffix, "COMPLETED") for name in ("shard", "thread") for suffix in ("", "_2", "_3")],
        )
        self.assertEqual(len(records.runs), 2)

    def test_after_a_failure_it_is_the_next_attempt(self) -> None:
        @step
        def flaky(fail: bool) -> None:
            if fail:
                raise OSError("disk")

        @pipeline
        def job() -> None:
            for fail in (True, True, False, True, False, False):
                with contextlib.suppress(OSError):
                    flaky(fail)

        job()
        self.assertEqual(
            self.records.statuses,
            [
                ("flaky", "FAILED"),
                ("flaky", "FAILED"),
                ("flaky", "COMPLETED"),
                ("flaky_2", "FAILED"),
                ("flaky_2", "COMPLETED"),
                ("flaky_3", "COMPLETED"),
            ],
        )


class Agreement(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = temporary()
        self.run_id = uuid.uuid4()

    def names(self) -> StepNames:
        return StepNames(self.directory, self.run_id)

    def test_processes_agree_by_the_file(self) -> None:
        one, two = self.names(), self.names()
        first, second, third = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
        self.assertEqual(one.start("train", first), "train")
        self.assertEqual(two.start("train", second), "train_2")
        one.end(first, "FAILED")
        self.assertEqual(two.start("train", third), "train")
        self.assertEqual(one.start("train_2", uuid.uuid4()), "train_2_2")
        self.assertEqual(one.start("train", uuid.uuid4()), "train_3")

    def test_a_step_of_a_process_that_was_killed_is_tried_again(self) -> None:
        ended = subprocess.Popen(["true"])
        ended.wait()
        path = os.path.join(self.directory, self.run_id.hex + ".steps")
        for host, name in ((_spool.host(), "train"), ("another", "train_2")):
            with open(path, "w") as file:
                file.write(f'["start","train","train","{uuid.uuid4().hex}","{host}",{ended.pid},"1"]\ntorn')
            self.assertEqual(self.names().start("train", uuid.uuid4()), name)

    def test_without_a_file_the_process_knows_its_own(self) -> None:
        with open(os.path.join(self.directory, "file"), "w"):
            pass
        names = StepNames(os.path.join(self.directory, "file"), self.run_id)
        self.assertEqual([names.start("a", uuid.uuid4()) for _ in range(2)], ["a", "a_2"])

    def test_nobody_waits_long_for_a_process_that_was_stopped(self) -> None:
        path = os.path.join(self.directory, self.run_id.hex + ".steps")
        with open(path, "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            began = time.monotonic()
            self.assertEqual(self.names().start("a", uuid.uuid4()), "a")
            self.assertLess(time.monotonic() - began, 3)

    def test_a_long_name_stays_one(self) -> None:
        names = self.names()
        self.assertEqual(names.start("ü" * 127, uuid.uuid4()), "ü" * 127)
        second = names.start("ü" * 127, uuid.uuid4())
        self.assertEqual(second, "ü" * 126 + "_2")
        self.assertLessEqual(len(second.encode()), 255)

    def test_many_are_quick(self) -> None:
        names = self.names()
        began = time.perf_counter()
        for _ in range(3000):
            step_id = uuid.uuid4()
            last = names.start("train", step_id)
            names.end(step_id, "COMPLETED")
        self.assertEqual(last, "train_3000")
        self.assertLess(time.perf_counter() - began, 3)

    def test_old_files_are_removed(self) -> None:
        self.names().start("a", uuid.uuid4())
        remove_stale(self.directory)
        self.assertEqual(len(os.listdir(self.directory)), 1)
        os.utime(os.path.join(self.directory, self.run_id.hex + ".steps"), (1, 1))
        remove_stale(self.directory)
        self.assertEqual(os.listdir(self.directory), [])


class AcrossProcesses(unittest.TestCase):
    def test_a_step_mapped_over_processes(self) -> None:
        job = FileJob(
            """
            import concurrent.futures, multiprocessing
            from runledger import log_metadata, pipeline, step
            @step
            def shard(n):
                log_metadata({f"n{n}": n})
            @pipeline
            def job():
                context = multiprocessing.get_context("spawn")
                with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
                    list(pool.map(shard, range(4)))
            if __name__ == "__main__":
                job()
            """,
            "http://127.0.0.1:9",
        )
        result = job.end()
        self.assertEqual(result.returncode, 0, result.stderr)
        records = Records(job.spool)
        self.assertEqual(sorted(records.steps.values()), ["shard", "shard_2", "shard_3", "shard_4"])
        self.assertEqual(set(records.run_of.values()), set(records.runs))
        self.assertEqual(len(records.runs), 1)


if __name__ == "__main__":
    unittest.main()
