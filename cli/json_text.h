// SPDX-License-Identifier: Apache-2.0
//
// Results as JSON, for --json: one object (or list) and a line feed. docs/commands.md names the keys. Numbers read back
// unchanged; NaN and infinity become null.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench_report.h"
#include "bprop/check.h"
#include "bprop/doctor.h"
#include "bprop/evaluate.h"
#include "bprop/folds.h"
#include "data_summary.h"
#include "model_summary.h"
#include "train_report.h"

namespace bprop::cli {

// What `bprop gradients` and `bprop import` wrote.
struct GradientsSummary {
  std::size_t rows;
  double loss;
  const std::string& output;
  const std::vector<std::string>& warnings;
};
struct ImportSummary {
  const Model& model;
  const std::string& output;
  const std::vector<std::string>& warnings;
};

std::string json_text(const TrainReport& report);
std::string json_text(const Evaluation& evaluation);
std::string json_text(const CrossValidation& result, const TrainReport& report);
std::string json_text(const CheckReport& report);
std::string json_text(const Diagnosis& diagnosis);
std::string json_text(const GradientsSummary& summary);
std::string json_text(const ImportSummary& summary);
std::string json_text(const ModelSummary& summary);
std::string json_text(const DataSummary& summary);
std::string json_text(const BenchReport& report);
// A list of objects with these keys.
std::string json_text(const std::vector<std::string>& keys, const std::vector<std::vector<std::string>>& rows);

// A text in quotes, without a line feed.
std::string json_string(std::string_view text);

}  // namespace bprop::cli
