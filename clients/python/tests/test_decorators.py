from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import datetime
import functools
import glob
import inspect
import os
import sys
import threading
import time
import unittest
from typing import Any, Callable
from unittest import mock

from runledger import InvalidCallError, current_run, get_step_context, log_metadata, pipeline, run, step

from .support import InProcess, Job, spool_lines

HEADER = "from runledger import step, pipeline, log_metadata\nimport os, sys\n"


class Decorators(InProcess):
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

    def test_a_wrong_value_is_left_out_with_a_warning(self) -> None:
        @step
        def work(n: int) -> int:
            log_metadata({"good": n, "b": {"c": [object()]}, "": 1}, iteration=n)
            log_metadata({"i": n}, iteration=1.9)  # type: ignore[arg-type]  # wrong on purpose
            log_metadata({"i": n}, iteration="7")  # type: ignore[arg-type]  # the same
            log_metadata({"i": n}, iteration=2**70)
            log_metadata({})
            return n

        with self.assertLogs("runledger", "WARNING") as logs:
            self.assertEqual([work(1), work(2)], [1, 2])
        said = [line for line in logs.output if "not logged" in line]
        for words in ("b.c[0]: object", "The key ''", "iteration=1.9", "iteration='7'", "iteration=11805", "empty"):
            self.assertEqual(len([line for line in said if words in line]), 1, (words, said))
        lines = [line["input"]["entries"] for line in spool_lines(self.spool) if line["op"] == "logMetadata"]
        logged = [{name: entry[name] for name in entry if name != "loggedAt"} for line in lines for entry in line]
        self.assertEqual(logged[0], {"key": "good", "value": 1, "type": "INT", "iteration": 1})
        self.assertEqual(logged[1:4], [{"key": "i", "value": 1, "type": "INT"}] * 3)

    def test_strictly_a_wrong_value_raises_and_nothing_of_the_call_is_logged(self) -> None:
        @step
        def work() -> None:
            with self.assertRaises(TypeError):
                log_metadata({"a": 1, "b": {"c": [object()]}})
            with self.assertRaises(ValueError):
                log_metadata({"": 1})
            with self.assertRaises(ValueError):
                log_metadata({"a": 1}, iteration=1.9)  # type: ignore[arg-type]  # wrong on purpose

        with mock.patch.dict(os.environ, RUNLEDGER_STRICT="1"):
            work()
        self.assertEqual(self.operations(), ["startRun", "startStep", "finishStep", "finishRun"])

    def test_a_wrong_call_raises_one_clear_error_of_ours(self) -> None:
        wrong: list[tuple[Callable[[], object], str]] = [
            (lambda: log_metadata("accuracy", 0.9), "log_metadata({'accuracy': 0.9})"),  # type: ignore[arg-type]
            (lambda: log_metadata({"a": 1}, step_name=3), "step_name=3"),  # type: ignore[arg-type]
            (lambda: log_metadata({"a": 1}, run_id_name_or_prefix=3), "prefix=3"),  # type: ignore[arg-type]
            (lambda: log_metadata(None), "NoneType"),  # type: ignore[arg-type]
            (lambda: step(3), "3 is int"),  # type: ignore[call-overload]
            (lambda: step(name=3), "step name 3 is int"),  # type: ignore[call-overload]
            (lambda: pipeline([]), "[] is list"),  # type: ignore[call-overload]
            (lambda: pipeline(run_name=3), "run name 3 is int"),  # type: ignore[call-overload]
        ]

        @step
        def work() -> None:
            for call, words in wrong:
                with self.subTest(words), self.assertRaises(InvalidCallError) as caught:
                    call()
                self.assertIn(words, str(caught.exception))

        work()
        self.assertEqual(self.operations(), ["startRun", "startStep", "finishStep", "finishRun"])

    def test_whatever_can_be_called_can_be_a_step(self) -> None:
        class Model:
            def __call__(self, n: int) -> int:
                log_metadata({"called": n})
                return n + 1

            @step
            def fit(self, n: int) -> int:
                return n + 2

        class AsyncModel:
            async def __call__(self) -> str:
                await asyncio.sleep(0)
                log_metadata({"awaited": 1})
                return "x"

        def add(a: int, b: int) -> int:
            return a + b

        @pipeline("everything")
        def job() -> None:
            self.assertEqual(step(Model())(1), 2)
            self.assertEqual(Model().fit(1), 3)
            self.assertEqual(step(functools.partial(add, 1))(2), 3)
            self.assertEqual(step("named")(add)(1, 2), 3)
            self.assertEqual(asyncio.run(step(AsyncModel())()), "x")

        job()
        records = self.records
        self.assertEqual(list(records.pipelines.values()), ["everything"])
        self.assertEqual(
            records.statuses,
            [(name, "COMPLETED") for name in ("Model", "fit", "add", "named", "AsyncModel")],
        )
        self.assertEqual(records.logged, {"Model": ["called"], "AsyncModel": ["awaited"]})

    def test_blocks(self) -> None:
        with self.assertRaises(ZeroDivisionError), run("nightly", pipeline="training") as current:
            self.assertEqual((current.name, current_run()), ("nightly", current))
            log_metadata({"seed": 1})
            with step("load") as context:
                self.assertEqual((context.step_name, context.pipeline.name), ("load", "training"))
                log_metadata({"rows": 5})
            with step("train"):
                1 / 0  # noqa: B018
        records = self.records
        self.assertEqual(records.statuses, [("load", "COMPLETED"), ("train", "FAILED")])
        self.assertEqual(records.ends[str(current.id)], "FAILED")
        self.assertEqual(records.logged, {"training": ["seed"], "load": ["rows"]})
        self.assertIsNone(current_run())

    def test_the_body_of_a_pipeline_logs_to_its_run(self) -> None:
        @step
        def work() -> None:
            log_metadata({"a": 1})

        @pipeline(run_name="mine")
        def job() -> Any:
            log_metadata({"before": 1})
            work()
            log_metadata({"after": 1}, run_id_name_or_prefix="mine")
            return current_run()

        current = job()
        self.assertEqual(self.records.logged, {"job": ["before", "after"], "work": ["a"]})
        self.assertEqual(self.records.runs, {str(current.id): "mine"})

    def test_ends_have_their_time(self) -> None:
        @step
        def work() -> None: ...

        work()
        lines = spool_lines(self.spool)
        for began, ended in ((lines[0], lines[3]), (lines[1], lines[2])):
            self.assertLessEqual(began["variables"]["input"]["startedAt"], ended["variables"]["endedAt"])

    def test_a_failure_says_why(self) -> None:
        class Odd(Exception):
            def __str__(self) -> str:
                raise RuntimeError("no words")

        def deep() -> None:
            raise KeyError("x" * 5000 + "\0\ud800")

        @step
        def fails(how: Callable[[], None]) -> None:
            how()

        def odd() -> None:
            raise Odd

        def endless() -> None:
            endless()

        for how in (deep, odd, endless, lambda: sys.exit(3)):
            with self.assertRaises((KeyError, Odd, RecursionError, SystemExit)):
                fails(how)
        found = [failure for failure in self.records.failures.values() if failure]
        self.assertEqual(len(found), 8)  # of each step, and of its run
        self.assertEqual([one["type"] for one in found[::2]][0::2], ["KeyError", "RecursionError"])
        self.assertEqual((found[6]["type"], found[6]["message"]), ("SystemExit", "3"))
        self.assertEqual(found[2]["message"], "(its message cannot be shown: RuntimeError)")
        self.assertEqual(len(found[0]["message"]), 1000)
        self.assertIn("in deep\n", found[0]["traceback"])
        self.assertNotIn("runledger/decorators.py", found[0]["traceback"])
        for failure in found:
            self.assertLessEqual(len(failure["traceback"].encode()), 16 * 1024)
        with mock.patch.dict(os.environ, RUNLEDGER_SEND_TRACEBACK="false"), self.assertRaises(KeyError):
            fails(deep)
        last = list(self.records.failures.values())[-1]
        assert last is not None
        self.assertEqual(list(last), ["type", "message"])

    def test_each_entry_has_its_time(self) -> None:
        then = datetime.datetime(2024, 5, 6, 7, 8, 9, 123_456, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))

        @step
        def work() -> None:
            log_metadata({"now": 1})
            log_metadata({"then": 1}, logged_at=then, iteration=2**62)
            with self.assertRaises(InvalidCallError):
                log_metadata({"then": 1}, logged_at="2024-05-06")  # type: ignore[arg-type]  # wrong on purpose

        work()
        (line,) = (line["input"] for line in spool_lines(self.spool) if line["op"] == "logMetadata")
        now, past = line["entries"]
        self.assertNotIn("loggedAt", now)
        self.assertEqual((past["loggedAt"], past["iteration"]), ("2024-05-06T05:08:09.123Z", 2**62))

    def test_disabled_nothing_is_recorded(self) -> None:
        @step
        def work() -> str | None:
            log_metadata({"a": object()})
            return get_step_context().step_name

        with mock.patch.dict(os.environ, RUNLEDGER_DISABLED="1"):
            self.assertEqual(work(), "work")
            log_metadata({"a": 1})
            log_metadata({"a": 1}, run_id_name_or_prefix="x")
        self.assertEqual(os.listdir(self.spool), [])

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
        for name in ("RUNLEDGER_STEP_ID", "RUNLEDGER_RUN_ID", "RUNLEDGER_PLACE"):
            self.assertNotIn(name, os.environ)

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
    log_metadata(metadata={"evaluation_metrics": {"accuracy": 0.9},
                           "types": {"age": DType("int"), "size": StorageSize(2500000)},
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
