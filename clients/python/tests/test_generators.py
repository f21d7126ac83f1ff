from __future__ import annotations

import asyncio
import functools
import inspect
import os
import subprocess
import sys
import unittest
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Any

from runledger import current_run, get_step_context, log_metadata, pipeline, step

from .support import PACKAGE, InProcess, Job, Records


@step
def loader(count: int) -> Generator[int, None, None]:
    """Doc."""
    for n in range(count):
        log_metadata({f"batch{n}": n})
        yield n
    log_metadata({"end": count})


class Generators(InProcess):
    def test_a_generator_logs_to_its_own_step_and_its_consumer_to_another(self) -> None:
        @step
        def consumer(items: Iterator[int]) -> int:
            total = 0
            for n in items:
                log_metadata({f"seen{n}": n})
                total += n
            return total

        @pipeline
        def job() -> int:
            total = consumer(loader(2))
            log_metadata({"total": total})
            return total

        self.assertEqual(job(), 1)
        records = self.records
        self.assertEqual(
            records.logged,
            {"loader": ["batch0", "batch1", "end"], "consumer": ["seen0", "seen1"], "job": ["total"]},
        )
        self.assertEqual(records.statuses, [("consumer", "COMPLETED"), ("loader", "COMPLETED")])

    def test_it_is_the_generator_that_it_was(self) -> None:
        closed: list[str] = []

        @step
        def echo() -> Any:
            got: Any = None
            try:
                while True:
                    try:
                        got = yield got
                    except KeyError as error:
                        got = error
                    if got == "end":
                        return "returned"
            finally:
                closed.append(get_step_context().step_name or "")

        self.assertTrue(inspect.isgeneratorfunction(echo))
        self.assertEqual((loader.__name__, loader.__doc__), ("loader", "Doc."))
        generator = echo()
        self.assertIsNone(next(generator))
        self.assertEqual(generator.send(5), 5)
        thrown = KeyError("x")
        self.assertIs(generator.throw(thrown), thrown)
        with self.assertRaises(StopIteration) as caught:
            generator.send("end")
        self.assertEqual((caught.exception.value, closed), ("returned", ["echo"]))

    def test_how_it_ends(self) -> None:
        @step
        def fails() -> Iterator[int]:
            yield 1
            raise OSError("disk")

        with self.assertRaises(OSError) as caught:
            list(fails())
        self.assertIsNone(caught.exception.__context__)
        for first in loader(5):
            self.assertEqual(first, 0)
            break  # closes it: what it gave was all that was needed
        loader(3)  # never begun
        with self.assertRaises(ValueError):
            thrown_into = loader(3)
            next(thrown_into)
            thrown_into.throw(ValueError("from outside"))
        self.assertEqual(self.records.statuses, [("fails", "FAILED"), ("loader", "COMPLETED"), ("loader", "FAILED")])
        self.assertIsNone(current_run())
        self.assertNotIn("RUNLEDGER_STEP_ID", os.environ)

    def test_another_decorator_may_stand_between(self) -> None:
        def timed(function: Any) -> Any:
            @functools.wraps(function)
            def wrapper(*args: Any) -> Any:
                return function(*args)

            return wrapper

        @step
        @timed
        def items() -> Iterator[int]:
            log_metadata({"item": 1})
            yield 1

        @step
        @timed
        async def waits() -> int:
            await asyncio.sleep(0)
            log_metadata({"awaited": 1})
            return 2

        @step
        async def fails() -> None:
            raise OSError("disk")

        @step
        @timed
        def passes_on(given: Iterator[int]) -> Iterator[int]:
            return given

        @pipeline
        async def job() -> Any:
            with self.assertRaises(OSError):
                await step(timed(fails))()
            other = loader(1)
            self.assertIs(passes_on(other), other)
            return list(items()), await waits(), list(other)

        self.assertEqual(asyncio.run(job()), ([1], 2, [0]))
        records = self.records
        self.assertEqual(records.logged, {"items": ["item"], "waits": ["awaited"], "loader": ["batch0", "end"]})
        self.assertEqual(records.ends.get(next(id for id, name in records.steps.items() if name == "fails")), "FAILED")
        self.assertNotIn(None, [status for _, status in records.statuses])

    def test_several_at_a_time(self) -> None:
        @pipeline
        def job() -> None:
            for _ in zip(loader(2), loader(3)):
                log_metadata({"pair": 1})

        job()
        self.assertEqual(self.records.logged["loader"], ["batch0", "batch1", "end"])
        self.assertEqual(self.records.logged["loader_2"], ["batch0", "batch1"])
        self.assertEqual(self.records.logged["job"], ["pair", "pair"])

    def test_asynchronous(self) -> None:
        @step
        async def stream(name: str) -> AsyncIterator[str]:
            for n in range(2):
                log_metadata({f"{name}{n}": n})
                await asyncio.sleep(0)
                log_metadata({f"{name}{n}-after": n})
                yield f"{name}{n}"

        @step
        async def consumer(name: str) -> list[str]:
            found = []
            async for item in stream(name):
                log_metadata({"got-" + item: 1})
                found.append(item)
            return found

        @pipeline
        async def job() -> Any:
            return await asyncio.gather(consumer("a"), consumer("b"))

        self.assertTrue(inspect.isasyncgenfunction(stream))
        self.assertEqual(asyncio.run(job()), [["a0", "a1"], ["b0", "b1"]])
        records = self.records
        self.assertEqual(
            records.logged,
            {
                "stream": ["a0", "a0-after", "a1", "a1-after"],
                "stream_2": ["b0", "b0-after", "b1", "b1-after"],
                "consumer": ["got-a0", "got-a1"],
                "consumer_2": ["got-b0", "got-b1"],
            },
        )
        self.assertEqual({status for _, status in records.statuses}, {"COMPLETED"})

    def test_an_asynchronous_one_that_is_closed_sent_to_or_fails(self) -> None:
        @step
        async def echo() -> Any:
            got: Any = None
            while got != "fail":
                try:
                    got = yield got
                except KeyError:
                    got = "thrown"
            raise OSError("disk")

        async def use() -> list[Any]:
            closed, failed = echo(), echo()
            await closed.asend(None)
            seen = [await closed.asend(1), await closed.athrow(KeyError("x"))]
            await closed.aclose()
            await failed.asend(None)
            with self.assertRaises(OSError):
                await failed.asend("fail")
            return seen

        self.assertEqual(asyncio.run(use()), [1, "thrown"])
        self.assertEqual(self.records.statuses, [("echo", "COMPLETED"), ("echo", "FAILED")])

    def test_a_pipeline_can_be_a_generator(self) -> None:
        @pipeline
        def job() -> Iterator[int]:
            log_metadata({"a": 1})
            yield from loader(1)

        self.assertEqual(list(job()), [0])
        self.assertEqual(self.records.logged, {"job": ["a"], "loader": ["batch0", "end"]})

    def test_children_started_in_its_body_log_to_it(self) -> None:
        @step
        def child() -> Iterator[int]:
            code = "from runledger import log_metadata; log_metadata({'child': 1})"
            subprocess.run([sys.executable, "-c", code], check=True, cwd=PACKAGE)
            yield 1

        @pipeline
        def job() -> None:
            for _ in child():
                code = "from runledger import log_metadata; log_metadata({'run': 1})"
                subprocess.run([sys.executable, "-c", code], check=True, cwd=PACKAGE)

        job()
        self.assertEqual(self.records.logged, {"child": ["child"], "job": ["run"]})


class LeftOpen(unittest.TestCase):
    def test_what_is_still_open_when_the_process_ends_is_recorded_as_ended(self) -> None:
        job = Job(
            """
            import threading
            from runledger import log_metadata, step
            @step
            def suspended():
                yield 1
            @step
            def cut():
                begun.set()
                threading.Event().wait()
            begun = threading.Event()
            kept = suspended()
            next(kept)
            threading.Thread(target=cut, daemon=True).start()
            begun.wait()
            """,
            "http://127.0.0.1:9",
        )
        result = job.end()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(Records(job.spool).statuses, [("suspended", "COMPLETED"), ("cut", "FAILED")])
        self.assertEqual([name for name in os.listdir(job.spool) if not name.endswith(".jsonl")], [])


if __name__ == "__main__":
    unittest.main()
