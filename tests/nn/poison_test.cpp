// SPDX-License-Identifier: Apache-2.0
//
// Memory that is full of NaN before a pass, and work that is cut over threads: neither changes a bit of the result.
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "bprop/trainer.h"
#include "nn/batch_gradient.h"
#include "nn/random_matrix.h"

namespace bprop::nn {
namespace {

constexpr std::size_t kRows = 13;  // no multiple of the kernels' six rows
constexpr std::size_t kInputs = 21;
constexpr std::size_t kOutputs = 18;

Architecture architecture(const ActivationRule& activation) {
  return Architecture::parse("21 -> embed 3-9:5 -> periodic 2-6:7x3 -> scale -> 35 " + std::string(activation.name) +
                             " -> scale -> layer-norm -> scale -> 17 " + std::string(activation.name) +
                             " no-bias -> batch-norm -> layer-norm -> scale -> add 2 -> batch-norm -> 18 softmax");
}

template <class T>
void poison(T* memory, std::size_t rows, std::size_t columns) {
  if (memory != nullptr) std::fill_n(memory, rows * linalg::padded(columns), std::numeric_limits<T>::quiet_NaN());
}

// One pass forward and back in a workspace of this kind; the flat gradient, and the loss behind it.
template <class T>
std::vector<T> pass(const BasicNetwork<T>& network, const LossOptions& options, Pass of, Keep keep, bool poisoned) {
  Workspace<T> workspace(network.architecture(), kRows + 3, keep);
  if (poisoned) {
    poison(workspace.input(), kRows + 3, kInputs);
    poison(workspace.targets(), kRows + 3, kOutputs);
    poison(workspace.losses(), kRows + 3, kOutputs);
    poison(workspace.d_input(), kRows + 3, kInputs);
    for (std::size_t k = 0; k < network.state().layout.layers(); ++k) {
      for (T* values : {workspace[k].z, workspace[k].a, workspace[k].d_output, workspace[k].delta}) {
        poison(values, kRows + 3, network.state().layout[k].outputs);
      }
    }
  }
  const Engine<T> engine{&linalg::kernels_for<T>(network.arithmetic()), nullptr};
  const Twins<T> twins(network.state(), keep == Keep::kInspection);
  linalg::to_panels(random_matrix<T>(1, kRows, kInputs).data(), kRows, kInputs, workspace.input());
  linalg::to_panels(random_matrix<T>(2, kRows, kOutputs).data(), kRows, kOutputs, workspace.targets());
  forward(engine, network.state(), kRows, scores_end(network.architecture(), options.loss), workspace, {.pass = of});
  const double sum = loss(engine, network.architecture(), options, kRows, T(1), true, workspace);
  const T before = poisoned ? std::numeric_limits<T>::quiet_NaN() : T(0);
  std::vector<T> gradient(network.state().layout.size(), before);
  backward(engine, network.state(), twins, kRows, workspace, gradient.data());
  gradient.push_back(static_cast<T>(sum));
  return gradient;
}

template <class T>
void expect_no_effect() {
  for (const ActivationRule& activation : activation_rules()) {
    const BasicNetwork<T> network(architecture(activation), {.seed = 4});
    for (const Loss kind : {Loss::kCrossEntropy, Loss::kHuber}) {
      const LossOptions options{.loss = kind};
      const Pass of = kind == Loss::kHuber ? Pass::kTraining : Pass::kPrediction;
      const std::vector<T> clean = pass<T>(network, options, of, Keep::kTraining, false);
      for (const T g : clean) ASSERT_EQ(g, g);
      for (const Keep keep : {Keep::kTraining, Keep::kInspection}) {
        const std::vector<T> poisoned = pass<T>(network, options, of, keep, true);
        EXPECT_EQ(std::memcmp(clean.data(), poisoned.data(), clean.size() * sizeof(T)), 0) << activation.name;
      }
    }
  }
}

TEST(PoisonedWorkspace, HasNoEffectInFloat) { expect_no_effect<float>(); }
TEST(PoisonedWorkspace, HasNoEffectInDouble) { expect_no_effect<double>(); }

class Threads : public testing::TestWithParam<int> {};

// All parameters after three steps with a batch of three leaves, softmax inside, clipping and Adam.
std::vector<float> trained(ThreadPool* pool) {
  Network network(
      "21 -> scale -> 70 gelu -> batch-norm -> layer-norm -> 20 softmax -> layer-norm -> scale -> 40 relu -> "
      "batch-norm "
      "-> scale -> 18 softmax",
      {.seed = 4});
  Trainer trainer(network, {.batch = 600, .loss = {.loss = Loss::kCrossEntropy}, .clip = 0.1, .pool = pool});
  for (const std::size_t rows : {std::size_t{600}, std::size_t{1}, std::size_t{77}}) {
    const std::vector<float> x = random_matrix<float>(rows, rows, kInputs);
    const std::vector<float> y = random_matrix<float>(rows + 1, rows, kOutputs);
    trainer.step(std::span<const float>(x), std::span<const float>(y));
  }
  const auto parameters = network.state().parameters.span();
  return {parameters.begin(), parameters.end()};
}

TEST_P(Threads, GiveTheSameBitsAsOne) {
  ThreadPool pool({.threads = GetParam(), .minimal_work = 0});
  const std::vector<float> expected = trained(nullptr);
  const std::vector<float> found = trained(&pool);
  EXPECT_EQ(std::memcmp(found.data(), expected.data(), expected.size() * sizeof(float)), 0);
  for (const std::uint64_t parts : pool.parts_run()) EXPECT_TRUE(parts > 0 || GetParam() == 1);  // one needs no fork
}

INSTANTIATE_TEST_SUITE_P(OneToSeven, Threads, testing::Values(1, 2, 3, 4, 7));

}  // namespace
}  // namespace bprop::nn
