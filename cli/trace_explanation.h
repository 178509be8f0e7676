// SPDX-License-Identifier: Apache-2.0
//
// bprop explain --trace: a weight or a bias at an update that a training recorded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "bprop/explain_trace.h"
#include "model_and_data.h"
#include "options.h"

namespace bprop::cli {

struct TraceRequest {
  std::string run = {};                  // its folder, or the file in it
  std::optional<std::size_t> step = {};  // from 1

  bool given() const { return !run.empty(); }

  // --trace and --step, bound to the members above.
  void declare(Options& options);

  // Reads the trace. It takes the place of MODEL, so that the first argument is DATA, and many options mean nothing.
  // Throws UsageError, IoError, FormatError.
  Trace load(ModelAndData& input, Options& options) const;

  // With the rows of DATA, if it was given.
  TraceExplanation explained(const Trace& trace, const Selector& what, const ModelAndData& input,
                             const ExplainOptions& options) const;
};

}  // namespace bprop::cli
