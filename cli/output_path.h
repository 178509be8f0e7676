// SPDX-License-Identifier: Apache-2.0
//
// Files that a verb writes must not be those that it reads.
#pragma once

#include <string>
#include <string_view>

#include "options.h"

namespace bprop::cli {

// Throws UsageError when `output` is the same file as one that the options name to be read, by whatever name: "--output
// new.csv: is the same file as DATA, expected another". The model of --from is no such file: training goes on in its
// place. `option` names `output`.
void check_not_read(const std::string& output, const Options& options, std::string_view option = "output");

}  // namespace bprop::cli
