// SPDX-License-Identifier: Apache-2.0
//
// MetricsLog: the CSV file of TrainOptions::log: a header, then a line of plain numbers an epoch, each flushed, so that
// `tail -f` and spreadsheets follow the training. What is not known is an empty field.
#pragma once

#include <string>

#include "bprop/train.h"
#include "train/log_file.h"

namespace bprop::training {

class MetricsLog {
 public:
  // "" makes a log that writes nothing. Throws as check_log() does.
  MetricsLog(const std::string& path, LogFile::Begin begin);

  // Throws IoError when the line cannot be written.
  void epoch(const EpochReport& report);

  void list(checkpoint::StateList& state) { file_.list(state, "log"); }
  void go_on();

 private:
  void write_header();

  LogFile file_;
};

}  // namespace bprop::training
