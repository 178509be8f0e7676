// SPDX-License-Identifier: Apache-2.0
#include "data_options.h"

#include <filesystem>
#include <string_view>

#include "bprop/error.h"

namespace bprop::cli {
namespace {

// The model asks for this column, nobody's option: without it the file is wrong.
void require_target(const Dataset& data, const std::string& target) {
  if (data.target()) return;
  const bool images = !data.columns().empty() && data.columns().front().kind == ColumnKind::kPixel;
  throw FormatError(data.source() + ": has no column '" + target + "', the target of the model" +
                    (images ? "; expected --labels FILE" : ""));
}

}  // namespace

void DataOptions::declare(Options& options) {
  options.value("target", "NAME", target, "column to predict, by name or counted from 1");
  options.value("labels", "LABELS", labels,
                "file with the labels of images (IDX, NPY); found by itself if named as MNIST's are");
  options.list("ignore", "COLUMN", ignore, "columns that are not read");
  options.value("delimiter", "C", delimiter, "between fields: one of tab ; | , (found out by default)");
  options.value("decimal", "C", decimal, "decimal sign: . or , (found out by default)");
  options.flag("no-header", no_header, "the first line is data; columns are called column1, column2, ...");
}

void DataOptions::exclude(Options& options, std::string_view without) const {
  if (path.empty()) options.exclude({"target", "labels", "ignore", "delimiter", "decimal", "no-header"}, without);
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
  csv.target = like.columns()[*like.target()].name;
  for (const Column& column : like.columns()) csv.hints.push_back({column.name, column.kind});
  return load_table(path, csv, labels.empty() ? labels_beside(path) : labels);
}

Dataset load_for_model(const Model& model, const DataOptions& options, bool target_needed) {
  CsvOptions csv = options.csv();
  csv.target_required = false;
  if (model.preprocessing) {
    csv.hints = column_hints(*model.preprocessing);
    const std::string& target = model.preprocessing->target.name;
    if (!csv.target.empty() && csv.target != target) {
      throw UsageError("--target " + csv.target + ": the model predicts '" + target + "', and knows that by itself");
    }
    csv.target = target;
    if (!target_needed) {  // then whatever stands in the target's column is nobody's business
      std::erase_if(csv.hints, [&](const ColumnHint& hint) { return hint.name == target; });
    }
  } else if (!csv.target.empty()) {
    csv.target_required = true;
  }
  const bool look_for_labels = target_needed && options.labels.empty();
  Dataset data = load_table(options.path, csv, look_for_labels ? labels_beside(options.path) : options.labels);
  if (target_needed && model.preprocessing) require_target(data, model.preprocessing->target.name);
  return data;
}

}  // namespace bprop::cli
