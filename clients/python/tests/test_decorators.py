from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import glob
import inspect
import os
import threading
import time
import unittest
from typing import Any
from unittest import mock

from runledger import _sender, get_step_context, log_metadata, pipeline, step

from .support import Job, spool_lines, temporary

HEADER = "from runledger import step, pipeline, log_metadata\nimport os, sys\n"


class InProcess(unittest.TestCase):
    """With a service that is away, looking into the spool file."""

    def setUp(self) -> None:
        self.spool = temporary()
        settings = {
            "RUNLEDGER_URL": "http://127.0.0.1:9",
            "RUNLEDGER_SPOOL_DIR": self.spool,
            "RUNLEDGER_EXIT_FLUSH_SECONDS": "0",
        }
        patch = mock.patch.dict(os.environ, settings)
        patch.start()
        self.addCleanup(patch.stop)
        self.addCleanup(_sender._senders.clear)

    def operations(self) -> list[str]:
        return [line["op"] for line in spool_lines(self.spool)]

    def test_results_and_exceptions_are_untouched(self) -> None:
        sentinel, error = object(), KeyError("x")

        @step
        def good(a: int, *, b: object) -> object:
            "Doc."
            return b

        @step(name="named")
        def bad() -> None:
            raise error

        @pipeline
        def both() -> Any:
            assert good(1, b=sentinel) is sentinel
            bad()

        with self.assertRaises(KeyError) as caught:
            both()
        self.assertIs(caught.exception, error)
        self.assertIsNone(error.__context__)
        self.assertEqual(
            (good.__name__, good.__doc__, str(inspect.signature(good))),
            ("good", "Doc.", "(a: 'int', *, b: 'object') -> 'object'"),
        )
        lines = spool_lines(self.spool)
        self.assertEqual(
            [line["op"] for line in lines],
            ["startRun", "startStep", "finishStep", "startStep", "finishStep", "finishRun"],
        )
        self.assertEqual(
            [line["variables"].get("status") for line in lines], [None, None, "COMPLETED", None, "FAILED", "FAILED"]
        )
        self.assertEqual(lines[0]["variables"]["input"]["pipeline"], "both")
        self.assertEqual([lines[n]["variables"]["input"]["name"] for n in (1, 3)], ["good", "named"])
        self.assertEqual(lines[2]["variables"]["id"], lines[1]["variables"]["input"]["id"])

    def test_how_it_ended(self) -> None:
        def statuses(error: BaseException) -> Any:
            @step
            def work() -> None:
                raise error

            with self.assertRaises(type(error)):
                work()
            return [line["variables"]["status"] for line in spool_lines(self.spool)[-2:]]

        self.assertEqual(statuses(SystemExit(0)), ["COMPLETED"] * 2)
        self.assertEqual(statuses(SystemExit(3)), ["FAILED"] * 2)
        self.assertEqual(statuses(KeyboardInterrupt()), ["CANCELLED"] * 2)
        self.assertEqual(statuses(StopIteration(1)), ["FAILED"] * 2)

    def test_a_wrong_value_is_refused_at_the_call_and_nothing_of_it_logged(self) -> None:
        @step
        def work() -> None:
            with self.assertRaises(TypeError):
                log_metadata({"a": 1, "b": {"c": [object()]}})
            with self.assertRaises(ValueError):
                log_metadata({"": 1})

        work()
        self.assertEqual(self.operations(), ["startRun", "startStep", "finishStep", "finishRun"])

    def test_coroutines(self) -> None:
        @step
        async def one(n: int) -> int:
            await asyncio.sleep(0)
            log_metadata({"n": n})
            return n

        @pipeline
        async def job() -> list[int]:
            return list(await asyncio.gather(one(1), one(2)))

        self.assertEqual(asyncio.run(job()), [1, 2])
        lines = spool_lines(self.spool)
        started = [line["variables"]["input"]["id"] for line in lines if line["op"] == "startStep"]
        logged = {
            line["input"]["entries"][0]["value"]: line["input"]["target"]["stepId"]
            for line in lines
            if line["op"] == "logMetadata"
        }
        self.assertEqual([logged[1], logged[2]], started)

    def test_threads_find_the_step(self) -> None:
        seen: list[str | None] = []

        def ask() -> None:
            seen.append(get_step_context().step_run.name)

        @step
        def inner() -> None:
            thread = threading.Thread(target=ask)
            thread.start()
            thread.join()

        @step
        def outer() -> None:
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                pool.submit(ask).result()
            inner()
            ask()

        outer()
        self.assertEqual(seen, ["outer", "inner", "outer"])

    def test_steps_side_by_side_need_the_context(self) -> None:
        barrier = threading.Barrier(2)

        @step
        def work(n: int) -> Any:
            barrier.wait()
            answers: list[Any] = []

            def ask() -> None:
                try:
                    log_metadata({"n": n})
                    answers.append(get_step_context().step_run.id)
                except ValueError as error:
                    answers.append("Several steps" in str(error))

            context = contextvars.copy_context()
            for target in (ask, lambda: context.run(ask)):
                thread = threading.Thread(target=target)
                thread.start()
                thread.join()
            barrier.wait()
            return answers == [True, get_step_context().step_run.id]

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            self.assertEqual(list(pool.map(work, [1, 2])), [True, True])
        self.assertNotIn("RUNLEDGER_STEP_ID", os.environ)

    def test_a_log_call_is_quick_and_does_not_wait(self) -> None:
        @step
        def work() -> float:
            log_metadata({"a": 0.0})
            times = []
            for n in range(2000):
                began = time.perf_counter()
                log_metadata({"accuracy": n / 7, "loss": 1.5})
                times.append(time.perf_counter() - began)
            return sorted(times)[1000]

        self.assertLess(work(), 0.0005)  # 20–40 µs on a quiet machine; tests run on loaded ones

    def test_a_wrong_setting_does_not_end_the_job(self) -> None:
        @step
        def work() -> int:
            log_metadata({"a": 1})
            return 1

        wrong = {"RUNLEDGER_URL": "nonsense", "RUNLEDGER_TIMEOUT_SECONDS": "soon"}
        with mock.patch.dict(os.environ, wrong), self.assertLogs("runledger", "ERROR"):
            self.assertEqual(work(), 1)
        self.assertEqual(self.operations(), ["startRun", "startStep", "logMetadata", "finishStep", "finishRun"])

    def test_values_named_by_step_name_go_to_the_current_run(self) -> None:
        @step
        def work() -> None:
            context = get_step_context()
            log_metadata({"a": 1}, step_name="other")
            log_metadata({"a": 1}, run_id_name_or_prefix=context.pipeline_run.id)
            log_metadata({f"k{n}": n for n in range(2100)}, iteration=4)

        work()
        lines = spool_lines(self.spool)
        run = lines[0]["variables"]["input"]["id"]
        self.assertEqual(lines[2]["input"]["target"], {"step": {"run": run, "name": "other"}})
        self.assertEqual(lines[3]["input"]["target"], {"run": run})
        self.assertEqual([len(line["input"]["entries"]) for line in lines[4:7]], [1000, 1000, 100])
        self.assertEqual(lines[4]["input"]["entries"][0], {"key": "k0", "value": 0, "type": "INT", "iteration": 4})


class ExitCodes(unittest.TestCase):
    def check(self, body: str, code: int, words: str = "") -> Job:
        job = Job(HEADER + body, "http://127.0.0.1:9")
        result = job.end()
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(words, result.stderr)
        return job

    def test_exit_codes_are_the_jobs_own(self) -> None:
        self.check("@step\ndef f(): log_metadata({'a': 1})\nf()", 0, "are kept in")
        self.check("@step\ndef f(): log_metadata({'a': 1}); sys.exit(5)\nf()", 5)
        self.check("@step\ndef f(): log_metadata({'a': 1}); 1/0\nf()", 1, "ZeroDivisionError")
        self.check("@step\ndef f(): log_metadata({'a': 1}); os.kill(os.getpid(), 15)\nf()", -15)

    def test_a_forked_child_that_unwinds_does_not_end_the_run(self) -> None:
        job = self.check("@step\ndef f():\n  pid = os.fork()\n  if not pid: sys.exit(0)\n  os.waitpid(pid, 0)\nf()", 0)
        self.assertEqual(
            [line["op"] for line in spool_lines(job.spool)], ["startRun", "startStep", "finishStep", "finishRun"]
        )

    def test_code_of_the_zenml_page(self) -> None:
        job = self.check(
            """
from typing import Annotated
from runledger import ArtifactConfig, DType, Path, StorageSize, Uri, get_step_context, log_metadata, pipeline, step

@step(enable_cache=False)
def process() -> Annotated[int, ArtifactConfig(name="rows")]:
    log_metadata(metadata={"evaluation_metrics": {"accuracy": 0.9}, "types": {"age": DType("int"), "size": StorageSize(2500000)},
                           "source": Uri("gs://my-bucket/source.csv"), "script": Path("/scripts/preprocess.py")})
    log_metadata(metadata={"git": {"commit": "abc"}}, run_id_name_or_prefix=get_step_context().pipeline_run.id)
    return 5

@pipeline
def main():
    assert process() == 5
main()
""",
            0,
        )
        logged = [line["input"] for line in spool_lines(job.spool) if line["op"] == "logMetadata"]
        self.assertEqual([entry["type"] for entry in logged[0]["entries"]], ["DICT", "DICT", "URI", "PATH"])
        self.assertEqual(list(logged[1]["target"]), ["run"])

    def test_nothing_is_made_without_a_call(self) -> None:
        job = self.check("@step\ndef f(): pass", 0)
        self.assertEqual(glob.glob(job.spool + "/*"), [])

    def test_a_full_spool_is_counted_at_the_end(self) -> None:
        job = Job(
            HEADER + "@step\ndef f():\n  for n in range(100): log_metadata({'a': n})\nf()",
            "http://127.0.0.1:9",
            RUNLEDGER_SPOOL_MAX_BYTES="3000",
        )
        result = job.end()
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stderr, r"\d\d entries were refused")
        self.assertEqual([line["op"] for line in spool_lines(job.spool)][-1], "finishRun")


if __name__ == "__main__":
    unittest.main()
