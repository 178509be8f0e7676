// SPDX-License-Identifier: Apache-2.0
//
// The networks that training is measured with: from a step of a microsecond to one of 60 milliseconds.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <string>
#include <vector>

#include "bprop/loss.h"

namespace bprop::bench {

struct Configuration {
  std::string name;
  std::vector<std::size_t> sizes;
  std::size_t batch;
  std::string hidden;  // activation
  std::string output;
  Loss loss;
  double rate;

  std::string architecture() const {
    std::string text = fmt::format("{}", sizes.front());
    for (std::size_t i = 1; i < sizes.size(); ++i) {
      text += fmt::format(" -> {} {}", sizes[i], i + 1 < sizes.size() ? hidden : output);
    }
    return text;
  }

  // What a peer is asked for (peers/README.md).
  std::string request() const {
    return fmt::format("train {} {} {} {} {} {}", fmt::join(sizes, ","), batch, hidden, output,
                       loss == Loss::kCrossEntropy ? "cross_entropy" : "half_squared_error", rate);
  }

  // Of one step: three products a layer, 2·in·out·B each; nobody needs the gradient of the input.
  double flops() const {
    double products = 0;
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
      products += (i == 0 ? 4.0 : 6.0) * static_cast<double>(sizes[i] * sizes[i + 1] * batch);
    }
    return products;
  }
};

// in -> width -> … (depth hidden layers) -> out
inline std::vector<std::size_t> deep_sizes(std::size_t in, std::size_t width, std::size_t depth, std::size_t out) {
  std::vector<std::size_t> sizes(depth + 2, width);
  sizes.front() = in;
  sizes.back() = out;
  return sizes;
}

inline std::vector<Configuration> configurations() {
  const Loss squared = Loss::kHalfSquaredError;
  const Loss entropy = Loss::kCrossEntropy;
  return {
      {"tiny", {2, 16, 1}, 4, "sigmoid", "sigmoid", squared, 0.1},
      {"small", {64, 64, 64, 10}, 32, "tanh", "softmax", entropy, 0.05},
      {"rl", {17, 256, 256, 6}, 256, "relu", "identity", squared, 0.01},
      {"mnist", {784, 128, 10}, 64, "relu", "softmax", entropy, 0.05},
      {"mnist-wide", {784, 512, 512, 10}, 128, "relu", "softmax", entropy, 0.05},
      {"wide", {1024, 1024, 1024, 1024}, 256, "relu", "identity", squared, 0.001},
      {"deep", deep_sizes(128, 128, 20, 10), 128, "relu", "softmax", entropy, 0.01},
      {"online", {784, 128, 10}, 1, "relu", "softmax", entropy, 0.01},
  };
}

}  // namespace bprop::bench
