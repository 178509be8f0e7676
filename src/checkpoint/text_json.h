// SPDX-License-Identifier: Apache-2.0
//
// Names and categories of a table in JSON. Tables made in memory are not always UTF-8, JSON is: a text that is UTF-8 is
// a JSON string, any other is {"hex": "…"} with two digits a byte, so that no name is lost or changed.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/json_writer.h"

namespace bprop::checkpoint {

void write_text(JsonWriter& out, const std::string& text);
std::optional<std::string> text_of_json(const nlohmann::json& value);  // nothing: neither of the two forms

}  // namespace bprop::checkpoint
