// SPDX-License-Identifier: Apache-2.0
//
// Configuration files: TOML whose keys are names of options, with - or _, and of arguments in small letters. toml++ is
// the only reader of TOML.
//   target = "digit"
//   layers = "64 relu, 32 relu"
//   epochs = 30
//   ignore = ["id", "name"]
//   quiet  = true
#pragma once

#include <string>

#include "options.h"

namespace bprop::cli {

// Fills texts and origin of the options that the command line did not give. Throws IoError, FormatError with file and
// line.
void read_config(const std::string& path, Options& options);

// The options that apply, given or by default, as the text of such a file.
std::string config_text(const Options& options);

}  // namespace bprop::cli
