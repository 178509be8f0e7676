// SPDX-License-Identifier: Apache-2.0
//
// The doctor's numbers, its silence about healthy networks, its options and its table.
#include "bprop/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "bprop/error.h"
#include "bprop/gradients.h"
#include "check/doctor_sample.h"

namespace bprop {
namespace {

using Kind = Finding::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Doctor, FindsNothingInHealthyNetworksOfAnyActivation) {
  for (const ActivationRule& rule : activation_rules()) {
    const std::string name(rule.name);
    // The slope of one is a matrix, the other grows beyond all bounds: nobody stacks them.
    if (rule.id == Activation::kSoftmax || rule.id == Activation::kExp) continue;
    const std::string hidden = " -> 40 " + name + " -> 30 " + name;
    EXPECT_THAT(kinds(Sample<float>(("12" + hidden + " -> 4").c_str()).diagnosis()), IsEmpty()) << name;
    EXPECT_THAT(kinds(Sample<double>(("12" + hidden + " -> 4 " + name).c_str()).diagnosis()), IsEmpty()) << name;
  }
}

TEST(Doctor, FindsNothingInADeepNetworkWithSuitableFirstWeights) {
  Sample<float> sample("12 -> 40 relu -> 40 relu -> 40 relu -> 40 relu -> 40 relu -> 40 relu -> 40 relu -> 4 softmax");
  sample.loss.loss = Loss::kCrossEntropy;
  sample.target.assign(kSampleRows * 4, 0);
  for (std::size_t n = 0; n < kSampleRows; ++n) sample.target[4 * n + n % 4] = 1;
  EXPECT_THAT(kinds(sample.diagnosis()), IsEmpty()) << sample.diagnosis();
}

// The numbers of the table beside those of gradients(), which keeps every one of them.
template <class T>
void expect_numbers_of_gradients(const Sample<T>& sample) {
  const Diagnosis diagnosis = sample.diagnosis();
  const BasicGradients<T> g = gradients<T>(sample.network, sample.input, sample.target, sample.loss);
  EXPECT_EQ(diagnosis.rows, kSampleRows);
  EXPECT_EQ(diagnosis.loss, g.loss);
  const double own = sample.loss.reduction == Reduction::kMean ? double(kSampleRows) : 1.0;
  for (std::size_t k = 0; k < g.layers.size(); ++k) {
    const LayerHealth& layer = diagnosis.layers[k];
    double squares = 0;
    double largest = 0;
    for (const T delta : g.layers[k].delta) {
      squares += own * own * double(delta) * double(delta);
      largest = std::max(largest, own * std::fabs(double(delta)));
    }
    EXPECT_NEAR(layer.delta_rms, std::sqrt(squares / double(g.layers[k].delta.size())), 1e-12 * largest);
    EXPECT_DOUBLE_EQ(layer.delta_largest, largest);
    const auto norm = [](const std::vector<T>& values) {
      double sum = 0;
      for (const T x : values) sum += double(x) * double(x);
      return std::sqrt(sum);
    };
    const double gradient = norm(g.layers[k].d_weights) * own / double(kSampleRows);
    EXPECT_NEAR(layer.gradient_norm, gradient, 1e-6 * gradient);
    EXPECT_NEAR(layer.weight_norm, norm(sample.network.weights(k)), 1e-6 * norm(sample.network.weights(k)));
    EXPECT_EQ(layer.units, g.layers[k].z.size() / kSampleRows);
  }
}

TEST(Doctor, HasTheNumbersOfGradients) {
  for (const Reduction reduction : {Reduction::kMean, Reduction::kSum}) {
    Sample<float> narrow("7 -> 33 relu -> 17 gelu -> 5 softmax -> 3 tanh");
    narrow.loss.reduction = reduction;
    expect_numbers_of_gradients(narrow);
    Sample<double> wide("7 -> 33 relu -> 17 gelu -> 5 softmax -> 3 tanh");
    wide.loss.reduction = reduction;
    expect_numbers_of_gradients(wide);
  }
}

// By the words of the header, from z of every row and the rule's own φ'.
TEST(Doctor, ListsTheUnitsWhoseSlopesAreZeroOrSmall) {
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.id == Activation::kSoftmax || rule.id == Activation::kIdentity) continue;
    Sample<double> sample(("7 -> 50 " + std::string(rule.name) + " -> 2").c_str());
    std::vector<double> biases(50);  // from −980 to 980: more than far enough
    for (std::size_t unit = 0; unit < 50; ++unit) biases[unit] = 80 * (double(unit) / 4 - 6.125);
    sample.network.set_bias(0, biases);
    const auto z = gradients<double>(sample.network, sample.input, sample.target, {}).layers[0].z;
    const bool both =
        rule.id == Activation::kSigmoid || rule.id == Activation::kTanh || rule.id == Activation::kSoftsign;
    const bool has_slopes = rule.id != Activation::kCosine;  // whose slope is 0 here and there, and comes back
    std::vector<std::size_t> dead;
    std::vector<std::size_t> saturated;
    for (std::size_t unit = 0; unit < 50; ++unit) {
      std::size_t zero = 0;
      std::size_t small = 0;
      for (std::size_t row = 0; row < kSampleRows; ++row) {
        const double at = z[row * 50 + unit];
        const double slope = std::fabs(rule.derivative(at, rule.value(at)));
        zero += slope == 0 ? 1U : 0U;
        small += slope < 0.005 * rule.derivative(0, rule.value(0)) ? 1U : 0U;  // within a factor of 2: none lies there
      }
      if (!has_slopes) continue;
      if (zero == kSampleRows && !both) {
        dead.push_back(unit);
      } else if (small == kSampleRows && rule.id != Activation::kRelu) {
        saturated.push_back(unit);
      }
    }
    const Diagnosis diagnosis = sample.diagnosis();
    EXPECT_EQ(diagnosis.layers[0].dead, dead) << rule.name;
    EXPECT_EQ(diagnosis.layers[0].saturated, saturated) << rule.name;
    EXPECT_EQ(diagnosis.layers[0].slopes, has_slopes) << rule.name;
    EXPECT_FALSE(diagnosis.layers[1].slopes);
  }
}

TEST(Doctor, HasNormsOfNumbersWhoseSquaresAreNoFloats) {
  for (const float size : {1e-25F, 1e25F}) {
    Sample<float> sample("3 -> 40 identity -> 2");
    sample.network.set_weights(0, std::vector<float>(120, size));
    for (float& x : sample.input) x /= size < 1 ? 1 : size;
    EXPECT_NEAR(sample.diagnosis().layers[0].weight_norm / double(size), std::sqrt(120.0), 1e-5);
  }
}

TEST(Doctor, SaysTheSameWithAnyNumberOfThreads) {
  Sample<float> sample("20 -> 150 relu -> 33 tanh -> 3");
  std::ostringstream one;
  one << sample.diagnosis();
  ThreadPool pool({.threads = 3, .minimal_work = 0});
  sample.options.pool = &pool;
  std::ostringstream three;
  three << sample.diagnosis();
  EXPECT_EQ(one.str(), three.str());
}

TEST(Doctor, ThresholdsAreOptions) {
  Sample<float> sample("12 -> 10 relu -> 2");
  sample.set_biases(0, 1, -100);
  EXPECT_THAT(kinds(sample.diagnosis()), IsEmpty());
  sample.options.dead_share = 0.05;
  EXPECT_THAT(kinds(sample.diagnosis()), ElementsAre(Kind::kDeadUnits));
  sample.options.largest_input = 0.1;
  EXPECT_THAT(kinds(sample.diagnosis()), ElementsAre(Kind::kUnscaledColumn, Kind::kDeadUnits));
}

TEST(Doctor, WritesATableAndItsFindings) {
  Sample<double> sample("1 -> 2 relu -> 1");
  sample.network.set_weights(0, std::vector<double>{1, 1});
  sample.network.set_bias(0, std::vector<double>{-9, 9});
  sample.network.set_weights(1, std::vector<double>{0.5, 0.5});
  sample.network.set_bias(1, std::vector<double>{-2});
  sample.input.assign(kSampleRows, 1);
  sample.target.assign(kSampleRows, 1);
  sample.options.dead_share = 0.4;
  std::ostringstream out;
  out << sample.diagnosis();
  EXPECT_EQ(out.str(),
            "layer  units  rms delta largest delta gradient/weight   dead saturated\n"
            "1          2   7.07e-01      1.00e+00        7.07e-01      1         0\n"
            "2          1   2.00e+00      2.00e+00        2.83e+01      -         -\n"
            "dead_units: 1 of 2 relu units of layer 1 is dead, with slope 0 on all 300 rows (unit 1); a smaller "
            "learning rate and new first weights, or leaky_relu or elu as activation may help\n");
  sample.network.set_bias(0, std::vector<double>{9, 9});
  std::ostringstream healthy;
  healthy << sample.diagnosis();
  EXPECT_THAT(healthy.str(), testing::EndsWith("\nnothing found\n"));
}

TEST(Doctor, RefusesRowsThatDoNotFit) {
  const Network network("3 -> 2");
  const std::vector<float> input(7);
  EXPECT_THROW(diagnose<float>(network, input, std::vector<float>(4)), ShapeError);
  EXPECT_THROW(diagnose<float>(network, {}, {}), ShapeError);
}

}  // namespace
}  // namespace bprop
