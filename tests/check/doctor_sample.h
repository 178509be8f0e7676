// SPDX-License-Identifier: Apache-2.0
//
// A network with random rows for the doctor to look at, and what makes it sick.
#pragma once

#include <algorithm>
#include <vector>

#include "bprop/doctor.h"
#include "check/finding_kinds.h"
#include "nn/random_matrix.h"

namespace bprop {

inline constexpr std::size_t kSampleRows = 300;  // two leaves

template <class T>
struct Sample {
  BasicNetwork<T> network;
  std::vector<T> input = random_matrix<T>(1, kSampleRows, network.inputs());
  std::vector<T> target = random_matrix<T>(2, kSampleRows, network.outputs());
  LossOptions loss{};
  DoctorOptions options{};

  explicit Sample(const char* layers, std::uint64_t seed = 3) : network(layers, {.seed = seed}) {}

  Diagnosis diagnosis() const { return diagnose<T>(network, input, target, loss, options); }
  void scale_weights(std::size_t layer, double factor) {
    std::vector<T> w = network.weights(layer);
    for (T& x : w) x = static_cast<T>(factor * static_cast<double>(x));
    network.set_weights(layer, w);
  }
  void set_biases(std::size_t layer, std::size_t count, T value) {
    std::vector<T> b = network.bias(layer);
    std::fill_n(b.begin(), count, value);
    network.set_bias(layer, b);
  }
};

}  // namespace bprop
