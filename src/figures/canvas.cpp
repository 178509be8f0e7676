// SPDX-License-Identifier: Apache-2.0
#include "figures/canvas.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/utf8.h"

namespace bprop::figures {
namespace {

// Unicode numbers a character's dots down the left column, down the right one, and its last line was added later.
constexpr std::uint8_t kBits[Canvas::kDotsDown][Canvas::kDotsAcross] = {
    {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

// U+2800 + dots in UTF-8.
std::string braille(std::uint8_t dots) {
  return {'\xE2', static_cast<char>(0xA0U | dots >> 6U), static_cast<char>(0x80U | (dots & 0x3FU))};
}

bool is_drawn(const std::vector<std::size_t>& pattern, std::size_t dot) {
  const std::size_t length = std::accumulate(pattern.begin(), pattern.end(), std::size_t{0});
  if (length == 0) return true;
  dot %= length;
  bool drawn = true;
  for (const std::size_t part : pattern) {
    if (dot < part) return drawn;
    dot -= part;
    drawn = !drawn;
  }
  return drawn;
}

}  // namespace

Canvas::Canvas(std::size_t columns, std::size_t lines)
    : columns_(columns), lines_(lines), dots_(columns * lines, 0), text_(columns * lines) {}

void Canvas::dot(long x, long y) {
  if (x < 0 || y < 0) return;
  const auto column = static_cast<std::size_t>(x) / kDotsAcross, line = static_cast<std::size_t>(y) / kDotsDown;
  if (column >= columns_ || line >= lines_) return;
  dots_[line * columns_ + column] |=
      kBits[static_cast<std::size_t>(y) % kDotsDown][static_cast<std::size_t>(x) % kDotsAcross];
}

std::size_t Canvas::line(double x0, double y0, double x1, double y1, const std::vector<std::size_t>& pattern,
                         std::size_t done) {
  const double length = std::max(std::fabs(x1 - x0), std::fabs(y1 - y0));
  const auto steps = static_cast<std::size_t>(std::ceil(length));
  for (std::size_t i = 0; i <= steps; ++i) {
    if (!is_drawn(pattern, done + i)) continue;
    const double share = steps == 0 ? 0 : static_cast<double>(i) / static_cast<double>(steps);
    dot(std::lround(x0 + share * (x1 - x0)), std::lround(y0 + share * (y1 - y0)));
  }
  return done + steps;
}

void Canvas::text(std::size_t column, std::size_t line, std::string_view text) {
  if (line >= lines_) return;
  for (const std::string_view character : characters(text)) {
    if (column >= columns_) return;
    text_[line * columns_ + column++] = character;
  }
}

bool Canvas::text_if_free(std::size_t column, std::size_t line, std::string_view text) {
  const std::size_t length = character_count(text);
  if (line >= lines_ || column + length > columns_) return false;
  const std::size_t from = column == 0 ? 0 : column - 1, to = std::min(columns_, column + length + 1);
  for (std::size_t c = from; c < to; ++c) {
    if (!text_[line * columns_ + c].empty()) return false;
  }
  this->text(column, line, text);
  return true;
}

std::string Canvas::str() const {
  std::string all;
  for (std::size_t l = 0; l < lines_; ++l) {
    std::string line;
    std::size_t end = 0;
    for (std::size_t c = 0; c < columns_; ++c) {
      const std::string& text = text_[l * columns_ + c];
      const std::uint8_t dots = dots_[l * columns_ + c];
      line += !text.empty() ? text : dots == 0 ? std::string(" ") : braille(dots);
      if ((!text.empty() && text != " ") || (text.empty() && dots != 0)) end = line.size();
    }
    all += line.substr(0, end) + '\n';
  }
  return all;
}

}  // namespace bprop::figures
