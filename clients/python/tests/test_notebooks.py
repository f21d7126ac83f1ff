"""Runs that are no block, cells that are run again, the link to a run's page; and a notebook, executed."""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import unittest
import uuid
from typing import Any

from runledger import Client, InvalidCallError, current_run, end_run, log_metadata, run, start_run, step
from runledger._notebook import Cell
from runledger._step_names import StepNames

from .support import PACKAGE, InProcess, Job, Service, needs_service, temporary

NOTEBOOK = PACKAGE.parents[1] / "examples" / "notebook-python" / "first-run.ipynb"


class Cells(unittest.TestCase):
    def setUp(self) -> None:
        self.names = StepNames(temporary(), uuid.uuid4())

    def run_cell(self, cell: Cell | None, *asked: str, status: str = "COMPLETED") -> list[str]:
        found = []
        for name in asked:
            id = uuid.uuid4()
            found.append(self.names.start(name, id, cell))
            self.names.end(id, status)
        return found

    def test_a_cell_run_again_takes_the_place_of_what_it_did(self) -> None:
        self.assertEqual(self.run_cell(Cell("a", "1"), "train", "train"), ["train", "train_2"])
        self.assertEqual(self.run_cell(Cell("b", "2"), "train"), ["train_3"])
        self.assertEqual(self.run_cell(Cell("a", "3"), "train", "train", "train"), ["train", "train_2", "train_4"])
        self.assertEqual(self.run_cell(Cell("b", "4"), "train"), ["train_3"])
        self.assertEqual(self.run_cell(None, "train"), ["train_5"])

    def test_also_when_it_was_cut_short(self) -> None:
        self.assertEqual(self.run_cell(Cell("a", "1"), "train", "train"), ["train", "train_2"])
        self.assertEqual(self.run_cell(Cell("a", "2"), "train", status="FAILED"), ["train"])
        self.assertEqual(self.run_cell(Cell("a", "3"), "train", "train", "train"), ["train", "train_2", "train_3"])
        self.assertEqual(self.run_cell(Cell("c", "4"), "train", status="CANCELLED"), ["train_4"])
        self.assertEqual(self.run_cell(Cell("d", "5"), "train"), ["train_4"])

    def test_other_processes_count_the_same(self) -> None:
        other = StepNames(os.path.dirname(self.names.path), uuid.UUID(os.path.basename(self.names.path)[:32]))
        self.run_cell(Cell("a", "1"), "train")
        self.run_cell(Cell("a", "2"), "train")
        self.assertEqual(other.start("train", uuid.uuid4()), "train_2")


class Sessions(InProcess):
    def test_all_that_follows_is_in_it(self) -> None:
        self.assertIsNone(current_run())
        begun = start_run("mine", pipeline="p")
        self.addCleanup(end_run)
        self.assertEqual(current_run(), begun)
        log_metadata({"a": 1})
        with step("train"):
            log_metadata({"b": 1})
        log_metadata({"c": 1})
        with run(pipeline="inside"):
            log_metadata({"d": 1})
        with self.assertRaises(InvalidCallError) as caught:
            start_run("another")
        self.assertIn("end_run()", str(caught.exception))
        end_run()
        end_run()
        self.assertIsNone(current_run())
        with self.assertRaises(ValueError):
            log_metadata({"e": 1})
        with self.assertRaises(ValueError):
            end_run("RUNNING")  # type: ignore[arg-type]  # wrong on purpose
        self.assertEqual(self.records.logged, {"p": ["a", "c"], "train": ["b"], "inside": ["d"]})
        self.assertEqual(set(self.records.ends.values()), {"COMPLETED"})

    def test_a_step_in_a_thread_is_not_where_the_main_thread_is(self) -> None:
        job = Job(
            """
            import os, threading
            from runledger import current_run, get_step_context, log_metadata, pipeline, start_run, step
            begun = start_run(pipeline="p")
            entered, over = threading.Event(), threading.Event()

            def forks():
                child = os.fork()
                if not child:
                    log_metadata({"child": 1})
                    os._exit(0)
                os.waitpid(child, 0)

            @step
            def side():
                plain = threading.Thread(target=log_metadata, args=({"plain": 1},))
                plain.start(); plain.join()
                forking = threading.Thread(target=forks)
                forking.start(); forking.join()
                entered.set(); over.wait(60)

            thread = threading.Thread(target=side)
            thread.start(); entered.wait(60)
            log_metadata({"main": 1})
            assert current_run() == begun
            try:
                get_step_context()
            except RuntimeError:
                print("in no step")
            with step("mine"):
                log_metadata({"mine": 1})
            over.set(); thread.join()

            @pipeline
            def inner():
                log_metadata({"inner": 1})
                plain = threading.Thread(target=log_metadata, args=({"of inner": 1},))
                plain.start(); plain.join()

            thread = threading.Thread(target=inner)
            thread.start(); thread.join()
            """,
            "http://127.0.0.1:9",
            PYTHONWARNINGS="ignore::DeprecationWarning",
        )
        result = job.end()
        self.assertEqual((result.returncode, result.stdout), (0, "in no step\n"), result.stderr)
        self.spool = job.spool
        logged = {name: sorted(keys) for name, keys in self.records.logged.items()}
        self.assertEqual(
            logged, {"side": ["child", "plain"], "p": ["main"], "mine": ["mine"], "inner": ["inner", "of inner"]}
        )

    def test_how_it_ends_with_the_process(self) -> None:
        for body, status, code in [
            ("", "COMPLETED", 0),
            ("end_run('CANCELLED')", "CANCELLED", 0),
            ("raise OSError('disk')", "FAILED", 1),
            ("os.kill(os.getpid(), 15)", "CANCELLED", -15),
            ("pid = os.fork()\nif not pid: end_run(); sys.exit(0)\nos.waitpid(pid, 0)", "COMPLETED", 0),
        ]:
            with self.subTest(body):
                script = f"import os, sys\nfrom runledger import *\nstart_run(pipeline='p')\n{body}\n"
                job = Job(script, "http://127.0.0.1:9", PYTHONWARNINGS="ignore::DeprecationWarning")
                self.assertEqual(job.end().returncode, code)
                self.spool = job.spool
                self.assertEqual(list(self.records.ends.values()), [status])
                (failure,) = self.records.failures.values()
                self.assertEqual(failure and failure["message"], "disk" if status == "FAILED" else None)

    def test_the_link_is_printed_once_when_it_starts(self) -> None:
        script = "import runledger\nwith runledger.run('mine') as run: print(run.url)"
        for link, lines in (("1", 1), ("0", 0)):
            result = Job(script, "http://127.0.0.1:9/graphql", RUNLEDGER_LINK=link).end()
            self.assertTrue(result.stdout.startswith("http://127.0.0.1:9/runs/"), result.stdout)
            self.assertEqual(result.stderr.count(f"run mine: {result.stdout.strip()}\n"), lines, result.stderr)


@needs_service
@unittest.skipIf(
    not NOTEBOOK.exists() or not all(map(importlib.util.find_spec, ("nbconvert", "ipykernel", "pandas"))),
    "nbconvert, ipykernel and pandas are not installed, or the examples are not here",
)
class Notebooks(unittest.TestCase):
    def execute(self, notebook: dict[str, object], service: Service) -> list[str]:
        """What its cells put out, as text. Cells are run as they stand."""
        path = pathlib.Path(temporary()) / "it.ipynb"
        path.write_text(json.dumps(notebook))
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RUNLEDGER_")},
            "PYTHONPATH": str(PACKAGE),
            "RUNLEDGER_URL": service.url,
            "RUNLEDGER_SPOOL_DIR": temporary(),
            "MPLBACKEND": "agg",
        }
        command = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--inplace", path.name]
        command[:1] = [sys.executable, "-m", "jupyter"]
        result = subprocess.run(command, cwd=path.parent, env=environment, text=True, capture_output=True, timeout=300)
        self.assertEqual(result.returncode, 0, result.stderr)
        return [
            "".join(map(text_of, cell["outputs"]))
            for cell in json.loads(path.read_text())["cells"]
            if cell["cell_type"] == "code"
        ]

    def test_the_example_and_a_cell_that_is_run_again(self) -> None:
        service = Service()
        self.addCleanup(service.stop)
        notebook = json.loads(NOTEBOOK.read_text())
        cells = notebook["cells"]
        if importlib.util.find_spec("matplotlib") is None:
            cells[:] = [cell for cell in cells if cell["id"] != "plot"]
        (fit,) = [number for number, cell in enumerate(cells) if cell["id"] == "fit"]
        cells.insert(fit + 1, {**cells[fit], "id": "again"})  # the same code: as if it were run again
        said = self.execute(notebook, service)
        with Client(service.url) as client:
            (found,) = client.list_pipeline_runs({"pipeline": "notebook"})
            self.assertIn(found.url, said[0])
            self.assertEqual(found.status, "COMPLETED")
            self.assertEqual(list(found.steps), ["fit", "evaluate", "evaluate_2", "evaluate_3"])
            attempts = [(step.name, step.attempt) for step in found.steps.attempts()]
            self.assertEqual(attempts[:2], [("fit", 1), ("fit", 2)])
            self.assertIn("packages", found.run_metadata["environment"])
            self.assertNotIn("Error", "".join(said))

    def test_without_an_end_it_ends_as_its_last_cell_did(self) -> None:
        service = Service()
        self.addCleanup(service.stop)
        start = "import runledger\nrun = runledger.start_run(pipeline='open')"
        kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
        for last, statuses in (("1", ["COMPLETED"]), ("raise OSError('disk')", ["FAILED"]), (start, ["COMPLETED"] * 2)):
            with self.subTest(last), Client(service.url) as client:
                cells = [code_cell(f"c{n}", code) for n, code in enumerate((start, last))]
                before = len(list(client.list_pipeline_runs()))
                self.execute({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, service)
                runs = list(client.list_pipeline_runs())
                self.assertEqual([found.status for found in runs[: len(runs) - before]], statuses)


def code_cell(id: str, source: str) -> dict[str, object]:
    return {"cell_type": "code", "id": id, "metadata": {}, "outputs": [], "execution_count": None, "source": source}


def text_of(output: dict[str, Any]) -> str:
    """What a person sees of it, without pictures; of an error its name."""
    return "".join(output.get("text") or output.get("data", {}).get("text/plain", "")) + str(output.get("ename", ""))


if __name__ == "__main__":
    unittest.main()
