// SPDX-License-Identifier: Apache-2.0
//
// The run folder: config.toml (what was asked for), metrics.jsonl (one line an epoch that EpochRecord records, and one
// if the run diverged; without times, so that equal runs write equal files), timing.jsonl (the times), doctor.jsonl (a
// line for every update that the doctor looked at; after 1,000 of them for every 2nd, after 2,000 lines every 4th, …),
// best.safetensors (the best weights so far; at the end of a run without validation rows the last ones), checkpoints/,
// trace.safetensors (the recorded updates, at the end of the run), report.json (write_run_summary(), after it). Nobody
// else writes there, apart from the page report.html that is made of all this.
#pragma once

#include <optional>
#include <string>

#include "bprop/train.h"
#include "checkpoint/folder_lock.h"
#include "checkpoint/trace_writer.h"
#include "train/checkpoints.h"
#include "train/log_file.h"

namespace bprop::training {

class RunFolder {
 public:
  // Without a run_directory, or on another rank than the first, a folder that writes nothing. Otherwise the folder is
  // made, or an earlier run in it replaced: its best.safetensors stays until this run has a model to put in its place,
  // its trace and its checkpoints go. A run that is resumed keeps everything; trace and report of its end go with
  // go_on(). Throws as check_run_directory() does, and UsageError while another training writes there.
  explicit RunFolder(const TrainOptions& options);

  void epoch(const EpochReport& report);  // reaches the files within a second or so of training
  void diverged(const Divergence& divergence);
  bool writes() const { return !path_.empty(); }
  void examined(std::size_t step, const std::vector<LayerHealth>& layers);
  void flush();
  void best(const Model& model);  // replaces the file, all or nothing
  void end(const Model& model);   // the same, if there never was a best one

  // For a run whose updates are recorded. end_trace() writes those of trace().
  void begin_trace(const Model& model, const TraceSettings& settings);
  checkpoint::TraceWriter& trace() { return *trace_; }
  void end_trace() const { trace_->commit(); }

  Checkpoints& checkpoints() { return checkpoints_; }
  void make_last();  // what a checkpoint speaks of is on the disk before it
  void list(checkpoint::StateList& state);
  // Back to the moment of the checkpoint that was read. Throws FormatError when metrics.jsonl does not reach so far.
  void go_on();

 private:
  void remove_end() const;

  std::string path_;
  checkpoint::FolderLock lock_;
  Checkpoints checkpoints_;
  bool best_written_ = false;
  std::optional<checkpoint::TraceWriter> trace_;
  double flushed_ = 0;  // seconds of training
  LogFile metrics_;
  LogFile timing_;
  LogFile doctor_;
  std::size_t examined_ = 0;        // updates that the doctor looked at
  std::size_t examined_lines_ = 0;  // of them in the file
  std::size_t examined_every_ = 1;
};

// The file report.json of a run folder, all or nothing; one of an earlier run goes when a run begins.
void write_summary(const std::string& run_directory, const std::string& json);

}  // namespace bprop::training
