// SPDX-License-Identifier: Apache-2.0
#include "bprop/review.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "data/number_text.h"

namespace bprop {
namespace {

constexpr std::size_t kLeastRows = 50;
constexpr std::size_t kMostLookedAt = 20'000;
constexpr std::size_t kTinyClass = 10;
constexpr std::size_t kMostNamed = 5;
// Numbers of rows that were dealt out lie this close: a fifth for the test and a fifth of the rest leave 1.6 a row.
constexpr double kNumbersARow = 3;
constexpr double kFarAway = 10;  // interquartile ranges
constexpr double kStraight = 0.9999;
constexpr std::size_t kRowsACategory = 5;

struct Point {
  double x;
  double y;
};

// Correlation of Pearson; 0 where one of the two does not vary.
double correlation(std::span<const Point> points) {
  double mean_x = 0, mean_y = 0;
  for (const Point& p : points) {
    mean_x += p.x / static_cast<double>(points.size());
    mean_y += p.y / static_cast<double>(points.size());
  }
  double xx = 0, xy = 0, yy = 0;
  for (const Point& p : points) {
    xx += (p.x - mean_x) * (p.x - mean_x);
    xy += (p.x - mean_x) * (p.y - mean_y);
    yy += (p.y - mean_y) * (p.y - mean_y);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

// Value at a share of sorted numbers, between neighbours in proportion.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

class Review {
 public:
  Review(const Dataset& train, const Preprocessing& preprocessing, const TargetColumn& target)
      : train_(train),
        target_(target),
        one_of_several_(!preprocessing.further_targets.empty()),
        inputs_(preprocessing.inputs) {}

  std::vector<std::string> run() {
    if (train_.rows() < kLeastRows) return {};
    for (const InputColumn& input : inputs_) look_at(input);
    if (target_.task == Task::kNumbers) look_for_outliers();
    look_for_tiny_classes();
    return std::move(remarks_);
  }

 private:
  void look_at(const InputColumn& input) {
    const auto column = train_.find(input.name);
    if (!column || input.kind == ColumnKind::kPixel) return;
    if (input.kind == ColumnKind::kNumber && train_.columns()[*column].kind == ColumnKind::kText) return;
    if (input.kind == ColumnKind::kNumber && numbers_rows(*column)) {
      remarks_.push_back(fmt::format(
          "column '{}': whole numbers, never one twice; if they only number the rows, leave it out (--ignore)",
          input.name));
    } else if (const auto how = gives_away(input, *column)) {
      remarks_.push_back(fmt::format(
          "column '{}': {}; if it is not known before the target is, leave it out (--ignore)", input.name, *how));
    }
  }

  bool numbers_rows(std::size_t column) const {
    std::vector<double> cells;
    for (std::size_t row = 0; row < train_.rows(); ++row) {
      const double cell = train_.cell(row, column);
      if (!(cell == std::floor(cell))) return false;  // NaN, too
      cells.push_back(cell);
    }
    std::sort(cells.begin(), cells.end());
    if (cells.back() - cells.front() >= kNumbersARow * static_cast<double>(cells.size())) return false;
    return std::adjacent_find(cells.begin(), cells.end()) == cells.end();
  }

  // Rows evenly spread, without those where the column is missing.
  std::vector<Point> points(std::size_t column) const {
    const std::size_t target = *train_.find(target_.name);
    const std::size_t count = std::min(train_.rows(), kMostLookedAt);
    std::vector<Point> all;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t row = i * train_.rows() / count;
      const Point point{train_.cell(row, column), train_.cell(row, target)};
      if (!std::isnan(point.x)) all.push_back(point);
    }
    return all;
  }

  std::optional<std::string> gives_away(const InputColumn& input, std::size_t column) const {
    std::vector<Point> all = points(column);
    if (all.size() < kLeastRows) return std::nullopt;
    const bool is_number = input.kind == ColumnKind::kNumber;
    if (is_number && target_.task == Task::kNumbers) {
      const double r = correlation(all);
      if (std::fabs(r) < kStraight) return std::nullopt;
      return fmt::format("{} with {} in a straight line (correlation {:.6f})", r > 0 ? "rises" : "falls",
                         one_of_several_ ? fmt::format("'{}'", target_.name) : "the target", r);
    }
    std::sort(all.begin(), all.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
    std::size_t groups = 1;
    std::size_t changes = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
      const bool same_target = all[i].y == all[i - 1].y;
      if (all[i].x == all[i - 1].x && !same_target) return std::nullopt;
      if (all[i].x != all[i - 1].x) ++groups;
      if (!same_target) ++changes;
    }
    if (changes == 0) return std::nullopt;  // a target that is always the same
    const std::string which = one_of_several_ ? fmt::format(" of '{}'", target_.name) : std::string();
    if (is_number && changes + 1 == target_.classes.size()) {
      return fmt::format("each class{} has an interval of its own in it", which);
    }
    if (!is_number && groups * kRowsACategory <= all.size()) {
      return fmt::format("each of its texts stands beside one {}{} only", which.empty() ? "target" : "value", which);
    }
    return std::nullopt;
  }

  void look_for_tiny_classes() {
    std::vector<std::string> names;
    std::size_t tiny = 0;
    for (std::size_t k = 0; k < target_.counts.size(); ++k) {
      if (target_.counts[k] >= kTinyClass) continue;
      if (++tiny <= kMostNamed) names.push_back(fmt::format("'{}' ({})", target_.classes[k], target_.counts[k]));
    }
    if (tiny == 0) return;
    remarks_.push_back(fmt::format("column '{}': {} fewer than {} training rows, too few to learn or to judge: {}{}",
                                   target_.name, tiny == 1 ? "a class has" : fmt::format("{} classes have", tiny),
                                   kTinyClass, fmt::join(names, ", "), tiny > kMostNamed ? ", …" : ""));
  }

  void look_for_outliers() {
    const std::size_t target = *train_.find(target_.name);
    if (train_.columns()[target].kind == ColumnKind::kText) return;
    std::vector<double> sorted;
    for (std::size_t row = 0; row < train_.rows(); ++row) sorted.push_back(train_.cell(row, target));
    std::sort(sorted.begin(), sorted.end());
    const double low = quantile(sorted, 0.25);
    const double high = quantile(sorted, 0.75);
    const double range = high - low;
    if (!(range > 0)) return;
    std::size_t count = 0;
    std::size_t farthest = 0;
    double distance = 0;
    for (std::size_t row = 0; row < train_.rows(); ++row) {
      const double y = train_.cell(row, target);
      const double outside = std::max(low - y, y - high) / range;
      count += outside > kFarAway ? 1U : 0U;
      if (outside > distance) {
        distance = outside;
        farthest = row;
      }
    }
    if (count == 0) return;
    remarks_.push_back(fmt::format(
        "column '{}': {} of {} targets lie more than {:.0f} interquartile ranges outside the quartiles (farthest: {}, "
        "{}); squared errors see little else: the logarithm of the target, or --loss huber, may do better",
        target_.name, count, train_.rows(), kFarAway, data::number_text(train_.cell(farthest, target)),
        train_.where(farthest)));
  }

  const Dataset& train_;
  const TargetColumn& target_;
  bool one_of_several_;
  const std::vector<InputColumn>& inputs_;
  std::vector<std::string> remarks_;
};

std::uint64_t mixed(std::uint64_t hash, std::uint64_t with) {
  hash = (hash ^ with) * 0x9E3779B97F4A7C15U;
  return hash ^ (hash >> 32);
}

// A number for inputs and target of each row of one table; equal rows have equal ones, whatever file they stand in.
class RowHash {
 public:
  RowHash(const Dataset& data, const Preprocessing& preprocessing) : data_(data) {
    for (const InputColumn& input : preprocessing.inputs) add(input.name);
    for (const TargetColumn& target : preprocessing.targets()) add(target.name);
  }

  std::uint64_t operator()(std::size_t row) const {
    std::uint64_t hash = 0;
    for (const HashedColumn& column : columns_) hash = mixed(hash, of_cell(column, data_.cell(row, column.place)));
    return hash;
  }

 private:
  struct HashedColumn {
    std::size_t place;
    std::vector<std::uint64_t> of_category;  // of text
  };

  void add(const std::string& name) {
    const auto column = data_.find(name);
    if (!column) return;
    columns_.push_back({*column, {}});
    for (const std::string& text : data_.columns()[*column].categories) {
      std::uint64_t hash = text.size();
      for (const char c : text) hash = mixed(hash, static_cast<unsigned char>(c));
      columns_.back().of_category.push_back(hash);
    }
  }

  static std::uint64_t of_cell(const HashedColumn& column, double cell) {
    if (std::isnan(cell)) return 1;
    if (!column.of_category.empty()) return column.of_category[static_cast<std::size_t>(cell)];
    return std::bit_cast<std::uint64_t>(cell + 0.0);  // −0 is 0
  }

  const Dataset& data_;
  std::vector<HashedColumn> columns_;
};

}  // namespace

std::vector<std::string> review(const Dataset& train, const Preprocessing& preprocessing) {
  std::vector<std::string> remarks;
  for (const TargetColumn& target : preprocessing.targets()) {
    for (std::string& remark : Review(train, preprocessing, target).run()) {
      const bool said = std::find(remarks.begin(), remarks.end(), remark) != remarks.end();  // identifiers: each time
      if (!said) remarks.push_back(std::move(remark));
    }
  }
  return remarks;
}

std::vector<std::string> review_split(const Dataset& train, const Dataset& held_out, std::string_view name,
                                      const Preprocessing& preprocessing) {
  constexpr std::size_t kLeastRepeated = 3;
  constexpr double kLeastShare = 0.01;
  const RowHash of_held_out(held_out, preprocessing);
  std::vector<std::pair<std::uint64_t, bool>> rows;  // hash, and whether a training row has it
  for (std::size_t row = 0; row < held_out.rows(); ++row) rows.emplace_back(of_held_out(row), false);
  std::sort(rows.begin(), rows.end());
  const RowHash of_train(train, preprocessing);
  for (std::size_t row = 0; row < train.rows(); ++row) {
    const std::uint64_t hash = of_train(row);
    const auto before = [](const auto& at, std::uint64_t value) { return at.first < value; };
    for (auto at = std::lower_bound(rows.begin(), rows.end(), hash, before); at != rows.end() && at->first == hash;
         ++at) {
      if (std::exchange(at->second, true)) break;  // and so are all of them
    }
  }
  const auto repeated =
      static_cast<std::size_t>(std::ranges::count(rows, true, &std::pair<std::uint64_t, bool>::second));
  const double share = static_cast<double>(repeated) / static_cast<double>(std::max<std::size_t>(rows.size(), 1));
  if (repeated < kLeastRepeated || share < kLeastShare) return {};
  return {fmt::format(
      "{} of {} {} rows ({:.1f} %) are copies of training rows; what is said of the {} rows flatters, unless such rows "
      "will come again",
      repeated, rows.size(), name, 100 * share, name)};
}

}  // namespace bprop
