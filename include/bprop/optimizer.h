// SPDX-License-Identifier: Apache-2.0
//
// Optimisers: how a gradient g becomes a change of the weights w, and schedules: how the learning rate η moves. Each
// struct's comment is its formula; v, m, s start at 0 and t counts updates from 1. Changes the result, all of it.
//
//   bprop::TrainerOptions options{.optimizer = bprop::Adam{.learning_rate = 1e-3}};
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace bprop {

// w ← w − η g, g of all rows: one update an epoch, whatever the batch size says.
struct GradientDescent {
  double learning_rate = 0.5;
};
// w ← w − η g, g of a batch (one row: online).
struct Sgd {
  double learning_rate = 0.1;
};
// v ← μ v + g;  w ← w − η v.  Polyak 1964
struct Momentum {
  double learning_rate = 0.02;
  double momentum = 0.9;
};
// v ← μ v + g;  w ← w − η (g + μ v).  Nesterov 1983, as in Sutskever et al. 2013
struct Nesterov {
  double learning_rate = 0.02;
  double momentum = 0.9;
};
// s ← ρ s + (1 − ρ) g²;  w ← w − η g / (√s + ε).  Tieleman & Hinton 2012
struct RmsProp {
  double learning_rate = 1e-3;
  double decay = 0.9;
  double epsilon = 1e-8;
};
// m ← β₁ m + (1 − β₁) g;  s ← β₂ s + (1 − β₂) g²;
// w ← w − η m̂ / (√ŝ + ε),  m̂ = m / (1 − β₁^t), ŝ = s / (1 − β₂^t).  Kingma & Ba 2015, algorithm 1
struct Adam {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};
// Adam with w ← w − η λ w before it, on weights only, not on biases.  Loshchilov & Hutter 2019, algorithm 2
struct AdamW {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;
};

using Optimizer = std::variant<GradientDescent, Sgd, Momentum, Nesterov, RmsProp, Adam, AdamW>;

struct OptimizerRule {
  std::string_view name;  // "adam"
  std::string_view formula;
  std::string_view formula_latex;
  std::string_view defaults;
  std::string_view reference;
  std::size_t states;  // numbers kept per weight
};

// One rule per alternative of Optimizer, in its order.
std::span<const OptimizerRule> optimizer_rules();
const OptimizerRule& rule(const Optimizer& optimizer);

// The optimiser of that name with its defaults. Throws UsageError that lists the names.
Optimizer optimizer_named(std::string_view name);

double learning_rate(const Optimizer& optimizer);
void set_learning_rate(Optimizer& optimizer, double rate);

// What the optimiser moves. The network's function and its files are the same: z = a Wᵀ + b either way.
enum class Parametrization : std::uint8_t {
  kStandard,  // the weights w
  kNtk,       // v with w = c v, c = 1/√n_in of the layer; biases and scale layers as they are.  Jacot et al. 2018
};
std::string_view name(Parametrization parametrization);  // "standard", "ntk"
Parametrization parametrization_named(std::string_view name);

// How fast parameters of a kind move: their rate is η × schedule × this.
struct Rates {
  Parametrization parametrization = Parametrization::kStandard;
  double biases = 1;
  double scales = 1;      // the factors of scale layers
  double embeddings = 1;  // weights and biases of waves and mix layers
  bool operator==(const Rates&) const = default;
};

// η at an update = the optimiser's rate × this factor.
struct Schedule {
  enum class Kind : std::uint8_t {
    kConstant,     // 1
    kStep,         // factor ^ ⌊epoch / every⌋
    kExponential,  // factor ^ epoch
    kCosine,       // last + (1 − last) · ½ (1 + cos(π · progress)), progress from 0 to 1 over the run
    kCosLog,       // ½ − ½ cos(2π log₂(1 + (2^cycles − 1) · progress)): cycles ever longer.  Holzmüller et al. 2024
  };
  Kind kind = Kind::kConstant;
  double factor = 0.1;      // kStep, kExponential; in (0, 1]
  std::size_t every = 30;   // kStep, epochs
  double last = 0;          // kCosine: the factor at the end; in [0, 1]
  std::size_t warm_up = 0;  // updates over which the factor first rises linearly from 1 / warm_up to 1
  std::size_t cycles = 4;   // kCosLog; from 1 to 30
  bool operator==(const Schedule&) const = default;

  // Factor of update `step` (from 0) of `total_steps`, with `steps_per_epoch` updates an epoch.
  double operator()(std::size_t step, std::size_t steps_per_epoch, std::size_t total_steps) const;
};

std::string_view name(Schedule::Kind kind);
Schedule::Kind schedule_named(std::string_view name);

// How a strength beside η moves over the run: weight decay, the probabilities of dropout layers.
enum class Fade : std::uint8_t {
  kConstant,  // 1
  kFlatCos,   // 1 in the first half, then ½ (1 + cos(π (2 progress − 1))), down to 0.  Holzmüller et al. 2024
};
std::string_view name(Fade fade);  // "constant", "flat_cos"
Fade fade_named(std::string_view name);
// What the strength is multiplied by at update `step` (from 0) of `total_steps`.
double factor(Fade fade, std::size_t step, std::size_t total_steps);

}  // namespace bprop
