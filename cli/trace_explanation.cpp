// SPDX-License-Identifier: Apache-2.0
#include "trace_explanation.h"

#include <fmt/format.h>

#include <utility>

#include "bprop/error.h"

namespace bprop::cli {

void TraceRequest::declare(Options& options) {
  options.value("trace", "RUN", run, "the run folder of a training with --record; --weight or --bias says of what");
  options.value("step", "K", step, "which of the recorded updates, counted from 1");
}

Trace TraceRequest::load(ModelAndData& input, Options& options) const {
  if (!input.data_options.path.empty()) {
    throw UsageError(fmt::format("--trace has its own model, expected DATA alone, found {} and {}", input.model_path,
                                 input.data_options.path));
  }
  input.data_options.path = std::exchange(input.model_path, "");
  options.exclude({"delta", "activation", "input", "names", "grade", "nudge", "what-if", "rows", "learning-rate"},
                  "with --trace, which has weights and biases, rows and rates of its own");
  input.exclude(options);
  return load_trace(run);
}

TraceExplanation TraceRequest::explained(const Trace& trace, const Selector& what, const ModelAndData& input,
                                         const ExplainOptions& options) const {
  if (!step) {
    throw UsageError(fmt::format("--step is missing: expected one of the recorded updates, from {} to {}",
                                 trace.steps().front().step, trace.steps().back().step));
  }
  if (input.data_options.path.empty()) return explain_trace(trace, *step, what, nullptr, options);
  const Dataset data = load_for_model(trace.model(), input.data_options, true);
  return explain_trace(trace, *step, what, &data, options);
}

}  // namespace bprop::cli
