// SPDX-License-Identifier: Apache-2.0
//
// Columns of text that look like numbers: one bad cell made them text, or digits that a number would lose.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "bprop/preprocessing.h"

namespace bprop::data {

// The remark on a column of text of which 90 % are numbers. That the labels of a target keep their digits needs none.
std::optional<std::string> remark_of_text(const Dataset& data, const Column& column);

// One bad cell among numbers must not make a class of each number: throws FormatError for a target of text that should
// be numbers, or, if nobody said the task, of which 90 % are numbers and more than kMaxIntegerClasses are distinct.
void check_target_text(const Dataset& data, const Column& column, std::optional<Task> task);

// A column of text alone, its texts as the numbers that they are. Without missing cells.
Dataset column_of_numbers(const Dataset& data, std::size_t column);

}  // namespace bprop::data
