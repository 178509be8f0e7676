// SPDX-License-Identifier: Apache-2.0
#include "data/count_target.h"

#include "base/check.h"

namespace bprop::data {

void check_counts(const Dataset& data, std::size_t column, const std::string& name) {
  for (std::size_t row = 0; row < data.rows(); ++row) {
    BPROP_CHECK(!(data.cell(row, column) < 0), FormatError,
                "{}, column '{}': the target is {}, expected a count, 0 or more, as the loss poisson needs",
                data.where(row), name, data.cell(row, column));
  }
}

}  // namespace bprop::data
