// SPDX-License-Identifier: Apache-2.0
#include "check/complex_step.h"

#include "linalg/panels.h"
#include "nn/leaves.h"
#include "nn/propagation.h"

namespace bprop::check {

ComplexStep::ComplexStep(const nn::NetworkState<double>& network, std::span<const double> input,
                         std::span<const double> target, const LossOptions& options, const PassKey& pass)
    : network_(nn::converted<Complex>(network)),
      options_(options),
      pass_(pass),
      input_(input.begin(), input.end()),
      rows_(input.size() / network.architecture.inputs()),
      workspace_(network.architecture, nn::largest_leaf(rows_), nn::Keep::kInference, pass.pass) {
  std::vector<double> smoothed(target.begin(), target.end());
  nn::smooth_labels<double>(options, network.architecture.outputs(), smoothed);
  target_.assign(smoothed.begin(), smoothed.end());
}

ComplexStep::Complex ComplexStep::loss() {
  const std::size_t leaves = nn::leaf_count(rows_);
  Complex sum = 0;
  for (std::size_t index = 0; index < leaves; ++index) sum += loss_of(nn::leaf(rows_, leaves, index));
  return sum * nn::loss_scale(options_, rows_);
}

ComplexStep::Complex ComplexStep::loss_of(nn::Leaf leaf) {
  const Architecture& architecture = network_.architecture;
  const std::size_t in = architecture.inputs();
  const std::size_t out = architecture.outputs();
  const nn::Engine<Complex> engine{&linalg::complex_kernels(), nullptr};
  linalg::to_panels(input_.data() + leaf.begin * in, leaf.rows(), in, workspace_.input());
  linalg::to_panels(target_.data() + leaf.begin * out, leaf.rows(), out, workspace_.targets());
  PassKey key = pass_;
  key.first_row += leaf.begin;
  nn::forward(engine, network_, leaf.rows(), nn::scores_end(architecture, options_.loss), workspace_, key);
  return nn::loss<Complex>(engine, architecture, options_, leaf.rows(), 1.0, false, workspace_);
}

ComplexStep::Complex ComplexStep::with(Complex& number, Complex change) {
  const Complex before = number;
  number += change;
  const Complex result = loss();
  number = before;
  return result;
}

double ComplexStep::parameter_derivative(std::size_t offset) {
  return with(network_.parameters[offset], {0, kStep}).imag() / kStep;
}
double ComplexStep::input_derivative(std::size_t i) { return with(input_[i], {0, kStep}).imag() / kStep; }
double ComplexStep::loss_with_parameter(std::size_t offset, double change) {
  return with(network_.parameters[offset], change).real();
}
double ComplexStep::loss_with_input(std::size_t i, double change) { return with(input_[i], change).real(); }

}  // namespace bprop::check
