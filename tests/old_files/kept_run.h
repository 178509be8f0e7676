// SPDX-License-Identifier: Apache-2.0
//
// The run that every version's folder holds.
#pragma once

#include <string>
#include <vector>

#include "bprop/evaluate.h"
#include "bprop/train.h"

namespace bprop {

inline constexpr std::size_t kWidth = 3;

inline Dataset table() {
  std::vector<double> cells;
  for (int n = 0; n < 40; ++n) {
    const int u = n * 7 % 11 - 5;
    const int v = n * 5 % 13 - 6;
    for (const int cell : {u, v, u + v > 1 ? 0 : u > 0 ? 1 : 2}) cells.push_back(cell);
  }
  return make_dataset({"u", "v", "class"}, cells, "class");
}

inline TrainOptions options(const std::string& folder) {
  return {.preset = Preset::kPlain,
          .layers = "4 relu, batch-norm, dropout 0.25",
          .task = Task::kClasses,
          .epochs = 6,
          .batch = 8,
          .ema = 0.5,
          .arithmetic = Arithmetic::kPortable,
          .seed = 3,
          .run_directory = folder,
          .checkpoint_every = {.steps = 5}};
}

// Predictions of the table's rows, row after row.
inline std::vector<float> predictions(const Model& model) {
  const Dataset data = table();
  const EncodedRows<float> rows = encoded_rows<float>(model, data);
  std::vector<float> output(data.rows() * kWidth);
  std::get<Network>(model.network).predict(rows.input, output);
  return output;
}

}  // namespace bprop
