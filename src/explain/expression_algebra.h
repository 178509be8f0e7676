// SPDX-License-Identifier: Apache-2.0
//
// Algebra: expressions in a normal form, sums of products of powers with constants folded. Equal ones are one and the
// same (an Id), so that a sub-expression used a thousand times exists once.
//
//   sum      terms: products that differ in more than their coefficient, a number last
//   product  coefficient times powers of different bases; products of polynomials are multiplied out while short
//   power    base ^ exponent; √u is u^½, exp(u) is e^u
//
// Cancelling (x/x is 1) holds wherever the expression it began with has a value.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bprop/error.h"
#include "explain/expression_functions.h"
#include "explain/expression_tree.h"

namespace bprop::explaining {

// sigmoid'(x) was to be derived, which no rule states.
class NoSuchRule : public UsageError {
 public:
  using UsageError::UsageError;
};

class Algebra {
 public:
  using Id = std::uint32_t;
  enum class Kind : std::uint8_t { kPi, kName, kCall, kEuler, kPower, kProduct, kSum, kNumber };

  struct Node {
    Kind kind = Kind::kNumber;
    double number = 0;  // kNumber: its value; kProduct: the coefficient, which is not among its parts
    std::uint32_t name = 0;
    ExpressionFunction function = {};
    std::vector<Id> parts = {};
    std::uint64_t names = 0;  // a bit for each name modulo 64: without the bit, without the name
    std::uint32_t size = 1;   // leaves and calls, were it written out, so that it bounds the depth; at most kLargest
  };
  static constexpr std::uint32_t kLargest = 1'000'000;

  // Names are numbers here; their texts serve the order in which factors and terms stand. What is multiplied out reads
  // better; what is not keeps its digits: (x − 1000)(x − 1001) cancels near its roots when written as x² − 2001 x + ….
  enum class Products : std::uint8_t { kMultipliedOut, kAsTheyAre };
  explicit Algebra(std::vector<std::string> names, Products products = Products::kMultipliedOut)
      : names_(std::move(names)), products_(products) {}

  const Node& operator[](Id id) const { return nodes_[id]; }
  std::string_view name_text(std::uint32_t name) const { return names_[name]; }

  Id number(double value);
  Id pi();
  Id name(std::uint32_t name);
  Id sum(const std::vector<Id>& terms);
  Id product(const std::vector<Id>& factors);
  Id power(Id base, Id exponent);
  Id call(const ExpressionFunction& function, const std::vector<Id>& arguments);

  Id negative(Id part) { return product({number(-1), part}); }
  Id quotient(Id above, Id below) { return product({above, power(below, number(-1))}); }
  Id exponential(Id exponent) { return power(intern({.kind = Kind::kEuler}), exponent); }

  // The operation `root` of a tree.
  Id from(const ExpressionTree& tree, std::int32_t root);
  // ∂id/∂name, other names held. Throws NoSuchRule.
  Id derivative(Id id, std::uint32_t name);
  // With by[name] in the place of each name.
  Id substituted(Id id, std::span<const Id> by);
  double value(Id id, std::span<const double> names) const;

  // A factor's parts: x² is x and 2, sin x is itself and 1.
  Id base_of(Id factor) const { return nodes_[factor].kind == Kind::kPower ? nodes_[factor].parts[0] : factor; }
  bool is_number(Id id, double value) const { return nodes_[id].kind == Kind::kNumber && nodes_[id].number == value; }

 private:
  Id intern(Node node);
  Id exponent_of(Id factor);
  std::vector<Id> gathered(const std::vector<Id>& factors, double& coefficient);
  Id with_coefficient(double coefficient, Id rest);
  Id finished_product(double coefficient, std::vector<Id> factors);
  Id product_power(const Node& product, Id exponent);
  Id sum_of_products(double coefficient, const std::vector<Id>& factors, std::size_t which);
  Id power_derivative(Id power, Id d_base, Id d_exponent);
  Id call_derivative(const Node& call, std::size_t argument);
  int compare(Id a, Id b) const;
  bool term_before(Id a, Id b) const;
  double degree(Id term) const;
  bool is_polynomial(Id id) const;

  std::vector<std::string> names_;
  Products products_;
  std::deque<Node> nodes_;  // references stay valid while it grows
  std::unordered_multimap<std::size_t, Id> places_;
  std::size_t parts_ = 0;
};

}  // namespace bprop::explaining
