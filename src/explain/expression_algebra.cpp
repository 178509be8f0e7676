// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_algebra.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "base/check.h"
#include "explain/expression_arithmetic.h"

namespace bprop::explaining {
namespace {

constexpr std::size_t kMostParts = 4'000'000;  // about 100 MB; what people write needs some thousand
constexpr std::size_t kMostTerms = 8;          // of a product of sums that is multiplied out

std::size_t hash_of(const Algebra::Node& node) {
  std::size_t hash = std::hash<double>()(node.number) + static_cast<std::size_t>(node.kind) * 0x9E3779B97F4A7C15ULL;
  const auto mix = [&hash](std::size_t value) { hash = (hash ^ value) * 0xff51afd7ed558ccdULL + (hash >> 29U); };
  mix(node.name);
  mix(static_cast<std::size_t>(node.function.kind) * 64 + static_cast<std::size_t>(node.function.activation));
  for (const Algebra::Id part : node.parts) mix(part);
  return hash;
}

bool same(const Algebra::Node& a, const Algebra::Node& b) {
  return a.kind == b.kind && std::bit_cast<std::uint64_t>(a.number) == std::bit_cast<std::uint64_t>(b.number) &&
         a.name == b.name && a.function == b.function && a.parts == b.parts;
}

bool is_whole(double value) { return std::floor(value) == value && std::fabs(value) < 1e9; }

}  // namespace

Algebra::Id Algebra::intern(Node node) {
  const std::size_t hash = hash_of(node);
  const auto [begin, end] = places_.equal_range(hash);
  for (auto place = begin; place != end; ++place) {
    if (same(nodes_[place->second], node)) return place->second;
  }
  parts_ += 1 + node.parts.size();
  BPROP_CHECK(parts_ <= kMostParts, UsageError,
              "expression is too large for its derivatives in symbols: they have "
              "more than {} parts",
              kMostParts);
  if (node.kind == Kind::kName) node.names = std::uint64_t{1} << (node.name % 64U);
  const bool writes_itself = node.kind == Kind::kCall || (node.kind == Kind::kProduct && node.number != 1);
  std::uint64_t size = writes_itself || node.parts.empty() ? 1 : 0;
  for (const Id part : node.parts) {
    node.names |= nodes_[part].names;
    size += nodes_[part].size;
  }
  node.size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, kLargest));
  nodes_.push_back(std::move(node));
  const auto id = static_cast<Id>(nodes_.size() - 1);
  places_.emplace(hash, id);
  return id;
}

Algebra::Id Algebra::number(double value) { return intern({.kind = Kind::kNumber, .number = value == 0 ? 0 : value}); }
Algebra::Id Algebra::pi() { return intern({.kind = Kind::kPi}); }
Algebra::Id Algebra::name(std::uint32_t name) { return intern({.kind = Kind::kName, .name = name}); }

Algebra::Id Algebra::exponent_of(Id factor) {
  return nodes_[factor].kind == Kind::kPower ? nodes_[factor].parts[1] : number(1);
}

// `rest` is a term without a coefficient of its own.
Algebra::Id Algebra::with_coefficient(double coefficient, Id rest) {
  if (coefficient == 0 || std::isnan(coefficient)) return number(coefficient);
  if (coefficient == 1) return rest;
  const Node& node = nodes_[rest];
  return intern({.kind = Kind::kProduct,
                 .number = coefficient,
                 .parts = node.kind == Kind::kProduct ? node.parts : std::vector<Id>{rest}});
}

Algebra::Id Algebra::sum(const std::vector<Id>& terms) {
  double constant = 0;
  std::vector<Id> order;
  std::unordered_map<Id, double> coefficients;
  const auto add = [&](Id term) {
    const Node& node = nodes_[term];
    if (node.kind == Kind::kNumber) {
      constant += node.number;
      return;
    }
    Id rest = term;
    double coefficient = 1;
    if (node.kind == Kind::kProduct && node.number != 1) {
      coefficient = node.number;
      rest =
          node.parts.size() == 1 ? node.parts[0] : intern({.kind = Kind::kProduct, .number = 1, .parts = node.parts});
    }
    const auto [found, is_new] = coefficients.emplace(rest, 0.0);
    if (is_new) order.push_back(rest);
    found->second += coefficient;
  };
  for (const Id term : terms) {
    if (nodes_[term].kind != Kind::kSum) {
      add(term);
      continue;
    }
    for (const Id part : nodes_[term].parts) add(part);
  }
  std::ranges::sort(order, [this](Id a, Id b) { return term_before(a, b); });
  std::vector<Id> parts;
  for (const Id rest : order) {
    const double coefficient = coefficients[rest];
    if (coefficient != 0) parts.push_back(with_coefficient(coefficient, rest));
  }
  if (constant != 0 || parts.empty()) parts.push_back(number(constant));
  return parts.size() == 1 ? parts[0] : intern({.kind = Kind::kSum, .parts = std::move(parts)});
}

// The factors as powers of different bases; numbers go into the coefficient.
std::vector<Algebra::Id> Algebra::gathered(const std::vector<Id>& factors, double& coefficient) {
  std::vector<Id> bases;
  std::unordered_map<Id, Id> exponents;
  const auto multiply = [&](Id factor) {
    if (nodes_[factor].kind == Kind::kNumber) {
      coefficient *= nodes_[factor].number;
      return;
    }
    const Id base = base_of(factor);
    const Id exponent = exponent_of(factor);
    const auto [found, is_new] = exponents.emplace(base, exponent);
    if (is_new) {
      bases.push_back(base);
    } else {
      found->second = sum({found->second, exponent});
    }
  };
  for (const Id factor : factors) {
    if (nodes_[factor].kind != Kind::kProduct) {
      multiply(factor);
      continue;
    }
    coefficient *= nodes_[factor].number;
    for (const Id part : nodes_[factor].parts) multiply(part);
  }
  std::vector<Id> powers;
  bool again = false;  // a power became something that others may join, as √u · √u with u = xy
  for (const Id base : bases) {
    const Id result = power(base, exponents[base]);
    const Kind kind = nodes_[result].kind;
    again = again || (kind != Kind::kNumber && (kind == Kind::kProduct || base_of(result) != base));
    powers.push_back(result);
  }
  const auto is_number = [this](Id id) { return nodes_[id].kind == Kind::kNumber; };
  if (again || std::ranges::any_of(powers, is_number)) return gathered(powers, coefficient);
  return powers;
}

Algebra::Id Algebra::product(const std::vector<Id>& factors) {
  double coefficient = 1;
  std::vector<Id> powers = gathered(factors, coefficient);
  return finished_product(coefficient, std::move(powers));
}

// Of powers of different bases, none a number.
Algebra::Id Algebra::finished_product(double coefficient, std::vector<Id> factors) {
  if (factors.empty() || coefficient == 0 || std::isnan(coefficient)) return number(coefficient);
  std::size_t terms = 1;
  std::size_t a_sum = factors.size();
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (nodes_[factors[i]].kind != Kind::kSum) continue;
    terms = std::min(terms * nodes_[factors[i]].parts.size(), kMostTerms + 1);
    a_sum = i;
  }
  if (products_ == Products::kAsTheyAre) a_sum = factors.size();
  const bool only_one = factors.size() == 1;
  const bool polynomial =
      terms <= kMostTerms && std::ranges::all_of(factors, [this](Id f) { return is_polynomial(f); });
  if (a_sum < factors.size() && (only_one ? coefficient != 1 : polynomial)) {
    return sum_of_products(coefficient, factors, a_sum);
  }
  if (only_one && coefficient == 1) return factors[0];
  std::ranges::sort(factors, [this](Id a, Id b) { return compare(a, b) < 0; });
  return intern({.kind = Kind::kProduct, .number = coefficient, .parts = std::move(factors)});
}

// The sum among the factors, multiplied out.
Algebra::Id Algebra::sum_of_products(double coefficient, const std::vector<Id>& factors, std::size_t which) {
  std::vector<Id> terms;
  for (const Id term : nodes_[factors[which]].parts) {
    std::vector<Id> parts = factors;
    parts[which] = term;
    parts.push_back(number(coefficient));
    terms.push_back(product(parts));
  }
  return sum(terms);
}

Algebra::Id Algebra::power(Id base, Id exponent) {
  if (is_number(exponent, 0) || is_number(base, 1)) return number(1);
  if (is_number(exponent, 1)) return base;
  const Node& below = nodes_[base];
  const Node& above = nodes_[exponent];
  if (above.kind == Kind::kNumber) {
    if (below.kind == Kind::kEuler) return number(std::exp(above.number));
    if (below.kind == Kind::kNumber) return number(arithmetic::pow(below.number, above.number));
  }
  const bool whole = above.kind == Kind::kNumber && is_whole(above.number);
  // (b^m)^n is b^(mn) for whole n, and for any if b^m cannot be negative or lose a sign, as e^m.
  if (below.kind == Kind::kPower && (whole || nodes_[below.parts[0]].kind == Kind::kEuler)) {
    return power(below.parts[0], product({below.parts[1], exponent}));
  }
  if (below.kind == Kind::kProduct && (whole || (below.number > 0 && below.number != 1))) {
    return product_power(below, exponent);
  }
  return intern({.kind = Kind::kPower, .parts = {base, exponent}});
}

// (2 x y)^3 is 8 x³ y³; of (2 x y)^½ the 2 comes out alone, because x and y may both be negative.
Algebra::Id Algebra::product_power(const Node& product_node, Id exponent) {
  std::vector<Id> factors = {power(number(product_node.number), exponent)};
  const bool whole = nodes_[exponent].kind == Kind::kNumber && is_whole(nodes_[exponent].number);
  if (whole) {
    for (const Id part : product_node.parts) factors.push_back(power(part, exponent));
  } else {
    factors.push_back(power(product(product_node.parts), exponent));
  }
  return product(factors);
}

Algebra::Id Algebra::call(const ExpressionFunction& function, const std::vector<Id>& arguments) {
  using Function = ExpressionFunction::Kind;
  const bool tanh = function.kind == Function::kActivation && function.activation == Activation::kTanh;
  const ExpressionFunction called = tanh ? ExpressionFunction{.kind = Function::kTanh} : function;
  if (called.kind == Function::kExp) return exponential(arguments[0]);
  if (called.kind == Function::kSqrt) return power(arguments[0], number(0.5));
  if (called.kind == Function::kActivation && called.activation == Activation::kIdentity) return arguments[0];
  const auto is_constant = [this](Id id) { return nodes_[id].kind == Kind::kNumber; };
  if (std::ranges::all_of(arguments, is_constant)) {
    return number(arithmetic::apply(called, nodes_[arguments[0]].number, nodes_[arguments.back()].number));
  }
  return intern({.kind = Kind::kCall, .function = called, .parts = arguments});
}

}  // namespace bprop::explaining
