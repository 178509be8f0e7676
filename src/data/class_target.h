// SPDX-License-Identifier: Apache-2.0
//
// Is the target a class or a number? Which classes are there, in which order?
#pragma once

#include <string>
#include <vector>

#include "bprop/preprocessing.h"

namespace bprop::data {

inline constexpr std::size_t kMaxIntegerClasses = 20;

// The rule when nobody said: text, or at most 20 distinct integers. Missing cells do not count. Needs one target.
bool looks_like_classes(const Dataset& data);

// What several targets are taken for when nobody said. Throws FormatError where they are neither numbers nor labels.
Task task_of_several(const Dataset& data);

// The distinct values of a column's cells in these rows, ascending (for text: positions among its categories);
// missing cells are left out. Stops early with more than `limit` values when there are more.
std::vector<double> distinct_cells(const Dataset& data, std::size_t column, std::size_t limit);

// The labels of those values: sorted as integers if all of them are integers, else bytewise.
std::vector<std::string> class_labels(const Dataset& data, std::size_t column, const std::vector<double>& values);

}  // namespace bprop::data
