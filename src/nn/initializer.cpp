// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/named.h"
#include "base/random.h"
#include "calculus/cosine.h"
#include "calculus/float_scalar.h"
#include "nn/network_state.h"

namespace bprop {
namespace {

constexpr std::array kRules = {
    InitializerRule{
        Initializer::kAutomatic, "automatic",
        "he_normal before relu, leaky_relu, elu, gelu, silu, mish; lecun_normal before selu; else glorot_uniform",
        "the choice that keeps the variance for each activation"},
    InitializerRule{Initializer::kGlorotUniform, "glorot_uniform", "uniform in ±√(6 / (n_in + n_out))",
                    "Glorot & Bengio 2010, eq. 16"},
    InitializerRule{Initializer::kGlorotNormal, "glorot_normal", "normal, σ = √(2 / (n_in + n_out))",
                    "Glorot & Bengio 2010"},
    InitializerRule{Initializer::kHeUniform, "he_uniform", "uniform in ±√(6 / n_in)", "He et al. 2015"},
    InitializerRule{Initializer::kHeNormal, "he_normal", "normal, σ = √(2 / n_in)", "He et al. 2015, eq. 10"},
    InitializerRule{Initializer::kLecunUniform, "lecun_uniform", "uniform in ±√(3 / n_in)", "LeCun et al. 1998"},
    InitializerRule{Initializer::kLecunNormal, "lecun_normal", "normal, σ = √(1 / n_in)", "LeCun et al. 1998, eq. 16"},
    InitializerRule{Initializer::kZeros, "zeros", "0", "for tests and for linear models"},
};

constexpr std::array<std::string_view, 2> kBiasInitializers = {"zeros", "normal"};

// Standard normal by Box and Muller from numbers 2·index and 2·index + 1, in our own arithmetic.
float random_normal(const RandomKey& key, std::uint32_t index) {
  using Float = reference::FloatScalar<false>;
  const float u = 1.0F - random_uniform(key, 2 * index);  // in (0, 1]
  const float v = random_uniform(key, 2 * index + 1);
  const float radius = square_root(Float::of(-2.0F) * log(Float::of(u))).value;
  return static_cast<float>(radius * cosine_of_turns(v));
}

Initializer resolve(Initializer initializer, Activation activation) {
  if (initializer != Initializer::kAutomatic) return initializer;
  switch (activation) {
    case Activation::kRelu:
    case Activation::kLeakyRelu:
    case Activation::kElu:
    case Activation::kGelu:
    case Activation::kSilu:
    case Activation::kMish: return Initializer::kHeNormal;
    case Activation::kSelu: return Initializer::kLecunNormal;
    default: return Initializer::kGlorotUniform;
  }
}

// Variance of a weight and whether it is uniform.
struct Distribution {
  double variance;
  bool uniform;
};
Distribution distribution(Initializer initializer, const Dense& layer) {
  const auto in = static_cast<double>(layer.inputs);
  const auto out = static_cast<double>(layer.outputs);
  switch (initializer) {
    case Initializer::kGlorotUniform: return {2 / (in + out), true};
    case Initializer::kGlorotNormal: return {2 / (in + out), false};
    case Initializer::kHeUniform: return {2 / in, true};
    case Initializer::kHeNormal: return {2 / in, false};
    case Initializer::kLecunUniform: return {1 / in, true};
    case Initializer::kLecunNormal: return {1 / in, false};
    default: return {0, true};
  }
}

}  // namespace

std::span<const InitializerRule> initializer_rules() { return kRules; }

Initializer initializer_named(std::string_view name) {
  return kRules[place_named("initializer", name, kRules, &InitializerRule::name)].id;
}

std::string_view name(BiasInitializer initializer) { return kBiasInitializers[static_cast<std::size_t>(initializer)]; }

BiasInitializer bias_initializer_named(std::string_view name) {
  return static_cast<BiasInitializer>(place_named("bias initializer", name, kBiasInitializers));
}

namespace nn {
namespace {

// Random numbers of one tensor: of its weights, or of its biases, which have a key of their own: no layer has so many
// weights that they would reach it.
class Draws {
 public:
  Draws(std::uint64_t seed, std::size_t layer, bool biases)
      : seed_(seed), layer_(static_cast<std::uint32_t>(layer)), biases_(biases) {}

  // Numbered row by row, so that a weight does not depend on the storage order; 2^30 to an "epoch" of the key.
  double uniform(std::size_t number) const { return 2.0 * random_uniform(key(number), index(number)) - 1.0; }
  double normal(std::size_t number) const { return random_normal(key(number), index(number)); }

 private:
  static std::uint32_t index(std::size_t number) { return static_cast<std::uint32_t>(number & ((1U << 30) - 1)); }
  RandomKey key(std::size_t number) const {
    constexpr std::uint32_t kBiases = 0xFFFFFFFF;
    return {seed_, Purpose::kInitialize, biases_ ? kBiases : static_cast<std::uint32_t>(number >> 30), layer_};
  }

  std::uint64_t seed_;
  std::uint32_t layer_;
  bool biases_;
};

// The layers of a network, one after the other.
template <class T>
class Initialization {
 public:
  Initialization(NetworkState<T>& state, const NetworkOptions& options) : state_(state), options_(options) {}

  void operator()(std::size_t layer) {
    at_ = &state_.layout[layer];
    weights_ = Draws(options_.seed, layer, false);
    biases_ = Draws(options_.seed, layer, true);
    std::visit([this](const auto& of) { this->fill(of); }, state_.architecture.layers[layer]);
  }

 private:
  void fill(const Dense& dense) {
    if (options_.bias_initializer == BiasInitializer::kNormal) {
      set_biases([this](std::size_t i) { return biases_.normal(i); });
    }
    const auto [variance, uniform] = distribution(resolve(options_.initializer, dense.activation), dense);
    if (variance == 0) return;
    const double scale = uniform ? std::sqrt(3 * variance) : std::sqrt(variance);
    if (uniform) return set_weights([this, scale](std::size_t i) { return weights_.uniform(i) * scale; });
    set_weights([this, scale](std::size_t i) { return weights_.normal(i) * scale; });
  }

  void fill(const Scale&) {
    set_weights([](std::size_t) { return 1.0; });
  }
  void fill(const LayerNorm&) {
    set_weights([](std::size_t) { return 1.0; });  // and b at 0
  }
  void fill(const Dropout&) {}
  void fill(const Add&) {}
  void fill(const BatchNorm&) {
    set_weights([](std::size_t) { return 1.0; });  // and b at 0
  }

  void fill(const Embedding& embedding) {
    constexpr double kPi = std::numbers::pi;
    switch (embedding.kind) {
      case Embedding::Kind::kCategories: return set_weights([this](std::size_t i) { return weights_.normal(i); });
      case Embedding::Kind::kWaves: {
        const double sigma = 2 * kPi * options_.embedding_sigma;
        set_weights([this, sigma](std::size_t i) { return weights_.normal(i) * sigma; });
        return set_biases([this](std::size_t i) { return biases_.uniform(i) * kPi; });
      }
      case Embedding::Kind::kMix:
        for (const GroupLayout& group : at_->groups) {
          const GroupPlace& of = group.place;
          const double bound = 1 / std::sqrt(static_cast<double>(of.size));
          for (std::size_t i = of.weights; i < of.weights + of.size * of.outputs; ++i) {
            state_.parameters[at_->weight_at(i)] = rounded(weights_.uniform(i) * bound);
          }
          for (std::size_t i = of.unit; i < of.unit + of.outputs; ++i) {
            state_.parameters[at_->bias + i] = rounded(biases_.uniform(i) * bound);
          }
        }
    }
  }

  // Both precisions start from the same floats.
  static T rounded(double value) { return static_cast<T>(static_cast<float>(value)); }
  template <class Value>
  void set_weights(const Value& value) {
    for_each_weight(*at_, [&](std::size_t i, std::size_t offset) { state_.parameters[offset] = rounded(value(i)); });
  }
  template <class Value>
  void set_biases(const Value& value) {
    for (std::size_t i = 0; i < at_->bias_count; ++i) state_.parameters[at_->bias + i] = rounded(value(i));
  }

  NetworkState<T>& state_;
  const NetworkOptions& options_;
  const LayerLayout* at_ = nullptr;
  Draws weights_{0, 0, false};
  Draws biases_{0, 0, true};
};

}  // namespace

template <class T>
void initialize(NetworkState<T>& state, const NetworkOptions& options) {
  for (std::size_t k = 0; k < state.layout.layers(); ++k) {
    const LayerLayout& at = state.layout[k];
    if (at.running_size > 0) std::fill_n(&state.parameters[at.running + at.running_size / 2], at.outputs, T(1));
  }
  Initialization<T> initialization(state, options);
  // Of a last layer of zeros nothing: parameters are born as zeros.
  const std::size_t layers = state.layout.layers() - (options.zero_last_layer ? 1 : 0);
  for (std::size_t layer = 0; layer < layers; ++layer) initialization(layer);
}

template void initialize(NetworkState<float>&, const NetworkOptions&);
template void initialize(NetworkState<double>&, const NetworkOptions&);

}  // namespace nn
}  // namespace bprop
