// SPDX-License-Identifier: Apache-2.0
//
// Predictions as text, a line a row: what `bprop predict` writes.
#pragma once

#include <string>

#include "bprop/evaluate.h"

namespace bprop::cli {

// CSV (RFC 4180): a heading, then the class and what the network says of each, or the numbers alone.
std::string csv_text(const Predictions& predictions, const Model& model);

// JSON lines: one object a row, whose keys are that heading.
std::string json_lines(const Predictions& predictions, const Model& model);

}  // namespace bprop::cli
