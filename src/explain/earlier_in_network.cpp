// SPDX-License-Identifier: Apache-2.0
#include "explain/earlier_in_network.h"

#include <fmt/format.h>

#include "explain/slips.h"

namespace bprop::explaining {
namespace {

using When = Answer::When;

constexpr std::size_t kRightWays = 2;            // φ' from a, and from z
constexpr std::size_t kMostParameters = 10'000;  // of a network whose backward pass somebody might get wrong by hand

}  // namespace

EarlierInNetwork::EarlierInNetwork(const CarriedTask& task, const std::vector<Answer>& answers)
    : task_(task), answers_(answers) {
  using Slope = CarriedRule::Slope;
  using Weights = CarriedRule::Weights;
  ways_ = {{"", {.slope = Slope::kFromOutput}}, {"", {.slope = Slope::kFromPreActivation}}};
  if (task.parts.architecture.parameters() <= kMostParameters && task.rows() == 1) {
    ways_.push_back({"φ' is forgotten", {.slope = Slope::kForgotten}});
    if (task.options.learning_rate && task.parts.layers() > 1) {
      ways_.push_back({"hidden deltas with updated weights", {.weights = Weights::kUpdated}});
    }
    ways_.push_back({"transposed weights on the way back", {.weights = Weights::kTransposed}});
    add_missing_paths();
    if (has_adders(task.parts)) ways_.push_back({std::string(kForgottenConnections), {.forget_added = true}});
  }
  wrong_.passes.resize(ways_.size());
  all_.passes.resize(ways_.size());
}

void EarlierInNetwork::add_missing_paths() {
  for (std::size_t l = 1; l < task_.parts.layers(); ++l) {
    const std::size_t units = task_.parts.units(l);
    if (!task_.parts.has_weights(l) || units < 2 || units > kMostUnitsToLeaveOut) continue;
    for (std::size_t k = 0; k < units; ++k) {
      if (task_.parts.passes_on(l, k)) continue;
      ways_.push_back(
          {fmt::format("the path through unit {} of layer {} is missing", k + 1, l + 1), {.without = delta(l, k)}});
    }
  }
}

const CarriedPass& EarlierInNetwork::pass(Basis& from, std::size_t way) {
  std::optional<CarriedPass>& made = from.passes[way];
  if (!made) made.emplace(task_, from.given, ways_[way].rule);
  return *made;
}

std::vector<CarriedNumber> EarlierInNetwork::give(std::size_t answer) {
  std::vector<CarriedNumber> result;
  for (Basis* from : {&wrong_, &all_}) {
    for (std::size_t way = 0; way < kRightWays; ++way) result.push_back(pass(*from, way)(answers_[answer]));
  }
  return result;
}

std::vector<EarlierAnswers::Slip> EarlierInNetwork::slips(std::size_t place) {
  const Answer& answer = answers_[place];
  if (answer.when == When::kForward || !answer.what || wrong_.given.empty()) return {};
  std::vector<Slip> result;
  for (Basis* from : {&wrong_, &all_}) {
    const CarriedNumber right = pass(*from, 0)(answer);
    const auto add = [&](const std::string& name, double value) {
      if (value != right.value) result.push_back({name, {value, right.spread, right.source}, right.value});
    };
    // What the gradient moves is counted from here.
    const double before = answer.when == When::kAfterUpdate ? task_.parts.parameter(*answer.what) : 0;
    add("a sign: the gradient's other direction", 2 * before - right.value);
    add("a factor of 2 too much", before + 2 * (right.value - before));
    add("a factor of ½ too much", before + (right.value - before) / 2);
    for (std::size_t way = kRightWays; way < ways_.size(); ++way) add(ways_[way].slip, pass(*from, way)(answer).value);
  }
  return result;
}

void EarlierInNetwork::add(std::size_t place, std::size_t source) {
  const Answer& answer = answers_[place];
  const CarriedNumber number = as_written(answer, source);
  put(all_, answer, number);
  if (source == place) put(wrong_, answer, number);
}

// A pass reads gradients of parameters and updates when it is asked, but for one that goes back through updates.
void EarlierInNetwork::put(Basis& into, const Answer& answer, const CarriedNumber& number) {
  if (!answer.what) return;
  into.given.put(answer, number);
  const Selector::Kind kind = answer.what->kind;
  const bool is_parameter = kind == Selector::Kind::kWeight || kind == Selector::Kind::kBias;
  for (std::size_t way = 0; way < ways_.size(); ++way) {
    if (!is_parameter || ways_[way].rule.weights == CarriedRule::Weights::kUpdated) into.passes[way].reset();
  }
}

}  // namespace bprop::explaining
