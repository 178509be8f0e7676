// SPDX-License-Identifier: Apache-2.0
//
// The tables of double and complex numbers against naive sums and against the rules.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <vector>

#include "base/random.h"
#include "bprop/activation.h"
#include "linalg/kernels.h"
#include "linalg/panels.h"

namespace bprop::linalg {
namespace {

using Complex = std::complex<double>;
constexpr std::size_t kRows = 7;
constexpr std::size_t kIn = 19;
constexpr std::size_t kOut = 18;

double number(std::uint32_t seed, std::size_t i) {
  return 2 * static_cast<double>(random_uniform({.seed = seed}, static_cast<std::uint32_t>(i))) - 1;
}

std::vector<double> numbers(std::uint32_t seed, std::size_t size) {
  std::vector<double> all(size);
  for (std::size_t i = 0; i < size; ++i) all[i] = number(seed, i);
  return all;
}

TEST(DoubleKernels, ProductsAreTheSumsOfTheirDefinition) {
  const std::vector<double> a = numbers(1, kRows * padded(kIn));
  const std::vector<double> w = numbers(2, kIn * padded(kOut));
  const std::vector<double> bias = numbers(3, padded(kOut));
  const std::vector<double> delta = numbers(4, kRows * padded(kOut));
  const Range blocks{0, panels(kOut)};
  for (const Arithmetic arithmetic : {Arithmetic::kFma, Arithmetic::kPortable}) {
    const Kernels<double>& kernels = double_kernels(arithmetic);
    EXPECT_EQ(kernels.arithmetic, arithmetic);
    std::vector<double> out(kRows * padded(kOut), NAN);
    std::vector<double> d_w(kIn * padded(kOut), NAN);
    std::vector<double> d_b(padded(kOut), NAN);
    kernels.product(a.data(), kRows, kIn, w.data(), bias.data(), out.data(), blocks, {0, kRows}, false);
    kernels.weight_gradient(a.data(), delta.data(), kRows, kIn, d_w.data(), blocks, {0, kIn});
    kernels.bias_gradient(delta.data(), kRows, d_b.data(), blocks);
    for (std::size_t j = 0; j < kOut; ++j) {
      long double d_bias = 0;
      for (std::size_t n = 0; n < kRows; ++n) {
        long double z = bias[j];
        for (std::size_t i = 0; i < kIn; ++i) {
          z += static_cast<long double>(a[panel_offset(kRows, n, i)]) * w[panel_offset(kIn, i, j)];
        }
        EXPECT_NEAR(out[panel_offset(kRows, n, j)], static_cast<double>(z), 1e-14);
        d_bias += delta[panel_offset(kRows, n, j)];
      }
      EXPECT_NEAR(d_b[j], static_cast<double>(d_bias), 1e-14);
      for (std::size_t i = 0; i < kIn; ++i) {
        long double sum = 0;
        for (std::size_t n = 0; n < kRows; ++n) {
          sum += static_cast<long double>(a[panel_offset(kRows, n, i)]) * delta[panel_offset(kRows, n, j)];
        }
        EXPECT_NEAR(d_w[panel_offset(kIn, i, j)], static_cast<double>(sum), 1e-14);
      }
    }
  }
}

TEST(DoubleKernels, ActivationsAndLossesAreTheRules) {
  const std::vector<double> z = numbers(5, 64);
  const std::vector<double> d_a = numbers(6, 64);
  const Kernels<double>& kernels = double_kernels(Arithmetic::kFma);
  for (const ActivationRule& rule : activation_rules()) {
    if (rule.value == nullptr) continue;
    std::vector<double> a(64), delta(64);
    kernels.activate(rule.id, z.data(), a.data(), 64);
    kernels.activate_backward(rule.id, z.data(), a.data(), d_a.data(), delta.data(), 64);
    for (std::size_t i = 0; i < 64; ++i) {
      EXPECT_EQ(a[i], rule.value(z[i]));
      EXPECT_EQ(delta[i], d_a[i] * rule.derivative(z[i], a[i]));
    }
  }
  for (const LossRule& rule : loss_rules()) {
    if (rule.value == nullptr) continue;
    const LossOptions options{.loss = rule.id, .huber_delta = 0.4, .quantiles = {0.1, 0.5, 0.9}};
    std::vector<double> values(64), d_scores(64);
    kernels.loss(options, z.data(), d_a.data(), 4, 16, 0.5, values.data(), d_scores.data());
    for (std::size_t i = 0; i < 64; ++i) {
      const double parameter = loss_parameter(options, i % 16);
      EXPECT_EQ(values[i], rule.value(z[i], d_a[i], parameter));
      EXPECT_EQ(d_scores[i], 0.5 * rule.derivative(z[i], d_a[i], parameter));
    }
  }
}

TEST(DoubleKernels, SoftmaxAndItsJacobianAreTheDefinition) {
  const std::vector<double> z = numbers(7, kRows * padded(kOut));
  const std::vector<double> d_a = numbers(8, kRows * padded(kOut));
  std::vector<double> a(z.size(), NAN), delta(z.size(), NAN);
  const Kernels<double>& kernels = double_kernels(Arithmetic::kPortable);
  kernels.softmax(z.data(), a.data(), kRows, kOut);
  kernels.softmax_backward(a.data(), d_a.data(), delta.data(), kRows, kOut);
  for (std::size_t n = 0; n < kRows; ++n) {
    double sum = 0;
    for (std::size_t k = 0; k < kOut; ++k) sum += std::exp(z[panel_offset(kRows, n, k)]);
    for (std::size_t j = 0; j < kOut; ++j) {
      const double p = std::exp(z[panel_offset(kRows, n, j)]) / sum;
      EXPECT_NEAR(a[panel_offset(kRows, n, j)], p, 1e-15);
      double expected = 0;
      for (std::size_t k = 0; k < kOut; ++k) {
        const double q = std::exp(z[panel_offset(kRows, n, k)]) / sum;
        expected += d_a[panel_offset(kRows, n, k)] * q * ((j == k ? 1.0 : 0.0) - p);
      }
      EXPECT_NEAR(delta[panel_offset(kRows, n, j)], expected, 1e-15);
    }
  }
}

TEST(ComplexKernels, CarryTheDerivativeOfALayerInTheImaginaryPart) {
  constexpr double kStep = 1e-50;
  const Kernels<Complex>& kernels = complex_kernels();
  EXPECT_EQ(kernels.weight_gradient, nullptr);
  const std::vector<double> inputs = numbers(9, kRows * padded(kIn));
  const std::vector<double> weights = numbers(10, kIn * padded(kOut));
  std::vector<Complex> a(inputs.begin(), inputs.end());
  std::vector<Complex> w(weights.begin(), weights.end());
  w[panel_offset(kIn, 4, 2)] += Complex(0, kStep);  // weight of input 4 and output 2
  std::vector<Complex> z(kRows * padded(kOut));
  kernels.product(a.data(), kRows, kIn, w.data(), nullptr, z.data(), {0, panels(kOut)}, {0, kRows}, false);
  std::vector<Complex> out(z.size());
  kernels.activate(Activation::kTanh, z.data(), out.data(), z.size());
  for (std::size_t n = 0; n < kRows; ++n) {
    for (std::size_t j = 0; j < kOut; ++j) {
      const Complex y = out[panel_offset(kRows, n, j)];
      const double slope = j == 2 ? (1 - y.real() * y.real()) * inputs[panel_offset(kRows, n, 4)] : 0;
      EXPECT_NEAR(y.imag() / kStep, slope, 1e-14);
    }
  }
}

TEST(ComplexKernels, CarryTheGradientOfSoftmaxCrossEntropyInTheImaginaryPart) {
  constexpr double kStep = 1e-50;
  const std::vector<double> scores = numbers(11, kPanel);
  std::vector<double> targets(kPanel, 0.0);
  targets[3] = 1;
  std::vector<double> values(kPanel), d_scores(kPanel);
  const LossOptions options{.loss = Loss::kCrossEntropy};
  double_kernels(Arithmetic::kFma)
      .loss(options, scores.data(), targets.data(), 1, 10, 1.0, values.data(), d_scores.data());
  for (std::size_t k = 0; k < 10; ++k) {
    std::vector<Complex> s(scores.begin(), scores.end());
    const std::vector<Complex> y(targets.begin(), targets.end());
    s[k] += Complex(0, kStep);
    std::vector<Complex> complex_values(kPanel);
    complex_kernels().loss(options, s.data(), y.data(), 1, 10, 1.0, complex_values.data(), nullptr);
    double slope = 0;
    for (std::size_t i = 0; i < 10; ++i) slope += complex_values[i].imag() / kStep;
    EXPECT_NEAR(slope, d_scores[k], 1e-14);
  }
}

}  // namespace
}  // namespace bprop::linalg
