// SPDX-License-Identifier: Apache-2.0
#include "optim/norms.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace bprop::optim {
namespace {

template <class T>
std::vector<T> numbers(std::uint32_t seed, std::size_t size) {
  std::vector<T> all(size);
  for (std::size_t i = 0; i < size; ++i) {
    all[i] = static_cast<T>(random_uniform({.seed = seed}, static_cast<std::uint32_t>(i)) * 4 - 2);
  }
  return all;
}

template <class T>
class Norms : public testing::Test {};
using Elements = testing::Types<float, double>;
TYPED_TEST_SUITE(Norms, Elements);

TYPED_TEST(Norms, SumsOfSquaresAreThoseInLongDouble) {
  for (const std::size_t size : {0U, 16U, 32U, 48U, 1024U, 160000U}) {
    const std::vector<TypeParam> x = numbers<TypeParam>(1, size);
    const std::vector<TypeParam> y = numbers<TypeParam>(2, size);
    long double squares = 0;
    long double differences = 0;
    for (std::size_t i = 0; i < size; ++i) {
      squares += static_cast<long double>(x[i]) * x[i];
      const long double d = static_cast<long double>(x[i]) - y[i];
      differences += d * d;
    }
    const double bound = 1e-15 * std::sqrt(static_cast<double>(size) + 1);
    EXPECT_NEAR(sum_of_squares(std::span<const TypeParam>(x)), static_cast<double>(squares),
                bound * static_cast<double>(squares));
    EXPECT_NEAR(sum_of_squared_differences(std::span<const TypeParam>(x), std::span<const TypeParam>(y)),
                static_cast<double>(differences), bound * static_cast<double>(differences));
  }
}

TYPED_TEST(Norms, AddIn16LanesAndOneFixedTree) {
  // 2⁵⁴ in lane 0 swallows any 1 that is added to it alone; in the tree, lane 8 joins it before all others.
  std::vector<TypeParam> x(32, TypeParam(0));
  x[0] = static_cast<TypeParam>(0x1p27);
  x[4] = x[20] = 1;   // lane 4: 2
  x[12] = x[28] = 1;  // lane 12: 2, added to lane 4 before lane 0 sees either
  EXPECT_EQ(sum_of_squares(std::span<const TypeParam>(x)), 0x1p54 + 4);
  std::vector<TypeParam> swallowed(32, TypeParam(0));
  swallowed[0] = static_cast<TypeParam>(0x1p27);
  swallowed[16] = 1;
  swallowed[8] = 1;
  EXPECT_EQ(sum_of_squares(std::span<const TypeParam>(swallowed)), 0x1p54);
}

TYPED_TEST(Norms, ScaleAndAddScaledRoundOnceAStep) {
  std::vector<TypeParam> g = numbers<TypeParam>(3, 48);
  const std::vector<TypeParam> w = numbers<TypeParam>(4, 48);
  std::vector<TypeParam> expected = g;
  for (std::size_t i = 0; i < 48; ++i) {
    const TypeParam product = static_cast<TypeParam>(0.3) * w[i];
    expected[i] = expected[i] + product;
  }
  add_scaled(std::span(g), std::span<const TypeParam>(w), 0.3);
  EXPECT_EQ(g, expected);
  for (TypeParam& x : expected) x = x * static_cast<TypeParam>(0.125);
  scale(std::span(g), 0.125);
  EXPECT_EQ(g, expected);
}

}  // namespace
}  // namespace bprop::optim
