// SPDX-License-Identifier: Apache-2.0
//
// Progress of training: one line on stderr, drawn again and again, on a terminal only.
//   training      ━━━━━━━━━━━━━━━━━━━━━━━╸      epoch 31/256  loss 0.021  validation 98.3 % ▁▃▅▆▆▇█  61k rows/s  2 s
//   left
// The blocks are the validation score of the last 16 epochs; without validation rows the loss of training. After the
// first epoch of a run that will take long, one line – also where there is no terminal – says how long.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "bprop/train.h"
#include "sparkline.h"

namespace bprop::cli {

class Progress {
 public:
  // Nothing is drawn unless `wanted` and stderr is a terminal; nothing is said unless `wanted`.
  Progress(bool wanted, const TrainOptions& options);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void begin(const Model& model, std::size_t rows);
  void step(std::size_t step, std::size_t total_steps, double loss);
  void epoch(const EpochReport& report);
  // Removes the line.
  void end();

 private:
  void draw();
  void say_expected_end(const EpochReport& first) const;
  std::string text(std::size_t width) const;

  TrainOptions options_;
  bool wanted_;
  bool shown_;
  bool colours_;
  bool drawn_ = false;
  std::size_t batch_;
  Metric metric_ = Metric::kAccuracy;
  bool whole_batches_;  // the rows after the last one are left out
  std::size_t rows_ = 0;
  std::size_t step_ = 0;
  std::size_t resumed_at_ = 0;  // where the time began that is measured
  std::size_t total_steps_ = 0;
  double loss_ = 0;
  EpochReport last_{};
  Sparkline recent_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace bprop::cli
