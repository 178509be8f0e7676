# SPDX-License-Identifier: Apache-2.0
"""scikit-learn: MLPClassifier and MLPRegressor with plain SGD, one partial_fit a step. Their output layer is fixed by the
kind of problem, so of a network with another one they say no."""

import itertools
import sys
import warnings

import numpy
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_info

from conversation import converse, sizes_of

BATCHES = 8
ACTIVATIONS = {"relu": "relu", "tanh": "tanh", "sigmoid": "logistic"}


def network(sizes, batch, hidden, output, rate):
    """An estimator and its 8 batches after the first step, or None."""
    kind = {"softmax": MLPClassifier, "identity": MLPRegressor}.get(output)
    if kind is None or hidden not in ACTIVATIONS:
        return None
    estimator = kind(hidden_layer_sizes=sizes[1:-1], activation=ACTIVATIONS[hidden], solver="sgd", alpha=0,
                     batch_size=batch, learning_rate_init=rate, momentum=0, nesterovs_momentum=False, shuffle=False,
                     random_state=1)
    generator = numpy.random.default_rng(1)
    batches = []
    for _ in range(BATCHES):
        x = generator.uniform(-0.5, 0.5, (batch, sizes[0])).astype(numpy.float32)
        y = (generator.integers(sizes[-1], size=batch) if kind is MLPClassifier
             else generator.uniform(size=(batch, sizes[-1])).astype(numpy.float32))
        batches.append((x, y))
    if kind is MLPClassifier:
        estimator.partial_fit(*batches[0], classes=numpy.arange(sizes[-1]))
    else:
        estimator.partial_fit(*batches[0])
    return estimator, batches


def training(sizes_text, batch, hidden, output, _loss, rate):
    made = network(sizes_of(sizes_text), int(batch), hidden, output, float(rate))
    if made is None:
        return None
    estimator, batches = made
    turns = itertools.cycle(batches)
    return lambda: estimator.partial_fit(*next(turns))


def prediction(sizes_text, rows, hidden, output):
    made = network(sizes_of(sizes_text), int(rows), hidden, output, 0.01)
    if made is None:
        return None
    estimator, batches = made
    ask = estimator.predict_proba if output == "softmax" else estimator.predict
    return lambda: ask(batches[0][0])


def main(threads):
    warnings.simplefilter("ignore")  # of a loss that grows
    blas = ", ".join(f"{lib['internal_api']} {lib['version']}, kernel {lib.get('architecture')}"
                     for lib in threadpool_info() if lib["user_api"] == "blas")
    converse(f"scikit-learn {sklearn.__version__} with {blas}", threads, {"train": training, "predict": prediction})


if __name__ == "__main__":
    main(int(sys.argv[1]))
