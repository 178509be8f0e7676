// SPDX-License-Identifier: Apache-2.0
//
// Leaves, the fixed tree, and gradients of batches that have more rows than one leaf.
#include "nn/leaves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "bprop/gradients.h"
#include "check/tape_network.h"
#include "nn/batch_gradient.h"
#include "nn/random_matrix.h"

namespace bprop::nn {
namespace {

TEST(Leaves, CutABatchIntoNearlyEqualPartsOfAtMost256Rows) {
  EXPECT_EQ(leaf_count(1), 1);
  EXPECT_EQ(leaf_count(256), 1);
  EXPECT_EQ(leaf_count(257), 2);
  for (const std::size_t rows : {1U, 255U, 256U, 257U, 512U, 513U, 1000U, 60000U}) {
    const std::size_t leaves = leaf_count(rows);
    std::size_t next = 0;
    std::size_t least = rows;
    for (std::size_t i = 0; i < leaves; ++i) {
      EXPECT_EQ(leaf(rows, leaves, i).begin, next);
      next = leaf(rows, leaves, i).end;
      least = std::min(least, leaf(rows, leaves, i).rows());
      EXPECT_LE(leaf(rows, leaves, i).rows(), largest_leaf(rows));
    }
    EXPECT_EQ(next, rows);
    EXPECT_LE(leaf(rows, leaves, leaves - 1).rows(), least + 1);
  }
}

// Adds 2^-24-like parts so that each order of the sum has its own rounding.
TEST(TreeSum, AddsNeighboursLevelByLevelAndTheRestFromRightToLeft) {
  const std::vector<float> v = random_matrix<float>(9, 7, 1);
  TreeSum<float> tree(16, 7);
  for (const float x : v) {
    std::fill_n(tree.next().data(), 16, x);
    tree.push();
  }
  std::vector<float> sum(16);
  tree.finish(sum);
  EXPECT_EQ(sum[15], ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + v[6]));
}

TEST(TreeSum, IsEmptyAfterwardsAndSumsAgain) {
  TreeSum<double> tree(16, 3);
  std::vector<double> sum(16);
  for (int repeat = 0; repeat < 2; ++repeat) {
    for (const double x : {1.0, 2.0, 4.0}) {
      std::fill_n(tree.next().data(), 16, x);
      tree.push();
    }
    tree.finish(sum);
    EXPECT_EQ(sum[0], 7);
  }
}

constexpr const char* kText = "7 -> 19 tanh -> 3 softmax";
constexpr std::size_t kLeafRows = 1000;

template <class T>
struct Batch {
  std::vector<T> input = random_matrix<T>(1, kLeafRows, 7);
  std::vector<T> target = one_hot();

  static std::vector<T> one_hot() {
    std::vector<T> y(kLeafRows * 3);
    for (std::size_t n = 0; n < kLeafRows; ++n) y[n * 3 + n % 3] = T(1);
    return y;
  }
  std::span<const T> inputs(Leaf leaf) const { return std::span(input).subspan(leaf.begin * 7, leaf.rows() * 7); }
  std::span<const T> targets(Leaf leaf) const { return std::span(target).subspan(leaf.begin * 3, leaf.rows() * 3); }
};

const LossOptions kSum{.loss = Loss::kCrossEntropy, .reduction = Reduction::kSum};

TEST(Leaves, TheGradientOfAThousandRowsIsTheFixedTreeOfFourLeafGradients) {
  const Network network(kText, {.seed = 1});
  const Batch<float> batch;
  const Gradients whole = gradients<float>(network, batch.input, batch.target, kSum);
  std::vector<Gradients> parts;
  for (std::size_t i = 0; i < 4; ++i) {
    const Leaf part = leaf(kLeafRows, 4, i);
    parts.push_back(gradients<float>(network, batch.inputs(part), batch.targets(part), kSum));
  }
  for (std::size_t k = 0; k < 2; ++k) {
    for (std::size_t i = 0; i < whole.layers[k].d_weights.size(); ++i) {
      const auto g = [&](std::size_t part) { return parts[part].layers[k].d_weights[i]; };
      EXPECT_EQ(whole.layers[k].d_weights[i], (g(0) + g(1)) + (g(2) + g(3)));
    }
    for (std::size_t i = 0; i < whole.layers[k].d_bias.size(); ++i) {
      const auto g = [&](std::size_t part) { return parts[part].layers[k].d_bias[i]; };
      EXPECT_EQ(whole.layers[k].d_bias[i], (g(0) + g(1)) + (g(2) + g(3)));
    }
  }
}

TEST(Leaves, TheGradientOfAThousandRowsIsTheMeanOverTheRows) {
  const DoubleNetwork network(kText, {.seed = 1});
  const Batch<double> batch;
  const LossOptions mean{.loss = Loss::kCrossEntropy};
  const DoubleGradients engine = gradients<double>(network, batch.input, batch.target, mean);
  const check::TapeGradients tape = check::tape_gradients(network, batch.input, batch.target, mean);
  EXPECT_NEAR(engine.loss, tape.loss, 1e-12);
  for (std::size_t k = 0; k < 2; ++k) {
    double largest = 0;
    for (const double g : tape.d_weights[k]) largest = std::max(largest, std::fabs(g));
    EXPECT_THAT(engine.layers[k].d_weights,
                testing::Pointwise(testing::DoubleNear(1e-12 * largest), tape.d_weights[k]));
    EXPECT_THAT(engine.layers[k].d_bias, testing::Pointwise(testing::DoubleNear(1e-12 * largest), tape.d_bias[k]));
  }
  EXPECT_THAT(engine.d_input, testing::Pointwise(testing::DoubleNear(1e-15), tape.d_input));
  EXPECT_EQ(engine.layers[0].delta.size(), kLeafRows * 19);
}

// 256 rows of 1,100 numbers go through a product in several turns of its inner index, 40 rows in one.
template <class T>
class Turns : public testing::Test {};
using Elements = testing::Types<float, double>;
TYPED_TEST_SUITE(Turns, Elements);

TYPED_TEST(Turns, GiveEachRowTheBitsThatItHasAmongFewRowsForEveryNumberOfThreads) {
  using T = TypeParam;
  constexpr std::size_t kMany = 256;
  constexpr std::size_t kFew = 40;
  constexpr std::size_t kWidth = 1100;  // not a multiple of 16
  const BasicNetwork<T> network("1100 -> 24 tanh -> 1100 tanh -> 3", {.seed = 1});
  const std::vector<T> input = random_matrix<T>(2, kMany, kWidth);
  const std::vector<T> target = random_matrix<T>(3, kMany, 3);
  const LossOptions sum{.reduction = Reduction::kSum};
  const std::span<const T> x = input;
  const std::span<const T> y = target;
  const auto few = gradients<T>(network, x.first(kFew * kWidth), y.first(kFew * 3), sum);
  std::optional<BasicGradients<T>> first;
  for (const int threads : {1, 2, 3, 7}) {
    ThreadPool pool({.threads = threads, .minimal_work = 0});
    const auto many = gradients<T>(network, x, y, sum, &pool);
    for (std::size_t k = 0; k < 3; ++k) {
      const auto beginning_of = [&](const std::vector<T>& values) {
        return std::vector<T>(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(few.layers[k].z.size()));
      };
      EXPECT_EQ(beginning_of(many.layers[k].z), few.layers[k].z) << "layer " << k;
      EXPECT_EQ(beginning_of(many.layers[k].a), few.layers[k].a) << "layer " << k;
      EXPECT_EQ(beginning_of(many.layers[k].delta), few.layers[k].delta) << "layer " << k;
      EXPECT_EQ(many.layers[k].d_weights, first.value_or(many).layers[k].d_weights) << threads << " threads";
    }
    EXPECT_EQ(std::vector<T>(many.d_input.begin(), many.d_input.begin() + kFew * kWidth), few.d_input);
    if (!first) first = many;
  }
}

TEST(Leaves, TheGradientsOfInspectionAreThoseOfTraining) {
  const Network network(kText, {.seed = 1});
  const Batch<float> batch;
  class Rows : public BatchRows<float> {
   public:
    explicit Rows(const Batch<float>& of) : batch_(of) {}
    void fill(std::size_t first, std::size_t count, float* inputs, float* targets) override {
      std::copy_n(batch_.input.data() + first * 7, count * 7, inputs);
      std::copy_n(batch_.target.data() + first * 3, count * 3, targets);
    }

   private:
    const Batch<float>& batch_;
  } rows(batch);
  const LossOptions mean{.loss = Loss::kCrossEntropy, .label_smoothing = 0.1};
  BatchGradient<float> batch_gradient(network.architecture(), mean, kLeafRows);
  const Engine<float> engine{&linalg::kernels_for<float>(network.arithmetic()), nullptr};
  const Twins<float> twins(network.state(), false);
  AlignedBuffer<float> flat(network.state().layout.size());
  const double loss =
      *batch_gradient(engine, network.state(), twins, {.rows = kLeafRows, .source = &rows}, flat.span(), {});
  const Gradients inspected = gradients<float>(network, batch.input, batch.target, mean);
  EXPECT_EQ(loss, inspected.loss);
  for (std::size_t k = 0; k < 2; ++k) {
    std::vector<float> w(inspected.layers[k].d_weights.size());
    weights_to_row_major(network.state().layout[k], flat.data(), w.data());
    EXPECT_EQ(w, inspected.layers[k].d_weights);
  }
}

TEST(Leaves, LossAloneIsTheLossOfTheGradients) {
  const Network network(kText, {.seed = 1});
  const Batch<float> batch;
  const LossOptions mean{.loss = Loss::kCrossEntropy};
  EXPECT_EQ(loss<float>(network, batch.input, batch.target, mean),
            gradients<float>(network, batch.input, batch.target, mean).loss);
}

}  // namespace
}  // namespace bprop::nn
