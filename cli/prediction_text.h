// SPDX-License-Identifier: Apache-2.0
//
// Predictions as text, a line a row: what `bprop predict` writes.
#pragma once

#include <string>
#include <string_view>

#include "bprop/evaluate.h"

namespace bprop::cli {

// CSV (RFC 4180): a heading, then the class and what the network says of each, or the numbers alone.
std::string csv_text(const Predictions& predictions, const Model& model);

// JSON lines: one object a row, whose keys are that heading.
std::string json_lines(const Predictions& predictions, const Model& model);

// Whether a file that begins so may be the one or the other, of this model: the heading of CSV, or the keys of a line.
bool begins_as_answers(std::string_view text, const Predictions& predictions, const Model& model);

}  // namespace bprop::cli
