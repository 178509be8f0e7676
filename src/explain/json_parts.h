// SPDX-License-Identifier: Apache-2.0
//
// What the JSON of derivations, nudges, grades, names and expressions shares.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "bprop/formula.h"

namespace bprop::explaining {

using Json = nlohmann::ordered_json;

// NaN and infinity have no number in JSON.
inline Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

inline Json json_number(const std::optional<double>& value) { return value ? json_number(*value) : Json(nullptr); }

inline Json json_formula(const Formula& formula, const NumberStyle& style) {
  return {{"text", text_of(formula, style)}, {"latex", latex_of(formula, style)}};
}

// One text with a line feed; bytes that are no UTF-8, out of somebody's names, are replaced.
inline std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace bprop::explaining
