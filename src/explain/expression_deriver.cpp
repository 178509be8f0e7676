// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_deriver.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "explain/expression_formula.h"

namespace bprop::explaining {
namespace {

// Leaves of a formula that somebody would read.
constexpr std::uint32_t kMostLeaves = 200;
// What an explanation may hold, at about 300 bytes a part of a formula.
constexpr std::size_t kMostLeavesTogether = 200'000;
constexpr std::size_t kMostFactorsListed = 50'000;
constexpr std::size_t kMostSteps = 20'000;

std::vector<std::string> names_of(const ExpressionGraph& graph) {
  std::vector<std::string> names;
  for (const auto& variable : graph.variables) names.push_back(variable.name);
  return names;
}

}  // namespace

ExpressionDeriver::ExpressionDeriver(const ExpressionGraph& graph, std::optional<std::vector<double>> values)
    : graph_(graph),
      values_(std::move(values)),
      algebra_(names_of(graph)),
      precise_(names_of(graph), Algebra::Products::kAsTheyAre),
      edges_(graph.variables.size()) {
  find_partials();
  find_in_inputs();
}

void ExpressionDeriver::find_partials() {
  for (std::size_t v = 0; v < graph_.variables.size(); ++v) {
    const ExpressionGraph::Variable& variable = graph_.variables[v];
    definitions_.push_back(graph_.is_input(v) ? algebra_.name(static_cast<std::uint32_t>(v))
                                              : algebra_.from(graph_.tree, graph_.statement_of(v).root));
    precise_definitions_.push_back(graph_.is_input(v) ? Id{0}
                                                      : precise_.from(graph_.tree, graph_.statement_of(v).root));
    for (const std::size_t argument : variable.arguments) add_partial(v, argument);
  }
}

void ExpressionDeriver::add_partial(std::size_t of, std::size_t by) {
  const auto name = static_cast<std::uint32_t>(by);
  Id symbols = 0;
  double value = arithmetic::kNaN;
  std::string failure;
  try {
    symbols = algebra_.derivative(definitions_[of], name);
    const Id precise = precise_.derivative(precise_definitions_[of], name);
    value = values_ ? arithmetic::plain(precise_.value(precise, *values_)) : 1;
  } catch (const NoSuchRule& error) {  // which matters only if somebody asks for a derivative through here
    symbols = algebra_.number(arithmetic::kNaN);
    failure = error.what();
  }
  note_slopes(symbols);
  edges_.add({of, by, value});
  edge_symbols_.push_back(symbols);
  edge_failures_.push_back(std::move(failure));
  partials_.push_back({of, by,
                       math::partial(name_formula(graph_.variables[of].name), name_formula(graph_.variables[by].name)),
                       written(symbols).value_or(math::words("…", "\\ldots")), if_known(value)});
}

void ExpressionDeriver::find_in_inputs() {
  std::vector<Id> by(graph_.variables.size(), algebra_.number(0));
  for (std::size_t v = 0; v < graph_.variables.size(); ++v) {
    const auto& arguments = graph_.variables[v].arguments;
    const bool known = std::ranges::all_of(arguments, [&](std::size_t a) { return in_inputs_[a].has_value(); });
    std::optional<Id> result;
    if (graph_.is_input(v)) {
      result = definitions_[v];
    } else if (known && if_short(definitions_[v])) {
      result = if_short(algebra_.substituted(definitions_[v], by));
    }
    in_inputs_.push_back(result);
    if (result) by[v] = *result;
  }
}

void ExpressionDeriver::note_slopes(Id id) {
  const Algebra::Node& node = algebra_[id];
  if (node.size > kMostLeaves) return;
  if (node.kind == Algebra::Kind::kCall && node.function.kind == ExpressionFunction::Kind::kActivationSlope &&
      std::ranges::find(slopes_, node.function) == slopes_.end()) {
    slopes_.push_back(node.function);
  }
  for (const Id part : node.parts) note_slopes(part);
}

std::optional<Algebra::Id> ExpressionDeriver::if_short(Id id) const {
  return algebra_[id].size <= kMostLeaves ? std::optional(id) : std::nullopt;
}

// None: too long to be read.
std::optional<Formula> ExpressionDeriver::written(Id id) {
  if (!if_short(id) || leaves_ + algebra_[id].size > kMostLeavesTogether) return std::nullopt;
  leaves_ += algebra_[id].size;
  return formula_of(algebra_, id);
}

// ∂f/∂x, as the notes write it; df/dx where ∂f/∂x is the part of f's own statement and others lead to f as well.
Formula ExpressionDeriver::total_formula(std::size_t of, std::size_t by) const {
  const std::string& f = graph_.variables[of].name;
  const std::string& x = graph_.variables[by].name;
  const bool direct = std::ranges::any_of(edges_.from[by], [&](std::size_t e) { return edges_.all[e].of == of; });
  if (direct && ExpressionWays(edges_, of, by).count() > 1) {
    return math::symbol(Symbol{.base = fmt::format("d{}/d{}", f, x), .plain = fmt::format("d{}/d{}", f, x)});
  }
  return math::partial(name_formula(f), name_formula(x));
}

ExpressionDerivative ExpressionDeriver::operator()(std::size_t of, std::size_t by, std::size_t most_paths) {
  ExpressionDerivative derivative;
  derivative.of = of;
  derivative.by = by;
  const ExpressionWays ways(edges_, of, by);
  derivative.left = total_formula(of, by);
  derivative.path_count = ways.count().str();
  if (ways.count() == 0) {
    derivative.value = 0;
    derivative.all_paths = true;
    derivative.products_path_by_path = derivative.products_once = "0";
    return derivative;
  }
  for (std::size_t edge = 0; edge < edges_.all.size(); ++edge) {
    const bool on_the_way = ways.lies_between(edges_.all[edge].by) && ways.lies_between(edges_.all[edge].of);
    if (on_the_way && !edge_failures_[edge].empty()) throw NoSuchRule(edge_failures_[edge]);
  }
  derivative.products_path_by_path = ways.products_path_by_path().str();
  derivative.products_once = std::to_string(ways.products_once());
  add_paths(derivative, ways, most_paths);
  add_steps(derivative, ways);
  derivative.value = if_known(arithmetic::plain(totals_[by].value));
  add_in_inputs(derivative);
  return derivative;
}

void ExpressionDeriver::add_paths(ExpressionDerivative& derivative, const ExpressionWays& ways, std::size_t most) {
  std::vector<ExpressionWays::Path> paths = ways.largest(most);
  std::size_t factors = 0;
  const auto too_many = std::ranges::find_if(paths, [&](const auto& path) {
    factors += path.size();
    return factors > kMostFactorsListed;
  });
  paths.erase(too_many, paths.end());
  derivative.all_paths = ways.count() == paths.size();
  if (derivative.all_paths) std::ranges::sort(paths);
  for (const ExpressionWays::Path& path : paths) {
    ExpressionPath& written = derivative.paths.emplace_back();
    written.variables.push_back(derivative.by);
    for (const std::size_t edge : path) written.variables.push_back(edges_.all[edge].of);
    std::vector<Formula> lefts;
    std::vector<Formula> symbols;
    std::vector<Formula> numbers;
    for (auto edge = path.rbegin(); edge != path.rend(); ++edge) {
      lefts.push_back(partials_[*edge].left);
      symbols.push_back(partials_[*edge].symbols);
      numbers.push_back(math::number(edges_.all[*edge].value));
    }
    written.partials = math::product(std::move(lefts));
    written.symbols = math::product(std::move(symbols));
    written.numbers = if_known(math::product(std::move(numbers)));
    written.value = if_known(path_value(edges_, path));
  }
}

void ExpressionDeriver::add_steps(ExpressionDerivative& derivative, const ExpressionWays& ways) {
  totals_.assign(graph_.variables.size(), {});
  totals_[derivative.of] = {1, algebra_.number(1)};
  for (std::size_t v = derivative.of; v-- > derivative.by;) {
    if (!ways.lies_between(v)) continue;
    BPROP_CHECK(++steps_ <= kMostSteps, UsageError,
                "derivative: those asked for take more than {} steps together, "
                "expected fewer at a time",
                kMostSteps);
    derivative.steps.push_back(step(derivative.of, v, ways));
  }
}

// ∂f/∂v = Σ ∂f/∂c · ∂c/∂v over the variables c that use v and lead to f.
ExpressionStep ExpressionDeriver::step(std::size_t of, std::size_t by, const ExpressionWays& ways) {
  ExpressionStep result;
  result.by = by;
  result.left = total_formula(of, by);
  std::vector<Formula> symbols;
  std::vector<Formula> numbers;
  std::vector<Id> terms;
  Total& total = totals_[by];
  bool is_short = true;
  for (const std::size_t edge : edges_.from[by]) {
    const std::size_t user = edges_.all[edge].of;
    if (!ways.lies_between(user)) continue;
    const Total& above = totals_[user];
    const Formula value = math::number(edges_.all[edge].value);
    const Formula& left = partials_[edge].left;
    symbols.push_back(user == of ? left : math::product({total_formula(of, user), left}));
    numbers.push_back(user == of ? value : math::product({math::number(above.value), value}));
    if (above.value != 0) total.value += above.value * edges_.all[edge].value;  // as on the tape: 0 · ∞ is 0
    is_short = is_short && above.symbols && if_short(edge_symbols_[edge]);
    if (is_short) terms.push_back(algebra_.product({*above.symbols, edge_symbols_[edge]}));
  }
  if (is_short) total.symbols = if_short(algebra_.sum(terms));
  const bool says_itself = symbols.size() == 1 && text_of(symbols[0]) == text_of(result.left);
  if (!says_itself) result.symbols.push_back(math::sum(std::move(symbols)));
  if (total.symbols) {
    if (auto formula = written(*total.symbols)) result.symbols.push_back(std::move(*formula));
  }
  result.numbers = if_known(math::sum(std::move(numbers)));
  result.value = if_known(total.value);
  return result;
}

// Of the form that came by the chain rule and the one derived after everything was put into f, the shorter.
void ExpressionDeriver::add_in_inputs(ExpressionDerivative& derivative) {
  const auto& f = in_inputs_[derivative.of];
  if (!f) return;  // what f is made of is at least as short
  derivative.of_in_inputs = written(*f);
  std::optional<Id> shortest;
  if (const auto kept = totals_[derivative.by].symbols) {
    std::vector<Id> by;
    for (const auto& id : in_inputs_) by.push_back(id.value_or(algebra_.number(0)));
    shortest = if_short(algebra_.substituted(*kept, by));
  }
  if (graph_.is_input(derivative.by)) {
    const auto direct = if_short(algebra_.derivative(*f, static_cast<std::uint32_t>(derivative.by)));
    if (direct && (!shortest || algebra_[*direct].size < algebra_[*shortest].size)) shortest = direct;
  }
  if (shortest) derivative.by_in_inputs = written(*shortest);
}

}  // namespace bprop::explaining
