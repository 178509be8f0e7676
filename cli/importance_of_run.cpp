// SPDX-License-Identifier: Apache-2.0
#include "importance_of_run.h"

#include <fmt/format.h>

#include "bprop/error.h"

namespace bprop::cli {
namespace {

// 5 × 200 × 1,000 rows through the default network are about 0.3 · 10¹² operations.
constexpr std::size_t kMostColumns = 200;
constexpr std::size_t kMostRows = 1000;

}  // namespace

void add_importance(RunSummary& summary, const Dataset& rows, std::string_view name, ThreadPool* pool) {
  if (rows.rows() < 2) return;
  const std::size_t columns = summary.result.model.preprocessing->inputs.size();
  if (columns > kMostColumns) {
    summary.importance_skipped = fmt::format(
        "Not measured: {} columns are more than {}; bprop importance measures them.", columns, kMostColumns);
    return;
  }
  summary.importance_rows = name;
  try {
    summary.importance =
        importance(summary.result.model, rows, {.metric = summary.result.metric, .most_rows = kMostRows, .pool = pool});
  } catch (const UsageError& error) {  // a metric that is undefined on these rows, or a last layer without gradient
    summary.importance_skipped = fmt::format("Not measured: {}.", error.what());
  }
}

}  // namespace bprop::cli
