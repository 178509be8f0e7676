// SPDX-License-Identifier: Apache-2.0
#include "json_parts.h"

#include "values.h"

namespace bprop::cli {
namespace {

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

Json json_of_target(const TargetColumn& target) {
  Json json = {{"name", target.name}, {"task", name(target.task)}};
  if (target.task == Task::kClasses) {
    json["classes"] = target.classes;
  } else {
    json.update({{"shift", target.shift}, {"divisor", target.divisor}});
  }
  return json;
}

}  // namespace

std::string json_line(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
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

Json json_of_targets(const Preprocessing& preprocessing) {
  if (preprocessing.further_targets.empty()) return json_of_target(preprocessing.target);
  Json list = Json::array();
  for (const TargetColumn& target : preprocessing.targets()) list.push_back(json_of_target(target));
  return list;
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

Json counted(const std::optional<std::size_t>& count) { return count ? Json(*count + 1) : Json(); }
Json counted(const std::vector<std::size_t>& counts) {
  Json list = Json::array();
  for (const std::size_t count : counts) list.push_back(count + 1);
  return list;
}

Json json_of(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& f : findings) {
    list.push_back({{"kind", name(f.kind)},
                    {"layer", counted(f.layer)},
                    {"units", counted(f.units)},
                    {"columns", counted(f.columns)},
                    {"row", counted(f.row)},
                    {"found", f.found},
                    {"remedy", f.remedy}});
  }
  return list;
}

}  // namespace bprop::cli
