// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/dot_text.h"
#include "figures/picture.h"

namespace bprop {

std::string render_dot(const Diagram& diagram) {
  figures::check(diagram);
  std::string graph =
      fmt::format("digraph {{\n  rankdir=LR;\n  label={};\n  node [shape=circle];\n", dot_text(diagram.caption));
  for (std::size_t i = 0; i < diagram.nodes.size(); ++i) {
    graph += fmt::format("  n{} [label={}];\n", i + 1, dot_text(diagram.nodes[i].label));
  }
  for (const DiagramEdge& edge : diagram.edges) {
    graph += fmt::format("  n{} -> n{} [label={}{}];\n", edge.from + 1, edge.to + 1, dot_text(edge.label),
                         edge.emphasized ? ", penwidth=2.5" : "");
  }
  return graph + "}\n";
}

}  // namespace bprop
