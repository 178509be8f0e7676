// SPDX-License-Identifier: Apache-2.0
//
// Expressions: parsed, and if they are short explained and judged, in symbols and with the values that the first byte
// chooses, and written as pages.
#include "bprop/expression.h"

#include "explain/expression_graph.h"
#include "target.h"

namespace bprop::fuzz {
namespace {

constexpr std::size_t kMostExplained = 100;  // bytes: symbols cost time

void write(const ExpressionExplanation& explanation) {
  (void)render_text(document(explanation));
  (void)render_latex(document(explanation));
  (void)render_html(document(explanation));
  (void)render_dot(explanation);
  (void)render_json(explanation);
}

}  // namespace

void examine(std::string_view bytes) {
  const double value = (take_byte(bytes) - 100.0) / 16;
  const auto graph = explaining::parse_expression(bytes);
  if (!graph) throw_failure(graph.failure());
  if (bytes.size() > kMostExplained) return;
  write(explain_expression(bytes, {}));
  ExpressionOptions options;
  for (std::size_t v = 0; v < graph->variables.size(); ++v) {
    if (graph->is_input(v)) options.at.push_back({graph->variables[v].name, value});
  }
  write(explain_expression(bytes, options));
}

}  // namespace bprop::fuzz
