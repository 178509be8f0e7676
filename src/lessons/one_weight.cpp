// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "bprop/trainer.h"
#include "lessons/all_lessons.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

constexpr std::string_view kOnePoint =
    "layers        = \"1 -> 1 no-bias\"\n"
    "weights       = [[[0]]]\n"
    "input         = [2]\n"
    "target        = [3]\n"
    "loss          = \"squared_error\"\n"
    "reduction     = \"sum\"\n"
    "learning_rate = 0.008\n";

constexpr std::string_view kFourPoints =
    "layers        = \"1 -> 1 no-bias\"\n"
    "weights       = [[[0]]]\n"
    "input         = [[1], [2], [3], [4]]\n"
    "target        = [[2.3], [3.6], [6.4], [7.9]]\n"
    "loss          = \"squared_error\"\n"
    "reduction     = \"sum\"\n"
    "learning_rate = 0.001\n";

constexpr std::array<std::size_t, 3> kEpochs = {0, 10, 100};

double loss_at(const Lab& lab, double w) {
  DoubleNetwork network = lab.network;
  network.set_weights(0, std::array{w});
  return loss<double>(network, lab.input, lab.target, lab.loss);
}

double slope_at(const Lab& lab, double w) {
  DoubleNetwork network = lab.network;
  network.set_weights(0, std::array{w});
  return gradients<double>(network, lab.input, lab.target, lab.loss).layers[0].d_weights[0];
}

// w after so many epochs of gradient descent.
double weight_after(const Lab& lab, std::size_t epochs, double learning_rate) {
  DoubleNetwork network = lab.network;
  DoubleTrainer trainer(network,
                        {.batch = lab.target.size(), .loss = lab.loss, .optimizer = GradientDescent{learning_rate}});
  for (std::size_t k = 0; k < epochs; ++k) trainer.step(lab.input, lab.target);
  return network.weights(0)[0];
}

// L is a parabola: its slope changes by as much from 0 to 1 as anywhere.
double curvature(const Lab& lab) { return slope_at(lab, 1) - slope_at(lab, 0); }
double best_weight(const Lab& lab) { return -slope_at(lab, 0) / curvature(lab); }

FormulaTable epoch_table(const Lab& lab) {
  FormulaTable table{{"epoch", "w", "L(w)", "dL/dw"}, {}};
  for (const std::size_t epoch : kEpochs) {
    const double w = weight_after(lab, epoch, lab.learning_rate);
    table.rows.push_back({math::number(static_cast<double>(epoch)), math::number(w), math::number(loss_at(lab, w)),
                          math::number(slope_at(lab, w))});
  }
  return table;
}

// The points, and the line at each of the epochs.
Chart line_chart(const Lab& lab) {
  Chart chart{.caption = "The model: h(x; w) = x w, and what it is to fit.", .x_label = "x", .y_label = "y"};
  for (const std::size_t epoch : kEpochs) {
    const double w = weight_after(lab, epoch, lab.learning_rate);
    const double end = 1.25 * *std::ranges::max_element(lab.input);
    DoubleNetwork network = lab.network;
    network.set_weights(0, std::array{w});
    Series series{.name = fmt::format("epoch {}", epoch), .x = {0, end}, .y = {0, 0}};
    network.predict(series.x, series.y);
    chart.series.push_back(std::move(series));
  }
  chart.series.push_back({.name = "data", .x = lab.input, .y = lab.target, .points = true});
  return chart;
}

// L over w, with w of each of the epochs.
Chart parabola_chart(const Lab& lab) {
  Chart chart{.caption = "The loss: L over w, and where w is.", .x_label = "w", .y_label = "L(w)"};
  constexpr int kPoints = 100;
  Series curve{.name = "L"};
  for (int i = 0; i <= kPoints; ++i) {
    curve.x.push_back(2 * best_weight(lab) * i / kPoints);
    curve.y.push_back(loss_at(lab, curve.x.back()));
  }
  chart.series.push_back(std::move(curve));
  for (const std::size_t epoch : kEpochs) {
    const double w = weight_after(lab, epoch, lab.learning_rate);
    chart.series.push_back({.name = fmt::format("epoch {}", epoch), .x = {w}, .y = {loss_at(lab, w)}, .points = true});
  }
  return chart;
}

void add_pictures(Page& page, const Lab& lab) {
  page.add(epoch_table(lab));
  page.add(Figure(line_chart(lab)));
  page.add(Figure(parabola_chart(lab)));
}

FormulaTable rate_table(const Lab& lab, double limit) {
  FormulaTable table{{"η / limit", "η", "w after 10", "L after 10", "w after 100"}, {}};
  for (const double share : {0.03, 0.5, 1.0, 1.03}) {
    const double rate = share * limit, w = weight_after(lab, 10, rate);
    table.rows.push_back({math::number(share), math::number(rate), math::number(w), math::number(loss_at(lab, w)),
                          math::number(weight_after(lab, 100, rate))});
  }
  return table;
}

}  // namespace

Document one_weight() {
  const Lab one(kOnePoint), four(kFourPoints);
  const double limit = 2 / curvature(four);

  Page page("one-weight");
  page.say(
      "The smallest network there is: one weight, no bias, no activation. In the symbols of note 002 h(x; w) = x w and "
      "L(w) = Σ (x w − y)², a sum over the points, first of one and then of four. Each has two pictures, the line that "
      "is fitted and the loss over w, at epochs 0, 10 and 100 of gradient descent.");

  page.section("One point (N9)");
  page.say("L(w) = ({} w − {})², in a file one.toml:", text(one.input[0]), text(one.target[0]));
  page.add(Listing{one.toml});
  add_pictures(page, one);
  page.say("One point can be met exactly: the parabola touches 0 at w = y/x = {}.", text(best_weight(one)));

  page.section("Four points (N9)");
  page.network(four);
  add_pictures(page, four);
  page.say(
      "The least is at w = Σ x y / Σ x² = {}, where L is {}, not 0: no line through the origin meets all four. What "
      "is left of the way to it shrinks by the same factor in each epoch, 1 − 2η Σ x² = {}.",
      text(best_weight(four)), text(loss_at(four, best_weight(four))), text(1 - four.learning_rate * curvature(four)));

  page.section("How large may η be? (N9)");
  page.say(
      "That factor must stay above −1. The curvature of L is 2 Σ x² = {}, so that w goes to the minimum for every η "
      "below 2 / (2 Σ x²) = {}. At half of it w is there in one step, at the limit it jumps to and fro for ever, above "
      "it the jumps grow:",
      text(curvature(four)), text(limit));
  page.add(rate_table(four, limit));
  page.try_next({"bprop train --from net.toml --steps 100", "bprop train --from one.toml --steps 10",
                 "bprop explain net.toml --weight w1 --notation 002", "bprop exercise one-weight --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
