// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "bprop/preprocessing.h"
#include "data/category_map.h"
#include "data/count_target.h"
#include "data/input_rule.h"
#include "data/nearly_numbers.h"
#include "data/table.h"

namespace bprop {
namespace {

constexpr std::size_t kMaxClassesShown = 10;
constexpr std::size_t kRowsAhead = 4;  // that encode() has on their way from memory

// How one column, or a run of pixels beside each other, becomes the inputs from `first_feature` on.
struct Step {
  enum class Kind { kNumber, kText, kPixels } kind = Kind::kNumber;
  std::size_t column = 0;  // in the dataset
  std::size_t first_feature = 0;
  std::size_t count = 1;  // pixels: how many; text: categories
  data::InputRule rule;   // number, pixels
  double fill = 0;
  bool missing_seen = false;
  bool missing_zero = false;
  bool signed_pair = false;
  std::vector<double> off;          // what the inputs of text, then "is missing", are where they do not hold
  std::vector<double> on;           // and where they do; of a signed pair for either category
  data::CategoryMap categories;     // text
  std::vector<double> of_category;  // number, read as text: its number by category
  std::shared_ptr<const data::PixelScale> pixels;
};

// A column to be predicted and where it stands.
struct EncodedTarget {
  TargetColumn target;
  std::size_t column = 0;           // in the dataset
  data::CategoryMap classes;        // classes: position by cell
  std::vector<double> of_category;  // numbers, read as text: its number by category
};

std::string cells(std::size_t count, std::string_view one, std::string_view many) {
  return count == 1 ? fmt::format("1 cell {}", one) : fmt::format("{} cells {}", count, many);
}

}  // namespace

struct Encoder::State {
  Dataset data;
  std::size_t features = 0;
  std::vector<Step> steps;
  std::vector<std::string> warnings;

  std::vector<EncodedTarget> targets;  // none: kNone
  std::size_t outputs = 0;

  std::map<data::InputRule, std::shared_ptr<const data::PixelScale>> pixel_scales;  // one of a kind

  void add_input(const InputColumn& input, bool smooth_clip);
  bool extends_pixels(const InputColumn& input, std::size_t column, const data::InputRule& rule);
  void warn_of_unseen(const Step& step, const InputColumn& input);
  std::vector<double> numbers_or_throw(std::size_t column) const;
  void add_target(const TargetColumn& target);
  void check_class(const EncodedTarget& target, std::size_t row) const;

  template <class T>
  void encode_row(std::size_t row, T* out) const;
};

// For a column of text where numbers are expected. Throws if a row holds one that is none.
std::vector<double> Encoder::State::numbers_or_throw(std::size_t column) const {
  const Column& described = data.columns()[column];
  auto numbers = data::numbers_of_categories(described);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const double cell = data.cell(row, column);
    if (std::isnan(cell) || !std::isnan(numbers[static_cast<std::size_t>(cell)])) continue;
    throw FormatError(fmt::format("{}, column '{}': found '{}', expected a number as in training", data.where(row),
                                  described.name, data.text(row, column)));
  }
  return numbers;
}

// Pixels beside each other with the same rule are one step.
bool Encoder::State::extends_pixels(const InputColumn& input, std::size_t column, const data::InputRule& rule) {
  if (steps.empty() || steps.back().kind != Step::Kind::kPixels) return false;
  Step& run = steps.back();
  if (run.column + run.count != column || run.rule != rule) return false;
  ++run.count;
  features += input.features();
  return true;
}

// The inputs of a step that are there or not: what they become either way.
void fill_flags(Step& step, const InputColumn& input, bool smooth_clip) {
  const bool text = input.kind == ColumnKind::kText;
  const std::size_t flags = input.features() - (text ? 0 : 1);
  for (std::size_t k = 0; k < flags; ++k) {
    const InputScale scale = input.scales.empty() ? InputScale{} : input.scales[k];
    const data::InputRule rule{scale.shift, scale.divisor, smooth_clip};
    step.off.push_back(rule(0));
    if (input.signed_pair && k == 0) step.on.push_back(rule(-1));
    step.on.push_back(rule(1));
  }
}

void Encoder::State::add_input(const InputColumn& input, bool smooth_clip) {
  const auto column = data.find(input.name);
  BPROP_CHECK(column, FormatError, "{}: has no column '{}', which the model reads", data.source(), input.name);
  const Column& described = data.columns()[*column];
  BPROP_CHECK(!described.too_many_categories, FormatError, "{}, column '{}': has too many distinct texts, expected {}",
              data.source(), input.name, name(input.kind));
  const bool is_pixel = input.kind == ColumnKind::kPixel && *column < data.table().bytes.width();
  const data::InputRule rule{input.shift, input.divisor, smooth_clip};
  if (is_pixel && extends_pixels(input, *column, rule)) return;
  Step& step = steps.emplace_back();
  step.column = *column;
  step.first_feature = features;
  step.rule = rule;
  step.fill = input.fill;
  step.missing_seen = input.missing_seen;
  step.missing_zero = input.missing_zero;
  step.signed_pair = input.signed_pair;
  fill_flags(step, input, smooth_clip);
  features += input.features();
  if (input.kind == ColumnKind::kText) {
    step.kind = Step::Kind::kText;
    step.count = input.signed_pair ? 1 : input.categories.size();
    step.categories = data::CategoryMap(input.categories, described);
  } else if (is_pixel) {
    step.kind = Step::Kind::kPixels;
    auto& scale = pixel_scales[rule];
    if (!scale) scale = std::make_shared<const data::PixelScale>(rule);
    step.pixels = scale;
  } else if (described.kind == ColumnKind::kText) {
    step.of_category = numbers_or_throw(*column);
  }
  if (step.kind != Step::Kind::kPixels) warn_of_unseen(step, input);
}

void Encoder::State::warn_of_unseen(const Step& step, const InputColumn& input) {
  const bool may_miss = data.columns()[step.column].missing > 0 && !step.missing_seen && !step.missing_zero;
  const bool may_be_unseen = step.kind == Step::Kind::kText && !step.categories.knows_all();
  if (!may_miss && !may_be_unseen) return;
  std::size_t missing = 0;
  std::size_t unseen = 0;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const double cell = data.cell(row, step.column);
    if (std::isnan(cell)) {
      missing += may_miss ? 1 : 0;
    } else if (may_be_unseen && step.categories(cell) == data::CategoryMap::kUnseen) {
      ++unseen;
    }
  }
  if (unseen > 0) {
    warnings.push_back(fmt::format("column '{}': {}", input.name,
                                   cells(unseen, "holds a category that training never saw; it becomes zeros",
                                         "hold a category that training never saw; they become zeros")));
  }
  if (missing > 0) {
    warnings.push_back(fmt::format("column '{}': {}", input.name,
                                   cells(missing, "is missing, as none was in training; it becomes zero",
                                         "are missing, as none was in training; they become zeros")));
  }
}

void Encoder::State::add_target(const TargetColumn& target) {
  const auto column = data.find(target.name);
  BPROP_CHECK(column, FormatError, "{}: has no column '{}', the target of the model", data.source(), target.name);
  const Column& described = data.columns()[*column];
  BPROP_CHECK(!described.too_many_categories, FormatError, "{}, column '{}': has too many distinct texts for a target",
              data.source(), target.name);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    BPROP_CHECK(!std::isnan(data.cell(row, *column)), FormatError,
                "{}, column '{}': the target is missing, expected a value in every row", data.where(row), target.name);
  }
  EncodedTarget& added = targets.emplace_back();
  added.target = target;
  added.column = *column;
  if (target.task == Task::kNumbers) {
    if (described.kind == ColumnKind::kText) added.of_category = numbers_or_throw(*column);
    if (target.from_zero && described.kind != ColumnKind::kText) data::check_counts(data, *column, target.name);
    if (target.from_zero && described.kind == ColumnKind::kText) {
      data::check_counts(data::column_of_numbers(data, *column), 0, target.name);
    }
    return;
  }
  added.classes = data::CategoryMap(target.classes, described);
  for (std::size_t row = 0; row < data.rows() && !added.classes.knows_all(); ++row) check_class(added, row);
}

void Encoder::State::check_class(const EncodedTarget& target, std::size_t row) const {
  if (target.classes(data.cell(row, target.column)) != data::CategoryMap::kUnseen) return;
  const std::vector<std::string>& classes = target.target.classes;
  const auto shown = std::span(classes).first(std::min(classes.size(), kMaxClassesShown));
  throw FormatError(fmt::format("{}, column '{}': found the class '{}', which training never saw; expected one of {}{}",
                                data.where(row), target.target.name, data.text(row, target.column),
                                fmt::join(shown, ", "), shown.size() < classes.size() ? ", …" : ""));
}

template <class T>
void Encoder::State::encode_row(std::size_t row, T* out) const {
  const data::Table& table = data.table();
  for (const Step& step : steps) {
    T* features_of = out + step.first_feature;
    if (step.kind == Step::Kind::kPixels) {
      (*step.pixels)(table.bytes.row(row) + step.column, step.count, features_of);
      continue;
    }
    double cell = table.cell(row, step.column);
    const bool missing = std::isnan(cell);
    if (step.missing_seen) features_of[step.count] = static_cast<T>((missing ? step.on : step.off).back());
    if (step.kind == Step::Kind::kText) {
      for (std::size_t k = 0; k < step.count; ++k) features_of[k] = static_cast<T>(step.off[k]);
      const std::uint32_t place = missing ? data::CategoryMap::kUnseen : step.categories(cell);
      if (place != data::CategoryMap::kUnseen)
        features_of[step.signed_pair ? 0 : place] = static_cast<T>(step.on[place]);
      continue;
    }
    if (!missing && !step.of_category.empty()) cell = step.of_category[static_cast<std::size_t>(cell)];
    if (missing) cell = step.missing_seen ? step.fill : step.rule.shift;
    features_of[0] = static_cast<T>(step.rule(cell));
  }
}

Encoder::Encoder(const Preprocessing& preprocessing, const Dataset& data, Targets targets)
    : state_(std::make_unique<State>()) {
  state_->data = data;
  state_->outputs = preprocessing.outputs();
  for (const InputColumn& input : preprocessing.inputs) state_->add_input(input, preprocessing.smooth_clip);
  if (targets == Targets::kNone) return;
  for (const TargetColumn& target : preprocessing.targets()) state_->add_target(target);
}

Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

std::size_t Encoder::rows() const { return state_->data.rows(); }
std::size_t Encoder::features() const { return state_->features; }
std::size_t Encoder::outputs() const { return state_->outputs; }
const std::vector<std::string>& Encoder::warnings() const { return state_->warnings; }

template <class T>
void Encoder::encode(std::span<const std::uint32_t> rows, T* out) const {
  for (std::size_t n = 0; n < std::min(kRowsAhead, rows.size()); ++n) prefetch(rows[n]);
  for (std::size_t n = 0; n < rows.size(); ++n) {
    BPROP_DCHECK(rows[n] < state_->data.rows());
    if (n + kRowsAhead < rows.size()) prefetch(rows[n + kRowsAhead]);
    state_->encode_row(state_->data.source_row(rows[n]), out);
    out += state_->features;
  }
}

void Encoder::prefetch(std::uint32_t row) const { state_->data.table().prefetch(state_->data.source_row(row)); }

std::size_t Encoder::target_class(std::uint32_t row, std::size_t target) const {
  BPROP_DCHECK(target < state_->targets.size() && row < state_->data.rows());
  const EncodedTarget& of = state_->targets[target];
  BPROP_DCHECK(of.target.task == Task::kClasses);
  return of.classes(state_->data.cell(row, of.column));
}

template <class T>
void Encoder::encode_targets(std::span<const std::uint32_t> rows, T* out) const {
  const State& state = *state_;
  BPROP_CHECK(!state.targets.empty(), UsageError, "[encoder.encode_targets] the encoder was made without targets");
  for (const std::uint32_t row : rows) {
    for (const EncodedTarget& of : state.targets) {
      double cell = state.data.cell(row, of.column);
      if (of.target.one_hot) {
        std::fill_n(out, of.target.classes.size(), T{0});
        out[of.classes(cell)] = T{1};
      } else if (of.target.task == Task::kClasses) {
        *out = static_cast<T>(of.classes(cell));
      } else {
        if (!of.of_category.empty()) cell = of.of_category[static_cast<std::size_t>(cell)];
        std::fill_n(out, of.target.outputs_each, static_cast<T>((cell - of.target.shift) / of.target.divisor));
      }
      out += of.target.outputs();
    }
  }
}

template void Encoder::encode(std::span<const std::uint32_t>, float*) const;
template void Encoder::encode(std::span<const std::uint32_t>, double*) const;
template void Encoder::encode_targets(std::span<const std::uint32_t>, float*) const;
template void Encoder::encode_targets(std::span<const std::uint32_t>, double*) const;

}  // namespace bprop
