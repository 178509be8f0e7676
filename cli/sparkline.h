// SPDX-License-Identifier: Apache-2.0
//
// Sparkline: the last values of a curve as blocks of eight heights, "▁▃▅▆▇▇█": the smallest of them the lowest.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace bprop::cli {

class Sparkline {
 public:
  static constexpr std::size_t kMost = 16;  // columns

  void add(double value);  // what is not finite leaves a gap
  std::size_t width() const { return values_.size(); }
  std::string text() const;

 private:
  std::vector<double> values_;
};

}  // namespace bprop::cli
