// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "exit_code.h"

namespace bprop::cli {

// `bprop` with these arguments. Every failure is one sentence on stderr and an exit code.
ExitCode run_program(const std::vector<std::string>& arguments);

}  // namespace bprop::cli
