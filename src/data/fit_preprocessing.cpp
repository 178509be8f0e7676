// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "bprop/preprocessing.h"
#include "data/category_map.h"
#include "data/class_target.h"
#include "data/column_choice.h"
#include "data/fit_target.h"
#include "data/nearly_numbers.h"
#include "data/number_statistics.h"
#include "data/number_text.h"
#include "data/robust_scale.h"
#include "data/table.h"

namespace bprop {
namespace {

constexpr std::size_t kMaxCategories = 1000;

void check_target(const Dataset& data) {
  BPROP_CHECK(data.target(), UsageError, "{}: no target is named, expected the column to be predicted", data.source());
}

void set_scale(InputColumn& input, const InputScale& scale) {
  input.shift = scale.shift;
  input.divisor = scale.divisor;
}

class Fit {
 public:
  Fit(const Dataset& train, const PreprocessingOptions& options) : train_(train), options_(options) {}

  FittedPreprocessing run() {
    check_target(train_);
    BPROP_CHECK(train_.rows() > 0, FormatError, "{}: no row is left for training", train_.source());
    const Task task = data::checked_task(train_, options_);
    fitted_.warnings = train_.table().remarks;
    fitted_.preprocessing.smooth_clip = options_.smooth_clip;
    for (const std::size_t column : train_.targets()) {
      const bool first = column == train_.targets().front();
      data::fit_target(train_, options_, task, column,
                       first ? fitted_.preprocessing.target : fitted_.preprocessing.further_targets.emplace_back(),
                       fitted_.warnings);
    }
    fit_inputs();
    return std::move(fitted_);
  }

 private:
  template <class... Arguments>
  void warn(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    fitted_.warnings.push_back(fmt::format(text, std::forward<Arguments>(arguments)...));
  }

  // A remark, which is also a reason why no input may be left.
  void leave_out(const std::string& name, const std::string& reason) {
    reasons_.push_back(fmt::format("column '{}': {}", name, reason));
    warn("{}; it is left out", reasons_.back());
  }

  const Column& first_target() const { return train_.columns()[*train_.target()]; }
  void fit_inputs();
  void fit_number(InputColumn& input, std::size_t column, const data::NumberStatistics& s);
  void fit_pixel(InputColumn& input, std::size_t column);
  void fit_text(InputColumn& input, std::size_t column);
  InputScale scale_of_flag(std::size_t ones) const;
  void scale_text(InputColumn& input, const std::vector<std::size_t>& counts, std::size_t missing) const;
  void keep_ones(InputColumn& input) const;
  void warn_of_constants();
  void check_inputs_are_left() const;

  const Dataset& train_;
  const PreprocessingOptions& options_;
  std::vector<std::pair<std::string, std::string>> constants_;  // columns, and what stands in every row
  std::vector<std::string> reasons_;                            // why columns are left out
  FittedPreprocessing fitted_;
};

void Fit::fit_inputs() {
  std::vector<std::string> names;
  for (const Column& column : train_.columns()) names.push_back(column.name);
  std::vector<std::string> targets;
  for (const std::size_t c : train_.targets()) targets.push_back(names[c]);
  const auto choice = data::choose_columns(train_.source(), names, targets, true, options_.ignore).value_or_throw();
  std::vector<std::size_t> numbers;
  for (std::size_t c = 0; c < names.size(); ++c) {
    const bool is_number = train_.columns()[c].kind == ColumnKind::kNumber;
    if (!train_.is_target(c) && !choice.ignored[c] && is_number) numbers.push_back(c);
  }
  const auto number_statistics = data::number_statistics(train_, numbers);
  auto next = number_statistics.begin();
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (train_.is_target(c) || choice.ignored[c]) continue;
    InputColumn input{.name = names[c], .kind = train_.columns()[c].kind};
    if (input.kind == ColumnKind::kText) fit_text(input, c);
    if (input.kind == ColumnKind::kNumber) fit_number(input, c, *next++);
    if (input.kind == ColumnKind::kPixel) fit_pixel(input, c);
  }
  warn_of_constants();
  check_inputs_are_left();
}

void Fit::check_inputs_are_left() const {
  constexpr std::size_t kShown = 5;
  if (!fitted_.preprocessing.inputs.empty()) return;
  const auto shown = std::span(reasons_).first(std::min(reasons_.size(), kShown));
  throw FormatError(fmt::format("{}: no input column is left beside the target '{}'{}{}{}", train_.source(),
                                first_target().name, shown.empty() ? "" : "; ", fmt::join(shown, "; "),
                                shown.size() < reasons_.size() ? "; …" : ""));
}

void Fit::fit_number(InputColumn& input, std::size_t column, const data::NumberStatistics& s) {
  if (s.count == 0) return leave_out(input.name, "has no value in any training row");
  input.missing_seen = s.count < train_.rows();
  const bool robust = options_.scaling == Scaling::kRobust;
  if (input.missing_seen || robust) {
    const std::vector<double> cells = data::sorted_cells(train_, column);
    if (input.missing_seen) input.fill = data::median(cells);
    if (robust) set_scale(input, data::robust_scale(cells));
    if (robust && input.missing_seen) input.scales = {scale_of_flag(train_.rows() - s.count)};
  }
  if (options_.scaling == Scaling::kStandard) {
    input.shift = s.mean;
    input.divisor = s.divisor();
  }
  if (s.smallest == s.largest) {
    if (options_.scaling == Scaling::kStandard) input.shift = s.smallest;  // exactly, so that the input is 0
    if (!input.missing_seen) constants_.emplace_back(input.name, data::number_text(s.smallest));
  }
  fitted_.preprocessing.inputs.push_back(std::move(input));
}

void Fit::fit_pixel(InputColumn& input, std::size_t column) {
  input.divisor = 255;
  if (options_.scaling == Scaling::kRobust) set_scale(input, data::robust_scale(data::counted_pixels(train_, column)));
  fitted_.preprocessing.inputs.push_back(std::move(input));
}

// Of an input that is 1 in so many rows and else 0.
InputScale Fit::scale_of_flag(std::size_t ones) const {
  return data::robust_scale(data::CountedValues{{0, train_.rows() - ones}, {1, ones}});
}

// counts: rows of each category.
void Fit::scale_text(InputColumn& input, const std::vector<std::size_t>& counts, std::size_t missing) const {
  if (input.signed_pair) {
    input.scales = {data::robust_scale(data::CountedValues{{-1, counts[0]}, {0, missing}, {1, counts[1]}})};
  } else {
    for (const std::size_t count : counts) input.scales.push_back(scale_of_flag(count));
  }
  if (input.missing_seen) input.scales.push_back(scale_of_flag(missing));
}

// Inputs of 0 and 1, whose weights are then the numbers of an embedding: the clip, which keeps 0, makes 1 of 1/√(1 −
// 1/9).
void Fit::keep_ones(InputColumn& input) const {
  input.scales.assign(input.features(), {0, options_.smooth_clip ? std::sqrt(1 - 1.0 / 9) : 1});
}

void Fit::fit_text(InputColumn& input, std::size_t column) {
  const Column& described = train_.columns()[column];
  if (auto remark = data::remark_of_text(train_, described)) {
    fitted_.warnings.push_back(*remark);
    reasons_.push_back(*remark);
  }
  if (described.too_many_categories) return leave_out(input.name, "has too many distinct texts for categories");
  std::vector<std::size_t> counts(described.categories.size(), 0);
  std::size_t missing = 0;
  for (std::size_t row = 0; row < train_.rows(); ++row) {
    const double cell = train_.cell(row, column);
    ++(std::isnan(cell) ? missing : counts[static_cast<std::size_t>(cell)]);
  }
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] > 0) input.categories.push_back(described.categories[k]);
  }
  std::erase(counts, 0U);
  const std::size_t distinct = input.categories.size();
  if (distinct == 0) return leave_out(input.name, "has no value in any training row");
  if (distinct > kMaxCategories) {
    return leave_out(input.name, fmt::format("has {} distinct texts, more than {}", distinct, kMaxCategories));
  }
  if (distinct * 2 > train_.rows()) {
    return leave_out(input.name,
                     fmt::format("has {} distinct texts in {} rows, more than half", distinct, train_.rows()));
  }
  if (distinct == 1 && missing == 0) {
    constants_.emplace_back(input.name, fmt::format("'{}'", input.categories.front()));
  }
  input.signed_pair = options_.signed_pairs && distinct == 2;
  input.missing_zero = missing > 0 && options_.missing_zero;
  input.missing_seen = missing > 0 && !input.missing_zero;
  const bool embedded = options_.embed_above && distinct > *options_.embed_above;
  if (options_.scaling == Scaling::kRobust) embedded ? keep_ones(input) : scale_text(input, counts, missing);
  fitted_.preprocessing.inputs.push_back(std::move(input));
}

// One sentence for all of them.
void Fit::warn_of_constants() {
  constexpr std::size_t kShown = 5;
  if (constants_.empty()) return;
  if (constants_.size() == 1) {
    const auto& [name, value] = constants_.front();
    return warn("column '{}': is {} in every training row, so it tells the network nothing", name, value);
  }
  std::vector<std::string_view> names;
  const std::size_t shown = constants_.size() > kShown ? kShown - 2 : constants_.size();
  for (const auto& [name, value] : std::span(constants_).first(shown)) names.push_back(name);
  const std::string more =
      shown < constants_.size() ? fmt::format(", … and {} more", constants_.size() - shown) : std::string();
  warn("{} columns are the same in every training row, so they tell the network nothing: {}{}", constants_.size(),
       fmt::join(names, ", "), more);
}

}  // namespace

Task task_of(const Dataset& data) {
  check_target(data);
  if (data.targets().size() > 1) return data::task_of_several(data);
  return data::looks_like_classes(data) ? Task::kClasses : Task::kNumbers;
}

FittedPreprocessing fit_preprocessing(const Dataset& train, const PreprocessingOptions& options) {
  return Fit(train, options).run();
}

}  // namespace bprop
