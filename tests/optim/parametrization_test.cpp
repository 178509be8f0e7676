// SPDX-License-Identifier: Apache-2.0
//
// Training w with a segment's scale c is training v with w = c v: both are done, step by step.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "optim/update.h"

namespace bprop::optim {
namespace {

// With an epsilon so large that forgetting to divide it by c shows.
std::vector<Optimizer> optimizers() {
  return {GradientDescent{.learning_rate = 0.3},
          Sgd{.learning_rate = 0.3},
          Momentum{.learning_rate = 0.2, .momentum = 0.8},
          Nesterov{.learning_rate = 0.2, .momentum = 0.8},
          RmsProp{.learning_rate = 0.05, .decay = 0.7, .epsilon = 0.05},
          Adam{.learning_rate = 0.05, .beta1 = 0.8, .beta2 = 0.9, .epsilon = 0.05},
          AdamW{.learning_rate = 0.05, .beta1 = 0.8, .beta2 = 0.9, .epsilon = 0.05, .weight_decay = 0.3}};
}

// dL/dw of a loss that is no parabola, in weight i of 16.
double slope(double w, std::size_t i) { return 2 * w + std::sin(3 * w + static_cast<double>(i)); }

TEST(Scale, TrainingWWithItIsTrainingV) {
  constexpr double kScale = 0.125;
  for (const Optimizer& optimizer : optimizers()) {
    const std::vector<Segment> of_w = {{.begin = 0, .size = 16, .rate_factor = 1.5, .scale = kScale}};
    const std::vector<Segment> of_v = {{.begin = 0, .size = 16, .rate_factor = 1.5}};
    std::vector<double> v(16);
    std::vector<double> w(16);
    for (std::size_t i = 0; i < 16; ++i) w[i] = kScale * (v[i] = 0.9 * std::cos(static_cast<double>(i)));
    const std::vector<double> start = w;
    OptimizerState<double> state_v(optimizer, 16);
    OptimizerState<double> state_w(optimizer, 16);
    std::vector<double> g(16);
    for (int step = 0; step < 20; ++step) {
      const double rate = learning_rate(optimizer) * (step < 10 ? 1 : 0.5);
      for (std::size_t i = 0; i < 16; ++i) g[i] = kScale * slope(kScale * v[i], i);  // dL/dv
      update(double_updates(Arithmetic::kFma), nullptr, optimizer, rate, 0.1, of_v, std::span(v),
             std::span<const double>(g), state_v);
      for (std::size_t i = 0; i < 16; ++i) g[i] = slope(w[i], i);
      update(double_updates(Arithmetic::kFma), nullptr, optimizer, rate, 0.1, of_w, std::span(w),
             std::span<const double>(g), state_w);
    }
    double moved = 0;
    for (std::size_t i = 0; i < 16; ++i) {
      EXPECT_NEAR(w[i], kScale * v[i], 1e-14) << rule(optimizer).name << ", weight " << i;
      moved = std::fmax(moved, std::fabs(w[i] - start[i]));
    }
    EXPECT_GT(moved, 0.01) << rule(optimizer).name;
  }
}

}  // namespace
}  // namespace bprop::optim
