"""Tables and plots, with each library that is installed, and the words where none is."""

from __future__ import annotations

import datetime
import importlib.util
import os
import sys
import unittest
from typing import Any
from unittest import mock

from runledger import Client
from runledger._entries import MetadataPoint, MetadataSeries
from runledger._frames import frame_of

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
CURVE = MetadataSeries(3, [MetadataPoint(n / 2, n, NOW) for n in range(3)], 0.0, 1.0, "loss")


def only(library: str) -> Any:
    """As if no other library of frames were installed."""
    others = {name: None for name in ("pandas", "polars") if name != library}
    return mock.patch.dict(sys.modules, others)


class Frames(unittest.TestCase):
    def test_of_mixed_and_missing_values(self) -> None:
        records: list[dict[str, Any]] = [
            {"run": "a", "n": 1, "x": 0.5, "any": 2**70, "at": NOW},
            {"run": "b", "x": None, "any": "text", "at": NOW},
            {"run": "c", "n": 3, "any": [1, {"a": 2}]},
        ]
        for library in ("pandas", "polars"):
            with self.subTest(library), only(library):
                if importlib.util.find_spec(library) is None:
                    continue
                frame = frame_of(records, ["run", "n", "x", "any", "at", "nothing"])
                self.assertEqual(type(frame).__module__.partition(".")[0], library)
                self.assertEqual(list(frame.columns), ["run", "n", "x", "any", "at", "nothing"])
                self.assertEqual(list(frame["any"]), [2**70, "text", [1, {"a": 2}]])
                self.assertEqual((frame["n"][0], frame["n"][2], frame["x"][0]), (1, 3, 0.5))
                self.assertEqual(frame_of([], ["a"]).shape, (0, 1))
                self.assertEqual(list(CURVE.to_dataframe()["value"]), [0.0, 0.5, 1.0])

    def test_without_any(self) -> None:
        with only(""), self.assertRaises(ImportError) as caught:
            CURVE.to_dataframe()
        self.assertIn("pip install pandas", str(caught.exception))
        with mock.patch.dict(sys.modules, {"matplotlib.pyplot": None}), self.assertRaises(ImportError) as caught:
            CURVE.plot()
        self.assertIn("pip install matplotlib", str(caught.exception))

    @unittest.skipIf(importlib.util.find_spec("matplotlib") is None, "matplotlib is not installed")
    def test_a_plot_in_one_line(self) -> None:
        with mock.patch.dict(os.environ, MPLBACKEND="agg"):
            axes = CURVE.plot(color="red")
        (line,) = axes.get_lines()
        self.assertEqual((list(line.get_xdata()), list(line.get_ydata())), ([0, 1, 2], [0.0, 0.5, 1.0]))
        self.assertEqual((line.get_label(), axes.get_xlabel()), ("loss", "iteration"))
        CURVE._replace(points=[MetadataPoint(1.0, None, NOW)]).plot(axes)
        self.assertEqual((len(axes.get_lines()), axes.get_xlabel()), (2, "time"))

    def test_reprs_of_what_is_iterated_over(self) -> None:
        with Client("http://127.0.0.1:9") as client:
            for found, words in [
                (client.list_pipeline_runs({"pipeline": "p"}), "<Runs of http://127.0.0.1:9/graphql: filter="),
                (client.pipelines(), "<pipelines of http"),
                (client.follow("mine"), "<entries of the run mine"),
                (client.changes(), "<changes of http"),
            ]:
                self.assertTrue(repr(found).startswith(words), repr(found))
            client.changes().close()


if __name__ == "__main__":
    unittest.main()
