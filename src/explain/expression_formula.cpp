// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bprop::explaining {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// [a ≥ b], one symbol, since it binds like one.
Formula comparison(std::string_view sign, const Formula& left, const Formula& right) {
  constexpr NumberStyle kAllDigits{.digits = 17};
  return math::symbol(fmt::format("[{} {} {}]", text_of(left, kAllDigits), sign, text_of(right, kAllDigits)));
}

Formula call_formula(const ExpressionFunction& function, std::vector<Formula> arguments) {
  if (function.is_comparison()) return comparison(name_of(function), arguments[0], arguments[1]);
  return math::call(name_of(function), std::move(arguments));
}

class AsWritten {
 public:
  explicit AsWritten(const ExpressionGraph& graph) : graph_(graph) {}

  Formula operator()(std::int32_t place) const {
    const ExpressionTree::Node& node = at(place);
    using Kind = ExpressionTree::Kind;
    switch (node.kind) {
      case Kind::kNumber: return math::number(node.number);
      case Kind::kPi: return math::symbol("π");
      case Kind::kName: return name_formula(graph_.variables[node.name].name);
      case Kind::kNegate: return math::negative((*this)(node.left));
      case Kind::kAdd:
      case Kind::kSubtract: return math::sum(chain(place, Kind::kAdd, Kind::kSubtract));
      case Kind::kMultiply: return math::product(chain(place, Kind::kMultiply, Kind::kMultiply));
      case Kind::kDivide: return math::quotient((*this)(node.left), (*this)(node.right));
      case Kind::kPower: return math::power((*this)(node.left), (*this)(node.right));
      case Kind::kCall: return call_formula(node.function, arguments(node));
    }
    return {};
  }

 private:
  const ExpressionTree::Node& at(std::int32_t place) const {
    return graph_.tree.nodes[static_cast<std::size_t>(place)];
  }

  // a + b − c down its left side, without recursion.
  std::vector<Formula> chain(std::int32_t place, ExpressionTree::Kind plain, ExpressionTree::Kind inverse) const {
    std::vector<Formula> parts;
    for (; at(place).kind == plain || at(place).kind == inverse; place = at(place).left) {
      Formula right = (*this)(at(place).right);
      parts.push_back(at(place).kind == plain ? std::move(right) : math::negative(std::move(right)));
    }
    parts.push_back((*this)(place));
    std::ranges::reverse(parts);
    return parts;
  }

  std::vector<Formula> arguments(const ExpressionTree::Node& node) const {
    std::vector<Formula> result;
    add_argument(node, node.left, result);
    if (node.right >= 0) add_argument(node, node.right, result);
    return result;
  }

  // max(max(a, b), c) is written max(a, b, c).
  void add_argument(const ExpressionTree::Node& call, std::int32_t place, std::vector<Formula>& arguments) const {
    const ExpressionTree::Node& node = at(place);
    if (call.function.is_extremum() && node.kind == ExpressionTree::Kind::kCall && node.function == call.function) {
      add_argument(call, node.left, arguments);
      add_argument(call, node.right, arguments);
    } else {
      arguments.push_back((*this)(place));
    }
  }

  const ExpressionGraph& graph_;
};

// above / below of whole numbers for a coefficient that has no short decimal form, as ⅓.
struct Fraction {
  double above = 1;
  double below = 1;
};

Fraction fraction_of(double size) {
  constexpr std::size_t kShort = 6;  // as "0.0001"
  constexpr double kMostBelow = 1000;
  if (!std::isfinite(size) || fmt::format("{}", size).size() <= kShort) return {size, 1};
  for (double below = 2; below <= kMostBelow; ++below) {
    const double above = std::round(size * below);
    if (above >= 1 && above <= kMostBelow && above / below == size) return {above, below};
  }
  return {size, 1};
}

class NormalForm {
 public:
  explicit NormalForm(const Algebra& algebra) : algebra_(algebra) {}

  Formula operator()(Algebra::Id id) const {
    const Algebra::Node& node = algebra_[id];
    using Kind = Algebra::Kind;
    switch (node.kind) {
      case Kind::kNumber: return with_sign(node.number, {});
      case Kind::kPi: return math::symbol("π");
      case Kind::kEuler: return math::call("exp", {math::number(1)});
      case Kind::kName: return name_formula(algebra_.name_text(node.name));
      case Kind::kCall: return call_formula(node.function, all(node.parts));
      case Kind::kPower: return with_sign(1, {id});
      case Kind::kProduct: return with_sign(node.number, node.parts);
      case Kind::kSum: return sum(node.parts);
    }
    return {};
  }

 private:
  std::vector<Formula> all(const std::vector<Algebra::Id>& ids) const {
    std::vector<Formula> result;
    for (const Algebra::Id id : ids) result.push_back((*this)(id));
    return result;
  }

  // 1 − a rather than −a + 1.
  Formula sum(const std::vector<Algebra::Id>& parts) const {
    std::vector<Formula> terms = all(parts);
    const auto positive = std::ranges::find_if(terms, [](const Formula& term) {
      return term.kind != Formula::Kind::kNegative && !(term.kind == Formula::Kind::kNumber && term.number < 0);
    });
    if (positive != terms.end()) std::rotate(terms.begin(), positive, positive + 1);
    return math::sum(std::move(terms));
  }

  Formula with_sign(double coefficient, const std::vector<Algebra::Id>& factors) const {
    Formula size = quotient(fraction_of(std::fabs(coefficient)), factors);
    return coefficient < 0 ? math::negative(std::move(size)) : size;
  }

  Formula quotient(const Fraction& coefficient, const std::vector<Algebra::Id>& factors) const {
    std::vector<Formula> above;
    std::vector<Formula> below;
    if (coefficient.above != 1) above.push_back(math::number(coefficient.above));
    if (coefficient.below != 1) below.push_back(math::number(coefficient.below));
    for (const Algebra::Id factor : factors) {
      const Algebra::Node& node = algebra_[factor];
      const bool is_power = node.kind == Algebra::Kind::kPower;
      const bool euler = is_power && algebra_[node.parts[0]].kind == Algebra::Kind::kEuler;
      const bool has_number = is_power && algebra_[node.parts[1]].kind == Algebra::Kind::kNumber;
      if (euler) {
        above.push_back(math::call("exp", {(*this)(node.parts[1])}));
      } else if (has_number && algebra_[node.parts[1]].number < 0) {
        below.push_back(power((*this)(node.parts[0]), math::number(-algebra_[node.parts[1]].number)));
      } else {
        above.push_back(is_power ? power((*this)(node.parts[0]), (*this)(node.parts[1])) : (*this)(factor));
      }
    }
    if (above.empty()) above.push_back(math::number(1));
    if (below.empty()) return math::product(std::move(above));
    return math::quotient(math::product(std::move(above)), math::product(std::move(below)));
  }

  static Formula power(Formula base, Formula exponent) {
    if (exponent.kind == Formula::Kind::kNumber && exponent.number == 1) return base;
    if (exponent.kind == Formula::Kind::kNumber && exponent.number == 0.5) return math::call("sqrt", {std::move(base)});
    return math::power(std::move(base), std::move(exponent));
  }

  const Algebra& algebra_;
};

}  // namespace

Formula name_formula(std::string_view name) {
  std::size_t end = name.find('_');
  std::size_t below = end == std::string_view::npos ? end : end + 1;
  if (end == std::string_view::npos) {
    end = name.size();
    while (end > 0 && is_digit(name[end - 1])) --end;
    below = end;
  }
  if (end == 0 || below >= name.size()) return math::symbol(Symbol{.base = std::string(name)});
  return math::symbol(Symbol{.base = std::string(name.substr(0, end)),
                             .subscript = std::string(name.substr(below)),
                             .plain = std::string(name)});
}

Formula formula_of(const ExpressionGraph& graph, std::int32_t root) { return AsWritten(graph)(root); }

Formula formula_of(const Algebra& algebra, Algebra::Id id) { return NormalForm(algebra)(id); }

}  // namespace bprop::explaining
