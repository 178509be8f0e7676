// SPDX-License-Identifier: Apache-2.0
//
// Each optimiser over 20 updates against a plain double implementation written from its paper's formulas.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "base/random.h"
#include "optim/update.h"

namespace bprop::optim {
namespace {

constexpr std::size_t kWeights = 32;
constexpr int kSteps = 20;

// One weight of the textbook: w is moved by gradient g at update t = 1, 2, …
struct Textbook {
  double w = 0, m = 0, v = 0;
};

// Polyak 1964: the velocity remembers.
void polyak(Textbook& x, double g, int, double rate, const Momentum& o) {
  x.v = o.momentum * x.v + g;
  x.w -= rate * x.v;
}

// Sutskever et al. 2013, the form that looks ahead by the velocity it has just made.
void sutskever(Textbook& x, double g, int, double rate, const Nesterov& o) {
  x.v = o.momentum * x.v + g;
  x.w -= rate * (g + o.momentum * x.v);
}

// Tieleman & Hinton 2012, lecture 6.5.
void tieleman_hinton(Textbook& x, double g, int, double rate, const RmsProp& o) {
  x.v = o.decay * x.v + (1 - o.decay) * g * g;
  x.w -= rate * g / (std::sqrt(x.v) + o.epsilon);
}

// Kingma & Ba 2015, algorithm 1, line by line.
template <class AdamLike>
void kingma_ba(Textbook& x, double g, int t, double rate, const AdamLike& o) {
  x.m = o.beta1 * x.m + (1 - o.beta1) * g;
  x.v = o.beta2 * x.v + (1 - o.beta2) * g * g;
  const double m_hat = x.m / (1 - std::pow(o.beta1, t));
  const double v_hat = x.v / (1 - std::pow(o.beta2, t));
  x.w -= rate * m_hat / (std::sqrt(v_hat) + o.epsilon);
}

struct TextbookStep {
  Textbook& x;
  double g;
  int t;
  double rate;
  void operator()(const GradientDescent&) const { x.w -= rate * g; }
  void operator()(const Sgd&) const { x.w -= rate * g; }
  void operator()(const Momentum& o) const { polyak(x, g, t, rate, o); }
  void operator()(const Nesterov& o) const { sutskever(x, g, t, rate, o); }
  void operator()(const RmsProp& o) const { tieleman_hinton(x, g, t, rate, o); }
  void operator()(const Adam& o) const { kingma_ba(x, g, t, rate, o); }
  // Loshchilov & Hutter 2019, algorithm 2, with λ scaled by the rate.
  void operator()(const AdamW& o) const {
    const double decay = rate * o.weight_decay * x.w;
    kingma_ba(x, g, t, rate, o);
    x.w -= decay;
  }
};

// The gradient of a bowl whose steepness differs from weight to weight, plus noise.
double gradient(double w, std::size_t i, int step) {
  const double steepness = 0.1 + static_cast<double>(i) / 8;
  const float noise =
      random_uniform({.seed = 9, .step = static_cast<std::uint32_t>(step)}, static_cast<std::uint32_t>(i));
  return steepness * (w - 0.5) + 0.3 * (static_cast<double>(noise) - 0.5);
}

double start(std::size_t i) { return std::sin(static_cast<double>(i)); }

class EveryOptimizer : public testing::TestWithParam<Optimizer> {
 protected:
  // The rate changes with the step, as a schedule makes it.
  static double rate(int step) { return 0.05 / (1 + 0.1 * step); }

  static std::vector<double> textbook(const Optimizer& optimizer) {
    std::vector<double> result;
    for (std::size_t i = 0; i < kWeights; ++i) {
      Textbook x{.w = start(i)};
      for (int t = 1; t <= kSteps; ++t) std::visit(TextbookStep{x, gradient(x.w, i, t), t, rate(t)}, optimizer);
      result.push_back(x.w);
    }
    return result;
  }

  template <class T>
  static std::vector<double> engine(const UpdateKernels<T>& kernels, const Optimizer& optimizer) {
    const std::vector<Segment> segments = {{.begin = 0, .size = kWeights}};
    OptimizerState<T> state(optimizer, kWeights);
    std::vector<T> w(kWeights);
    std::vector<T> g(kWeights);
    for (std::size_t i = 0; i < kWeights; ++i) w[i] = static_cast<T>(start(i));
    for (int t = 1; t <= kSteps; ++t) {
      for (std::size_t i = 0; i < kWeights; ++i) g[i] = static_cast<T>(gradient(static_cast<double>(w[i]), i, t));
      update(kernels, nullptr, optimizer, rate(t), 0.0, segments, std::span<T>(w), std::span<const T>(g), state);
    }
    return {w.begin(), w.end()};
  }
};

TEST_P(EveryOptimizer, InDoubleFollowsItsPaper) {
  const std::vector<double> expected = textbook(GetParam());
  const std::vector<double> ours = engine(double_updates(Arithmetic::kFma), GetParam());
  for (std::size_t i = 0; i < kWeights; ++i) EXPECT_NEAR(ours[i], expected[i], 1e-13) << i;
}

TEST_P(EveryOptimizer, InFloatFollowsItsPaperToRounding) {
  const std::vector<double> expected = textbook(GetParam());
  for (const Arithmetic arithmetic : {Arithmetic::kFma, Arithmetic::kPortable}) {
    const std::vector<double> ours = engine(float_updates(arithmetic), GetParam());
    for (std::size_t i = 0; i < kWeights; ++i) EXPECT_NEAR(ours[i], expected[i], 1e-5) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryOptimizer,
                         testing::Values(GradientDescent{}, Sgd{}, Momentum{.momentum = 0.8}, Nesterov{.momentum = 0.7},
                                         RmsProp{.decay = 0.95}, Adam{}, Adam{.beta1 = 0.5, .beta2 = 0.9},
                                         AdamW{.weight_decay = 0.3}),
                         [](const auto& test) {
                           return std::string(rule(test.param).name) + "_" + std::to_string(test.index);
                         });

}  // namespace
}  // namespace bprop::optim
