// SPDX-License-Identifier: Apache-2.0
#include "nn/batch_gradient.h"

#include <algorithm>

#include "base/check.h"

namespace bprop::nn {

template <class T>
void smooth_labels(const LossOptions& options, std::size_t outputs, std::span<T> targets) {
  if (options.label_smoothing == 0) return;
  const double classes = rule(options.loss).link == Activation::kSigmoid ? 2.0 : static_cast<double>(outputs);
  const T keep = static_cast<T>(1 - options.label_smoothing);
  const T spread = static_cast<T>(options.label_smoothing / classes);
  for (T& y : targets) y = keep * y + spread;
}

template <class T>
BatchGradient<T>::BatchGradient(const Architecture& architecture, const LossOptions& loss, std::size_t largest_batch,
                                std::size_t least_leaves, Communicator* ranks)
    : loss_(loss),
      least_leaves_(least_leaves),
      ranks_(ranks),
      workspace_(architecture, largest_leaf(largest_batch), Keep::kTraining),
      load_(architecture, workspace_.capacity()),
      tree_(Layout(architecture).size(), leaf_count(largest_batch, least_leaves), ranks),
      running_(architecture, leaf_count(largest_batch, least_leaves)) {
  losses_.reserve(leaf_count(largest_batch, least_leaves));
  theirs_.reserve(losses_.capacity());
}

template <class T>
std::optional<double> BatchGradient<T>::operator()(const Engine<T>& engine, const NetworkState<T>& network,
                                                   const Twins<T>& twins, const Batch<T>& batch, std::span<T> gradient,
                                                   const std::function<bool()>& stop, BackwardObserver<T>* observer) {
  const double scale = loss_scale(loss_, batch);
  const std::size_t leaves = leaf_count(batch.rows, least_leaves_);
  const bool only = leaves == 1;
  Communicator* const ranks = only || observer != nullptr ? nullptr : ranks_;
  running_.begin(leaves);
  losses_.assign(leaves, 0.0);
  for (std::size_t index = 0; index < leaves; ++index) {
    const std::size_t owner = ranks == nullptr ? tree_.me() : leaf_owner(leaves, ranks->ranks(), index);
    if (owner != tree_.me()) {
      tree_.push_of(owner);
      continue;
    }
    if (ranks == nullptr && index > 0 && stop && stop()) {
      tree_.clear();
      return std::nullopt;
    }
    const Leaf part = leaf(batch.rows, leaves, index);
    losses_[index] = leaf_loss(engine, network, part, index, static_cast<T>(scale), batch);
    const std::span<T> into = only ? gradient : tree_.next();
    backward(engine, network, twins, part.rows(), workspace_, into.data(), observer);
    if (!only) tree_.push();
  }
  if (ranks != nullptr) {
    theirs_.resize(leaves);
    add_disjoint(ranks, losses_, theirs_);
    running_.share(ranks);
  }
  if (!only) tree_.finish(gradient, ranks);
  double sum = 0;
  for (const double loss : losses_) sum += loss;
  return sum * scale;
}

template <class T>
double BatchGradient<T>::forward_and_loss(const Engine<T>& engine, const NetworkState<T>& network,
                                          const Batch<T>& batch) {
  BPROP_DCHECK(leaf_count(batch.rows, least_leaves_) == 1);
  const double scale = loss_scale(loss_, batch);
  running_.begin(1);
  return scale * leaf_loss(engine, network, {0, batch.rows}, 0, static_cast<T>(scale), batch);
}

template <class T>
void BatchGradient<T>::backward_and_update(const Engine<T>& engine, const NetworkState<T>& network, Twins<T>& twins,
                                           const Batch<T>& batch, const GradientSink<T>& sink) {
  nn::backward_and_update(engine, network, twins, batch.rows, workspace_, sink);
}

template <class T>
double BatchGradient<T>::leaf_loss(const Engine<T>& engine, const NetworkState<T>& network, Leaf leaf,
                                   std::size_t index, T scale, const Batch<T>& batch) {
  const Architecture& architecture = network.architecture;
  const std::size_t in = architecture.inputs();
  const std::size_t out = architecture.outputs();
  BPROP_DCHECK(leaf.rows() <= workspace_.capacity());
  const auto read = [&](std::size_t first, std::size_t some, T* inputs, T* targets) -> RowMajor<T> {
    first += leaf.begin;
    if (batch.source != nullptr) {
      batch.source->fill(first, some, inputs, targets);
    } else {
      std::copy_n(batch.targets + first * out, some * out, targets);
    }
    smooth_labels(loss_, out, std::span(targets, some * out));
    return {batch.source != nullptr ? inputs : batch.inputs + first * in, targets};
  };
  load_(engine, leaf.rows(), read, workspace_);
  PassKey key = batch.pass;
  key.first_row += leaf.begin;
  forward(engine, network, leaf.rows(), scores_end(architecture, loss_.loss), workspace_, key);
  running_.add(index, leaf.rows(), workspace_);
  return loss(engine, architecture, loss_, leaf.rows(), scale, true, workspace_,
              batch.weights == nullptr ? nullptr : batch.weights + leaf.begin);
}

template void smooth_labels(const LossOptions&, std::size_t, std::span<float>);
template void smooth_labels(const LossOptions&, std::size_t, std::span<double>);
template class BatchGradient<float>;
template class BatchGradient<double>;

}  // namespace bprop::nn
