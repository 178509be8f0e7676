// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_lexer.h"

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "base/utf8.h"

namespace bprop::explaining {
namespace {

using Kind = ExpressionToken::Kind;

constexpr auto kSigns = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"+", "+"}, {"-", "-"}, {"−", "-"}, {"*", "*"}, {"·", "*"}, {"×", "*"}, {"⋅", "*"},  {"/", "/"},
     {"÷", "/"}, {"^", "^"}, {"(", "("}, {")", ")"}, {"[", "["}, {"]", "]"}, {"<=", "≤"}, {">=", "≥"},
     {"≤", "≤"}, {"≥", "≥"}, {"<", "<"}, {">", ">"}, {"=", "="}, {",", ","}, {";", ";"}});
constexpr std::array<std::string_view, 10> kRaised = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// 0 for bytes that are no UTF-8.
std::uint32_t code_point(std::string_view character) {
  auto value = static_cast<std::uint32_t>(static_cast<unsigned char>(character[0]));
  if (character.size() == 1) return value < 0x80U ? value : 0;
  value &= (1U << (7 - character.size())) - 1;
  for (const char c : character.substr(1)) value = value << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return value;
}

// Letters of the alphabets that formulas and names are written in: Latin, Greek, Cyrillic, …, Chinese, and ℓ.
bool is_letter(std::string_view character) {
  const std::uint32_t c = code_point(character);
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  return (c >= 0xC0 && c < 0x2000 && c != 0xD7 && c != 0xF7) || (c >= 0x3040 && c < 0xA000) || c == 0x2113;
}

bool continues_name(std::string_view character) {
  const std::uint32_t c = code_point(character);
  return is_letter(character) || (c >= '0' && c <= '9') || (c >= 0x2080 && c <= 0x2089);  // x₁
}

std::size_t raised_digit(std::string_view character) {
  std::size_t digit = 0;
  while (digit < kRaised.size() && kRaised[digit] != character) ++digit;
  return digit;
}

}  // namespace

std::string text_of(const TextPlace& place) {
  if (place.one_line) return fmt::format("column {}", place.column);
  return fmt::format("line {}, column {}", place.line, place.column);
}

std::string ExpressionToken::in_words() const {
  constexpr std::size_t kMost = 40;
  if (kind == Kind::kEnd) return "the end";
  if (kind == Kind::kLineEnd) return "the end of the line";
  if (text.size() == 1 && (static_cast<unsigned char>(text[0]) < ' ' || static_cast<unsigned char>(text[0]) > '~')) {
    return fmt::format("byte 0x{:02x}", static_cast<unsigned char>(text[0]));
  }
  return text.size() > kMost ? fmt::format("a text of {} letters", character_count(text)) : fmt::format("'{}'", text);
}

ExpressionLexer::ExpressionLexer(std::string_view text) : rest_(text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  place_.one_line = text.substr(0, last == std::string_view::npos ? 0 : last).find('\n') == std::string_view::npos;
}

void ExpressionLexer::pass(std::size_t bytes) {
  place_.column += character_count(rest_.substr(0, bytes));
  rest_.remove_prefix(bytes);
}

void ExpressionLexer::skip_spaces() {
  while (!rest_.empty()) {
    if (rest_[0] == '#') {
      pass(std::min(rest_.find('\n'), rest_.size()));
    } else if (rest_[0] == '\n' && open_ > 0) {
      rest_.remove_prefix(1);
      ++place_.line;
      place_.column = 1;
    } else if (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\r') {
      pass(1);
    } else {
      return;
    }
  }
}

ExpressionToken ExpressionLexer::next() {
  skip_spaces();
  if (rest_.empty()) return {.kind = Kind::kEnd, .place = place_};
  if (rest_[0] == '\n') {
    const ExpressionToken token{.kind = Kind::kLineEnd, .place = place_};
    rest_.remove_prefix(1);
    ++place_.line;
    place_.column = 1;
    return token;
  }
  if (is_digit(rest_[0]) || (rest_[0] == '.' && rest_.size() > 1 && is_digit(rest_[1]))) return number();
  const std::string_view character = first_character(rest_);
  if (is_letter(character)) return name();
  if (raised_digit(character) < kRaised.size()) return raised();
  return sign();
}

ExpressionToken ExpressionLexer::number() {
  ExpressionToken token{.kind = Kind::kNumber, .place = place_};
  const char* const end = fast_float::from_chars(rest_.data(), rest_.data() + rest_.size(), token.number).ptr;
  const auto size = static_cast<std::size_t>(end - rest_.data());
  token.text = rest_.substr(0, size);
  if (!std::isfinite(token.number)) token.kind = Kind::kStray;  // 1e999
  pass(size);
  return token;
}

ExpressionToken ExpressionLexer::name() {
  ExpressionToken token{.kind = Kind::kName, .place = place_};
  std::size_t size = 0;
  while (size < rest_.size()) {
    const std::string_view character = first_character(rest_.substr(size));
    if (!continues_name(character)) break;
    size += character.size();
  }
  token.text = rest_.substr(0, size);
  for (const std::string_view prime : {"'", "′"}) {
    if (!rest_.substr(size).starts_with(prime)) continue;
    token.text += '\'';
    size += prime.size();
    break;
  }
  pass(size);
  return token;
}

ExpressionToken ExpressionLexer::raised() {
  ExpressionToken token{.kind = Kind::kRaised, .place = place_};
  while (!rest_.empty()) {
    const std::string_view character = first_character(rest_);
    const std::size_t digit = raised_digit(character);
    if (digit == kRaised.size()) break;
    token.number = 10 * token.number + static_cast<double>(digit);
    token.text += character;
    pass(character.size());
  }
  return token;
}

ExpressionToken ExpressionLexer::sign() {
  ExpressionToken token{.kind = Kind::kSign, .place = place_};
  for (const auto& [written, meant] : kSigns) {
    if (!rest_.starts_with(written)) continue;
    token.text = meant;
    if (meant == "(" || meant == "[") ++open_;
    if ((meant == ")" || meant == "]") && open_ > 0) --open_;
    pass(written.size());
    return token;
  }
  token.kind = Kind::kStray;
  token.text = first_character(rest_);
  pass(token.text.size());
  return token;
}

}  // namespace bprop::explaining
