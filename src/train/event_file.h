// SPDX-License-Identifier: Apache-2.0
//
// EventFile: scalars for TensorBoard. The file is a sequence of TFRecords – length (8 bytes), its masked CRC-32C (4),
// the bytes, their masked CRC-32C (4), all little-endian –, each the protocol buffer Event of TensorFlow's event.proto;
// the first says "brain.Event:2". Tags: loss/train, loss/validation, METRIC/… (accuracy/train), learning_rate, and of
// every update that the doctor looked at layer_K/delta_rms, /gradient_norm, /weight_norm, /gradient_over_weight, /dead,
// /saturated (K from 1). The step of an event is the number of updates.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/train.h"
#include "train/log_file.h"

namespace bprop::training {

inline constexpr std::string_view kEventFile = "events.out.tfevents.bprop";

class EventFile {
 public:
  // Makes the folder; "" makes a file that is not written. An earlier event file of bprop there is replaced. Throws as
  // check_tensorboard() does.
  EventFile(const std::string& folder, Metric metric, LogFile::Begin begin);

  bool writes() const { return file_.exists(); }
  void epoch(const EpochReport& report);  // reaches the file at once
  void examined(std::size_t step, const std::vector<LayerHealth>& layers);
  void flush();  // throws IoError when not everything could be written

  void list(checkpoint::StateList& state) { file_.list(state, "events"); }
  void go_on();

 private:
  void write_version();
  // What is not a number is left out.
  void scalar(std::size_t step, std::string_view tag, double value);
  void record(std::string_view bytes);

  std::string metric_;
  LogFile file_;
  std::string event_;  // the memory of one
};

}  // namespace bprop::training
