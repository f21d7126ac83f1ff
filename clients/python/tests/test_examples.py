"""The examples of the repository do what they say, with a service and without. The notebook: test_notebooks."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import unittest

from runledger import Client

from .support import PACKAGE, WithService, temporary

EXAMPLES = PACKAGE.parents[1] / "examples"


@unittest.skipUnless(EXAMPLES.exists(), "the examples are not here")
class Examples(WithService):
    def run_example(self, *command: str, url: str = "") -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RUNLEDGER_")}
        own = {"RUNLEDGER_URL": url or self.service.url, "RUNLEDGER_SPOOL_DIR": temporary(), "PYTHONPATH": str(PACKAGE)}
        result = subprocess.run(
            [sys.executable, *command], cwd=EXAMPLES, env={**environment, **own},
            text=True, capture_output=True, timeout=120,
        )  # fmt: skip
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    @unittest.skipIf(importlib.util.find_spec("numpy") is None, "numpy is not installed")
    def test_a_training_loop(self) -> None:
        said = self.run_example("loop-python/train.py", "--epochs", "8", "--patience", "8")
        self.assertIn("/runs/", said.stderr)
        with Client(self.service.url) as client:
            (run,) = client.list_pipeline_runs({"pipeline": "spirals"})
            self.assertEqual((run.status, run.steps["train"].status), ("COMPLETED", "COMPLETED"))
            self.assertEqual(run.run_metadata["config"]["epochs"], 8)
            self.assertEqual(run.series("train::accuracy").total, 8)
            self.assertEqual(run.run_metadata["train::took.unit"], "s")
            loss = [entry.value for entry in run.steps["train"].metadata_history("loss")]
            self.assertLess(loss[0], loss[-1])
            self.assertIn("numpy", run.run_metadata["environment"]["packages"])
        away = self.run_example("loop-python/train.py", "--epochs", "2", url="http://127.0.0.1:9")
        self.assertIn("flush", away.stdout)

    @unittest.skipIf(importlib.util.find_spec("sklearn") is None, "scikit-learn is not installed")
    def test_a_pipeline_of_scikit_learn(self) -> None:
        said = self.run_example("iris-python/pipeline.py")
        self.assertIn("evaluate_model::accuracy", said.stdout)
        self.assertIn("the latest oob_score", said.stdout)
        with Client(self.service.url) as client:
            (run,) = client.list_pipeline_runs({"pipeline": "iris_pipeline"})
            self.assertEqual(list(run.steps), ["load_data", "train_model", "evaluate_model", "save_model"])
            self.assertGreater(run.run_metadata["accuracy"], 0.8)


if __name__ == "__main__":
    unittest.main()
