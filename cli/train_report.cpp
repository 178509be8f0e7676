// SPDX-License-Identifier: Apache-2.0
#include "train_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "bprop/evaluate.h"
#include "bprop/gradients.h"
#include "quantity.h"
#include "values.h"

namespace bprop::cli {
namespace {

// "64 numbers", "4 numbers, 1 text": the columns that are inputs.
std::string input_kinds(const Preprocessing& preprocessing) {
  std::array<std::size_t, 3> counts = {};
  for (const InputColumn& column : preprocessing.inputs) ++counts[static_cast<std::size_t>(column.kind)];
  std::string text;
  for (std::size_t kind = 0; kind < counts.size(); ++kind) {
    if (counts[kind] == 0) continue;
    if (!text.empty()) text += ", ";
    text += counted(counts[kind], name(static_cast<ColumnKind>(kind)));
  }
  return text;
}

std::string target_text(const Preprocessing& preprocessing) {
  const TargetColumn& target = preprocessing.target;
  if (!preprocessing.further_targets.empty()) {
    constexpr std::size_t kShown = 5;
    std::vector<std::string> names;
    for (const TargetColumn& each : preprocessing.targets()) names.push_back(each.name);
    const auto shown = std::span(names).first(std::min(names.size(), kShown));
    return fmt::format("{} targets {}{} ({})", names.size(), fmt::join(shown, ", "),
                       shown.size() < names.size() ? ", …" : "", name(preprocessing.task()));
  }
  const std::string kind = target.task == Task::kNumbers ? "numbers" : with_commas(target.classes.size()) + " classes";
  return fmt::format("target {} ({})", target.name, kind);
}

// Four digits for people; all of a network in double.
std::string loss_text(double loss, bool exact) { return exact ? text_of(loss) : fmt::format("{:.4g}", loss); }

// "; auc 0.9812 (0.964 to 0.9983)": of the test rows, if the line does not have it anyway.
std::string metric_asked_for(const TrainReport& report) {
  const Metric metric = report.result->metric;
  if (metric == Metric::kLoss) return fmt::format("; loss {:.4g}", report.test->loss);
  if (metric == Metric::kAccuracy || metric == Metric::kRmse) return {};
  if (metric == Metric::kR2 && !report.test->targets.empty()) return {};
  const Score score = report.test->score(metric);
  const std::string value = score_text(metric, score.value);
  if (!std::isfinite(score.low)) return fmt::format("; {}", value);
  return fmt::format("; {} ({:.4g} to {:.4g})", value, score.low, score.high);
}

// Of a score as score_text() has it.
std::string error_text(Metric metric, double error) {
  return metric == Metric::kAccuracy ? percent(error) : fmt::format("{:.2g}", error);
}

bool in_double(const Model& model) { return std::holds_alternative<DoubleNetwork>(model.network); }

}  // namespace

std::string data_line(const TrainReport& report, const Preprocessing& preprocessing, std::size_t train_rows,
                      std::size_t validation_rows) {
  const bool folds = report.choice != nullptr && report.choice->any();
  const std::size_t members = report.options.members.value_or(1);
  const std::string of_each = members > 1 ? fmt::format(" of each of {} members", members) : "";
  const std::string validation = folds ? fmt::format("in {} folds", report.choice->folds)
                                       : fmt::format("{} validation{}", with_commas(validation_rows), of_each);
  std::string text =
      fmt::format("{} × {}: {}, {}; {} train{} {}, {} test", counted(report.rows, "row"),
                  counted(report.columns, "column"), input_kinds(preprocessing), target_text(preprocessing),
                  with_commas(train_rows), folds ? "" : ",", validation, with_commas(report.test_rows));
  return titled(report.data.substr(report.data.find_last_of('/') + 1), text);
}

std::string choice_line(const RecipeChoice& choice) {
  std::string text = fmt::format("{} folds:", choice.folds);
  for (const Candidate& candidate : choice.candidates) {
    text +=
        fmt::format("{} {} {} (± {})", &candidate == &choice.candidates[0] ? "" : ",", name(candidate.preset),
                    score_text(choice.metric, candidate.score), error_text(choice.metric, candidate.standard_error));
  }
  return titled("choosing", text + fmt::format("; {}", name(choice.best().preset)));
}

std::string network_line(const Model& model) {
  return titled("network", fmt::format("{}, {}, {}, {}", model.architecture().text(),
                                       counted(model.architecture().parameters(), "parameter"),
                                       in_double(model) ? "double" : "float", name(model.arithmetic())));
}

std::string learning_line(const TrainOptions& options, const Model& start) {
  double rate = learning_rate(*options.optimizer);
  if (options.learning_rate) {
    rate = *options.learning_rate;
  } else if (start.exercise && start.exercise->learning_rate && !start.preprocessing) {
    rate = *start.exercise->learning_rate;
  }
  std::string text = fmt::format("{}, {}, rate {}", text_of(start.loss.loss), text_of(options.optimizer), rate);
  if (options.schedule->kind != Schedule::Kind::kConstant) text += fmt::format(" ({})", name(options.schedule->kind));
  const bool all = std::holds_alternative<GradientDescent>(*options.optimizer) || options.batch == BatchSize::kAll;
  text += all ? ", all rows an update" : fmt::format(", {} an update", counted(*options.batch, "row"));
  if (options.members.value_or(1) > 1) text += fmt::format(", {} members", *options.members);
  if (options.preset != Preset::kPlain) text += fmt::format(", preset {}", name(options.preset));
  return titled("learning", text);
}

double loss_of_own_rows(const Model& model) {
  return std::visit(
      [&]<class T>(const BasicNetwork<T>& network) {
        const EncodedRows<T> rows = exercise_rows<T>(model);
        return loss<T>(network, rows.input, rows.target, model.loss);
      },
      model.network);
}

// "; 8 members, best epochs 61 to 250, validation 95.2 %"
std::string members_text(const TrainResult& result) {
  std::size_t first = SIZE_MAX, last = 0, merged = 0;
  for (const Member& member : result.members) {
    if (member.best_epoch == 0) continue;
    first = std::min(first, member.best_epoch);
    last = std::max(last, member.best_epoch);
    ++merged;
  }
  const double score = result.members_score();
  std::string text = fmt::format("; {} merged", counted(merged, "member"));
  if (merged > 0)
    text += first == last ? fmt::format(", best epoch {}", first) : fmt::format(", best epochs {} to {}", first, last);
  return std::isfinite(score) ? fmt::format("{}, validation {}", text, score_text(result.metric, score)) : text;
}

std::string training_line(const TrainReport& report) {
  const TrainResult& result = *report.result;
  const std::string resumed =
      report.options.resume ? fmt::format(" (resumed at update {})", with_commas(result.resumed_at)) : "";
  std::string text = fmt::format("{}, {}{} in {}: {}", counted(result.epochs, "epoch"), counted(result.steps, "update"),
                                 resumed, duration_text(result.seconds), sentence(result.stop_reason));
  if (result.choice && result.stop_reason == StopReason::kChosenEpoch && result.members.empty()) {
    text += fmt::format("; epoch {} of {}", result.epochs, total_epochs(report.options, result.train_rows));
  }
  if (!result.members.empty()) {
    text += members_text(result);
  } else if (const EpochReport* best = result.epoch(result.best_epoch); best != nullptr && result.validation_rows > 0) {
    const bool validated = std::isfinite(best->validation_loss);
    text += fmt::format("; {} epoch {}, ", validated && report.options.keep_best ? "best" : "kept", result.best_epoch);
    text +=
        validated ? fmt::format("validation {}", score_text(result.metric, best->validation_score)) : "not validated";
  }
  return titled("training", text);
}

std::string calibration_line(const TrainReport& report) {
  const auto& calibration = report.result->calibration;
  if (!calibration) return {};
  return titled("calibration",
                fmt::format("temperature {:.4g}: log-loss of the validation rows {:.4g} before, {:.4g} after",
                            calibration->temperature, calibration->log_loss_before, calibration->log_loss_after));
}

std::string divergence_text(const Divergence& divergence) {
  const std::string cause = cause_sentence(divergence);
  return fmt::format("training diverged: {}{}{}; {} may help", sentence(divergence),
                     cause.empty() ? "" : ", probably since ", cause, remedy(divergence));
}

std::string score_text(Metric metric, double value, int digits) {
  if (std::isnan(value)) return fmt::format("{} undefined", name(metric));
  if (metric == Metric::kAccuracy) return percent(value) + " %";
  return fmt::format("{} {:.{}g}", metric == Metric::kRmse ? "RMSE" : name(metric), value, digits);
}

std::string metric_name(const Evaluation& e) {
  if (e.task == Task::kNumbers) return e.targets.empty() ? "RMSE" : "mean R²";
  return e.targets.empty() ? "accuracy" : "mean accuracy";
}

std::string against_trivial(const Evaluation& e) {
  const std::string_view whose = e.trivial_of_training ? "" : " of these rows";
  if (e.task == Task::kClasses) {
    return fmt::format("{} % (± {}) against {} % for the most frequent class{}", percent(e.accuracy),
                       percent(e.accuracy_interval), percent(e.trivial_accuracy), whose);
  }
  if (e.task == Task::kLabels) {
    return fmt::format("{} % (± {}) of {} labels against {} % for the more frequent value{}; all of a row right: {} %",
                       percent(e.accuracy), percent(e.accuracy_interval), e.targets.size(), percent(e.trivial_accuracy),
                       whose, percent(e.score(Metric::kSubsetAccuracy).value));
  }
  if (!e.targets.empty()) {  // in different units, perhaps, so that their R² say more than a mean of RMSEs
    std::vector<std::string> each;
    for (const Evaluation& one : e.targets) each.push_back(fmt::format("{} {}", one.target, r2_text(one.r2)));
    return fmt::format("{} of {} targets ({})", r2_text(e.r2), e.targets.size(), fmt::join(each, ", "));
  }
  if (e.trivial_rmse == 0) return fmt::format("{:.4g}", e.rmse);  // one row, or equal targets: the mean is right
  return fmt::format("{:.4g}, R² {}, against {:.4g} for the mean{}", e.rmse, r2_text(e.r2), e.trivial_rmse, whose);
}

std::string quality_line(const TrainReport& report) {
  if (report.test) {
    return fmt::format("held-out {}: {}{}\n", metric_name(*report.test), against_trivial(*report.test),
                       metric_asked_for(report));
  }
  if (report.test_rows > 0) return "held-out rows: not tested, since training was interrupted\n";
  if (!report.loss_before) return "held-out rows: none, so nothing is known of how good the model is on new rows\n";
  const bool exact = in_double(report.result->model);
  return titled("loss", fmt::format("{} before, {} after {}", loss_text(*report.loss_before, exact),
                                    loss_text(*report.loss_after, exact), counted(report.result->steps, "update")));
}

}  // namespace bprop::cli
