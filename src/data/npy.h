// SPDX-License-Identifier: Apache-2.0
//
// NumPy arrays as tables: the first axis counts rows, the others are flattened in C order to columns. Unsigned bytes
// stay bytes; everything else becomes double (64-bit integers beyond 2^53 are rounded).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bprop/dataset.h"
#include "data/byte_source.h"

namespace bprop::data {

// On input: bytes of a file, plain or gzipped; `options.labels` is not looked at. `labels`: null, or a value for each
// row, which becomes the last column and the target; they come from `options.labels` in load_npy.
Result<Dataset> parse_npy(std::string_view bytes, const std::string& name, const NpyOptions& options = {},
                          const std::vector<double>* labels = nullptr);
Result<Dataset> read_npy(ByteSource& source, const std::string& name, const NpyOptions& options,
                         const std::vector<double>* labels);

// A value for each row of a 1-D array (or of one column).
Result<std::vector<double>> read_npy_labels(ByteSource& source, const std::string& name);

}  // namespace bprop::data
