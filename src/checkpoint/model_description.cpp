// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/model_description.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json_writer.h"
#include "base/strict_json.h"
#include "checkpoint/json_fields.h"
#include "checkpoint/loss_checks.h"
#include "checkpoint/model_format.h"
#include "checkpoint/text_json.h"

namespace bprop::checkpoint {
namespace {

using nlohmann::json;

// Keys are written in alphabetical order.

void write_texts(JsonWriter& out, const char* key, const std::vector<std::string>& texts) {
  out.key(key);
  out.list(texts, [&](const std::string& text) { write_text(out, text); });
}

// ---- loss ----------------------------------------------------------------------------------------------------------

void write_loss(JsonWriter& out, const LossOptions& loss) {
  out.object([&] {
    if (loss.loss == Loss::kBinaryFocal || loss.loss == Loss::kFocal) out.member("focal_gamma", loss.focal_gamma);
    out.member("huber_delta", loss.huber_delta);
    out.member("label_smoothing", loss.label_smoothing);
    out.member("name", rule(loss.loss).name);
    if (loss.loss == Loss::kQuantile && !loss.quantiles.empty()) {
      out.key("quantiles");
      out.list(loss.quantiles);
    }
    out.member("reduction", name(loss.reduction));
  });
}

LossOptions read_loss(const json& value, const std::string& where) {
  JsonFields fields(value, where + ": loss");
  LossOptions loss;
  loss.loss = loss_named(fields.text("name"));
  loss.reduction = reduction_named(fields.text("reduction"));
  loss.label_smoothing = fields.number("label_smoothing");
  loss.huber_delta = fields.number("huber_delta");
  if (fields.has("focal_gamma")) loss.focal_gamma = fields.number("focal_gamma");
  if (fields.has("quantiles")) loss.quantiles = fields.numbers("quantiles");
  fields.finish();
  if (const auto mistake = find_mistake(loss)) throw FormatError(fmt::format("{}: {}", where, *mistake));
  return loss;
}

// ---- preprocessing -------------------------------------------------------------------------------------------------

void write_input(JsonWriter& out, const InputColumn& column) {
  out.object([&] {
    if (column.kind == ColumnKind::kText) write_texts(out, "categories", column.categories);
    out.member("kind", name(column.kind));
    if (column.missing_seen) out.member("missing", true);
    if (column.missing_zero) out.member("missing_zero", true);
    out.key("name");
    write_text(out, column.name);
    if (column.signed_pair) out.member("signed_pair", true);
  });
}

ColumnKind kind_named(const std::string& text, const JsonFields& fields) {
  for (const ColumnKind kind : {ColumnKind::kNumber, ColumnKind::kText, ColumnKind::kPixel}) {
    if (text == name(kind)) return kind;
  }
  fields.fail(fmt::format("has the kind {}, expected number, text or pixel", in_quotes(text)));
}

InputColumn read_input(const json& value, const std::string& where) {
  JsonFields fields(value, where);
  InputColumn column;
  column.name = fields.text("name");
  column.kind = kind_named(fields.text("kind"), fields);
  if (fields.has("missing")) column.missing_seen = fields.flag("missing");
  if (column.missing_seen && column.kind == ColumnKind::kPixel) fields.fail("is a pixel that may be missing");
  if (column.kind == ColumnKind::kText) {
    column.categories = fields.texts("categories");
    const auto unsorted =
        std::adjacent_find(column.categories.begin(), column.categories.end(), std::greater_equal<>());
    if (unsorted != column.categories.end()) fields.fail("has categories that are not sorted or not distinct");
    if (fields.has("signed_pair")) column.signed_pair = fields.flag("signed_pair");
    if (fields.has("missing_zero")) column.missing_zero = fields.flag("missing_zero");
    if (column.signed_pair && column.categories.size() != 2) fields.fail("is a pair, but has not two categories");
    if (column.missing_zero && column.missing_seen) fields.fail("has missing cells both as zeros and as an input");
  }
  fields.finish();
  return column;
}

void write_target(JsonWriter& out, const TargetColumn& target) {
  const bool of_classes = target.task == Task::kClasses;
  out.object([&] {
    if (of_classes) write_texts(out, "classes", target.classes);
    if (of_classes && !target.counts.empty()) {
      out.key("counts");
      out.list(target.counts);
    }
    if (!of_classes && target.mean) out.member("mean", *target.mean);
    out.key("name");
    write_text(out, target.name);
    if (of_classes) out.member("one_hot", target.one_hot);
    out.member("task", name(target.task));
  });
}

TargetColumn read_target(const json& value, const std::string& where) {
  JsonFields fields(value, where);
  TargetColumn target;
  target.name = fields.text("name");
  target.task = task_named(fields.text("task"));
  if (target.task == Task::kClasses) {
    target.classes = fields.texts("classes");
    target.one_hot = fields.flag("one_hot");
    const std::size_t distinct = std::set(target.classes.begin(), target.classes.end()).size();
    if (distinct != target.classes.size()) fields.fail("has a class twice");
    if (distinct < 2) fields.fail(fmt::format("has {} classes, expected at least 2", distinct));
    if (!target.one_hot && distinct != 2) {
      fields.fail(fmt::format("has {} classes and one output, expected an output for each", distinct));
    }
    if (fields.has("counts")) target.counts = fields.counts("counts");
    if (fields.has("counts") && target.counts.size() != distinct) {
      fields.fail(fmt::format("has {} counts, expected one for each of {} classes", target.counts.size(), distinct));
    }
  } else if (fields.has("mean")) {
    target.mean = fields.number("mean");
  }
  fields.finish();
  return target;
}

// All numbers, or all labels: two classes and one output each.
void read_further_targets(JsonFields& fields, const std::string& where, Preprocessing& preprocessing) {
  const auto is_label = [](const TargetColumn& t) { return t.task == Task::kClasses && !t.one_hot; };
  std::set<std::string> names = {preprocessing.target.name};
  for (const json& value : fields.array("further_targets")) {
    const std::size_t number = preprocessing.further_targets.size() + 2;
    const TargetColumn& target =
        preprocessing.further_targets.emplace_back(read_target(value, fmt::format("{}: target {}", where, number)));
    if (!names.insert(target.name).second) fields.fail(fmt::format("has the target {} twice", in_quotes(target.name)));
    const bool numbers = preprocessing.target.task == Task::kNumbers && target.task == Task::kNumbers;
    if (!numbers && !(is_label(preprocessing.target) && is_label(target))) {
      fields.fail(fmt::format("has targets that are neither all numbers nor all labels of one output ({} and {})",
                              in_quotes(preprocessing.target.name), in_quotes(target.name)));
    }
  }
}

void write_preprocessing(JsonWriter& out, const Preprocessing& preprocessing) {
  out.object([&] {
    if (!preprocessing.further_targets.empty()) {
      out.key("further_targets");
      out.list(preprocessing.further_targets, [&](const TargetColumn& target) { write_target(out, target); });
    }
    out.key("inputs");
    out.list(preprocessing.inputs, [&](const InputColumn& column) { write_input(out, column); });
    if (preprocessing.smooth_clip) out.member("smooth_clip", true);
    out.key("target");
    write_target(out, preprocessing.target);
  });
}

Preprocessing read_preprocessing(const json& value, const std::string& where) {
  JsonFields fields(value, where + ": preprocessing");
  Preprocessing preprocessing;
  std::set<std::string> names;
  for (const json& column : fields.array("inputs")) {
    const std::size_t number = preprocessing.inputs.size() + 1;
    preprocessing.inputs.push_back(read_input(column, fmt::format("{}: input column {}", where, number)));
    if (!names.insert(preprocessing.inputs.back().name).second) {
      fields.fail(fmt::format("has the input column {} twice", in_quotes(preprocessing.inputs.back().name)));
    }
  }
  preprocessing.target = read_target(fields.any("target"), where + ": target");
  if (fields.has("further_targets")) read_further_targets(fields, where, preprocessing);
  if (fields.has("smooth_clip")) preprocessing.smooth_clip = fields.flag("smooth_clip");
  fields.finish();
  return preprocessing;
}

// ---- exercise ------------------------------------------------------------------------------------------------------

void write_exercise(JsonWriter& out, const Exercise& exercise) {
  out.object([&] {
    out.member("freeze_biases", exercise.freeze_biases);
    if (exercise.learning_rate) out.member("learning_rate", *exercise.learning_rate);
  });
}

Exercise read_exercise(const json& value, const std::string& where) {
  JsonFields fields(value, where + ": exercise");
  Exercise exercise;
  exercise.freeze_biases = fields.flag("freeze_biases");
  if (fields.has("learning_rate")) {
    exercise.learning_rate = fields.number("learning_rate");
    if (!(*exercise.learning_rate > 0)) {
      fields.fail(fmt::format("has the learning_rate {}, expected a number above 0", *exercise.learning_rate));
    }
  }
  fields.finish();
  return exercise;
}

Description read_description(const json& value, const std::string& where) {
  JsonFields fields(value, where);
  if (const double version = fields.number("format"); version != kFormatVersion) {
    fields.fail(
        fmt::format("has the format {}, expected {}: written by another version of bprop", version, kFormatVersion));
  }
  Description description;
  description.architecture = Architecture::parse(fields.text("architecture"));
  description.arithmetic = arithmetic_named(fields.text("arithmetic"));
  description.loss = read_loss(fields.any("loss"), where);
  check_outputs(description.loss, description.architecture.outputs());
  if (fields.has("preprocessing")) {
    description.preprocessing = read_preprocessing(fields.any("preprocessing"), where);
    TargetColumn& target = description.preprocessing->target;
    const std::size_t targets = 1 + description.preprocessing->further_targets.size();
    if (targets > 1 && target_outputs(description.loss).count > 1) {
      fields.fail(
          fmt::format("has the loss {} of {} targets, expected one target", rule(description.loss.loss).name, targets));
    }
    if (target.task == Task::kNumbers) target.outputs_each = target_outputs(description.loss).count;
    target.from_zero = target.task == Task::kNumbers && rule(description.loss.loss).target == LossTarget::kCounts;
  }
  if (fields.has("temperature")) {
    description.temperature = fields.number("temperature");
    if (!(description.temperature > 0)) {
      fields.fail(fmt::format("has the temperature {}, expected a number above 0", description.temperature));
    }
  }
  if (fields.has("exercise")) description.exercise = read_exercise(fields.any("exercise"), where);
  fields.finish();
  return description;
}

}  // namespace

std::string description_text(const Model& model) {
  JsonWriter out;
  out.object([&] {
    out.member("architecture", model.architecture().text());
    out.member("arithmetic", name(model.arithmetic()));
    if (model.exercise) {
      out.key("exercise");
      write_exercise(out, *model.exercise);
    }
    out.member("format", kFormatVersion);
    out.key("loss");
    write_loss(out, model.loss);
    if (model.preprocessing) {
      out.key("preprocessing");
      write_preprocessing(out, *model.preprocessing);
    }
    if (model.temperature != 1) out.member("temperature", model.temperature);
  });
  return std::move(out).text();
}

Result<Description> parse_description(std::string_view text, std::string_view path) {
  const std::string where = fmt::format("{}: description", path);
  const auto parsed = parse_strict_json(text, {kMaxDescriptionDepth, kMaxDescriptionItems}, where);
  if (!parsed) return parsed.failure();
  try {
    return read_description(parsed->root(), where);
  } catch (const FormatError& error) {
    return format_failure(error.what());
  } catch (const Error& error) {  // an unknown name, an architecture that makes no sense
    return format_failure(fmt::format("{}: {}", where, error.what()));
  }
}

}  // namespace bprop::checkpoint
