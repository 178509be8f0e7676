// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

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

// Numbers of a key of their own: no layer has so many weights that they would reach it.
template <class T>
void initialize_biases(NetworkState<T>& state, std::size_t layer, std::uint64_t seed) {
  constexpr std::uint32_t kBiases = 0xFFFFFFFF;
  const LayerLayout& at = state.layout[layer];
  if (!std::holds_alternative<Dense>(state.architecture.layers[layer])) return;  // b of a norm starts at 0
  const RandomKey key{seed, Purpose::kInitialize, kBiases, static_cast<std::uint32_t>(layer)};
  for (std::size_t out = 0; at.bias_size > 0 && out < at.outputs; ++out) {
    state.parameters[at.bias + out] = static_cast<T>(random_normal(key, static_cast<std::uint32_t>(out)));
  }
}

}  // namespace

template <class T>
void initialize(NetworkState<T>& state, const NetworkOptions& options) {
  for (std::size_t layer = 0; layer < state.layout.layers(); ++layer) {
    if (options.zero_last_layer && layer + 1 == state.layout.layers()) continue;  // parameters are born as zeros
    if (options.bias_initializer == BiasInitializer::kNormal) initialize_biases(state, layer, options.seed);
    const LayerLayout& at = state.layout[layer];
    if (at.diagonal) {
      for_each_weight(at, [&](std::size_t, std::size_t offset) { state.parameters[offset] = T(1); });
      continue;
    }
    const Dense& d = std::get<Dense>(state.architecture.layers[layer]);
    const auto [variance, uniform] = distribution(resolve(options.initializer, d.activation), d);
    if (variance == 0) continue;
    const double scale = uniform ? std::sqrt(3 * variance) : std::sqrt(variance);
    // Numbered row by row, so that a weight does not depend on the storage order; 2^30 to an "epoch" of the key.
    for (std::size_t out = 0; out < d.outputs; ++out) {
      for (std::size_t in = 0; in < d.inputs; ++in) {
        const std::size_t number = out * d.inputs + in;
        const RandomKey key{options.seed, Purpose::kInitialize, static_cast<std::uint32_t>(number >> 30),
                            static_cast<std::uint32_t>(layer)};
        const auto index = static_cast<std::uint32_t>(number & ((1U << 30) - 1));
        const double x = uniform ? 2.0 * random_uniform(key, index) - 1.0 : random_normal(key, index);
        state.parameters[at.weight(out, in)] = static_cast<T>(static_cast<float>(x * scale));
      }
    }
  }
}

template void initialize(NetworkState<float>&, const NetworkOptions&);
template void initialize(NetworkState<double>&, const NetworkOptions&);

}  // namespace nn
}  // namespace bprop
