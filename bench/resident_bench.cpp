// SPDX-License-Identifier: Apache-2.0
//
// The memory of a training program: 100 steps of the configuration `mnist` on rows that are made when they are asked
// for, then the largest resident set of this process.
// usage: resident_bench [--json FILE]
#include <cstddef>
#include <fstream>
#include <string>

#include "bprop/bprop.h"
#include "harness.h"

namespace bprop::bench {
namespace {

class MadeRows : public BatchRows<float> {
 public:
  void fill(std::size_t, std::size_t count, float* inputs, float* targets) override {
    for (std::size_t i = 0; i < count * 784; ++i) inputs[i] = static_cast<float>(i % 7) * 0.1F;
    for (std::size_t i = 0; i < count * 10; ++i) targets[i] = i % 10 == 3 ? 1.0F : 0.0F;
  }
};

// Not getrusage: its figure begins with that of the process which started this one.
double largest_resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib;
  }
  return 0;
}

int run(int argc, char** argv) {
  Report report(argc, argv, "program");
  Network network("784 -> 128 relu -> 10 softmax", {.seed = 1});
  Trainer trainer(network,
                  {.batch = 64, .loss = {.loss = Loss::kCrossEntropy}, .optimizer = Sgd{.learning_rate = 0.05}});
  MadeRows rows;
  for (int i = 0; i < 100; ++i) trainer.step(64, rows);
  report.add("resident memory, mnist", 1, largest_resident_kib() / 1024, "MiB");
  return 0;
}

}  // namespace
}  // namespace bprop::bench

int main(int argc, char** argv) { return bprop::bench::run(argc, argv); }
