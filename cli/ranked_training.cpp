// SPDX-License-Identifier: Apache-2.0
#include "ranked_training.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "bprop/ranks.h"

namespace bprop::cli {

int threads_each(int threads, std::size_t ranks) {
  if (ranks <= 1) return threads;
  const int all = threads == 0 ? usable_processors() : threads;
  return std::max(1, all / static_cast<int>(std::min(ranks, kMostLocalRanks)));
}

TrainResult in_ranks(std::size_t ranks, const TrainOptions& options, const TrainObserver& observer,
                     const TrainRank& train) {
  if (ranks == 1) return train(options, observer);
  std::optional<TrainResult> first;
  run_ranks(ranks, [&](Communicator& communicator) {
    TrainOptions mine = options;
    mine.communicator = &communicator;
    if (communicator.rank() == 0) {
      first.emplace(train(mine, observer));
      return;
    }
    ThreadPool pool({.threads = options.pool == nullptr ? 1 : options.pool->threads()});
    mine.pool = &pool;
    train(mine, {});
  });
  return std::move(*first);
}

}  // namespace bprop::cli
