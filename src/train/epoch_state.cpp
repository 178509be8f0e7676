// SPDX-License-Identifier: Apache-2.0
#include "train/epoch_state.h"

#include <array>
#include <span>

namespace bprop::training {
namespace {

using checkpoint::whole_number;

constexpr std::size_t kColumns = 10;

std::array<double, kColumns> numbers_of(const EpochReport& r) {
  return {static_cast<double>(r.epoch),
          static_cast<double>(r.step),
          r.train_loss,
          r.validation_loss,
          r.validation_score,
          r.train_score,
          r.learning_rate,
          r.best ? 1.0 : 0.0,
          r.seconds,
          r.rows_per_second};
}

EpochReport report_of(std::span<const double> row) {
  return {.epoch = whole_number(row[0]),
          .step = whole_number(row[1]),
          .train_loss = row[2],
          .validation_loss = row[3],
          .validation_score = row[4],
          .train_score = row[5],
          .learning_rate = row[6],
          .best = row[7] != 0,
          .seconds = row[8],
          .rows_per_second = row[9]};
}

}  // namespace

void list_report(checkpoint::StateList& state, const std::string& name, EpochReport& report) {
  const auto give = [&report] {
    const auto row = numbers_of(report);
    return std::vector<double>(row.begin(), row.end());
  };
  const auto take = [&report, name](std::span<const double> row) {
    BPROP_CHECK(row.size() == kColumns, FormatError, "[checkpoint] {} has {} rows, expected 1", name,
                row.size() / kColumns);
    report = report_of(row);
  };
  state.table(name, kColumns, give, take);
}

void list_reports(checkpoint::StateList& state, const std::string& name, std::vector<EpochReport>& reports) {
  state.rows<EpochReport, kColumns>(name, reports, numbers_of, report_of);
}

}  // namespace bprop::training
