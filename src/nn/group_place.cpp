// SPDX-License-Identifier: Apache-2.0
#include "nn/group_place.h"

namespace bprop::nn {
namespace {

// The group number `number` of a run of groups that begins at `at`.
GroupPlace moved_to(GroupPlace at, const InputGroups& of, std::size_t number) {
  return {of.begin + number * of.size,
          of.size,
          at.unit + number * of.outputs,
          of.outputs,
          at.weights + number * of.size * of.outputs,
          at.mix};
}

}  // namespace

std::size_t passed_count(const Embedding& layer) {
  std::size_t count = 0;
  for_each_passed(layer, [&](std::size_t begin, std::size_t end, std::size_t) { count += end - begin; });
  return count;
}

GroupPlace group_of_unit(const Embedding& layer, std::size_t unit) {
  GroupPlace at{.mix = layer.kind == Embedding::Kind::kMix};
  for (const InputGroups& of : layer.groups) {
    if (unit < at.unit + of.units()) return moved_to(at, of, (unit - at.unit) / of.outputs);
    at = moved_to(at, of, of.count());
  }
  GroupPlace passed{.unit = unit};
  for_each_passed(layer, [&](std::size_t begin, std::size_t end, std::size_t first) {
    if (first <= unit && unit < first + (end - begin)) passed.input = begin + unit - first;
  });
  return passed;
}

GroupPlace group_of_weight(const Embedding& layer, std::size_t place) {
  GroupPlace at{.mix = layer.kind == Embedding::Kind::kMix};
  for (const InputGroups& of : layer.groups) {
    const std::size_t each = of.size * of.outputs;
    if (place < at.weights + of.count() * each) return moved_to(at, of, (place - at.weights) / each);
    at = moved_to(at, of, of.count());
  }
  return at;
}

}  // namespace bprop::nn
