// SPDX-License-Identifier: Apache-2.0
//
// One training step of eight configurations: forward, loss, backward, plain SGD; beside peers, if there are any.
// usage: training_bench [--only CONFIGURATION] [--threads N] [--minimal-work FLOPS] [--peer COMMAND]... [--json FILE]
#include <fmt/format.h>

#include <exception>

#include "peer.h"
#include "probe.h"
#include "training_work.h"

namespace bprop::bench {
namespace {

struct What {
  std::string only;         // a configuration's name, or empty for all
  double minimal_work = 0;  // of a fork (bprop/thread_pool.h), or 0 for the pool's own
};

void measure_with(int threads, const What& what, Peers peers, Report& report) {
  ThreadPoolOptions options{.threads = threads};
  if (what.minimal_work > 0) options.minimal_work = what.minimal_work;
  ThreadPool pool(options);
  for (const Configuration& configuration : configurations()) {
    if (!what.only.empty() && what.only != configuration.name) continue;
    TrainingWork work(configuration, threads > 1 ? &pool : nullptr);
    std::vector<Contestant> contestants = {ourselves(threads, [&work] { work.step(); })};
    peers.join(configuration.request(), contestants);
    for (const Measured& measured : measure(contestants, {.threads = threads, .flops = configuration.flops()})) {
      report.add(configuration.name, threads, measured);
    }
  }
  report.add("fma_peak", threads, best_peak(threads) * 1e-9, "GFLOP/s");
}

// What an optimiser with two states costs beside plain SGD, on the configuration `mnist`.
void measure_adam(Report& report) {
  const Configuration mnist = configurations()[3];
  TrainingWork sgd(mnist, nullptr);
  TrainingWork adam(mnist, nullptr, Adam{});
  Contestant with_adam = ourselves(1, [&adam] { adam.step(); });
  with_adam.name = "bprop, adam";
  for (const Measured& measured :
       measure({ourselves(1, [&sgd] { sgd.step(); }), with_adam}, {.flops = mnist.flops()})) {
    report.add("mnist-adam", 1, measured);
  }
}

int run(int argc, char** argv) {
  Report report(argc, argv, "training");
  const double ratio = chain_ratio();
  report.add("chain_ratio", 1, ratio, "(12 chains : 4)");
  if (ratio > kLargestChainRatio) {
    fmt::print(stderr, "training_bench: the probe of the peak is not to be trusted: the compiler has merged chains\n");
    return 1;
  }
  const What what{.only = option_value(argc, argv, "--only", ""),
                  .minimal_work = std::stod(option_value(argc, argv, "--minimal-work", "0"))};
  const int threads = std::stoi(option_value(argc, argv, "--threads", "0"));
  if (threads > 0) {
    measure_with(threads, what, Peers(argc, argv, threads, report), report);
    return 0;
  }
  for (const int count : {1, 2}) {
    if (count <= usable_processors()) measure_with(count, what, Peers(argc, argv, count, report), report);
  }
  if (what.only.empty()) measure_adam(report);
  return 0;
}

}  // namespace
}  // namespace bprop::bench

int main(int argc, char** argv) { return bprop::bench::exit_code_of("training_bench", &bprop::bench::run, argc, argv); }
