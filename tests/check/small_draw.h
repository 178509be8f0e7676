// SPDX-License-Identifier: Apache-2.0
//
// One draw of a case of the small world: network, rows and targets, and whether it is fit for the tolerances.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bprop/gradients.h"
#include "check/small_world.h"

namespace bprop::check {

struct Draw {
  DoubleNetwork network;
  std::vector<double> input;
  std::vector<double> target;
};

// Draw number `draw` of the case. All numbers are exact in float, so that both engines start from the same ones.
Draw draw_case(const SmallCase& c, std::uint32_t draw);

// Whether a gradient of the draw is small because numbers nearly cancel, so that rounding is large beside it.
bool cancels(const SmallCase& c, const Draw& draw, const DoubleGradients& g);

double largest(std::span<const double> values);

}  // namespace bprop::check
