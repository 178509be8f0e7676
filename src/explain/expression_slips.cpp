// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_slips.h"

#include <fmt/format.h>

#include <cmath>

#include "explain/expression_rule_slips.h"

namespace bprop::explaining {
namespace {

constexpr std::size_t kMostPaths = 20;
constexpr std::size_t kMostFactors = 40;  // partial derivatives on the way: of more, none is guessed

void add_scaled(std::vector<SlipValue>& slips, double right) {
  slips.push_back({"a sign", -right});
  slips.push_back({"a factor of 2 too much", 2 * right});
  slips.push_back({"a factor of ½ too much", right / 2});
}

// Without those that give the right number, or none.
std::vector<SlipValue> differing(std::vector<SlipValue> slips, double right) {
  constexpr double kSame = 1e-12;
  std::erase_if(slips, [&](const SlipValue& slip) {
    return !std::isfinite(slip.value) || std::fabs(slip.value - right) <= kSame * std::fabs(right);
  });
  return slips;
}

}  // namespace

std::vector<SlipValue> ExpressionSlips::of_value(double right) { return differing({{"a sign", -right}}, right); }

std::vector<SlipValue> ExpressionSlips::of_partial(std::size_t of, std::size_t by, double right, double whole) const {
  std::vector<SlipValue> slips = statement_slips(graph_, of, by, values_);
  slips.push_back({fmt::format("the other paths too, which makes it d{}/d{},", graph_.variables[of].name,
                               graph_.variables[by].name),
                   whole});
  add_scaled(slips, right);
  return differing(std::move(slips), right);
}

std::vector<SlipValue> ExpressionSlips::of_derivative(std::size_t of, std::size_t by, double right) const {
  const ExpressionWays ways(edges_, of, by);
  std::vector<SlipValue> slips;
  add_paths(slips, ways, right);
  add_factors(slips, of, by, ways);
  add_scaled(slips, right);
  return differing(std::move(slips), right);
}

// Each of the largest paths missing, and each alone.
void ExpressionSlips::add_paths(std::vector<SlipValue>& slips, const ExpressionWays& ways, double right) const {
  if (ways.count() < 2) return;
  for (const ExpressionWays::Path& path : ways.largest(kMostPaths)) {
    std::string names = graph_.variables[edges_.all[path.front()].by].name;
    for (const std::size_t edge : path) names += fmt::format(" → {}", graph_.variables[edges_.all[edge].of].name);
    const double value = path_value(edges_, path);
    slips.push_back({fmt::format("the path {} is missing, which", names), right - value});
    if (ways.count() > 2) slips.push_back({fmt::format("the path {} alone", names), value});
  }
}

// Each factor ∂u/∂v forgotten, with the wrong sign, or with a slip of its own.
void ExpressionSlips::add_factors(std::vector<SlipValue>& slips, std::size_t of, std::size_t by,
                                  const ExpressionWays& ways) const {
  std::vector<double> partials;
  std::vector<std::size_t> on_the_way;
  for (std::size_t edge = 0; edge < edges_.all.size(); ++edge) {
    partials.push_back(edges_.all[edge].value);
    const bool is_used = ways.lies_between(edges_.all[edge].by) && ways.lies_between(edges_.all[edge].of);
    if (is_used) on_the_way.push_back(edge);
  }
  if (on_the_way.size() > kMostFactors) return;
  for (const std::size_t edge : on_the_way) {
    const ExpressionEdge& right = edges_.all[edge];
    const std::string name = partial_name(right.of, right.by);
    const auto add = [&](std::string slip, double value) {
      partials[edge] = value;
      slips.push_back({std::move(slip), derivative(of, by, partials)});
      partials[edge] = right.value;
    };
    add(fmt::format("the factor {} forgotten", name), 1);
    add(fmt::format("a sign of {}", name), -right.value);
    for (const SlipValue& slip : statement_slips(graph_, right.of, right.by, values_)) {
      add(fmt::format("in {} {}", name, slip.name), slip.value);
    }
  }
}

double ExpressionSlips::derivative(std::size_t of, std::size_t by, const std::vector<double>& partials) const {
  std::vector<double> totals(of + 1, 0.0);
  totals[of] = 1;
  for (std::size_t v = of; v-- > by;) {
    for (const std::size_t edge : edges_.from[v]) {
      const std::size_t user = edges_.all[edge].of;
      if (user <= of && totals[user] != 0) totals[v] += totals[user] * partials[edge];
    }
  }
  return totals[by];
}

std::string ExpressionSlips::partial_name(std::size_t of, std::size_t by) const {
  return fmt::format("∂{}/∂{}", graph_.variables[of].name, graph_.variables[by].name);
}

}  // namespace bprop::explaining
