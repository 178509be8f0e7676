// SPDX-License-Identifier: Apache-2.0
#include "base/latex_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.h"

namespace bprop {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array kEscapes = std::to_array<Pair>({{"\\", "\\textbackslash{}"},
                                                     {"{", "\\{"},
                                                     {"}", "\\}"},
                                                     {"$", "\\$"},
                                                     {"&", "\\&"},
                                                     {"#", "\\#"},
                                                     {"%", "\\%"},
                                                     {"_", "\\_"},
                                                     {"^", "\\textasciicircum{}"},
                                                     {"~", "\\textasciitilde{}"},
                                                     {"<", "\\textless{}"},
                                                     {">", "\\textgreater{}"},
                                                     {"|", "\\textbar{}"},
                                                     {"\"", "\\textquotedbl{}"},
                                                     {"…", "\\ldots{}"},
                                                     {"–", "--"}});

// Characters that are commands in math mode.
constexpr std::array kCommands = std::to_array<Pair>({{"α", "\\alpha"},   {"β", "\\beta"},       {"γ", "\\gamma"},
                                                      {"δ", "\\delta"},   {"ε", "\\varepsilon"}, {"η", "\\eta"},
                                                      {"θ", "\\theta"},   {"λ", "\\lambda"},     {"μ", "\\mu"},
                                                      {"π", "\\pi"},      {"σ", "\\sigma"},      {"φ", "\\varphi"},
                                                      {"Δ", "\\Delta"},   {"Σ", "\\sum"},        {"Φ", "\\Phi"},
                                                      {"∂", "\\partial"}, {"∇", "\\nabla"},      {"·", "\\cdot"},
                                                      {"×", "\\times"},   {"⊙", "\\odot"},       {"−", "-"},
                                                      {"≤", "\\le"},      {"≥", "\\ge"},         {"≠", "\\ne"},
                                                      {"≈", "\\approx"},  {"→", "\\to"},         {"←", "\\leftarrow"},
                                                      {"∞", "\\infty"},   {"√", "\\surd"},       {"½", "\\tfrac12"},
                                                      {"²", "^2"},        {"³", "^3"},           {"ᵀ", "^{\\mathsf T}"},
                                                      {"ŷ", "\\hat{y}"},  {"ẑ", "\\hat{z}"},     {"ℓ", "\\ell"},
                                                      {"∈", "\\in"},      {"‖", "\\Vert"},       {"÷", "\\div"},
                                                      {"′", "'"},         {"⁰", "^0"},           {"¹", "^1"},
                                                      {"⁴", "^4"},        {"⁵", "^5"},           {"⁶", "^6"},
                                                      {"⁷", "^7"},        {"⁸", "^8"},           {"⁹", "^9"},
                                                      {"⁺", "^+"},        {"₊", "_+"},           {"₋", "_-"},
                                                      {"⁻", "^-"},        {"ℒ", "\\mathcal{L}"}});

constexpr std::string_view kLowered[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};

template <std::size_t N>
std::string_view find(const std::array<Pair, N>& table, std::string_view character) {
  const auto found = std::ranges::find(table, character, &Pair::first);
  return found == table.end() ? std::string_view() : found->second;
}

// Letters of Latin alphabets that inputenc and T1 fonts know: U+00A1 … U+017E with a few gaps.
bool is_latin(std::string_view character) {
  constexpr std::string_view kGaps[] = {"Ħ", "ħ", "ĸ", "Ŀ", "ŀ", "ŉ", "Ŧ", "ŧ"};
  return character.size() == 2 && character >= "\u00a1" && character <= "ž" &&
         std::ranges::find(kGaps, character) == std::end(kGaps);
}

std::string code_point(std::string_view character) {
  std::uint32_t value = static_cast<unsigned char>(character[0]);
  if (character.size() > 1) value &= (1U << (7 - character.size())) - 1;
  for (std::size_t i = 1; i < character.size(); ++i)
    value = value << 6 | (static_cast<unsigned char>(character[i]) & 0x3FU);
  return fmt::format("U+{:04X}", value);
}

std::string in_math(std::string_view character) {
  if (const auto command = find(kCommands, character); !command.empty()) return std::string(command);
  const auto lowered = std::ranges::find(kLowered, character);
  if (lowered != std::end(kLowered)) return fmt::format("_{}", lowered - std::begin(kLowered));
  return {};
}

bool is_plain(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F && find(kEscapes, {&c, 1}).empty(); });
}

}  // namespace

std::string latex_text(std::string_view text) {
  std::string result;
  for (const std::string_view character : characters(text)) {
    if (const auto escaped = find(kEscapes, character); !escaped.empty()) {
      result += escaped;
    } else if (const std::string command = in_math(character); !command.empty()) {
      result += fmt::format("${}{}$", command.starts_with('^') || command.starts_with('_') ? "{}" : "", command);
    } else if (character.size() == 1) {
      const bool is_control = static_cast<unsigned char>(character[0]) < ' ' || character[0] == 0x7F;
      result += is_control ? std::string_view("?") : character;
    } else if (is_latin(character)) {
      result += character;
    } else {
      result += code_point(character);
    }
  }
  return result;
}

std::string latex_symbol(std::string_view name) {
  const std::string command = in_math(name);
  if (!command.empty()) return command;
  if (name.size() == 1 && is_plain(name)) return std::string(name);
  // A letter with an accent, or a letter and a prime.
  std::string result;
  for (const std::string_view character : characters(name)) {
    const std::string part = in_math(character);
    if (part.empty() && character != "'") return fmt::format("\\text{{{}}}", latex_text(name));
    result += part.empty() ? "'" : part;
  }
  return result;
}

std::string latex_symbols(std::string_view text) {
  std::string result;
  for (const std::string_view character : characters(text)) {
    const std::string command = in_math(character);
    result += command.empty() ? latex_text(character) : command;
  }
  return result;
}

}  // namespace bprop
