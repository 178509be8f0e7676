// SPDX-License-Identifier: Apache-2.0
//
// cos(2π t) for t in [0, 1], in double and in our own arithmetic, so that initial weights and cosine schedules are the
// same on every machine. Error below 4e-16, measured in tests/calculus/cosine_test.cpp.
#pragma once

namespace bprop {

// t in turns: cosine_of_turns(0.25) == 0, cosine_of_turns(0.5) == -1.
double cosine_of_turns(double t);

}  // namespace bprop
