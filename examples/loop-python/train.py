"""A training loop in the manner of PyTorch, with NumPy alone: epochs, batches, a validation, checkpoints, early stopping.

    pip install ./clients/python numpy
    npm start                                   # in another terminal; without it, this runs all the same
    python examples/loop-python/train.py --epochs 30
"""

import argparse
import dataclasses
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import numpy as np

import runledger
from runledger import StorageSize, log_metadata


@dataclasses.dataclass
class Config:
    epochs: int = 20
    batch_size: int = 32
    hidden: int = 32
    lr: float = 0.1
    patience: int = 5
    seed: int = 7


class Network:
    """Two layers and a cross entropy; `step` is forward, backward and the optimizer."""

    def __init__(self, inputs, hidden, outputs, random):
        self.weights = [random.normal(0, inputs**-0.5, (inputs, hidden)), random.normal(0, hidden**-0.5, (hidden, outputs))]

    def forward(self, x):
        self.hidden = np.maximum(x @ self.weights[0], 0)
        scores = self.hidden @ self.weights[1]
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        return chances / chances.sum(axis=1, keepdims=True)

    def step(self, x, y, lr):
        chances = self.forward(x)
        loss = -np.log(chances[np.arange(len(y)), y] + 1e-12).mean()
        chances[np.arange(len(y)), y] -= 1
        gradient = chances / len(y)
        back = (gradient @ self.weights[1].T) * (self.hidden > 0)
        self.weights[1] -= lr * (self.hidden.T @ gradient)
        self.weights[0] -= lr * (x.T @ back)
        return loss


def spirals(random, count=300):
    """Three arms that no line tells apart."""
    x, y = [], []
    for arm in range(3):
        radius = np.linspace(0.1, 1, count)
        angle = np.linspace(4 * arm, 4 * (arm + 1), count) + random.normal(0, 0.2, count)
        x.append(np.stack([radius * np.sin(angle), radius * np.cos(angle), radius, np.ones(count)], axis=1))
        y.append(np.full(count, arm))
    order = random.permutation(3 * count)
    return np.concatenate(x)[order], np.concatenate(y)[order]


def train(config, directory):
    random = np.random.default_rng(config.seed)
    x, y = spirals(random)
    held_out = len(x) // 5
    model = Network(x.shape[1], config.hidden, 3, random)
    best, since = 0.0, 0
    batch = 0
    for epoch in range(config.epochs):
        began = time.monotonic()
        for start in range(held_out, len(x), config.batch_size):
            rows = slice(start, start + config.batch_size)
            loss = model.step(x[rows], y[rows], config.lr)
            log_metadata({"batch/loss": loss}, iteration=batch)  # a NumPy double, as it is
            batch += 1
        accuracy = (model.forward(x[:held_out]).argmax(axis=1) == y[:held_out]).mean()
        log_metadata(
            {"loss": loss, "accuracy": accuracy, "took": timedelta(seconds=time.monotonic() - began)}, iteration=epoch
        )
        if accuracy > best:
            best, since = accuracy, 0
            checkpoint = Path(directory) / f"epoch-{epoch}.npz"
            np.savez(checkpoint, *model.weights)
            log_metadata({"checkpoint": checkpoint, "checkpoint_size": StorageSize(checkpoint.stat().st_size)})
        else:
            since += 1
            if since == config.patience:
                break
    log_metadata({"best": best, "weights": {f"layer{n}": w.shape for n, w in enumerate(model.weights)}})
    return best


def main():
    parser = argparse.ArgumentParser()
    for field in dataclasses.fields(Config):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=field.type, default=field.default)
    config = Config(**vars(parser.parse_args()))
    with runledger.run(pipeline="spirals") as run, tempfile.TemporaryDirectory() as directory:
        runledger.log_environment()
        log_metadata({"config": config})  # a dataclass: a dict of its fields
        with runledger.step("train"):
            best = train(config, directory)
    print(f"best accuracy {best:.3f}")
    try:
        curve = runledger.Client(timeout=5).get_pipeline_run(run.id).series("train::accuracy")
        print("accuracy:", " ".join(f"{point.value:.2f}" for point in curve.points))
    except runledger.UnavailableError as error:
        print(f"{error} The run is recorded once the service is there: python -m runledger flush")


if __name__ == "__main__":
    main()
