// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>

#include "base/dot_text.h"
#include "bprop/explain.h"

namespace bprop {

std::string render_dot(const Derivation& derivation) {
  std::string nodes;
  std::string edges;
  std::map<std::string, std::size_t> leaves;
  for (std::size_t i = 0; i < derivation.steps.size(); ++i) {
    const Step& step = derivation.steps[i];
    nodes += fmt::format(
        "  step{} [label={}];\n", i + 1,
        dot_text(fmt::format("{} = {}", text_of(step.left), text_of(math::number(step.value), derivation.numbers))));
    for (const Source& source : step.sources) {
      if (source.origin == Source::Origin::kStep) {
        edges += fmt::format("  step{} -> step{};\n", source.step + 1, i + 1);
        continue;
      }
      const std::string symbol = text_of(source.symbol);
      const auto [leaf, is_new] = leaves.emplace(symbol, leaves.size() + 1);
      if (is_new) {
        const std::string label =
            fmt::format("{} = {}", symbol, text_of(math::number(source.value), derivation.numbers));
        nodes += fmt::format("  leaf{} [label={}, shape=plaintext];\n", leaf->second, dot_text(label));
      }
      edges += fmt::format("  leaf{} -> step{};\n", leaf->second, i + 1);
    }
  }
  return fmt::format("digraph derivation {{\n  label={};\n  rankdir=BT;\n  node [shape=box];\n{}{}}}\n",
                     dot_text(derivation.title), nodes, edges);
}

}  // namespace bprop
