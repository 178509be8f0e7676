// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <optional>

#include "base/random.h"
#include "bprop/doctor.h"
#include "bprop/network_diagram.h"
#include "bprop/trainer.h"
#include "lessons/all_lessons.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

constexpr std::string_view kFourLayers =
    "layers  = \"2 -> 2 sigmoid -> 2 sigmoid -> 2 sigmoid -> 2 sigmoid\"\n"
    "weights = [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]],\n"
    "           [[0.60, -0.65], [0.70, 0.75]], [[-0.80, 0.85], [0.90, 0.95]]]\n"
    "input   = [0.05, 0.10]\n"
    "target  = [0.01, 0.99]\n"
    "learning_rate = 0.5\n";

constexpr std::size_t kDeepest = 20;

// ‖Δw‖ of each layer in one update.
std::vector<double> update_sizes(const Lab& lab) {
  DoubleNetwork network = lab.network;
  DoubleTrainer trainer(network, {.batch = 1, .loss = lab.loss, .optimizer = Sgd{lab.learning_rate}});
  trainer.step(lab.input, lab.target);
  std::vector<double> sizes;
  for (std::size_t k = 0; k < lab.architecture().layers.size(); ++k) {
    std::vector<double> change = network.weights(k);
    const std::vector<double> before = lab.network.weights(k);
    for (std::size_t i = 0; i < change.size(); ++i) change[i] -= before[i];
    sizes.push_back(norm(change));
  }
  return sizes;
}

FormulaTable layer_table(const Lab& lab) {
  const DoubleGradients values = lab.gradients();
  const std::vector<double> changes = update_sizes(lab);
  FormulaTable table{{"layer", "‖δ‖", "‖∂L/∂W‖", "‖Δw‖", "paths from a weight to L"}, {}};
  for (std::size_t k = 0; k < values.layers.size(); ++k) {
    const Derivation derivation = explain(lab.network, lab.rows(), weight(k, 0, 0), lab.options());
    table.rows.push_back({math::number(static_cast<double>(k + 1)), math::number(norm(values.layers[k].delta)),
                          math::number(norm(values.layers[k].d_weights)), math::number(changes[k]),
                          math::words(derivation.reuse.paths)});
  }
  return table;
}

// |δ| from the first layer to the last of a chain of sigmoid units, one a layer, all with weight w. The bias −w/2 makes
// ½ of every ½, so that each z is 0 and each slope ¼.
std::vector<double> chain_deltas(double w, std::size_t depth) {
  Architecture architecture;
  architecture.layers.assign(depth, Dense{1, 1, Activation::kSigmoid, true});
  DoubleNetwork network(architecture);
  for (std::size_t k = 0; k < depth; ++k) {
    network.set_weights(k, std::array{w});
    network.set_bias(k, std::array{-w / 2});
  }
  const DoubleGradients values = gradients<double>(network, std::array{0.5}, std::array{0.0});
  std::vector<double> deltas;
  for (const auto& layer : values.layers) deltas.push_back(std::fabs(layer.delta[0]));
  return deltas;
}

constexpr std::array kChainWeights = {1.0, 4.0, 6.0};

double chain_factor(double w) {
  const ActivationRule& sigmoid = rule(Activation::kSigmoid);
  return sigmoid.derivative(0, sigmoid.value(0)) * w;
}

FormulaTable chain_table() {
  FormulaTable table{{"layers"}, {}};
  for (const double w : kChainWeights) table.head.push_back(fmt::format("w = {}: |δ| of layer 1", text(w)));
  for (const std::size_t depth : {std::size_t{2}, std::size_t{5}, std::size_t{10}, kDeepest}) {
    auto& row = table.rows.emplace_back();
    row.push_back(math::number(static_cast<double>(depth)));
    for (const double w : kChainWeights) row.push_back(math::number(chain_deltas(w, depth).front()));
  }
  return table;
}

Chart chain_chart() {
  Chart chart{.caption = fmt::format("Three chains of {} layers: only w differs.", kDeepest),
              .x_label = "layer",
              .y_label = "|δ|",
              .log_y = true};
  for (const double w : kChainWeights) {
    Series series{.name = fmt::format("w = {}: × {} a layer", text(w), text(chain_factor(w))),
                  .y = chain_deltas(w, kDeepest)};
    for (std::size_t k = 1; k <= kDeepest; ++k) series.x.push_back(static_cast<double>(k));
    chart.series.push_back(std::move(series));
  }
  return chart;
}

// How a deep network begins.
struct Beginning {
  Activation activation;
  std::optional<Initializer> initializer;  // none: uniform in ±0.1, whatever the layer's size

  std::string name() const {
    std::string_view weights = "±0.1";
    for (const InitializerRule& known : initializer_rules()) {
      if (initializer == known.id) weights = known.name;
    }
    return fmt::format("{}, {}", rule(activation).name, weights);
  }
};

constexpr std::array kBeginnings = {
    Beginning{Activation::kSigmoid, std::nullopt}, Beginning{Activation::kSigmoid, Initializer::kGlorotUniform},
    Beginning{Activation::kTanh, std::nullopt},    Beginning{Activation::kTanh, Initializer::kGlorotUniform},
    Beginning{Activation::kRelu, std::nullopt},    Beginning{Activation::kRelu, Initializer::kHeNormal},
};

constexpr std::size_t kWidth = 16;  // of every layer, and rows

// Uniform in ±limit.
std::vector<double> random_numbers(std::size_t count, double limit, std::uint32_t which) {
  std::vector<double> numbers;
  for (std::uint32_t i = 0; i < count; ++i)
    numbers.push_back(limit * (2.0 * random_uniform({.seed = 1, .step = which}, i) - 1));
  return numbers;
}

DoubleNetwork deep_network(const Beginning& beginning, std::size_t depth) {
  Architecture architecture;
  architecture.layers.assign(depth, Dense{kWidth, kWidth, beginning.activation, true});
  std::get<Dense>(architecture.layers.back()).activation = Activation::kIdentity;
  DoubleNetwork network(architecture, {.seed = 1, .initializer = beginning.initializer.value_or(Initializer::kZeros)});
  for (std::size_t k = 0; k < depth && !beginning.initializer; ++k)
    network.set_weights(k, random_numbers(kWidth * kWidth, 0.1, static_cast<std::uint32_t>(k + 1)));
  return network;
}

// δ of the first layer as a share of the last one's, root mean squares over rows and units. Inputs have variance 1.
double delta_share(const Beginning& beginning, std::size_t depth) {
  const std::vector<double> input = random_numbers(kWidth * kWidth, std::sqrt(3.0), 0);
  const std::vector<double> target(kWidth * kWidth, 0.0);
  const Diagnosis found = diagnose<double>(deep_network(beginning, depth), input, target);
  return found.layers.front().delta_rms / found.layers.back().delta_rms;
}

FormulaTable sweep_table() {
  FormulaTable table{{"activation, first weights", "2 layers", "10 layers", "20 layers", "a layer, ×"}, {}};
  for (const Beginning& beginning : kBeginnings) {
    auto& row = table.rows.emplace_back();
    row.push_back(math::words(beginning.name()));
    for (const std::size_t depth : {std::size_t{2}, std::size_t{10}, kDeepest})
      row.push_back(math::number(delta_share(beginning, depth)));
    row.push_back(math::number(std::pow(delta_share(beginning, kDeepest), 1.0 / (kDeepest - 1))));
  }
  return table;
}

Chart sweep_chart() {
  Chart chart{.caption = "δ of the first layer as a share of δ of the last.",
              .x_label = "layers",
              .y_label = "share",
              .log_y = true};
  for (const std::size_t which : {1U, 2U, 3U, 5U}) {
    Series series{.name = kBeginnings[which].name()};
    for (std::size_t depth = 2; depth <= kDeepest; depth += 2) {
      series.x.push_back(static_cast<double>(depth));
      series.y.push_back(delta_share(kBeginnings[which], depth));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

void add_layers(Page& page, const Lab& lab, const Derivation& derivation) {
  page.section("Layer by layer (N4)");
  page.say("‖·‖ is the root of the sum of squares, Δw the change of the weights in one update with η = {}.",
           text(lab.learning_rate));
  page.add(layer_table(lab));
  page.say(
      "Each layer below has twice as many paths, and smaller numbers all the same: a path's product has two more "
      "factors, a slope φ'(z) and a weight, for each layer it crosses. The largest of the {} paths of w[1:1,1]:",
      derivation.reuse.paths);
  const Path& path = derivation.paths.front();
  page.equation(path.units, path.symbols, {path.numbers, math::number(path.value)});
}

void add_chains(Page& page) {
  page.section("A chain that shrinks, one that keeps, one that grows (N4)");
  page.say(
      "One unit a layer, so one path only, and δ of a layer is δ of the next times φ'(z)·w. With b = −w/2 and input ½ "
      "every z is 0 and every slope {}, whatever w is. The factor is then {} for w = 1, {} for w = 4 and {} for w = 6.",
      text(chain_factor(1)), text(chain_factor(1)), text(chain_factor(4)), text(chain_factor(6)));
  page.add(chain_table());
  page.add(Figure(chain_chart()));
}

void add_sweep(Page& page) {
  page.section("The first weights decide (N4)");
  page.say(
      "Networks of 2 to {} layers of {} units: δ of the first layer as a share of the last one's (root mean squares "
      "over {} rows), and what that makes a layer, on average. The rule that suits tanh (glorot_uniform) or relu "
      "(he_normal) keeps δ nearly in size; a plain ±0.1 does not, and under sigmoid, whose slope is at most ¼, neither "
      "does.",
      kDeepest, kWidth, kWidth);
  page.add(sweep_table());
  page.add(Figure(sweep_chart()));
}

}  // namespace

Document depth() {
  const Lab lab(kFourLayers);
  const Selector first = weight(0, 0, 0);
  const Derivation derivation = explain(lab.network, lab.rows(), first, lab.options());

  Page page("depth");
  page.say(
      "Note 000 ends with a warning: with more layers, the changes of the weights get smaller. Here is when they do "
      "and "
      "when they grow, in bprop's own symbols, because the note's do not number layers: δ = ∂L/∂z, layers from 1.");
  page.network(lab);
  Diagram picture = network_diagram(lab.architecture(), {.simplified = true, .paths_of = first});
  picture.caption = "Simplified; the paths of w[1:1,1] stand out.";
  page.add(Figure(std::move(picture)));

  add_layers(page, lab, derivation);
  add_chains(page);
  add_sweep(page);

  page.erratum("000, line 110",
               fmt::format("the delta weight has more terms and thus gets smaller, it says; it has more factors in "
                           "each term. The number of terms grows, here to {} in layer 1, and a term shrinks only if "
                           "its factors φ'(z)·w are below 1 in size: with w = 6 the chain of {} layers has {} in layer "
                           "1 and {} in the last.",
                           derivation.reuse.paths, kDeepest, text(chain_deltas(6, kDeepest).front()),
                           text(chain_deltas(6, kDeepest).back())));
  page.try_next({"bprop explain net.toml --weight 1:1,1", "bprop draw net.toml --paths-of 1:1,1",
                 "bprop doctor net.toml", "bprop list initializers", "bprop exercise depth --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
