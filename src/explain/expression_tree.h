// SPDX-License-Identifier: Apache-2.0
//
// An expression as it was written: operations in a list, operands before what uses them, so that whoever walks it needs
// no recursion however long a sum is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bprop/expression.h"
#include "explain/expression_functions.h"

namespace bprop::explaining {

// Counted from 1; columns are characters, not bytes.
struct TextPlace {
  std::size_t line = 1;
  std::size_t column = 1;
  bool one_line = true;  // the text has one line, which need not be named
};
std::string text_of(const TextPlace& place);  // "column 9"

struct ExpressionTree {
  enum class Kind : std::uint8_t {
    kNumber,
    kPi,
    kName,
    kNegate,
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kPower,
    kCall,
  };
  struct Node {
    Kind kind = Kind::kNumber;
    double number = 0;
    std::uint32_t name = 0;  // its place in names
    ExpressionFunction function = {};
    std::int32_t left = -1;  // -1: none
    std::int32_t right = -1;
    TextPlace place = {};
  };
  // names[name] = nodes[root]; its operations are nodes first … root.
  struct Statement {
    std::uint32_t name = 0;
    std::int32_t first = 0;
    std::int32_t root = 0;
    TextPlace place = {};
  };

  std::vector<std::string> names;      // in the order in which they appear
  std::vector<TextPlace> name_places;  // where each appears first
  std::vector<Node> nodes;
  std::vector<Statement> statements;
};

enum class StatementEnd : std::uint8_t { kSemicolon, kSemicolonOrComma };

// Statements, each name at most once on the left; what they use is not looked at yet.
Result<ExpressionTree> parse_statements(std::string_view text, StatementEnd end = StatementEnd::kSemicolon);

// "f,s; g,r".
Result<std::vector<NamedDerivative>> parse_derivatives(std::string_view text);

}  // namespace bprop::explaining
