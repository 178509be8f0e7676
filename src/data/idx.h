// SPDX-License-Identifier: Apache-2.0
//
// IDX, the format of MNIST (http://yann.lecun.com/exdb/mnist, "THE IDX FILE FORMAT"):
//   byte 0–1  zero       byte 2  type, 0x08 = unsigned bytes (the only one read)       byte 3  rank, 1 or more
//   then `rank` sizes of 32 bits, big-endian, then the data, the last index fastest.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/byte_source.h"
#include "data/table.h"

namespace bprop::data {

struct IdxArray {
  std::vector<std::uint32_t> sizes;
  ChunkedRows<std::uint8_t> rows;  // sizes[0] rows of the product of the others
};

// On input: bytes of a file, plain or gzipped. `name` stands in error texts.
Result<IdxArray> parse_idx(std::string_view bytes, const std::string& name);
Result<IdxArray> read_idx(ByteSource& source, const std::string& name);

// Images and, if there are any, labels (rank 1) as one table. Takes the arrays' cells.
Result<Dataset> idx_dataset(IdxArray images, const std::string& images_name, const IdxArray* labels,
                            const std::string& labels_name);

}  // namespace bprop::data
