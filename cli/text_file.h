// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bprop::cli {

// The whole file, or at most `limit` bytes from its beginning. Throws IoError with what the system says, FormatError
// for a folder.
std::string read_text_file(const std::string& path, std::size_t limit = SIZE_MAX);

// Replaces the file by the rules of bprop/whole_file.h, whatever it was; a device or pipe is written to. Throws
// IoError, UsageError.
void write_text_file(const std::string& path, std::string_view text);

// Throws what write_text_file would throw for reasons of the path, as far as can be known before.
void check_output_path(const std::string& path);

// Text to stdout. Whether it could be written is seen by flush_output(), which throws IoError.
void print(std::string_view text);
void flush_output();

}  // namespace bprop::cli
