// SPDX-License-Identifier: Apache-2.0
#include "json_text.h"

#include <fmt/format.h>

#include "json_parts.h"
#include "values.h"

namespace bprop::cli {
namespace {

Json json_of_input(const InputColumn& column) {
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

Json json_of_layer(const LayerSummary& layer) {
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

}  // namespace

std::string json_text(const Evaluation& evaluation) {
  Json json = json_of(evaluation);
  json["warnings"] = evaluation.warnings;
  return json_line(json);
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
  return json_line(
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
                      {"dead", layer.slopes ? counted(layer.dead) : Json()},
                      {"saturated", layer.slopes ? counted(layer.saturated) : Json()}});
  }
  return json_line({{"rows", diagnosis.rows},
                    {"loss", diagnosis.loss},
                    {"layers", layers},
                    {"findings", json_of(diagnosis.findings)}});
}

std::string json_text(const GradientsSummary& summary) {
  return json_line(
      {{"rows", summary.rows}, {"loss", summary.loss}, {"gradients", summary.output}, {"warnings", summary.warnings}});
}

std::string json_text(const ImportSummary& summary) {
  return json_line(
      {{"network", json_of_network(summary.model)}, {"model", summary.output}, {"warnings", summary.warnings}});
}

std::string json_text(const ModelSummary& summary) {
  const Model& model = *summary.model;
  Json json = {{"model", summary.path}, {"network", json_of_network(model)}, {"layers", Json::array()}};
  for (const LayerSummary& layer : summary.layers) json["layers"].push_back(json_of_layer(layer));
  if (model.preprocessing) {
    json["target"] = json_of_targets(*model.preprocessing);
    json["columns"] = Json::array();
    for (const InputColumn& column : model.preprocessing->inputs) json["columns"].push_back(json_of_input(column));
  }
  if (model.exercise) {
    json["own_rows"] = {{"rows", model.exercise->rows},
                        {"target", !model.exercise->target.empty()},
                        {"freeze_biases", model.exercise->freeze_biases}};
    if (model.exercise->learning_rate) json["own_rows"]["learning_rate"] = *model.exercise->learning_rate;
  }
  return json_line(json);
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
  return json_line(json);
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
  return json_line({{"times", times}, {"signatures", signatures}});
}

std::string json_text(const std::vector<std::string>& keys, const std::vector<std::vector<std::string>>& rows) {
  Json list = Json::array();
  for (const auto& row : rows) {
    Json object;
    for (std::size_t i = 0; i < keys.size(); ++i) object[keys[i]] = row[i];
    list.push_back(std::move(object));
  }
  return json_line(list, 2);
}

std::string json_string(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace bprop::cli
