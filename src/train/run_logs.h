// SPDX-License-Identifier: Apache-2.0
//
// RunLogs: whoever writes down a training while it runs: the run folder, the CSV file, the event file. When a line of
// the last two cannot be written (a full disk), that is a warning, and training goes on without them: weights are worth
// more than their history.
#pragma once

#include <string>
#include <vector>

#include "base/collectives.h"
#include "bprop/error.h"
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
      : folder_(folder),
        log_(if_first(options, options.log), begin(options)),
        events_(if_first(options, options.tensorboard), metric, begin(options)) {}

  // Every epoch; the folder has those that EpochRecord records, which the loop knows.
  void epoch(const EpochReport& report) {
    unless_failed([&] { log_.epoch(report); }, log_failed_);
    unless_failed([&] { events_.epoch(report); }, events_failed_);
  }
  // Whether anybody wants what the doctor saw.
  bool examines() const { return folder_.writes() || events_.writes(); }
  void examined(std::size_t step, const std::vector<LayerHealth>& layers) {
    if (folder_.writes()) folder_.examined(step, layers);
    unless_failed([&] { events_.examined(step, layers); }, events_failed_);
  }
  void list(checkpoint::StateList& state) {
    folder_.list(state);
    log_.list(state);
    events_.list(state);
  }
  // All lines so far are in the files, those of the folder on the disk.
  void make_last() {
    folder_.make_last();
    unless_failed([&] { events_.flush(); }, events_failed_);
  }
  // Back to the moment of the checkpoint that was read.
  void go_on() {
    folder_.go_on();
    unless_failed([&] { log_.go_on(); }, log_failed_);
    unless_failed([&] { events_.go_on(); }, events_failed_);
  }

  // Adds to the warnings what could not be written.
  void finish(std::vector<std::string>& warnings) {
    folder_.flush();
    unless_failed([&] { events_.flush(); }, events_failed_);
    for (const std::string& failed : {log_failed_, events_failed_}) {
      if (!failed.empty()) warnings.push_back(failed + "; training went on without it");
    }
  }

 private:
  static LogFile::Begin begin(const TrainOptions& options) {
    return options.resume ? LogFile::Begin::kGoOn : LogFile::Begin::kAnew;
  }

  static std::string if_first(const TrainOptions& options, const std::string& path) {
    return is_first(options.communicator) ? path : "";
  }

  // `failed` is the sentence of the first failure; after it nothing is written.
  template <class Write>
  static void unless_failed(const Write& write, std::string& failed) {
    if (!failed.empty()) return;
    try {
      write();
    } catch (const IoError& error) {
      failed = error.what();
    }
  }

  RunFolder& folder_;
  MetricsLog log_;
  EventFile events_;
  std::string log_failed_;
  std::string events_failed_;
};

}  // namespace bprop::training
