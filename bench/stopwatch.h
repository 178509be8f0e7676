// SPDX-License-Identifier: Apache-2.0
//
// The clock of all benchmarks. Work on one thread is timed by the process's own processor time, so that turns which the
// system gives to others do not count; work on several threads by the clock on the wall, where waiting counts.
#pragma once

#include <sys/resource.h>

#include <ctime>

namespace bprop::bench {

inline double now(int threads) {
  timespec time{};
  clock_gettime(threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Timing {
  double seconds = 0;
  long interruptions = 0;  // how often the system took a processor away from one of our threads
};

// Of `work`.
Timing timing_of(int threads, const auto& work) {
  const auto interruptions = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nivcsw;
  };
  const long before = interruptions();
  const double begin = now(threads);
  work();
  const double end = now(threads);
  return {end - begin, interruptions() - before};
}

}  // namespace bprop::bench
