// SPDX-License-Identifier: Apache-2.0
//
// Canvas: a drawing in characters. Lines are Braille dots, 2 × 4 a character; text lies over them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bprop::figures {

class Canvas {
 public:
  static constexpr std::size_t kDotsAcross = 2;
  static constexpr std::size_t kDotsDown = 4;

  Canvas(std::size_t columns, std::size_t lines);

  // A straight line between two dots (0, 0 is the upper left one); of a pattern of dots drawn and left out in turns the
  // part from `done` dots on. Returns the dots done.
  std::size_t line(double x0, double y0, double x1, double y1, const std::vector<std::size_t>& pattern = {},
                   std::size_t done = 0);

  // From this character on; what passes the border is cut off.
  void text(std::size_t column, std::size_t line, std::string_view text);
  // The same, unless it would touch other text.
  bool text_if_free(std::size_t column, std::size_t line, std::string_view text);

  // Lines without spaces at their ends, each with a line break.
  std::string str() const;

 private:
  void dot(long x, long y);

  std::size_t columns_;
  std::size_t lines_;
  std::vector<std::uint8_t> dots_;
  std::vector<std::string> text_;  // "": dots
};

}  // namespace bprop::figures
