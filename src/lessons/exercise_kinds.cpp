// SPDX-License-Identifier: Apache-2.0
#include "lessons/exercise_kinds.h"

#include <fmt/format.h>

#include <array>

namespace bprop::teaching {
namespace {

constexpr std::string_view kAfter = "after update";

FreshExercise finished(Dice& dice, const NetworkPlan& plan, std::string task, Questions questions) {
  return {.task = std::move(task), .network = typed_network(dice, plan), .answers = std::move(questions).done()};
}

FreshExercise draw_one_layer(Dice& dice) {
  const NetworkPlan plan{.layers = {{2}}};
  const std::size_t updated[] = {1 + dice.below(2), 1 + dice.below(2)};
  Questions ask(plan);
  ask.forward();
  ask.deltas(1);
  ask.weights(1);
  ask.weight(1, updated[0], updated[1], kAfter);
  return finished(
      dice, plan,
      "Forward through one layer of sigmoid units, then the gradient of every weight, then the update of one.",
      std::move(ask));
}

FreshExercise draw_two_layers(Dice& dice) {
  const NetworkPlan plan{.layers = {{2}, {2}}};
  const std::size_t output[] = {1 + dice.below(2), 1 + dice.below(2)};
  const std::size_t hidden[] = {1 + dice.below(2), 1 + dice.below(2)};
  Questions ask(plan);
  ask.forward();
  ask.deltas(2);
  ask.weight(2, output[0], output[1]);
  ask.deltas(1);
  ask.weight(1, hidden[0], hidden[1]);
  ask.weight(2, output[0], output[1], kAfter);
  ask.weight(1, hidden[0], hidden[1], kAfter);
  return finished(
      dice, plan,
      "Forward through two layers, then backward: an output weight, a hidden weight, and the update of both. "
      "The hidden deltas use the output weights as they were before the update.",
      std::move(ask));
}

FreshExercise draw_depth(Dice& dice) {
  NetworkPlan plan{.inputs = 1, .layers = std::vector<LayerPlan>(4 + dice.below(2))};
  const char* const kActivations[] = {"sigmoid", "tanh"};
  for (LayerPlan& layer : plan.layers) layer.activation = dice.one_of(kActivations);
  Questions ask(plan);
  ask.forward();
  for (std::size_t l = plan.layers.size(); l > 0; --l) ask.deltas(l);
  ask.weight(1, 1, 1);
  return finished(dice, plan,
                  "A chain of layers of one unit each: δ of every layer, and how little of it is left at the first.",
                  std::move(ask));
}

FreshExercise draw_any_depth(Dice& dice) {
  const char* const kHidden[] = {"sigmoid", "tanh", "relu", "softplus"};
  NetworkPlan plan{.layers = {{2, dice.one_of(kHidden)}, {2, dice.one_of(kHidden)}, {1, dice.one_of(kHidden)}}};
  Questions ask(plan);
  ask.forward();
  for (std::size_t l = 3; l > 0; --l) {
    ask.deltas(l);
    ask.weight(l, 1, 1);
  }
  return finished(dice, plan, "Three layers with activations of their own: forward, then δ layer by layer.",
                  std::move(ask));
}

FreshExercise draw_descent(Dice& dice) {
  const NetworkPlan plan{.inputs = 1,
                         .layers = {{1, "identity"}},
                         .loss = "squared_error",
                         .reduction = "sum",
                         .rows = 3 + dice.below(2),
                         .targets = Targets::kLine,
                         .learning_rate = 0.05};
  Questions ask(plan);
  ask.loss();
  ask.weight(1, 1, 1);
  ask.weight(1, 1, 1, kAfter);
  ask.loss_afterwards();
  return finished(dice, plan,
                  "h(x) = x w on several points, the loss being the sum of (x w − y)². One step down the gradient, and "
                  "the loss after it.",
                  std::move(ask));
}

FreshExercise draw_one_weight(Dice& dice) {
  const NetworkPlan plan{
      .inputs = 1, .layers = {{1, "identity", true}}, .rows = 3, .targets = Targets::kLine, .learning_rate = 0.1};
  Questions ask(plan);
  ask.loss();
  ask.weight(1, 1, 1);
  ask.biases(1);
  ask.weight(1, 1, 1, kAfter);
  ask.biases(1, kAfter);
  ask.loss_afterwards();
  return finished(
      dice, plan,
      "h(x) = x w + b on several points, the loss being the mean of ½ (h − y)². The gradient, the update of "
      "both, and the loss after it.",
      std::move(ask));
}

FreshExercise draw_forward_backward(Dice& dice) {
  const NetworkPlan plan{.layers = {{2, "tanh", true}, {1, "sigmoid", true}}};
  Questions ask(plan);
  ask.forward();
  for (std::size_t l = 2; l > 0; --l) {
    ask.d_outputs(l);
    ask.deltas(l);
  }
  return finished(
      dice, plan,
      "The two tables: z and a of every unit on the way forward, ∂L/∂a and δ on the way back. A \"gradient\" "
      "of a is ∂L/∂a.",
      std::move(ask));
}

FreshExercise draw_losses(Dice& dice) {
  struct Choice {
    const char* loss;
    const char* activation;
    Targets targets;
    const char* words;
  };
  const Choice kChoices[] = {
      {"half_squared_error", "sigmoid", Targets::kShares, "half the squared error: ½ Σ (a − y)²"},
      {"squared_error", "sigmoid", Targets::kShares, "the squared error without ½: Σ (a − y)²"},
      {"binary_cross_entropy", "sigmoid", Targets::kYesOrNo, "binary cross-entropy of each output, δ being a − y"},
      {"cross_entropy", "softmax", Targets::kOneClass, "cross-entropy of a softmax, δ being a − y"}};
  const Choice& chosen = dice.one_of(kChoices);
  const NetworkPlan plan{.layers = {{2, chosen.activation}}, .loss = chosen.loss, .targets = chosen.targets};
  Questions ask(plan);
  ask.forward();
  ask.deltas(1);
  ask.weights(1);
  return finished(dice, plan, fmt::format("The loss is {}.", chosen.words), std::move(ask));
}

FreshExercise draw_predict(Dice& dice) {
  const NetworkPlan plan{
      .layers = {{2, "tanh"}, {3, "softmax"}}, .loss = "cross_entropy", .targets = Targets::kOneClass};
  Questions ask(plan);
  ask.forward();
  return finished(
      dice, plan,
      "What the network predicts: forward to the three probabilities (a of layer 2), and the loss against the "
      "class that is right.",
      std::move(ask));
}

FreshExercise draw_sgd(Dice& dice) {
  const NetworkPlan plan{.layers = {{1, "sigmoid", true}}, .rows = 2 + dice.below(2)};
  Questions ask(plan);
  ask.loss();
  ask.weights(1);
  ask.biases(1);
  ask.weights(1, kAfter);
  ask.biases(1, kAfter);
  return finished(
      dice, plan,
      "A mini-batch: the loss and the gradient are means over its rows, and one update is made for all of them.",
      std::move(ask));
}

FreshExercise draw_matrix_form(Dice& dice) {
  const NetworkPlan plan{.layers = {{3, "tanh"}, {2}}};
  Questions ask(plan);
  ask.forward();
  ask.deltas(2);
  ask.deltas(1);
  ask.weights(1);
  return finished(dice, plan, "In matrix form: δ₂, then δ₁ = δ₂ W₂ ⊙ φ'(z₁), then all of ∂L/∂W₁ = δ₁ᵀ x at once.",
                  std::move(ask));
}

constexpr auto kKinds = std::to_array<Kind>(
    {{{"one-layer", "two inputs, two sigmoid units: forward, every gradient, an update"}, draw_one_layer},
     {{"two-layers", "2-2-2 sigmoid: an output weight and a hidden one, and their update"}, draw_two_layers},
     {{"depth", "a chain of four or five layers of one unit: every δ"}, draw_depth},
     {{"any-depth", "2-2-2-1 with activations drawn from four: every δ, a weight of each layer"}, draw_any_depth},
     {{"descent", "h = x w on three or four points: loss, gradient, update, loss after it"}, draw_descent},
     {{"naive-search", "the loss at candidate weights, and the best of them"}, draw_naive_search},
     {{"one-weight", "h = x w + b on three points: loss, gradients, updates, loss after them"}, draw_one_weight},
     {{"forward-backward", "2-2-1 with biases: the table forward and the table backward"}, draw_forward_backward},
     {{"losses", "one layer under a loss drawn from four"}, draw_losses},
     {{"predict", "forward to three probabilities"}, draw_predict},
     {{"sgd", "a mini-batch of two or three rows: mean gradient, update"}, draw_sgd},
     {{"chain-rule", "an expression with two or three paths: values, partials, the derivative"}, draw_chain_rule},
     {{"matrix-form", "2-3-2: every δ, and all gradients of the first layer"}, draw_matrix_form}});

}  // namespace

std::span<const Kind> kinds() { return kKinds; }

}  // namespace bprop::teaching
