// SPDX-License-Identifier: Apache-2.0
#include "figures/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace bprop::figures {
namespace {

constexpr int kMostTicks = 8;

// 1, 2 or 5 times a power of ten, at least `step`.
double round_step(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  for (const double times : {1.0, 2.0, 5.0}) {
    if (times * power >= step * (1 - 1e-9)) return times * power;
  }
  return 10 * power;
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

bool can_be_drawn(double value, bool logarithmic) { return std::isfinite(value) && (!logarithmic || value > 0); }

Axis axis_over(const Range& range, bool logarithmic) {
  if (range.low > range.high) return logarithmic ? Axis(1, 10, true) : Axis(0, 1, false);
  return Axis(range.low, range.high, logarithmic);
}

}  // namespace

Axis::Axis(double smallest, double largest, bool logarithmic)
    : low_(logarithmic ? std::log10(smallest) : smallest),
      high_(logarithmic ? std::log10(largest) : largest),
      logarithmic_(logarithmic) {
  // A flat curve gets room on both sides.
  const double least = 1e-9 * std::max({std::fabs(low_), std::fabs(high_), 1e-300});
  if (high_ - low_ <= least) {
    const double room = low_ == 0 ? 1 : std::fabs(low_) / 2;
    low_ -= room;
    high_ += room;
  }
  if (logarithmic_) {
    mark_decades();
  } else {
    mark_evenly();
  }
}

double Axis::share(double value) const {
  if (!can_be_drawn(value, logarithmic_)) return std::numeric_limits<double>::quiet_NaN();
  return ((logarithmic_ ? std::log10(value) : value) - low_) / (high_ - low_);
}

void Axis::mark_evenly() {
  const double step = round_step((high_ - low_) / (kMostTicks - 1));
  const double from = std::floor(low_ / step + 1e-9);
  const double to = std::ceil(high_ / step - 1e-9);
  low_ = from * step;
  high_ = to * step;
  for (double k = from; k <= to; ++k) {
    // 0.30000000000000004 is 0.3.
    ticks_.push_back({(k - from) / (to - from), fmt::format("{:.12g}", k * step)});
  }
}

void Axis::mark_decades() {
  low_ = std::floor(low_ + 1e-9);
  high_ = std::max(std::ceil(high_ - 1e-9), low_ + 1);
  const double every = std::max(1.0, std::ceil((high_ - low_) / (kMostTicks - 1)));
  for (double decade = low_; decade <= high_; decade += every) {
    constexpr double kPlain = 4;
    const std::string label = decade > -kPlain && decade < kPlain ? fmt::format("{:g}", std::pow(10.0, decade))
                                                                  : fmt::format("1e{:g}", decade);
    ticks_.push_back({(decade - low_) / (high_ - low_), label});
  }
}

Axes axes_of(const Chart& chart) {
  Range x, y;
  for (const Series& series : chart.series) {
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      if (!can_be_drawn(series.x[i], chart.log_x) || !can_be_drawn(series.y[i], chart.log_y)) continue;
      x.take(series.x[i]);
      y.take(series.y[i]);
    }
  }
  return {axis_over(x, chart.log_x), axis_over(y, chart.log_y)};
}

}  // namespace bprop::figures
