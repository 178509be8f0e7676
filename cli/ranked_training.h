// SPDX-License-Identifier: Apache-2.0
//
// A training on several ranks: threads of this program (--ranks), or the processes that mpirun started.
#pragma once

#include <cstddef>
#include <functional>

#include "bprop/train.h"
#include "joined_ranks.h"
#include "options.h"

namespace bprop::cli {

using TrainRank = std::function<TrainResult(const TrainOptions&, const TrainObserver&)>;

class RankedTraining {
 public:
  void declare(Options& options);
  // Throws UsageError where ranks of both kinds are asked for.
  void check(const Options& options) const;
  // Throws UsageError where there are others.
  void check_alone(std::string_view option) const;
  // Returns when all processes have come so far.
  void wait_for_all() const;

  // Of the processes; null: there is one.
  Communicator* communicator() const { return joined_ranks(); }
  // Who writes and tests the model.
  bool is_first() const { return communicator() == nullptr || communicator()->rank() == 0; }
  // Of so many threads (0: as many as there are processors) those of each rank; at least 1. Of processes, which have
  // their own, all of those that were asked for. Called by all of them.
  int threads_each(int threads) const;

  // Calls train(options, observer) on every rank. Threads have each a communicator and, but for the first, a pool of as
  // many threads as the options' pool has; the observer is the first rank's, whose result is returned. A process, whose
  // options have its communicator already, does not wait for ever for the others.
  TrainResult train(const TrainOptions& options, const TrainObserver& observer, const TrainRank& train) const;

 private:
  std::size_t ranks_ = 1;  // threads
  Distributed distributed_ = Distributed::kAuto;
  Duration timeout_{60};
};

}  // namespace bprop::cli
