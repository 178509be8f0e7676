// SPDX-License-Identifier: Apache-2.0
//
// How the updates of a trace were made, as one JSON text of its metadata. Keys: docs/model-file.md.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "bprop/trace.h"

namespace bprop::checkpoint {

std::string settings_text(const TraceSettings& settings);
Result<TraceSettings> parse_settings(std::string_view text, std::string_view path);

}  // namespace bprop::checkpoint
