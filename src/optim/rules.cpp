// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

#include "base/named.h"
#include "bprop/optimizer.h"
#include "calculus/binary_logarithm.h"
#include "calculus/cosine.h"
#include "optim/integer_power.h"

namespace bprop {
namespace {

constexpr std::array kRules = {
    OptimizerRule{"gd", "w ← w − η g, g over all rows", "w \\leftarrow w - \\eta\\,\\nabla L(w)", "η = 0.5",
                  "Cauchy 1847", 0},
    OptimizerRule{"sgd", "w ← w − η g", "w \\leftarrow w - \\eta\\,g", "η = 0.1", "Robbins & Monro 1951", 0},
    OptimizerRule{"momentum", "v ← μ v + g; w ← w − η v", "v \\leftarrow \\mu v + g,\\ w \\leftarrow w - \\eta v",
                  "η = 0.02, μ = 0.9", "Polyak 1964", 1},
    OptimizerRule{"nesterov", "v ← μ v + g; w ← w − η (g + μ v)",
                  "v \\leftarrow \\mu v + g,\\ w \\leftarrow w - \\eta (g + \\mu v)", "η = 0.02, μ = 0.9",
                  "Nesterov 1983; Sutskever et al. 2013", 1},
    OptimizerRule{
        "rmsprop", "s ← ρ s + (1 − ρ) g²; w ← w − η g / (√s + ε)",
        "s \\leftarrow \\rho s + (1-\\rho) g^2,\\ w \\leftarrow w - \\eta\\,\\frac{g}{\\sqrt s + \\varepsilon}",
        "η = 0.001, ρ = 0.9, ε = 1e-8", "Tieleman & Hinton 2012", 1},
    OptimizerRule{"adam", "m ← β₁ m + (1 − β₁) g; s ← β₂ s + (1 − β₂) g²; w ← w − η m̂ / (√ŝ + ε)",
                  "w \\leftarrow w - \\eta\\,\\frac{\\hat m}{\\sqrt{\\hat s} + \\varepsilon}",
                  "η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8", "Kingma & Ba 2015, algorithm 1", 2},
    OptimizerRule{"adamw", "w ← w − η λ w (weights only), then adam",
                  "w \\leftarrow w - \\eta\\lambda w - \\eta\\,\\frac{\\hat m}{\\sqrt{\\hat s} + \\varepsilon}",
                  "as adam, λ = 0.01", "Loshchilov & Hutter 2019, algorithm 2", 2},
};
static_assert(kRules.size() == std::variant_size_v<Optimizer>);

constexpr std::array<std::string_view, 5> kSchedules = {"constant", "step", "exponential", "cosine", "coslog"};
constexpr std::array<std::string_view, 2> kFades = {"constant", "flat_cos"};
constexpr std::array<std::string_view, 2> kParametrizations = {"standard", "ntk"};

template <std::size_t... kIndex>
Optimizer alternative(std::size_t index, std::index_sequence<kIndex...>) {
  Optimizer result;
  ((kIndex == index ? void(result.emplace<kIndex>()) : void()), ...);
  return result;
}

}  // namespace

std::span<const OptimizerRule> optimizer_rules() { return kRules; }

const OptimizerRule& rule(const Optimizer& optimizer) { return kRules[optimizer.index()]; }

Optimizer optimizer_named(std::string_view name) {
  return alternative(place_named("optimizer", name, kRules, &OptimizerRule::name),
                     std::make_index_sequence<kRules.size()>());
}

double learning_rate(const Optimizer& optimizer) {
  return std::visit([](const auto& o) { return o.learning_rate; }, optimizer);
}

void set_learning_rate(Optimizer& optimizer, double rate) {
  std::visit([rate](auto& o) { o.learning_rate = rate; }, optimizer);
}

std::string_view name(Parametrization parametrization) {
  return kParametrizations[static_cast<std::size_t>(parametrization)];
}

Parametrization parametrization_named(std::string_view name) {
  return static_cast<Parametrization>(place_named("parametrization", name, kParametrizations));
}

std::string_view name(Schedule::Kind kind) { return kSchedules[static_cast<std::size_t>(kind)]; }

Schedule::Kind schedule_named(std::string_view name) {
  return static_cast<Schedule::Kind>(place_named("schedule", name, kSchedules));
}

std::string_view name(Fade fade) { return kFades[static_cast<std::size_t>(fade)]; }

Fade fade_named(std::string_view name) { return static_cast<Fade>(place_named("schedule", name, kFades)); }

double factor(Fade fade, std::size_t step, std::size_t total_steps) {
  const double length = total_steps == 0 ? 1 : static_cast<double>(total_steps);
  const double progress = std::fmin(static_cast<double>(step) / length, 1);
  if (fade == Fade::kConstant || progress < 0.5) return 1;
  return 0.5 * (1 + cosine_of_turns(progress - 0.5));
}

double Schedule::operator()(std::size_t step, std::size_t steps_per_epoch, std::size_t total_steps) const {
  if (step < warm_up) return static_cast<double>(step + 1) / static_cast<double>(warm_up);
  const std::size_t epoch = steps_per_epoch == 0 ? 0 : step / steps_per_epoch;
  switch (kind) {
    case Kind::kConstant: return 1;
    case Kind::kStep: return integer_power(factor, every == 0 ? 0 : epoch / every);
    case Kind::kExponential: return integer_power(factor, epoch);
    case Kind::kCosine:
    case Kind::kCosLog: break;
  }
  const std::size_t length = total_steps > warm_up ? total_steps - warm_up : 1;
  const double progress = std::fmin(static_cast<double>(step - warm_up) / static_cast<double>(length), 1);
  if (kind == Kind::kCosine) return last + (1 - last) * 0.5 * (1 + cosine_of_turns(0.5 * progress));
  return 0.5 - 0.5 * cosine_of_turns(binary_logarithm(1 + (integer_power(2, cycles) - 1) * progress));
}

}  // namespace bprop
