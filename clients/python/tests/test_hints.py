from __future__ import annotations

import inspect
import re
import typing
import unittest

from runledger import (
    _entries,
    _environment,
    _filters,
    _items,
    _log_metadata,
    _runs,
    _step_information,
    _target,
    client,
    decorators,
    errors,
    metadata_types,
    testing,
)

from .support import PACKAGE

SCHEMA = PACKAGE.parents[1] / "schema.graphql"
MODULES = (
    _entries, _environment, _filters, _items, _log_metadata, _runs, _step_information, _target, client, decorators,
    errors, metadata_types,
    testing,
)  # fmt: skip


class Hints(unittest.TestCase):
    def test_annotations_can_be_read_at_run_time(self) -> None:
        """As documentation tools and validators do. On Python 3.9 `int | None` is not an expression."""
        for module in MODULES:
            for name, found in vars(module).items():
                if getattr(found, "__module__", None) != module.__name__:
                    continue
                members = list(vars(found).values()) if inspect.isclass(found) else []
                functions = [member.fget if isinstance(member, property) else member for member in members]
                for target in [found, *filter(inspect.isfunction, functions)]:
                    if inspect.isclass(target) or inspect.isfunction(target):
                        with self.subTest(f"{name}: {target}"):
                            typing.get_type_hints(target)

    @unittest.skipUnless(SCHEMA.exists(), "the schema is not here")
    def test_filters_are_those_of_the_schema(self) -> None:
        schema = SCHEMA.read_text()
        for kind in ("PipelineRunFilter", "MetadataCondition", "PipelineRunOrder", "MetadataOrder"):
            (body,) = re.findall(rf"^input {kind} [^{{]*{{\n(.*?)^}}", schema, re.M | re.S)
            fields = set(re.findall(r"^  (\w+):", body, re.M))
            self.assertEqual(set(typing.get_type_hints(getattr(_filters, kind))), fields, kind)
        for words, kind in ((_entries.ExecutionStatus, "ExecutionStatus"), (_filters.MetadataType, "MetadataType")):
            (body,) = re.findall(rf"^enum {kind} {{\n(.*?)^}}", schema, re.M | re.S)
            self.assertEqual(set(typing.get_args(words)), set(re.findall(r"^  ([A-Z_]+)$", body, re.M)))


if __name__ == "__main__":
    unittest.main()
