// SPDX-License-Identifier: Apache-2.0
//
// The processes that mpirun or srun started together, of which this may be one, as ranks. A process joins them once and
// leaves them once, so they are the program's, not a verb's.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/mpi_ranks.h"
#include "exit_code.h"

namespace bprop::cli {

enum class Distributed { kAuto, kNone, kOpenMpi, kMpich };

void read(std::string_view text, Distributed& value);
std::string text_of(Distributed value);

// Joins the others if --distributed among the words says so or, where that is auto, the environment. Before the other
// options are read, for even a mistake in them is told by one rank. From then on the others print nothing. Throws
// IoError.
void join_ranks(const std::vector<std::string>& words);

// Null: this process is alone.
MpiRanks* joined_ranks();

// How this process ends: with a complaint, or without. complain(prefix) says it, behind "rank 2: " or "".
using Complain = std::function<void(std::string_view prefix)>;

// The end of the program, of all ranks together: all have the highest of their exit codes. Of those that complain the
// first one is heard. Where some do not come to the end, all are ended.
ExitCode leave_ranks(ExitCode code, const Complain& complain = {});

}  // namespace bprop::cli
