"""A loop that logs as fast as it can: all of it arrives, in order, and the process stays small."""

from __future__ import annotations

import unittest

from runledger import Client

from .support import Job, Service, needs_service

CALLS = 100_000
MOST_KB = 64 * 1024
"""What the process may grow by: what waits for delivery waits in the file."""

LOOP = f"""
import resource
from runledger import flush, log_metadata, run, step
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with run("loop", pipeline="p"), step("train"):
    log_metadata({{"warm": True}})
    flush(60)
    before = peak()
    for n in range({CALLS}):
        log_metadata({{"n": n}}, iteration=n)
    assert flush(600)
print(peak() - before)
"""

PAGE = """query($after: String) { pipelineRun(ref: "loop") {
  metadataHistory(key: "train::n", first: 200, after: $after) {
    nodes { value iteration } pageInfo { hasNextPage endCursor } } } }"""


@needs_service
class Loop(unittest.TestCase):
    def test_a_hundred_thousand_calls(self) -> None:
        service = Service()
        self.addCleanup(service.stop)
        result = Job(LOOP, service.url).end(900)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertLess(int(result.stdout), MOST_KB)
        with Client(service.url) as client:
            after, expected = None, CALLS
            while True:
                page = client.execute(PAGE, {"after": after})["pipelineRun"]["metadataHistory"]
                for node in page["nodes"]:
                    expected -= 1
                    self.assertEqual(node, {"value": expected, "iteration": expected})
                if not page["pageInfo"]["hasNextPage"]:
                    break
                after = page["pageInfo"]["endCursor"]
            self.assertEqual(expected, 0)


if __name__ == "__main__":
    unittest.main()
