// SPDX-License-Identifier: Apache-2.0
//
// What `bprop bench` finds out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bprop/arithmetic.h"

namespace bprop::cli {

struct BenchTime {
  std::string network;
  std::size_t batch = 0;
  int threads = 1;
  double seconds = 0;  // of a step; median
  double rows_per_second() const { return static_cast<double>(batch) / seconds; }
};

struct BenchSignature {
  Arithmetic arithmetic = Arithmetic::kFma;
  std::uint64_t value = 0;
};

struct BenchReport {
  std::vector<BenchTime> times;
  std::vector<BenchSignature> signatures;
};

}  // namespace bprop::cli
