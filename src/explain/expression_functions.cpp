// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_functions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <utility>
#include <vector>

#include "bprop/suggestion.h"

namespace bprop::explaining {
namespace {

using Kind = ExpressionFunction::Kind;

constexpr auto kNamed = std::to_array<std::pair<std::string_view, Kind>>({{"exp", Kind::kExp},
                                                                          {"log", Kind::kLog},
                                                                          {"sqrt", Kind::kSqrt},
                                                                          {"sin", Kind::kSin},
                                                                          {"cos", Kind::kCos},
                                                                          {"tanh", Kind::kTanh},
                                                                          {"max", Kind::kMax},
                                                                          {"min", Kind::kMin}});
constexpr std::array<std::string_view, 4> kSigns = {"≥", ">", "≤", "<"};

}  // namespace

std::string name_of(const ExpressionFunction& function) {
  if (function.is_comparison()) {
    return std::string(kSigns[static_cast<std::size_t>(function.kind) - static_cast<std::size_t>(Kind::kAtLeast)]);
  }
  for (const auto& [name, kind] : kNamed) {
    if (kind == function.kind) return std::string(name);
  }
  return std::string(rule(function.activation).name) + (function.kind == Kind::kActivationSlope ? "'" : "");
}

std::optional<ExpressionFunction> function_named(std::string_view name) {
  if (name == "ln") name = "log";
  for (const auto& [known, kind] : kNamed) {
    if (name == known) return ExpressionFunction{kind, Activation::kIdentity};
  }
  const bool slope = name.ends_with('\'');
  if (slope) name.remove_suffix(1);
  if (name == "σ") name = "sigmoid";
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.name != name || rule.value == nullptr) continue;  // softmax looks at a whole row
    return ExpressionFunction{slope ? Kind::kActivationSlope : Kind::kActivation, rule.id};
  }
  return std::nullopt;
}

std::string hint_for_function(std::string_view name) {
  if (name == rule(Activation::kSoftmax).name) return ": it looks at a whole row of numbers";
  std::vector<std::string> names;
  for (const auto& [known, kind] : kNamed) names.emplace_back(known);
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.value != nullptr && rule.id != Activation::kTanh && rule.id != Activation::kExp)
      names.emplace_back(rule.name);
  }
  const std::string near = suggestion(name, names);
  return near.empty() ? fmt::format("; known: {}", fmt::join(names, ", ")) : near;
}

}  // namespace bprop::explaining
