// SPDX-License-Identifier: Apache-2.0
//
// safetensors files that get past the checksums, so that what lies behind them is reached: the length of the header and
// every checksum are made right. Of an input that begins with the byte 0, the rest is the file as it is; of any other
// it is the file without its first 8 bytes, the header's length.
#pragma once

#include <string>
#include <string_view>

namespace bprop::fuzz {

std::string safetensors_of(std::string_view input);
// The input that stands for a file.
std::string input_of(std::string_view file);

}  // namespace bprop::fuzz
