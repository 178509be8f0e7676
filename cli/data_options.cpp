// SPDX-License-Identifier: Apache-2.0
#include "data_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "bprop/error.h"

namespace bprop::cli {
namespace {

// The model asks for these columns, nobody's option: without them the file is wrong.
void require_targets(const Dataset& data, const std::vector<std::string>& targets) {
  for (const std::string& target : targets) {
    const auto column = data.find(target);
    if (column && data.is_target(*column)) continue;
    const bool images = !data.columns().empty() && data.columns().front().kind == ColumnKind::kPixel;
    throw FormatError(data.source() + ": has no column '" + target + "', " +
                      (targets.size() == 1 ? "the target" : "a target") + " of the model" +
                      (images ? "; expected --labels FILE" : ""));
  }
}

std::vector<std::string> names_of(const std::vector<TargetColumn>& targets) {
  std::vector<std::string> names;
  for (const TargetColumn& target : targets) names.push_back(target.name);
  return names;
}

// What --target says may stay if it names the same columns in the same order, with commas or one by one.
void check_targets_of_model(const std::vector<std::string>& given, const std::vector<std::string>& known) {
  if (given.empty() || given == known ||
      fmt::format("{}", fmt::join(given, ",")) == fmt::format("{}", fmt::join(known, ",")))
    return;
  throw UsageError(fmt::format("--target {}: the model predicts '{}', and knows that by itself", fmt::join(given, ","),
                               fmt::join(known, "', '")));
}

}  // namespace

void DataOptions::declare(Options& options) {
  options.repeated("target", "NAME", target,
                   "column to predict, by name or counted from 1; several: with commas between, or given again");
  options.value("labels", "LABELS", labels,
                "file with the labels of images (IDX, NPY); found by itself if named as MNIST's are");
  options.list("ignore", "COLUMN", ignore, "columns that are not read");
  options.value("delimiter", "C", delimiter, "between fields: one of tab ; | , (found out by default)");
  options.value("decimal", "C", decimal, "decimal sign: . or , (found out by default)");
  options.flag("no-header", no_header, "the first line is data; columns are called column1, column2, ...");
  options.value("max-size", "SIZE", max_size, "what a zipped file may become, such as 500M; 0: any size");
}

void DataOptions::exclude(Options& options, std::string_view without) const {
  if (path.empty())
    options.exclude({"target", "labels", "ignore", "delimiter", "decimal", "no-header", "max-size"}, without);
  const bool numbers = path.ends_with(".npy") || path.ends_with(".npy.gz") || !labels_beside(path).empty();
  if (numbers || !labels.empty()) {
    options.exclude({"delimiter", "decimal", "no-header"}, "to images and arrays: they are not text");
  }
}

CsvOptions DataOptions::csv() const {
  CsvOptions csv;
  csv.target = target;
  csv.ignore = ignore;
  csv.delimiter = delimiter.value;
  csv.decimal = decimal.value;
  csv.max_size = max_size.bytes;
  if (no_header) csv.header = Header::kAbsent;
  return csv;
}

std::string labels_beside(const std::string& images) {
  std::filesystem::path path(images);
  std::string file = path.filename().string();
  const auto replace = [&](std::string_view from, std::string_view to) {
    const std::size_t at = file.find(from);
    if (at != std::string::npos) file.replace(at, from.size(), to);
    return at != std::string::npos;
  };
  if (!replace("images", "labels") || !replace("idx3", "idx1")) return {};
  path.replace_filename(file);
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) ? path.string() : std::string();
}

Dataset load_for_training(const DataOptions& options) {
  const std::string labels = options.labels.empty() ? labels_beside(options.path) : options.labels;
  Dataset data = load_table(options.path, options.csv(), labels);
  if (!data.target()) {
    throw UsageError(options.path + ": what is to be predicted is not said, expected --target NAME" +
                     " (a column of a table) or --labels FILE (of images)");
  }
  return data;
}

Dataset load_like(const Dataset& like, const std::string& path, const std::string& labels, const DataOptions& options) {
  CsvOptions csv = options.csv();
  std::vector<std::string> targets;
  for (const std::size_t column : like.targets()) targets.push_back(like.columns()[column].name);
  csv.target = targets;
  for (const Column& column : like.columns()) csv.hints.push_back({column.name, column.kind});
  return load_table(path, csv, labels.empty() ? labels_beside(path) : labels);
}

Dataset load_for_model(const Model& model, const DataOptions& options, bool target_needed) {
  CsvOptions csv = options.csv();
  csv.target_required = false;
  if (model.preprocessing) {
    csv.hints = column_hints(*model.preprocessing);
    const std::vector<std::string> targets = names_of(model.preprocessing->targets());
    check_targets_of_model(options.target, targets);
    csv.target = targets;
    if (!target_needed) {  // then whatever stands in the targets' columns is nobody's business
      std::erase_if(csv.hints, [&](const ColumnHint& hint) { return std::ranges::count(targets, hint.name) > 0; });
    }
  } else if (!csv.target.empty()) {
    csv.target_required = true;
  }
  const bool look_for_labels = target_needed && options.labels.empty();
  Dataset data = load_table(options.path, csv, look_for_labels ? labels_beside(options.path) : options.labels);
  if (target_needed && model.preprocessing) require_targets(data, names_of(model.preprocessing->targets()));
  return data;
}

}  // namespace bprop::cli
