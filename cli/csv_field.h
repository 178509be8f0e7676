// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace bprop::cli {

// A text as a field of CSV (RFC 4180): in quotes, with quotes doubled, where it would be misread otherwise.
std::string csv_field(std::string_view text);

}  // namespace bprop::cli
