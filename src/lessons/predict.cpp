// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "lessons/all_lessons.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

constexpr std::string_view kPredictNetwork =
    "layers        = \"2 -> 3 tanh -> 3 softmax\"\n"
    "weights       = [[[0.5, -0.6], [0.3, 0.8], [-0.7, 0.4]],\n"
    "                 [[0.9, -0.4, 0.2], [-0.5, 0.7, 0.3], [0.1, -0.2, -0.8]]]\n"
    "biases        = [[0.1, -0.2, 0.0], [0.2, 0.0, -0.1]]\n"
    "input         = [1.0, 0.5]\n"
    "target        = [1, 0, 0]\n"
    "loss          = \"cross_entropy\"\n";

// The outputs when the first input is x.
std::vector<double> probabilities(const Lab& lab, double x) {
  std::vector<double> result(lab.network.outputs());
  lab.network.predict(std::vector<double>{x, lab.input[1]}, result);
  return result;
}

Chart over_first_input(const Lab& lab) {
  Chart chart{.caption = "The probabilities of the three classes, by the first input; the second stays 0.5.",
              .x_label = "x[1]",
              .y_label = "probability",
              .series = {{.name = "class 1"}, {.name = "class 2"}, {.name = "class 3"}}};
  for (double x = -3; x <= 3.001; x += 0.125) {
    const std::vector<double> p = probabilities(lab, x);
    for (std::size_t c = 0; c < p.size(); ++c) {
      chart.series[c].x.push_back(x);
      chart.series[c].y.push_back(p[c]);
    }
  }
  return chart;
}

void forward(Page& page, const DoubleGradients& values) {
  page.section("Layer by layer (N13)");
  page.say(
      "Prediction is the forward pass alone: each layer adds up z = Wx + b and applies its φ. The last one is "
      "softmax, p = exp(z) / Σ exp(z), so that its outputs are positive and add up to 1.");
  FormulaTable table{{"layer", "unit", "z", "a"}, {}};
  for (std::size_t l = 0; l < values.layers.size(); ++l) {
    for (std::size_t j = 0; j < values.layers[l].z.size(); ++j) {
      table.rows.push_back({math::number(static_cast<double>(l + 1)), math::number(static_cast<double>(j + 1)),
                            math::number(values.layers[l].z[j]), math::number(values.layers[l].a[j])});
    }
  }
  page.add(std::move(table));
  const auto& p = values.layers.back().a;
  const auto best = static_cast<std::size_t>(std::ranges::max_element(p) - p.begin());
  page.say(
      "The class is the one with the largest probability (arg max): class {}, with {}. Softmax does not change the "
      "order, so the largest z would name the same class; the probability is what it adds.",
      best + 1, text(p[best]));
}

// One output: two classes by ½.
void one_output(Page& page) {
  page.section("One output, two classes (N13)");
  const double z = 0.4;
  const DoubleNetwork unit("1 -> 1 sigmoid", {.initializer = Initializer::kZeros});
  DoubleNetwork shifted = unit;
  shifted.set_bias(0, std::vector<double>{z});
  std::vector<double> p(1);
  shifted.predict(std::vector<double>{0}, p);
  page.say(
      "A single sigmoid output p is the probability of the second of two classes: it is predicted from p = ½ on, "
      "which is z ≥ 0. For z = {}, p is {}: the second class. Softmax over two outputs says the same of the "
      "difference of their z.",
      text(z), text(p[0]));
  page.say(
      "Several sigmoid outputs are not probabilities of classes: each answers a question of its own, and they need "
      "not add up to 1. bprop calls them outputs, and predicts classes only from softmax or from one sigmoid unit.");
}

void stable(Page& page) {
  page.section("Large numbers");
  DoubleNetwork scores("1 -> 2 softmax", {.initializer = Initializer::kZeros});
  scores.set_bias(0, std::vector<double>{1000, 1001});
  std::vector<double> p(2);
  scores.predict(std::vector<double>{0}, p);
  page.say(
      "exp(1000) is larger than any double. Softmax is computed after the largest z is taken off, which changes "
      "nothing but the size: of z = 1000 and 1001 it makes {} and {}.",
      text(p[0]), text(p[1]));
}

}  // namespace

Document predict() {
  const Lab lab(kPredictNetwork);
  Page page("predict");
  page.say("Three tanh units below three classes, in our symbols.");
  page.network(lab);
  forward(page, lab.gradients());
  page.add(Figure(over_first_input(lab)));
  one_output(page);
  stable(page);
  const double ceiling = std::exp(1.0) / (std::exp(1.0) + 2);
  page.erratum(
      "003, line 32",
      fmt::format("softmax is taken of a^L; it has to be z^L. Of three sigmoid outputs, which lie between 0 and 1, "
                  "no probability could pass e / (e + 2) = {}.",
                  text(ceiling)));
  page.try_next({"bprop predict net.toml", "bprop explain net.toml --weight 2:1,1", "bprop lesson losses",
                 "bprop exercise predict --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
