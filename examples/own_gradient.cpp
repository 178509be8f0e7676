// SPDX-License-Identifier: Apache-2.0
//
// A layer of one's own, its backward pass written by hand, and three judges of it: the tape, a difference, and for a
// whole network check_gradients(). Exits with 1 if the tape finds a mistake.
#include <bprop/check.h>
#include <bprop/tape.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <vector>

// A radial unit, y = exp(−width ‖x − center‖²), for doubles and for numbers on a tape.
template <class Number>
Number radial(const std::vector<double>& x, const std::vector<Number>& center, const Number& width) {
  using std::exp;
  Number distance = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) distance = distance + (center[i] - x[i]) * (center[i] - x[i]);
  return exp(-(width * distance));
}

// y = exp(−width d), d = Σ (center − x)²: ∂y/∂center = −2 width y (center − x), ∂y/∂width = −d y. The width comes last.
std::vector<double> radial_backward(const std::vector<double>& x, const std::vector<double>& center, double width) {
  const double y = radial(x, center, width);
  std::vector<double> gradient;
  double distance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    gradient.push_back(-2 * width * y * (center[i] - x[i]));
    distance += (center[i] - x[i]) * (center[i] - x[i]);
  }
  gradient.push_back(-distance * y);
  return gradient;
}

int main() {
  const std::vector<double> x = {0.5, -1.0}, center = {0.2, 0.3};
  const double width = 0.7, step = 1e-6;
  const std::vector<double> by_hand = radial_backward(x, center, width);

  // The tape records the forward pass and differentiates it; it never sees the formula above.
  bprop::Tape tape;
  const std::vector<bprop::Variable> c = {tape.variable(center[0]), tape.variable(center[1])};
  const bprop::Variable w = tape.variable(width);
  tape.backward(radial(x, c, w));

  const double difference = (radial(x, center, width + step) - radial(x, center, width - step)) / (2 * step);
  std::printf("by hand     %.12f %.12f %.12f\n", by_hand[0], by_hand[1], by_hand[2]);
  std::printf("by the tape %.12f %.12f %.12f\n", c[0].adjoint(), c[1].adjoint(), w.adjoint());
  std::printf("difference of the width, to about 9 digits: %.9f\n", difference);

  // A whole network; somebody else's gradients could be given in place of the engine's, as the last argument.
  const bprop::DoubleNetwork network("2 -> 3 tanh -> 1", {.seed = 1});
  const bprop::CheckReport report = bprop::check_gradients<double>(network, x, std::vector<double>{0.4});
  std::cout << report;
  return report.passed && std::fabs(by_hand[2] - w.adjoint()) < 1e-12 ? 0 : 1;
}
