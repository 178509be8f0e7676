// SPDX-License-Identifier: Apache-2.0
#include "bprop/run_summary.h"

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bprop/version.h"
#include "bprop/whole_file.h"
#include "checkpoint/checksum.h"
#include "train/column_facts.h"
#include "train/run_folder.h"

namespace bprop {
namespace {

using Json = nlohmann::ordered_json;

Json number(double x) { return std::isfinite(x) ? Json(x) : Json(); }

// Path, size and sum, or nothing for what is no plain file (a pipe), which cannot be read twice.
Json fingerprint(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return {{"path", path}, {"bytes", nullptr}, {"xxh3", nullptr}};
  std::ifstream file(path, std::ios::binary);
  std::vector<char> block(std::size_t{1} << 20);
  checkpoint::Checksum sum;
  std::size_t bytes = 0;
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())), file.gcount() > 0) {
    const auto count = static_cast<std::size_t>(file.gcount());
    sum.add(std::as_bytes(std::span(block).first(count)));
    bytes += count;
  }
  return {{"path", path}, {"bytes", bytes}, {"xxh3", sum.text()}};
}

Json json_of(const Evaluation& e) {
  Json json = {{"task", name(e.task)}, {"rows", e.rows}, {"loss", number(e.loss)}};
  if (e.task == Task::kLabels) {
    json["subset_accuracy"] = e.score(Metric::kSubsetAccuracy).value;
    json["f1"] = number(e.score(Metric::kF1).value);
    json["micro_f1"] = number(e.score(Metric::kMicroF1).value);
  }
  if (e.task != Task::kNumbers) {
    json.update({{"accuracy", e.accuracy},
                 {"accuracy_low", e.accuracy_low},
                 {"accuracy_high", e.accuracy_high},
                 {"trivial_accuracy", e.trivial_accuracy},
                 {"trivial_class", e.trivial_class}});
  } else {
    json.update({{"rmse", number(e.rmse)},
                 {"mae", number(e.mae)},
                 {"r2", number(e.r2)},
                 {"trivial_rmse", number(e.trivial_rmse)}});
  }
  for (const LossScore& s : e.loss_scores) {
    json["loss_scores"].push_back(
        {{"name", s.name}, {"value", number(s.value)}, {"low", number(s.low)}, {"high", number(s.high)}});
  }
  return json;
}

// One target by itself.
Json json_of_one(const HeldOut& held) {
  Json confusion = Json::array();
  for (const ConfusionCell& cell : held.confusion) confusion.push_back({cell.truth, cell.prediction, cell.rows});
  Json bins = Json::array();
  for (const ReliabilityBin& bin : held.bins) {
    bins.push_back(
        {{"low", bin.low}, {"high", bin.high}, {"rows", bin.rows}, {"said", bin.said}, {"actual", bin.actual}});
  }
  Json worst = Json::array();
  for (const WorstRow& row : held.worst) {
    worst.push_back({{"row", row.row + 1},
                     {"where", row.where},
                     {"true", row.truth},
                     {"predicted", row.prediction},
                     {"said", number(row.said)},
                     {"loss", number(row.loss)}});
  }
  Json points = Json::array();
  for (std::size_t i = 0; i < held.truth.size(); ++i) points.push_back({number(held.truth[i]), number(held.said[i])});
  Json json = json_of(held.evaluation);
  json.update({{"classes", held.classes},
               {"confusion", confusion},
               {"bins", bins},
               {"calibration_error", number(held.calibration_error)},
               {"points", points},
               {"worst", worst}});
  return json;
}

Json json_of(const HeldOut& held) {
  if (held.targets.empty()) return json_of_one(held);
  Json json = json_of(held.evaluation);
  for (const HeldOut& one : held.targets) {
    json["targets"].push_back({{"name", one.evaluation.target}});
    json["targets"].back().update(json_of_one(one));
  }
  return json;
}

Json json_of_importance(const RunSummary& summary) {
  if (!summary.importance_skipped.empty()) return {{"skipped", summary.importance_skipped}};
  if (!summary.importance) return nullptr;
  const Importance& importance = *summary.importance;
  Json columns = Json::array();
  for (const std::size_t position : by_importance(importance)) {
    const ColumnImportance& c = importance.columns[position];
    columns.push_back({{"name", c.name},
                       {"drop", number(c.drop)},
                       {"deviation", number(c.deviation)},
                       {"gradient", number(c.gradient)}});
  }
  return {{"of", summary.importance_rows},     {"rows", importance.rows},       {"metric", name(importance.metric)},
          {"score", number(importance.score)}, {"repeats", importance.repeats}, {"columns", columns}};
}

Json json_of_network(const Model& model) {
  return {{"layers", model.architecture().text()},
          {"parameters", model.architecture().parameters()},
          {"precision", std::holds_alternative<DoubleNetwork>(model.network) ? "double" : "float"},
          {"arithmetic", name(model.arithmetic())},
          {"loss", rule(model.loss.loss).name}};
}

Json json_of_end(const TrainResult& result) {
  Json findings = Json::array();
  for (const Finding& finding : result.findings) findings.push_back(sentence(finding));
  return {{"reason", name(result.stop_reason)},
          {"sentence", result.divergence ? sentence(*result.divergence) : sentence(result.stop_reason)},
          {"epochs", result.epochs},
          {"updates", result.steps},
          {"best_epoch", result.best_epoch},
          {"metric", name(result.metric)},
          {"findings", findings},
          {"warnings", result.warnings}};
}

Json json_of_data(const RunSummary& summary) {
  if (summary.train == nullptr) return nullptr;
  const TrainResult& result = summary.result;
  const Preprocessing& preprocessing = *result.model.preprocessing;
  Json targets = Json::array();
  for (const TargetColumn& target : preprocessing.targets()) {
    targets.push_back(
        {{"name", target.name}, {"task", name(preprocessing.task())}, {"training_counts", Json::array()}});
    for (std::size_t k = 0; k < target.counts.size(); ++k) {
      targets.back()["training_counts"].push_back({{"class", target.classes[k]}, {"rows", target.counts[k]}});
    }
  }
  Json json = {{"train_rows", result.train_rows},
               {"validation_rows", result.validation_rows},
               {"test_rows", summary.test_rows},
               {"target", targets.front()}};
  if (targets.size() > 1) json["targets"] = targets;
  json.update(training::column_facts(*summary.train, preprocessing));
  return json;
}

}  // namespace

void write_run_summary(const RunSummary& summary) {
  Json files = Json::array();
  for (const std::string& path : summary.files) files.push_back(fingerprint(path));
  const Json json = {{"bprop", kVersion},
                     {"command", summary.command},
                     {"seed", summary.options.seed},
                     {"files", files},
                     {"network", json_of_network(summary.result.model)},
                     {"end", json_of_end(summary.result)},
                     {"data", json_of_data(summary)},
                     {"held_out_rows", summary.held_out_name},
                     {"held_out", summary.held_out ? json_of(*summary.held_out) : Json()},
                     {"importance", json_of_importance(summary)}};
  training::write_summary(summary.options.run_directory,
                          json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace bprop
