// SPDX-License-Identifier: Apache-2.0
//
// How the time of a step grows with width, batch and depth; one row through a network; what memory gives.
// usage: sweeps_bench [--threads N] [--peer COMMAND]... [--json FILE]
#include <fmt/format.h>

#include <exception>
#include <string>
#include <vector>

#include "harness.h"
#include "peer.h"
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

// Rows through a network without training: one, as a server or a controller asks (784-128-10 reads 0.4 MB of weights a
// row), and many.
struct Prediction {
  std::vector<std::size_t> sizes;
  std::size_t rows;
  std::string hidden;
};

void measure_prediction(const Prediction& prediction, Peers& peers, Report& report) {
  const Configuration network_of{"", prediction.sizes, prediction.rows, prediction.hidden, "softmax", {}, 0};
  const Network network(network_of.architecture(), {.seed = 1});
  const std::vector<float> input(prediction.rows * network.inputs(), 0.5F);
  std::vector<float> output(prediction.rows * network.outputs());
  std::vector<Contestant> contestants = {ourselves(1, [&] { network.predict(input, output); })};
  const std::string sizes = fmt::format("{}", fmt::join(prediction.sizes, ","));
  peers.join(fmt::format("predict {} {} {} softmax", sizes, prediction.rows, prediction.hidden), contestants);
  double parameters = static_cast<double>(network.architecture().parameters());
  for (const Measured& measured : measure(
           contestants, {.flops = 2 * parameters * static_cast<double>(prediction.rows), .sample_seconds = 0.004})) {
    report.add(fmt::format("predict {} {}", prediction.rows, sizes), 1, measured);
    if (measured.contestant == "bprop" && prediction.rows == 1) {
      report.add(fmt::format("weights read, {}", sizes), 1, 4e-9 * parameters / measured.seconds, "GB/s");
    }
  }
}

void measure_predictions(Peers peers, Report& report) {
  for (const Prediction& prediction :
       {Prediction{{784, 128, 10}, 1, "relu"}, Prediction{{64, 64, 64, 10}, 1, "tanh"},
        Prediction{{784, 128, 10}, 256, "relu"}, Prediction{{784, 512, 512, 10}, 256, "relu"}}) {
    measure_prediction(prediction, peers, report);
  }
}

int run(int argc, char** argv) {
  Report report(argc, argv, "sweeps");
  report.add("read 256 KiB", 1, read_rate(std::size_t{256} << 10) * 1e-9, "GB/s");
  report.add("read 512 KiB", 1, read_rate(std::size_t{512} << 10) * 1e-9, "GB/s");
  report.add("read 256 MiB", 1, read_rate(std::size_t{256} << 20) * 1e-9, "GB/s");
  measure_predictions(Peers(argc, argv, 1, report), report);
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
