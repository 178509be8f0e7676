// SPDX-License-Identifier: Apache-2.0
//
// Axis: from a value to its share of an axis' length, and the values that get a mark.
#pragma once

#include <string>
#include <vector>

#include "bprop/figure.h"

namespace bprop::figures {

struct Tick {
  double share = 0;
  std::string label;
};

class Axis {
 public:
  Axis(double smallest, double largest, bool logarithmic);

  // 0 … 1 between the ends; NaN for what cannot be drawn.
  double share(double value) const;
  const std::vector<Tick>& ticks() const { return ticks_; }

 private:
  void mark_evenly();
  void mark_decades();

  double low_;  // of the logarithm, on a logarithmic axis
  double high_;
  bool logarithmic_;
  std::vector<Tick> ticks_;
};

struct Axes {
  Axis x;
  Axis y;
};
// Over all points that can be drawn; 0 … 1 if there are none.
Axes axes_of(const Chart& chart);

}  // namespace bprop::figures
