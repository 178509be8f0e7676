// SPDX-License-Identifier: Apache-2.0
#include "train_end.h"

#include <fmt/format.h>

#include <filesystem>

#include "bprop/report.h"
#include "importance_of_run.h"
#include "quantity.h"
#include "terminal.h"
#include "text_file.h"

namespace bprop::cli {
namespace {

// Who interrupts training is gone within a second.
bool leaves_at_once(const TrainReport& report) {
  const TrainResult& result = *report.result;
  if (result.stop_reason != StopReason::kInterrupted || result.history.empty()) return false;
  return static_cast<double>(report.test_rows) > result.history.back().rows_per_second;  // of training: a slow guess
}

}  // namespace

void write_model(TrainReport& report, const std::string& path) {
  const TrainResult& result = *report.result;
  if (result.best_epoch > 0) {
    save(result.model, path);
    report.output = path;
  }
  const bool interrupted = result.stop_reason == StopReason::kInterrupted;
  if (!interrupted && result.stop_reason != StopReason::kDiverged) return;
  const std::string kept = result.members.empty() ? fmt::format("the weights of epoch {} are", result.best_epoch)
                                                  : "what there is of the members, merged, is";
  const std::string outcome = report.output.empty()
                                  ? fmt::format("there are no good weights yet, {} is not written", path)
                                  : fmt::format("{} in {}", kept, path);
  const std::string reason = result.divergence ? divergence_text(*result.divergence) : sentence(result.stop_reason);
  const bool can_go_on = interrupted && !report.options.run_directory.empty() && report.options.checkpoint_every.any();
  remark("train", fmt::format("{}; {}{}", reason, outcome,
                              can_go_on ? fmt::format("; --resume {} goes on", report.options.run_directory) : ""));
}

void test_model(TrainReport& report, const Dataset& test, ThreadPool* pool) {
  if (test.rows() == 0 || report.output.empty() || leaves_at_once(report)) return;
  report.test = evaluate(report.result->model, test, pool);
}

void add_rows(RunSummary& summary, const TrainValidationTest& parts, const TrainReport& report, ThreadPool* pool) {
  const bool test = parts.test.rows() > 0;
  const Dataset& held = test ? parts.test : parts.validation;
  summary.train = &parts.train;
  summary.test_rows = parts.test.rows();
  summary.held_out_name = test ? "test" : "validation";
  if (report.output.empty() || leaves_at_once(report)) return;
  if (held.rows() > 0) summary.held_out = held_out(report.result->model, held, pool);
  const bool validation = parts.validation.rows() > 1;
  add_importance(summary, validation ? parts.validation : parts.test, validation ? "validation" : "test", pool);
}

std::string write_page(const std::string& run_directory) {
  std::string path = (std::filesystem::path(run_directory) / "report.html").string();
  write_text_file(path, report_html(run_directory));
  return path;
}

std::string end_text(const TrainReport& report) {
  std::string text = training_line(report);
  if (!report.output.empty()) {
    text += calibration_line(report) + quality_line(report) + titled("wrote", report.output);
  }
  if (!report.page.empty()) text += titled("report", report.page);
  return text;
}

}  // namespace bprop::cli
