// SPDX-License-Identifier: Apache-2.0
//
// RunClock: how long a run has been training, and whether it must end: because somebody asked it to, or because its
// time is over. A run that goes on has the time that it took before behind it.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "base/collectives.h"
#include "bprop/train.h"

namespace bprop::training {

class RunClock {
 public:
  // limit: seconds; 0: none. `interrupted` may be null. Of several ranks the first one's answer is that of all.
  RunClock(double limit, const std::atomic<bool>* interrupted, Communicator* ranks = nullptr)
      : limit_(limit), interrupted_(interrupted), ranks_(ranks) {}

  void start(double seconds_before = 0) {
    start_ = Clock::now();
    before_ = seconds_before;
  }
  double seconds() const { return before_ + std::chrono::duration<double>(Clock::now() - start_).count(); }

  // Asked between updates, between the leaves of an update, and while validating.
  std::optional<StopReason> must_end() {
    const std::optional<StopReason> reason = agreed(ranks_, reason_to_end());
    if (reason && ended_at_ == 0) ended_at_ = seconds();
    return reason;
  }
  // What a run that must end may still do if it is quick.
  bool time_is_over() { return must_end().has_value() && agreed(ranks_, seconds() >= ended_at_ + kSecondsAfterEnd); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr double kSecondsAfterEnd = 0.5;

  std::optional<StopReason> reason_to_end() const {
    if (interrupted_ != nullptr && interrupted_->load(std::memory_order_relaxed)) return StopReason::kInterrupted;
    if (limit_ > 0 && seconds() >= limit_) return StopReason::kTimeLimit;
    return std::nullopt;
  }

  double limit_;
  const std::atomic<bool>* interrupted_;
  Communicator* ranks_;
  Clock::time_point start_ = Clock::now();
  double before_ = 0;
  double ended_at_ = 0;  // when it was seen that it must end; 0: not yet
};

}  // namespace bprop::training
