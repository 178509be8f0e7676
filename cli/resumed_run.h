// SPDX-License-Identifier: Apache-2.0
//
// `bprop train --resume DIR`: the options of a run that was broken off, as its config.toml has them.
#pragma once

#include "options.h"

namespace bprop::cli {

// Does nothing without --resume. Otherwise fills in what the run was begun with; run is DIR. Throws UsageError for
// options that would change the run, and for a folder without one.
void read_resumed_run(Options& options);

}  // namespace bprop::cli
