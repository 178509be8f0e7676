// SPDX-License-Identifier: Apache-2.0
//
// The order in which factors and terms stand: names by the alphabet, then functions, then sums; terms of a higher
// degree first, numbers last.
#include <algorithm>
#include <cmath>

#include "explain/expression_algebra.h"

namespace bprop::explaining {

int Algebra::compare(Id a, Id b) const {
  if (a == b) return 0;
  const Id base_a = base_of(a);
  const Id base_b = base_of(b);
  if (base_a == base_b) {  // x before x²
    const bool plain_a = base_a == a;
    const bool plain_b = base_b == b;
    if (plain_a != plain_b) return plain_a ? -1 : 1;
    return compare(nodes_[a].parts[1], nodes_[b].parts[1]);
  }
  if (base_a != a || base_b != b) return compare(base_a, base_b);
  const Node& left = nodes_[a];
  const Node& right = nodes_[b];
  if (left.kind != right.kind) return left.kind < right.kind ? -1 : 1;
  if (left.kind == Kind::kName) return names_[left.name].compare(names_[right.name]);
  if (left.function != right.function) return name_of(left.function).compare(name_of(right.function));
  for (std::size_t i = 0; i < std::min(left.parts.size(), right.parts.size()); ++i) {
    if (const int order = compare(left.parts[i], right.parts[i]); order != 0) return order;
  }
  if (left.parts.size() != right.parts.size()) return left.parts.size() < right.parts.size() ? -1 : 1;
  if (left.number != right.number) return left.number < right.number ? -1 : 1;
  return a < b ? -1 : 1;  // two kinds of NaN
}

double Algebra::degree(Id term) const {
  const Node& node = nodes_[term];
  if (node.kind == Kind::kName) return 1;
  if (node.kind == Kind::kPower && nodes_[node.parts[0]].kind == Kind::kName) {
    return nodes_[node.parts[1]].kind == Kind::kNumber ? nodes_[node.parts[1]].number : 0;
  }
  if (node.kind != Kind::kProduct) return 0;
  double sum = 0;
  for (const Id part : node.parts) sum += degree(part);
  return sum;
}

bool Algebra::term_before(Id a, Id b) const {
  if (a == b) return false;
  const double degree_a = degree(a);
  const double degree_b = degree(b);
  if (degree_a != degree_b) return degree_a > degree_b;
  const auto factors = [this](const Id& term) {
    const Node& node = nodes_[term];
    return node.kind == Kind::kProduct ? std::span<const Id>(node.parts) : std::span<const Id>(&term, 1);
  };
  const std::span<const Id> left = factors(a);
  const std::span<const Id> right = factors(b);
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (left[i] == right[i]) continue;
    // A higher power first: x² y before x y².
    if (base_of(left[i]) == base_of(right[i])) return compare(left[i], right[i]) > 0;
    return compare(left[i], right[i]) < 0;
  }
  return left.size() < right.size() || (left.size() == right.size() && a < b);
}

// Made of names, numbers, products, whole powers of names, and sums of these.
bool Algebra::is_polynomial(Id id) const {
  const Node& node = nodes_[id];
  switch (node.kind) {
    case Kind::kNumber:
    case Kind::kPi:
    case Kind::kName: return true;
    case Kind::kPower: {
      const Node& exponent = nodes_[node.parts[1]];
      return nodes_[node.parts[0]].kind == Kind::kName && exponent.kind == Kind::kNumber && exponent.number > 0 &&
             exponent.number == std::floor(exponent.number);
    }
    case Kind::kProduct:
    case Kind::kSum: return std::ranges::all_of(node.parts, [this](Id part) { return is_polynomial(part); });
    case Kind::kCall:
    case Kind::kEuler: break;
  }
  return false;
}

}  // namespace bprop::explaining
