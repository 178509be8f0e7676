// SPDX-License-Identifier: Apache-2.0
//
// Where the groups of an embedding layer lie: which inputs, units and weights are theirs.
#pragma once

#include <cstddef>

#include "bprop/network.h"

namespace bprop::nn {

// The group that a unit or a weight belongs to; a number passed on is a group of one input and one unit without weight.
struct GroupPlace {
  std::size_t input = 0;    // the first one
  std::size_t size = 1;     // inputs
  std::size_t unit = 0;     // the first one
  std::size_t outputs = 1;  // units
  std::size_t weights = 0;  // place of the first one, group by group
};

// Calls visit(GroupPlace) for each group, in order.
template <class Visit>
void for_each_group(const Embedding& layer, const Visit& visit) {
  GroupPlace at;
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
