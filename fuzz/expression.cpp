// SPDX-License-Identifier: Apache-2.0
//
// Expressions: parsed, and if they are short explained and judged – in symbols or with values, as the first byte
// chooses – and written in one of the forms.
#include "bprop/expression.h"

#include "explain/expression_graph.h"
#include "target.h"

namespace bprop::fuzz {
namespace {

constexpr std::size_t kMostExplained = 100;  // bytes: symbols cost time

void write(const ExpressionExplanation& explanation, unsigned form) {
  switch (form) {
    case 0: (void)render_text(document(explanation)); break;
    case 1: (void)render_latex(document(explanation)); break;
    case 2: (void)render_html(document(explanation)); break;
    case 3: (void)render_dot(explanation); break;
    default: (void)render_json(explanation); break;
  }
}

}  // namespace

void examine(std::string_view bytes) {
  const unsigned choice = take_byte(bytes);
  const auto graph = explaining::parse_expression(bytes);
  if (!graph) throw_failure(graph.failure());
  if (bytes.size() > kMostExplained) return;
  ExpressionOptions options;
  for (std::size_t v = 0; v < graph->variables.size() && choice % 2 == 1; ++v) {
    if (graph->is_input(v)) options.at.push_back({graph->variables[v].name, (choice / 16 - 6.0) / 4});
  }
  write(explain_expression(bytes, options), choice / 2 % 5);
}

}  // namespace bprop::fuzz
