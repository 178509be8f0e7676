// SPDX-License-Identifier: Apache-2.0
#include "row_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "bprop/error.h"
#include "quantity.h"
#include "values.h"

namespace bprop::cli {
namespace {

constexpr std::size_t kMostSteps = 1'000'000;
constexpr std::size_t kMostRows = 1'000'000;  // or as many as there are: a list may name one several times

struct Range {
  std::size_t first;
  std::size_t last;
};

// "1:32" or "5", from 1; `noun` is what is counted.
Range read_range(std::string_view text, std::string_view option, std::string_view list, std::string_view noun) {
  const auto read_end = [&](std::string_view end) {
    std::size_t number = 0;
    try {
      read(end, number);
    } catch (const UsageError&) {
      number = 0;
    }
    if (number > 0) return number;
    throw UsageError(fmt::format("--{} {}: expected {} counted from 1, such as 1:32 or 1,5,7:9", option, list, noun));
  };
  const std::size_t colon = text.find(':');
  const std::size_t first = read_end(text.substr(0, colon));
  const std::size_t last = colon == std::string_view::npos ? first : read_end(text.substr(colon + 1));
  if (last < first) throw UsageError(fmt::format("--{} {}: {} stands before {}", option, list, first, last));
  return {first, last};
}

// The ranges between commas.
std::vector<Range> read_ranges(std::string_view list, std::string_view option, std::string_view noun) {
  std::vector<Range> ranges;
  std::string_view rest = list;
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    ranges.push_back(read_range(rest.substr(0, comma), option, list, noun));
    more = comma != std::string_view::npos;
    if (more) rest.remove_prefix(comma + 1);
  }
  return ranges;
}

}  // namespace

std::vector<std::uint32_t> read_rows(std::string_view list, std::size_t rows, bool asked_for) {
  std::vector<std::uint32_t> positions;
  if (list == "all") {
    positions.resize(rows);
    std::iota(positions.begin(), positions.end(), 0U);
    return positions;
  }
  const std::size_t most = std::max(rows, kMostRows);
  for (const auto& [first, last] : read_ranges(list, "rows", "rows")) {
    if (last > rows && asked_for) {
      throw UsageError(fmt::format("--rows {}: there is no row {}, the data have {}", list, last, rows));
    }
    const std::size_t end = std::min(last, rows) + 1;
    if (end > first && end - first > most - positions.size()) {
      throw UsageError(fmt::format("--rows names more than {} rows, expected fewer", with_commas(most)));
    }
    for (std::size_t row = first; row < end; ++row) {
      positions.push_back(static_cast<std::uint32_t>(row - 1));
    }
  }
  return positions;
}

std::vector<std::size_t> read_steps(std::string_view list, std::string_view option) {
  std::vector<std::size_t> steps;
  for (const auto& [first, last] : read_ranges(list, option, "updates")) {
    if (last - first >= kMostSteps - steps.size()) {
      throw UsageError(
          fmt::format("--{} {}: more than {} updates, expected fewer", option, list, with_commas(kMostSteps)));
    }
    const std::size_t before = steps.size();
    steps.resize(before + (last - first) + 1);
    std::iota(steps.begin() + static_cast<std::ptrdiff_t>(before), steps.end(), first);
  }
  return steps;
}

}  // namespace bprop::cli
