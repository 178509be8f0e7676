// SPDX-License-Identifier: Apache-2.0
//
// EpochRecord: which epochs of a long run are written down, so that runs of very many short epochs leave files and
// memory of a bounded size: all of the first 1,000, every 2nd up to epoch 2,000, every 4th up to 4,000 and so on; in
// each gap between them the last epoch that was the best so far; and the last epoch of all. So the best epoch is always
// there, a million epochs leave at most 11,002 records, and which ones depends on the run's numbers alone.
#pragma once

#include <bit>
#include <cstddef>

#include "bprop/train.h"
#include "train/epoch_state.h"

namespace bprop::training {

class EpochRecord {
 public:
  static constexpr std::size_t kAll = 1000;

  static bool is_regular(std::size_t epoch) {
    return epoch <= kAll || epoch % std::bit_ceil((epoch + kAll - 1) / kAll) == 0;
  }

  // Never fewer than a run of so many epochs leaves.
  static std::size_t most(std::size_t epochs) {
    if (epochs <= kAll) return epochs;
    return kAll + kAll * static_cast<std::size_t>(std::bit_width((epochs - 1) / kAll)) + 2;
  }

  void list(checkpoint::StateList& state) {
    list_report(state, "record.best", best_);
    list_report(state, "record.last", last_);
  }

  // Calls write(report) for what is now known to be recorded; epochs come in order.
  template <class Write>
  void add(const EpochReport& report, const Write& write) {
    if (is_regular(report.epoch)) {
      give(best_, write);
      last_ = {};
      write(report);
      return;
    }
    if (report.best) best_ = report;
    last_ = report;
  }

  // After the last epoch.
  template <class Write>
  void finish(const Write& write) {
    if (best_.epoch == last_.epoch) best_ = {};
    give(best_, write);
    give(last_, write);
  }

 private:
  template <class Write>
  static void give(EpochReport& report, const Write& write) {
    if (report.epoch > 0) write(report);
    report = {};
  }

  // Not recorded yet; of epoch 0 if there is none.
  EpochReport best_;  // the last improvement since a record
  EpochReport last_;
};

}  // namespace bprop::training
