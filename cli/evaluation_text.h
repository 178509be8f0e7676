// SPDX-License-Identifier: Apache-2.0
//
// An evaluation as tables for people: every metric with its interval, and which classes are taken for which.
#pragma once

#include <string>

#include "bprop/evaluate.h"

namespace bprop::cli {

// A line a metric: its name, value, 95 % interval. Undefined is a dash.
std::string metrics_table(const Evaluation& evaluation);

// A line a target, of several: every metric of it alone. Else "".
std::string targets_table(const Evaluation& evaluation);

// Of up to 12 classes the whole matrix, of more the ten most frequent mistakes. "" for numbers.
std::string confusion_table(const Evaluation& evaluation);

}  // namespace bprop::cli
