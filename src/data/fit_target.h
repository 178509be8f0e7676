// SPDX-License-Identifier: Apache-2.0
//
// The part of fit_preprocessing() that is about targets. Throws UsageError and FormatError as that does.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bprop/preprocessing.h"

namespace bprop::data {

// What the options say, or what the targets look like, if they can be that.
Task checked_task(const Dataset& train, const PreprocessingOptions& options);

// Fills in the target from the rows to train on; `column` is one of their targets.
void fit_target(const Dataset& train, const PreprocessingOptions& options, Task task, std::size_t column,
                TargetColumn& target, std::vector<std::string>& warnings);

}  // namespace bprop::data
