// SPDX-License-Identifier: Apache-2.0
//
// RunFiles: what lies in a run folder (src/train/run_folder.h says who wrote it).
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace bprop::report {

using Json = nlohmann::json;

// A line of metrics.jsonl; NaN where it has null.
struct EpochLine {
  std::size_t epoch = 0;
  std::size_t step = 0;
  double train_loss = 0;
  double validation_loss = 0;
  double train_score = 0;
  double validation_score = 0;
  double learning_rate = 0;
  bool best = false;
};

// A line of doctor.jsonl.
struct LayerLine {
  double delta_rms = 0;
  double gradient_norm = 0;
  double weight_norm = 0;
  std::size_t dead = 0;
  std::size_t saturated = 0;
};
struct DoctorLine {
  std::size_t step = 0;
  std::vector<LayerLine> layers = {};
};

struct RunFiles {
  std::string name = {};  // of the folder
  std::vector<EpochLine> epochs = {};
  std::vector<DoctorLine> doctor = {};
  std::string configuration = {};  // config.toml
  double seconds = 0;              // of the last epoch; 0: none
  Json summary = {};               // report.json; null: the run has not ended

  bool ended() const { return !summary.is_null(); }
  // Null where there is none.
  const Json& held_out() const { return ended() ? summary.at("held_out") : summary; }
  const Json& data() const { return ended() ? summary.at("data") : summary; }
  // What the epochs' scores are, in words for people: "accuracy", "RMSE"; "score" while the run goes on.
  std::string score_name() const;
  bool score_in_percent() const;
  // "price", "width, height and 3 more"
  std::string target_names() const;
  bool of_classes() const { return data().is_object() && data().at("target").at("task") == "classes"; }
};

RunFiles read_run(const std::string& folder);

// NaN for null.
double number_of(const Json& json);
// A whole number, 0 or more; throws Json::exception for anything else.
std::size_t count_of(const Json& json);

}  // namespace bprop::report
