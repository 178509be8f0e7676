// SPDX-License-Identifier: Apache-2.0
//
// How the time of a step grows with width, batch and depth; one row through a network; what memory gives.
// usage: sweeps_bench [--threads N] [--json FILE]
#include <fmt/format.h>

#include <exception>
#include <memory>

#include "harness.h"
#include "probe.h"
#include "training_work.h"

namespace bprop::bench {
namespace {

void measure_step(const std::string& name, const Configuration& configuration, ThreadPool& pool, Report& report) {
  TrainingWork work(configuration, pool.threads() > 1 ? &pool : nullptr);
  for (const Measured& measured :
       measure({ourselves(pool.threads(), [&work] { work.step(); })}, {.threads = pool.threads(),
                                                                       .flops = configuration.flops(),
                                                                       .samples = 10,
                                                                       .sample_seconds = 0.004,
                                                                       .most_seconds = 2})) {
    report.add(name, pool.threads(), measured);
  }
}

// One square layer at batch 256.
void sweep_width(ThreadPool& pool, Report& report) {
  for (std::size_t width = 8; width <= 4096; width *= 2) {
    measure_step(fmt::format("width {}", width),
                 {"", {width, width}, 256, "relu", "relu", Loss::kHalfSquaredError, 1e-4}, pool, report);
  }
}

void sweep_batch(ThreadPool& pool, Report& report) {
  for (std::size_t batch = 1; batch <= 4096; batch *= 4) {
    measure_step(fmt::format("batch {}", batch),
                 {"", {784, 512, 512, 10}, batch, "relu", "softmax", Loss::kCrossEntropy, 1e-3}, pool, report);
  }
}

// 128 wide, batch 128.
void sweep_depth(ThreadPool& pool, Report& report) {
  for (std::size_t depth = 1; depth <= 64; depth *= 2) {
    measure_step(fmt::format("depth {}", depth),
                 {"", deep_sizes(128, 128, depth - 1, 128), 128, "relu", "relu", Loss::kHalfSquaredError, 1e-4}, pool,
                 report);
  }
}

// One row through a network, as a server or a controller asks; 784-128-10 reads 0.4 MB of weights a row.
void measure_prediction(Report& report) {
  for (const char* text : {"784 -> 128 relu -> 10 softmax", "64 -> 64 tanh -> 64 tanh -> 10 softmax"}) {
    const Network network(text, {.seed = 1});
    const std::vector<float> input(network.inputs(), 0.5F);
    std::vector<float> output(network.outputs());
    const Contestant us = ourselves(1, [&] { network.predict(input, output); });
    for (const Measured& measured : measure({us}, {.sample_seconds = 0.004, .most_seconds = 3})) {
      report.add(fmt::format("predict {}", network.inputs()), 1, measured);
      report.add(fmt::format("weights read, {}", network.inputs()), 1,
                 4e-9 * static_cast<double>(network.architecture().parameters()) / measured.seconds, "GB/s");
    }
  }
}

int run(int argc, char** argv) {
  Report report(argc, argv, "sweeps");
  report.add("read 256 KiB", 1, read_rate(std::size_t{256} << 10) * 1e-9, "GB/s");
  report.add("read 512 KiB", 1, read_rate(std::size_t{512} << 10) * 1e-9, "GB/s");
  report.add("read 256 MiB", 1, read_rate(std::size_t{256} << 20) * 1e-9, "GB/s");
  measure_prediction(report);
  ThreadPool pool({.threads = std::stoi(option_value(argc, argv, "--threads", "1"))});
  sweep_width(pool, report);
  sweep_batch(pool, report);
  sweep_depth(pool, report);
  report.add("fma_peak", pool.threads(), best_peak(pool.threads()) * 1e-9, "GFLOP/s");
  return 0;
}

}  // namespace
}  // namespace bprop::bench

int main(int argc, char** argv) { return bprop::bench::exit_code_of("sweeps_bench", &bprop::bench::run, argc, argv); }
