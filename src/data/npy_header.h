// SPDX-License-Identifier: Apache-2.0
//
// The header of a NumPy array file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
//   "\x93NUMPY", major, minor, length of the text (version 1: 16 bits; 2 and 3: 32 bits; little-endian), the text:
//   {'descr': '<f8', 'fortran_order': False, 'shape': (1797, 64), }
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/byte_source.h"

namespace bprop::data {

enum class NpyType : std::uint8_t {
  kFloat32,
  kFloat64,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64
};

struct NpyHeader {
  NpyType type = NpyType::kFloat64;  // bool is read as kUint8
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;

  std::size_t value_bytes() const;
};

inline constexpr std::string_view kNpyMagic = "\x93NUMPY";

Result<NpyHeader> read_npy_header(ByteSource& source, const std::string& name);

// The header's text alone.
Result<NpyHeader> parse_npy_text(std::string_view text, const std::string& name);

}  // namespace bprop::data
