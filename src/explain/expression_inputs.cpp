// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/check.h"
#include "bprop/suggestion.h"

namespace bprop::explaining {
namespace {

// "; did you mean x?", or all the names where there are few.
std::string hint(const std::string& typed, const std::vector<std::string>& known) {
  constexpr std::size_t kMostNamed = 12;
  std::string near = suggestion(typed, known);
  if (!near.empty() || known.empty() || known.size() > kMostNamed) return near;
  return fmt::format("; known: {}", fmt::join(known, ", "));
}

std::vector<std::string> names(const ExpressionGraph& graph, bool inputs_only) {
  std::vector<std::string> result;
  for (std::size_t v = 0; v < graph.variables.size(); ++v) {
    if (!inputs_only || graph.is_input(v)) result.push_back(graph.variables[v].name);
  }
  return result;
}

}  // namespace

// A value for every input; 0 for what is not one.
std::vector<double> input_values(const ExpressionGraph& graph, const std::vector<NamedNumber>& at) {
  std::vector<double> values(graph.variables.size(), 0);
  std::vector<bool> given(graph.variables.size(), false);
  for (const NamedNumber& one : at) {
    const std::string where = fmt::format("at {}={}", one.name, one.value);
    const std::size_t v = graph.find(one.name);
    BPROP_CHECK(v < graph.variables.size(), UsageError, "{}: the expression has no input '{}'{}", where, one.name,
                hint(one.name, names(graph, true)));
    BPROP_CHECK(graph.is_input(v), UsageError, "{}: '{}' is defined at {} and cannot be given a value", where, one.name,
                text_of(graph.variables[v].place));
    BPROP_CHECK(!given[v], UsageError, "{}: '{}' is given a value twice, expected once", where, one.name);
    values[v] = one.value;
    given[v] = true;
  }
  for (std::size_t v = 0; v < graph.variables.size(); ++v) {
    BPROP_CHECK(!graph.is_input(v) || given[v], UsageError,
                "at lacks a value of '{0}', which is used at {1} and nowhere defined; expected {0}=NUMBER",
                graph.variables[v].name, text_of(graph.variables[v].place));
  }
  return values;
}

std::string hint_for_variable(const ExpressionGraph& graph, const std::string& typed) {
  return hint(typed, names(graph, false));
}

}  // namespace bprop::explaining
