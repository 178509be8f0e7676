// SPDX-License-Identifier: Apache-2.0
//
// Exercises about expressions. Their questions are read off the graph: whatever lies on a path is asked.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "bprop/expression.h"
#include "lessons/exercise_kinds.h"

namespace bprop::teaching {
namespace {

struct Template {
  const char* text;  // {} is a whole number from 2 to 5
  const char* inputs[3];
  std::size_t input_count;
};
constexpr Template kTemplates[] = {
    {"f = x*y*z; x = {}*r; y = r*s; z = s", {"r", "s"}, 2},
    {"f = x^2 + x*y; x = r*s; y = r + {}*s", {"r", "s"}, 2},
    {"f = u*v + w; u = {}*t; v = t^2; w = u + t", {"t"}, 1},
    {"f = sin(u)*v; u = r*s; v = r + {}*s", {"r", "s"}, 2},
    {"f = u/v; u = t^2 + {}; v = {}*t + 1", {"t"}, 1},
    {"f = sigmoid(z)*x; z = w*x + b; x = {}*t; b = t^2", {"t", "w"}, 2},
    {"f = y*exp(u) + u^2; u = r - s; y = {}*r*s", {"r", "s"}, 2},
};

std::string with_numbers(Dice& dice, std::string_view text) {
  std::string result;
  for (std::size_t at = text.find("{}"); at != std::string_view::npos; at = text.find("{}")) {
    result += fmt::format("{}{}", text.substr(0, at), 2 + dice.below(4));
    text.remove_prefix(at + 2);
  }
  return result + std::string(text);
}

void ask(FreshExercise& exercise, std::string what) { exercise.answers.push_back({std::move(what), "", ""}); }

// Values, the partials of every statement on a path, the derivative over all of them.
void ask_derivative(FreshExercise& exercise, const std::string& of, const std::string& by) {
  const ExpressionExplanation why =
      explain_expression(exercise.expression, {.at = parse_named_numbers(exercise.at), .derivatives = {{of, by}}});
  for (const ExpressionVariable& variable : why.variables) {
    if (variable.definition) ask(exercise, variable.name);
  }
  std::set<std::pair<std::size_t, std::size_t>> on_paths;
  for (const ExpressionPath& path : why.derivatives.front().paths) {
    for (std::size_t i = 1; i < path.variables.size(); ++i) on_paths.insert({path.variables[i], path.variables[i - 1]});
  }
  for (const auto& [user, used] : on_paths) {
    ask(exercise, fmt::format("∂{}/∂{}", why.variables[user].name, why.variables[used].name));
  }
  ask(exercise, fmt::format("d{}/d{}", of, by));
}

}  // namespace

FreshExercise draw_chain_rule(Dice& dice) {
  const Template& chosen = dice.one_of(kTemplates);
  FreshExercise exercise{.expression = with_numbers(dice, chosen.text)};
  for (std::size_t i = 0; i < chosen.input_count; ++i) {
    exercise.at +=
        fmt::format("{}{}={}", i == 0 ? "" : ",", chosen.inputs[i], static_cast<double>(2 + dice.below(9)) / 4);
  }
  const std::string by = chosen.inputs[0];
  exercise.task = fmt::format(
      "Work out every variable, then the partial derivatives of each statement, the other names in it held, then "
      "df/d{} "
      "over all paths.",
      by);
  ask_derivative(exercise, "f", by);
  return exercise;
}

// Three points, and three or four candidates for w, none of them twice.
FreshExercise draw_naive_search(Dice& dice) {
  std::vector<std::string> terms;
  for (std::size_t n = 1; n <= 3; ++n) {
    terms.push_back(
        fmt::format("({}*w{{0}} - {})^2", static_cast<double>(n) / 2, static_cast<double>(5 * n + dice.below(4)) / 10));
  }
  const std::string loss = fmt::format("L{{0}} = ({})/3", fmt::join(terms, " + "));
  const std::size_t count = 3 + dice.below(2);
  const std::size_t first = 2 + dice.below(8);
  FreshExercise exercise;
  std::vector<std::string> losses;
  for (std::size_t k = 1; k <= count; ++k) {
    exercise.expression += fmt::format("{}\n", fmt::format(fmt::runtime(loss), k));
    const std::size_t steps = first + 5 * k + dice.below(4);
    exercise.at += fmt::format("{}w{}={}", k == 1 ? "" : ",", k, static_cast<double>(steps) / 20);
    losses.push_back(fmt::format("L{}", k));
    ask(exercise, losses.back());
  }
  exercise.expression += fmt::format("best = min({})", fmt::join(losses, ", "));
  ask(exercise, "best");
  exercise.task =
      "h(x) = x w on three points, the loss being the mean of (x w − y)². Try each candidate for w; best is the least "
      "loss "
      "of them.";
  return exercise;
}

}  // namespace bprop::teaching
