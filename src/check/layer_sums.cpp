// SPDX-License-Identifier: Apache-2.0
#include "check/layer_sums.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "nn/leaves.h"
#include "optim/norms.h"

namespace bprop::check {
namespace {

using linalg::kPanel;

template <class T>
void add_to(std::vector<T>& sums, const std::vector<T>& others) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += others[i];
}

// Where φ' tells how much a unit can learn: not where it is 1 everywhere, a matrix, or never computed; nor that of a
// cosine, which is small in one place and large in the next.
bool has_slopes(const Architecture& architecture, Loss loss, std::size_t layer) {
  const Activation activation = activation_of(architecture.layers[layer]);
  const bool pair = layer + 1 == architecture.layers.size() && nn::is_pair(architecture, loss);
  return !pair && nn::by_element(activation) && activation != Activation::kIdentity &&
         activation != Activation::kCosine;
}

// Squares of each of the 16 columns of a panel, and the largest size. Sixteen sums side by side fill whole vectors.
template <class T>
struct PanelSums {
  std::array<double, kPanel> squares{};
  std::array<T, kPanel> largest{};

  PanelSums(const T* panel, std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t lane = 0; lane < kPanel; ++lane) {
        const T x = panel[row * kPanel + lane];
        const T size = x < 0 ? -x : x;
        squares[lane] += static_cast<double>(x) * static_cast<double>(x);
        largest[lane] = size > largest[lane] ? size : largest[lane];
      }
    }
  }
};

// Σ x² to six digits: 256 squares at a time add up in T and only then in double, which takes a third of the time
// (batches of one row would pay 2 % of it for the norms alone). Where squares of floats may have underflowed, all in
// double.
template <class T>
double sum_of_squares(std::span<const T> x) {
  constexpr std::size_t kTogether = 16 * kPanel;
  double sum = 0;
  for (std::size_t first = 0; first < x.size(); first += kTogether) {
    std::array<T, kPanel> lanes{};
    const std::size_t end = std::min(first + kTogether, x.size());
    for (std::size_t i = first; i < end; i += kPanel) {
      for (std::size_t lane = 0; lane < kPanel; ++lane) lanes[lane] += x[i + lane] * x[i + lane];
    }
    for (const T lane : lanes) sum += static_cast<double>(lane);
  }
  const bool accurate = sum > 1e-30 * static_cast<double>(x.size()) && std::isfinite(sum);
  return accurate ? sum : optim::sum_of_squares<T>(x);
}

std::size_t width_of(std::size_t columns, std::size_t panel) { return std::min(kPanel, columns - panel * kPanel); }

}  // namespace

NetworkSums::NetworkSums(const Architecture& architecture, Loss for_loss)
    : layers(architecture.layers.size()), column_squares(architecture.inputs()) {
  for (std::size_t k = 0; k < layers.size(); ++k) {
    if (!has_slopes(architecture, for_loss, k)) continue;
    layers[k].no_slope.resize(outputs_of(architecture.layers[k]));
    layers[k].low_slope.resize(layers[k].no_slope.size());
  }
}

void NetworkSums::clear() {
  rows = 0;
  batches = 0;
  loss = 0;
  std::fill(column_squares.begin(), column_squares.end(), 0.0);
  for (LayerSums& layer : layers) {
    layer.delta_squares = layer.delta_largest = layer.gradient_squares = layer.weight_squares = 0;
    std::fill(layer.no_slope.begin(), layer.no_slope.end(), 0U);
    std::fill(layer.low_slope.begin(), layer.low_slope.end(), 0U);
  }
}

void NetworkSums::add(const NetworkSums& other) {
  rows += other.rows;
  batches += other.batches;
  loss = other.loss;
  add_to(column_squares, other.column_squares);
  for (std::size_t k = 0; k < layers.size(); ++k) {
    LayerSums& sums = layers[k];
    const LayerSums& others = other.layers[k];
    sums.delta_squares += others.delta_squares;
    sums.delta_largest = std::max(sums.delta_largest, others.delta_largest);
    sums.gradient_squares += others.gradient_squares;
    sums.weight_squares += others.weight_squares;
    add_to(sums.no_slope, others.no_slope);
    add_to(sums.low_slope, others.low_slope);
  }
}

// Within 1e-4: every activation has its steepest place between −10 and 10, where this looks every hundredth.
double largest_slope(Activation activation) {
  const ActivationRule& phi = rule(activation);
  double largest = 0;
  for (int step = -1000; step <= 1000; ++step) {
    const double z = 0.01 * step;
    largest = std::max(largest, std::fabs(phi.derivative(z, phi.value(z))));
  }
  return largest;
}

template <class T>
LayerWatch<T>::LayerWatch(const nn::NetworkState<T>& network, const LossOptions& loss, double saturated_slope,
                          std::size_t largest_batch, NetworkSums& sums)
    : network_(network),
      kernels_(linalg::kernels_for<T>(network.arithmetic)),
      reduction_(loss.reduction),
      ones_(nn::largest_leaf(largest_batch) * kPanel),
      slopes_(ones_.size()),
      sums_(sums) {
  std::fill_n(ones_.data(), ones_.size(), T(1));
  for (std::size_t k = 0; k < sums.layers.size(); ++k) {
    const bool slopes = !sums.layers[k].no_slope.empty();
    const Activation activation = activation_of(network.architecture.layers[k]);
    low_.push_back(static_cast<T>(slopes ? saturated_slope * largest_slope(activation) : 0));
  }
}

template <class T>
void LayerWatch<T>::begin_batch(std::size_t rows) {
  const bool mean = reduction_ == Reduction::kMean;
  scale_ = mean ? static_cast<double>(rows) : 1;
  gradient_scale_ = mean ? 1 : 1 / static_cast<double>(rows);
  sums_.rows += rows;
}

template <class T>
void LayerWatch<T>::layer(std::size_t layer, std::size_t rows, const nn::Workspace<T>& workspace) {
  LayerSums& sums = sums_.layers[layer];
  const std::size_t units = network_.layout[layer].outputs;
  for (std::size_t panel = 0; panel < linalg::panels(units); ++panel) {
    const PanelSums<T> delta(workspace[layer].delta + panel * rows * kPanel, rows);
    for (std::size_t lane = 0; lane < width_of(units, panel); ++lane) {
      sums.delta_squares += scale_ * scale_ * delta.squares[lane];
      sums.delta_largest = std::max(sums.delta_largest, scale_ * static_cast<double>(delta.largest[lane]));
    }
  }
  if (!sums.no_slope.empty()) add_slopes(layer, rows, workspace[layer]);
  if (layer > 0) return;
  const std::size_t columns = sums_.column_squares.size();
  for (std::size_t panel = 0; panel < linalg::panels(columns); ++panel) {
    const PanelSums<T> input(workspace.input_of(0) + panel * rows * kPanel, rows);
    for (std::size_t lane = 0; lane < width_of(columns, panel); ++lane) {
      sums_.column_squares[panel * kPanel + lane] += input.squares[lane];
    }
  }
}

// φ' is what the adjoint of a = φ(z) makes of ones: the engine's own formula.
template <class T>
void LayerWatch<T>::add_slopes(std::size_t layer, std::size_t rows, const nn::LayerValues<T>& values) {
  const nn::LayerLayout& at = network_.layout[layer];
  const Activation activation = activation_of(network_.architecture.layers[layer]);
  const T low = low_[layer];
  for (std::size_t panel = 0; panel < linalg::panels(at.outputs); ++panel) {
    const std::size_t offset = panel * rows * kPanel;
    kernels_.activate_backward(activation, values.z + offset, values.a + offset, ones_.data(), slopes_.data(),
                               rows * kPanel);
    std::array<std::uint32_t, kPanel> none{};
    std::array<std::uint32_t, kPanel> little{};
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t lane = 0; lane < kPanel; ++lane) {
        const T slope = slopes_[row * kPanel + lane];
        none[lane] += slope == T(0) ? 1U : 0U;
        little[lane] += slope < low && slope > -low ? 1U : 0U;
      }
    }
    for (std::size_t lane = 0; lane < width_of(at.outputs, panel); ++lane) {
      sums_.layers[layer].no_slope[panel * kPanel + lane] += none[lane];
      sums_.layers[layer].low_slope[panel * kPanel + lane] += little[lane];
    }
  }
}

template <class T>
void LayerWatch<T>::end_batch(double loss, std::span<const T> gradient) {
  ++sums_.batches;
  sums_.loss = loss;
  const std::span<const T> parameters = network_.parameters.span();
  for (std::size_t k = 0; k < sums_.layers.size(); ++k) {
    const nn::LayerLayout& at = network_.layout[k];
    sums_.layers[k].gradient_squares +=
        gradient_scale_ * gradient_scale_ * sum_of_squares<T>(gradient.subspan(at.weights, at.weights_size));
    sums_.layers[k].weight_squares += sum_of_squares<T>(parameters.subspan(at.weights, at.weights_size));
  }
}

template class LayerWatch<float>;
template class LayerWatch<double>;

}  // namespace bprop::check
