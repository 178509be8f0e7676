// SPDX-License-Identifier: Apache-2.0
#include "signals.h"

#include <time.h>
#include <unistd.h>

#include <cstdint>

namespace bprop::cli {
namespace {

// Signals this close together are one: timeout(1) sends its signal to the program and then to its process group.
constexpr std::int64_t kSameSignal = 100'000'000;  // nanoseconds

std::atomic<bool> stop{false};
std::atomic<int> first_signal{0};
std::atomic<std::int64_t> first_time{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t nanoseconds() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void on_signal(int number) {
  if (stop.exchange(true)) {
    if (nanoseconds() - first_time > kSameSignal) _exit(128 + number);
    return;
  }
  first_time = nanoseconds();
  first_signal = number;
}

// A signal that whoever started the program wants ignored (a job in the background) stays ignored.
void catch_signal(int number, const struct sigaction& action, struct sigaction& old) {
  sigaction(number, nullptr, &old);
  if (old.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
}

}  // namespace

void outlive_file_size_limit() { std::signal(SIGXFSZ, SIG_IGN); }

StopSignals::StopSignals() {
  stop = false;
  first_signal = 0;
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  catch_signal(SIGINT, action, old_interrupt_);
  catch_signal(SIGTERM, action, old_terminate_);
}

StopSignals::~StopSignals() {
  if (stop) return;  // the program is on its way out: only a second signal may hurry it
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
}

const std::atomic<bool>& StopSignals::flag() const { return stop; }

ExitCode StopSignals::exit_code() const {
  if (!stop) return ExitCode::kDone;
  return first_signal == SIGTERM ? ExitCode::kTerminated : ExitCode::kInterrupted;
}

}  // namespace bprop::cli
