// SPDX-License-Identifier: Apache-2.0
//
// Reads safetensors files strictly: every byte of the file belongs to exactly one thing, or the file is refused with
// one sentence. Files that carry bprop's checksums are verified, whoever wrote them. Format: safetensors_format.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "checkpoint/safetensors_header.h"

namespace bprop::checkpoint {

// `path` stands in the sentences only; `bytes` must outlive the result.
Result<SafetensorsFile> parse_safetensors(std::span<const std::byte> bytes, std::string_view path);

// The header alone, out of the file's first bytes: what is this file? Data and checksums are not looked at.
Result<SafetensorsFile> parse_safetensors_header(std::span<const std::byte> bytes, std::string_view path);

// Length of header and length field, 8 + N, out of the first 8 bytes; refused when N is impossible for a file of
// `file_size` bytes.
Result<std::uint64_t> parse_header_end(std::span<const std::byte> bytes, std::uint64_t file_size,
                                       std::string_view path);

// Copies a tensor of type F32, F64, U32 or U64 out (its bytes need not be aligned). The tensor must have dtype_of<T>().
template <class T>
std::vector<T> values_of(const Tensor& tensor);
extern template std::vector<float> values_of(const Tensor&);
extern template std::vector<double> values_of(const Tensor&);
extern template std::vector<std::uint32_t> values_of(const Tensor&);
extern template std::vector<std::uint64_t> values_of(const Tensor&);

}  // namespace bprop::checkpoint
