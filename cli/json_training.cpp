// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "json_parts.h"
#include "json_text.h"
#include "values.h"

namespace bprop::cli {
namespace {

// How many columns of each kind are inputs.
Json json_of_kinds(const Preprocessing& preprocessing) {
  Json json = Json::object();
  for (const InputColumn& column : preprocessing.inputs) {
    Json& count = json[std::string(name(column.kind))];
    count = count.is_null() ? 1 : count.get<std::size_t>() + 1;
  }
  return json;
}

Json json_of_epoch(const EpochReport& e) {
  return {{"epoch", e.epoch},
          {"train_loss", e.train_loss},
          {"validation_loss", e.validation_loss},
          {"validation_score", e.validation_score}};
}

Json json_of_divergence(const Divergence& d) {
  return {{"sentence", sentence(d)},
          {"number", name(d.number)},
          {"value", fmt::format("{}", d.value)},
          {"step", d.step},
          {"layer", counted(d.layer)},
          {"unit", counted(d.unit)},
          {"column", counted(d.column)},
          {"row", counted(d.row)},
          {"cause", name(d.cause)},
          {"cause_sentence", cause_sentence(d)},
          {"remedy", remedy(d)}};
}

Json json_of_choice(const RecipeChoice& choice) {
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

Json json_of_members(const TrainResult& result) {
  Json json = {{"validation_score", result.members_score()}, {"each", Json::array()}};
  for (const Member& m : result.members) {
    json["each"].push_back({{"train_rows", m.train_rows},
                            {"validation_rows", m.validation_rows},
                            {"epochs", m.epochs},
                            {"best_epoch", m.best_epoch},
                            {"stop_reason", name(m.stop_reason)},
                            {"validation_loss", m.validation_loss},
                            {"validation_score", m.validation_score}});
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
  if (report.choice != nullptr) json["choice"] = json_of_choice(*report.choice);
  json.update({{"preset", text_of(report.options.preset)},
               {"optimizer", text_of(report.options.optimizer)},
               {"seed", report.options.seed},
               {"stop_reason", name(result.stop_reason)},
               {"epochs", result.epochs},
               {"updates", result.steps},
               {"resumed_at", result.resumed_at},
               {"best_epoch", result.best_epoch},
               {"metric", name(result.metric)},
               {"seconds", result.seconds}});
  if (!result.members.empty()) {
    json["members"] = json_of_members(result);
  } else if (const EpochReport* best = result.epoch(result.best_epoch)) {
    json["best"] = json_of_epoch(*best);
  }
  if (const auto& c = result.calibration) {
    json["calibration"] = {{"temperature", c->temperature},
                           {"log_loss_before", c->log_loss_before},
                           {"log_loss_after", c->log_loss_after}};
  }
  if (result.divergence) json["divergence"] = json_of_divergence(*result.divergence);
  if (report.loss_before) json.update({{"loss_before", *report.loss_before}, {"loss_after", *report.loss_after}});
  json["test"] = report.test ? json_of(*report.test) : Json();
  json["model"] = report.output.empty() ? Json() : Json(report.output);
  if (!report.page.empty()) json["report"] = report.page;
  std::vector<std::string> warnings = result.warnings;
  if (report.test) warnings.insert(warnings.end(), report.test->warnings.begin(), report.test->warnings.end());
  json["findings"] = json_of(result.findings);
  json["warnings"] = warnings;
  return json_line(json);
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
  return json_line(json);
}

}  // namespace bprop::cli
