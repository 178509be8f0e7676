// SPDX-License-Identifier: Apache-2.0
//
// The safetensors format (https://huggingface.co/docs/safetensors), all integers little-endian:
//   byte 0      N, the length of the header (8 bytes)
//   byte 8      header: a JSON object, first byte '{', padded with spaces
//                 {"__metadata__": {"key": "text"…},
//                  "NAME": {"dtype": "F32", "shape": [out, in], "data_offsets": [begin, end]}…}
//   byte 8 + N  data: the tensors one after the other, offsets counted from here, no holes, nothing behind the last
// bprop's files add checksums to the metadata (docs/model-file.md):
//   "xxh3"       of bytes 0 … 8 + N − 1, these 16 digits themselves taken as '0'
//   "xxh3.NAME"  of the bytes of tensor NAME
// Writer and reader: safetensors_writer.h, safetensors_reader.h.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bprop::checkpoint {

static_assert(std::endian::native == std::endian::little, "tensors are written as they lie in memory");

inline constexpr std::size_t kLengthBytes = 8;     // before the header
inline constexpr std::size_t kDataAlignment = 64;  // the data starts at a multiple of it in files of bprop
inline constexpr std::uint64_t kMaxHeaderBytes = 16'000'000;
inline constexpr std::size_t kMaxHeaderItems = 1u << 18;  // keys and values, so that JSON cannot blow up in memory
inline constexpr int kMaxHeaderDepth = 3;                 // file, tensor, shape
inline constexpr std::size_t kMaxRank = 8;

inline constexpr std::string_view kMetadataKey = "__metadata__";
inline constexpr std::string_view kChecksumKey = "xxh3";
inline constexpr std::size_t kChecksumDigits = 16;
inline constexpr std::string_view kNoChecksum = "0000000000000000";

enum class Dtype : std::uint8_t { kF64, kI64, kU64, kF32, kI32, kU32, kF16, kBF16, kI16, kU16, kI8, kU8, kBool };

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  std::size_t bytes;  // of one element
};

// In the order of the enumeration.
inline constexpr std::array<DtypeRow, 13> kDtypes{{{Dtype::kF64, "F64", 8},
                                                   {Dtype::kI64, "I64", 8},
                                                   {Dtype::kU64, "U64", 8},
                                                   {Dtype::kF32, "F32", 4},
                                                   {Dtype::kI32, "I32", 4},
                                                   {Dtype::kU32, "U32", 4},
                                                   {Dtype::kF16, "F16", 2},
                                                   {Dtype::kBF16, "BF16", 2},
                                                   {Dtype::kI16, "I16", 2},
                                                   {Dtype::kU16, "U16", 2},
                                                   {Dtype::kI8, "I8", 1},
                                                   {Dtype::kU8, "U8", 1},
                                                   {Dtype::kBool, "BOOL", 1}}};

constexpr const DtypeRow& row_of(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)]; }

constexpr std::optional<Dtype> dtype_named(std::string_view name) {
  for (const DtypeRow& row : kDtypes) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

template <class T>
constexpr Dtype dtype_of();
template <>
constexpr Dtype dtype_of<float>() {
  return Dtype::kF32;
}
template <>
constexpr Dtype dtype_of<double>() {
  return Dtype::kF64;
}
template <>
constexpr Dtype dtype_of<std::uint64_t>() {
  return Dtype::kU64;
}
template <>
constexpr Dtype dtype_of<std::uint32_t>() {
  return Dtype::kU32;
}
template <>
constexpr Dtype dtype_of<std::uint8_t>() {
  return Dtype::kU8;
}

}  // namespace bprop::checkpoint
