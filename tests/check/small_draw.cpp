// SPDX-License-Identifier: Apache-2.0
#include "check/small_draw.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace bprop::check {
namespace {

constexpr double kCancelled = 1e-2;
constexpr double kSumCancelled = 1e-4;
constexpr double kNormCancelled = 3e-3;
constexpr double kLeastDeviation = 0.1;  // of a row in a layer norm: 1/σ³ of the central difference's error

// A sequence of numbers that are exact in float.
class Source {
 public:
  Source(std::uint64_t seed, std::uint32_t draw) : key_{seed, Purpose::kTest, draw, 0} {}
  double between(double low, double high) {
    return static_cast<double>(static_cast<float>(low + (high - low) * random_uniform(key_, next_++)));
  }
  std::size_t below(std::size_t count) { return random_bits(key_, next_++) % count; }

 private:
  RandomKey key_;
  std::uint32_t next_ = 0;
};

// Targets as the loss wants them: labels for the losses of classes, counts for poisson, shares near the corners for
// softmax, else numbers.
void draw_target(const SmallCase& c, Source& source, std::vector<double>& target) {
  const std::size_t hot = source.below(c.outputs);
  const bool of_row = rule(c.loss).link == Activation::kSoftmax;
  const bool labels = rule(c.loss).target == LossTarget::kClasses && !of_row;
  for (std::size_t k = 0; k < c.outputs; ++k) {
    if (c.loss == Loss::kPoisson) {
      target.push_back(static_cast<double>(source.below(4)));
    } else if (of_row || (labels && c.activation == Activation::kSoftmax && c.outputs > 1)) {
      target.push_back(k == hot ? 1 : 0);
    } else if (labels) {
      target.push_back(source.below(2) == 0 ? 0 : 1);
    } else if (c.activation == Activation::kSoftmax) {
      target.push_back(k == hot && c.outputs > 1 ? source.between(0.9, 1.1) : source.between(-0.1, 0.1));
    } else {
      target.push_back(source.between(-2, 2));
    }
  }
}

// Whether a row's ∂l/∂z in the last layer is below 1e-2 because two numbers nearly cancel: s − y, 1 − a², or softmax's
// Jacobian. Not so: the 0.01 of leaky_relu, and the 0 of dead units or of a softmax of one output.
bool row_cancels(const SmallCase& c, const LayerGradients<double>& last) {
  const bool several = c.activation == Activation::kSoftmax && c.outputs > 1;
  const std::vector<double>& small = c.activation == Activation::kLeakyRelu ? last.d_output : last.delta;
  for (std::size_t n = 0; n < c.rows; ++n) {
    const double size = static_cast<double>(c.rows) * largest(std::span(small).subspan(n * c.outputs, c.outputs));
    if (size < kCancelled && (size > 0 || several)) return true;
  }
  return false;
}

// Whether the rows' shares of ∂L/∂W or ∂L/∂b cancel nearly all of a tensor (±½ and ∓½ of an absolute error).
bool sum_cancels(const SmallCase& c, const Draw& draw, const DoubleGradients& g) {
  for (std::size_t k = 0; k < g.layers.size(); ++k) {
    const std::vector<double>& below = k == 0 ? draw.input : g.layers[k - 1].a;
    const LayerGradients<double>& layer = g.layers[k];
    double summand = 0;  // the largest |δ a|, and |δ|
    double bias_summand = 0;
    for (std::size_t n = 0; n < c.rows; ++n) {
      const auto row = [&](const std::vector<double>& v) {
        return largest(std::span(v).subspan(n * (v.size() / c.rows), v.size() / c.rows));
      };
      summand = std::max(summand, row(layer.delta) * row(below));
      bias_summand = std::max(bias_summand, row(layer.delta));
    }
    if (layer.d_weights.empty()) continue;
    // Under hinge all rows' δ have one size, under quantile one of two, so that rows nearly alike leave less of every
    // tensor below.
    const bool of_one_size = c.loss == Loss::kHinge || c.loss == Loss::kQuantile;
    const double least = of_one_size ? kCancelled : kSumCancelled;
    if (largest(layer.d_weights) < least * summand) return true;
    if (!layer.d_bias.empty() && largest(layer.d_bias) < least * bias_summand) return true;
  }
  return false;
}

// Whether a row of a layer norm varies too little, or what goes back through one nearly cancels in a row: of two
// different numbers, or of one that a relu lets through beside zeros, ∂u is but an ε.
bool norm_cancels(const Draw& draw, const DoubleGradients& g) {
  const auto& layers = draw.network.architecture().layers;
  for (std::size_t k = 0; k < layers.size(); ++k) {
    if (!std::holds_alternative<LayerNorm>(layers[k])) continue;
    const std::size_t size = outputs_of(layers[k]);
    const std::vector<double>& x = k == 0 ? draw.input : g.layers[k - 1].a;
    const std::vector<double>& d_x = k == 0 ? g.d_input : g.layers[k - 1].delta;
    for (std::size_t first = 0; first < x.size(); first += size) {
      double mean = 0, variance = 0;
      for (std::size_t i = 0; i < size; ++i) mean += x[first + i] / static_cast<double>(size);
      for (std::size_t i = 0; i < size; ++i) variance += std::pow(x[first + i] - mean, 2) / static_cast<double>(size);
      if (variance < kLeastDeviation * kLeastDeviation) return true;
      const double delta = largest(std::span(g.layers[k].delta).subspan(first, size));
      const double summand = delta * largest(draw.network.weights(k)) / std::sqrt(variance);
      const double came_back = largest(std::span(d_x).subspan(first, size));
      if (came_back > 0 && came_back < kNormCancelled * summand) return true;
    }
  }
  return false;
}

}  // namespace

Draw draw_case(const SmallCase& c, std::uint32_t draw) {
  Source source(c.number(), draw);
  Draw result{DoubleNetwork(c.architecture(), {.initializer = Initializer::kZeros}), {}, {}};
  for (std::size_t k = 0; k < result.network.architecture().layers.size(); ++k) {
    std::vector<double> weights = result.network.weights(k);
    std::vector<double> bias = result.network.bias(k);
    for (double& w : weights) w = source.between(-1, 1);
    for (double& b : bias) b = source.between(-0.5, 0.5);
    result.network.set_weights(k, weights);
    result.network.set_bias(k, bias);
    std::vector<double> mean = result.network.running_mean(k);
    std::vector<double> variance = result.network.running_variance(k);
    for (double& m : mean) m = source.between(-0.5, 0.5);
    for (double& v : variance) v = source.between(0.5, 2);
    result.network.set_running(k, mean, variance);
  }
  for (std::size_t n = 0; n < c.rows; ++n) {
    for (std::size_t i = 0; i < c.inputs; ++i) result.input.push_back(source.between(-1, 1));
    draw_target(c, source, result.target);
  }
  return result;
}

double largest(std::span<const double> values) {
  double result = 0;
  for (const double value : values) result = std::max(result, std::fabs(value));
  return result;
}

bool cancels(const SmallCase& c, const Draw& draw, const DoubleGradients& g) {
  return row_cancels(c, g.layers.back()) || sum_cancels(c, draw, g) || norm_cancels(draw, g);
}

}  // namespace bprop::check
