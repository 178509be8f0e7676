// SPDX-License-Identifier: Apache-2.0
//
// NPY: the table that is read is written as an array of 64-bit numbers and read again.
#include "data/npy.h"

#include <fmt/format.h>

#include <bit>

#include "target.h"

namespace bprop::fuzz {
namespace {

std::string npy_of(const Dataset& table) {
  const std::string text = fmt::format("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}, {}), }}\n",
                                       table.rows(), table.columns().size());
  std::string file = "\x93NUMPY";
  file += {1, 0, static_cast<char>(text.size()), 0};
  file += text;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t column = 0; column < table.columns().size(); ++column) {
      const auto bits = std::bit_cast<std::uint64_t>(table.cell(row, column));
      for (int shift = 0; shift < 64; shift += 8) file += static_cast<char>(bits >> shift & 255U);
    }
  }
  return file;
}

}  // namespace

void examine(std::string_view bytes) {
  const auto source = data::memory_source(bytes);
  const auto labels = data::read_npy_labels(*source, "labels");
  const auto table = data::parse_npy(bytes, "array");
  must(!labels || bool(table), "what can be labels can be a table");
  if (!table) throw_failure(table.failure());
  const auto again = data::parse_npy(npy_of(*table), "again");
  must(bool(again), "an array that was read can be written and read");
  must(again->rows() == table->rows() && again->columns().size() == table->columns().size(),
       "an array that is written and read has the same shape");
  must(npy_of(*again) == npy_of(*table), "an array that is written and read has the same numbers");
}

}  // namespace bprop::fuzz
