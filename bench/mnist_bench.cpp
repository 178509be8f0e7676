// SPDX-License-Identifier: Apache-2.0
//
// A whole training: 784-128-10, relu, Adam, batches of 64, on MNIST or images of its size; ours and a peer's take
// turns. usage: mnist_bench FOLDER [--epochs N] [--rounds N] [--peer PROGRAM] [--json FILE]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "bprop/bprop.h"
#include "peer.h"

namespace bprop::bench {
namespace {

// After which no further round begins: bound threads on a busy machine can take minutes.
constexpr std::chrono::seconds kMostTime{60};

struct Run {
  double seconds = 0;
  double accuracy = 0;
};

Run ours(const Dataset& train_images, const Dataset& test_images, std::size_t epochs, std::uint64_t seed,
         ThreadPool& pool) {
  TrainOptions options{.preset = Preset::kPlain};
  options.layers = "128 relu";
  options.optimizer = Adam{.learning_rate = 1e-3};
  options.schedule = Schedule{};
  options.label_smoothing = 0.0;
  options.batch = 64;
  options.epochs = epochs;
  options.validation = 0;
  options.seed = seed;
  options.pool = pool.threads() > 1 ? &pool : nullptr;
  std::optional<TrainResult> result;
  const Timing timing = timing_of(pool.threads(), [&] { result = train(train_images, options); });
  return {timing.seconds, evaluate(result->model, test_images, &pool).accuracy};
}

Run theirs(Peer& peer, const std::string& folder, std::size_t epochs) {
  std::istringstream answer(peer.ask(fmt::format("mnist {} {}", folder, epochs)));
  Run run;
  if (!(answer >> run.seconds >> run.accuracy)) throw std::runtime_error(peer.name() + " cannot train on MNIST");
  return run;
}

void add(const std::string& who, int threads, const std::vector<Run>& runs, Report& report) {
  std::vector<double> seconds;
  std::vector<double> accuracies;
  for (const Run& run : runs) {
    seconds.push_back(run.seconds);
    accuracies.push_back(run.accuracy);
  }
  std::sort(seconds.begin(), seconds.end());
  std::sort(accuracies.begin(), accuracies.end());
  const std::size_t middle = runs.size() / 2;
  report.add("whole mnist", threads,
             {.contestant = who,
              .seconds = seconds[middle],
              .best = seconds.front(),
              .spread = (seconds.back() - seconds.front()) / seconds[middle],
              .samples = runs.size(),
              .good = runs.size()});
  report.add("accuracy, " + who, threads, 100 * accuracies[middle], "%");
}

int run(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: mnist_bench FOLDER [--epochs N] [--rounds N] [--peer PROGRAM] [--json FILE]\n");
    return 2;
  }
  const std::string folder = argv[1];
  const auto epochs = std::stoul(option_value(argc, argv, "--epochs", "10"));
  const auto rounds = std::stoul(option_value(argc, argv, "--rounds", "3"));
  const std::string program = option_value(argc, argv, "--peer", "");
  Report report(argc, argv, "mnist");
  const Dataset training_images = load_idx(folder + "/train-images-idx3-ubyte", folder + "/train-labels-idx1-ubyte");
  const Dataset test_images = load_idx(folder + "/t10k-images-idx3-ubyte", folder + "/t10k-labels-idx1-ubyte");
  for (const int threads : {1, 2}) {
    if (threads > usable_processors()) break;
    ThreadPool pool({.threads = threads});
    std::unique_ptr<Peer> peer;
    if (!program.empty()) {
      peer = std::make_unique<Peer>(program, threads);
      report.add_peer(peer->name());
    }
    std::vector<Run> our_runs, their_runs;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t round = 0; round < rounds; ++round) {
      if (std::chrono::steady_clock::now() - start > kMostTime) break;
      our_runs.push_back(ours(training_images, test_images, epochs, round, pool));
      if (peer != nullptr) their_runs.push_back(theirs(*peer, folder, epochs));
    }
    add("bprop", threads, our_runs, report);
    if (peer != nullptr) add(peer->contestant().name, threads, their_runs, report);
  }
  return 0;
}

}  // namespace
}  // namespace bprop::bench

int main(int argc, char** argv) { return bprop::bench::exit_code_of("mnist_bench", &bprop::bench::run, argc, argv); }
