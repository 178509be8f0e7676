// SPDX-License-Identifier: Apache-2.0
//
// Model: what training gives and predicting needs. Saved as one safetensors file (docs/model-file.md) with a checksum
// of every byte; equal models give equal files.
//
//   bprop::save(model, "digits.safetensors");
//   bprop::Model model = bprop::load_model("digits.safetensors");
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bprop/loss.h"
#include "bprop/network.h"
#include "bprop/preprocessing.h"

namespace bprop {

// What a network typed by hand may bring along: its own few rows, and how a textbook trains it.
struct Exercise {
  std::size_t rows = 0;
  std::vector<double> input;            // (rows × inputs), row-major
  std::vector<double> target;           // (rows × outputs), or empty
  std::optional<double> learning_rate;  // > 0
  bool freeze_biases = false;           // biases are not updated
  bool operator==(const Exercise&) const = default;
};

struct Model {
  std::variant<Network, DoubleNetwork> network;
  LossOptions loss{};
  std::optional<Preprocessing> preprocessing{};  // none: the network was not trained on a table
  std::optional<Exercise> exercise{};            // only of networks typed by hand
  double temperature = 1;  // what predictions divide the scores by before the loss's link (calibration.h); > 0

  const Architecture& architecture() const;
  Arithmetic arithmetic() const;
};

// Writes the model, all or nothing: on failure the old file stays. Replaces only a file that is a bprop model. Throws
// UsageError (another file or a symbolic link is there; a weight is not finite), ShapeError (preprocessing or exercise
// do not fit the network), IoError (the system refused).
void save(const Model& model, const std::string& path);

// Throws what save() would throw for reasons of the path: to be called before hours of training, not after.
void check_save_path(const std::string& path);

// Whether the file at this path was written by save(). Looks at its header only; false if there is no such file.
bool is_model_file(const std::string& path);

// Reads a file written by save(), or a network typed by hand in TOML (model_from_toml), told by its name ending in
// .toml or its content. Everything is checked. Throws IoError, FormatError.
Model load_model(const std::string& path);

// A network typed by hand (docs/model-file.md), kept in double; `path` stands in the sentences. Throws FormatError
// with line and column, what was found and what was expected.
//   layers  = "2 -> 2 sigmoid -> 2 sigmoid"
//   weights = [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]]
//   biases  = [[0.35, 0.35], [0.60, 0.60]]
Model model_from_toml(std::string_view text, const std::string& path = "network");

// Weights in PyTorch's layout out of a safetensors file: one `….weight` (out × in) and, unless the layer is "no-bias",
// one `….bias` (out) for each layer, matched in the natural order of their names (fc2 before fc10). F32 gives a float
// network, F64 a double one. An architecture text of hidden layers only takes sizes from the tensors and the loss's
// link as output activation. Throws IoError, FormatError (tensor, found, expected), UsageError.
Model import_weights(const std::string& path, std::string_view architecture, const LossOptions& loss = {},
                     Arithmetic arithmetic = native_arithmetic());

}  // namespace bprop
