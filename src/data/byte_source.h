// SPDX-License-Identifier: Apache-2.0
//
// Where bytes come from: a file or memory, unzipped on the way if the first two bytes say gzip. Read front to back,
// and once more from the front.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bprop/dataset.h"

namespace bprop::data {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills `out` from the front; how many bytes came. Fewer than asked for only at the end.
  virtual Result<std::size_t> read(std::span<char> out) = 0;

  // Starts again at the first byte.
  virtual std::optional<Failure> rewind() = 0;

  // No more bytes than this can come: so much may a header's sizes be believed before anything is allocated.
  virtual std::uint64_t size_bound() const = 0;
};

// Reads and checks the length: false at the end, a failure that begins with `name` when only a part came.
Result<bool> read_exactly(ByteSource& source, std::span<char> out, std::string_view name, std::string_view what);

// The first bytes, at most so many. A small source costs little memory.
Result<std::string> beginning_of(ByteSource& source, std::size_t most);

// On input: the bytes outlive the source.
std::unique_ptr<ByteSource> memory_source(std::string_view bytes);

// What cannot be read twice (a pipe) is read into memory.
Result<std::unique_ptr<ByteSource>> file_source(const std::string& path);

// `inner`, unzipped if its bytes begin as gzip does. Several gzip members in a row are one stream. Reading fails behind
// `most` bytes of it (kMaxUnzipped, 0: none).
Result<std::unique_ptr<ByteSource>> unzipped(std::unique_ptr<ByteSource> inner, const std::string& name,
                                             std::uint64_t most = kMaxUnzipped);

}  // namespace bprop::data
