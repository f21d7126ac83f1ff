"""Processes and threads that were started in a run or step find what they belong to, or say why not."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import unittest
import uuid

from .support import FileJob, Job, Records

AWAY = "http://127.0.0.1:9"

POOL = """
import concurrent.futures, multiprocessing, os, sys, threading
from runledger import current_run, log_metadata, pipeline, run, step
METHOD = %r

def work(key):
    log_metadata({key: 1})
    return os.getpid()

@step
def inner(key):
    log_metadata({key: 1})
    return os.getpid()

def pool(workers=1):
    return concurrent.futures.ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context(METHOD))
"""


class Workers(unittest.TestCase):
    def records(
        self, script: str, kind: type[Job] = FileJob, kept: tuple[str, ...] = (), **environment: str
    ) -> tuple[Records, str]:
        job = kind(script, AWAY, PYTHONWARNINGS="ignore::DeprecationWarning", **environment)
        result = job.end()
        self.assertEqual(result.returncode, 0, result.stderr)
        names = {name for name in os.listdir(job.spool) if name.endswith(".steps")}
        self.assertEqual(names, {uuid.UUID(run).hex + ".steps" for run in kept})
        return Records(job.spool), result.stderr

    def each_method(self, body: str) -> list[Records]:
        found = []
        for method in multiprocessing.get_all_start_methods():
            with self.subTest(method):
                script = POOL % method + "\nif __name__ == '__main__':\n" + body
                found.append(self.records(script)[0])
        self.assertGreaterEqual(len(found), 2)
        return found

    def test_a_worker_that_is_used_again_logs_to_the_step_of_now(self) -> None:
        for records in self.each_method("""
    @step
    def first(executor): return executor.submit(work, "1").result()
    @step
    def second(executor): return executor.submit(work, "2").result()
    @pipeline
    def job():
        with pool() as executor:
            assert first(executor) == second(executor)
            executor.submit(work, "run").result()
    job()
"""):
            self.assertEqual(records.logged, {"first": ["1"], "second": ["2"], "job": ["run"]})

    def test_a_pool_that_was_there_before(self) -> None:
        for records in self.each_method("""
    @pipeline
    def job(executor):
        with step("only"):
            executor.submit(work, "a").result()
    with pool() as executor:
        executor.submit(os.getpid).result()
        job(executor)
"""):
            self.assertEqual(records.logged, {"only": ["a"]})

    def test_steps_in_workers_join_the_run_of_now(self) -> None:
        for records in self.each_method("""
    @pipeline
    def one(executor): executor.submit(inner, "1").result()
    @pipeline
    def two(executor): executor.submit(inner, "2").result()
    with pool() as executor:
        one(executor)
        two(executor)
        executor.submit(inner, "alone").result()
"""):
            names = {id: records.pipelines[run] for id, run in records.run_of.items()}
            self.assertEqual(list(records.steps.values()), ["inner"] * 3)
            self.assertEqual(sorted(names.values()), ["inner", "one", "two"])
            self.assertEqual(records.logged, {"inner": ["1", "2", "alone"]})

    def test_side_by_side_a_worker_says_that_it_does_not_know(self) -> None:
        for records in self.each_method("""
    barrier = threading.Barrier(2)
    @step
    def side(executor, key):
        barrier.wait()
        if key == "a":
            try:
                executor.submit(work, "unknown").result()
            except ValueError as error:
                assert "Several steps" in str(error), error
                log_metadata({"refused": 1})
            executor.submit(inner, "inner").result()
        barrier.wait()
    @pipeline
    def job(executor):
        executor.submit(os.getpid).result()
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            for future in [threads.submit(side, executor, key) for key in "ab"]:
                future.result()
    with pool() as executor:
        job(executor)
"""):
            logged = [key for keys in records.logged.values() for key in keys]
            self.assertEqual(sorted(logged), ["inner", "refused"])
            self.assertEqual(len(records.runs), 1)

    @unittest.skipIf(importlib.util.find_spec("joblib") is None, "joblib is not installed")
    def test_joblib(self) -> None:
        records, _ = self.records("""
import joblib, os
from runledger import log_metadata, pipeline, step
def work(key):
    log_metadata({key: 1})
    return os.getpid()
@step
def shard(key):
    log_metadata({key: 1})
@step
def first():
    return joblib.Parallel(n_jobs=2)(joblib.delayed(work)(f"1-{n}") for n in range(4))
@step
def second():
    return joblib.Parallel(n_jobs=2)(joblib.delayed(work)(f"2-{n}") for n in range(4))
@pipeline
def job():
    assert set(first()) & set(second()), "the workers were not used again"
    joblib.Parallel(n_jobs=2)(joblib.delayed(shard)(f"3-{n}") for n in range(3))
if __name__ == "__main__":
    job()
""")
        logged = {name: sorted(keys) for name, keys in records.logged.items()}
        self.assertEqual(logged.pop("first"), [f"1-{n}" for n in range(4)])
        self.assertEqual(logged.pop("second"), [f"2-{n}" for n in range(4)])
        self.assertEqual(sorted(logged), ["shard", "shard_2", "shard_3"])
        self.assertEqual(len(records.runs), 1)

    def test_a_background_process_of_a_step_stays_with_it_and_is_told_that_it_has_ended(self) -> None:
        script = """
        import subprocess, sys
        from runledger import log_metadata, pipeline, step
        CHILD = '''
        import sys
        from runledger import log_metadata
        for line in sys.stdin:
            log_metadata({line.strip(): 1})
            print("done", flush=True)
        '''.replace("        ", "")
        def ask(child, key):
            child.stdin.write(key + "\\\\n"); child.stdin.flush(); child.stdout.readline()
        @step
        def first():
            pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            child = subprocess.Popen([sys.executable, "-c", CHILD], **pipes)
            ask(child, "inside")
            return child
        @step
        def second(child):
            ask(child, "late"); ask(child, "later")
        @pipeline
        def job():
            child = first()
            second(child)
            child.stdin.close(); child.wait()
        job()
        """.replace("\\\\", "\\")
        records, said = self.records(script, Job)
        self.assertEqual(records.logged, {"first": ["inside", "late", "later"]})
        self.assertEqual(said.count("which has ended"), 1, said)

    def test_threads_processes_and_children_of_the_body_of_a_pipeline_are_of_its_run(self) -> None:
        script = """
        import concurrent.futures, os, subprocess, sys
        from runledger import current_run, log_metadata, pipeline, step
        @step
        def shard(n):
            log_metadata({f"n{n}": n})
        @pipeline
        def job():
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                list(pool.map(shard, range(2)))
                assert pool.submit(current_run).result() == current_run()
            child = "from runledger import step, log_metadata\\n"
            child += "@step\\ndef shard(): log_metadata({'child': 1})\\nshard(); log_metadata({'body': 1})"
            subprocess.run([sys.executable, "-c", child], check=True)
            pid = os.fork()
            if not pid:
                shard(7); os._exit(0)
            os.waitpid(pid, 0)
        job()
        """
        records, _ = self.records(script, Job)
        self.assertEqual(list(records.pipelines.values()), ["job"])
        logged = {name: keys for name, keys in records.logged.items() if name != "job"}
        self.assertEqual(sorted(logged), ["shard", "shard_2", "shard_3", "shard_4"])
        self.assertEqual(sorted(key for keys in logged.values() for key in keys), ["child", "n0", "n1", "n7"])
        self.assertEqual(records.logged["job"], ["body"])

    def test_a_program_started_in_a_run_is_part_of_it(self) -> None:
        script = """
        from runledger import current_run, log_metadata, pipeline, run, step
        @step
        def train(): log_metadata({"loss": 1})
        @pipeline(run_name="another")
        def job():
            log_metadata({"rank": 0})
            train()
            inside()
            return current_run()
        @pipeline
        def inside(): log_metadata({"own": 1})
        print(job().id)
        """
        run = "0194f0b2-0000-4000-8000-000000000001"
        records, _ = self.records(script, Job, (run,), RUNLEDGER_RUN_ID=run)
        self.assertEqual(list(records.pipelines.values()), ["inside"])
        self.assertEqual(list(records.run_of.values()), [run])
        self.assertEqual(records.logged, {run: ["rank"], "train": ["loss"], "inside": ["own"]})
        self.assertNotIn(run, records.ends)


if __name__ == "__main__":
    unittest.main()
