// SPDX-License-Identifier: Apache-2.0
//
// Facts of a table's columns for the report: what a reader looks at before they believe a model.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "bprop/dataset.h"
#include "bprop/preprocessing.h"

namespace bprop::training {

// {"looked_at": rows, "columns": [{"name", "kind", "role", "missing", …}]}; pixels are one entry together.
nlohmann::ordered_json column_facts(const Dataset& rows, const Preprocessing& preprocessing);

}  // namespace bprop::training
