// SPDX-License-Identifier: Apache-2.0
#include "sparkline.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

namespace bprop::cli {

void Sparkline::add(double value) {
  if (values_.size() == kMost) values_.erase(values_.begin());
  values_.push_back(value);
}

std::string Sparkline::text() const {
  constexpr std::string_view kBlocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double value : values_) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  std::string text;
  for (const double value : values_) {
    const double height = high > low ? (value - low) / (high - low) : 0.5;  // a flat curve lies in the middle
    text += std::isfinite(value) ? kBlocks[static_cast<std::size_t>(std::min(height * 8, 7.0))] : " ";
  }
  return text;
}

}  // namespace bprop::cli
