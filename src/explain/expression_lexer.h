// SPDX-License-Identifier: Apache-2.0
//
// The text of an expression as tokens, ASCII and Unicode signs being the same.
#pragma once

#include <string>
#include <string_view>

#include "explain/expression_tree.h"

namespace bprop::explaining {

struct ExpressionToken {
  enum class Kind : std::uint8_t {
    kNumber,
    kName,
    kRaised,  // digits as an exponent: ², ³, ¹⁰
    kSign,
    kLineEnd,
    kEnd,
    kStray,  // no character of expressions
  };
  Kind kind = Kind::kEnd;
  std::string text = {};  // a sign in ASCII, but "≥" and "≤"; a derivative's prime as '
  double number = 0;
  TextPlace place = {};

  bool is(std::string_view sign) const { return kind == Kind::kSign && text == sign; }
  std::string in_words() const;  // "')'", "the end"
};

class ExpressionLexer {
 public:
  explicit ExpressionLexer(std::string_view text);
  // Line breaks within parentheses are spaces.
  ExpressionToken next();

 private:
  void skip_spaces();
  void pass(std::size_t bytes);
  ExpressionToken number();
  ExpressionToken name();
  ExpressionToken raised();
  ExpressionToken sign();

  std::string_view rest_;
  TextPlace place_;
  std::size_t open_ = 0;
};

}  // namespace bprop::explaining
