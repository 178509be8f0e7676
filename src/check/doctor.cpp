// SPDX-License-Identifier: Apache-2.0
#include "bprop/doctor.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ostream>

#include "base/check.h"
#include "check/findings.h"
#include "check/not_finite.h"
#include "nn/batch_gradient.h"

namespace bprop {
namespace {

template <class T>
check::NetworkSums sums_of(const BasicNetwork<T>& network, std::span<const T> input, std::span<const T> target,
                           const LossOptions& loss, const DoctorOptions& options) {
  const nn::NetworkState<T>& state = network.state();
  const std::size_t rows = input.size() / network.inputs();
  const nn::Engine<T> engine{&linalg::kernels_for<T>(network.arithmetic()), options.pool};
  check::NetworkSums sums(network.architecture(), loss.loss);
  check::LayerWatch<T> watch(state, loss, options.saturated_slope, rows, sums);
  nn::BatchGradient<T> batch_gradient(network.architecture(), loss, rows);
  AlignedBuffer<T> gradient(state.layout.size());
  watch.begin_batch(rows);
  const auto value = batch_gradient(engine, state, nn::Twins<T>(state, false), {rows, input.data(), target.data()},
                                    gradient.span(), {}, &watch);
  watch.end_batch(*value, gradient.span());
  return sums;
}

}  // namespace

template <class T>
Diagnosis diagnose(const BasicNetwork<T>& network, std::span<const T> input, std::span<const T> target,
                   const LossOptions& loss, const DoctorOptions& options) {
  const std::size_t rows = input.size() / network.inputs();
  BPROP_CHECK(rows > 0 && input.size() == rows * network.inputs() && target.size() == rows * network.outputs(),
              ShapeError, "[diagnose] {} inputs and {} targets, expected (N x {}) and (N x {}), N at least 1",
              input.size(), target.size(), network.inputs(), network.outputs());
  Diagnosis diagnosis = check::judged(network.architecture(), sums_of(network, input, target, loss, options), options);
  auto bad = check::find_not_finite(network, loss, input, target, check::Search::kForwardAndBackward);
  if (!bad) return diagnosis;
  check::name_place(*bad, options);
  std::erase_if(diagnosis.findings, [](const Finding& f) { return f.kind != Finding::Kind::kUnscaledColumn; });
  diagnosis.findings.insert(diagnosis.findings.begin(), check::finding_of(*bad));
  return diagnosis;
}

template Diagnosis diagnose(const BasicNetwork<float>&, std::span<const float>, std::span<const float>,
                            const LossOptions&, const DoctorOptions&);
template Diagnosis diagnose(const BasicNetwork<double>&, std::span<const double>, std::span<const double>,
                            const LossOptions&, const DoctorOptions&);

std::string_view name(Finding::Kind kind) {
  constexpr std::array<std::string_view, 6> kNames = {"not_finite", "unscaled_column", "vanishing",
                                                      "exploding",  "dead_units",      "saturated_units"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string sentence(const Finding& finding) { return finding.found + "; " + finding.remedy + " may help"; }

namespace {

std::string ratio_text(const LayerHealth& layer) {
  const double ratio = layer.gradient_norm / layer.weight_norm;
  return std::isnan(ratio) ? "-" : fmt::format("{:.2e}", ratio);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Diagnosis& diagnosis) {
  out << fmt::format("{:<5} {:>6} {:>10} {:>13} {:>15} {:>6} {:>9}\n", "layer", "units", "rms delta", "largest delta",
                     "gradient/weight", "dead", "saturated");
  for (std::size_t k = 0; k < diagnosis.layers.size(); ++k) {
    const LayerHealth& layer = diagnosis.layers[k];
    const auto count = [&](std::size_t units) { return layer.slopes ? fmt::format("{}", units) : std::string("-"); };
    out << fmt::format("{:<5} {:>6} {:>10.2e} {:>13.2e} {:>15} {:>6} {:>9}\n", k + 1, layer.units, layer.delta_rms,
                       layer.delta_largest, ratio_text(layer), count(layer.dead.size()), count(layer.saturated.size()));
  }
  for (const Finding& finding : diagnosis.findings) out << name(finding.kind) << ": " << sentence(finding) << '\n';
  if (diagnosis.findings.empty()) out << "nothing found\n";
  return out;
}

}  // namespace bprop
