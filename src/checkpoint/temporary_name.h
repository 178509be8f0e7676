// SPDX-License-Identifier: Apache-2.0
//
// Names of files that are being written beside their place: NAME.tmp-PID-NUMBER.
#pragma once

#include <string>
#include <string_view>

namespace bprop::checkpoint {

// With the first number that is free: the remains of a program that was killed are in nobody's way.
std::string unused_name(const std::string& beside);

enum class Writer : char { kNone, kThisProgram, kGone, kAlive };

// Who writes a file of this name (no folders); kNone: it is not a temporary one.
Writer writer_of(std::string_view name);

// Removes what programs that are gone left of `path` an hour ago or longer: of a younger file the program may run where
// it cannot be seen, on another machine. What cannot be removed stays.
void remove_remains(const std::string& path);

}  // namespace bprop::checkpoint
