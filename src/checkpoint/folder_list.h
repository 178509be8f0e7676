// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bprop::checkpoint {

// Names of the entries of a folder, in no order; nothing if it cannot be read. (In libstdc++ 12, what lists a folder
// ends the program where there is no memory.)
std::optional<std::vector<std::string>> names_in(const std::string& folder);

}  // namespace bprop::checkpoint
