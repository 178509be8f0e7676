// SPDX-License-Identifier: Apache-2.0
//
// Backpropagation by plain loops with one mistake planted: the checker and the direct comparison must catch each, and
// must accept the loops without a mistake.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bprop/check.h"
#include "check/tape_network.h"

namespace bprop {
namespace {

enum class Mistake {
  kNone,
  kWrongSign,
  kMissingMean,
  kFactorTwo,
  kFactorHalf,
  kTransposedWeights,
  kForgottenSlope,
  kUpdatedWeights,
  kMissingPath,
  kBiasNotSummed,
  kNotANumber,
};
constexpr const char* kNames[] = {"None",
                                  "WrongSign",
                                  "MissingOneOverN",
                                  "FactorTwo",
                                  "FactorOneHalf",
                                  "TransposedWeights",
                                  "ForgottenSlopeOfTheActivation",
                                  "HiddenDeltasWithUpdatedWeights",
                                  "MissingPath",
                                  "BiasGradientNotSummedOverRows",
                                  "NotANumber"};

constexpr std::size_t kWidth = 3;  // of every layer, so that a transposed W has the right shape
constexpr std::size_t kRows = 4;
constexpr std::size_t kLayers = 3;

template <class T>
BasicNetwork<T> network() {
  return BasicNetwork<T>("3 -> 3 tanh -> 3 sigmoid -> 3 identity", {.seed = 11});
}
template <class T>
std::vector<T> numbers(double first, double step) {
  std::vector<T> values(kRows * kWidth);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(std::sin(first + step * double(i)));
  return values;
}

// ∂L/∂W, ∂L/∂b and ∂L/∂x of half_squared_error, mean over the rows. Forward values come from `g`.
template <class T>
BasicGradients<T> by_loops(const BasicNetwork<T>& net, const std::vector<T>& input, const std::vector<T>& target,
                           BasicGradients<T> g, Mistake mistake) {
  const auto at = [](std::size_t row, std::size_t column) { return row * kWidth + column; };
  const T factor = mistake == Mistake::kWrongSign    ? T(-1)
                   : mistake == Mistake::kFactorTwo  ? T(2)
                   : mistake == Mistake::kFactorHalf ? T(0.5)
                                                     : T(1);
  const T scale = factor / (mistake == Mistake::kMissingMean ? T(1) : T(kRows));
  std::vector<T> d_output(kRows * kWidth);
  for (std::size_t i = 0; i < d_output.size(); ++i) d_output[i] = scale * (g.layers.back().a[i] - target[i]);
  for (std::size_t k = kLayers; k-- > 0;) {
    LayerGradients<T>& layer = g.layers[k];
    std::vector<T> delta = d_output;
    for (std::size_t i = 0; i < delta.size() && mistake != Mistake::kForgottenSlope; ++i) {
      const T a = layer.a[i];
      delta[i] *= k == 0 ? 1 - a * a : k == 1 ? a * (1 - a) : T(1);
    }
    const std::vector<T>& below = k == 0 ? input : g.layers[k - 1].a;
    std::vector<T> w = net.weights(k);
    layer.d_weights.assign(kWidth * kWidth, T(0));
    layer.d_bias.assign(kWidth, T(0));
    for (std::size_t n = 0; n < kRows; ++n) {
      for (std::size_t j = 0; j < kWidth; ++j) {
        for (std::size_t i = 0; i < kWidth; ++i) layer.d_weights[at(j, i)] += delta[at(n, j)] * below[at(n, i)];
        if (n == 0 || mistake != Mistake::kBiasNotSummed) layer.d_bias[j] += delta[at(n, j)];
      }
    }
    if (mistake == Mistake::kUpdatedWeights) {
      for (std::size_t i = 0; i < w.size(); ++i) w[i] -= T(0.1) * layer.d_weights[i];
    }
    d_output.assign(kRows * kWidth, T(0));
    const std::size_t paths = mistake == Mistake::kMissingPath && k == 1 ? kWidth - 1 : kWidth;
    for (std::size_t n = 0; n < kRows; ++n) {
      for (std::size_t i = 0; i < kWidth; ++i) {
        for (std::size_t j = 0; j < paths; ++j) {
          const T weight = mistake == Mistake::kTransposedWeights ? w[at(i, j)] : w[at(j, i)];
          d_output[at(n, i)] += delta[at(n, j)] * weight;
        }
      }
    }
  }
  g.d_input = d_output;
  if (mistake == Mistake::kNotANumber) g.layers[1].d_weights[4] = std::numeric_limits<T>::quiet_NaN();
  return g;
}

class PlantedMistake : public testing::TestWithParam<int> {
 protected:
  template <class T>
  CheckReport report() const {
    const BasicNetwork<T> net = network<T>();
    const std::vector<T> input = numbers<T>(0.3, 0.7);
    const std::vector<T> target = numbers<T>(1.1, 1.3);
    const BasicGradients<T> engine = gradients<T>(net, input, target);
    const BasicGradients<T> loops = by_loops<T>(net, input, target, engine, static_cast<Mistake>(GetParam()));
    return check_gradients<T>(net, input, target, {}, {}, &loops);
  }
};

TEST_P(PlantedMistake, IsCaughtByTheCheckerInDouble) {
  const CheckReport found = report<double>();
  EXPECT_EQ(found.passed, GetParam() == 0) << found;
  EXPECT_EQ(found.rows, kRows);
}

TEST_P(PlantedMistake, IsCaughtByTheCheckerInFloat) { EXPECT_EQ(report<float>().passed, GetParam() == 0); }

TEST_P(PlantedMistake, IsCaughtByDirectComparisonWithTheTape) {
  const DoubleNetwork net = network<double>();
  const std::vector<double> input = numbers<double>(0.3, 0.7);
  const std::vector<double> target = numbers<double>(1.1, 1.3);
  const DoubleGradients engine = gradients<double>(net, input, target);
  const DoubleGradients loops = by_loops<double>(net, input, target, engine, static_cast<Mistake>(GetParam()));
  const check::TapeGradients tape = check::tape_gradients(net, input, target, {});
  const auto close = [](const std::vector<double>& found, const std::vector<double>& expected) {
    double largest = 0;
    for (const double e : expected) largest = std::max(largest, std::fabs(e));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (!(std::fabs(found[i] - expected[i]) <= 1e-12 * largest)) return false;
    }
    return true;
  };
  bool equal = close(loops.d_input, tape.d_input);
  for (std::size_t k = 0; k < kLayers; ++k) {
    equal = equal && close(loops.layers[k].d_weights, tape.d_weights[k]);
    equal = equal && close(loops.layers[k].d_bias, tape.d_bias[k]);
  }
  EXPECT_EQ(equal, GetParam() == 0);
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedMistake, testing::Range(0, int(std::size(kNames))),
                         [](const auto& mistake) { return kNames[mistake.param]; });

}  // namespace
}  // namespace bprop
