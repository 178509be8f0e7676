// SPDX-License-Identifier: Apache-2.0
//
// CarriedNumber: what the right rule makes of numbers that somebody wrote down, of which some may be wrong and all are
// rounded.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bprop::explaining {

struct CarriedNumber {
  static constexpr std::size_t kNoError = SIZE_MAX;

  double value = 0;
  double spread = 0;              // how far the rounding of what was written down may move it
  std::size_t source = kNoError;  // the first wrong answer of the sheet that it comes from

  CarriedNumber() = default;
  CarriedNumber(double exact) : value(exact) {}  // implicit, as 1 − a is written
  CarriedNumber(double written, double half_unit, std::size_t from) : value(written), spread(half_unit), source(from) {}

  // Nothing comes through a factor that is exactly zero.
  bool is_zero() const { return value == 0 && spread == 0; }
};

inline CarriedNumber operator+(const CarriedNumber& a, const CarriedNumber& b) {
  return {a.value + b.value, a.spread + b.spread, std::min(a.source, b.source)};
}
inline CarriedNumber operator-(const CarriedNumber& a, const CarriedNumber& b) {
  return {a.value - b.value, a.spread + b.spread, std::min(a.source, b.source)};
}
inline CarriedNumber operator*(const CarriedNumber& a, const CarriedNumber& b) {
  if (a.is_zero() || b.is_zero()) return 0.0;
  return {a.value * b.value, std::fabs(a.value) * b.spread + std::fabs(b.value) * a.spread + a.spread * b.spread,
          std::min(a.source, b.source)};
}

// function(values) of numbers, its spread being what each of theirs makes of it.
template <class Function>
CarriedNumber carried(Function function, const std::vector<CarriedNumber>& arguments) {
  std::vector<double> values;
  CarriedNumber result;
  for (const CarriedNumber& argument : arguments) {
    values.push_back(argument.value);
    result.source = std::min(result.source, argument.source);
  }
  result.value = function(std::span<const double>(values));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double spread = arguments[i].spread;
    if (spread == 0) continue;
    double moved = 0;
    for (const double by : {-spread, spread}) {
      values[i] = arguments[i].value + by;
      const double difference = std::fabs(function(std::span<const double>(values)) - result.value);
      if (!(difference <= moved)) moved = difference;  // also what is no number
    }
    values[i] = arguments[i].value;
    result.spread += moved;
  }
  return result;
}

// The same of one number.
template <class Function>
CarriedNumber carried(Function function, const CarriedNumber& argument) {
  return carried([&](std::span<const double> x) { return function(x[0]); }, std::vector{argument});
}

}  // namespace bprop::explaining
