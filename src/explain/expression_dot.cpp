// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/dot_text.h"
#include "bprop/expression.h"

namespace bprop {

// Inputs at the bottom, what was derived on top, as the notes draw it; an edge goes from a variable to its user.
std::string render_dot(const ExpressionExplanation& explanation) {
  const NumberStyle& style = explanation.numbers;
  std::string graph = "digraph expression {\n  rankdir=BT;\n  node [shape=box];\n";
  for (std::size_t v = 0; v < explanation.variables.size(); ++v) {
    const ExpressionVariable& variable = explanation.variables[v];
    std::string label = text_of(variable.symbol, style);
    if (variable.definition) label += " = " + text_of(*variable.definition, style);
    if (variable.value) label += fmt::format(" = {}", text_of(math::number(*variable.value), style));
    graph += fmt::format("  v{} [label={}{}];\n", v + 1, dot_text(label), variable.definition ? "" : ", shape=ellipse");
  }
  for (const ExpressionPartial& partial : explanation.partials) {
    std::string label = fmt::format("{} = {}", text_of(partial.left, style), text_of(partial.symbols, style));
    if (partial.value && partial.symbols.kind != Formula::Kind::kNumber) {
      label += fmt::format(" = {}", text_of(math::number(*partial.value), style));
    }
    graph += fmt::format("  v{} -> v{} [label={}];\n", partial.by + 1, partial.of + 1, dot_text(label));
  }
  return graph + "}\n";
}

}  // namespace bprop
