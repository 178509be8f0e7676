// SPDX-License-Identifier: Apache-2.0
//
// Texts and other bytes written by the rules of model files: whoever opens the path sees the old file or the new one,
// never a part.
#pragma once

#include <string>
#include <string_view>

namespace bprop {

// Writes the file, all or nothing, whatever was there before: who calls knows that it may. A file that is replaced
// hands its permissions on. Throws UsageError (a symbolic link is there), IoError (a folder or device is there, or the
// system refused).
void write_whole_file(const std::string& path, std::string_view bytes);

// Throws what write_whole_file() would throw for reasons of the path.
void check_whole_file(const std::string& path);

}  // namespace bprop
