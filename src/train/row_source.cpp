// SPDX-License-Identifier: Apache-2.0
#include "train/row_source.h"

#include "base/check.h"

namespace bprop::training {
namespace {

// Without a target there is nothing to fit it to: columns are taken as they are.
Preprocessing plain_inputs(const Dataset& data, std::size_t outputs) {
  Preprocessing plain;
  for (std::size_t c = 0; c < data.columns().size(); ++c) {
    const Column& column = data.columns()[c];
    if (data.is_target(c)) continue;
    InputColumn input;
    input.name = column.name;
    input.kind = column.kind;
    input.divisor = column.kind == ColumnKind::kPixel ? 255 : 1;
    input.categories = column.categories;
    plain.inputs.push_back(input);
  }
  // Placeholders of the right number; without targets nobody reads them.
  if (outputs > 1) {
    plain.target.task = Task::kClasses;
    plain.target.one_hot = true;
    for (std::size_t k = 0; k < outputs; ++k) plain.target.classes.push_back(std::to_string(k));
  }
  return plain;
}

}  // namespace

Preprocessing preprocessing_for(const Model& model, const Dataset& data) {
  if (model.preprocessing) return *model.preprocessing;
  const Architecture& architecture = model.architecture();
  Preprocessing raw;
  if (data.target()) {
    PreprocessingOptions options;
    const LossTarget wanted = rule(model.loss.loss).target;
    const bool classes = wanted == LossTarget::kClasses;
    const bool several = data.targets().size() > 1;
    if (classes) options.task = several ? Task::kLabels : Task::kClasses;
    if (!classes && (several || wanted != LossTarget::kAny || architecture.outputs() == 1)) {
      options.task = Task::kNumbers;
    }
    options.counts = wanted == LossTarget::kCounts;
    options.outputs_each = target_outputs(model.loss).count;
    options.scaling = Scaling::kNone;
    options.standardize_target = false;
    options.one_hot_pairs = architecture.outputs() > 1;
    raw = fit_preprocessing(data, options).preprocessing;
    BPROP_CHECK(raw.outputs() == architecture.outputs(), ShapeError,
                "{}: the target '{}'{} makes {} output{}, the network has {}", data.source(), raw.target.name,
                several ? fmt::format(" with {} others", raw.further_targets.size()) : "", raw.outputs(),
                raw.outputs() == 1 ? "" : "s", architecture.outputs());
  } else {
    raw = plain_inputs(data, architecture.outputs());
  }
  BPROP_CHECK(raw.features() == architecture.inputs(), ShapeError,
              "{}: the columns make {} input{}, the network has {} (a model without preprocessing takes the columns as "
              "they are)",
              data.source(), raw.features(), raw.features() == 1 ? "" : "s", architecture.inputs());
  return raw;
}

const Exercise& exercise_of(const Model& model, bool with_targets) {
  BPROP_CHECK(model.exercise && model.exercise->rows > 0, UsageError,
              "the model has no rows of its own ('input' in a network typed by hand); name a data file");
  BPROP_CHECK(!with_targets || !model.exercise->target.empty(), UsageError,
              "the network typed by hand has no 'target'");
  return *model.exercise;
}

}  // namespace bprop::training
