// SPDX-License-Identifier: Apache-2.0
#include "ranked_training.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "bprop/error.h"
#include "bprop/ranks.h"

namespace bprop::cli {
namespace {

// How long a process waits for another one, once there have been updates: many times what one takes.
class Patience {
 public:
  Patience(MpiRanks& ranks, double least) : ranks_(ranks), least_(least) {}
  ~Patience() { ranks_.set_timeout(std::numeric_limits<double>::infinity()); }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  void step(std::size_t step) {
    constexpr double kTimesAnUpdate = 20;
    constexpr std::size_t kRemembered = 100;
    const auto now = Clock::now();
    if (step_ > 0 && step > step_) {
      const double seconds = std::chrono::duration<double>(now - then_).count() / static_cast<double>(step - step_);
      if (seconds_.size() == kRemembered) seconds_.erase(seconds_.begin());
      seconds_.push_back(seconds);
      std::vector<double> sorted = seconds_;
      const auto median = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
      std::ranges::nth_element(sorted, median);
      ranks_.set_timeout(std::max(least_, kTimesAnUpdate * *median));
    }
    step_ = step;
    then_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;
  MpiRanks& ranks_;
  double least_;
  std::size_t step_ = 0;
  Clock::time_point then_;
  std::vector<double> seconds_;  // of an update, when last looked at
};

// Where the launcher gave each process processors of its own, their first ones differ.
bool processors_are_shared(MpiRanks& ranks) {
  cpu_set_t set;
  CPU_ZERO(&set);
  int first = 0;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    while (first + 1 < CPU_SETSIZE && !CPU_ISSET(static_cast<std::size_t>(first), &set)) ++first;
  }
  const int lowest = ranks.least(first);
  return lowest == -ranks.least(-first);
}

TrainResult on_threads(std::size_t ranks, const TrainOptions& options, const TrainObserver& observer,
                       const TrainRank& train) {
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

}  // namespace

void RankedTraining::declare(Options& options) {
  options.value("ranks", "N", ranks_, "train on so many ranks, threads here, which share the leaves: the same bits");
  options.value(
      "distributed", "NAME", distributed_,
      "whose processes to join as ranks: none, openmpi, mpich, or auto: those of the mpirun that started this");
  options.command_line_only("distributed");
  options.value("rank-timeout", "TIME", timeout_,
                "how long ranks of mpirun wait for one that does not answer: so long, and 20 updates");
}

void RankedTraining::check(const Options& options) const {
  const Option& ranks = *options.find("ranks");
  if (communicator() == nullptr || !ranks.given() || ranks.from_file || ranks_ == 1) return;
  throw UsageError(fmt::format("--ranks {}: the {} processes of mpirun are the ranks, expected no others", ranks_,
                               communicator()->ranks()));
}

void RankedTraining::check_alone(std::string_view option) const {
  if (communicator() == nullptr) return;
  throw UsageError(fmt::format("{}: trains on one rank, found {} of mpirun", option, communicator()->ranks()));
}

void RankedTraining::wait_for_all() const {
  if (joined_ranks() != nullptr) joined_ranks()->least(0);
}

int RankedTraining::threads_each(int threads) const {
  MpiRanks* const joined = joined_ranks();
  if (joined == nullptr && ranks_ <= 1) return threads;
  const int all = threads == 0 ? usable_processors() : threads;
  if (joined == nullptr) return std::max(1, all / static_cast<int>(std::min(ranks_, kMostLocalRanks)));
  const bool shared = processors_are_shared(*joined);
  return shared && threads == 0 ? std::max(1, all / static_cast<int>(joined->ranks_here())) : all;
}

TrainResult RankedTraining::train(const TrainOptions& options, const TrainObserver& observer,
                                  const TrainRank& train) const {
  MpiRanks* const joined = joined_ranks();
  if (joined == nullptr) return ranks_ == 1 ? train(options, observer) : on_threads(ranks_, options, observer, train);
  Patience patience(*joined, timeout_.seconds);
  TrainObserver watching = observer;
  watching.step = [&](std::size_t step, std::size_t total, double loss) {
    patience.step(step);
    if (observer.step) observer.step(step, total, loss);
  };
  return train(options, watching);
}

}  // namespace bprop::cli
