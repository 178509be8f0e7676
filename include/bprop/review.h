// SPDX-License-Identifier: Apache-2.0
//
// What an experienced colleague would say about a table before a network learns from it. Each remark is one sentence
// without a full stop; none is a reason to stop.
//
//   for (const std::string& remark : bprop::review(train, preprocessing)) …
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bprop/dataset.h"
#include "bprop/preprocessing.h"

namespace bprop {

// Of the rows to train on, and the columns that are inputs:
//   identifiers     a column of whole numbers, no two alike, that lie as close as numbers of rows do
//   give-aways      a column that alone tells the target of every row: by its text, by intervals, or in a straight line
//   tiny classes    with fewer than 10 rows
//   outliers        targets farther than 10 interquartile ranges outside the quartiles
// Nothing is said of fewer than 50 rows; give-aways are looked for in at most 20,000 rows, evenly
// spread. Cost: a sort a column of so many numbers, and two passes over the table.
std::vector<std::string> review(const Dataset& train, const Preprocessing& preprocessing);

// "25 of 360 test rows (6.9 %) are copies of training rows, …" when at least 3 of the held-out rows and 1 % of them
// have inputs and target of a training row, else nothing. `name`: what the rows are for, "test" or "validation".
// Memory: 16 bytes a held-out row.
std::vector<std::string> review_split(const Dataset& train, const Dataset& held_out, std::string_view name,
                                      const Preprocessing& preprocessing);

}  // namespace bprop
