// SPDX-License-Identifier: Apache-2.0
//
// What several results of --json have in common. docs/commands.md names the keys.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

#include "bprop/doctor.h"
#include "bprop/evaluate.h"
#include "bprop/model.h"

namespace bprop::cli {

using Json = nlohmann::ordered_json;

// The whole, and a line feed; with a line for each value where there is an indent.
std::string json_line(const Json& json, int indent = -1);

Json json_of(const Evaluation& evaluation);
Json json_of(const std::vector<Finding>& findings);
Json json_of_network(const Model& model);
Json json_of_targets(const Preprocessing& preprocessing);  // one target, or a list of them

// Counted from 1, as people do; null without.
Json counted(const std::optional<std::size_t>& count);
Json counted(const std::vector<std::size_t>& counts);

}  // namespace bprop::cli
