// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bprop::cli {

// "; did you mean --epochs?" for the known word that is nearest to a mistyped one, or "" if none is near.
std::string suggestion(std::string_view typed, const std::vector<std::string>& known);

}  // namespace bprop::cli
