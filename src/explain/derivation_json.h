// SPDX-License-Identifier: Apache-2.0
//
// A derivation as a JSON object, for pages that have more than it.
#pragma once

#include "bprop/explain.h"
#include "explain/json_parts.h"

namespace bprop::explaining {

Json selector_json(const Selector& what);
Json derivation_json(const Derivation& derivation);

}  // namespace bprop::explaining
