// SPDX-License-Identifier: Apache-2.0
//
// The verdict on each answer of a sheet, whatever the sheet is about: a network or an expression.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bprop/grade.h"
#include "explain/carried_number.h"

namespace bprop::explaining {

// What somebody who makes this slip writes down.
struct SlipValue {
  std::string name;
  double value = 0;
};

struct SheetQuestion {
  Answer answer;
  double right = 0;
  double size = 0;  // of which rounding on the way is a share: the gradient's, or the update's
  std::vector<SlipValue> slips = {};
};

// What follows from the answers that stand earlier in the sheet.
class EarlierAnswers {
 public:
  EarlierAnswers() = default;
  EarlierAnswers(const EarlierAnswers&) = delete;
  EarlierAnswers& operator=(const EarlierAnswers&) = delete;
  virtual ~EarlierAnswers() = default;

  // What the right rule makes of them for this answer, one way or another: from the wrong ones first.
  virtual std::vector<CarriedNumber> give(std::size_t answer) = 0;
  // What slips make of them, of the errors that come from one of them; the spread is that of the right rule.
  struct Slip {
    std::string name;
    CarriedNumber number;
    double right = 0;  // what the right rule makes of them
  };
  virtual std::vector<Slip> slips(std::size_t answer) = 0;
  // From now on this answer is an earlier one, whose error comes from `source` (itself, if it is wrong).
  virtual void add(std::size_t answer, std::size_t source) = 0;
};

// The answer as a number to go on with. A whole number is exact: nobody rounds 1.6 to 2 on the way.
inline CarriedNumber as_written(const Answer& answer, std::size_t source) {
  return {answer.value, answer.half_unit < 0.5 ? answer.half_unit : 0, source};
}

Grade judged(const std::vector<SheetQuestion>& sheet, EarlierAnswers& earlier);

}  // namespace bprop::explaining
