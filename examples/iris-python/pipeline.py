"""A random forest on the iris data: four steps that say what they did, and a reader that looks it up.

    pip install ./clients/python scikit-learn
    npm start                                   # in another terminal; without it, this runs all the same
    python examples/iris-python/pipeline.py
"""

import pickle
import platform
import tempfile
from pathlib import Path as FilePath

import sklearn
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score
from sklearn.model_selection import train_test_split

from runledger import (
    Client,
    DType,
    Path,
    StorageSize,
    UnavailableError,
    Uri,
    current_run,
    log_metadata,
    pipeline,
    step,
)


@step
def load_data():
    iris = load_iris()
    log_metadata(
        {
            "dataset_source": Uri("https://archive.ics.uci.edu/dataset/53/iris"),
            "rows": iris.data.shape[0],
            "features": iris.feature_names,
            "feature_type": iris.data.dtype,  # logged as DType("float64")
            "target_type": DType("category"),
            "size": StorageSize(iris.data.nbytes + iris.target.nbytes),
            "classes": set(iris.target_names.tolist()),
        }
    )
    return train_test_split(iris.data, iris.target, test_size=0.3, random_state=7, stratify=iris.target)


@step
def train_model(features, labels, trees):
    model = RandomForestClassifier(n_estimators=0, warm_start=True, oob_score=True, random_state=7)
    for count in range(20, trees + 1, 10):
        model.set_params(n_estimators=count)
        model.fit(features, labels)
        log_metadata({"oob_score": model.oob_score_}, iteration=count)
    log_metadata({"hyperparameters": model.get_params(), "feature_importance": model.feature_importances_})
    return model


@step
def evaluate_model(model, features, labels):
    predicted = model.predict(features)
    accuracy = accuracy_score(labels, predicted)
    log_metadata(
        {
            "accuracy": accuracy,
            "evaluation_metrics": {"accuracy": accuracy, "f1": f1_score(labels, predicted, average="macro")},
            "confusion_matrix": confusion_matrix(labels, predicted),
            "shape": features.shape,
        }
    )
    return accuracy


@step
def save_model(model, directory):
    file = FilePath(directory) / "model.pickle"
    file.write_bytes(pickle.dumps(model))
    log_metadata({"model_path": Path(str(file)), "model_size": StorageSize(file.stat().st_size)})


@pipeline
def iris_pipeline(directory, trees=60):
    # in the body of a pipeline: to the run itself
    log_metadata({"environment": {"python": platform.python_version(), "scikit-learn": sklearn.__version__}})
    train_x, test_x, train_y, test_y = load_data()
    model = train_model(train_x, train_y, trees)
    accuracy = evaluate_model(model, test_x, test_y)
    save_model(model, directory)
    return accuracy, current_run().name


def show(run_name):
    run = Client(timeout=5).get_pipeline_run(run_name)
    train = run.steps["train_model"]
    print(f"{run.name} ({run.status})")
    for key, value in sorted(run.run_metadata.items()):
        print(f"  {key:32} {value!r:.80}")
    print("the latest oob_score:", train.run_metadata["oob_score"])
    points = run.series("train_model::oob_score").points
    print("all of them:", [(point.iteration, round(point.value, 3)) for point in points])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        accuracy, run_name = iris_pipeline(directory)
    print(f"accuracy {accuracy:.3f}")
    try:
        show(run_name)
    except UnavailableError as error:
        print(f"{error} The run is recorded once the service is there: python -m runledger flush")
