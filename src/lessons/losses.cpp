// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "bprop/preprocessing.h"
#include "lessons/all_lessons.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

constexpr std::string_view kTwoOutputs =
    "layers  = \"2 -> 2 tanh -> 2 sigmoid\"\n"
    "weights = [[[0.8, -0.5], [0.4, 0.9]], [[1.2, -0.7], [-0.6, 0.5]]]\n"
    "biases  = [[0.1, -0.1], [0.2, 0.3]]\n"
    "input   = [0.9, -0.4]\n"
    "target  = [0, 1]\n"
    "loss    = \"half_squared_error\"\n";

// The lab's weights under another loss.
struct UnderLoss {
  DoubleNetwork network;
  std::vector<double> target;
  Loss loss;
  std::size_t first_unit;  // of the last layer, that is still there

  DoubleGradients of(const Lab& lab) const { return gradients<double>(network, lab.input, target, {.loss = loss}); }
};

// With all outputs, or the last alone.
UnderLoss under(const Lab& lab, Loss loss, Activation output, bool single = false) {
  Architecture architecture = lab.architecture();
  Dense& last = std::get<Dense>(architecture.layers.back());
  const std::size_t first = single ? last.outputs - 1 : 0;
  last.activation = output;
  last.outputs -= first;
  DoubleNetwork network(architecture);
  network.set_weights(0, lab.network.weights(0));
  network.set_bias(0, lab.network.bias(0));
  const std::vector<double> weights = lab.network.weights(1), bias = lab.network.bias(1);
  network.set_weights(1, std::span(weights).subspan(first * last.inputs));
  network.set_bias(1, std::span(bias).subspan(first));
  return {std::move(network), {lab.target.begin() + static_cast<std::ptrdiff_t>(first), lab.target.end()}, loss, first};
}

std::array<UnderLoss, 4> all_losses(const Lab& lab) {
  return {under(lab, Loss::kHalfSquaredError, Activation::kSigmoid),
          under(lab, Loss::kSquaredError, Activation::kSigmoid),
          under(lab, Loss::kBinaryCrossEntropy, Activation::kSigmoid, true),
          under(lab, Loss::kCrossEntropy, Activation::kSoftmax)};
}

FormulaTable loss_table(const Lab& lab) {
  FormulaTable table{{"loss", "of a score s and a target y", "L"}, {}};
  for (const UnderLoss& one : all_losses(lab)) {
    const LossRule& words = rule(one.loss);
    table.rows.push_back(
        {math::words(words.name), math::words(words.formula, words.formula_latex), math::number(one.of(lab).loss)});
  }
  return table;
}

FormulaTable loss_delta_table(const Lab& lab) {
  FormulaTable table{{"loss", "unit", "z", "a", "y", "∂L/∂a", "δ"}, {}};
  for (const UnderLoss& one : all_losses(lab)) {
    const DoubleGradients values = one.of(lab);
    const auto& last = values.layers.back();
    for (std::size_t j = 0; j < last.delta.size(); ++j) {
      table.rows.push_back({math::words(rule(one.loss).name), math::number(static_cast<double>(one.first_unit + j + 1)),
                            math::number(last.z[j]), math::number(last.a[j]), math::number(one.target[j]),
                            math::number(last.d_output[j]), math::number(last.delta[j])});
    }
  }
  return table;
}

void add_losses(Page& page, const Lab& lab) {
  page.section("Four losses, side by side (N12)");
  page.say(
      "The hidden layer and the weights are the same. Squared errors take a of sigmoid units as the score s, the "
      "cross-entropies take z; the single output is unit 2 alone, the unit of class 1.");
  page.add(loss_table(lab));
  page.add(loss_delta_table(lab));
  page.say(
      "Under a cross-entropy δ is just a − y. For a sigmoid unit ∂L/∂a has the slope a (1 − a) as a divisor, and it is "
      "gone; for softmax, whose slopes are a matrix, the sum over its rows comes to the same. bprop computes δ from z "
      "in "
      "this form, so that nothing is divided by 0 however large z is.");
}

void add_without_half(Page& page, const Lab& lab) {
  const UnderLoss half = under(lab, Loss::kHalfSquaredError, Activation::kSigmoid);
  const UnderLoss whole = under(lab, Loss::kSquaredError, Activation::kSigmoid);
  const DoubleGradients half_values = half.of(lab), whole_values = whole.of(lab);
  page.section("Squared error without ½ (N17)");
  page.say("Note 004 leaves the ½ out and keeps a 2, ∂L/∂w = 2(a − y) σ'(z) a_prev. In its symbols:");
  page.steps(explain(whole.network, ExplainRows{lab.input, whole.target}, weight(1, 0, 0),
                     {.loss = {.loss = whole.loss}, .notation = Notation::k004}),
             3);
  page.say(
      "With the ½ this derivative is {}, without it {}: twice as large, as is every other. Half the η makes the same "
      "updates.",
      text(half_values.layers[1].d_weights[0]), text(whole_values.layers[1].d_weights[0]));
}

// Labels become vectors as a table's target column does, and vectors labels as predictions do.
FormulaTable label_table() {
  const Dataset data = make_dataset({"x", "y"}, std::array{0.0, 0.0, 1.0, 1.0}, "y");
  const Preprocessing preprocessing =
      fit_preprocessing(data, {.task = Task::kClasses, .one_hot_pairs = true}).preprocessing;
  const Encoder encoder(preprocessing, data);
  FormulaTable table{{"label y", "target vector", "its largest entry", "back to the label"}, {}};
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    std::vector<double> vector(encoder.outputs());
    encoder.encode_targets<double>(std::array{row}, vector.data());
    const auto largest = static_cast<std::size_t>(std::ranges::max_element(vector) - vector.begin());
    table.rows.push_back({math::number(data.cell(row, 1)), math::transposed(row_of(vector)),
                          math::number(static_cast<double>(largest + 1)),
                          math::words(preprocessing.target.classes[largest])});
  }
  return table;
}

// One layer of sigmoid outputs, as sure of class 1 as they can be, below a cross-entropy that takes softmax of a.
FormulaTable bound_table() {
  constexpr double kSure = 1000;  // σ(±1000) is 1 and 0
  FormulaTable table{{"classes", "p of softmax(a)", "e/(e + C − 1)", "its L", "L of softmax(z)"}, {}};
  for (const std::size_t classes : {2U, 3U, 10U}) {
    std::vector<double> weights(classes, -kSure), target(classes, 0.0);
    weights[0] = kSure;
    target[0] = 1;
    const auto sure = [&](std::string_view output) {
      DoubleNetwork network(fmt::format("1 -> {} {} no-bias", classes, output));
      network.set_weights(0, weights);
      return gradients<double>(network, std::array{1.0}, target, {.loss = Loss::kCrossEntropy});
    };
    const DoubleGradients of_a = sure("sigmoid"), of_z = sure("softmax");
    const double e = std::exp(1.0);
    table.rows.push_back({math::number(static_cast<double>(classes)), math::number(of_a.prediction[0]),
                          math::number(e / (e + static_cast<double>(classes) - 1)), math::number(of_a.loss),
                          math::number(of_z.loss)});
  }
  return table;
}

// Of a sigmoid unit whose target is 1, over its z.
struct Wrong {
  double loss;
  double delta;
};
Wrong wrong_sided(Loss loss, double z) {
  const ActivationRule& sigmoid = rule(Activation::kSigmoid);
  const LossRule& l = rule(loss);
  const double a = sigmoid.value(z);
  if (l.link == Activation::kSigmoid) return {l.value(z, 1, {}), l.derivative(z, 1, {})};
  return {l.value(a, 1, {}), l.derivative(a, 1, {}) * sigmoid.derivative(z, a)};
}

constexpr std::array kSided = {Loss::kHalfSquaredError, Loss::kBinaryCrossEntropy};

Chart wrong_chart(std::string caption, std::string y_label, double (*value)(const Wrong&)) {
  constexpr int kPoints = 200;
  Chart chart{.caption = std::move(caption), .x_label = "z", .y_label = std::move(y_label)};
  for (const Loss loss : kSided) {
    Series series{.name = std::string(rule(loss).name)};
    for (int i = 0; i <= kPoints; ++i) {
      const double z = -10 + 20.0 * i / kPoints;
      series.x.push_back(z);
      series.y.push_back(value(wrong_sided(loss, z)));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

void add_wrong_side(Page& page) {
  page.section("A unit on the wrong side (N12)");
  page.say("The target is 1. At z = −8 the unit is sure of 0, and has to learn most; how much it learns is |δ|:");
  page.add(Figure(wrong_chart("The loss of one unit whose target is 1.", "L", [](const Wrong& w) { return w.loss; })));
  page.add(Figure(wrong_chart("What it learns from.", "|δ|", [](const Wrong& w) { return std::fabs(w.delta); })));
  page.say(
      "Squared error is flat there (|δ| = {}): the slope of the sigmoid stands in δ as a factor. Cross-entropy has {}.",
      text(std::fabs(wrong_sided(kSided[0], -8).delta)), text(std::fabs(wrong_sided(kSided[1], -8).delta)));
}

void add_labels(Page& page) {
  page.section("Labels to vectors (N24)");
  page.say(
      "Note 003: y = 1 ⇒ [0 1]ᵀ, y = 0 ⇒ [1 0]ᵀ, an output for each class. bprop encodes a column of labels so, keeps "
      "the list of classes in the model, and goes back by the largest output:");
  page.add(label_table());
}

void add_loss_errata(Page& page, const Lab& lab) {
  const DoubleGradients of_a = under(lab, Loss::kCrossEntropy, Activation::kSigmoid).of(lab);
  page.erratum(
      "003, line 32",
      fmt::format("softmax is taken of a^L; it should be of z^L. Of sigmoid outputs p is at most e/(e + C − 1) "
                  "(table above), so that L cannot come near 0. Here p of class 1 would be {}, and δ₂ = {} in place of "
                  "p − y = {}.",
                  text(of_a.prediction[1]), text(of_a.layers[1].delta[1]), text(of_a.prediction[1] - lab.target[1])));
  const DoubleGradients half = under(lab, Loss::kHalfSquaredError, Activation::kSigmoid).of(lab);
  const DoubleGradients whole = under(lab, Loss::kSquaredError, Activation::kSigmoid).of(lab);
  page.erratum("003, lines 311, 322 and 334",
               fmt::format("½‖y − a‖² is set equal to Σ (y − a)²; the right side lacks its ½: {} against {}.",
                           text(half.loss), text(whole.loss)));
  const auto& right = half.layers[1].d_output;
  page.erratum("003, line 326",
               fmt::format("∂C/∂a₁ is written ½ Σ (y − a)(−1), which is {}; it is 2 · ½ (y₁ − a₁)(−1) = {}, without a "
                           "sum.",
                           text(0.5 * std::accumulate(right.begin(), right.end(), 0.0)), text(right[0])));
  page.erratum("003, from line 388",
               fmt::format("it speaks of derivatives of L and of activities a; C is the loss, L the number of layers "
                           "(here {}, as it counts), and a are activations, z activities.",
                           lab.architecture().layers.size() + 1));
}

}  // namespace

Document losses() {
  const Lab lab(kTwoOutputs);

  Page page("losses");
  page.say(
      "The losses of notes 003 and 004 on one network and one sample, of class 1 of the classes 0 and 1. In bprop's "
      "symbols: L is the loss (003's C), a what the last layer says, y the target, δ = ∂L/∂z.");
  page.network(lab);
  add_losses(page, lab);
  add_without_half(page, lab);
  add_labels(page);
  add_wrong_side(page);

  page.section("Softmax of z, not of a (N12)");
  page.say(
      "Outputs that are as sure of the right class as they can be: with sigmoid outputs between 0 and 1, softmax of "
      "them is never sure, and the loss cannot reach 0. So bprop's softmax layer has z as its input and no other "
      "activation:");
  page.add(bound_table());
  add_loss_errata(page, lab);
  page.try_next({"bprop explain net.toml --weight 2:1,1 --notation 004", "bprop list losses", "bprop check net.toml",
                 "bprop exercise losses --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
