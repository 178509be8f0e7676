// SPDX-License-Identifier: Apache-2.0
//
// A folder of this process, for readers that open files; gone when it ends. script/fuzz has it in memory.
#pragma once

#include <string>
#include <string_view>

namespace bprop::fuzz {

std::string scratch(std::string_view name);  // its path
void put(const std::string& path, std::string_view bytes);
std::string get(const std::string& path);

}  // namespace bprop::fuzz
