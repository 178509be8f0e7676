// SPDX-License-Identifier: Apache-2.0
//
// The end of a run, written down: what was asked for, how it ended, the table, what the model says about rows that
// training never saw. report.json in the run folder, from which, with the lines of each epoch, report.h makes a page.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bprop/dataset.h"
#include "bprop/held_out.h"
#include "bprop/importance.h"
#include "bprop/train.h"

namespace bprop {

struct RunSummary {
  std::string command = {};             // as it was typed; "": by a program
  std::vector<std::string> files = {};  // that were read: each is written down with its size and checksum (XXH3)
  const TrainOptions& options;          // whose run_directory is written to
  const TrainResult& result;            //
  const Dataset* train = nullptr;       // null: the network's own rows
  std::size_t test_rows = 0;            //
  std::string held_out_name = {};       // "test" or "validation"
  std::optional<HeldOut> held_out{};    // none: there are no such rows, or there was no time
  // Of columns, with the name of its rows ("validation"); none: not measured, and why ("" says nothing).
  std::optional<Importance> importance{};
  std::string importance_rows = {};
  std::string importance_skipped = {};
};

// Writes report.json, all or nothing. Without times, so that equal runs write equal files. Statistics of the columns
// are those of the training rows; of a table of more than 20 million cells those of as many evenly spaced rows as have
// that many. Throws IoError, UsageError.
void write_run_summary(const RunSummary& summary);

}  // namespace bprop
