"""What a call of log_metadata costs inside a step, beside a call of a function that does nothing.

    python bench/client-overhead.py [calls]        (PYTHONPATH=clients/python, or the installed package)

Uses the service at RUNLEDGER_URL when there is one; else the calls go to a spool in a temporary directory, as they
would during an outage. Prints medians and 99th percentiles of single calls in µs, and their ratio to the bare call.
"""

import atexit
import gc
import os
import shutil
import sys
import tempfile
import time

CALLS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000


def percentiles(call):
    times = []
    clock = time.perf_counter_ns
    for number in range(CALLS):
        began = clock()
        call(number)
        times.append(clock() - began)
    times.sort()
    return times[len(times) // 2] / 1000, times[len(times) * 99 // 100] / 1000


def bare(number):
    return None


def main():
    if "RUNLEDGER_SPOOL_DIR" not in os.environ:
        os.environ["RUNLEDGER_SPOOL_DIR"] = tempfile.mkdtemp(prefix="runledger-bench-")
        atexit.register(shutil.rmtree, os.environ["RUNLEDGER_SPOOL_DIR"])  # runs after the package's own, registered later
    os.environ.setdefault("RUNLEDGER_SPOOL_MAX_BYTES", str(1 << 30))
    from runledger import log_metadata, step

    payload = {f"metric_{index}": index / 7 for index in range(20)}

    @step(name="overhead")
    def measure():
        percentiles(lambda number: log_metadata({"warm": number}))
        return [
            ("log_metadata, 1 float", percentiles(lambda number: log_metadata({"loss": number / 7}))),
            ("log_metadata, 3 values", percentiles(lambda number: log_metadata({"loss": 0.5, "epoch": number, "note": "x"}))),
            ("log_metadata, 20 floats", percentiles(lambda number: log_metadata(payload))),
        ]

    baseline = percentiles(bare)
    gc.collect()
    rows = [("a bare function call", baseline), *measure()]
    print(f"{CALLS} calls each, Python {sys.version.split()[0]}")
    print(f"{'':26}{'median µs':>12}{'p99 µs':>12}{'× bare, median':>16}{'× bare, p99':>14}")
    for name, (median, high) in rows:
        print(f"{name:26}{median:12.2f}{high:12.2f}{median / baseline[0]:16.1f}{high / baseline[1]:14.1f}")


if __name__ == "__main__":
    main()
