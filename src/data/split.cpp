// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
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
// one more for the largest remainders (the earlier group if equal). A group keeps one row.
std::vector<std::size_t> shares(const std::vector<std::size_t>& sizes, std::size_t total) {
  const std::size_t all = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  std::vector<std::size_t> given(sizes.size());
  std::vector<std::pair<double, std::size_t>> remainders;
  std::size_t left = total;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    const double ideal = static_cast<double>(sizes[k]) * static_cast<double>(total) / static_cast<double>(all);
    given[k] = std::min(static_cast<std::size_t>(ideal), sizes[k] - std::min<std::size_t>(sizes[k], 1));
    left -= given[k];
    remainders.emplace_back(ideal - static_cast<double>(given[k]), k);
  }
  std::sort(remainders.begin(), remainders.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  for (const auto& [remainder, k] : remainders) {
    if (left > 0 && given[k] + 1 < sizes[k]) {
      ++given[k];
      --left;
    }
  }
  return given;
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
  const bool stratify = options.stratify.value_or(data.target() && data::looks_like_classes(data));
  const auto groups = groups_of(data, stratify);
  std::vector<std::size_t> sizes;
  for (const Rows& group : groups) sizes.push_back(group.size());
  const auto test_sizes = shares(sizes, rounded_up(options.test, data.rows()));
  std::size_t left = 0;
  for (std::size_t k = 0; k < sizes.size(); ++k) left += sizes[k] -= test_sizes[k];
  const auto validation_sizes = shares(sizes, rounded_up(options.validation, left));

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
  return {data.select(std::move(train)), data.select(std::move(validation)), data.select(std::move(test))};
}

TrainTest split(const Dataset& data, const SplitOptions& options) {
  BPROP_CHECK(options.validation == 0, UsageError,
              "[split] validation is {}, expected 0; split_three() also gives validation rows", options.validation);
  auto parts = split_three(data, options);
  return {std::move(parts.train), std::move(parts.test)};
}

}  // namespace bprop
