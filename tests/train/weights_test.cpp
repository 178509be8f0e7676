// SPDX-License-Identifier: Apache-2.0
//
// Weights of the rows of an update: against the tape, and against rows that are there twice or not at all.
#include "bprop/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/trainer.h"
#include "check/tape_network.h"
#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {
namespace {

using Numbers = std::vector<double>;

template <class T>
std::vector<T> parameters_of(const BasicNetwork<T>& network) {
  return all_weights<T>(Model{network});
}

// Rows of targets that suit every loss: each adds up to 1.
Numbers shares(std::size_t rows, std::size_t columns) {
  Numbers targets(rows * columns, 0.0);
  for (std::size_t n = 0; n < rows; ++n) targets[n * columns + n % columns] = 1;
  return targets;
}

// What a step with rate 1 takes off the parameters: the gradient.
Numbers gradient_by_step(const DoubleNetwork& start, const LossOptions& loss, const Numbers& x, const Numbers& y,
                         const Numbers& weights, double& value) {
  DoubleNetwork network = start;
  DoubleTrainer trainer(network, {.batch = 600, .loss = loss, .optimizer = Sgd{.learning_rate = 1}});
  value = trainer.step(x, y, weights);
  Numbers gradient = parameters_of(start);
  const Numbers after = parameters_of(network);
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] -= after[i];
  return gradient;
}

// Σ wᵢ ∂lᵢ from one tape a row, in the order of all_weights().
Numbers gradient_by_tape(const DoubleNetwork& network, const LossOptions& loss, const Numbers& x, const Numbers& y,
                         const Numbers& weights, double& value) {
  Numbers sum(parameters_of(network).size());
  const std::size_t in = network.inputs();
  const std::size_t out = network.outputs();
  value = 0;
  for (std::size_t n = 0; n < weights.size(); ++n) {
    const auto row =
        check::tape_gradients(network, std::span(x).subspan(n * in, in), std::span(y).subspan(n * out, out), loss);
    value += weights[n] * row.loss;
    std::size_t i = 0;
    for (std::size_t k = 0; k < row.d_weights.size(); ++k) {
      for (const double g : row.d_weights[k]) sum[i++] += weights[n] * g;
      for (const double g : row.d_bias[k]) sum[i++] += weights[n] * g;
    }
  }
  return sum;
}

void expect_near(const Numbers& a, const Numbers& b, double within) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], within) << "parameter " << i;
}

TEST(Weights, GiveTheTapesGradientForEveryLossPairedAndNot) {
  const Numbers x = random_matrix<double>(3, 6, 2);
  const Numbers weights = {0.5, 0, 3, 1, 0.25, 2};
  constexpr double kSum = 6.75;
  for (const LossRule& rule : loss_rules()) {
    const std::size_t outputs = rule.id == Loss::kGaussianNll ? 2 : 3;
    const Numbers y = shares(6, outputs);
    for (const char* output : {"identity", "softmax", "sigmoid", "exp"}) {
      const std::string layers = "2 -> 4 tanh -> " + std::to_string(outputs) + " " + output;
      const DoubleNetwork network(Architecture::parse(layers), {.seed = 5});
      const LossOptions loss{.loss = rule.id};
      double by_step = 0;
      double by_tape = 0;
      const Numbers step = gradient_by_step(network, loss, x, y, weights, by_step);
      Numbers tape = gradient_by_tape(network, loss, x, y, weights, by_tape);
      for (double& g : tape) g /= kSum;
      SCOPED_TRACE(std::string(rule.name) + " after " + output);
      EXPECT_NEAR(by_step, by_tape / kSum, 1e-14);
      expect_near(step, tape, 1e-14);
    }
  }
}

TEST(Weights, AreFactorsOfASum) {
  const Numbers x = random_matrix<double>(3, 4, 2);
  const Numbers y = shares(4, 3);
  const DoubleNetwork network(Architecture::parse("2 -> 4 tanh -> 3 softmax"), {.seed = 5});
  const LossOptions loss{.loss = Loss::kCrossEntropy, .reduction = Reduction::kSum};
  for (const Numbers& weights : {Numbers{0.5, 0, 3, 1}, Numbers{2, 2, 2, 2}}) {  // equal ones are not none here
    double by_step = 0;
    double by_tape = 0;
    expect_near(gradient_by_step(network, loss, x, y, weights, by_step),
                gradient_by_tape(network, loss, x, y, weights, by_tape), 1e-14);
    EXPECT_NEAR(by_step, by_tape, 1e-13);
  }
}

// Each of these rows as often as the counts say.
Numbers repeated(const Numbers& rows, std::size_t columns, const std::vector<std::size_t>& counts) {
  Numbers all;
  for (std::size_t n = 0; n < counts.size(); ++n) {
    for (std::size_t i = 0; i < counts[n]; ++i) {
      const auto row = rows.begin() + static_cast<std::ptrdiff_t>(n * columns);
      all.insert(all.end(), row, row + static_cast<std::ptrdiff_t>(columns));
    }
  }
  return all;
}

TEST(Weights, CountRowsAlsoInABatchOfSeveralLeaves) {
  constexpr std::size_t kManyRows = 300;  // two leaves; 400 rows of weight 1 are others
  const Numbers x = random_matrix<double>(3, kManyRows, 2);
  const Numbers y = shares(kManyRows, 3);
  std::vector<std::size_t> counts(kManyRows);
  for (std::size_t n = 0; n < kManyRows; ++n) counts[n] = n < 100 ? 0 : 2;
  const Numbers weights(counts.begin(), counts.end());
  const DoubleNetwork network(Architecture::parse("2 -> 4 tanh -> 3 softmax"), {.seed = 5});
  const LossOptions loss{.loss = Loss::kCrossEntropy};
  double weighted = 0;
  double plain = 0;
  const Numbers a = gradient_by_step(network, loss, x, y, weights, weighted);
  const Numbers twice_x = repeated(x, 2, counts);
  const Numbers twice_y = repeated(y, 3, counts);
  const Numbers b = gradient_by_step(network, loss, twice_x, twice_y, {}, plain);
  expect_near(a, b, 1e-14);
  EXPECT_NEAR(weighted, plain, 1e-14);
}

TEST(Weights, OfEqualSizeGiveTheBitsOfNone) {
  const std::vector<float> x = random_matrix<float>(3, 50, 2);
  const std::vector<float> y = random_matrix<float>(4, 50, 1);
  const auto after = [&](const Numbers& weights) {
    Network network(Architecture::parse("2 -> 4 tanh -> 1"), {.seed = 5});
    Trainer trainer(network, {.batch = 50});
    for (int i = 0; i < 3; ++i) trainer.step(x, y, weights);
    return parameters_of(network);
  };
  EXPECT_EQ(after({}), after(Numbers(50, 0.3)));
  Numbers other(50, 0.3);
  other[7] = 0.4;
  EXPECT_NE(after({}), after(other));
}

TEST(Weights, ThatCannotBeAreRefused) {
  Network network(Architecture::parse("1 -> 1"));
  Trainer trainer(network, {.batch = 2});
  const std::vector<float> x = {1, 2};
  const auto refusal = [&](const Numbers& weights) { return thrown([&] { trainer.step(x, x, weights); }); };
  EXPECT_EQ(refusal({1}), "ShapeError: [trainer.step] 1 weights, expected one for each of 2 rows");
  EXPECT_EQ(refusal({1, -2}), "UsageError: [trainer.step] a row's weight is -2, expected a number from 0");
  EXPECT_EQ(refusal({std::nan(""), 1}), "UsageError: [trainer.step] a row's weight is nan, expected a number from 0");
  EXPECT_EQ(refusal({0, 0}),
            "UsageError: [trainer.step] the rows' weights add up to 0, expected a finite number above 0");
  EXPECT_EQ(trainer.report().step, 0);
}

}  // namespace
}  // namespace bprop
