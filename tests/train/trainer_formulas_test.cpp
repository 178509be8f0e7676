// SPDX-License-Identifier: Apache-2.0
//
// Each option of a step has exactly the effect of its formula: against a plain implementation in double that takes its
// gradients from the tape and shares no code with the engine or the optimisers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "bprop/trainer.h"
#include "check/tape_network.h"
#include "nn/random_matrix.h"

namespace bprop {
namespace {

constexpr std::size_t kRows = 5;
constexpr int kSteps = 7;
const char* const kText = "3 -> 4 tanh -> 2 identity";

struct Parameter {
  double w, g = 0, m = 0, s = 0;
  bool is_weight;
};

// The plain loop.
class Plain {
 public:
  Plain(const DoubleNetwork& network, const TrainerOptions& options) : network_(network), o_(options) {
    for (std::size_t k = 0; k < 2; ++k) {
      for (const double w : network.weights(k)) all_.push_back({.w = w, .is_weight = true});
      for (const double b : network.bias(k)) all_.push_back({.w = b, .is_weight = false});
    }
  }

  double step(std::span<const double> x, std::span<const double> y, int t) {
    double loss = read_gradients(x, y);
    double squares = 0;
    for (Parameter& p : all_) {
      if (p.is_weight) loss += 0.5 * o_.l2 * p.w * p.w;
      if (p.is_weight) p.g += o_.l2 * p.w;
      if (moves(p)) squares += p.g * p.g;
    }
    const double norm = std::sqrt(squares);
    if (o_.clip > 0 && norm > o_.clip) {
      for (Parameter& p : all_) p.g *= o_.clip / norm;
    }
    for (Parameter& p : all_) {
      if (moves(p)) update(p, t);
    }
    write_back();
    return loss;
  }

  const DoubleNetwork& network() const { return network_; }

 private:
  bool moves(const Parameter& p) const { return p.is_weight || !o_.freeze_biases; }

  double read_gradients(std::span<const double> x, std::span<const double> y) {
    const check::TapeGradients tape = check::tape_gradients(network_, x, y, o_.loss);
    std::size_t i = 0;
    for (std::size_t k = 0; k < 2; ++k) {
      for (const double g : tape.d_weights[k]) all_[i++].g = g;
      for (const double g : tape.d_bias[k]) all_[i++].g = g;
    }
    return tape.loss;
  }

  // t counts from 1.
  double factor(int t) const {
    const Schedule& s = o_.schedule;
    const auto warm_up = static_cast<int>(s.warm_up);
    if (t <= warm_up) return static_cast<double>(t) / warm_up;
    const int epoch = (t - 1) / static_cast<int>(o_.steps_per_epoch);
    if (s.kind == Schedule::Kind::kStep) return std::pow(s.factor, epoch / static_cast<int>(s.every));
    if (s.kind == Schedule::Kind::kExponential) return std::pow(s.factor, epoch);
    if (s.kind == Schedule::Kind::kConstant) return 1;
    const double progress = (t - 1.0 - warm_up) / (static_cast<double>(o_.total_steps) - warm_up);
    return s.last + (1 - s.last) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
  }

  void update(Parameter& p, int t) const {
    const double rate = learning_rate(o_.optimizer) * factor(t);
    const auto* adamw = std::get_if<AdamW>(&o_.optimizer);
    const double decay = o_.weight_decay + (adamw != nullptr ? adamw->weight_decay : 0);
    if (p.is_weight) p.w -= rate * decay * p.w;
    if (const auto* o = std::get_if<Momentum>(&o_.optimizer)) {
      p.m = o->momentum * p.m + p.g;
      p.w -= rate * p.m;
    } else if (const auto* n = std::get_if<Nesterov>(&o_.optimizer)) {
      p.m = n->momentum * p.m + p.g;
      p.w -= rate * (p.g + n->momentum * p.m);
    } else if (const auto* r = std::get_if<RmsProp>(&o_.optimizer)) {
      p.s = r->decay * p.s + (1 - r->decay) * p.g * p.g;
      p.w -= rate * p.g / (std::sqrt(p.s) + r->epsilon);
    } else if (const auto* a = std::get_if<Adam>(&o_.optimizer)) {
      adam(p, rate, t, a->beta1, a->beta2, a->epsilon);
    } else if (adamw != nullptr) {
      adam(p, rate, t, adamw->beta1, adamw->beta2, adamw->epsilon);
    } else {
      p.w -= rate * p.g;
    }
  }

  static void adam(Parameter& p, double rate, int t, double beta1, double beta2, double epsilon) {
    p.m = beta1 * p.m + (1 - beta1) * p.g;
    p.s = beta2 * p.s + (1 - beta2) * p.g * p.g;
    const double m = p.m / (1 - std::pow(beta1, t));
    const double s = p.s / (1 - std::pow(beta2, t));
    p.w -= rate * m / (std::sqrt(s) + epsilon);
  }

  void write_back() {
    std::size_t i = 0;
    for (std::size_t k = 0; k < 2; ++k) {
      std::vector<double> w = network_.weights(k);
      std::vector<double> b = network_.bias(k);
      for (double& value : w) value = all_[i++].w;
      for (double& value : b) value = all_[i++].w;
      network_.set_weights(k, w);
      network_.set_bias(k, b);
    }
  }

  DoubleNetwork network_;
  TrainerOptions o_;
  std::vector<Parameter> all_;
};

struct Case {
  const char* name;
  TrainerOptions options;
};

class Formulas : public testing::TestWithParam<Case> {};

TEST_P(Formulas, TheEngineFollowsThePlainLoop) {
  TrainerOptions options = GetParam().options;
  options.batch = kRows;
  options.steps_per_epoch = 2;
  options.total_steps = kSteps;
  DoubleNetwork network(kText, {.seed = 3});
  Plain plain(network, options);
  DoubleTrainer trainer(network, options);
  for (int t = 1; t <= kSteps; ++t) {
    const std::vector<double> x = random_matrix<double>(static_cast<std::uint64_t>(10 + t), kRows, 3);
    const std::vector<double> y = random_matrix<double>(static_cast<std::uint64_t>(50 + t), kRows, 2);
    const double expected = plain.step(x, y, t);
    EXPECT_NEAR(trainer.step(std::span(x), std::span(y)), expected, 1e-13 * (1 + expected)) << "step " << t;
  }
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_THAT(network.weights(k), testing::Pointwise(testing::DoubleNear(1e-12), plain.network().weights(k)));
    EXPECT_THAT(network.bias(k), testing::Pointwise(testing::DoubleNear(1e-12), plain.network().bias(k)));
  }
  EXPECT_NE(network.weights(0), DoubleNetwork(kText, {.seed = 3}).weights(0));
  EXPECT_EQ(network.bias(0) == DoubleNetwork(kText, {.seed = 3}).bias(0), options.freeze_biases);
}

TrainerOptions by(const Optimizer& optimizer) {
  TrainerOptions options;
  options.optimizer = optimizer;
  return options;
}
TrainerOptions with(TrainerOptions options, double l2, double decay, double clip) {
  options.l2 = l2;
  options.weight_decay = decay;
  options.clip = clip;
  return options;
}
TrainerOptions frozen(TrainerOptions options) {
  options.freeze_biases = true;
  return options;
}
TrainerOptions scheduled(const Schedule& schedule) {
  TrainerOptions options = by(Sgd{0.3});
  options.schedule = schedule;
  return options;
}

INSTANTIATE_TEST_SUITE_P(
    Each, Formulas,
    testing::Values(Case{"GradientDescent", by(GradientDescent{0.2})}, Case{"Sgd", by(Sgd{0.2})},
                    Case{"Momentum", by(Momentum{0.1, 0.8})}, Case{"Nesterov", by(Nesterov{0.1, 0.8})},
                    Case{"RmsProp", by(RmsProp{0.01, 0.8, 1e-6})}, Case{"Adam", by(Adam{0.01, 0.8, 0.95, 1e-6})},
                    Case{"AdamW", by(AdamW{0.01, 0.8, 0.95, 1e-6, 0.1})}, Case{"L2", with(by(Sgd{0.2}), 0.05, 0, 0)},
                    Case{"L2WithAdam", with(by(Adam{0.01}), 0.05, 0, 0)},
                    Case{"WeightDecayWithAdam", with(by(Adam{0.01}), 0, 0.3, 0)},
                    Case{"WeightDecayAddedToThatOfAdamW", with(by(AdamW{0.01}), 0, 0.3, 0)},
                    Case{"Clip", with(by(Momentum{0.1, 0.8}), 0, 0, 0.3)},
                    Case{"L2AndDecayAndClip", with(by(Nesterov{0.1, 0.8}), 0.05, 0.02, 0.3)},
                    Case{"FrozenBiases", frozen(by(Adam{0.01}))},
                    Case{"FrozenBiasesAreNotInTheClippedNorm", frozen(with(by(Sgd{0.2}), 0, 0, 0.3))},
                    Case{"StepSchedule", scheduled({.kind = Schedule::Kind::kStep, .factor = 0.5, .every = 2})},
                    Case{"ExponentialSchedule", scheduled({.kind = Schedule::Kind::kExponential, .factor = 0.7})},
                    Case{"CosineSchedule", scheduled({.kind = Schedule::Kind::kCosine, .last = 0.1})},
                    Case{"WarmUpThenCosine", scheduled({.kind = Schedule::Kind::kCosine, .warm_up = 3})}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace bprop
