"""Against a real service. Skipped where none is built (`npm run build`) and RUNLEDGER_TEST_COMMAND is not set."""

from __future__ import annotations

import glob
import importlib.util
import math
import os
import pathlib
import random
import shutil
import subprocess
import threading
import time
import unittest
import uuid
from typing import Any
from unittest import mock

import runledger
from runledger import Client, DType, Path, PipelineRunFilter, StorageSize, Uri, log_metadata

from . import stub
from .support import COMMAND_LINE, FileJob, Job, Service, WithService, flush_command, spool_lines, wait_for

JOB = """
import sys
from runledger import step, pipeline, log_metadata

@step
def train(count):
    for number in range(count):
        log_metadata({"n": number, f"k{number %% 3}": number / 4}, iteration=number)
        if number in (count // 3, count // 2):
            print(number); sys.stdin.readline()
    return "trained"

@pipeline(run_name="%s")
def training():
    return train(%d)

print(training())
sys.exit(7)
"""


class ServiceTest(WithService):
    maxDiff = None

    def setUp(self) -> None:
        self.name = f"run-{uuid.uuid4().hex[:12]}"
        self.client = Client(self.service.url)
        self.addCleanup(self.client.close)

    def expect_all(self, run: str, count: int, step: str = "train") -> None:
        """Every entry once, in order, under each key."""
        found = self.client.get_pipeline_run(run).step(step)
        numbers = [entry.value for entry in found.metadata_history("n")][::-1]
        self.assertEqual(numbers, list(range(count)))
        for key in range(3):
            values = [entry.value for entry in found.metadata_history(f"k{key}")][::-1]
            self.assertEqual(values, [number / 4 for number in range(key, count, 3)])

    def run_job(self, count: int, url: str = "", **environment: str) -> Job:
        return Job(JOB % (self.name, count), url or self.service.url, **environment)

    def finish(self, job: Job) -> str:
        """Lets the job go through its two stops; its result and exit code are those without logging."""
        for _ in range(2):
            self.assertTrue(job.read_line())
            job.say()
        return self.ended(job)

    def ended(self, job: Job) -> str:
        result = job.end()
        self.assertEqual((result.stdout.strip(), result.returncode), ("trained", 7), result.stderr)
        return result.stderr

    def test_a_job_with_a_healthy_service(self) -> None:
        job = self.run_job(300)
        self.assertEqual(self.finish(job), "")
        self.expect_all(self.name, 300)
        run = self.client.get_pipeline_run(self.name)
        self.assertEqual((run.pipeline, run.status, run.steps["train"].status), ("training", "COMPLETED", "COMPLETED"))
        self.assertEqual(glob.glob(job.spool + "/*"), [])

    def test_killed_and_restarted_in_the_middle(self) -> None:
        service = Service()
        self.addCleanup(service.stop)
        self.client = Client(service.url)
        self.addCleanup(self.client.close)
        job = self.run_job(600, service.url)
        job.read_line()
        service.kill()
        job.say()
        job.read_line()
        self.assertTrue(spool_lines(job.spool))
        service.start()
        job.say()
        self.ended(job)
        flush_command(job.spool, "--url", service.url)
        self.expect_all(self.name, 600)
        self.assertEqual(self.client.get_pipeline_run(self.name).status, "COMPLETED")
        self.assertEqual(glob.glob(job.spool + "/*"), [])

    def test_absent_for_the_whole_job(self) -> None:
        job = self.run_job(400, "http://127.0.0.1:9")
        began = time.monotonic()
        complaint = self.finish(job)
        self.assertLess(time.monotonic() - began, 8)
        self.assertIn("python -m runledger flush", complaint)
        self.assertEqual([line["op"] for line in spool_lines(job.spool)][:2], ["startRun", "startStep"])
        self.assertEqual([line["op"] for line in spool_lines(job.spool)][-2:], ["finishStep", "finishRun"])
        delivered = flush_command(job.spool, "--url", self.service.url)
        self.assertEqual(delivered.returncode, 0, delivered)
        self.expect_all(self.name, 400)
        self.assertEqual(self.client.get_pipeline_run(self.name).steps["train"].status, "COMPLETED")
        self.assertEqual(glob.glob(job.spool + "/*"), [])

    def test_answers_500_and_cut_connections(self) -> None:
        chance = random.Random(5)
        troubles: list[Any] = [
            (500, {}, b"oops"),
            None,
            stub.CUT_AFTER,
            stub.error("UNAVAILABLE", 503, Retry_After="0"),
        ]
        proxy = stub.Proxy(self.service.url, lambda _: chance.choice(troubles) if chance.random() < 0.5 else stub.PASS)
        self.addCleanup(proxy.close)
        job = self.run_job(300, proxy.url)
        self.finish(job)
        flush_command(job.spool, "--url", self.service.url)
        self.expect_all(self.name, 300)

    def test_slow(self) -> None:
        proxy = stub.Proxy(self.service.url, lambda _: stub.slowly(1.5))
        self.addCleanup(proxy.close)
        job = self.run_job(3000, proxy.url)
        job.read_line()
        began = time.monotonic()
        job.say()
        job.read_line()
        # 500 calls: had they waited, it would be for more than ten minutes.
        self.assertLess(time.monotonic() - began, 15, "logging waited for the service")
        job.say()
        self.ended(job)
        self.assertLess(time.monotonic() - began, 60)
        flush_command(job.spool, "--url", self.service.url)
        self.expect_all(self.name, 3000)

    def test_a_fast_loop_loses_nothing_where_the_spool_is_small(self) -> None:
        script = f"""
        from runledger import log_metadata, pipeline, step
        @step
        def train():
            for n in range(6_000):
                log_metadata({{"n": n}}, iteration=n)
        @pipeline(run_name="{self.name}")
        def job():
            train()
        job()
        """
        result = Job(script, self.service.url, RUNLEDGER_SPOOL_MAX_BYTES="60000").end(120)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        history = self.client.get_pipeline_run(self.name).steps["train"].metadata_history("n", page_size=200)
        self.assertEqual([entry.value for entry in history], list(range(6_000))[::-1])

    def test_kill_9_of_the_step(self) -> None:
        for url in (self.service.url, "http://127.0.0.1:9"):
            with self.subTest(url):
                self.name = f"run-{uuid.uuid4().hex[:12]}"
                job = self.run_job(300, url)
                logged = int(job.read_line()) + 1
                job.kill()
                delivered = flush_command(job.spool, "--url", self.service.url)
                self.assertEqual(delivered.returncode, 0, delivered)
                self.expect_all(self.name, logged)
                self.assertEqual(self.client.get_pipeline_run(self.name).status, "RUNNING")

    def test_the_next_process_delivers_leftovers(self) -> None:
        proxy = stub.Proxy(self.service.url, lambda _: (503, {}, b"") if down else stub.PASS)
        self.addCleanup(proxy.close)
        down = True
        self.finish(first := self.run_job(100, proxy.url))
        first_name, down = self.name, False
        self.name = f"run-{uuid.uuid4().hex[:12]}"
        self.finish(self.run_job(30, proxy.url, RUNLEDGER_SPOOL_DIR=first.spool))
        self.expect_all(self.name, 30)
        self.expect_all(first_name, 100)
        self.assertEqual(glob.glob(first.spool + "/*"), [])

    def test_child_processes_and_threads_log_to_the_step(self) -> None:
        script = """
        import contextvars, multiprocessing, os, subprocess, sys, threading
        from runledger import step, log_metadata
        def work(n):
            log_metadata({f"worker{n}": n})
        @step
        def parent():
            thread = threading.Thread(target=work, args=(1,)); thread.start(); thread.join()
            process = multiprocessing.get_context("fork").Process(target=work, args=(2,))
            process.start(); process.join()
            code = "from runledger import log_metadata; log_metadata({'worker3': 3})"
            subprocess.run([sys.executable, "-c", code], check=True)
            pid = os.fork()
            if not pid:
                work(4); os._exit(0)
            os.waitpid(pid, 0)
            log_metadata({"own": 0})
        parent()
        """
        job = Job(
            script, self.service.url, PYTHONWARNINGS="ignore::DeprecationWarning"
        )  # 3.12 warns of any fork beside a thread
        result = job.end()
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        flush_command(job.spool)
        run = next(self.client.list_pipeline_runs({"pipeline": "parent"}))
        self.assertEqual(
            dict(run.steps["parent"].run_metadata), {"worker1": 1, "worker2": 2, "worker3": 3, "worker4": 4, "own": 0}
        )
        self.assertEqual(glob.glob(job.spool + "/*"), [])

    def test_children_of_an_absent_service(self) -> None:
        script = f"""
        import os
        from runledger import pipeline, step, log_metadata
        @step
        def work():
            pid = os.fork()
            if not pid:
                log_metadata({{"child": 1}}); os._exit(0)
            os.waitpid(pid, 0)
        @pipeline(run_name="{self.name}")
        def job():
            work()
        job()
        """
        job = Job(script, "http://127.0.0.1:9")
        self.assertEqual(job.end().returncode, 0)
        self.assertEqual(len(glob.glob(job.spool + "/*.jsonl")), 2)
        delivered = flush_command(job.spool, "--url", self.service.url)
        self.assertEqual(delivered.returncode, 0, delivered)
        self.assertEqual(dict(self.client.get_pipeline_run(self.name).run_metadata), {"work::child": 1})

    @unittest.skipUnless(COMMAND_LINE.exists(), "the TypeScript client is not built")
    def test_each_client_delivers_what_the_other_left(self) -> None:
        node = [shutil.which("node") or "node", str(COMMAND_LINE)]
        job = self.run_job(60, "http://127.0.0.1:9")
        self.finish(job)
        environment = {**os.environ, "RUNLEDGER_SPOOL_DIR": job.spool}
        subprocess.run(
            [*node, "flush", "--url", self.service.url], env=environment, check=True, capture_output=True, timeout=60
        )
        self.expect_all(self.name, 60)
        step = self.client.get_pipeline_run(self.name).step("train")
        for number in ("9007199254740993", "9007199254740994"):
            log = [
                *node,
                "log",
                f"big=int:{number}",
                "half=float:0.5",
                "--step-id",
                str(step.id),
                "--url",
                "http://127.0.0.1:9",
            ]
            subprocess.run(log, env=environment, check=True, capture_output=True, timeout=60)
        self.assertEqual(len(glob.glob(job.spool + "/*.jsonl")), 2)
        delivered = flush_command(job.spool, "--url", self.service.url)
        self.assertEqual(delivered.returncode, 0, delivered)
        self.assertEqual([entry.value for entry in step.metadata_history("big")], [9007199254740994, 9007199254740993])
        self.assertIs(type(step.run_metadata["half"]), float)
        self.assertEqual(glob.glob(job.spool + "/*"), [])

    def test_a_taken_run_name_gets_a_suffix(self) -> None:
        self.finish(self.run_job(30))
        job = self.run_job(30)
        self.assertIn("recorded as", self.finish(job))
        self.assertEqual(len(list(self.client.list_pipeline_runs({"namePrefix": self.name + "-"}))), 1)

    def test_a_refused_entry_does_not_hold_up_the_rest(self) -> None:
        script = f"""
        from runledger import pipeline, step, log_metadata
        @step
        def work():
            log_metadata({{"a": 1}})
            log_metadata({{"big": "x" * 100_000}})
            log_metadata({{"b": 2}})
        @pipeline(run_name="{self.name}")
        def job():
            work()
        job()
        """
        job = Job(script, self.service.url)
        result = job.end()
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stderr.count("refused 'big' of step work of run "), 1, result.stderr)
        self.assertEqual(dict(self.client.get_pipeline_run(self.name).run_metadata), {"work::a": 1, "work::b": 2})
        (rejected,) = glob.glob(job.spool + "/*.rejected")
        self.assertIn('"rejected":{"code":"BAD_USER_INPUT"', pathlib.Path(rejected).read_text())

    def test_a_wrong_path_is_not_the_fault_of_what_is_logged(self) -> None:
        wrong = self.service.url.replace("/graphql", "/api")
        job = self.run_job(6, wrong)
        said = self.finish(job)
        self.assertIn(wrong, said)
        self.assertEqual(glob.glob(job.spool + "/*.rejected"), [])
        self.assertEqual(flush_command(job.spool, "--url", self.service.url).returncode, 0)
        self.expect_all(self.name, 6)
        with self.assertRaises(runledger.InvalidCallError):
            Client(wrong).get_pipeline_run(self.name)

    def direct(self) -> None:
        os.environ["RUNLEDGER_URL"] = self.service.url
        self.addCleanup(os.environ.pop, "RUNLEDGER_URL")
        self.finish(self.run_job(6))

    def test_values_come_back_as_they_were(self) -> None:
        self.direct()
        values: dict[str, Any] = {
            "int": 3, "long": 2**63, "longer": -(10**40) - 7,
            "vast": 10**6000 + 1, "float": 1.0, "tenth": 0.1, "tiny": 5e-324,
            "huge": 1.7976931348623157e308, "third": 1 / 3, "minus": -0.0, "inf": math.inf, "minf": -math.inf,
            "true": True, "none": None, "text": "Ünï\u2028 \"q\" \\ \n 🎉",
            "empty": "", "list": [1, [2.5, None, {"x": []}]],
            "dict": {"b": 1, "a": {"__proto__": 2}, "constructor": 3},
            "set": {3, 1, 2}, "words": {"b", "a"}, "tuple": (1, "x"),
            "uri": Uri("s3://bucket/a%20b"), "path": Path("/a/b"),
            "dtype": DType("float32"), "size": StorageSize("1.5 GiB"),
            "ünï": 1, "__proto__": 2, "toJSON": 3,
        }  # fmt: skip
        log_metadata({**values, "nan": math.nan}, run_id_name_or_prefix=self.name)
        read = dict(self.client.get_pipeline_run(self.name).run_metadata)
        self.assertTrue(math.isnan(read.pop("nan")))
        for key, value in values.items():
            self.assertEqual((key, type(read[key]), read[key]), (key, type(value), value))
            if isinstance(value, float):
                self.assertEqual(read[key].hex(), value.hex())

    def test_random_doubles_keep_every_bit(self) -> None:
        self.direct()
        chance = random.Random(1)
        doubles = [chance.uniform(-1, 1) * 10 ** chance.randint(-300, 300) for _ in range(900)]
        log_metadata({f"d{n}": value for n, value in enumerate(doubles)}, run_id_name_or_prefix=self.name)
        log_metadata({"all": doubles}, step_name="train", run_id_name_or_prefix=self.name)
        run = self.client.get_pipeline_run(self.name)
        read = dict(run.run_metadata)
        self.assertEqual([read[f"d{n}"].hex() for n in range(900)], [value.hex() for value in doubles])
        self.assertEqual(run.steps["train"].run_metadata["all"], doubles)

    def test_targets_and_reading(self) -> None:
        self.direct()
        run = self.client.get_pipeline_run(self.name[:-2])
        step = run.steps["train"]
        log_metadata({"a": 1}, "train", self.name)
        log_metadata({"b": 2}, step_id=step.id)
        log_metadata({"c": 3}, run_id_name_or_prefix=run.id.hex)
        log_metadata({f"many{n:04}": n for n in range(2500)}, run_id_name_or_prefix=run.id)
        self.assertEqual(
            (step.run_metadata["a"], step.run_metadata["b"], run.run_metadata["train::a"], run.run_metadata["c"]),
            (1, 2, 1, 3),
        )
        self.assertEqual(len(run.run_metadata), 2500 + 1 + 4 + 2)
        self.assertEqual(list(run.steps), ["train"])
        self.assertIsNone(run.run_metadata.get("nothing"))
        with self.assertRaises(KeyError):
            run.run_metadata["nothing"]
        with self.assertRaises(KeyError):
            run.steps["nothing"]
        with self.assertRaises(runledger.NotFoundError) as caught:
            log_metadata({"a": 1}, "nothing", self.name)
        self.assertEqual(caught.exception.code, "NOT_FOUND")
        with self.assertRaises(runledger.NotFoundError):
            self.client.get_pipeline_run("nothing")
        series = step.metadata_series("n", max_points=3)
        self.assertEqual((series.total, series.points[0].value, series.points[-1].value), (6, 0.0, 5.0))
        self.assertEqual([entry.iteration for entry in step.metadata_history("n", page_size=4)], [5, 4, 3, 2, 1, 0])
        entry = run.metadata_entry("c")
        assert entry is not None
        self.assertEqual((entry.type, entry.step_name, entry.number), ("INT", None, 3.0))
        self.client.retract_metadata(entry.id, "a test")
        self.assertNotIn("c", run.run_metadata)
        other = self.name
        self.name = f"run-{uuid.uuid4().hex[:12]}"
        self.finish(self.run_job(9))
        table = self.client.compare_runs([other, self.name], ["train::n"])
        self.assertEqual([(row.key, row.values, row.differs) for row in table.rows], [("train::n", [5, 8], True)])
        self.assertIn("n", [key.key for key in self.client.metadata_keys(prefix="n")])
        self.assertTrue(self.client.delete_pipeline_run(other))

    def test_following(self) -> None:
        self.direct()
        run = self.client.get_pipeline_run(self.name)
        last = next(run.metadata_history("n"))
        stream = run.follow(["f"], after=last.id)
        got: list[Any] = []

        def read() -> None:
            for entry in stream:
                got.append(entry.value)
                if len(got) == 20:
                    return

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        for number in range(20):
            log_metadata({"f": number, "other": 1}, run_id_name_or_prefix=run.id)
        thread.join(20)
        self.assertEqual(got, list(range(20)))
        with self.assertRaises(runledger.InvalidCallError):
            next(run.follow(after="nothing"))

    def test_following_ends_with_the_run(self) -> None:
        job = self.run_job(60)
        job.read_line()
        with Client(self.service.url) as client:
            run = wait_for(lambda: next(client.list_pipeline_runs({"namePrefix": self.name}), None))
            first = wait_for(lambda: "train" in run.steps and run.steps["train"].metadata_entry("n"))
            got: list[Any] = []

            def read() -> None:
                got.extend(entry.value for entry in run.follow(["n"], after=first.id))

            thread = threading.Thread(target=read, daemon=True)
            thread.start()
            job.say()
            job.read_line()
            job.say()
            self.ended(job)
            thread.join(20)
            self.assertFalse(thread.is_alive())
            self.assertEqual(got, list(range(first.value + 1, 60)))
            self.assertEqual(list(run.follow()), [])  # it had ended before

    def test_tables(self) -> None:
        self.direct()
        with Client(self.service.url) as client:
            run = client.get_pipeline_run(self.name)
            log_metadata({"n": 7.5, "cfg": {"a": 1}}, run_id_name_or_prefix=run)
            records = client.list_pipeline_runs({"namePrefix": self.name}).to_records(["n", "train::n", "nothing"])
            (record,) = records
            self.assertEqual((record["n"], record["train::n"], record["nothing"]), (7.5, 5, None))
            self.assertEqual(
                (record["name"], record["status"], record["ended_at"]), (self.name, "COMPLETED", run.ended_at)
            )
            (whole,) = client.list_pipeline_runs({"namePrefix": self.name}).to_records()
            self.assertEqual((whole["cfg"], whole["train::k0"]), ({"a": 1}, 0.75))
            series = run.series("train::n")
            self.assertEqual((series.total, series.min, series.max, series.points[-1].iteration), (6, 0.0, 5.0, 5))
            self.assertEqual(run.series("nothing").total, 0)
            self.assertEqual(run.steps["train"].metadata_series("n").max, 5.0)
            comparison = client.compare_runs([run], ["train::n"])
            if importlib.util.find_spec("pandas") is None:
                with self.assertRaises(ImportError):
                    series.to_dataframe()
                return
            frame = client.list_pipeline_runs({"namePrefix": self.name}).to_dataframe(["train::n"])
            self.assertEqual(list(frame["train::n"]), [5])
            self.assertEqual(list(series.to_dataframe()["value"]), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
            self.assertEqual(list(comparison.to_dataframe()["train::n"]), [5])
            self.assertEqual(comparison.to_records(), [{"name": self.name, "train::n": 5}])
            history = run.steps["train"].metadata_history("n").to_dataframe()
            self.assertEqual((list(history["value"]), list(history["iteration"])), (list(range(6)), list(range(6))))

    @unittest.skipIf(importlib.util.find_spec("pandas") is None, "pandas is not installed")
    def test_whole_tables_in_one_request(self) -> None:
        self.direct()
        first = self.name
        self.name = first + "-2"
        self.finish(self.run_job(9))
        counted = stub.Proxy(self.service.url, lambda _: stub.PASS)
        self.addCleanup(counted.close)
        with Client(counted.url) as client:
            frame = client.runs_df({"namePrefix": first}, ["train::n", "nothing"], order_by={"name": "ASC"})
            self.assertEqual(list(frame["name"]), [first, self.name])
            self.assertEqual((list(frame["train::n"]), list(frame["nothing"])), ([5, 8], [None, None]))
            self.assertEqual(len(client.runs_df({"namePrefix": first}, limit=1)), 1)
            self.assertEqual(len(counted.bodies), 2)
            history = client.history_df(list(frame["name"]), "train::n")
            self.assertEqual(len(counted.bodies), 3)
            self.assertEqual(list(history["value"]), [float(n) for n in [*range(6), *range(9)]])
            self.assertEqual(list(history["run"]), [first] * 6 + [self.name] * 9)
            self.assertEqual(list(client.get_pipeline_run(first).history_df(["train::n"])["iteration"]), list(range(6)))
            if importlib.util.find_spec("matplotlib") is not None:
                with mock.patch.dict(os.environ, MPLBACKEND="agg"):
                    axes = client.series([first, self.name], ["train::n"]).plot(linewidth=2)
                labels = [line.get_label() for line in axes.get_lines()]
                self.assertEqual((labels, axes.get_xlabel()), ([first, self.name], "iteration"))
                self.assertIs(client.get_pipeline_run(first).series("train::n").plot(axes), axes)

    def test_questions_about_many_runs(self) -> None:
        self.direct()
        with Client(self.service.url) as client:
            run = client.get_pipeline_run(self.name)
            (curve,) = client.series([run], ["train::n", "nothing"])
            self.assertEqual((curve.run.id, curve.key, curve.series.total), (run.id, "train::n", 6))
            facets = client.run_facets({"namePrefix": self.name})
            self.assertEqual((facets.total, facets.statuses["COMPLETED"], facets.statuses["CRASHED"]), (1, 1, 0))
            self.assertEqual(facets.pipelines, {"training": 1})
            self.assertIn("training", [found.name for found in client.pipelines("train")])
            wait_for(lambda: "train::n" in [key.key for key in client.metadata_keys(prefix="train::n", qualified=True)])

    def test_changes(self) -> None:
        self.direct()
        with Client(self.service.url) as client:
            run = client.get_pipeline_run(self.name)
            last = max(int(entry.id) for key in ("n", "k0", "k1", "k2") for entry in run.metadata_history(key))
            stream = client.changes(after=last)
            log_metadata({"c": 1.5}, run_id_name_or_prefix=run)
            entry = run.metadata_entry("c")
            assert entry is not None
            client.retract_metadata(entry.id, "a test")
            client.delete_pipeline_run(run)
            found = []
            for change in stream:
                found.append(change)
                if change.deleted_id == run.id:
                    break
        self.assertEqual((found[-1].kind, found[-1].deleted_name), ("deletion", self.name))
        self.assertEqual([int(change.cursor) for change in found], sorted(int(change.cursor) for change in found))

    def test_changes_as_they_happen(self) -> None:
        self.direct()
        with Client(self.service.url) as client:
            run = client.get_pipeline_run(self.name)
            last = next(run.metadata_history("n"))
            found: list[Any] = []

            def read() -> None:
                for change in client.changes(pipeline="training", keys=["c"], after=last.id):
                    if change.run is not None and change.run.id == run.id and change.kind in ("entry", "retraction"):
                        found.append(change)
                    if len(found) == 2:
                        return

            thread = threading.Thread(target=read, daemon=True)
            thread.start()
            log_metadata({"c": 1.5, "other": 1}, run_id_name_or_prefix=run)
            wait_for(lambda: found)
            client.retract_metadata(found[0].entry.id, "a test")
            thread.join(20)
        self.assertEqual([(change.kind, change.entry.key) for change in found], [("entry", "c"), ("retraction", "c")])
        self.assertEqual((found[0].entry.value, found[1].latest), (1.5, None))

    def test_objects_are_taken_where_ids_are(self) -> None:
        self.direct()
        with Client(self.service.url) as client:
            run = client.get_pipeline_run(self.name)
            step = run.steps["train"]
            log_metadata({"o": 1}, step_id=step)
            log_metadata({"o": 2}, "train", run)
            self.assertEqual(client.get_step(step).run_metadata["o"], 2)
            self.assertEqual(client.get_pipeline_run(run).id, run.id)
            self.assertEqual(client.get_pipeline_run(run.id.hex).id, run.id)
            filter: PipelineRunFilter = {"startedAfter": run.started_at, "metadata": {"key": "o", "gte": 2}}
            self.assertIn(run.id, [found.id for found in client.list_pipeline_runs(filter)])
            self.assertTrue("train" in run.steps and "o" in run.run_metadata)
            self.assertIn("train", repr(run.steps))

    def test_a_pool_and_a_generator(self) -> None:
        script = f"""
        import concurrent.futures, multiprocessing
        from runledger import current_run, log_metadata, pipeline, step
        @step
        def load():
            for n in range(3):
                log_metadata({{"batch": n}})
                yield n
        @step
        def shard(n):
            log_metadata({{"n": n}})
        @pipeline(run_name="{self.name}")
        def job():
            log_metadata({{"seed": 7}})
            context = multiprocessing.get_context("spawn")
            with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
                list(pool.map(shard, load()))
            log_metadata({{"name": current_run().name}})
        if __name__ == "__main__":
            job()
        """
        result = FileJob(script, self.service.url).end()
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        run = self.client.get_pipeline_run(self.name)
        self.assertEqual(sorted(run.steps), ["load", "shard", "shard_2", "shard_3"])
        self.assertEqual({step.status for step in run.steps.values()}, {"COMPLETED"})
        self.assertEqual(sorted(run.steps[f"shard{n}"].run_metadata["n"] for n in ("", "_2", "_3")), [0, 1, 2])
        self.assertEqual((run.run_metadata["load::batch"], run.run_metadata["seed"]), (2, 7))
        self.assertEqual(run.run_metadata["name"], self.name)

    def test_a_run_whose_name_is_taken_logs_to_itself(self) -> None:
        script = f"""
        import runledger
        with runledger.run("{self.name}") as one:
            pass
        with runledger.run("{self.name}") as two:
            runledger.log_metadata({{"a": 1}}, run_id_name_or_prefix="{self.name}")
            runledger.log_metadata({{"b": 1}})
            runledger.flush()
            print(runledger.current_run().name == "{self.name}-" + str(two.id)[:8])
        """
        result = Job(script, self.service.url).end()
        self.assertEqual((result.stdout.strip(), result.returncode), ("True", 0), result.stderr)
        first, second = sorted(
            self.client.list_pipeline_runs({"namePrefix": self.name}), key=lambda run: run.started_at
        )
        self.assertEqual((dict(first.run_metadata), dict(second.run_metadata)), ({}, {"a": 1, "b": 1}))

    def test_reading_what_was_just_logged_inside_a_step(self) -> None:
        script = """
        from runledger import Client, get_step_context, step, log_metadata
        @step
        def work():
            context = get_step_context()
            log_metadata({"a": 1.0})
            log_metadata({"r": 2}, run_id_name_or_prefix=context.pipeline_run.id)
            run = Client().get_pipeline_run(context.pipeline_run.id)
            step_metadata = run.steps[context.step_run.name].run_metadata
            print(run.name == context.pipeline_run.name, step_metadata["a"], run.run_metadata["r"])
        work()
        """
        result = Job(script, self.service.url).end()
        self.assertEqual((result.stdout.strip(), result.stderr), ("True 1.0 2", ""))


if __name__ == "__main__":
    unittest.main()
