// SPDX-License-Identifier: Apache-2.0
//
// What `bprop train` says: the lines of its summary, and the same as JSON (docs/commands.md names the keys).
#pragma once

#include <optional>
#include <string>

#include "bprop/train.h"

namespace bprop::cli {

struct TrainReport {
  std::string data = {};  // path; "": the network's own rows
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t test_rows = 0;
  TrainOptions options = {};
  const RecipeChoice* choice = nullptr;  // null: no recipes competed
  const TrainResult* result = nullptr;
  std::optional<Evaluation> test = {};     // on rows that training never saw
  std::optional<double> loss_before = {};  // of a network's own rows
  std::optional<double> loss_after = {};
  std::string output = {};  // "": the model was not written
  std::string page = {};    // about the run; "": there is no run folder
};

// The loss of a network's own rows, as its gradients have it.
double loss_of_own_rows(const Model& model);

// Before training: the table, the network, how it learns.
std::string data_line(const TrainReport& report, const Preprocessing& preprocessing, std::size_t train_rows,
                      std::size_t validation_rows);
std::string choice_line(const RecipeChoice& choice);  // which recipe was how good
std::string network_line(const Model& model);
std::string learning_line(const TrainOptions& options, const Model& start);

// After it: why and when it stopped, how good the model is.
std::string training_line(const TrainReport& report);
std::string calibration_line(const TrainReport& report);  // "" without
std::string quality_line(const TrainReport& report);

// "training diverged: at update 4 z of unit 3 of layer 2 is inf (iris.csv, line 17); …", and what may help.
std::string divergence_text(const Divergence& divergence);

// A validation score in a line: "98.1 %" of accuracy, "RMSE 3.2", "auc 0.98".
std::string score_text(Metric metric, double value, int digits = 4);

// "accuracy" or "RMSE"; "98.1 % (± 1.4) against 10.3 % for the most frequent class", or RMSE and R² against the mean.
std::string metric_name(const Evaluation& evaluation);
std::string against_trivial(const Evaluation& evaluation);

}  // namespace bprop::cli
