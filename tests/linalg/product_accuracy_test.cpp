// SPDX-License-Identifier: Apache-2.0
//
// The reference products against naive sums in long double. Bound: |error| ≤ (n + 1) · 2⁻²⁴ · Σ |a| |w| for n steps
// (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., §3.1), twice that for the class of two roundings.
#include <gtest/gtest.h>

#include <cmath>

#include "linalg/kernel_data.h"

namespace bprop::linalg {
namespace {

struct Sum {
  long double value = 0;
  long double size = 0;
  void add(float a, float b) {
    const long double term = static_cast<long double>(a) * static_cast<long double>(b);
    value += term;
    size += std::fabs(term);
  }
};

void expect_close(float result, const Sum& sum, std::size_t steps) {
  const long double bound = 2 * static_cast<long double>(steps + 1) * 0x1p-24L * sum.size;
  EXPECT_LE(std::fabs(static_cast<long double>(result) - sum.value), bound);
}

TEST(ReferenceProducts, AreTheSumsOfTheirDefinition) {
  constexpr std::size_t kRows = 11;
  constexpr std::size_t kIn = 37;
  constexpr std::size_t kOut = 21;
  const Buffer a = Buffer(kRows * padded(kIn)).fill(1);
  const Buffer w = Buffer(kIn * padded(kOut)).fill(2);
  const Buffer bias = Buffer(padded(kOut)).fill(3);
  const Buffer delta = Buffer(kRows * padded(kOut)).fill(4);
  for (const Arithmetic arithmetic : {Arithmetic::kFma, Arithmetic::kPortable}) {
    const Kernels<float>& kernels = reference_kernels(arithmetic);
    Buffer out(kRows * padded(kOut));
    Buffer d_w(kIn * padded(kOut));
    Buffer d_b(padded(kOut));
    const Range blocks{0, panels(kOut)};
    kernels.product(a.data(), kRows, kIn, w.data(), bias.data(), out.data(), blocks, {0, kRows}, false);
    kernels.weight_gradient(a.data(), delta.data(), kRows, kIn, d_w.data(), blocks, {0, kIn});
    kernels.bias_gradient(delta.data(), kRows, d_b.data(), blocks);
    for (std::size_t j = 0; j < kOut; ++j) {
      Sum d_bias;
      for (std::size_t n = 0; n < kRows; ++n) {
        Sum z;
        for (std::size_t i = 0; i < kIn; ++i) z.add(a[panel_offset(kRows, n, i)], w[panel_offset(kIn, i, j)]);
        z.add(1, bias[j]);
        expect_close(out[panel_offset(kRows, n, j)], z, kIn);
        d_bias.add(1, delta[panel_offset(kRows, n, j)]);
      }
      expect_close(d_b[j], d_bias, kRows);
      for (std::size_t i = 0; i < kIn; ++i) {
        Sum d_weight;
        for (std::size_t n = 0; n < kRows; ++n) {
          d_weight.add(a[panel_offset(kRows, n, i)], delta[panel_offset(kRows, n, j)]);
        }
        expect_close(d_w[panel_offset(kIn, i, j)], d_weight, kRows);
      }
    }
  }
}

TEST(ReferenceProducts, RoundOnceInClassFmaAndTwiceInClassPortable) {
  // (1 + 2⁻¹²)² = 1 + 2⁻¹¹ + 2⁻²⁴ does not fit into a float: rounded alone it loses the last term.
  const Buffer a = Buffer(2 * kPanel).fill(0, 0);
  Buffer inputs = a;
  inputs[panel_offset(1, 0, 0)] = -1 - 0x1p-11F;
  inputs[panel_offset(1, 0, 1)] = 1 + 0x1p-12F;
  Buffer w(2 * kPanel);
  w[panel_offset(2, 0, 0)] = 1;
  w[panel_offset(2, 1, 0)] = 1 + 0x1p-12F;
  const auto result = [&](Arithmetic arithmetic) {
    Buffer out(kPanel);
    reference_kernels(arithmetic).product(inputs.data(), 1, 2, w.data(), nullptr, out.data(), {0, 1}, {0, 1}, false);
    return out[0];
  };
  EXPECT_EQ(result(Arithmetic::kFma), 0x1p-24F);
  EXPECT_EQ(result(Arithmetic::kPortable), 0.0F);
}

}  // namespace
}  // namespace bprop::linalg
