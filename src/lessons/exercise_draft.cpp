// SPDX-License-Identifier: Apache-2.0
#include "lessons/exercise_draft.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "bprop/gradients.h"
#include "bprop/model.h"

namespace bprop::teaching {
namespace {

constexpr double kNearKink = 0.03;

std::string row(const std::vector<double>& numbers) { return fmt::format("[{}]", fmt::join(numbers, ", ")); }

std::string rows(const std::vector<std::string>& all) { return fmt::format("[{}]", fmt::join(all, ", ")); }

// One row as it is, several as a list.
std::string table(const std::vector<std::vector<double>>& all) {
  if (all.size() == 1) return row(all.front());
  std::vector<std::string> lines;
  for (const std::vector<double>& one : all) lines.push_back(row(one));
  return rows(lines);
}

std::string architecture(const NetworkPlan& plan) {
  std::string text = fmt::format("{}", plan.inputs);
  for (const LayerPlan& layer : plan.layers) {
    text += fmt::format(" -> {}{}{}", layer.outputs,
                        layer.activation == "identity" ? std::string() : fmt::format(" {}", layer.activation),
                        layer.bias ? "" : " no-bias");
  }
  return text;
}

// In TOML's quotes; a long text in two lines, of which TOML makes one.
std::string quoted(const std::string& text) {
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) return fmt::format("\"{}\"", text);
  const std::size_t at = text.rfind("-> ", kLongest);
  return fmt::format("\"\"\"{}\\\n                   {}\"\"\"", text.substr(0, at), text.substr(at));
}

std::string weights(Dice& dice, const NetworkPlan& plan) {
  std::vector<std::string> layers;
  std::size_t inputs = plan.inputs;
  for (const LayerPlan& layer : plan.layers) {
    std::vector<std::string> units;
    for (std::size_t j = 0; j < layer.outputs; ++j) {
      std::vector<double> unit(inputs);
      for (double& w : unit) w = dice.weight();
      units.push_back(row(unit));
    }
    layers.push_back(rows(units));
    inputs = layer.outputs;
  }
  return fmt::format("[{}]", fmt::join(layers, ",\n                 "));  // a layer a line
}

// "" where no layer has any.
std::string biases(Dice& dice, const NetworkPlan& plan) {
  std::vector<std::string> layers;
  bool any = false;
  for (const LayerPlan& layer : plan.layers) {
    any = any || layer.bias;
    std::vector<double> units(layer.bias ? layer.outputs : 0);
    for (double& b : units) b = dice.weight();
    layers.push_back(row(units));
  }
  return any ? fmt::format("biases        = {}\n", rows(layers)) : "";
}

std::vector<double> targets(Dice& dice, const NetworkPlan& plan, std::size_t number) {
  std::vector<double> y(plan.layers.back().outputs, 0.0);
  if (plan.targets == Targets::kOneClass) {
    y[dice.below(y.size())] = 1;
    return y;
  }
  for (double& one : y) {
    if (plan.targets == Targets::kShares) one = dice.target();
    if (plan.targets == Targets::kYesOrNo) one = static_cast<double>(dice.below(2));
    if (plan.targets == Targets::kLine) one = static_cast<double>(5 * number + dice.below(4)) / 10;
  }
  return y;
}

std::string drawn(Dice& dice, const NetworkPlan& plan) {
  std::vector<std::vector<double>> x;
  std::vector<std::vector<double>> y;
  std::string text = fmt::format("layers        = {}\nloss          = \"{}\"\n", quoted(architecture(plan)), plan.loss);
  if (plan.reduction != "mean") text += fmt::format("reduction     = \"{}\"\n", plan.reduction);
  text += fmt::format("weights       = {}\n", weights(dice, plan));
  text += biases(dice, plan);
  for (std::size_t n = 1; n <= plan.rows; ++n) {
    x.emplace_back(plan.inputs);
    for (double& one : x.back()) one = plan.targets == Targets::kLine ? static_cast<double>(n) / 2 : dice.input();
    y.push_back(targets(dice, plan, n));
  }
  return text + fmt::format("input         = {}\ntarget        = {}\nlearning_rate = {}\n", table(x), table(y),
                            plan.learning_rate);
}

// Away from kinks, and some slope in every layer.
bool is_smooth_here(const std::string& toml) {
  const Model model = model_from_toml(toml, "exercise");
  const auto& network = std::get<DoubleNetwork>(model.network);
  const DoubleGradients all = gradients<double>(network, model.exercise->input, model.exercise->target, model.loss);
  for (std::size_t l = 0; l < all.layers.size(); ++l) {
    const ActivationRule& phi = rule(activation_of(network.architecture().layers[l]));
    if (phi.smooth) continue;
    bool any_slope = false;
    for (const double z : all.layers[l].z) {
      if (std::fabs(z) < kNearKink) return false;
      any_slope = any_slope || phi.derivative(z, phi.value(z)) != 0;
    }
    if (!any_slope) return false;
  }
  return true;
}

}  // namespace

double Dice::weight() {
  const double size = static_cast<double>(1 + below(19)) / 20;
  return below(3) == 0 ? -size : size;
}
double Dice::input() { return static_cast<double>(1 + below(9)) / 10; }
double Dice::target() { return static_cast<double>(1 + below(19)) / 20; }

std::string typed_network(Dice& dice, const NetworkPlan& plan) {
  std::string toml = drawn(dice, plan);
  while (!is_smooth_here(toml)) toml = drawn(dice, plan);
  return toml;
}

void Questions::forward() {
  for (std::size_t l = 1; l <= plan_.layers.size(); ++l) forward_layer(l);
  loss();
}

void Questions::forward_layer(std::size_t layer) {
  const LayerPlan& plan = plan_.layers[layer - 1];
  for (const char* const letter : {"z", "a"}) {
    if (letter[0] == 'z' && plan.activation == "identity") continue;
    for (std::size_t j = 1; j <= plan.outputs; ++j) ask(fmt::format("{} {}:{}", letter, layer, j), "forward");
  }
}

void Questions::d_outputs(std::size_t layer) {
  for (std::size_t j = 1; j <= plan_.layers[layer - 1].outputs; ++j) ask(fmt::format("a {}:{}", layer, j), "gradient");
}

void Questions::deltas(std::size_t layer) {
  for (std::size_t j = 1; j <= plan_.layers[layer - 1].outputs; ++j) {
    ask(fmt::format("delta {}:{}", layer, j), "gradient");
  }
}

void Questions::weight(std::size_t layer, std::size_t unit, std::size_t from, std::string_view when) {
  ask(fmt::format("weight {}:{},{}", layer, unit, from), when);
}

void Questions::weights(std::size_t layer, std::string_view when) {
  for (std::size_t j = 1; j <= plan_.layers[layer - 1].outputs; ++j) {
    for (std::size_t i = 1; i <= inputs(layer); ++i) weight(layer, j, i, when);
  }
}

void Questions::biases(std::size_t layer, std::string_view when) {
  for (std::size_t j = 1; j <= plan_.layers[layer - 1].outputs; ++j) ask(fmt::format("bias {}:{}", layer, j), when);
}

}  // namespace bprop::teaching
