// SPDX-License-Identifier: Apache-2.0
#include "nn/batch_gradient.h"

#include "base/check.h"
#include "linalg/panels.h"

namespace bprop::nn {

template <class T>
void smooth_labels(const LossOptions& options, std::size_t outputs, std::span<T> targets) {
  if (options.label_smoothing == 0) return;
  const double classes = options.loss == Loss::kBinaryCrossEntropy ? 2.0 : static_cast<double>(outputs);
  const T keep = static_cast<T>(1 - options.label_smoothing);
  const T spread = static_cast<T>(options.label_smoothing / classes);
  for (T& y : targets) y = keep * y + spread;
}

template <class T>
BatchGradient<T>::BatchGradient(const Architecture& architecture, const LossOptions& loss, std::size_t largest_batch)
    : loss_(loss),
      workspace_(architecture, largest_leaf(largest_batch), Keep::kTraining),
      inputs_(workspace_.capacity() * architecture.inputs()),
      targets_(workspace_.capacity() * architecture.outputs()),
      tree_(Layout(architecture).size(), leaf_count(largest_batch)) {}

template <class T>
std::optional<double> BatchGradient<T>::operator()(const Engine<T>& engine, const NetworkState<T>& network,
                                                   const Twins<T>& twins, std::size_t rows, BatchRows<T>& source,
                                                   std::span<T> gradient, const std::function<bool()>& stop) {
  const double scale = loss_scale(loss_, rows);
  const std::size_t leaves = leaf_count(rows);
  double sum = 0;
  for (std::size_t index = 0; index < leaves; ++index) {
    if (index > 0 && stop && stop()) {
      tree_.clear();
      return std::nullopt;
    }
    const bool only = leaves == 1;
    const std::span<T> into = only ? gradient : tree_.next();
    sum += leaf_gradient(engine, network, twins, leaf(rows, leaves, index), static_cast<T>(scale), source, into);
    if (!only) tree_.push();
  }
  if (leaves > 1) tree_.finish(gradient);
  return sum * scale;
}

template <class T>
double BatchGradient<T>::leaf_gradient(const Engine<T>& engine, const NetworkState<T>& network, const Twins<T>& twins,
                                       Leaf leaf, T scale, BatchRows<T>& source, std::span<T> gradient) {
  const Architecture& architecture = network.architecture;
  BPROP_DCHECK(leaf.rows() <= workspace_.capacity());
  source.fill(leaf.begin, leaf.rows(), inputs_.data(), targets_.data());
  smooth_labels(loss_, architecture.outputs(), std::span(targets_).first(leaf.rows() * architecture.outputs()));
  linalg::to_panels(inputs_.data(), leaf.rows(), architecture.inputs(), workspace_.input());
  linalg::to_panels(targets_.data(), leaf.rows(), architecture.outputs(), workspace_.targets());

  forward(engine, network, leaf.rows(), scores_end(architecture, loss_.loss), workspace_);
  const double sum = loss(engine, architecture, loss_, leaf.rows(), scale, true, workspace_);
  backward(engine, network, twins, leaf.rows(), workspace_, gradient.data());
  return sum;
}

template void smooth_labels(const LossOptions&, std::size_t, std::span<float>);
template void smooth_labels(const LossOptions&, std::size_t, std::span<double>);
template class BatchGradient<float>;
template class BatchGradient<double>;

}  // namespace bprop::nn
