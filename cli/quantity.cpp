// SPDX-License-Identifier: Apache-2.0
#include "quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "terminal.h"

namespace bprop::cli {

std::string with_commas(std::size_t count) {
  std::string text = fmt::format("{}", count);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", with_commas(count), noun, count == 1 ? "" : "s");
}

std::string short_count(double count) {
  if (!std::isfinite(count)) return "?";
  if (count < 999.5) return fmt::format("{:.0f}", count);
  if (count < 9950) return fmt::format("{:.1f}k", count / 1e3);
  if (count < 999.5e3) return fmt::format("{:.0f}k", count / 1e3);
  return fmt::format("{:.1f}M", count / 1e6);
}

std::string duration_text(double seconds) {
  if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1e3);
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::size_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string percent(double share) { return fmt::format("{:.1f}", 100 * share); }

std::string number_text(double value, bool in_float) {
  return in_float ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
}

std::string aligned_table(std::vector<std::vector<std::string>> rows) {
  for (auto& row : rows) {
    for (std::string& cell : row) cell = on_one_line(cell);
  }
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], letters(row[i]));
  }
  std::vector<bool> numbers(widths.size(), true);
  for (std::size_t row = 1; row < rows.size(); ++row) {
    for (std::size_t i = 0; i < rows[row].size(); ++i) {
      numbers[i] = numbers[i] && rows[row][i].find_first_not_of("0123456789.,-+e") == std::string::npos;
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - letters(row[i]), ' ');
      line += numbers[i] ? space + row[i] : row[i] + space;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string titled(std::string_view raw_title, std::string_view text) {
  const std::string title = on_one_line(raw_title);
  constexpr std::size_t kColumn = 14;
  const std::size_t used = letters(title);
  return fmt::format("{}{:{}}{}\n", title, "", used + 1 < kColumn ? kColumn - used : 2, on_one_line(text));
}

}  // namespace bprop::cli
