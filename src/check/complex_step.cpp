// SPDX-License-Identifier: Apache-2.0
#include "check/complex_step.h"

#include "linalg/panels.h"
#include "nn/propagation.h"

namespace bprop::check {

ComplexStep::ComplexStep(const nn::NetworkState<double>& network, std::span<const double> input,
                         std::span<const double> target, const LossOptions& options, const PassKey& pass)
    : network_(nn::converted<Complex>(network)),
      options_(options),
      pass_(pass),
      input_(input.begin(), input.end()),
      rows_(input.size() / network.architecture.inputs()),
      workspace_(network.architecture, rows_, nn::Keep::kInference, pass.pass) {
  std::vector<double> smoothed(target.begin(), target.end());
  nn::smooth_labels<double>(options, network.architecture.outputs(), smoothed);
  target_.assign(smoothed.begin(), smoothed.end());
}

ComplexStep::Complex ComplexStep::loss() {
  const Architecture& architecture = network_.architecture;
  const nn::Engine<Complex> engine{&linalg::complex_kernels(), nullptr};
  linalg::to_panels(input_.data(), rows_, architecture.inputs(), workspace_.input());
  linalg::to_panels(target_.data(), rows_, architecture.outputs(), workspace_.targets());
  nn::forward(engine, network_, rows_, nn::scores_end(architecture, options_.loss), workspace_, pass_);
  const Complex sum = nn::loss<Complex>(engine, architecture, options_, rows_, 1.0, false, workspace_);
  return sum * nn::loss_scale(options_, rows_);
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
