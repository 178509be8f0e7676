// SPDX-License-Identifier: Apache-2.0
//
// log₂ x for normal x > 0, in double and in our own arithmetic, so that schedules are the same on every machine. Error
// below 3e-16 · max(1, |log₂ x|), measured in tests/calculus/binary_logarithm_test.cpp.
#pragma once

namespace bprop {

// Exact for powers of two.
double binary_logarithm(double x);

}  // namespace bprop
