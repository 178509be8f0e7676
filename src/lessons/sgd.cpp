// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.h"
#include "bprop/trainer.h"
#include "lessons/all_lessons.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

constexpr std::size_t kRows = 24;
constexpr std::size_t kEpochsTrained = 200;
constexpr std::array<std::size_t, 3> kBatches = {1, 6, kRows};

// Uniform in ±2, two decimals.
double coordinate(std::uint32_t which) {
  return std::round(100 * (4.0 * random_uniform({.seed = 11}, which) - 2)) / 100;
}

// Two inputs; class 1 where x1 + x2 + (noise in ±2) is positive. In random order, as it was drawn.
std::string two_classes() {
  std::string input, target;
  for (std::uint32_t n = 0; n < kRows; ++n) {
    const double x1 = coordinate(3 * n), x2 = coordinate(3 * n + 1), noise = coordinate(3 * n + 2);
    const bool last = n + 1 == kRows;
    input += fmt::format("[{:.2f}, {:.2f}]{}", x1, x2, last ? "]\n" : n % 4 == 3 ? ",\n           " : ", ");
    target += fmt::format("[{}]{}", x1 + x2 + noise > 0 ? 1 : 0, last ? "]\n" : n % 12 == 11 ? ",\n           " : ", ");
  }
  return fmt::format(
      "layers  = \"2 -> 1 sigmoid\"\n"
      "weights = [[[-0.5, 0.3]]]\n"
      "biases  = [[-0.2]]\n"
      "input   = [{}target  = [{}loss    = \"binary_cross_entropy\"\n"
      "learning_rate = 0.5\n",
      input, target);
}

// C over all rows, during a training that takes so many rows an update, always in the order of the file.
struct Course {
  std::size_t batch = 0;
  std::size_t updates = 0;
  std::vector<double> after_epoch;        // the first: before training
  std::vector<double> after_update = {};  // of the last two epochs
  DoubleNetwork network;
};

Course course(const Lab& lab, std::size_t batch) {
  Course course{.batch = batch, .updates = 0, .after_epoch = {lab.loss_value()}, .network = lab.network};
  DoubleTrainer trainer(course.network,
                        {.batch = batch, .loss = lab.loss, .optimizer = Sgd{.learning_rate = lab.learning_rate}});
  const auto loss_now = [&] { return loss<double>(course.network, lab.input, lab.target, lab.loss); };
  const std::span<const double> input(lab.input), target(lab.target);
  for (std::size_t epoch = 1; epoch <= kEpochsTrained; ++epoch) {
    for (std::size_t first = 0; first < kRows; first += batch) {
      if (epoch + 1 >= kEpochsTrained) course.after_update.push_back(loss_now());
      trainer.step(input.subspan(2 * first, 2 * batch), target.subspan(first, batch));
    }
    course.after_epoch.push_back(loss_now());
  }
  course.after_update.push_back(loss_now());
  course.updates = trainer.report().step;
  return course;
}

std::string batch_name(std::size_t batch) {
  if (batch == 1) return "online";
  return batch == kRows ? "full batch" : fmt::format("mini-batches of {}", batch);
}

FormulaTable course_table(const std::vector<Course>& courses) {
  FormulaTable table{{"rows an update", "updates", "C, 1 epoch", "10", fmt::format("{}", kEpochsTrained), "swing"}, {}};
  for (const Course& course : courses) {
    const auto [least, most] = std::ranges::minmax_element(course.after_update);
    table.rows.push_back({math::number(static_cast<double>(course.batch)), math::words(grouped(course.updates)),
                          math::number(course.after_epoch[1]), math::number(course.after_epoch[10]),
                          math::number(course.after_epoch[kEpochsTrained]), math::number(*most - *least)});
  }
  return table;
}

Chart epoch_chart(const std::vector<Course>& courses) {
  constexpr std::size_t kShown = 40;  // epochs
  Chart chart{.caption = "C over all rows after each epoch.", .x_label = "epoch", .y_label = "C"};
  for (const Course& course : courses) {
    Series series{.name = batch_name(course.batch)};
    for (std::size_t epoch = 0; epoch <= kShown; ++epoch) {
      series.x.push_back(static_cast<double>(epoch));
      series.y.push_back(course.after_epoch[epoch]);
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

Chart update_chart(const std::vector<Course>& courses) {
  Chart chart{.caption = "The last two epochs, update by update.", .x_label = "epoch", .y_label = "C"};
  for (const Course& course : courses) {
    Series series{.name = batch_name(course.batch), .y = course.after_update};
    const double epochs = static_cast<double>(course.batch) / kRows;  // an update
    for (std::size_t k = 0; k < series.y.size(); ++k)
      series.x.push_back(kEpochsTrained - 2 + epochs * static_cast<double>(k));
    chart.series.push_back(std::move(series));
  }
  return chart;
}

// ∇C over weights and biases of these rows.
std::vector<double> whole_gradient(const DoubleNetwork& network, const Lab& lab, std::span<const double> input,
                                   std::span<const double> target) {
  std::vector<double> all;
  for (const auto& layer : gradients<double>(network, input, target, lab.loss).layers) {
    all.insert(all.end(), layer.d_weights.begin(), layer.d_weights.end());
    all.insert(all.end(), layer.d_bias.begin(), layer.d_bias.end());
  }
  return all;
}

std::vector<Formula> noise_row(std::string_view where, const DoubleNetwork& network, const Lab& lab) {
  const std::vector<double> mean = whole_gradient(network, lab, lab.input, lab.target);
  const std::span<const double> input(lab.input), target(lab.target);
  double squares = 0;
  for (std::size_t n = 0; n < kRows; ++n) {
    std::vector<double> own = whole_gradient(network, lab, input.subspan(2 * n, 2), target.subspan(n, 1));
    for (std::size_t i = 0; i < own.size(); ++i) own[i] -= mean[i];
    squares += norm(own) * norm(own) / kRows;
  }
  const double spread = std::sqrt(squares);
  return {math::words(where), math::number(norm(mean)), math::number(spread), math::number(spread / norm(mean))};
}

void add_one_update(Page& page, const Lab& lab) {
  const std::span<const double> input(lab.input), target(lab.target);
  const ExplainRows first{input.first(2), target.first(1)};
  page.section("One sample, one update of weights and biases (N14)");
  page.say(
      "In the symbols of note 003, in which inputs are layer 1 and W of a layer leads to the next. The first sample "
      "alone, x = ({}, {}) with y = {}, moves every weight and every bias; two of them:",
      text(input[0]), text(input[1]), text(target[0]));
  for (const Selector& chosen : {weight(0, 0, 0), bias(0, 0)}) {
    const Derivation derivation = explain(lab.network, first, chosen, lab.options(Notation::k003));
    page.steps(derivation, 1);
    page.say("so that {} goes from {} to {}.", name_of(chosen, lab.architecture(), Notation::k003),
             text(derivation.update->before), text(derivation.update->after));
  }
}

}  // namespace

Document sgd() {
  const Lab lab(two_classes());
  std::vector<Course> courses;
  for (const std::size_t batch : kBatches) courses.push_back(course(lab, batch));

  Page page("sgd");
  page.say(
      "Note 003 learns with stochastic gradient descent: not all rows for an update, but one, or a few. C is the "
      "single-output cross-entropy, its mean over the rows of an update, so that one η ({}) suits all. The {} rows are "
      "drawn at random; class 1 is where x1 + x2 plus noise is positive, so that no line parts the classes.",
      text(lab.learning_rate), kRows);
  page.network(lab);

  add_one_update(page, lab);

  page.section("Online, mini-batch, full batch (N14)");
  page.say(
      "{} epochs each, from the same weights. An epoch uses every row once in each; online it is {} updates, in full "
      "batches 1. C is over all rows; swing is the difference between its largest and smallest value in the last two "
      "epochs, update by update.",
      kEpochsTrained, kRows);
  page.add(course_table(courses));
  page.add(Figure(epoch_chart(courses)));
  page.say(
      "More updates from the same number of gradients: after the first epoch, online learning is where the full batch "
      "is after {}.",
      std::ranges::find_if(courses.back().after_epoch, [&](double c) { return c <= courses.front().after_epoch[1]; }) -
          courses.back().after_epoch.begin());

  page.section("What the noise costs (N14)");
  page.say(
      "The gradient of one row is that of all rows plus noise. The noise hardly gets smaller on the way, the gradient "
      "does: near a minimum an update of one row goes mostly astray, and C trembles instead of settling.");
  FormulaTable noise{{"", "‖∇C‖ of all", "a row's distance from it", "ratio"}, {}};
  noise.rows.push_back(noise_row("at the start", lab.network, lab));
  noise.rows.push_back(
      noise_row(fmt::format("after {} full batches", courses.back().updates), courses.back().network, lab));
  page.add(std::move(noise));
  page.add(Figure(update_chart(courses)));
  page.say(
      "Online learning ends at C = {}, which is {} above what full batches come to. A smaller η, or one that shrinks, "
      "makes the trembling smaller; so do larger batches.",
      text(courses.front().after_epoch.back()),
      text(courses.front().after_epoch.back() - courses.back().after_epoch.back()));
  page.try_next({"bprop train --from net.toml --optimizer sgd --batch 1 --epochs 200",
                 "bprop train --from net.toml --optimizer sgd --batch 6 --epochs 200",
                 "bprop train --from net.toml --epochs 200", "bprop exercise sgd --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
