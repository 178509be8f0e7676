// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace bprop::cli {

// The whole file. Throws IoError with what the system says, FormatError for a folder.
std::string read_text_file(const std::string& path);

// Replaces the file, all or nothing: a file beside it takes the text and then its name. Never replaces a model. Throws
// IoError, UsageError.
void write_text_file(const std::string& path, std::string_view text);

// Throws what write_text_file would throw for reasons of the path, as far as can be known before.
void check_output_path(const std::string& path);

// Text to stdout. Whether it could be written is seen by flush_output(), which throws IoError.
void print(std::string_view text);
void flush_output();

}  // namespace bprop::cli
