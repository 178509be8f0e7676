// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "bprop/dataset.h"
#include "data/class_target.h"

namespace bprop {
namespace {

using Rows = std::vector<std::uint32_t>;

// The rows of each class, classes by value, rows without a class last; one group when not stratified.
std::vector<Rows> groups_of(const Dataset& data, bool stratify) {
  std::map<double, Rows> by_value;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    const double value = stratify ? data.cell(row, *data.target()) : 0;
    by_value[std::isnan(value) ? std::numeric_limits<double>::infinity() : value].push_back(row);
  }
  std::vector<Rows> groups;
  for (auto& [value, rows] : by_value) groups.push_back(std::move(rows));
  return groups;
}

// How many rows each group of these sizes gives so that `total` come together: shares in proportion, rounded down, and
// one more for the largest remainders (the earlier group if equal). A group keeps one row, and half of its rows unless
// its own share is more; what it cannot give then is shared among the others in the same way.
std::vector<std::size_t> shares(const std::vector<std::size_t>& sizes, std::size_t total) {
  std::vector<std::size_t> given(sizes.size());
  const std::size_t all = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  const auto room = [&, wanted = total](std::size_t k) {
    const std::size_t own_share = (sizes[k] * wanted + all - 1) / std::max<std::size_t>(all, 1);
    return std::min(sizes[k] - std::min<std::size_t>(sizes[k], 1), std::max(own_share, sizes[k] / 2)) - given[k];
  };
  std::vector<std::size_t> asked(sizes.size());
  std::iota(asked.begin(), asked.end(), std::size_t{0});
  while (total > 0 && !asked.empty()) {
    const auto sum = std::accumulate(asked.begin(), asked.end(), 0.0,
                                     [&](double s, std::size_t k) { return s + static_cast<double>(sizes[k]); });
    std::vector<std::pair<double, std::size_t>> remainders;
    const auto wanted = static_cast<double>(total);
    for (const std::size_t k : asked) {
      const double ideal = static_cast<double>(sizes[k]) * wanted / sum;
      const std::size_t share = std::min({static_cast<std::size_t>(ideal), room(k), total});
      given[k] += share;
      total -= share;
      remainders.emplace_back(static_cast<double>(share) - ideal, k);
    }
    std::sort(remainders.begin(), remainders.end());
    for (const auto& [remainder, k] : remainders) {
      if (total == 0 || room(k) == 0) continue;
      ++given[k];
      --total;
    }
    std::erase_if(asked, [&](std::size_t k) { return room(k) == 0; });
  }
  return given;
}

// On input: a stratified split. A sentence if some classes, being small, have no row in this part, or it has too few
// rows; "" otherwise.
std::string warning(const Dataset& data, std::string_view part, std::size_t wanted,
                    const std::vector<std::size_t>& given) {
  const auto lacking = std::count(given.begin(), given.end(), std::size_t{0});
  const std::size_t total = std::accumulate(given.begin(), given.end(), std::size_t{0});
  if (wanted == 0 || (lacking == 0 && total == wanted)) return {};
  const std::string& target = data.columns()[*data.target()].name;
  const std::string rows = fmt::format("{} rows instead of {}", total, wanted);
  if (lacking == 0) {
    return fmt::format("column '{}': each class keeps a row to train on, the {} has {}", target, part, rows);
  }
  return fmt::format("column '{}': {} of {} classes {} too small to have a row for the {}{}", target, lacking,
                     given.size(), lacking == 1 ? "is" : "are", part, total < wanted ? ", which has " + rows : "");
}

std::size_t rounded_up(double fraction, std::size_t rows) {
  return static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(rows) - 1e-9));
}

}  // namespace

TrainValidationTest split_three(const Dataset& data, const SplitOptions& options) {
  for (const double fraction : {options.test, options.validation}) {
    BPROP_CHECK(fraction >= 0 && fraction < 1, UsageError, "[split] the fraction is {}, expected 0 or more and below 1",
                fraction);
  }
  BPROP_CHECK(!options.stratify.value_or(false) || data.target(), UsageError,
              "[split] {} has no target, so its classes cannot have equal shares", data.source());
  BPROP_CHECK(!options.stratify.value_or(false) || data.targets().size() == 1, UsageError,
              "[split] {} has {} targets, so not the classes of one can have equal shares", data.source(),
              data.targets().size());
  const bool stratify = options.stratify.value_or(data.targets().size() == 1 && data::looks_like_classes(data));
  const auto groups = groups_of(data, stratify);
  std::vector<std::size_t> sizes;
  for (const Rows& group : groups) sizes.push_back(group.size());
  const std::size_t test_rows = rounded_up(options.test, data.rows());
  const auto test_sizes = shares(sizes, test_rows);
  std::size_t left = 0;
  for (std::size_t k = 0; k < sizes.size(); ++k) left += sizes[k] -= test_sizes[k];
  const std::size_t validation_rows = rounded_up(options.validation, left);
  const auto validation_sizes = shares(sizes, validation_rows);

  Rows train;
  Rows validation;
  Rows test;
  for (std::size_t k = 0; k < groups.size(); ++k) {
    const Permutation order({.seed = options.seed, .purpose = Purpose::kSplit, .epoch = static_cast<std::uint32_t>(k)},
                            groups[k].size());
    for (std::size_t i = 0; i < groups[k].size(); ++i) {
      Rows& part = i < test_sizes[k] ? test : i < test_sizes[k] + validation_sizes[k] ? validation : train;
      part.push_back(groups[k][order(i)]);
    }
  }
  for (Rows* part : {&train, &validation, &test}) std::sort(part->begin(), part->end());
  TrainValidationTest parts{data.select(std::move(train)), data.select(std::move(validation)),
                            data.select(std::move(test))};
  if (!stratify) return parts;
  for (std::string text :
       {warning(data, "test", test_rows, test_sizes), warning(data, "validation", validation_rows, validation_sizes)}) {
    if (!text.empty()) parts.warnings.push_back(std::move(text));
  }
  return parts;
}

TrainTest split(const Dataset& data, const SplitOptions& options) {
  BPROP_CHECK(options.validation == 0, UsageError,
              "[split] validation is {}, expected 0; split_three() also gives validation rows", options.validation);
  auto parts = split_three(data, options);
  return {std::move(parts.train), std::move(parts.test)};
}

}  // namespace bprop
