"""A program as a user writes it, for the type checkers: mypy --strict and pyright take it as it stands. It is not run.

Each line with an `ignore` has a mistake that they must find: both are told to complain of an `ignore` that is not
needed.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import runledger
from runledger import Client, PipelineRunFilter, StorageSize, Uri, log_metadata, pipeline, step
from runledger.testing import record


@dataclasses.dataclass
class Config:
    lr: float = 0.1
    layers: tuple[int, ...] = (64, 64)


@step
def load(folder: Path) -> Iterator[int]:
    log_metadata({"folder": folder, "size": StorageSize("1.5 GiB"), "source": Uri("s3://bucket/data")})
    yield from range(10)


@step(name="train")
def train(rows: list[int], config: Config) -> float:
    loss = 1.0
    for epoch, _ in enumerate(rows):
        loss /= 2
        log_metadata({"loss": loss}, iteration=epoch, logged_at=datetime.datetime.now())
    log_metadata({"config": config, "took": datetime.timedelta(seconds=2)})
    return loss


@step
async def fetch(url: str) -> bytes:
    await asyncio.sleep(0)
    return url.encode()


@step
async def stream(count: int) -> AsyncIterator[int]:
    for n in range(count):
        yield n


@pipeline(run_name="nightly")
def training(folder: Path) -> float:
    return train(list(load(folder)), Config())


async def gather() -> list[bytes]:
    async for _ in stream(3):
        pass
    return list(await asyncio.gather(fetch("a"), fetch("b")))


def blocks() -> runledger.PipelineRun:
    with runledger.run("nightly-42", pipeline="training") as run, runledger.step("train") as here:
        log_metadata({"name": here.step_name, "url": run.url})
        runledger.log_environment()
    runledger.start_run(pipeline="notebook")
    runledger.end_run("FAILED")
    return Client().get_pipeline_run(run.id)


def read(client: Client) -> float:
    wanted: PipelineRunFilter = {"metadata": {"key": "loss", "lt": 0.5}, "status": ["COMPLETED"]}
    runs = list(client.list_pipeline_runs({"and": [wanted, {"not": {"pipeline": "old"}}]}, {"startedAt": "DESC"}))
    run = runs[0]
    if run.status == "FAILED" and run.failure is not None:
        print(run.failure.message.upper())
    points = [point.value for point in run.series("train::loss").points]
    history = run.steps["train"].metadata_history("loss")
    latest: float = run.run_metadata["loss"]
    for entry in run.follow(["loss"]):
        print(entry.logged_at.isoformat(), entry.iteration)
    client.runs_df(wanted, ["loss"])
    client.series(runs, ["loss"]).plot(linewidth=1)
    return max(points, default=latest) + sum(entry.number or 0.0 for entry in history)


def test() -> None:
    with record() as recorded:
        training(Path())
    assert recorded.steps["train"].metadata["loss"] < 1
    assert recorded.run.status == "COMPLETED"


def mistakes(client: Client) -> None:
    log_metadata({"a": 1}, run_id="x")  # type: ignore[arg-type]
    log_metadata("accuracy", 0.9)  # type: ignore[arg-type]
    log_metadata({"a": 1}, iteration=1.5)  # type: ignore[arg-type]
    train([1], 3)  # type: ignore[arg-type]
    client.list_pipeline_runs({"metdata": {"key": "loss"}})  # type: ignore[arg-type]
    client.list_pipeline_runs({"status": ["DONE"]})  # type: ignore[arg-type]
    runledger.end_run("DONE")  # type: ignore[arg-type]
    print(client.get_pipeline_run("x").status == "DONE")  # type: ignore[comparison-overlap]
