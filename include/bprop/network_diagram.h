// SPDX-License-Identifier: Apache-2.0
//
// network_diagram: a network drawn as the lecture notes draw it, and the tree of what an expression's variables depend
// on.
//
//   render_svg(network_diagram(net.architecture(), {.notation = Notation::k000, .simplified = true}))
#pragma once

#include <cstddef>
#include <optional>

#include "bprop/expression.h"
#include "bprop/figure.h"
#include "bprop/network.h"
#include "bprop/selector.h"

namespace bprop {

struct NetworkDiagramOptions {
  Notation notation = Notation::kOurs;
  bool simplified = false;     // one node a unit; else its z and its a, and the loss as well
  std::size_t most_units = 5;  // of a layer; of a wider one the first, "⋮" and the last are drawn. At least 3
  std::size_t most_layers =
      4;  // twice as many if simplified; of a deeper network the first, "⋯" and the last. At least 3
  std::optional<Selector> paths_of = {};  // their arrows to the outputs and the loss are emphasized
};

// From the inputs to the loss, each weight's name on its arrow where every layer has at most 3 units; biases are left
// out, as in the notes. Throws UsageError (most_units, most_layers), ShapeError (no such number).
Diagram network_diagram(const Architecture& architecture, const NetworkDiagramOptions& options = {});

// The variables from the inputs to the outputs, with ∂/∂ on the arrows.
Diagram dependence_diagram(const ExpressionExplanation& explanation);

}  // namespace bprop
