// SPDX-License-Identifier: Apache-2.0
//
// Activations and losses of one output: every instruction set against the plain reference, bit for bit.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>

#include "linalg/kernel_data.h"

namespace bprop::linalg {
namespace {

// Ordinary numbers, tiny and huge ones, and every special one, at each lane.
Buffer awkward_numbers(std::size_t size, std::uint32_t seed, std::size_t offset = 0) {
  constexpr std::array kSpecial = {0.0F,    -0.0F,     1.0F,       -1.0F, 1e-45F, -1e-45F, 1e-38F,
                                   -1e-38F, 88.0F,     -88.0F,     89.5F, 104.0F, -104.0F, 1e4F,
                                   -1e4F,   kInfinity, -kInfinity, kNan,  9.0F,   -14.5F};
  Buffer numbers(size, offset);
  numbers.fill(seed, 12);
  for (std::size_t i = 0; i < size; i += 3) numbers[i] = kSpecial.at(i / 3 % kSpecial.size());
  for (std::size_t i = 1; i < size; i += 7) {  // any bit pattern
    numbers[i] = std::bit_cast<float>(random_bits({.seed = seed, .step = 1}, static_cast<std::uint32_t>(i)));
  }
  return numbers;
}

constexpr std::size_t kCount = 16 * 421;

using ElementwiseOf = EveryTable;

TEST_P(ElementwiseOf, ActivationsEqualTheReference) {
  for (const Activation activation : elementwise_activations()) {
    for (const std::size_t offset : {0U, 1U}) {
      const Buffer z = awkward_numbers(kCount, 5, offset);
      Buffer a(kCount, offset);
      Buffer expected(kCount);
      table.activate(activation, z.data(), a.poison().data(), kCount);
      reference.activate(activation, z.data(), expected.poison().data(), kCount);
      EXPECT_TRUE(same_bits_or_nan(a, expected)) << rule(activation).name;
    }
  }
}

TEST_P(ElementwiseOf, ActivationDerivativesEqualTheReference) {
  for (const Activation activation : elementwise_activations()) {
    const Buffer z = awkward_numbers(kCount, 6);
    const Buffer d_a = Buffer(kCount).fill(7, 2);
    Buffer a(kCount);
    reference.activate(activation, z.data(), a.data(), kCount);
    Buffer delta(kCount);
    Buffer expected(kCount);
    table.activate_backward(activation, z.data(), a.data(), d_a.data(), delta.poison().data(), kCount);
    reference.activate_backward(activation, z.data(), a.data(), d_a.data(), expected.poison().data(), kCount);
    EXPECT_TRUE(same_bits_or_nan(delta, expected)) << rule(activation).name;
  }
}

TEST_P(ElementwiseOf, ActivationsWorkInPlace) {
  for (const Activation activation : elementwise_activations()) {
    const Buffer z = Buffer(160).fill(8, 4);
    Buffer a(160);
    table.activate(activation, z.data(), a.data(), 160);
    Buffer in_place = z;
    table.activate(activation, in_place.data(), in_place.data(), 160);
    EXPECT_TRUE(same_bits(in_place, a)) << rule(activation).name;
    const Buffer d_a = Buffer(160).fill(9);
    Buffer delta(160);
    table.activate_backward(activation, z.data(), a.data(), d_a.data(), delta.data(), 160);
    Buffer over = d_a;
    table.activate_backward(activation, z.data(), a.data(), over.data(), over.data(), 160);
    EXPECT_TRUE(same_bits(over, delta)) << rule(activation).name;
  }
}

TEST_P(ElementwiseOf, NanGoesThroughEveryActivation) {
  for (const Activation activation : elementwise_activations()) {
    for (const float nan : {kNan, -kNan, std::bit_cast<float>(0x7FFFFFFFU), std::bit_cast<float>(0x7F800001U)}) {
      for (std::size_t lane = 0; lane < kPanel; ++lane) {
        Buffer z = Buffer(kPanel).fill(1);
        z[lane] = nan;
        Buffer a(kPanel);
        table.activate(activation, z.data(), a.data(), kPanel);
        for (std::size_t i = 0; i < kPanel; ++i) {
          EXPECT_EQ(std::isnan(a[i]), i == lane) << rule(activation).name << " lane " << i;
        }
      }
    }
  }
}

TEST_P(ElementwiseOf, LossesEqualTheReferenceAndZeroThePaddingOfTheGradient) {
  for (const LossRule& rule : loss_rules()) {
    const LossOptions options{.loss = rule.id, .huber_delta = 0.7, .focal_gamma = 1.5, .quantiles = {0.1, 0.5, 0.8}};
    for (const std::size_t columns : {1U, 2U, 3U, 10U, 15U, 16U, 17U, 31U, 33U}) {
      for (const std::size_t rows : {1U, 2U, 5U, 23U}) {
        const std::size_t size = rows * padded(columns);
        const Buffer scores = awkward_numbers(size, static_cast<std::uint32_t>(10 + columns));
        Buffer targets = Buffer(size).fill(11);
        for (std::size_t i = 0; i < size; i += 2) targets[i] = i % 4 == 0 ? 0.0F : 1.0F;
        targets.clear_padding(rows, columns);
        Buffer values(size), d_scores(size), expected_values(size), expected_d_scores(size);
        table.loss(options, scores.data(), targets.data(), rows, columns, 0.3F, values.poison().data(),
                   d_scores.poison().data());
        reference.loss(options, scores.data(), targets.data(), rows, columns, 0.3F, expected_values.poison().data(),
                       expected_d_scores.poison().data());
        EXPECT_TRUE(same_bits_or_nan(values, expected_values)) << rule.name << ' ' << rows << " x " << columns;
        EXPECT_TRUE(same_bits_or_nan(d_scores, expected_d_scores)) << rule.name << ' ' << rows << " x " << columns;
        Buffer values_only(size);
        table.loss(options, scores.data(), targets.data(), rows, columns, 0.3F, values_only.poison().data(), nullptr);
        EXPECT_TRUE(same_bits_or_nan(values_only, values)) << rule.name << " without gradient";
        for (std::size_t row = 0; row < rows; ++row) {
          for (std::size_t c = columns; c < padded(columns); ++c) {
            EXPECT_EQ(d_scores[panel_offset(rows, row, c)], 0.0F) << rule.name;
          }
        }
      }
    }
  }
}

BPROP_INSTANTIATE_EVERY_TABLE(ElementwiseOf);

}  // namespace
}  // namespace bprop::linalg
