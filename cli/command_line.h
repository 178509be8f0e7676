// SPDX-License-Identifier: Apache-2.0
//
// From the words after `bprop VERB` to the texts of its options. CLI11 takes the words apart; every mistake becomes one
// sentence.
#pragma once

#include <string>
#include <vector>

#include "options.h"

namespace bprop::cli {

// Fills texts and origin of the options that stand there. Returns whether help was asked for (-h, --help); then nothing
// else is complained about. Throws UsageError.
bool parse_command_line(const std::vector<std::string>& words, Options& options);

}  // namespace bprop::cli
