// SPDX-License-Identifier: Apache-2.0
//
// eˣ and ln x in double and in our own arithmetic, for what decides which weights or which temperature a model has: the
// same bits on every machine, which no libm promises. Errors below 1e-15 of the result (of ln x near 1: of x − 1),
// measured in tests/calculus/exponential_test.cpp.
#pragma once

namespace bprop {

double exponential(double x);  // ∞ above 709.7, 0 below −708.3; NaN for NaN
double logarithm(double x);    // x positive and normal, or ∞; −∞ for 0, NaN for what is negative
}  // namespace bprop
