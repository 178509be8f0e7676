// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "explain/expression_lexer.h"

namespace bprop::explaining {
namespace {

using Kind = ExpressionToken::Kind;

Failure refusal(const ExpressionToken& token, std::string_view expected) {
  return usage_failure(fmt::format("{}: found {}, expected {}", text_of(token.place), token.in_words(), expected));
}

bool is_end(const ExpressionToken& token) {
  return token.is(";") || token.kind == Kind::kLineEnd || token.kind == Kind::kEnd;
}

}  // namespace

Result<std::vector<NamedDerivative>> parse_derivatives(std::string_view text) {
  std::vector<NamedDerivative> pairs;
  ExpressionLexer lexer(text);
  ExpressionToken token = lexer.next();
  while (true) {
    while (is_end(token) && token.kind != Kind::kEnd) token = lexer.next();
    if (token.kind == Kind::kEnd) break;
    const ExpressionToken of = token;
    if (of.kind != Kind::kName) return refusal(of, "the name of a variable");
    if (token = lexer.next(); !token.is(",")) return refusal(token, "',' and the variable to derive by");
    const ExpressionToken by = lexer.next();
    if (by.kind != Kind::kName) return refusal(by, "the name of a variable");
    pairs.push_back({of.text, by.text});
    if (token = lexer.next(); !is_end(token)) return refusal(token, "';' or the end");
  }
  if (pairs.empty()) return refusal(token, "a pair such as f,x");
  return pairs;
}

}  // namespace bprop::explaining
