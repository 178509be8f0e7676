// SPDX-License-Identifier: Apache-2.0
//
// RunLogs: whoever writes down a training while it runs: the run folder, the CSV file, the event file.
#pragma once

#include "train/event_file.h"
#include "train/metrics_log.h"
#include "train/run_folder.h"

namespace bprop::training {

inline bool writes_down(const TrainOptions& options) {
  return !options.run_directory.empty() || !options.log.empty() || !options.tensorboard.empty();
}

class RunLogs {
 public:
  RunLogs(const TrainOptions& options, Metric metric, RunFolder& folder)
      : folder_(folder), log_(options.log), events_(options.tensorboard, metric) {}

  // Every epoch; the folder has those that EpochRecord records, which the loop knows.
  void epoch(const EpochReport& report) {
    log_.epoch(report);
    events_.epoch(report);
  }
  // Whether anybody wants what the doctor saw.
  bool examines() const { return folder_.writes() || events_.writes(); }
  void examined(std::size_t step, const std::vector<LayerHealth>& layers) {
    if (folder_.writes()) folder_.examined(step, layers);
    events_.examined(step, layers);
  }
  void flush() {
    folder_.flush();
    events_.flush();
  }

 private:
  RunFolder& folder_;
  MetricsLog log_;
  EventFile events_;
};

}  // namespace bprop::training
