# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime at its best for small work: input and output bound once, so that a call moves no Python object; all graph
optimisations; no spinning threads on one processor. It has no training on a CPU worth the name, hence `predict` only."""

import sys

import numpy
import onnx
import onnxruntime

from conversation import converse, sizes_of

OPERATORS = {"relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid", "softmax": "Softmax", "identity": "Identity"}


def model_of(sizes, rows, hidden, output):
    """A model of dense layers with Glorot-uniform weights, as bytes."""
    generator = numpy.random.default_rng(1)
    nodes, constants, last = [], [], "x"
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        bound = (6 / (inputs + outputs)) ** 0.5
        weights = generator.uniform(-bound, bound, (outputs, inputs)).astype(numpy.float32)
        constants += [onnx.numpy_helper.from_array(weights, f"w{i}"),
                      onnx.numpy_helper.from_array(numpy.zeros(outputs, numpy.float32), f"b{i}")]
        operator = OPERATORS[hidden if i + 2 < len(sizes) else output]
        nodes += [onnx.helper.make_node("Gemm", [last, f"w{i}", f"b{i}"], [f"z{i}"], transB=1),
                  onnx.helper.make_node(operator, [f"z{i}"], [f"a{i}"])]
        last = f"a{i}"
    kind = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(nodes, "dense", [onnx.helper.make_tensor_value_info("x", kind, [rows, sizes[0]])],
                                   [onnx.helper.make_tensor_value_info(last, kind, [rows, sizes[-1]])], constants)
    # Versions that older runtimes read too; nothing here is newer.
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def prediction(threads, sizes_text, rows_text, hidden, output):
    sizes, rows = sizes_of(sizes_text), int(rows_text)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model_of(sizes, rows, hidden, output), options, ["CPUExecutionProvider"])
    x = onnxruntime.OrtValue.ortvalue_from_numpy(numpy.full((rows, sizes[0]), 0.5, numpy.float32))
    y = onnxruntime.OrtValue.ortvalue_from_shape_and_type([rows, sizes[-1]], numpy.float32)
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", x)
    binding.bind_ortvalue_output(session.get_outputs()[0].name, y)
    return lambda: session.run_with_iobinding(binding)


def main(threads):
    converse(f"ONNX Runtime {onnxruntime.__version__}", threads,
             {"predict": lambda *words: prediction(threads, *words)})


if __name__ == "__main__":
    main(int(sys.argv[1]))
