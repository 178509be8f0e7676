// SPDX-License-Identifier: Apache-2.0
//
// How everything here is measured. Contestants that do the same work take turns, A B A B; before and after each sample
// the peak of the processor is read (probe.h), so that every time has its share, whatever the neighbours do.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "stopwatch.h"

namespace bprop::bench {

// One who does the work so many times, after a quarter as often untimed to be warm, and says how long that took.
struct Contestant {
  std::string name = {};
  std::function<Timing(long repetitions)> run = {};
};

// A contestant of this process, from what it does once.
template <class Work>
Contestant ourselves(int threads, Work work) {
  return {"bprop", [threads, work](long repetitions) mutable {
            for (long i = 0; i <= repetitions / 4; ++i) work();
            return timing_of(threads, [&] {
              for (long i = 0; i < repetitions; ++i) work();
            });
          }};
}

struct Measuring {
  int threads = 1;
  double flops = 0;               // of one repetition; 0: the share means nothing
  std::size_t samples = 11;       // good ones wanted of each contestant
  double sample_seconds = 0.008;  // long enough for the clock, short enough to fall between a neighbour's turns
  double most_seconds = 8;        // after which the least disturbed samples are taken, good or not
};

struct Measured {
  std::string contestant = {};
  double seconds = 0;  // median of one repetition
  double best = 0;     // the smallest
  double spread = 0;   // (upper − lower quartile) / median
  double share = 0;    // median of flops / seconds / peak around the sample
  std::size_t samples = 0;
  std::size_t good = 0;
  std::size_t voided = 0;
};

// A sample is good when both readings around it reach this part of the best that this program has read (in registers
// and fed from the cache) and, on several threads, the system interrupted none of them. Others are void: repeated while
// there is time.
inline constexpr double kSmallestPeak = 0.93;

// One result a contestant, in their order.
std::vector<Measured> measure(std::vector<Contestant> contestants, const Measuring& measuring);

// The best reading of the peak with so many threads so far, floating-point operations a second.
double best_peak(int threads);

// What a program found out: lines for people on stdout as they come, records for script/bench in the end.
class Report {
 public:
  // Options: --json FILE.
  Report(int argc, char** argv, std::string subject);
  ~Report();
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  // Prints a line and keeps a record: what, with how many threads, who, time, share.
  void add(const std::string& name, int threads, const Measured& measured);
  // Who is measured beside us: "OpenBLAS 0.3.21 with …".
  void add_peer(const std::string& full_name);
  // A number that is not a time: "fma_peak", 117.1, "GFLOP/s".
  void add(const std::string& name, int threads, double value, const std::string& unit);

 private:
  std::string subject_;
  std::string path_;
  std::string records_;
};

// What main() of a program here does: runs it, and makes one sentence and 1 of an exception.
int exit_code_of(const char* program, int (*run)(int argc, char** argv), int argc, char** argv);

// The value after `option` among the arguments, or `otherwise`.
std::string option_value(int argc, char** argv, const std::string& option, const std::string& otherwise);
bool option_given(int argc, char** argv, const std::string& option);

}  // namespace bprop::bench
