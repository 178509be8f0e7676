// SPDX-License-Identifier: Apache-2.0
//
// Where the groups of an embedding layer lie: which inputs, units and weights are theirs.
#pragma once

#include <cstddef>

#include "bprop/network.h"
#include "linalg/panels.h"

namespace bprop::nn {

// The group that a unit or a weight belongs to; a number passed on is a group of one input and one unit without weight.
struct GroupPlace {
  std::size_t input = 0;    // the first one
  std::size_t size = 1;     // inputs
  std::size_t unit = 0;     // the first one
  std::size_t outputs = 1;  // units
  std::size_t weights = 0;  // place of the first one, group by group
  bool mix = false;

  // Of a mix whose inputs and units are whole panels: its weights then are panels, too, and it is computed by the
  // products of dense layers.
  bool in_panels() const {
    return mix && input % linalg::kPanel == 0 && size % linalg::kPanel == 0 && unit % linalg::kPanel == 0 &&
           outputs % linalg::kPanel == 0;
  }
  // Where the weight from the group's input i to its unit j lies, from the group's first one.
  std::size_t weight(std::size_t j, std::size_t i) const {
    return in_panels() ? linalg::panel_offset(size, i, j) : i * outputs + j;
  }
};

// Calls visit(GroupPlace) for each group, in order.
template <class Visit>
void for_each_group(const Embedding& layer, const Visit& visit) {
  GroupPlace at{.mix = layer.kind == Embedding::Kind::kMix};
  for (const InputGroups& of : layer.groups) {
    for (at.input = of.begin; at.input < of.end; at.input += of.size) {
      at.size = of.size;
      at.outputs = of.outputs;
      visit(at);
      at.unit += of.outputs;
      at.weights += of.size * of.outputs;
    }
  }
}

// Calls visit(inputs begin, end, first unit) for the numbers passed on, in order; each stretch as long as it is.
template <class Visit>
void for_each_passed(const Embedding& layer, const Visit& visit) {
  std::size_t unit = layer.units();
  std::size_t begin = 0;
  if (layer.kind != Embedding::Kind::kWaves) {
    for (const InputGroups& of : layer.groups) {
      if (begin < of.begin) visit(begin, of.begin, unit);
      unit += of.begin - begin;
      begin = of.end;
    }
  }
  if (begin < layer.inputs) visit(begin, layer.inputs, unit);
}

std::size_t passed_count(const Embedding& layer);
GroupPlace group_of_unit(const Embedding& layer, std::size_t unit);
GroupPlace group_of_weight(const Embedding& layer, std::size_t place);

}  // namespace bprop::nn
