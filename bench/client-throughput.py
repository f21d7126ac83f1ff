"""How fast a loop of log_metadata reaches the service, beside the same loop of mlflow's log_metric and mlflow's own server.

    npm run bench:python                      (a built service; 100,000 calls, 5,000 of mlflow)
    python bench/client-throughput.py --calls 20000 --rounds 3 --no-mlflow

Each round is a process of its own. Its time goes from the first call to the moment when all is stored; then the service is
asked for the whole history, which must have every value once and in order. MLflow is installed into an environment of its
own (`RUNLEDGER_BENCH_DIR`, else a temporary directory that stays), outside of the repository. Rounds go in turns, and
medians are compared: what counts is the ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
MLFLOW = "mlflow==3.17.2"

OURS = """
import json, resource, sys, time
import runledger
calls = int(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with runledger.run(pipeline="bench") as run, runledger.step("train"):
    runledger.flush()
    began = time.perf_counter()
    for n in range(calls):
        runledger.log_metadata({"loss": n / 7}, iteration=n)
    logged = time.perf_counter()
    assert runledger.flush(600)
    stored = time.perf_counter()
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"run": str(run.id), "loop": logged - began, "stored": stored - began, "before": before, "after": after}))
"""

THEIRS = """
import json, resource, sys, time
import mlflow
calls, synchronous = int(sys.argv[1]), sys.argv[2] == "sync"
mlflow.set_tracking_uri(sys.argv[3])
mlflow.set_experiment("bench")
with mlflow.start_run() as run:
    mlflow.log_metric("warm", 0.0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    for n in range(calls):
        mlflow.log_metric("loss", n / 7, step=n, synchronous=synchronous)
    logged = time.perf_counter()
    if not synchronous:
        mlflow.flush_async_logging()
    stored = time.perf_counter()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")
values = [metric.value for metric in sorted(history, key=lambda metric: metric.step)]
assert values == [n / 7 for n in range(calls)], f"{len(values)} of {calls} are stored"
print(json.dumps({"loop": logged - began, "stored": stored - began, "before": before, "after": after}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--mlflow-calls", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-mlflow", action="store_true")
    given = parser.parse_args()
    kept = pathlib.Path(os.environ.get("RUNLEDGER_BENCH_DIR") or os.path.join(tempfile.gettempdir(), "runledger-bench"))
    contestants = {"Runledger": lambda: run_ours(given.calls)}
    stops = []
    with tempfile.TemporaryDirectory(prefix="runledger-bench-") as directory:
        os.chmod(directory, 0o755)  # as root, the embedded database runs as another user
        try:
            url, stop = start_service(directory)
            stops.append(stop)
            os.environ.update(RUNLEDGER_URL=url, RUNLEDGER_SPOOL_DIR=os.path.join(directory, "spool"), RUNLEDGER_LINK="0")
            if not given.no_mlflow:
                python = mlflow_environment(kept)
                address, stop = start_mlflow(python, directory)
                stops.append(stop)
                contestants["MLflow, log_metric"] = lambda: run_theirs(python, given.mlflow_calls, "sync", address)
                contestants["MLflow, synchronous=False"] = lambda: run_theirs(python, given.mlflow_calls, "async", address)
            results: dict[str, list[dict[str, float]]] = {name: [] for name in contestants}
            for number in range(given.rounds):
                for name in sorted(contestants, reverse=bool(number % 2)):
                    results[name].append(contestants[name]())
                    print(f"round {number + 1}, {name}: {json.dumps(results[name][-1])}", file=sys.stderr)
        finally:
            for stop in stops:
                stop()
    show(results)


def show(results: dict[str, list[dict[str, float]]]) -> None:
    def median(name: str, key: str) -> float:
        return statistics.median(result[key] for result in results[name])

    ours = median("Runledger", "rate")
    print("\n| | calls | entries a second, stored | a call takes | memory before, after | times as fast |")
    print("|---|---|---|---|---|---|")
    for name in results:
        rate = median(name, "rate")
        print(
            f"| {name} | {median(name, 'calls'):,.0f} | {rate:,.0f} | {median(name, 'call_us'):,.1f} µs "
            f"| {median(name, 'before'):.0f}, {median(name, 'after'):.0f} MB | {ours / rate:,.0f} |"
        )


def run_ours(calls: int) -> dict[str, float]:
    path = os.pathsep.join(filter(None, [str(ROOT / "clients" / "python"), os.environ.get("PYTHONPATH")]))
    found = run_script([sys.executable, "-c", OURS, str(calls)], {"PYTHONPATH": path})
    expect_whole_history(found.pop("run"), calls)
    return rates(found, calls)


def run_theirs(python: str, calls: int, how: str, address: str) -> dict[str, float]:
    quiet = {"MLFLOW_ENABLE_ASYNC_LOGGING": "false", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true", "GIT_PYTHON_REFRESH": "quiet"}
    return rates(run_script([python, "-c", THEIRS, str(calls), how, address], quiet), calls)


def run_script(command: list[str], environment: dict[str, str]) -> dict:
    result = subprocess.run(command, env={**os.environ, **environment}, text=True, stdout=subprocess.PIPE, check=True)
    return json.loads(result.stdout.splitlines()[-1])


def rates(found: dict, calls: int) -> dict[str, float]:
    return {
        "calls": calls,
        "rate": calls / found["stored"],
        "call_us": found["loop"] / calls * 1e6,
        "before": found["before"] / 1024,
        "after": found["after"] / 1024,
    }


def expect_whole_history(run: str, calls: int) -> None:
    """Asks without the client for every entry."""
    query = (
        "query($ref:String!,$after:String){pipelineRun(ref:$ref){metadataHistory(key:\"train::loss\",first:200,after:$after)"
        "{nodes{value iteration} pageInfo{hasNextPage endCursor}}}}"
    )
    after = None
    expected = calls - 1
    while True:
        body = json.dumps({"query": query, "variables": {"ref": run, "after": after}}).encode()
        request = urllib.request.Request(os.environ["RUNLEDGER_URL"], body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            page = json.load(answer)["data"]["pipelineRun"]["metadataHistory"]
        for node in page["nodes"]:
            assert (node["iteration"], node["value"]) == (expected, expected / 7), (node, expected)
            expected -= 1
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert expected == -1, f"the first {expected + 1} of {calls} are not stored"


def start_service(directory: str):
    command = ["node", "--max-semi-space-size=32", str(ROOT / "dist" / "main.js")]
    environment = {**os.environ, "PORT": "0", "RUNLEDGER_DATA_DIR": os.path.join(directory, "data"), "LOG_LEVEL": "warn"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    words = process.stdout.readline().split()
    url = next((word for word in words if word.startswith("http")), None)
    if url is None:
        raise SystemExit("the service did not start: npm run build")
    return url, lambda: end(process)


def mlflow_environment(kept: pathlib.Path) -> str:
    """The Python of an environment with MLflow, made when it is first asked for."""
    python = kept / "mlflow" / "bin" / "python"
    if not (kept / "mlflow" / "ready").exists():
        shutil.rmtree(kept / "mlflow", ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(kept / "mlflow")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", MLFLOW], check=True, stdout=sys.stderr)
        (kept / "mlflow" / "ready").touch()
    return str(python)


def start_mlflow(python: str, directory: str):
    port = free_port()
    where = ["--backend-store-uri", f"sqlite:///{directory}/mlflow.db", "--artifacts-destination", f"{directory}/artifacts"]
    command = [python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", *where]
    log = open(os.path.join(directory, "mlflow.log"), "w")
    quiet = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}  # its jobs have no part in this
    process = subprocess.Popen(command, env=quiet, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
            return f"http://127.0.0.1:{port}", lambda: end(process, group=True)
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                print(pathlib.Path(log.name).read_text(), file=sys.stderr)
                end(process, group=True)
                raise SystemExit("mlflow server did not start") from None
            time.sleep(0.2)


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def end(process: subprocess.Popen, group: bool = False) -> None:
    """Of MLflow's server its whole group: it starts workers."""

    def say(how: signal.Signals) -> None:
        os.killpg(process.pid, how) if group else process.send_signal(how)

    if process.poll() is None:
        say(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            say(signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    main()
