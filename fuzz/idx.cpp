// SPDX-License-Identifier: Apache-2.0
//
// IDX: the array that is read is written again, to the same bytes.
#include "data/idx.h"

#include "target.h"

namespace bprop::fuzz {

void examine(std::string_view bytes) {
  auto array = data::parse_idx(bytes, "array");
  if (!array) throw_failure(array.failure());
  if (bytes.starts_with("\x1f\x8b")) return;
  std::string written = {0, 0, 8, static_cast<char>(array->sizes.size())};
  for (const std::uint32_t size : array->sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) written += static_cast<char>(size >> shift & 255U);
  }
  for (std::size_t row = 0; row < array->rows.rows(); ++row) {
    written.append(reinterpret_cast<const char*>(array->rows.row(row)), array->rows.width());
  }
  must(written == bytes, "an array that is read and written is the same");
  auto table = data::idx_dataset(std::move(*array), "array", nullptr, "");
  if (!table) throw_failure(table.failure());
}

}  // namespace bprop::fuzz
