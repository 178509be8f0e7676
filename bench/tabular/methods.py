# SPDX-License-Identifier: Apache-2.0
"""The contestants: from a CSV of training rows and one of test rows to a score, and how long it took."""

import dataclasses
import hashlib
import json
import pathlib
import resource
import subprocess
import tempfile
import time
import typing
import warnings

import numpy
import pandas
import sklearn
from sklearn import metrics
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import sets

THREADS = 2
PENALTIES = numpy.logspace(-3, 3, 13)  # of ridge


def encoder():
    """Numbers: median for what is missing, with an indicator, then mean 0 and variance 1. Names: one-hot."""
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    return ColumnTransformer([("numbers", numbers, make_column_selector(dtype_include="number")),
                              ("names", OneHotEncoder(handle_unknown="ignore", sparse_output=False),
                               make_column_selector(dtype_exclude="number"))])


def scaled_target(regressor):
    return TransformedTargetRegressor(regressor, transformer=StandardScaler())


def mlp(task, seed):
    if task == "classes":
        return make_pipeline(encoder(), MLPClassifier(random_state=seed))
    return make_pipeline(encoder(), scaled_target(MLPRegressor(random_state=seed)))


def boosted(task, seed):
    kind = HistGradientBoostingClassifier if task == "classes" else HistGradientBoostingRegressor
    return kind(categorical_features="from_dtype", random_state=seed)


def linear(task, seed):
    if task == "classes":
        return make_pipeline(encoder(), LogisticRegression(max_iter=1000, random_state=seed))
    return make_pipeline(encoder(), RidgeCV(PENALTIES))


def inputs(frame, target, levels):
    """The columns beside the target, names as categories of the training rows; others become missing there."""
    frame = frame.drop(columns=target)
    for name in frame.columns:
        if not pandas.api.types.is_numeric_dtype(frame[name].dtype):
            texts = frame[name].astype("object").where(frame[name].notna(), "(missing)")
            frame[name] = texts.astype("category").cat.set_categories(levels.setdefault(name, sorted(set(texts))))
    return frame


def score(task, target, prediction):
    if task == "classes":
        return {"accuracy": metrics.accuracy_score(target, prediction)}
    return {"rmse": metrics.root_mean_squared_error(target, prediction), "r2": metrics.r2_score(target, prediction)}


def run_peer(make, chosen, train_file, test_file, seed):
    train, test = sets.read(train_file, chosen), sets.read(test_file, chosen)
    levels = {}
    train_x, test_x = inputs(train, chosen.target, levels), inputs(test, chosen.target, levels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the MLP's, that its 200 epochs did not suffice
        model = make(chosen.task, seed).fit(train_x, train[chosen.target])
        return score(chosen.task, test[chosen.target], model.predict(test_x))


def run_bprop(program, options, chosen, train_file, test_file, seed):
    """The program takes its validation rows, or its folds, out of the training rows."""
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "train", train_file, "--target", chosen.target, "--task", chosen.task, "--test", test_file,
                   "--seed", str(seed), "--threads", str(THREADS), "--json", "--output", "model.safetensors", *options]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{chosen.name}, seed {seed}: bprop train ended with {done.returncode}: {done.stderr}")
    summary = json.loads(done.stdout)
    names = ["accuracy"] if chosen.task == "classes" else ["rmse", "r2"]
    return {name: summary["test"][name] for name in names} | {
        "epochs": summary["epochs"], "best_epoch": summary["best_epoch"],
        "validation": (summary.get("best") or summary.get("members") or {}).get("validation_score")}


@dataclasses.dataclass(frozen=True)
class Method:
    name: str
    kind: str  # neural, linear or trees
    says: str  # its settings, in the page's words
    version: str  # with another one, nothing measured before counts
    run: typing.Callable  # (set, training file, test file, seed) -> scores


def peers():
    version = f"scikit-learn {sklearn.__version__}"

    def peer(name, kind, says, make):
        return Method(name, kind, says, f"{version}, {says}", lambda *arguments: run_peer(make, *arguments))

    return [
        peer("MLP", "neural", "MLPClassifier, MLPRegressor as they come (100 relu, Adam, 200 epochs at most); the "
             "target of numbers standardised", mlp),
        peer("linear", "linear", "LogisticRegression as it comes (C = 1) with 1,000 iterations; RidgeCV over 13 "
             "penalties from 0.001 to 1000", linear),
        peer("trees", "trees", "HistGradientBoosting as it comes, names as categories", boosted),
    ]


def presets(program, chosen):
    """bprop, once for each (name, options)."""
    build = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()[:16]

    def preset(name, options):
        says = " ".join(["bprop train", *options])
        return Method(f"bprop {name}", "neural", says, f"{says}, build {build}",
                      lambda *arguments: run_bprop(program, options, *arguments))

    return [preset(name, options) for name, options in chosen]


def timed(method, *arguments):
    """The scores, with seconds of the clock and of the processors, from the files to the score."""
    def processors():
        return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

    before, begin = processors(), time.perf_counter()
    scores = method.run(*arguments)
    return scores | {"seconds": time.perf_counter() - begin, "processor_seconds": processors() - before}
