// SPDX-License-Identifier: Apache-2.0
#include "bprop/network.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "nn/network_state.h"
#include "nn/propagation.h"

namespace bprop {
namespace {

// Rows that a pass of predict takes at once: 784-512-512-10 runs at 0.94 of the peak, with 128 at 0.88, with 32 at
// 0.91.
constexpr std::size_t kPredictRows = 64;

// Scratch memory of predict, one per thread and element type; made anew only for another architecture.
template <class T>
nn::Workspace<T>& prediction_workspace(const Architecture& architecture, std::size_t rows) {
  struct Scratch {
    Architecture architecture;
    std::optional<nn::Workspace<T>> workspace;
  };
  thread_local Scratch scratch;
  const bool fits = scratch.workspace && scratch.workspace->capacity() >= rows && scratch.architecture == architecture;
  if (!fits) {
    scratch.architecture = architecture;
    scratch.workspace.emplace(architecture, rows == 1 ? 1 : kPredictRows, nn::Keep::kInference);
  }
  return *scratch.workspace;
}

}  // namespace

template <class T>
BasicNetwork<T>::BasicNetwork(std::string_view architecture, const NetworkOptions& options)
    : BasicNetwork(Architecture::parse(architecture), options) {}

template <class T>
BasicNetwork<T>::BasicNetwork(const Architecture& architecture, const NetworkOptions& options) {
  BPROP_CHECK(!architecture.layers.empty(), UsageError, "[network] an architecture needs at least one layer");
  BPROP_CHECK(!std::holds_alternative<Embedding>(architecture.layers.back()), UsageError,
              "[network] the last layer is an embedding layer, expected a dense or a scale layer");
  for (const Layer& layer : architecture.layers) {
    const bool groups = std::holds_alternative<Embedding>(layer);
    BPROP_CHECK(!groups || activation_of(layer) != Activation::kSoftmax, UsageError,
                "[network] a mix has softmax, which looks at all units, expected an activation of each unit");
  }
  state_ = std::make_unique<nn::NetworkState<T>>(architecture, options.arithmetic);
  nn::initialize(*state_, options);
}

template <class T>
BasicNetwork<T>::BasicNetwork(const BasicNetwork& other)
    : state_(std::make_unique<nn::NetworkState<T>>(*other.state_)) {}
template <class T>
BasicNetwork<T>::BasicNetwork(BasicNetwork&& other) noexcept = default;
template <class T>
BasicNetwork<T>& BasicNetwork<T>::operator=(BasicNetwork other) noexcept {
  state_ = std::move(other.state_);
  return *this;
}
template <class T>
BasicNetwork<T>::~BasicNetwork() = default;

template <class T>
const Architecture& BasicNetwork<T>::architecture() const {
  return state_->architecture;
}
template <class T>
Arithmetic BasicNetwork<T>::arithmetic() const {
  return state_->arithmetic;
}

namespace {

template <class T>
const nn::LayerLayout& checked_layer(const nn::NetworkState<T>& state, std::size_t layer, const char* where) {
  BPROP_CHECK(layer < state.layout.layers(), ShapeError, "[network.{}] layer {} does not exist, there are {} from 0",
              where, layer, state.layout.layers());
  return state.layout[layer];
}

void check_size(std::size_t found, std::size_t expected, const char* where, const nn::LayerLayout& at) {
  BPROP_CHECK(found == expected, ShapeError, "[network.{}] {} numbers for a layer {} -> {}, expected {}", where, found,
              at.inputs, at.outputs, expected);
}

}  // namespace

template <class T>
std::vector<T> BasicNetwork<T>::weights(std::size_t layer) const {
  const nn::LayerLayout& at = checked_layer(*state_, layer, "weights");
  std::vector<T> values(at.weight_count());
  copy_weights(layer, values);
  return values;
}

template <class T>
void BasicNetwork<T>::copy_weights(std::size_t layer, std::span<T> destination) const {
  const nn::LayerLayout& at = checked_layer(*state_, layer, "copy_weights");
  check_size(destination.size(), at.weight_count(), "copy_weights", at);
  nn::weights_to_row_major(at, state_->parameters.data(), destination.data());
}

template <class T>
std::vector<T> BasicNetwork<T>::bias(std::size_t layer) const {
  const nn::LayerLayout& at = checked_layer(*state_, layer, "bias");
  if (at.bias_size == 0) return {};
  const T* from = state_->parameters.data() + at.bias;
  return std::vector<T>(from, from + at.bias_count);
}

template <class T>
void BasicNetwork<T>::set_weights(std::size_t layer, std::span<const T> values) {
  const nn::LayerLayout& at = checked_layer(*state_, layer, "set_weights");
  check_size(values.size(), at.weight_count(), "set_weights", at);
  nn::weights_from_row_major(at, values.data(), state_->parameters.data());
}

template <class T>
void BasicNetwork<T>::set_bias(std::size_t layer, std::span<const T> values) {
  const nn::LayerLayout& at = checked_layer(*state_, layer, "set_bias");
  check_size(values.size(), at.bias_count, "set_bias", at);
  std::copy(values.begin(), values.end(), state_->parameters.data() + at.bias);
}

template <class T>
std::vector<T> BasicNetwork<T>::running_mean(std::size_t layer) const {
  const nn::LayerLayout& at = checked_layer(*state_, layer, "running_mean");
  if (at.running_size == 0) return {};
  const T* const from = state_->running(layer);
  return std::vector<T>(from, from + at.outputs);
}

template <class T>
std::vector<T> BasicNetwork<T>::running_variance(std::size_t layer) const {
  const nn::LayerLayout& at = checked_layer(*state_, layer, "running_variance");
  if (at.running_size == 0) return {};
  const T* const from = state_->running(layer) + at.running_size / 2;
  return std::vector<T>(from, from + at.outputs);
}

template <class T>
void BasicNetwork<T>::set_running(std::size_t layer, std::span<const T> mean, std::span<const T> variance) {
  const nn::LayerLayout& at = checked_layer(*state_, layer, "set_running");
  const std::size_t count = at.running_size == 0 ? 0 : at.outputs;
  check_size(mean.size(), count, "set_running", at);
  check_size(variance.size(), count, "set_running", at);
  for (const T value : variance) {
    BPROP_CHECK(value >= 0, UsageError, "[network.set_running] a variance is {}, expected 0 or more", value);
  }
  std::copy(mean.begin(), mean.end(), state_->parameters.data() + at.running);
  std::copy(variance.begin(), variance.end(), state_->parameters.data() + at.running + at.running_size / 2);
}

template <class T>
void BasicNetwork<T>::predict(std::span<const T> input, std::span<T> output) const {
  const std::size_t rows = input.size() / inputs();
  BPROP_CHECK(input.size() == rows * inputs() && output.size() == rows * outputs(), ShapeError,
              "[network.predict] {} numbers in and {} out, expected (N x {}) and (N x {})", input.size(), output.size(),
              inputs(), outputs());
  if (rows == 0) return;
  const nn::Engine<T> engine{&linalg::kernels_for<T>(arithmetic()), nullptr};
  nn::Workspace<T>& workspace = prediction_workspace<T>(architecture(), std::min(rows, kPredictRows));
  for (std::size_t first = 0; first < rows; first += workspace.capacity()) {
    const std::size_t count = std::min(workspace.capacity(), rows - first);
    linalg::to_panels(input.data() + first * inputs(), count, inputs(), workspace.input());
    nn::forward(engine, *state_, count, nn::Through::kLastActivation, workspace);
    linalg::from_panels(workspace[architecture().layers.size() - 1].a, count, outputs(),
                        output.data() + first * outputs());
  }
}

template class BasicNetwork<float>;
template class BasicNetwork<double>;

}  // namespace bprop
