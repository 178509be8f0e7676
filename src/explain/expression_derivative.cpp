// SPDX-License-Identifier: Apache-2.0
//
// What Algebra does with whole expressions: reading them from a tree, deriving, putting in, working out.
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "explain/expression_algebra.h"
#include "explain/expression_arithmetic.h"

namespace bprop::explaining {

Algebra::Id Algebra::from(const ExpressionTree& tree, std::int32_t root) {
  using Operation = ExpressionTree::Kind;
  const auto node_at = [&](std::int32_t place) -> const ExpressionTree::Node& {
    return tree.nodes[static_cast<std::size_t>(place)];
  };
  const ExpressionTree::Node& node = node_at(root);
  // a + b − c is one sum: down its left side without recursion, which would be as deep as the sum is long.
  const auto chain = [&](Operation plain, Operation inverse, auto invert) {
    std::vector<Id> parts;
    std::int32_t place = root;
    for (; node_at(place).kind == plain || node_at(place).kind == inverse; place = node_at(place).left) {
      const Id part = from(tree, node_at(place).right);
      parts.push_back(node_at(place).kind == plain ? part : invert(part));
    }
    parts.push_back(from(tree, place));
    return parts;
  };
  switch (node.kind) {
    case Operation::kNumber: return number(node.number);
    case Operation::kPi: return pi();
    case Operation::kName: return name(node.name);
    case Operation::kNegate: return negative(from(tree, node.left));
    case Operation::kAdd:
    case Operation::kSubtract:
      return sum(chain(Operation::kAdd, Operation::kSubtract, [this](Id part) { return negative(part); }));
    case Operation::kMultiply:
    case Operation::kDivide:
      return product(
          chain(Operation::kMultiply, Operation::kDivide, [this](Id part) { return power(part, number(-1)); }));
    case Operation::kPower: return power(from(tree, node.left), from(tree, node.right));
    case Operation::kCall: {
      std::vector<Id> arguments = {from(tree, node.left)};
      if (node.right >= 0) arguments.push_back(from(tree, node.right));
      return call(node.function, arguments);
    }
  }
  return number(0);
}

// d(b^n) = n b^(n−1) db + b^n log b dn; log e is 1.
Algebra::Id Algebra::power_derivative(Id whole, Id d_base, Id d_exponent) {
  const Id base = nodes_[whole].parts[0];
  const Id exponent = nodes_[whole].parts[1];
  std::vector<Id> terms;
  if (!is_number(d_base, 0)) {
    terms.push_back(product({exponent, power(base, sum({exponent, number(-1)})), d_base}));
  }
  if (!is_number(d_exponent, 0)) {
    const bool euler = nodes_[base].kind == Kind::kEuler;
    const Id log = euler ? number(1) : call({.kind = ExpressionFunction::Kind::kLog}, {base});
    terms.push_back(product({whole, log, d_exponent}));
  }
  return sum(terms);
}

// ∂function/∂(its argument of this place).
Algebra::Id Algebra::call_derivative(const Node& node, std::size_t argument) {
  using Function = ExpressionFunction::Kind;
  const auto of = [this](Function function, const std::vector<Id>& parts) { return call({.kind = function}, parts); };
  const Id u = node.parts[0];
  switch (node.function.kind) {
    case Function::kLog: return power(u, number(-1));
    case Function::kSin: return of(Function::kCos, {u});
    case Function::kCos: return negative(of(Function::kSin, {u}));
    case Function::kTanh: return call({Function::kActivationSlope, Activation::kTanh}, {u});
    // At a tie the slope is the first's, as on the tape.
    case Function::kMax: return of(argument == 0 ? Function::kAtLeast : Function::kLess, node.parts);
    case Function::kMin: return of(argument == 0 ? Function::kAtMost : Function::kGreater, node.parts);
    case Function::kActivation: return call({Function::kActivationSlope, node.function.activation}, {u});
    case Function::kActivationSlope:
      throw NoSuchRule(fmt::format("{0} can be worked out but not derived: no rule states the derivative of {0}",
                                   name_of(node.function)));
    default: return number(0);  // comparisons; exp and √ are powers
  }
}

namespace {

// Applies `one` to a node once, however often it is used, with the results for its parts in reach.
template <class Result, class One>
class Once {
 public:
  explicit Once(One one) : one_(one) {}
  Result operator()(Algebra::Id id) {
    if (const auto found = results_.find(id); found != results_.end()) return found->second;
    const Result result = one_(*this, id);
    results_.emplace(id, result);
    return result;
  }

 private:
  One one_;
  std::unordered_map<Algebra::Id, Result> results_;
};

template <class Result, class One>
Result once(Algebra::Id id, One one) {
  return Once<Result, One>(one)(id);
}

}  // namespace

Algebra::Id Algebra::derivative(Id whole, std::uint32_t name) {
  const std::uint64_t bit = std::uint64_t{1} << (name % 64U);
  return once<Id>(whole, [&](auto& d, Id id) -> Id {
    const Node& node = nodes_[id];
    if ((node.names & bit) == 0) return number(0);
    std::vector<Id> terms;
    switch (node.kind) {
      case Kind::kName: return number(node.name == name ? 1 : 0);
      case Kind::kSum:
        for (const Id part : node.parts) {
          if ((nodes_[part].names & bit) != 0) terms.push_back(d(part));
        }
        return sum(terms);
      case Kind::kProduct:
        for (std::size_t i = 0; i < node.parts.size(); ++i) {
          if ((nodes_[node.parts[i]].names & bit) == 0) continue;
          std::vector<Id> factors = node.parts;
          factors[i] = d(node.parts[i]);
          if (const Node& slope = nodes_[factors[i]]; slope.kind == Kind::kNumber) {  // the others are gathered already
            factors.erase(factors.begin() + static_cast<std::ptrdiff_t>(i));
            terms.push_back(finished_product(node.number * slope.number, std::move(factors)));
            continue;
          }
          factors.push_back(number(node.number));
          terms.push_back(product(factors));
        }
        return sum(terms);
      case Kind::kPower: return power_derivative(id, d(node.parts[0]), d(node.parts[1]));
      case Kind::kCall:
        for (std::size_t i = 0; i < node.parts.size(); ++i) {
          const Id d_part = d(node.parts[i]);
          if (!is_number(d_part, 0)) terms.push_back(product({call_derivative(node, i), d_part}));
        }
        return sum(terms);
      default: return number(0);
    }
  });
}

Algebra::Id Algebra::substituted(Id whole, std::span<const Id> by) {
  return once<Id>(whole, [&](auto& put, Id id) -> Id {
    const Node& node = nodes_[id];
    if (node.kind == Kind::kName) return by[node.name];
    if (node.names == 0) return id;
    std::vector<Id> parts;
    for (const Id part : node.parts) parts.push_back(put(part));
    switch (node.kind) {
      case Kind::kSum: return sum(parts);
      case Kind::kProduct: parts.push_back(number(node.number)); return product(parts);
      case Kind::kPower: return power(parts[0], parts[1]);
      case Kind::kCall: return call(node.function, parts);
      default: return id;
    }
  });
}

double Algebra::value(Id whole, std::span<const double> names) const {
  return once<double>(whole, [&](auto& of, Id id) -> double {
    const Node& node = nodes_[id];
    double result = 0;
    switch (node.kind) {
      case Kind::kNumber: return node.number;
      case Kind::kPi: return std::numbers::pi;
      case Kind::kEuler: return std::numbers::e;
      case Kind::kName: return names[node.name];
      case Kind::kCall: return arithmetic::apply(node.function, of(node.parts[0]), of(node.parts.back()));
      case Kind::kSum:
        for (const Id part : node.parts) result += of(part);
        return result;
      case Kind::kProduct:
        result = node.number;
        for (const Id part : node.parts) result *= of(part);
        return result;
      case Kind::kPower: break;
    }
    const double exponent = of(node.parts[1]);
    if (nodes_[node.parts[0]].kind == Kind::kEuler) return std::exp(exponent);
    const double base = of(node.parts[0]);
    if (exponent == 0.5) return std::sqrt(base);
    return exponent == -0.5 ? 1 / std::sqrt(base) : std::pow(base, exponent);
  });
}

}  // namespace bprop::explaining
