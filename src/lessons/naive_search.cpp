// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <limits>

#include "bprop/trainer.h"
#include "lessons/all_lessons.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

constexpr std::string_view kOneUnit =
    "layers        = \"2 -> 1 tanh\"\n"
    "weights       = [[[0, 0]]]\n"
    "biases        = [[0]]\n"
    "input         = [[0.2, 0.9], [0.8, 0.3], [-0.5, 0.6],\n"
    "                 [-0.9, -0.4], [0.4, -0.7], [0.6, 0.5]]\n"
    "target        = [[-0.1], [0.7], [-0.8], [-0.3], [0.9], [0.3]]\n"
    "loss          = \"squared_error\"\n"
    "learning_rate = 0.3\n";

constexpr std::size_t kCandidates = 10;  // values of each parameter
constexpr double kFrom = -2, kTo = 2;    // evenly spaced
constexpr std::size_t kMostSearched = 3;

// A network and the rows that it is to fit.
struct Problem {
  DoubleNetwork network;
  std::vector<double> input;
  std::vector<double> target;
  LossOptions loss;
  double learning_rate;

  double value() const { return loss_value(network); }
  double loss_value(const DoubleNetwork& candidate) const {
    return bprop::loss<double>(candidate, input, target, loss);
  }
};

// w of the first input alone; w of both; both and a bias. All begin at 0.
Problem small_problem(const Lab& lab, std::size_t parameters) {
  const std::array<std::string_view, kMostSearched> texts = {"1 -> 1 tanh no-bias", "2 -> 1 tanh no-bias",
                                                             "2 -> 1 tanh"};
  Problem problem{DoubleNetwork(texts[parameters - 1], {.initializer = Initializer::kZeros}), lab.input, lab.target,
                  lab.loss, lab.learning_rate};
  if (parameters > 1) return problem;
  problem.input.clear();
  for (std::size_t i = 0; i < lab.input.size(); i += 2) problem.input.push_back(lab.input[i]);
  return problem;
}

// More parameters for the same rows: a hidden layer.
Problem large_problem(const Lab& lab, std::size_t hidden) {
  return {DoubleNetwork(fmt::format("2 -> {} tanh -> 1 no-bias", hidden), {.seed = 1}), lab.input, lab.target, lab.loss,
          lab.learning_rate};
}

double candidate(std::size_t which) { return kFrom + (kTo - kFrom) * static_cast<double>(which) / (kCandidates - 1); }

// Weights, then the bias where there is one.
void set_parameters(DoubleNetwork& network, std::span<const double> values) {
  const std::size_t weights = network.inputs();
  network.set_weights(0, values.first(weights));
  if (values.size() > weights) network.set_bias(0, values.subspan(weights));
}

struct Search {
  std::size_t evaluations = 0;
  double best = std::numeric_limits<double>::infinity();
  std::vector<double> parameters;
};

// Every combination of candidates.
Search search(const Problem& problem) {
  const std::size_t count = problem.network.architecture().parameters();
  DoubleNetwork network = problem.network;
  Search result;
  std::vector<std::size_t> digits(count, 0);
  for (bool more = true; more;) {
    std::vector<double> values;
    for (const std::size_t digit : digits) values.push_back(candidate(digit));
    set_parameters(network, values);
    const double loss = problem.loss_value(network);
    ++result.evaluations;
    if (loss < result.best) {
      result.best = loss;
      result.parameters = std::move(values);
    }
    more = false;
    for (std::size_t& digit : digits) {
      digit = (digit + 1) % kCandidates;
      if ((more = digit != 0)) break;
    }
  }
  return result;
}

// Evaluations of loss and gradient until gradient descent is at this loss or below.
Search descend_to(const Problem& problem, double loss) {
  constexpr std::size_t kMost = 10000;
  DoubleNetwork network = problem.network;
  DoubleTrainer trainer(
      network,
      {.batch = problem.target.size(), .loss = problem.loss, .optimizer = GradientDescent{problem.learning_rate}});
  Search result;
  while (result.best > loss && result.evaluations < kMost) {
    result.best = trainer.step(problem.input, problem.target);
    ++result.evaluations;
  }
  return result;
}

std::string power_of_ten(std::size_t zeros) { return '1' + std::string(zeros, '0'); }

constexpr std::array<std::size_t, 3> kHidden = {3, 7, 25};  // 4 parameters a hidden unit

struct Counts {
  FormulaTable small{{"parameters", "naive", "its best L", "descent", "its L"}, {}};
  FormulaTable large{{"parameters", "digits of naive", "descent", "its L"}, {}};
  Chart chart;
  Search best;  // of 3 parameters
};

Counts count(const Lab& lab) {
  Counts counts;
  Series naive{.name = "naive search"};
  Series descent{.name = "gradient descent, loss and gradient together"};
  descent.points = true;
  const auto mark = [](Series& series, std::size_t parameters, double evaluations) {
    series.x.push_back(static_cast<double>(parameters));
    series.y.push_back(evaluations);
  };
  for (std::size_t parameters = 1; parameters <= kMostSearched; ++parameters) {
    const Problem problem = small_problem(lab, parameters);
    counts.best = search(problem);
    const Search steps = descend_to(problem, counts.best.best);
    counts.small.rows.push_back({math::number(static_cast<double>(parameters)),
                                 math::words(grouped(counts.best.evaluations)), math::number(counts.best.best),
                                 math::words(grouped(steps.evaluations)), math::number(steps.best)});
    mark(naive, parameters, static_cast<double>(counts.best.evaluations));
    mark(descent, parameters, static_cast<double>(steps.evaluations));
  }
  for (const std::size_t hidden : kHidden) {
    const Problem problem = large_problem(lab, hidden);
    const std::size_t parameters = problem.network.architecture().parameters();
    const Search steps = descend_to(problem, counts.best.best);
    counts.large.rows.push_back({math::number(static_cast<double>(parameters)),
                                 math::words(std::to_string(power_of_ten(parameters).size())),
                                 math::words(grouped(steps.evaluations)), math::number(steps.best)});
    mark(naive, parameters, std::pow(10.0, static_cast<double>(parameters)));
    mark(descent, parameters, static_cast<double>(steps.evaluations));
  }
  counts.chart = {.caption = "Evaluations over the number of parameters.",
                  .x_label = "parameters",
                  .y_label = "evaluations",
                  .series = {std::move(naive), std::move(descent)},
                  .log_y = true};
  return counts;
}

}  // namespace

Document naive_search() {
  const Lab lab(kOneUnit);
  const Counts counts = count(lab);

  Page page("naive-search");
  page.say(
      "Note 002 first asks for the naive way: try many candidates for w and keep the best. Here it is tried, {} values "
      "for each parameter, against gradient descent on the same loss L, the mean of the squared errors.",
      kCandidates);
  page.network(lab);

  page.section("Up to three parameters: both done (N8)");
  page.say(
      "The values are {} to {} in even steps. With 1 parameter the unit has only the weight of x1, with 2 both "
      "weights, "
      "with 3 the bias, too. Descent begins at 0 and is stopped as soon as its loss is at most the best of the naive "
      "search; every evaluation of loss and gradient is counted.",
      kFrom, kTo);
  page.add(counts.small);
  const auto& best = counts.best.parameters;
  page.say(
      "The best of the {} candidates with 3 parameters is w1 = {}, w2 = {}, b1 = {}; descent is not bound to them.",
      grouped(counts.best.evaluations), text(best[0]), text(best[1]), text(best[2]));

  page.section("A hundred parameters (N8)");
  page.say(
      "Each further parameter takes {} times as many candidates. A gradient costs about two losses more, however many "
      "parameters there are. With a hidden layer (2 -> 3, 7 or 25 tanh -> 1) the same rows can be given more of them, "
      "and descent is asked for the same loss:",
      kCandidates);
  page.add(counts.large);
  page.say("For 100 parameters the naive search has to evaluate the loss exactly this often:");
  page.say("{}", grouped(power_of_ten(100), " "));
  page.add(Figure(counts.chart));
  page.try_next({"bprop train --from net.toml --steps 10", "bprop explain net.toml --weight w1 --nudge",
                 "bprop exercise naive-search --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
