// SPDX-License-Identifier: Apache-2.0
#include "train/trace_record.h"

#include "base/check.h"
#include "base/sentence.h"
#include "checkpoint/trace_writer.h"
#include "train/setup.h"

namespace bprop::training {
namespace {

// "2.35 GiB", "18.2 MiB".
std::string size_text(std::uint64_t bytes) {
  const double mebibytes = static_cast<double>(bytes) / (1 << 20);
  return mebibytes < 1024 ? fmt::format("{:.3g} MiB", mebibytes) : fmt::format("{:.3g} GiB", mebibytes / 1024);
}

}  // namespace

std::vector<std::size_t> recorded_steps(const TrainOptions& options) {
  std::vector<std::size_t> steps = options.record;
  std::ranges::sort(steps);
  const auto again = std::ranges::unique(steps);
  steps.erase(again.begin(), again.end());
  return steps;
}

void check_record(const TrainOptions& options) {
  if (options.record.empty()) return;
  BPROP_CHECK(*std::ranges::min_element(options.record) > 0, UsageError, "record is 0, expected updates from 1");
  BPROP_CHECK(!options.run_directory.empty(), UsageError,
              "record is given without a run_directory, expected the folder that the trace is written to");
}

void check_trace_size(const TrainOptions& options, const Model& model, std::size_t rows) {
  const std::vector<std::size_t> steps = recorded_steps(options);
  const auto behind = std::ranges::upper_bound(steps, total_steps(options, rows));
  const auto updates = static_cast<std::size_t>(behind - steps.begin());
  const std::uint64_t bytes = checkpoint::trace_bytes(model, updates, batch_rows(options, rows));
  BPROP_CHECK(bytes <= kMaxTraceBytes, UsageError,
              "record is {} of {}: their trace would be {}, expected at most {}; record fewer updates",
              counted(updates, "update"), counted(model.architecture().parameters(), "parameter"), size_text(bytes),
              size_text(kMaxTraceBytes));
}

namespace {

// "update 7 is", "2 updates, from update 7 on, are".
std::string which(std::span<const std::size_t> steps, std::string_view one, std::string_view several) {
  if (steps.size() == 1) return fmt::format("update {} {}", steps.front(), one);
  return fmt::format("{} updates, from update {} on, {}", steps.size(), steps.front(), several);
}

}  // namespace

std::string recorded_before(std::span<const std::size_t> made) {
  return which(made, "was", "were") + " made before the run was resumed; of what was recorded then nothing is left";
}

std::vector<std::string> not_recorded(std::span<const std::size_t> missing, std::size_t made) {
  if (missing.empty()) return {};
  return {fmt::format("{} not recorded: the run ended after {}", which(missing, "is", "are"), counted(made, "update"))};
}

}  // namespace bprop::training
