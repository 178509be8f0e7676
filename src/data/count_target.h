// SPDX-License-Identifier: Apache-2.0
//
// A target of counts.
#pragma once

#include <string>

#include "bprop/dataset.h"

namespace bprop::data {

// Throws FormatError for the first cell below 0; `name` is how the target is called.
void check_counts(const Dataset& data, std::size_t column, const std::string& name);

}  // namespace bprop::data
