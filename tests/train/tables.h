// SPDX-License-Identifier: Apache-2.0
//
// Small tables for tests of training, and options that train on them in no time.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "bprop/dataset.h"
#include "bprop/train.h"
#include "nn/random_matrix.h"

namespace bprop {

// y = 3 sin(2 u) − v + 10 on random rows: numbers.
inline Dataset curve(std::size_t rows, std::uint64_t seed = 1) {
  const std::vector<double> uv = random_matrix<double>(seed, rows, 2);
  std::vector<double> cells;
  for (std::size_t n = 0; n < rows; ++n) {
    const double u = uv[2 * n];
    const double v = uv[2 * n + 1];
    for (const double cell : {u, v, 3 * std::sin(2 * u) - v + 10}) cells.push_back(cell);
  }
  return make_dataset({"u", "v", "y"}, cells, "y");
}

// Class 0, 1 or 2 by the direction of (u, v).
inline Dataset sectors(std::size_t rows, std::uint64_t seed = 1) {
  const std::vector<double> uv = random_matrix<double>(seed, rows, 2);
  std::vector<double> cells;
  for (std::size_t n = 0; n < rows; ++n) {
    const double u = uv[2 * n];
    const double v = uv[2 * n + 1];
    for (const double cell : {u, v, v > 0.3 ? 0.0 : u > 0 ? 1.0 : 2.0}) cells.push_back(cell);
  }
  return make_dataset({"u", "v", "class"}, cells, "class");
}

inline TrainOptions small_options() {
  return {.preset = Preset::kPlain, .layers = "8 tanh", .task = {}, .epochs = 5, .batch = 16, .seed = 1};
}

template <class T = float>
std::vector<T> all_weights(const Model& model) {
  std::vector<T> all;
  const auto& network = std::get<BasicNetwork<T>>(model.network);
  for (std::size_t k = 0; k < network.architecture().layers.size(); ++k) {
    for (const T w : network.weights(k)) all.push_back(w);
    for (const T b : network.bias(k)) all.push_back(b);
  }
  return all;
}

// What the doctor found, a line each.
inline std::string sentences(const TrainResult& result) {
  std::string text;
  for (const Finding& finding : result.findings) text += sentence(finding) + '\n';
  return text;
}

}  // namespace bprop
