// SPDX-License-Identifier: Apache-2.0
//
// What `bprop importance` says of columns, for people and for scripts.
#pragma once

#include <string>

#include "bprop/importance.h"

namespace bprop::cli {

// An aligned table, the most important column first, with a bar for each.
std::string importance_table(const Importance& importance);

// One object; docs/commands.md names the keys.
std::string importance_json(const Importance& importance);

}  // namespace bprop::cli
