// SPDX-License-Identifier: Apache-2.0
//
// Preprocessing: how cells of a table become numbers that a network reads, learnt from training rows only and kept in
// the model. A plain value.
//   number   (cell − shift) / divisor; missing: `fill` in place of the cell, and a second input "age is missing" of 1
//   text     one-hot: "colour=red", "colour=blue", …; missing: an input of its own, "colour is missing"
//   pixel    (cell − shift) / divisor, cell / 255 unless scaling is robust
// The inputs of text and "is missing" may be scaled, too, and in the end every input x smoothly kept in (−3, 3):
// x / √(1 + (x/3)²).
// What training never saw – a category, or a missing cell in a column that had none – becomes zeros and is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/dataset.h"

namespace bprop {

enum class Task : std::uint8_t {
  kClasses,  // one target, which is of a class
  kNumbers,  // one target or several, each a number
  kLabels,   // several targets, each with two values: a row has the label (the second value) or not
};
std::string_view name(Task task);  // "classes", "numbers", "labels"
Task task_named(std::string_view name);

// What shift and divisor of a column of numbers are.
enum class Scaling : std::uint8_t {
  kNone,      // 0 and 1
  kStandard,  // mean and population standard deviation
  kRobust,    // median and distance of the quartiles, where that is 0 half the range: also of pixels, of the inputs of
              // text and of "is missing". Holzmüller et al. 2024
};
std::string_view name(Scaling scaling);  // "none", "standard", "robust"
Scaling scaling_named(std::string_view name);

// input = (x − shift) / divisor
struct InputScale {
  double shift = 0;
  double divisor = 1;
  bool operator==(const InputScale&) const = default;
};

// One column of the table and the inputs it expands to.
struct InputColumn {
  std::string name = {};
  ColumnKind kind = ColumnKind::kNumber;
  double shift = 0;           // number, pixel: by PreprocessingOptions::scaling
  double divisor = 1;         // of a constant column 1, with robust scaling so large that the input stays 0
  double fill = 0;            // number with missing cells: their median, in the cell's own units
  bool missing_seen = false;  // training had missing cells: the last input of the column says "is missing"
  std::vector<std::string> categories = {};  // text: those of training, sorted bytewise
  bool signed_pair = false;   // text of two categories is one input: −1 the first, 1 the second, 0 missing or unseen
  bool missing_zero = false;  // text: a missing cell becomes zeros, like an unseen category; no "is missing"
  std::vector<InputScale> scales = {};  // of the inputs of text and of "is missing", in order; empty: 0 and 1 each

  std::size_t features() const;
  bool operator==(const InputColumn&) const = default;
};

struct TargetColumn {
  std::string name = {};
  Task task = Task::kNumbers;             // of this column: classes, also of labels, or numbers
  std::vector<std::string> classes = {};  // sorted as integers if all are, else bytewise
  bool one_hot = false;  // classes: an output each; else one output, 1 for classes[1] (two classes only)
  double shift = 0;      // numbers: target = (cell − shift) / divisor
  double divisor = 1;
  std::size_t outputs_each = 1;  // numbers: outputs that the loss has for one (target_outputs), all with its target
  bool from_zero = false;        // numbers: counts, none below 0
  // Of the training rows: what the simplest predictor there is would say. Files of older versions lack both.
  std::vector<std::size_t> counts = {};  // classes: rows of each; empty: not known
  std::optional<double> mean = {};       // numbers: in the cell's own units

  std::size_t outputs() const;
  double to_units(double output) const { return shift + divisor * output; }  // numbers: the cell's own units
  bool operator==(const TargetColumn&) const = default;
};

struct Preprocessing {
  std::vector<InputColumn> inputs = {};
  TargetColumn target = {};
  std::vector<TargetColumn> further_targets = {};  // of the same task: all numbers, or all two classes (labels)
  bool smooth_clip = false;                        // x / √(1 + (x/3)²) of every input, after its scaling

  std::size_t features() const;  // inputs of the network
  std::size_t outputs() const;   // of it: those of the targets, one after the other
  Task task() const;
  std::vector<TargetColumn> targets() const;       // all of them, at least one
  std::vector<std::string> feature_names() const;  // "age", "age is missing", "colour=red", …
  bool operator==(const Preprocessing&) const = default;
};

// How the columns must be read for this model: text stays text although the new file's cells all look like numbers.
std::vector<ColumnHint> column_hints(const Preprocessing& preprocessing);

struct PreprocessingOptions {
  // Changes the result.
  std::optional<Task> task = {};         // none: task_of() the data
  Scaling scaling = Scaling::kStandard;  // of inputs
  bool standardize_target = true;        // targets of numbers, each by itself; false: shift 0, divisor 1
  bool counts = false;                   // a target of numbers: one below 0 is a FormatError; shift 0, divisor its mean
  std::size_t outputs_each = 1;          // as in TargetColumn
  bool one_hot_pairs = false;            // two classes: two outputs instead of one
  std::vector<std::string> ignore = {};  // columns that are no inputs, by name
  bool smooth_clip = false;              // Preprocessing and InputColumn say what these are
  bool signed_pairs = false;
  bool missing_zero = false;
  std::optional<std::size_t> embed_above = {};  // kRobust: text of more categories is 0 and 1, not scaled or clipped
};

// What targets are taken for where nobody says it. One: classes if it is text or has at most 20 distinct integers.
// Several: labels if each has two values, both texts or both integers; numbers if none is text or has two integers
// only. Throws UsageError when there is no target, FormatError for several that are neither.
Task task_of(const Dataset& data);

struct FittedPreprocessing {
  Preprocessing preprocessing = {};
  std::vector<std::string> warnings = {};  // columns left out, constant columns: one sentence each
};

// Learns from these rows. Text with over 1,000 distinct cells, or with more distinct cells than half the rows, and
// columns without any value are left out, with a warning. Throws FormatError when a target is missing, is not a number
// but should be (also: without a task, text of which 90 % are numbers and more than 20 distinct), is the same class in
// every row, has more than two values as a label, or no input is left; UsageError when there is no target, or the task
// is not one of so many targets.
FittedPreprocessing fit_preprocessing(const Dataset& train, const PreprocessingOptions& options = {});

// Turns rows of a dataset into what the network reads. Columns are matched by name; others are passed over. All checks
// happen here: encode() cannot fail, allocates nothing, and may be called by many threads at once.
class Encoder {
 public:
  enum class Targets : std::uint8_t {
    kNone,      // the dataset's targets, if any, are not looked at
    kRequired,  // encode_targets() will be called
  };

  // Throws FormatError when an input column is missing, holds text where the model knows numbers, or (kRequired) a
  // target is missing, not a number, or a class that training never saw.
  Encoder(const Preprocessing& preprocessing, const Dataset& data, Targets targets = Targets::kRequired);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  std::size_t rows() const;
  std::size_t features() const;
  std::size_t outputs() const;

  // Overwrites out (rows.size() × features()), row-major; rows are positions in the dataset. T: float or double,
  // rounded once from the quotient in double.
  template <class T>
  void encode(std::span<const std::uint32_t> rows, T* out) const;

  // Overwrites out (rows.size() × outputs()), target by target: 0 / 1, one-hot, or the standardised number.
  template <class T>
  void encode_targets(std::span<const std::uint32_t> rows, T* out) const;

  // Has the cells of a row, wherever they lie, come closer to the processor; changes no result. Rows in random order of
  // a table that fits no cache take most of encode()'s time to arrive.
  void prefetch(std::uint32_t row) const;

  // The class (position in classes) of a row by this target. Only with Targets::kRequired, and of classes.
  std::size_t target_class(std::uint32_t row, std::size_t target = 0) const;

  // "column 'colour': 3 cells hold a category that training never saw; they become zeros": one sentence a column.
  const std::vector<std::string>& warnings() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

extern template void Encoder::encode(std::span<const std::uint32_t>, float*) const;
extern template void Encoder::encode(std::span<const std::uint32_t>, double*) const;
extern template void Encoder::encode_targets(std::span<const std::uint32_t>, float*) const;
extern template void Encoder::encode_targets(std::span<const std::uint32_t>, double*) const;

}  // namespace bprop
