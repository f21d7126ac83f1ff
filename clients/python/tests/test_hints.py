from __future__ import annotations

import inspect
import typing
import unittest

from runledger import _entries, _log_metadata, _runs, client, decorators, errors, metadata_types, testing


class Hints(unittest.TestCase):
    def test_annotations_can_be_read_at_run_time(self) -> None:
        """As documentation tools and validators do. On Python 3.9 `int | None` is not an expression."""
        for module in (_entries, _log_metadata, _runs, client, decorators, errors, metadata_types, testing):
            for name, found in vars(module).items():
                if getattr(found, "__module__", None) != module.__name__:
                    continue
                members = list(vars(found).values()) if inspect.isclass(found) else []
                functions = [member.fget if isinstance(member, property) else member for member in members]
                for target in [found, *filter(inspect.isfunction, functions)]:
                    if inspect.isclass(target) or inspect.isfunction(target):
                        with self.subTest(f"{name}: {target}"):
                            typing.get_type_hints(target)


if __name__ == "__main__":
    unittest.main()
