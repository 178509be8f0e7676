// SPDX-License-Identifier: Apache-2.0
//
// statement := NAME = sum                 sum := product {(+|-) product}       product := unary {(*|/) unary}
// unary := {-|+} power                    power := raised [^ unary]            raised := primary [²]
// primary := NUMBER | NAME | NAME(sum, …) | (sum) | [sum (≥|>|≤|<) sum]
#include <fmt/format.h>

#include <optional>
#include <unordered_map>

#include "explain/expression_lexer.h"
#include "explain/expression_tree.h"

namespace bprop::explaining {
namespace {

using Kind = ExpressionTree::Kind;
using Function = ExpressionFunction;
using Node = ExpressionTree::Node;
using Token = ExpressionToken;

constexpr std::size_t kMostBytes = 1'000'000;
constexpr std::size_t kMostNodes = 10'000;
constexpr std::size_t kMostDepth = 200;

constexpr std::int32_t kFailed = -1;  // a part that could not be read; failure_ says why

bool is_pi(std::string_view name) { return name == "pi" || name == "π"; }

class Parser {
 public:
  Parser(std::string_view text, StatementEnd end) : lexer_(text), end_(end) { advance(); }

  Result<ExpressionTree> statements() {
    while (skip_ends(), token_.kind != Token::Kind::kEnd) {
      if (!statement()) return *failure_;
    }
    if (tree_.statements.empty()) return usage_failure(text_of(token_.place) + ": found the end, expected NAME = ...");
    return std::move(tree_);
  }

 private:
  void advance() { token_ = lexer_.next(); }

  bool is_separator() const {
    return token_.kind == Token::Kind::kLineEnd || token_.is(";") ||
           (end_ == StatementEnd::kSemicolonOrComma && token_.is(","));
  }
  bool at_end() const { return token_.kind == Token::Kind::kEnd || is_separator(); }
  void skip_ends() {
    while (is_separator()) advance();
  }

  bool fail(const TextPlace& place, std::string_view sentence) {
    failure_ = usage_failure(fmt::format("{}: {}", text_of(place), sentence));
    return false;
  }
  bool refuse(std::string_view expected) {
    return fail(token_.place, fmt::format("found {}, expected {}", token_.in_words(), expected));
  }
  bool take(std::string_view sign, std::string_view expected) {
    if (!token_.is(sign)) return refuse(expected);
    advance();
    return true;
  }

  std::uint32_t place_of(const std::string& name, const TextPlace& place) {
    const auto [found, is_new] = name_places_.emplace(name, static_cast<std::uint32_t>(tree_.names.size()));
    if (is_new) {
      tree_.names.push_back(name);
      tree_.name_places.push_back(place);
    }
    return found->second;
  }

  bool statement() {
    if (token_.kind != Token::Kind::kName) return refuse("a statement NAME = ...");
    const Token name = token_;
    if (!is_variable(name)) return false;
    advance();
    if (!take("=", fmt::format("'=' after {}", name.in_words()))) return false;
    ExpressionTree::Statement statement{.name = place_of(name.text, name.place), .place = name.place};
    statement.first = static_cast<std::int32_t>(tree_.nodes.size());
    statement.root = sum();
    if (statement.root == kFailed) return false;
    if (!at_end()) return refuse(end_ == StatementEnd::kSemicolon ? "an operator, ';' or the end" : "',' or the end");
    const auto [first, is_new] = defined_.emplace(statement.name, name.place);
    if (!is_new) {
      return fail(name.place, fmt::format("{} is defined a second time, expected another name; its first definition is "
                                          "at {}",
                                          name.in_words(), text_of(first->second)));
    }
    tree_.statements.push_back(statement);
    return true;
  }

  // Names of functions are no variables, or f = sin would be a mystery.
  bool is_variable(const Token& name) {
    if (is_pi(name.text)) return fail(name.place, "found 'pi', the number, expected the name of a variable");
    if (name.text.ends_with('\'')) {
      return fail(name.place, fmt::format("found {}, expected a name without '", name.in_words()));
    }
    if (!function_named(name.text)) return true;
    return fail(name.place, fmt::format("found {}, a function, without '(', expected {}(...) or another name",
                                        name.in_words(), name.text));
  }

  std::int32_t add(Node node) {
    if (tree_.nodes.size() >= kMostNodes) {
      fail(node.place, fmt::format("the text has more operations than {}, the most that is read", kMostNodes));
      return kFailed;
    }
    tree_.nodes.push_back(node);
    return static_cast<std::int32_t>(tree_.nodes.size() - 1);
  }

  std::int32_t add(Kind kind, const TextPlace& place, std::int32_t left, std::int32_t right = -1) {
    const bool binary = kind != Kind::kNegate;
    if (left == kFailed || (binary && right == kFailed)) return kFailed;
    return add({.kind = kind, .left = left, .right = right, .place = place});
  }

  std::int32_t call(const Function& function, const TextPlace& place, std::int32_t left, std::int32_t right = -1) {
    return add({.kind = Kind::kCall, .function = function, .left = left, .right = right, .place = place});
  }

  bool deeper() {
    if (++depth_ <= kMostDepth) return true;
    return fail(token_.place,
                fmt::format("more than {} parentheses, signs and powers stand within each other", kMostDepth));
  }

  std::int32_t sum() {
    std::int32_t result = product();
    while (result != kFailed && (token_.is("+") || token_.is("-"))) {
      const Kind kind = token_.is("+") ? Kind::kAdd : Kind::kSubtract;
      const TextPlace place = token_.place;
      advance();
      result = add(kind, place, result, product());
    }
    return result;
  }

  std::int32_t product() {
    std::int32_t result = unary();
    while (result != kFailed && (token_.is("*") || token_.is("/"))) {
      const Kind kind = token_.is("*") ? Kind::kMultiply : Kind::kDivide;
      const TextPlace place = token_.place;
      advance();
      result = add(kind, place, result, unary());
    }
    if (result == kFailed || !begins_operand()) return result;
    refuse("an operator; a product is written with *, as in 2*x");
    return kFailed;
  }

  bool begins_operand() const {
    return token_.kind == Token::Kind::kNumber || token_.kind == Token::Kind::kName || token_.is("(") || token_.is("[");
  }

  std::int32_t unary() {
    if (!token_.is("-") && !token_.is("+")) return power();
    const bool negative = token_.is("-");
    const TextPlace place = token_.place;
    if (!deeper()) return kFailed;
    advance();
    const std::int32_t operand = unary();
    --depth_;
    return negative ? add(Kind::kNegate, place, operand) : operand;
  }

  std::int32_t power() {
    std::int32_t base = primary();
    const bool is_raised = token_.kind == Token::Kind::kRaised;
    if (base != kFailed && is_raised) {
      const Token raised = token_;
      advance();
      base = add(Kind::kPower, raised.place, base, add({.number = raised.number, .place = raised.place}));
    }
    if (base == kFailed || !token_.is("^")) return base;
    if (is_raised) {
      refuse("parentheses around the power before it");
      return kFailed;
    }
    const TextPlace place = token_.place;
    if (!deeper()) return kFailed;
    advance();
    const std::int32_t exponent = unary();
    --depth_;
    return add(Kind::kPower, place, base, exponent);
  }

  std::int32_t primary() {
    const Token token = token_;
    if (token.kind == Token::Kind::kNumber) {
      advance();
      return add({.number = token.number, .place = token.place});
    }
    if (token.kind == Token::Kind::kName) return named();
    if (!token.is("(") && !token.is("[")) {
      refuse("a number, a name or '('");
      return kFailed;
    }
    if (!deeper()) return kFailed;
    advance();
    std::int32_t result = sum();
    if (token.is("[")) result = comparison(result, token.place);
    --depth_;
    const std::string_view closing = token.is("(") ? ")" : "]";
    if (result == kFailed || take(closing, fmt::format("an operator or '{}'", closing))) return result;
    return kFailed;
  }

  std::int32_t comparison(std::int32_t left, const TextPlace& place) {
    if (left == kFailed) return kFailed;
    for (const Function::Kind kind :
         {Function::Kind::kAtLeast, Function::Kind::kGreater, Function::Kind::kAtMost, Function::Kind::kLess}) {
      const Function function{.kind = kind};
      if (!token_.is(name_of(function))) continue;
      advance();
      const std::int32_t right = sum();
      return right == kFailed ? kFailed : call(function, place, left, right);
    }
    refuse("an operator or one of ≥ > ≤ <");
    return kFailed;
  }

  // A variable, pi, or a call.
  std::int32_t named() {
    const Token name = token_;
    advance();
    if (token_.is("(")) return arguments(name);
    if (is_pi(name.text)) return add({.kind = Kind::kPi, .place = name.place});
    if (!is_variable(name)) return kFailed;
    return add({.kind = Kind::kName, .name = place_of(name.text, name.place), .place = name.place});
  }

  std::int32_t arguments(const Token& name) {
    const auto function = function_named(name.text);
    if (!function) return unknown_function(name);
    if (!deeper()) return kFailed;
    std::vector<std::int32_t> found;
    do {
      advance();
      found.push_back(sum());
      if (found.back() == kFailed) return kFailed;
    } while (token_.is(","));
    --depth_;
    if (!take(")", "an operator, ',' or ')'")) return kFailed;
    if (found.size() == 1 && !function->is_extremum()) return call(*function, name.place, found[0]);
    if (found.size() >= 2 && function->is_extremum()) return in_pairs(*function, name.place, std::move(found));
    fail(name.place, fmt::format("{} has {} argument{}, expected {}", name.text, found.size(),
                                 found.size() == 1 ? "" : "s", function->is_extremum() ? "two or more" : "one"));
    return kFailed;
  }

  // max(a, b, c, d) is max(max(a, b), max(c, d)), which is not as deep as it is long.
  std::int32_t in_pairs(const Function& function, const TextPlace& place, std::vector<std::int32_t> parts) {
    while (parts.size() > 1) {
      std::vector<std::int32_t> pairs;
      for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
        pairs.push_back(call(function, place, parts[i], parts[i + 1]));
        if (pairs.back() == kFailed) return kFailed;
      }
      if (parts.size() % 2 == 1) pairs.push_back(parts.back());
      parts = std::move(pairs);
    }
    return parts[0];
  }

  std::int32_t unknown_function(const Token& name) {
    const bool is_number = name_places_.contains(name.text) || is_pi(name.text);
    fail(name.place, fmt::format("there is no function {}{}", name.in_words(),
                                 is_number ? fmt::format("; a product is written {} * (...)", name.text)
                                           : hint_for_function(name.text)));
    return kFailed;
  }

  ExpressionLexer lexer_;
  StatementEnd end_;
  Token token_;
  std::size_t depth_ = 0;
  ExpressionTree tree_;
  std::unordered_map<std::string, std::uint32_t> name_places_;
  std::unordered_map<std::uint32_t, TextPlace> defined_;
  std::optional<Failure> failure_;
};

}  // namespace

Result<ExpressionTree> parse_statements(std::string_view text, StatementEnd end) {
  if (text.size() > kMostBytes) {
    return usage_failure(
        fmt::format("column {}: the text has {} bytes, expected at most {}", kMostBytes + 1, text.size(), kMostBytes));
  }
  return Parser(text, end).statements();
}

}  // namespace bprop::explaining
