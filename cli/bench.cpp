// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "bench_report.h"
#include "bprop/trainer.h"
#include "generated_batch.h"
#include "json_text.h"
#include "program_options.h"
#include "quantity.h"
#include "text_file.h"
#include "training_signature.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "bench",
    .summary = "how fast this machine trains, and whether it computes what others compute",
    .examples =
        "bprop bench\n"
        "bprop bench --signature",
    .usage = "[OPTION...]",
    .details =
        "Times training steps (forward, loss, backward, plain SGD) of five networks on generated rows, on one "
        "thread and on all, in about ten seconds: medians, on an idle machine good to some percent. Then prints the "
        "training signature, a number made from the weights after a fixed small training. For a class of arithmetic it "
        "is the same on every processor, with every compiler and number of threads; if not, something is wrong.",
};

struct Subject {
  const char* network;
  std::size_t batch;
  Loss loss;
};
constexpr Subject kSubjects[] = {
    {"2 -> 16 sigmoid -> 1 sigmoid", 4, Loss::kHalfSquaredError},
    {"64 -> 64 tanh -> 64 tanh -> 10 softmax", 32, Loss::kCrossEntropy},
    {"784 -> 128 relu -> 10 softmax", 64, Loss::kCrossEntropy},
    {"784 -> 512 relu -> 512 relu -> 10 softmax", 128, Loss::kCrossEntropy},
    {"1024 -> 1024 relu -> 1024 relu -> 1024", 256, Loss::kHalfSquaredError},
};
constexpr int kSamples = 11;
constexpr double kSampleSeconds = 0.07;

double seconds_of(Trainer& trainer, const GeneratedBatch& batch, std::size_t steps) {
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < steps; ++i) trainer.step(batch.inputs, batch.targets);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The median time of a step.
double step_seconds(const Subject& subject, ThreadPool& pool) {
  Network network(subject.network, {.seed = 1});
  Trainer trainer(
      network,
      {.batch = subject.batch, .loss = {.loss = subject.loss}, .optimizer = Sgd{.learning_rate = 1e-3}, .pool = &pool});
  const GeneratedBatch batch(network.architecture(), subject.batch, 1);
  std::size_t steps = 1;
  double seconds = seconds_of(trainer, batch, steps);
  while (seconds < kSampleSeconds / 2) seconds = seconds_of(trainer, batch, steps *= 2);
  std::vector<double> samples;
  for (int i = 0; i < kSamples; ++i) samples.push_back(seconds_of(trainer, batch, steps) / static_cast<double>(steps));
  std::nth_element(samples.begin(), samples.begin() + kSamples / 2, samples.end());
  return samples[kSamples / 2];
}

std::vector<BenchTime> measured_times(int threads) {
  std::vector<int> counts = {1};
  if (threads > 1) counts.push_back(threads);
  std::vector<BenchTime> times;
  for (const Subject& subject : kSubjects) {
    for (const int count : counts) {
      ThreadPool pool({.threads = count});
      times.push_back({subject.network, subject.batch, count, step_seconds(subject, pool)});
    }
  }
  return times;
}

std::string text_of_report(const BenchReport& report) {
  std::string page;
  if (!report.times.empty()) {
    std::vector<std::vector<std::string>> table = {{"network", "batch", "threads", "us/step", "rows/s"}};
    for (const BenchTime& time : report.times) {
      table.push_back({time.network, fmt::format("{}", time.batch), fmt::format("{}", time.threads),
                       fmt::format("{:.2f}", 1e6 * time.seconds), fmt::format("{:.0f}", time.rows_per_second())});
    }
    page = aligned_table(table) + '\n';
  }
  for (const BenchSignature& signature : report.signatures) {
    page += fmt::format("training signature, {}: {:016x}\n", name(signature.arithmetic), signature.value);
  }
  return page;
}

class Bench : public Verb {
 public:
  Bench() : Verb(kText) {}

  void declare(Options& options) override {
    options.flag("signature", signature_only_, "the training signature only");
    program_.declare(options, {.json = "the result as one JSON object", .quiet = ""});
  }

  ExitCode run(Options&) override {
    const int threads = ThreadPool({.threads = program_.threads}).threads();
    BenchReport report;
    if (!signature_only_) report.times = measured_times(threads);
    for (const Arithmetic arithmetic : {Arithmetic::kFma, Arithmetic::kPortable}) {
      report.signatures.push_back({arithmetic, training_signature(arithmetic, threads)});
    }
    print(program_.json ? json_text(report) : text_of_report(report));
    return ExitCode::kDone;
  }

 private:
  ProgramOptions program_;
  bool signature_only_ = false;
};

}  // namespace

std::unique_ptr<Verb> bench_verb() { return std::make_unique<Bench>(); }

}  // namespace bprop::cli
