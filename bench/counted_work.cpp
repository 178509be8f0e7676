// SPDX-License-Identifier: Apache-2.0
//
// What script/count-instructions counts: twelve kernels and one training step, plain and seen by the doctor, each
// twenty times. usage: counted_work NAME, or counted_work --list
#include <fmt/format.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kernel_work.h"
#include "training_work.h"

namespace bprop::bench {

// callgrind counts inside this function and nowhere else.
extern "C" __attribute__((noinline)) void counted_calls(const Work& work) {
  for (int i = 0; i < 20; ++i) work();
}

namespace {

Work training_step(std::size_t doctor_every) {
  const Configuration small = configurations()[1];
  const auto work = std::make_shared<TrainingWork>(small, nullptr, Sgd{.learning_rate = small.rate}, doctor_every);
  return [work] { work->step(); };
}

// Made only for the one that is asked for.
using Maker = std::function<Work()>;

std::vector<std::pair<std::string, Maker>> makers() {
  std::vector<std::pair<std::string, Maker>> all;
  for (const Shape shape : {Shape{32, 16, 16}, Shape{32, 64, 64}}) {
    const std::string size = fmt::format("{}x{}x{}", shape.in, shape.out, shape.rows);
    all.emplace_back("forward-" + size, [shape] { return forward(shape); });
    all.emplace_back("weight_gradient-" + size, [shape] { return weight_gradient(shape); });
  }
  all.emplace_back("forward-50x33x7", [] { return forward({7, 50, 33}); });
  all.emplace_back("forward-784x128x1", [] { return forward({1, 784, 128}); });
  all.emplace_back("sigmoid", [] { return activation(Activation::kSigmoid); });
  all.emplace_back("tanh", [] { return activation(Activation::kTanh); });
  all.emplace_back("gelu", [] { return activation(Activation::kGelu); });
  all.emplace_back("tanh-backward", [] { return activation_backward(Activation::kTanh); });
  all.emplace_back("update-sgd", [] { return update(Sgd{}); });
  all.emplace_back("update-adam", [] { return update(Adam{}); });
  all.emplace_back("step-small", [] { return training_step(0); });
  all.emplace_back("step-small-examined", [] { return training_step(1); });  // one in 100 is
  return all;
}

int run(const std::string& name) {
  for (const auto& [known, make] : makers()) {
    if (name == "--list") fmt::print("{}\n", known);
    if (name != known) continue;
    const Work work = make();
    work();  // what only the first call does
    counted_calls(work);
    return 0;
  }
  return name == "--list" ? 0 : 2;
}

}  // namespace
}  // namespace bprop::bench

int main(int argc, char** argv) { return argc == 2 ? bprop::bench::run(argv[1]) : 2; }
