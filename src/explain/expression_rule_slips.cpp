// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_rule_slips.h"

#include <fmt/format.h>

#include <algorithm>

namespace bprop::explaining {
namespace {

using arithmetic::Complex;
using Kind = ExpressionTree::Kind;
using Function = ExpressionFunction::Kind;
using Node = ExpressionTree::Node;

constexpr double kStep = 1e-50;
constexpr std::int32_t kMostOperations = 50;

// Numbers of a complex step: the real part is a value, the imaginary one kStep times its derivative. The product of a
// step and a value is a step; the product of two steps vanishes.
class StatementSlips {
 public:
  StatementSlips(const ExpressionGraph& graph, std::size_t of, std::size_t by, const std::vector<double>& values)
      : graph_(graph), statement_(graph.statement_of(of)), numbers_(room_for<Complex>(graph)) {
    for (const std::size_t argument : graph.variables[of].arguments) numbers_.variables[argument] = values[argument];
    numbers_.variables[by] += Complex(0, kStep);
    statement_value(graph, of, numbers_);
  }

  std::vector<SlipValue> operator()() {
    if (statement_.root - statement_.first >= kMostOperations) return {};
    // The outer operation first: of slips that give the same, the one of the rule that a person begins with is named.
    for (std::int32_t n = statement_.root; n >= statement_.first; --n) {
      if (number(n).imag() != 0) slip_at(n);
    }
    return std::move(found_);
  }

 private:
  const Node& node(std::int32_t place) const { return graph_.tree.nodes[static_cast<std::size_t>(place)]; }
  Complex number(std::int32_t place) const {
    return place < 0 ? Complex() : numbers_.nodes[static_cast<std::size_t>(place)];
  }

  // With this step in the place of the one that the operation makes.
  void add(std::int32_t place, std::string_view slip, double step) {
    const auto begin = numbers_.nodes.begin() + place;
    const auto end = numbers_.nodes.begin() + statement_.root + 1;
    const std::vector<Complex> right(begin, end);
    begin->imag(step);
    for (std::int32_t n = place + 1; n <= statement_.root; ++n) {
      numbers_.nodes[static_cast<std::size_t>(n)] = value_of(node(n), numbers_);
    }
    found_.push_back({fmt::format("{} ({})", slip, text_of(node(place).place)), (end - 1)->imag() / kStep});
    std::ranges::copy(right, begin);
  }

  void slip_at(std::int32_t n) {
    const Complex own = number(n);
    const Complex right = number(node(n).right);
    switch (node(n).kind) {
      case Kind::kNegate: return add(n, "a minus sign lost", -own.imag());
      case Kind::kSubtract: return add(n, "a minus sign lost", own.imag() + 2 * right.imag());
      case Kind::kMultiply: return product(n);
      case Kind::kDivide: return quotient(n);
      case Kind::kPower: return power(n);
      case Kind::kCall: return call(n);
      default: return;
    }
  }

  // (u v)' = u' v + u v'
  void product(std::int32_t n) {
    const Complex u = number(node(n).left);
    const Complex v = number(node(n).right);
    if (u.imag() != 0 && v.imag() != 0) {
      add(n, "the second term of the product rule missing", u.imag() * v.real());
      add(n, "the first term of the product rule missing", u.real() * v.imag());
      add(n, "the product of the derivatives for the derivative of the product", u.imag() * (v.imag() / kStep));
    }
    if (u.imag() != 0) add(n, "a factor forgotten", u.imag() + u.real() * v.imag());
    if (v.imag() != 0) add(n, "a factor forgotten", u.imag() * v.real() + v.imag());
  }

  // (u / v)' = u' / v − u v' / v²
  void quotient(std::int32_t n) {
    const Complex u = number(node(n).left);
    const Complex v = number(node(n).right);
    const double first = u.imag() / v.real();
    const double second = u.real() * v.imag() / (v.real() * v.real());
    if (v.imag() == 0) return add(n, "the divisor forgotten", u.imag());
    add(n, "a sign of the quotient rule", first + second);
    add(n, "the square of the quotient rule forgotten", first - second * v.real());
    if (u.imag() != 0) add(n, "the second term of the quotient rule missing", first);
    if (u.imag() != 0) add(n, "the first term of the quotient rule missing", -second);
  }

  // (u^m)' = m u^(m−1) u'
  void power(std::int32_t n) {
    const Complex u = number(node(n).left);
    const Complex m = number(node(n).right);
    const Complex own = number(n);
    if (m.imag() != 0) return;
    add(n, "the exponent kept", own.imag() * u.real());
    add(n, "the exponent not put in front", own.imag() / m.real());
    add(n, "the inner derivative forgotten", arithmetic::pow(Complex(u.real(), kStep), m).imag());
  }

  // g(u)' = g'(u) u'
  void call(std::int32_t n) {
    const ExpressionFunction& function = node(n).function;
    if (function.is_comparison() || function.kind == Function::kMax || function.kind == Function::kMin) return;
    const Complex u = number(node(n).left);
    const Complex inner(u.real(), kStep);
    const std::string name = name_of(function);
    add(n, fmt::format("the inner derivative of {} forgotten", name), arithmetic::apply(function, inner, inner).imag());
    add(n, fmt::format("{} in the place of its derivative", name), number(n).real() * u.imag());
    if (function.kind == Function::kCos) add(n, "the minus sign of cos' lost", -number(n).imag());
    if (function.kind == Function::kSin) add(n, "a minus sign for sin'", -number(n).imag());
  }

  const ExpressionGraph& graph_;
  ExpressionTree::Statement statement_;
  ExpressionValues<Complex> numbers_;
  std::vector<SlipValue> found_;
};

}  // namespace

std::vector<SlipValue> statement_slips(const ExpressionGraph& graph, std::size_t of, std::size_t by,
                                       const std::vector<double>& values) {
  return StatementSlips(graph, of, by, values)();
}

}  // namespace bprop::explaining
