// SPDX-License-Identifier: Apache-2.0
//
// CRC-32C (Castagnoli): polynomial 0x1EDC6F41, reflected, begun and ended with all bits inverted. RFC 3720, B.4 has the
// vectors of the test.
#pragma once

#include <cstdint>
#include <string_view>

namespace bprop {

std::uint32_t crc32c(std::string_view bytes);

}  // namespace bprop
