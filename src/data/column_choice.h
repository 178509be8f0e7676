// SPDX-License-Identifier: Apache-2.0
//
// Columns as people name them: by name, or counted from 1; and the sentence when there is none.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bprop/dataset.h"

namespace bprop::data {

std::optional<std::size_t> find_column(std::span<const std::string> names, std::string_view wanted);

// "people.csv: there is no column 'agee'; did you mean 'age'?" or, when none is close, its columns (ten at most).
Failure no_such_column(const std::string& source, std::span<const std::string> names, std::string_view wanted);

struct ColumnChoice {
  std::vector<std::size_t> targets;
  std::vector<bool> ignored;  // a flag a column
};

// What options say of columns called `names`. A failure for unknown columns, for a target that is named twice and for
// one that is to be ignored.
Result<ColumnChoice> choose_columns(const std::string& source, std::span<const std::string> names,
                                    const TargetNames& target, bool target_required,
                                    std::span<const std::string> ignore);

// column1, column2, …
std::vector<std::string> numbered_names(std::string_view stem, std::size_t count);

// The failure for two equal names, if there are any.
std::optional<Failure> equal_names(const std::string& where, std::span<const std::string> names);

}  // namespace bprop::data
