// SPDX-License-Identifier: Apache-2.0
//
// The function that is trained, which is another one than a prediction's where there is dropout: engine, tape, complex
// step and differences with the same masks.
#include <gtest/gtest.h>

#include "bprop/check.h"
#include "check/tape_network.h"
#include "nn/random_matrix.h"

namespace bprop {
namespace {

using Numbers = std::vector<double>;

constexpr PassKey kKey{.pass = Pass::kTraining, .seed = 5, .step = 3};

constexpr const char* kNetworks[] = {
    "3 -> dropout 0.3 -> 4 tanh -> dropout 0.5 -> 2",
    "3 -> 4 selu -> dropout 0.2 -> dropout 0.5 -> scale -> 3 mish -> dropout 0.1 -> 2 softmax",
    "3 -> 5 softmax -> dropout 0.5 -> 3 sigmoid no-bias -> 2 -> dropout 0.4",
    "3 -> dropout 0 -> 4 relu -> dropout 0.99 -> 2 sigmoid",
    "3 -> 4 softmax -> dropout 0.3 -> 4 tanh -> add 2 -> add 3 -> dropout 0.2 -> 2 softmax -> dropout 0.1 -> add 1"};

Numbers shares(std::size_t rows) {
  Numbers targets(2 * rows);
  for (std::size_t n = 0; n < rows; ++n) targets[2 * n + n % 2] = 1;
  return targets;
}

TEST(TrainingPass, EngineTapeAndComplexStepAgreeWithTheSameMasks) {
  for (const char* const text : kNetworks) {
    const Numbers x = random_matrix<double>(1, 7, 3), y = shares(7);
    for (const LossRule& rule : loss_rules()) {
      const CheckReport report =
          check_gradients<double>(DoubleNetwork(text, {.seed = 4}), x, y, {.loss = rule.id}, {.pass = kKey});
      EXPECT_TRUE(report.passed) << text << ", " << rule.name << '\n' << report;
      EXPECT_GT(report.rows, 0U);
    }
    const std::vector<float> narrow_x(x.begin(), x.end()), narrow_y(y.begin(), y.end());
    EXPECT_TRUE(check_gradients<float>(Network(text, {.seed = 4}), narrow_x, narrow_y, {}, {.pass = kKey}).passed);
  }
}

TEST(TrainingPass, RowsOfEveryLeafHaveTheMasksOfTheirNumbers) {
  const DoubleNetwork network("3 -> dropout 0.3 -> 4 tanh -> dropout 0.5 -> 2", {.seed = 4});
  const Numbers x = random_matrix<double>(1, 520, 3), y = random_matrix<double>(2, 520, 2);  // three leaves
  ThreadPool pool({.threads = 2, .minimal_work = 0});
  const CheckReport report =
      check_gradients<double>(network, x, y, {}, {.sampled_entries = 3, .pass = kKey, .pool = &pool});
  EXPECT_TRUE(report.passed) << report;
}

TEST(TrainingPass, AnotherMaskIsFound) {
  const DoubleNetwork network("3 -> dropout 0.3 -> 4 tanh -> dropout 0.5 -> 2", {.seed = 4});
  const Numbers x = random_matrix<double>(1, 7, 3), y = random_matrix<double>(2, 7, 2);
  for (const PassKey& other : {PassKey{}, PassKey{.pass = Pass::kTraining, .seed = 5, .step = 4}}) {
    const DoubleGradients wrong = gradients<double>(network, x, y, {}, nullptr, other);
    EXPECT_FALSE(check_gradients<double>(network, x, y, {}, {.pass = kKey}, &wrong).passed);
    EXPECT_TRUE(check_gradients<double>(network, x, y, {}, {.pass = other}, &wrong).passed);
  }
}

}  // namespace
}  // namespace bprop
