// SPDX-License-Identifier: Apache-2.0
//
// What `bprop inspect DATA` shows.
#pragma once

#include <string>
#include <vector>

#include "bprop/dataset.h"

namespace bprop::cli {

struct ColumnSummary {
  const Column* column = nullptr;
  std::size_t values = 0;  // cells that are not missing
  // Of numbers and pixels; 0 without values.
  double smallest = 0;
  double largest = 0;
  double mean = 0;
};

struct DataSummary {
  const Dataset* data = nullptr;
  std::vector<ColumnSummary> columns = {};
  std::vector<std::string> warnings = {};  // what training would remark: one sentence each
};

DataSummary summarize(const Dataset& data);

// For people: a line a column; pixels are one line together.
std::string text_of(const DataSummary& summary);

}  // namespace bprop::cli
