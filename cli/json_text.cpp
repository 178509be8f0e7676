// SPDX-License-Identifier: Apache-2.0
#include "json_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "values.h"

namespace bprop::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

// {"accuracy": {"value": 0.9, "low": 0.8, "high": 0.95}, …}
Json json_of_scores(const Evaluation& e) {
  Json json = Json::object();
  for (const Score& s : e.scores)
    json[std::string(name(s.metric))] = {{"value", s.value}, {"low", s.low}, {"high", s.high}};
  return json;
}

void add_confusion(const Evaluation& e, Json& json) {
  json["classes"] = e.classes;
  if (!e.positive_class.empty()) json["positive_class"] = e.positive_class;
  const std::size_t classes = e.confusion.empty() ? 0 : e.classes.size();
  json["confusion"] = classes == 0 ? Json() : Json::array();
  for (std::size_t k = 0; k < classes; ++k) {
    const auto row = e.confusion.begin() + static_cast<std::ptrdiff_t>(k * classes);
    json["confusion"].push_back(std::vector<std::size_t>(row, row + static_cast<std::ptrdiff_t>(classes)));
  }
}

Json json_of(const Evaluation& e);

// Each target by itself, and the means over them.
Json json_of_several(const Evaluation& e, Json json) {
  json["metrics"] = json_of_scores(e);
  for (const Evaluation& one : e.targets) {
    Json target = {{"target", one.target}};
    target.update(json_of(one));
    target.erase("loss");  // is not known of one alone
    json["targets"].push_back(std::move(target));
  }
  return json;
}

Json json_of(const Evaluation& e) {
  Json json = {{"task", name(e.task)}, {"rows", e.rows}, {"loss", e.loss}};
  if (!e.targets.empty()) return json_of_several(e, std::move(json));
  if (e.task == Task::kClasses) {
    json.update({{"accuracy", e.accuracy},
                 {"accuracy_low", e.accuracy_low},
                 {"accuracy_high", e.accuracy_high},
                 {"accuracy_interval", e.accuracy_interval},
                 {"trivial_accuracy", e.trivial_accuracy},
                 {"trivial_class", e.trivial_class}});
  } else {
    json.update({{"rmse", e.rmse}, {"mae", e.mae}, {"r2", e.r2}, {"trivial_rmse", e.trivial_rmse}});
  }
  json["trivial_of_training"] = e.trivial_of_training;
  json["metrics"] = json_of_scores(e);
  for (const QuantileScore& q : e.quantiles) {
    json["quantiles"].push_back({{"quantile", q.quantile}, {"value", q.value}, {"low", q.low}, {"high", q.high}});
  }
  for (const LossScore& s : e.loss_scores) {
    json["loss_scores"][s.name] = {{"value", s.value}, {"low", s.low}, {"high", s.high}};
  }
  if (e.task == Task::kClasses) add_confusion(e, json);
  return json;
}

Json json_of(const TargetColumn& target) {
  Json json = {{"name", target.name}, {"task", name(target.task)}};
  if (target.task == Task::kClasses) {
    json["classes"] = target.classes;
  } else {
    json.update({{"shift", target.shift}, {"divisor", target.divisor}});
  }
  return json;
}

// One target, or a list of them.
Json json_of_targets(const Preprocessing& preprocessing) {
  if (preprocessing.further_targets.empty()) return json_of(preprocessing.target);
  Json list = Json::array();
  for (const TargetColumn& target : preprocessing.targets()) list.push_back(json_of(target));
  return list;
}

// How many columns of each kind are inputs.
Json json_of_kinds(const Preprocessing& preprocessing) {
  Json json = Json::object();
  for (const InputColumn& column : preprocessing.inputs) {
    Json& count = json[std::string(name(column.kind))];
    count = count.is_null() ? 1 : count.get<std::size_t>() + 1;
  }
  return json;
}

Json json_of(const EpochReport& e) {
  return {{"epoch", e.epoch},
          {"train_loss", e.train_loss},
          {"validation_loss", e.validation_loss},
          {"validation_score", e.validation_score}};
}

// Counted from 1, as people do.
Json json_of(const std::optional<std::size_t>& count) { return count ? Json(*count + 1) : Json(); }
Json json_of(const std::vector<std::size_t>& counts) {
  Json list = Json::array();
  for (const std::size_t count : counts) list.push_back(count + 1);
  return list;
}

Json json_of(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& f : findings) {
    list.push_back({{"kind", name(f.kind)},
                    {"layer", json_of(f.layer)},
                    {"units", json_of(f.units)},
                    {"columns", json_of(f.columns)},
                    {"row", json_of(f.row)},
                    {"found", f.found},
                    {"remedy", f.remedy}});
  }
  return list;
}

Json json_of(const Divergence& d) {
  return {{"sentence", sentence(d)},
          {"number", name(d.number)},
          {"value", fmt::format("{}", d.value)},
          {"step", d.step},
          {"layer", json_of(d.layer)},
          {"unit", json_of(d.unit)},
          {"column", json_of(d.column)},
          {"row", json_of(d.row)},
          {"cause", name(d.cause)},
          {"cause_sentence", cause_sentence(d)},
          {"remedy", remedy(d)}};
}

Json json_of_network(const Model& model) {
  Json json = {{"layers", model.architecture().text()},
               {"parameters", model.architecture().parameters()},
               {"precision", std::holds_alternative<DoubleNetwork>(model.network) ? "double" : "float"},
               {"arithmetic", name(model.arithmetic())},
               {"loss", text_of(model.loss.loss)},
               {"reduction", text_of(model.loss.reduction)}};
  if (model.temperature != 1) json["temperature"] = model.temperature;
  return json;
}

Json json_of(const InputColumn& column) {
  Json json = {{"name", column.name}, {"kind", name(column.kind)}, {"inputs", column.features()}};
  if (column.kind == ColumnKind::kText) json["categories"] = column.categories;
  if (column.kind != ColumnKind::kText) json.update({{"shift", column.shift}, {"divisor", column.divisor}});
  if (column.kind == ColumnKind::kNumber && column.missing_seen) json["fill"] = column.fill;
  if (column.signed_pair) json["signed_pair"] = true;
  if (column.missing_zero) json["missing_zero"] = true;
  for (const InputScale& scale : column.scales) {
    json["scales"].push_back({{"shift", scale.shift}, {"divisor", scale.divisor}});
  }
  return json;
}

Json json_of(const LayerSummary& layer) {
  const auto* const dropout = std::get_if<Dropout>(&layer.layer);
  Json json = {{"kind", kind_of(layer.layer)}};
  if (dropout != nullptr) json["probability"] = dropout->probability;
  if (const auto* const add = std::get_if<Add>(&layer.layer)) json["back"] = add->back;
  json.update(Json{{"inputs", inputs_of(layer.layer)},
                   {"outputs", outputs_of(layer.layer)},
                   {"activation", rule(activation_of(layer.layer)).name},
                   {"bias", has_bias(layer.layer)},
                   {"parameters", layer.parameters},
                   {"smallest", layer.smallest},
                   {"largest", layer.largest},
                   {"norm", layer.norm}});
  return json;
}

Json json_of(const RecipeChoice& choice) {
  Json json = {{"folds", choice.folds}, {"seconds", choice.seconds}, {"candidates", Json::array()}};
  for (const Candidate& c : choice.candidates) {
    json["candidates"].push_back({{"preset", name(c.preset)},
                                  {"epoch", c.epoch},
                                  {"score", c.score},
                                  {"standard_error", c.standard_error},
                                  {"loss", c.loss}});
  }
  return json;
}

}  // namespace

std::string json_text(const TrainReport& report) {
  const TrainResult& result = *report.result;
  Json json;
  json["data"] = report.data.empty() ? Json() : Json(report.data);
  json.update({{"rows", report.rows},
               {"train_rows", result.train_rows},
               {"validation_rows", result.validation_rows},
               {"test_rows", report.test_rows}});
  if (result.model.preprocessing) {
    json["columns"] = json_of_kinds(*result.model.preprocessing);
    json["target"] = json_of_targets(*result.model.preprocessing);
  }
  json["network"] = json_of_network(result.model);
  if (report.choice != nullptr) json["choice"] = json_of(*report.choice);
  json.update({{"preset", text_of(report.options.preset)},
               {"optimizer", text_of(report.options.optimizer)},
               {"seed", report.options.seed},
               {"stop_reason", name(result.stop_reason)},
               {"epochs", result.epochs},
               {"updates", result.steps},
               {"best_epoch", result.best_epoch},
               {"metric", name(result.metric)},
               {"seconds", result.seconds}});
  if (const EpochReport* best = result.epoch(result.best_epoch)) json["best"] = json_of(*best);
  if (const auto& c = result.calibration) {
    json["calibration"] = {{"temperature", c->temperature},
                           {"log_loss_before", c->log_loss_before},
                           {"log_loss_after", c->log_loss_after}};
  }
  if (result.divergence) json["divergence"] = json_of(*result.divergence);
  if (report.loss_before) json.update({{"loss_before", *report.loss_before}, {"loss_after", *report.loss_after}});
  json["test"] = report.test ? json_of(*report.test) : Json();
  json["model"] = report.output.empty() ? Json() : Json(report.output);
  if (!report.page.empty()) json["report"] = report.page;
  std::vector<std::string> warnings = result.warnings;
  if (report.test) warnings.insert(warnings.end(), report.test->warnings.begin(), report.test->warnings.end());
  json["findings"] = json_of(result.findings);
  json["warnings"] = warnings;
  return text(json);
}

std::string json_text(const Evaluation& evaluation) {
  Json json = json_of(evaluation);
  json["warnings"] = evaluation.warnings;
  return text(json);
}

std::string json_text(const CrossValidation& result, const TrainReport& report) {
  Json json = {{"data", report.data}, {"rows", report.rows}, {"seed", report.options.seed}, {"folds", Json::array()}};
  for (const Fold& fold : result.folds) {
    json["folds"].push_back({{"train_rows", fold.train_rows},
                             {"validation_rows", fold.validation_rows},
                             {"best_epoch", fold.best_epoch},
                             {"stop_reason", name(fold.stop_reason)},
                             {"test", json_of(fold.evaluation)}});
  }
  for (const FoldScore& score : result.scores) {
    json["metrics"][std::string(name(score.metric))] = {{"mean", score.mean}, {"standard_error", score.standard_error}};
  }
  json.update({{"seconds", result.seconds}, {"warnings", result.warnings}});
  return text(json);
}

std::string json_text(const CheckReport& report) {
  Json tensors = Json::array();
  for (const TensorCheck& t : report.tensors) {
    tensors.push_back({{"name", t.name},
                       {"entries", t.entries},
                       {"sampled", t.sampled},
                       {"float_error", t.float_error},
                       {"double_error", t.double_error},
                       {"complex_error", t.complex_error},
                       {"difference_error", t.difference_error},
                       {"worst_entry", t.worst_entry},
                       {"passed", t.passed}});
  }
  return text(
      {{"passed", report.passed}, {"rows", report.rows}, {"kink_rows", report.kink_rows}, {"tensors", tensors}});
}

std::string json_text(const Diagnosis& diagnosis) {
  Json layers = Json::array();
  for (const LayerHealth& layer : diagnosis.layers) {
    layers.push_back({{"units", layer.units},
                      {"delta_rms", layer.delta_rms},
                      {"delta_largest", layer.delta_largest},
                      {"gradient_norm", layer.gradient_norm},
                      {"weight_norm", layer.weight_norm},
                      {"dead", layer.slopes ? json_of(layer.dead) : Json()},
                      {"saturated", layer.slopes ? json_of(layer.saturated) : Json()}});
  }
  return text({{"rows", diagnosis.rows},
               {"loss", diagnosis.loss},
               {"layers", layers},
               {"findings", json_of(diagnosis.findings)}});
}

std::string json_text(const GradientsSummary& summary) {
  return text(
      {{"rows", summary.rows}, {"loss", summary.loss}, {"gradients", summary.output}, {"warnings", summary.warnings}});
}

std::string json_text(const ImportSummary& summary) {
  return text({{"network", json_of_network(summary.model)}, {"model", summary.output}, {"warnings", summary.warnings}});
}

std::string json_text(const ModelSummary& summary) {
  const Model& model = *summary.model;
  Json json = {{"model", summary.path}, {"network", json_of_network(model)}, {"layers", Json::array()}};
  for (const LayerSummary& layer : summary.layers) json["layers"].push_back(json_of(layer));
  if (model.preprocessing) {
    json["target"] = json_of_targets(*model.preprocessing);
    json["columns"] = Json::array();
    for (const InputColumn& column : model.preprocessing->inputs) json["columns"].push_back(json_of(column));
  }
  if (model.exercise) {
    json["own_rows"] = {{"rows", model.exercise->rows},
                        {"target", !model.exercise->target.empty()},
                        {"freeze_biases", model.exercise->freeze_biases}};
    if (model.exercise->learning_rate) json["own_rows"]["learning_rate"] = *model.exercise->learning_rate;
  }
  return text(json);
}

std::string json_text(const DataSummary& summary) {
  const Dataset& data = *summary.data;
  Json json = {{"data", data.source()}, {"rows", data.rows()}, {"columns", Json::array()}};
  json["target"] = data.target() ? Json(data.columns()[*data.target()].name) : Json();
  if (data.targets().size() > 1) {
    json["target"] = Json::array();
    for (const std::size_t target : data.targets()) json["target"].push_back(data.columns()[target].name);
  }
  for (const ColumnSummary& c : summary.columns) {
    Json column = {{"name", c.column->name}, {"kind", name(c.column->kind)}, {"missing", c.column->missing}};
    if (c.column->kind == ColumnKind::kText) {
      column["categories"] = c.column->too_many_categories ? Json() : Json(c.column->categories);
    } else if (c.values > 0) {
      column.update({{"smallest", c.smallest}, {"largest", c.largest}, {"mean", c.mean}});
    }
    json["columns"].push_back(std::move(column));
  }
  json["warnings"] = summary.warnings;
  return text(json);
}

std::string json_text(const BenchReport& report) {
  Json times = Json::array();
  for (const BenchTime& t : report.times) {
    times.push_back({{"network", t.network},
                     {"batch", t.batch},
                     {"threads", t.threads},
                     {"seconds_per_step", t.seconds},
                     {"rows_per_second", t.rows_per_second()}});
  }
  Json signatures = Json::object();
  for (const BenchSignature& s : report.signatures) {
    signatures[std::string(name(s.arithmetic))] = fmt::format("{:016x}", s.value);
  }
  return text({{"times", times}, {"signatures", signatures}});
}

std::string json_text(const std::vector<std::string>& keys, const std::vector<std::vector<std::string>>& rows) {
  Json list = Json::array();
  for (const auto& row : rows) {
    Json object;
    for (std::size_t i = 0; i < keys.size(); ++i) object[keys[i]] = row[i];
    list.push_back(std::move(object));
  }
  return text(list, 2);
}

std::string json_string(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace bprop::cli
