// SPDX-License-Identifier: Apache-2.0
//
// RunClock: how long a run has been training, and whether it must end: because somebody asked it to, or because its
// time is over. A run that goes on has the time that it took before behind it.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "bprop/train.h"

namespace bprop::training {

class RunClock {
 public:
  // limit: seconds; 0: none. `interrupted` may be null.
  RunClock(double limit, const std::atomic<bool>* interrupted) : limit_(limit), interrupted_(interrupted) {}

  void start(double seconds_before = 0) {
    start_ = Clock::now();
    before_ = seconds_before;
  }
  double seconds() const { return before_ + std::chrono::duration<double>(Clock::now() - start_).count(); }

  // Asked between updates, between the leaves of an update, and while validating.
  std::optional<StopReason> must_end() {
    const bool interrupted = interrupted_ != nullptr && interrupted_->load(std::memory_order_relaxed);
    const double now = seconds();
    if (!interrupted && (limit_ <= 0 || now < limit_)) return std::nullopt;
    if (ended_at_ == 0) ended_at_ = now;
    return interrupted ? StopReason::kInterrupted : StopReason::kTimeLimit;
  }
  // What a run that must end may still do if it is quick.
  bool time_is_over() { return must_end() && seconds() >= ended_at_ + kSecondsAfterEnd; }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr double kSecondsAfterEnd = 0.5;

  double limit_;
  const std::atomic<bool>* interrupted_;
  Clock::time_point start_ = Clock::now();
  double before_ = 0;
  double ended_at_ = 0;  // when it was seen that it must end; 0: not yet
};

}  // namespace bprop::training
