// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bprop::cli {

// Rows as people name them, counted from 1: "1:32", "1,5,7:9", "all"; positions from 0. Of the default list, what lies
// behind the last row is left out; a row that somebody asked for must be there. Throws UsageError.
std::vector<std::uint32_t> read_rows(std::string_view list, std::size_t rows, bool asked_for);

// Updates in the same form, as they stand there, from 1. Throws UsageError that begins with the option.
std::vector<std::size_t> read_steps(std::string_view list, std::string_view option);

}  // namespace bprop::cli
