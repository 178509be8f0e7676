// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "bprop/train.h"
#include "bprop/trainer.h"
#include "lessons/all_lessons.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

constexpr std::string_view kLine =
    "layers        = \"1 -> 1\"\n"
    "weights       = [[[-1]]]\n"
    "biases        = [[0]]\n"
    "input         = [[0], [1], [2], [3]]\n"
    "target        = [[1], [2.9], [5.2], [6.8]]\n"
    "loss          = \"squared_error\"\n"
    "learning_rate = 0.07\n";

constexpr std::size_t kMaxIteration = 1000;
constexpr double kEpsilon = 1e-6;

// The loop of note 002: both limits, plain gradient descent.
TrainResult descend(const Lab& lab, double learning_rate, std::size_t max_iteration, double epsilon) {
  TrainOptions options = exercise_options(lab.model());
  options.learning_rate = learning_rate;
  options.epochs = max_iteration;  // an epoch is one update
  options.steps = max_iteration;
  options.min_change = epsilon;
  options.doctor_every = 0;
  return train_from(lab.model(), options);
}

double loss_of(const Lab& lab, const TrainResult& result) {
  return loss<double>(std::get<DoubleNetwork>(result.model.network), lab.input, lab.target, lab.loss);
}

FormulaTable stop_table(const Lab& lab) {
  FormulaTable table{{"η", "max_iteration", "updates", "‖Δθ‖ of the last", "L", "stopped because"}, {}};
  for (const auto& [rate, most] :
       {std::pair{lab.learning_rate, kMaxIteration}, std::pair{lab.learning_rate, std::size_t{20}},
        std::pair{1e-9, kMaxIteration}, std::pair{0.3, kMaxIteration}}) {
    const TrainResult result = descend(lab, rate, most, kEpsilon);
    table.rows.push_back(
        {math::number(rate), math::words(std::to_string(most)), math::words(std::to_string(result.steps)),
         math::number(result.final_change),
         result.stop_reason == StopReason::kDiverged ? math::words("overflows") : math::number(loss_of(lab, result)),
         math::words(name(result.stop_reason))});
  }
  return table;
}

// θ and L before each update of a descent, and after the last.
struct Descent {
  std::vector<double> w, b, loss;
};

Descent descent_path(const Lab& lab, double learning_rate, std::size_t updates) {
  DoubleNetwork network = lab.network;
  DoubleTrainer trainer(network,
                        {.batch = lab.target.size(), .loss = lab.loss, .optimizer = GradientDescent{learning_rate}});
  Descent path;
  const auto record = [&] {
    path.w.push_back(network.weights(0)[0]);
    path.b.push_back(network.bias(0)[0]);
    path.loss.push_back(loss<double>(network, lab.input, lab.target, lab.loss));
  };
  record();
  for (std::size_t k = 0; k < updates; ++k) {
    trainer.step(lab.input, lab.target);
    record();
  }
  return path;
}

constexpr std::size_t kDrawn = 60;  // updates

Chart path_chart(const Lab& lab, const TrainResult& minimum) {
  const auto& network = std::get<DoubleNetwork>(minimum.model.network);
  Chart chart{.caption = fmt::format("The path of θ = (w, b) in {} updates, down to the minimum.", kDrawn),
              .x_label = "w",
              .y_label = "b"};
  for (const double rate : {0.15, 0.02}) {
    Descent path = descent_path(lab, rate, kDrawn);
    chart.series.push_back({.name = fmt::format("η = {}", rate), .x = std::move(path.w), .y = std::move(path.b)});
  }
  chart.series.push_back({.name = "minimum", .x = network.weights(0), .y = network.bias(0), .points = true});
  return chart;
}

Chart loss_chart(const Lab& lab) {
  Chart chart{.caption = "The same paths on L.", .x_label = "updates", .y_label = "L", .log_y = true};
  for (const double rate : {0.15, 0.02}) {
    Series series{.name = fmt::format("η = {}", rate), .y = descent_path(lab, rate, kDrawn).loss};
    for (std::size_t k = 0; k < series.y.size(); ++k) series.x.push_back(static_cast<double>(k));
    chart.series.push_back(std::move(series));
  }
  return chart;
}

constexpr std::size_t kCompared = 10;  // updates

// θ after so many updates, of the first rows only.
struct Reduced {
  Reduction reduction;
  double learning_rate;
  std::size_t rows;
};
std::array<double, 2> after_updates(const Lab& lab, const Reduced& how) {
  DoubleNetwork network = lab.network;
  LossOptions loss = lab.loss;
  loss.reduction = how.reduction;
  DoubleTrainer trainer(network, {.batch = how.rows, .loss = loss, .optimizer = GradientDescent{how.learning_rate}});
  const std::span<const double> input(lab.input), target(lab.target);
  for (std::size_t k = 0; k < kCompared; ++k) trainer.step(input.first(how.rows), target.first(how.rows));
  return {network.weights(0)[0], network.bias(0)[0]};
}

FormulaTable reduction_table(const Lab& lab) {
  constexpr NumberStyle kAll{.digits = 17};
  FormulaTable table{{"rows", "L", "η", "w", "b"}, {}};
  for (const std::size_t rows : {std::size_t{4}, std::size_t{3}}) {
    for (const Reduction reduction : {Reduction::kMean, Reduction::kSum}) {
      const double divisor = reduction == Reduction::kSum ? static_cast<double>(rows) : 1;
      const auto [w, b] = after_updates(lab, {reduction, lab.learning_rate / divisor, rows});
      table.rows.push_back({math::number(static_cast<double>(rows)), math::words(name(reduction)),
                            math::number(lab.learning_rate / divisor), math::words(text_of(math::number(w), kAll)),
                            math::words(text_of(math::number(b), kAll))});
    }
  }
  return table;
}

void add_loop(Page& page, const Lab& lab, const TrainResult& minimum) {
  page.section("Two limits (N7)");
  page.say(
      "θ ← θ − η ∇L(θ) at most max_iteration times; after each update ‖θ_new − θ_old‖ < ε is tested (over weights and "
      "biases together, ε = {}), and the update that passes is kept. L is {} at the start and {} at the minimum.",
      kEpsilon, text(lab.loss_value()), text(loss_of(lab, minimum)));
  page.add(stop_table(lab));
  page.say("min_change is the test, steps is max_iteration.");

  const DoubleGradients start = lab.gradients();
  const double size = norm(std::array{start.layers[0].d_weights[0], start.layers[0].d_bias[0]});
  constexpr double kTiny = 1e-9;
  page.say("The third row stops at once, far from the minimum, because the test does not look at L:");
  page.equation("the size of an update is η times that of the gradient",
                math::words("‖θ_new − θ_old‖", "\\lVert \\theta_\\text{new} - \\theta_\\text{old} \\rVert"),
                {math::words("η · ‖∇L(θ)‖", "\\eta \\cdot \\lVert \\nabla L(\\theta) \\rVert"),
                 math::product({math::number(kTiny), math::number(size)}),
                 math::number(descend(lab, kTiny, 1, kEpsilon).final_change)});
  page.say(
      "A small η passes it anywhere; ε says something of the minimum only together with η. The last row's η is too "
      "large: each update overshoots by more than the one before, until the numbers overflow.");
  page.add(Figure(path_chart(lab, minimum)));
  page.add(Figure(loss_chart(lab)));
}

void add_reductions(Page& page, const Lab& lab) {
  const DoubleGradients start = lab.gradients();
  page.section("Parameters, sum and mean (N10)");
  page.say(
      "θ = {{w1, b1}}: biases belong to it, and ∇L(θ) has an entry for each, at the start ∂L/∂w1 = {} and ∂L/∂b1 = {}. "
      "L is a sum over the rows, so each entry is the sum of the rows' own; a mean divides it by N, and the sum with "
      "η/N makes the same updates. After {} of them:",
      text(start.layers[0].d_weights[0]), text(start.layers[0].d_bias[0]), kCompared);
  page.add(reduction_table(lab));
  const auto wild = after_updates(lab, {Reduction::kSum, lab.learning_rate, 4});
  const double third = after_updates(lab, {Reduction::kMean, lab.learning_rate, 3})[0] -
                       after_updates(lab, {Reduction::kSum, lab.learning_rate / 3, 3})[0];
  page.say(
      "With 4 rows the bits are the same, because a division by 4 is exact. A division by 3 is rounded, which may "
      "change the last digit; here it changes w by {}. The sum with the η of the mean takes steps 4 times as long, and "
      "here flies off: w = {}.",
      text(std::fabs(third)), text(wild[0]));
}

void add_millions(Page& page) {
  const auto large = Architecture::parse("784 -> 1000 relu -> 1000 relu -> 10 softmax");
  std::size_t forward = 0, backward = 0;
  for (const Layer& layer : large.layers) {
    const std::size_t weights = weight_count(layer);
    forward += weights;
    backward += &layer == &large.layers.front() ? weights : 2 * weights;
  }
  page.section("Millions of parameters (N10)");
  page.say(
      "{} has {} parameters. A step of bprop takes, for each row, {} multiplications forward (one a weight) and {} "
      "backward (one a weight for ∂L/∂W, and one for ∂L/∂a of the layer below, which the first layer does not need). "
      "Moving each parameter a little to see what the loss does would take a forward pass for each of them: {} "
      "multiplications. θ, ∇L and the copies for a test of ‖θ_new − θ_old‖ are flat lists of numbers, so that an "
      "update "
      "is one pass over them, on several threads where it is worth it.",
      large.text(), grouped(large.parameters()), grouped(forward), grouped(backward),
      grouped(large.parameters() * forward));
}

void add_descent_errata(Page& page, const Lab& lab) {
  const TrainResult stopped = descend(lab, lab.learning_rate, kMaxIteration, kEpsilon);
  const TrainResult unstopped = descend(lab, lab.learning_rate, kMaxIteration, 0);
  page.erratum("002, line 33",
               fmt::format("the test stands behind a # and would never be made; it is update, then test, then stop. "
                           "Without it {} updates are made in place of {}.",
                           unstopped.steps, stopped.steps));
  const DoubleGradients start = lab.gradients();
  double product = 0;
  for (std::size_t n = 0; n < lab.target.size(); ++n) {
    const double term = start.layers[0].a[n] * lab.target[n];
    product += term * term / static_cast<double>(lab.target.size());
  }
  page.erratum("002, line 16",
               fmt::format("{{h(x; w, m) y}}² has lost its minus and should be {{h(x; w) − y}}²: the mean of the "
                           "products is {} at the start, that of the squared errors {}.",
                           text(product), text(start.loss)));
}

}  // namespace

Document descent() {
  const Lab lab(kLine);
  const TrainResult minimum = descend(lab, lab.learning_rate, 10 * kMaxIteration, 1e-12);

  Page page("descent");
  page.say(
      "One linear unit, h = w x + b, through four points, and the loop of note 002 that finds w and b. In the note's "
      "symbols: θ are all parameters, L(θ) is the mean of the squared errors (without ½), η the learning rate.");
  page.network(lab);
  add_loop(page, lab, minimum);
  add_reductions(page, lab);
  add_millions(page);
  add_descent_errata(page, lab);
  page.try_next({"bprop train --from net.toml --steps 1000 --min-change 1e-6",
                 "bprop train --from net.toml --min-change 1e-6 --learning-rate 1e-9",
                 "bprop train --from net.toml --reduction sum --learning-rate 0.0175",
                 "bprop exercise descent --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
