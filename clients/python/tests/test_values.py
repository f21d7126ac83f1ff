from __future__ import annotations

import argparse
import collections
import dataclasses
import datetime
import decimal
import enum
import importlib
import json
import math
import pathlib
import types
import unittest
import uuid
from collections.abc import Iterator
from typing import Any

from runledger import (
    DType,
    InvalidCallError,
    InvalidValueError,
    Path,
    StorageSize,
    UnsupportedTypeError,
    Uri,
)
from runledger._decode import decode_value, loads
from runledger._encode import MAX_DEPTH, encode_entry


def optional(name: str) -> Any:
    """The module, where it is installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


numpy, omegaconf, pandas, pydantic = map(optional, ("numpy", "omegaconf", "pandas", "pydantic"))


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Estimator:
    def get_params(self) -> dict[str, Any]:
        return {}


@dataclasses.dataclass
class Config:
    lr: float
    sizes: tuple[int, ...]


class Unresolvable(collections.abc.Mapping):  # type: ignore[type-arg]  # as a library's own mapping behaves
    def __getitem__(self, key: object) -> object:
        if key == "missing":
            raise RuntimeError("Missing mandatory value: missing\n    full_key: missing")
        return 1

    def __iter__(self) -> Iterator[str]:
        return iter(["a", "missing"])

    def __len__(self) -> int:
        return 2


class RelatedType:
    """Its name ends in letters that mean nothing."""


def entry(value: Any) -> dict[str, Any]:
    read: dict[str, Any] = loads(encode_entry("k", value))
    return read


class Values(unittest.TestCase):
    def expect(self, value: Any, kind: str, json_value: Any) -> None:
        read = entry(value)
        self.assertEqual(
            (read["type"], read["value"], type(read["value"])), (kind, json_value, type(json_value)), repr(value)
        )

    def test_each_type_has_its_form(self) -> None:
        for value, kind, form in [
            ("a", "STRING", "a"), (1, "INT", 1), (1.0, "FLOAT", 1.0), (True, "BOOLEAN", True), (None, "NULL", None),
            ([1, 1.5], "LIST", [1, 1.5]), ({"a": {"b": ()}}, "DICT", {"a": {"b": []}}), ((1, "x"), "TUPLE", [1, "x"]),
            ({3, 1, 2}, "SET", [1, 2, 3]), (frozenset({"b", "a"}), "SET", ["a", "b"]),
            ({2, None, "a", 0.5}, "SET", [None, 0.5, 2, "a"]),
            (Uri("s3://b/x%20y"), "URI", "s3://b/x%20y"), (Path("a/b"), "PATH", "a/b"), (DType("int"), "DTYPE", "int"),
            (StorageSize(5), "STORAGE_SIZE", 5),
            (pathlib.PurePosixPath("/x"), "PATH", "/x"), (Color.RED, "STRING", "red"),
            (Level.HIGH, "INT", 3), (uuid.UUID(int=1), "STRING", str(uuid.UUID(int=1))),
            (datetime.datetime(2024, 5, 6, tzinfo=datetime.timezone.utc), "STRING", "2024-05-06T00:00:00+00:00"),
            (datetime.date(2024, 5, 6), "STRING", "2024-05-06"),
            (math.nan, "FLOAT", "NaN"), (-math.inf, "FLOAT", "-Infinity"),
            ({"a": [math.nan, math.inf]}, "DICT", {"a": ["NaN", "Infinity"]}),
            ({1: 2, Level.HIGH: 0}, "DICT", {"1": 2, "3": 0}),
            ({"u": Uri("a:b"), "d": DType("x"), "s": StorageSize(7)}, "DICT", {"u": "a:b", "d": "x", "s": 7}),
        ]:  # fmt: skip
            with self.subTest(repr(value)):
                self.expect(value, kind, form)

    def test_numbers_are_exact(self) -> None:
        for whole in [2**53 + 1, -(2**63) - 1, 10**40 + 3, 10**9999 + 7, 0]:
            self.assertEqual(entry(whole)["value"], whole)
        for double in [0.1, 5e-324, 1.7976931348623157e308, 1 / 3, -0.0, 1e22]:
            self.assertEqual(entry(double)["value"].hex(), double.hex())
        text = encode_entry("k", decimal.Decimal("0.12345678901234567890123456789"))
        self.assertIn('"value":0.12345678901234567890123456789,"type":"FLOAT"', text)
        self.assertIn('"value":1e5,', encode_entry("k", decimal.Decimal("1E+5")))

    def test_what_has_no_form_is_refused_with_its_path(self) -> None:
        for value, error, words in [
            (b"x", UnsupportedTypeError, "k: bytes"),
            (object(), UnsupportedTypeError, "k: object"), (1j, UnsupportedTypeError, "complex"),
            ({"a": [1, {"b": b""}]}, UnsupportedTypeError, "k.a[1].b: bytes"),
            ((n for n in range(3)), UnsupportedTypeError, "list("),
            (memoryview(b"x"), UnsupportedTypeError, "its text"), (Estimator(), UnsupportedTypeError, "get_params()"),
            (range(10**9), InvalidValueError, "1000000000 items"),
            ({None: 1}, UnsupportedTypeError, "None"), ({True: 1}, UnsupportedTypeError, "True"),
            ({1: 1, "1": 2}, InvalidValueError, "both"),
            ("a\0b", InvalidValueError, "NUL"),
            (["\ud800"], InvalidValueError, "k[0]"), (Uri("no scheme"), InvalidValueError, "Uri"),
            (Uri("s3://a b"), InvalidValueError, "Uri"),
            (Path(""), InvalidValueError, "empty"), (int, UnsupportedTypeError, "type"),
        ]:  # fmt: skip
            with self.subTest(repr(value)), self.assertRaises(error) as caught:
                entry(value)
            self.assertIn(words, str(caught.exception))
            self.assertIsInstance(caught.exception, (ValueError, TypeError))

    def test_what_configurations_are_made_of(self) -> None:
        for value, kind, form in [
            (argparse.Namespace(lr=0.1, layers=[1, 2]), "DICT", {"lr": 0.1, "layers": [1, 2]}),
            (types.SimpleNamespace(a=Config(0.1, (1, 2))), "DICT", {"a": {"lr": 0.1, "sizes": [1, 2]}}),
            (Config(0.1, (1, 2)), "DICT", {"lr": 0.1, "sizes": [1, 2]}),
            (types.MappingProxyType({"a": 1}), "DICT", {"a": 1}),
            (collections.UserDict({"a": [1]}), "DICT", {"a": [1]}), (collections.UserList([1, "a"]), "LIST", [1, "a"]),
            (collections.deque([1, 2]), "LIST", [1, 2]), (range(3), "LIST", [0, 1, 2]),
            ({"a": 1, "b": 2}.keys(), "SET", ["a", "b"]), (datetime.timedelta(minutes=1.5), "FLOAT", 90.0),
        ]:  # fmt: skip
            with self.subTest(repr(value)):
                self.expect(value, kind, form)

    def test_what_a_library_cannot_read_is_a_wrong_value_with_its_path(self) -> None:
        with self.assertRaises(InvalidValueError) as caught:
            entry({"cfg": Unresolvable()})
        self.assertIn(
            "k.cfg.missing: it could not be read (RuntimeError: Missing mandatory value: missing)",
            str(caught.exception),
        )

    def test_a_dtype_is_one_of_a_library_that_has_them(self) -> None:
        for value in (RelatedType(), NotImplemented):
            with self.subTest(repr(value)), self.assertRaises(UnsupportedTypeError):
                entry(value)

    def test_depth(self) -> None:
        value: list[Any] = []
        for _ in range(MAX_DEPTH - 1):
            value = [value]
        entry(value)
        with self.assertRaises(InvalidValueError):
            entry([value])
        endless: list[Any] = []
        endless.append(endless)
        with self.assertRaises(InvalidValueError):
            entry(endless)

    def test_keys(self) -> None:
        for key in ["a", "ü" * 127, "e\u0301" * 127, "__proto__", "a::b", '"', " x"]:
            self.assertEqual(json.loads(encode_entry(key, 1))["key"], key)
        for bad in ["", "  ", "a\nb", "x" * 256, "\x7f", "\x85", "\ud800"]:
            with self.subTest(bad), self.assertRaises(InvalidValueError):
                encode_entry(bad, 1)
        with self.assertRaises(UnsupportedTypeError):
            encode_entry(1, 1)

    def test_storage_size_in_words(self) -> None:
        for text, size in [
            ("1.5 GiB", 1610612736),
            ("20MB", 20_000_000),
            ("7 b", 7),
            ("0.5 kib", 512),
            ("1 PB", 10**15),
            (".5B", 1),
        ]:
            self.assertEqual(StorageSize(text), size)
        for bad in ["", "5", "1 XB", "-1 B", -1, 1.5]:
            with self.subTest(bad), self.assertRaises(ValueError):
                StorageSize(bad)

    def test_reading(self) -> None:
        for value, kind, expected in [
            (1, "FLOAT", 1.0), ("-Infinity", "FLOAT", -math.inf), (1, "INT", 1),
            ([1, [2]], "TUPLE", (1, [2])), ([1, 2], "SET", {1, 2}),
            ([[1], [2]], "SET", {(1,), (2,)}), ([{"a": 1}], "SET", [{"a": 1}]), ([True, 1], "SET", [True, 1]),
            ("a:b", "URI", Uri("a:b")), ("p", "PATH", Path("p")),
            ("d", "DTYPE", DType("d")), (5, "STORAGE_SIZE", StorageSize(5)),
            (None, "NULL", None), ({"a": 1}, "DICT", {"a": 1}),
        ]:  # fmt: skip
            read = decode_value(value, kind)
            self.assertEqual((read, type(read)), (expected, type(expected)))


@unittest.skipIf(numpy is None, "numpy is not installed")
class NumPy(unittest.TestCase):
    def test_scalars_and_arrays(self) -> None:
        for value, kind, form in [
            (numpy.float64(0.1), "FLOAT", 0.1), (numpy.float32(0.5), "FLOAT", 0.5),
            (numpy.int64(7), "INT", 7), (numpy.uint64(2**64 - 1), "INT", 2**64 - 1),
            (numpy.bool_(True), "BOOLEAN", True), (numpy.str_("a"), "STRING", "a"),
            (numpy.array(3), "INT", 3), (numpy.float64("nan"), "FLOAT", "NaN"),
            (numpy.array([[1, 2], [3, 4]]), "LIST", [[1, 2], [3, 4]]),
            (numpy.array([0.1, numpy.nan]), "LIST", [0.1, "NaN"]),
            (numpy.array(["a"]), "LIST", ["a"]), (numpy.dtype("float32"), "DTYPE", "float32"),
            (numpy.zeros(1).dtype, "DTYPE", "float64"),
            (numpy.datetime64("2024-01-02T03:04:05", "ns"), "STRING", "2024-01-02T03:04:05.000000000"),
            ({"a": numpy.float32(0.25), "b": [numpy.int8(1)]}, "DICT", {"a": 0.25, "b": [1]}),
            (numpy.timedelta64(1500, "ms"), "FLOAT", 1.5), (numpy.datetime64("NaT"), "NULL", None),
            (numpy.array(["2024-01-02", "NaT"], "M8[D]"), "LIST", ["2024-01-02", None]),
            (numpy.array([90, "NaT"], "m8[s]"), "LIST", [90.0, None]),
            ({numpy.int64(1): 2}, "DICT", {"1": 2}),
            ({numpy.int64(2), numpy.int64(1)}, "SET", [1, 2]), (numpy.array([], dtype=float), "LIST", []),
        ]:  # fmt: skip
            with self.subTest(repr(value)):
                read = entry(value)
                self.assertEqual((read["type"], read["value"]), (kind, form))

    def test_refused(self) -> None:
        for value in [
            numpy.complex128(1),
            numpy.array([1j]),
            numpy.array([object()]),
            numpy.float64,
            numpy.bytes_(b"x"),
        ]:
            with self.subTest(repr(value)), self.assertRaises(UnsupportedTypeError):
                entry(value)


@unittest.skipIf(pandas is None, "pandas is not installed")
class Pandas(unittest.TestCase):
    def test_what_people_log(self) -> None:
        for value, kind, form in [
            (pandas.Series([1, 2.5]), "LIST", [1.0, 2.5]), (pandas.Series({"a": 1, "b": 2}), "DICT", {"a": 1, "b": 2}),
            (pandas.Series(["x", "y", "x"]).value_counts(), "DICT", {"x": 2, "y": 1}),
            (pandas.DataFrame({"a": [1, 2], "b": ["x", None]}), "LIST", [{"a": 1, "b": "x"}, {"a": 2, "b": None}]),
            (
                pandas.DataFrame({"a": [1.0, 3.0]}).describe().loc[["mean", "max"]],
                "LIST",
                [{"index": "mean", "a": 2.0}, {"index": "max", "a": 3.0}],
            ),
            (
                pandas.Series([0.5], pandas.DatetimeIndex(["2024-01-02"]), name="loss"),
                "LIST",
                [{"index": "2024-01-02T00:00:00", "loss": 0.5}],
            ),
            (
                pandas.DataFrame({"a": [1], "b": [2], "c": [0.5]}).groupby(["a", "b"])["c"].mean(),
                "LIST",
                [{"a": 1, "b": 2, "c": 0.5}],
            ),
            (pandas.Series([1, 2], ["a", "a"]), "LIST", [{"index": "a", "value": 1}, {"index": "a", "value": 2}]),
            (pandas.Period("2024-01"), "STRING", "2024-01"), (pandas.Interval(0, 1), "STRING", "(0, 1]"),
            (pandas.NaT, "NULL", None), (pandas.NA, "NULL", None), ([pandas.NaT, 1], "LIST", [None, 1]),
            (pandas.Timestamp("2024-01-02 03:04"), "STRING", "2024-01-02T03:04:00"),
            (pandas.Timestamp("2024-01-02", tz="Europe/Berlin"), "STRING", "2024-01-02T00:00:00+01:00"),
            (pandas.Timedelta("90s"), "FLOAT", 90.0), (pandas.Index(["a", "b"]), "LIST", ["a", "b"]),
            (pandas.CategoricalDtype(["a"]), "DTYPE", "category"), (pandas.Series([1]).dtype, "DTYPE", "int64"),
        ]:  # fmt: skip
            with self.subTest(repr(value)):
                read = entry(value)
                self.assertEqual((read["type"], read["value"]), (kind, form))

    def test_columns_that_would_be_lost_are_refused(self) -> None:
        several = pandas.DataFrame({"a": [1], "b": [2.0]}).groupby("a").agg(["mean"])
        for frame, words in ((several, '"_".join'), (pandas.DataFrame([[1, 2]], columns=["a", "a"]), "two columns")):
            with self.assertRaises(InvalidCallError) as caught:
                entry(frame)
            self.assertIn(words, str(caught.exception))

    def test_a_large_frame_is_refused(self) -> None:
        with self.assertRaises(InvalidValueError) as caught:
            entry(pandas.DataFrame({"a": range(20_000)}))
        self.assertIn("20000 items", str(caught.exception))


@unittest.skipIf(omegaconf is None, "omegaconf is not installed")
class OmegaConf(unittest.TestCase):
    def test_configurations(self) -> None:
        config = omegaconf.OmegaConf.create({"lr": 0.1, "layers": [1, {"a": "${lr}"}], "none": None})
        self.assertEqual(entry(config)["value"], {"lr": 0.1, "layers": [1, {"a": 0.1}], "none": None})
        self.assertEqual(entry(config.layers)["type"], "LIST")
        for missing in ("???", "${nothing}"):
            with self.assertRaises(InvalidValueError) as caught:
                entry(omegaconf.OmegaConf.create({"a": {"b": missing}}))
            self.assertIn("k.a.b: it could not be read", str(caught.exception))


@unittest.skipIf(pydantic is None, "pydantic is not installed")
class Pydantic(unittest.TestCase):
    def test_models(self) -> None:
        model = pydantic.create_model("Params", lr=(float, 0.5), layers=(tuple, (1, 2)))()
        self.assertEqual(entry(model), {"key": "k", "value": {"lr": 0.5, "layers": [1, 2]}, "type": "DICT"})


if __name__ == "__main__":
    unittest.main()
