// SPDX-License-Identifier: Apache-2.0
//
// Where rows come from: DATA with the options that say how it is read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bprop/dataset.h"
#include "bprop/model.h"
#include "options.h"

namespace bprop::cli {

struct DataOptions {
  std::string path;
  std::string labels;
  std::vector<std::string> target;
  std::vector<std::string> ignore;
  Character delimiter;
  Character decimal;
  bool no_header = false;
  ByteSize max_size{kMaxUnzipped};

  // --labels, --target, --ignore, --delimiter, --decimal, --no-header, --max-size; DATA is the verb's own.
  void declare(Options& options);
  // Takes out what does not apply: all of it without DATA (`without` says why), and how text is read if DATA is none.
  // Throws UsageError when one of these is given.
  void exclude(Options& options, std::string_view without) const;
  CsvOptions csv() const;
};

// "train-labels-idx1-ubyte" beside "train-images-idx3-ubyte": the name MNIST's makers gave it; "" if no such file is
// there.
std::string labels_beside(const std::string& images);

// DATA as a table with a target, for training.
Dataset load_for_training(const DataOptions& options);

// Another file that must be read as `like` was: the same kinds of columns, the same target.
Dataset load_like(const Dataset& like, const std::string& path, const std::string& labels, const DataOptions& options);

// DATA as the model knows it: its columns' kinds, its targets, which must be there only if `target_needed`.
Dataset load_for_model(const Model& model, const DataOptions& options, bool target_needed);

}  // namespace bprop::cli
