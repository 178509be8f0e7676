// SPDX-License-Identifier: Apache-2.0
//
// The header of a safetensors file as a value, and its JSON both ways. Format: safetensors_format.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "checkpoint/safetensors_format.h"

namespace bprop::checkpoint {

struct Tensor {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;  // offsets into the data
  std::uint64_t end = 0;
  std::span<const std::byte> bytes;  // empty when only the header was read
};

using Metadata = std::map<std::string, std::string, std::less<>>;

// What a file says; of its data a view.
struct SafetensorsFile {
  std::vector<Tensor> tensors;  // in the order of their data
  Metadata metadata;            // "__metadata__"

  const Tensor* find(std::string_view name) const;  // null: no such tensor
};

// Bytes of a tensor; nothing when they are more than 64 bits can count.
std::optional<std::uint64_t> bytes_needed(Dtype dtype, std::span<const std::uint64_t> shape);

// Metadata first, then the tensors in their order, without spaces. Throws UsageError when a text is not UTF-8.
std::string header_json(const SafetensorsFile& file);

// Every entry checked by itself: type, shape, and that the offsets are as far apart as both demand. `path` stands in
// the sentences only.
Result<SafetensorsFile> parse_header_json(std::string_view text, std::string_view path);

}  // namespace bprop::checkpoint
