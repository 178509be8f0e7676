// SPDX-License-Identifier: Apache-2.0
//
// What the writers of formulas share: how strongly a formula binds its parts, and the walk over them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/formula.h"

namespace bprop::explaining {

// A part that binds less than its place asks for gets parentheses.
enum class Binding : std::uint8_t { kWords, kSum, kHadamard, kProduct, kPartial, kPower, kAtom };

Binding binding(const Formula& formula);

bool is_negative(const Formula& formula);
Formula without_sign(const Formula& formula);  // of a negative one

// How one way of writing does each kind. Parts come written.
class Dialect {
 public:
  virtual ~Dialect() = default;

  virtual std::string number(double value) const = 0;
  virtual std::string symbol(const Symbol& symbol) const = 0;
  virtual std::string words(const Formula& formula) const = 0;
  virtual std::string plus() const = 0;
  virtual std::string minus() const = 0;  // between two parts
  virtual std::string sign() const = 0;   // before one part
  virtual std::string times() const = 0;
  virtual std::string hadamard() const = 0;
  virtual std::string in_parentheses(const std::string& part) const = 0;
  virtual std::string row(const std::string& parts) const { return parts; }  // parts with what stands between them
  virtual bool fraction_bar() const { return true; }                         // a quotient's parts need no parentheses
  virtual std::string quotient(const std::string& above, const std::string& below) const = 0;
  virtual std::string power(const std::string& base, const std::string& exponent) const = 0;
  virtual std::string call(const std::string& name, const std::vector<std::string>& arguments) const = 0;
  virtual std::string partial(const std::string& of, const std::string& by) const = 0;
  virtual std::string sum_over(const std::string& index, const std::string& part) const = 0;
  virtual std::string transposed(const std::string& part) const = 0;
  virtual std::string matrix(std::size_t columns, const std::vector<std::string>& entries) const = 0;
};

std::string write(const Formula& formula, const Dialect& dialect);

// A number in these digits: "0.0438568", "4.38568e-09" (mantissa and exponent apart), "inf".
struct NumberParts {
  std::string mantissa;
  std::string exponent = {};  // "-9"; empty: none
};
NumberParts number_parts(double value, int digits);

}  // namespace bprop::explaining
