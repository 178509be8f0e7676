// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <tuple>

#include "probe.h"

namespace bprop::bench {
namespace {

struct Sample {
  double seconds = 0;        // of one repetition
  Reading lower;             // of the two around it
  double higher_peak = 0;    // shares refer to this one: they are not flattered by a peak read too low
  double interruptions = 0;  // a second; on one thread they do not count
};

// The best readings with so many threads.
Reading& best_reading(int threads) {
  static std::map<int, Reading> best;
  return best[threads];
}

Reading read_and_remember(int threads) {
  const Reading reading = read_processor(threads);
  Reading& best = best_reading(threads);
  best = {.peak = std::max(best.peak, reading.peak), .fed = std::max(best.fed, reading.fed)};
  return reading;
}

// How much of the processor was ours around a sample.
double quiet(const Sample& sample, int threads) {
  const Reading& best = best_reading(threads);
  return std::min(sample.lower.peak / best.peak, sample.lower.fed / best.fed);
}

bool good(const Sample& sample, int threads) {
  return quiet(sample, threads) >= kSmallestPeak && sample.interruptions == 0;
}

// How often a contestant has to work for a sample of about that length; also warms it up.
long repetitions_for(const Contestant& contestant, double seconds) {
  long repetitions = 1;
  for (;;) {
    const double taken = contestant.run(repetitions).seconds;
    if (taken > 0.25 * seconds || repetitions > 100'000'000) {
      return std::max(1L, static_cast<long>(static_cast<double>(repetitions) * seconds / taken));
    }
    repetitions *= 2;
  }
}

Sample sample_of(const Contestant& contestant, long repetitions, int threads) {
  const Reading before = read_and_remember(threads);
  const Timing timing = contestant.run(repetitions);
  const Reading after = read_and_remember(threads);
  return {.seconds = timing.seconds / static_cast<double>(repetitions),
          .lower = {.peak = std::min(before.peak, after.peak), .fed = std::min(before.fed, after.fed)},
          .higher_peak = std::max(before.peak, after.peak),
          .interruptions = threads == 1 ? 0 : static_cast<double>(timing.interruptions) / timing.seconds};
}

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5)];
}

// Of the least disturbed samples, as many as are wanted.
Measured summary(const std::string& name, std::vector<Sample> samples, const Measuring& measuring) {
  std::stable_sort(samples.begin(), samples.end(), [&](const Sample& a, const Sample& b) {
    const auto rank = [&](const Sample& s) {
      return std::tuple(!good(s, measuring.threads), s.interruptions, -quiet(s, measuring.threads));
    };
    return rank(a) < rank(b);
  });
  Measured result{.contestant = name};
  const std::size_t taken = samples.size();
  if (samples.size() > measuring.samples) samples.resize(measuring.samples);
  result.samples = samples.size();
  result.voided = taken - samples.size();
  std::vector<double> seconds;
  std::vector<double> shares;
  for (const Sample& sample : samples) {
    seconds.push_back(sample.seconds);
    shares.push_back(measuring.flops / sample.seconds / sample.higher_peak);
    if (good(sample, measuring.threads)) ++result.good;
  }
  result.seconds = quantile(seconds, 0.5);
  result.best = quantile(seconds, 0);
  result.spread = (quantile(seconds, 0.75) - quantile(seconds, 0.25)) / result.seconds;
  result.share = quantile(shares, 0.5);
  return result;
}

// "12.3 µs" in three digits or more, whatever the size.
std::string time_text(double seconds) {
  if (seconds < 1e-6) return fmt::format("{:.2f} ns", seconds * 1e9);
  if (seconds < 1e-1) return fmt::format("{:.2f} us", seconds * 1e6);
  return fmt::format("{:.3f} s", seconds);
}

}  // namespace

double best_peak(int threads) { return best_reading(threads).peak; }

std::vector<Measured> measure(std::vector<Contestant> contestants, const Measuring& measuring) {
  std::vector<long> repetitions;
  for (const Contestant& contestant : contestants) {
    repetitions.push_back(repetitions_for(contestant, measuring.sample_seconds));
  }
  std::vector<std::vector<Sample>> samples(contestants.size());
  const auto enough = [&] {
    return std::all_of(samples.begin(), samples.end(), [&](const std::vector<Sample>& own) {
      const auto count =
          std::count_if(own.begin(), own.end(), [&](const Sample& s) { return good(s, measuring.threads); });
      return static_cast<std::size_t>(count) >= measuring.samples;
    });
  };
  timespec start{};
  clock_gettime(CLOCK_MONOTONIC, &start);
  const auto seconds_since_start = [&] {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec - start.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec - start.tv_nsec);
  };
  while (samples.front().size() < measuring.samples || (!enough() && seconds_since_start() < measuring.most_seconds)) {
    for (std::size_t i = 0; i < contestants.size(); ++i) {
      samples[i].push_back(sample_of(contestants[i], repetitions[i], measuring.threads));
    }
  }
  std::vector<Measured> results;
  for (std::size_t i = 0; i < contestants.size(); ++i) {
    results.push_back(summary(contestants[i].name, samples[i], measuring));
  }
  return results;
}

Report::Report(int argc, char** argv, std::string subject)
    : subject_(std::move(subject)), path_(option_value(argc, argv, "--json", "")) {}

Report::~Report() {
  if (path_.empty()) return;
  std::ofstream(path_) << "[\n" << records_ << "\n]\n";
}

void Report::add(const std::string& name, int threads, const Measured& m) {
  const std::string share = m.share > 0 ? fmt::format("share {:.3f}", m.share) : "";
  fmt::print("{:<24} {}T {:<14} {:>14} {:<12} spread {:>4.1f} %  {} of {} samples good, {} void\n", name, threads,
             m.contestant, time_text(m.seconds), share, 100 * m.spread, m.good, m.samples, m.voided);
  std::fflush(stdout);
  if (!records_.empty()) records_ += ",\n";
  records_ += fmt::format(
      R"({{"subject": "{}", "name": "{}", "threads": {}, "who": "{}", "seconds": {:.6g}, "best": {:.6g}, "spread": {:.4g}, )"
      R"("share": {:.4g}, "samples": {}, "good": {}, "void": {}}})",
      subject_, name, threads, m.contestant, m.seconds, m.best, m.spread, m.share, m.samples, m.good, m.voided);
}

void Report::add_peer(const std::string& full_name) {
  fmt::print("{}\n", full_name);
  if (!records_.empty()) records_ += ",\n";
  records_ += fmt::format(R"({{"subject": "{}", "peer": "{}"}})", subject_, full_name);
}

void Report::add(const std::string& name, int threads, double value, const std::string& unit) {
  fmt::print("{:<24} {}T {:>14.4g} {}\n", name, threads, value, unit);
  std::fflush(stdout);
  if (!records_.empty()) records_ += ",\n";
  records_ += fmt::format(R"({{"subject": "{}", "name": "{}", "threads": {}, "value": {:.6g}, "unit": "{}"}})",
                          subject_, name, threads, value, unit);
}

std::string option_value(int argc, char** argv, const std::string& option, const std::string& otherwise) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (argv[i] == option) return argv[i + 1];
  }
  return otherwise;
}

bool option_given(int argc, char** argv, const std::string& option) {
  return std::find(argv + 1, argv + argc, option) != argv + argc;
}

int exit_code_of(const char* program, int (*run)(int argc, char** argv), int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", program, error.what());
    return 1;
  }
}

}  // namespace bprop::bench
