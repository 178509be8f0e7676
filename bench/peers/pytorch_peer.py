# SPDX-License-Identifier: Apache-2.0
"""PyTorch from Python at its best: bare tensors, gradients set to none, updates by one foreach call. With --compile the
loss goes through torch.compile, which then writes, compiles and runs C++ of its own."""

import itertools
import sys

import torch
import torch.nn.functional as F

from conversation import converse, sizes_of

BATCHES = 8
ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "identity": lambda z: z,
               "softmax": lambda z: z}  # softmax belongs to the loss


def parameters_of(sizes):
    made = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        bound = (6 / (inputs + outputs)) ** 0.5
        made.append(torch.empty(outputs, inputs).uniform_(-bound, bound).requires_grad_())
        made.append(torch.zeros(outputs, requires_grad=True))
    return made


def predicted(parameters, x, hidden, output):
    last = len(parameters) - 2
    for i in range(0, len(parameters), 2):
        x = F.linear(x, parameters[i], parameters[i + 1])
        x = ACTIVATIONS[hidden if i < last else output](x)
    return x


def compile_alone(function):
    """Compiles for the shapes that come, and forgets what was compiled for earlier configurations."""
    torch._dynamo.reset()
    return torch.compile(function, dynamic=False)


def training(compiled, sizes_text, batch_text, hidden, output, loss, rate_text):
    sizes, batch, rate = sizes_of(sizes_text), int(batch_text), float(rate_text)
    parameters = parameters_of(sizes)
    cross_entropy = loss == "cross_entropy"
    batches = [(torch.rand(batch, sizes[0]) - 0.5,
                torch.randint(sizes[-1], (batch,)) if cross_entropy else torch.rand(batch, sizes[-1]))
               for _ in range(BATCHES)]

    def loss_of(x, y):
        prediction = predicted(parameters, x, hidden, output)
        return F.cross_entropy(prediction, y) if cross_entropy else F.mse_loss(prediction, y, reduction="sum") * (0.5 / batch)

    forward = compile_alone(loss_of) if compiled else loss_of
    turns = itertools.cycle(batches)

    def step():
        gradients = torch.autograd.grad(forward(*next(turns)), parameters)
        with torch.no_grad():
            torch._foreach_add_(parameters, gradients, alpha=-rate)  # what torch.optim.SGD(foreach=True) calls

    return step


def prediction(compiled, sizes_text, rows, hidden, output):
    sizes = sizes_of(sizes_text)
    parameters = [parameter.detach() for parameter in parameters_of(sizes)]
    x = torch.full((int(rows), sizes[0]), 0.5)

    def probabilities(x):
        scores = predicted(parameters, x, hidden, output)
        return torch.softmax(scores, 1) if output == "softmax" else scores

    ask = compile_alone(probabilities) if compiled else probabilities

    def step():
        with torch.inference_mode():
            ask(x)

    return step


def main(arguments):
    compiled = arguments[0] == "--compile"
    threads = int(arguments[-1])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    converse(f"PyTorch{', compiled,' if compiled else ''} {torch.__version__} with {torch.backends.cpu.get_cpu_capability()}",
             threads, {"train": lambda *words: training(compiled, *words),
                       "predict": lambda *words: prediction(compiled, *words)})


if __name__ == "__main__":
    main(sys.argv[1:])
