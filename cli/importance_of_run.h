// SPDX-License-Identifier: Apache-2.0
//
// The importance of columns for the page of a run: a few seconds at most.
#pragma once

#include <string_view>

#include "bprop/run_summary.h"

namespace bprop::cli {

// By the run's metric, on at most 1,000 of these rows; of more than 200 columns a sentence says that it was left out.
void add_importance(RunSummary& summary, const Dataset& rows, std::string_view name, ThreadPool* pool);

}  // namespace bprop::cli
