// SPDX-License-Identifier: Apache-2.0
//
// Complex step: ∂L/∂p = Im L(p + ih) / h with h = 1e-50, exact to rounding because nothing is subtracted (Squire &
// Trapp 1998). Uses the engine's forward pass and loss over complex numbers and no derivative at all.
#pragma once

#include <cmath>
#include <complex>
#include <span>

#include "bprop/loss.h"
#include "nn/batch_gradient.h"
#include "nn/network_state.h"

namespace bprop::check {

// Central differences beside it: ε^(1/3), where truncation and rounding weigh the same, and what rounding two losses of
// this size may make of the quotient.
inline constexpr double kDifferenceStep = 6e-6;
inline double difference_rounding(double loss) { return 8 * 0x1p-53 * std::fabs(loss) / kDifferenceStep; }

// Losses of one batch, input (N × inputs), target (N × outputs), under changes of single numbers.
class ComplexStep {
 public:
  using Complex = std::complex<double>;
  static constexpr double kStep = 1e-50;

  ComplexStep(const nn::NetworkState<double>& network, std::span<const double> input, std::span<const double> target,
              const LossOptions& options, const PassKey& pass = {});
  ComplexStep(const ComplexStep&) = delete;  // the workspace points into itself
  ComplexStep& operator=(const ComplexStep&) = delete;

  // ∂L/∂(parameter at this offset of the flat buffer), ∂L/∂(input number i, row-major).
  double parameter_derivative(std::size_t offset);
  double input_derivative(std::size_t i);
  // L with one parameter or input moved by `change`; for differences.
  double loss_with_parameter(std::size_t offset, double change);
  double loss_with_input(std::size_t i, double change);

 private:
  Complex loss();
  Complex loss_of(nn::Leaf leaf);  // the sum over its rows
  Complex with(Complex& number, Complex change);

  nn::NetworkState<Complex> network_;
  LossOptions options_;
  PassKey pass_;
  std::vector<Complex> input_;
  std::vector<Complex> target_;
  std::size_t rows_;
  nn::Workspace<Complex> workspace_;
};

}  // namespace bprop::check
