// SPDX-License-Identifier: Apache-2.0
#include "train/prediction_gradient.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "nn/network_state.h"

namespace bprop::training {
namespace {

// The network whose output is what predict() says: the temperature lies in the last layer's numbers.
template <class T>
BasicNetwork<T> predicting_network(const Model& model) {
  auto network = std::get<BasicNetwork<T>>(model.network);
  const Activation link = rule(model.loss.loss).link;
  if (link == Activation::kIdentity) return network;
  auto* const last = std::get_if<Dense>(&network.state().architecture.layers.back());
  BPROP_CHECK(last != nullptr && (last->activation == Activation::kIdentity || last->activation == link), UsageError,
              "gradients of a prediction by {}: the last layer is '{}', expected a dense one without other activation",
              rule(link).name, rule(activation_of(network.architecture().layers.back())).name);
  last->activation = link;
  if (model.temperature == 1) return network;
  const std::size_t k = network.architecture().layers.size() - 1;
  const auto cooled = [&](std::vector<T> values) {
    for (T& value : values) value = static_cast<T>(static_cast<double>(value) / model.temperature);
    return values;
  };
  network.set_weights(k, cooled(network.weights(k)));
  if (has_bias(network.architecture().layers[k])) network.set_bias(k, cooled(network.bias(k)));
  return network;
}

}  // namespace

template <class T>
PredictionGradient<T>::PredictionGradient(const Model& model, ThreadPool* pool)
    : network_(predicting_network<T>(model)), pool_(pool), row_(network_.inputs()) {}

template <class T>
void PredictionGradient<T>::predict(std::span<const T> input, std::size_t rows) {
  predictions_.resize(rows * outputs());
  steps_.resize(rows);
  network_.predict(input, predictions_);
  for (std::size_t n = 0; n < rows; ++n) {
    double largest = 1;
    for (std::size_t k = 0; k < outputs(); ++k) {
      largest = std::max(largest, std::fabs(static_cast<double>(predictions_[n * outputs() + k])));
    }
    BPROP_CHECK(std::isfinite(largest), UsageError, "a prediction is {}, expected finite numbers", largest);
    steps_[n] = std::exp2(std::ceil(std::log2(largest)));
  }
}

template <class T>
const std::vector<T>& PredictionGradient<T>::backward(std::span<const T> input, std::size_t output) {
  targets_ = predictions_;
  for (std::size_t n = 0; n < steps_.size(); ++n) targets_[n * outputs() + output] -= static_cast<T>(steps_[n]);
  const LossOptions loss{.loss = Loss::kHalfSquaredError, .reduction = Reduction::kSum, .label_smoothing = 0};
  last_ = gradients<T>(network_, input, targets_, loss, pool_);
  return last_.d_input;
}

template class PredictionGradient<float>;
template class PredictionGradient<double>;

}  // namespace bprop::training
