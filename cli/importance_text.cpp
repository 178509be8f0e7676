// SPDX-License-Identifier: Apache-2.0
#include "importance_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "json_text.h"
#include "quantity.h"

namespace bprop::cli {
namespace {

constexpr double kBarWidth = 16;

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "–"; }
std::string json_number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "null"; }

// Eighths of a character; nothing for what is not above 0.
std::string bar(double value, double largest) {
  constexpr std::array kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (!(value > 0) || !(largest > 0)) return "";
  const auto eighths = static_cast<std::size_t>(std::lround(8 * kBarWidth * value / largest));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text + kEighths[eighths % 8];
}

}  // namespace

std::string importance_table(const Importance& importance) {
  const bool permuted = importance.repeats > 0;
  const bool has_gradient = !importance.columns.empty() && !std::isnan(importance.columns[0].gradient);
  std::vector<std::string> head = {"column"};
  if (permuted) head.insert(head.end(), {fmt::format("drop of {}", name(importance.metric)), "±"});
  if (has_gradient) head.emplace_back("|∂prediction| · spread");
  head.emplace_back(" ");
  std::vector<std::vector<std::string>> table = {head};
  const auto weight = [&](const ColumnImportance& c) { return permuted ? c.drop : c.gradient; };
  double largest = 0;
  for (const ColumnImportance& c : importance.columns) largest = std::max(largest, weight(c));
  for (const std::size_t position : by_importance(importance)) {
    const ColumnImportance& c = importance.columns[position];
    auto& row = table.emplace_back(1, c.name);
    if (permuted) row.insert(row.end(), {number(c.drop), number(c.deviation)});
    if (has_gradient) row.push_back(number(c.gradient));
    row.push_back(bar(weight(c), largest));
  }
  return aligned_table(std::move(table));
}

std::string importance_json(const Importance& importance) {
  std::string columns;
  for (const std::size_t position : by_importance(importance)) {
    const ColumnImportance& c = importance.columns[position];
    columns += fmt::format(R"({}{{"name":{},"inputs":{},"drop":{},"deviation":{},"gradient":{}}})",
                           columns.empty() ? "" : ",", json_string(c.name), c.inputs, json_number(c.drop),
                           json_number(c.deviation), json_number(c.gradient));
  }
  std::string warnings;
  for (const std::string& w : importance.warnings) warnings += (warnings.empty() ? "" : ",") + json_string(w);
  return fmt::format(R"({{"rows":{},"metric":{},"score":{},"repeats":{},"columns":[{}],"warnings":[{}]}})",
                     importance.rows, json_string(name(importance.metric)), json_number(importance.score),
                     importance.repeats, columns, warnings) +
         "\n";
}

}  // namespace bprop::cli
