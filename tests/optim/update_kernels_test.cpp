// SPDX-License-Identifier: Apache-2.0
//
// The update of every rule on every instruction set against the plain reference, bit for bit.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/random.h"
#include "bprop/error.h"
#include "optim/update.h"

namespace bprop::optim {
namespace {

struct Vectors {
  std::vector<float> w, g, m, s;

  explicit Vectors(std::size_t size) : w(size), g(size), m(size), s(size) {
    for (std::size_t i = 0; i < size; ++i) {
      const auto index = static_cast<std::uint32_t>(4 * i);
      w[i] = random_uniform({.seed = 1}, index) * 2 - 1;
      g[i] = std::ldexp(random_uniform({.seed = 1}, index + 1) * 2 - 1, static_cast<int>(i % 40) - 30);
      m[i] = random_uniform({.seed = 1}, index + 2);
      s[i] = random_uniform({.seed = 1}, index + 3) * 1e-3F;
      if (i % 11 == 0) g[i] = m[i] = s[i] = 0;  // as padding is
    }
  }
  void update(const UpdateKernels<float>& kernels, std::size_t rule, std::size_t offset) {
    const Coefficients numbers{
        .rate = 0.003, .keep = 0.99, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .root_scale = 3};
    const std::size_t states = optimizer_rules()[rule].states;
    kernels.update(rule, numbers, w.data() + offset, g.data() + offset, states > 0 ? m.data() + offset : nullptr,
                   states > 1 ? s.data() + offset : nullptr, w.size() - 16);
  }
};

bool same_bits(const std::vector<float>& x, const std::vector<float>& y) {
  return std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0;
}

TEST(UpdateKernels, OfEveryTargetGiveTheBitsOfTheReference) {
  for (const Arithmetic arithmetic : {Arithmetic::kFma, Arithmetic::kPortable}) {
    const auto tables = all_float_updates(arithmetic);
    EXPECT_EQ(tables.front(), &reference_updates(arithmetic));
    for (std::size_t table = 0; table < tables.size(); ++table) {
      for (std::size_t rule = 0; rule < optimizer_rules().size(); ++rule) {
        for (std::size_t count = 16; count <= 1024; count += count < 128 ? 16 : 112) {
          for (const std::size_t offset : {0U, 1U}) {  // floats past the boundary
            Vectors ours(count + 16);
            Vectors expected(count + 16);
            ours.update(*tables[table], rule, offset);
            expected.update(reference_updates(arithmetic), rule, offset);
            const bool same = same_bits(ours.w, expected.w) && same_bits(ours.m, expected.m) &&
                              same_bits(ours.s, expected.s) && same_bits(ours.g, expected.g);
            EXPECT_TRUE(same) << "table " << table << ", " << optimizer_rules()[rule].name << ", " << count;
          }
        }
      }
    }
  }
}

TEST(UpdateKernels, LeaveZerosZero) {
  for (const Arithmetic arithmetic : {Arithmetic::kFma, Arithmetic::kPortable}) {
    for (std::size_t rule = 0; rule < optimizer_rules().size(); ++rule) {
      Vectors zeros(48);
      for (auto* part : {&zeros.w, &zeros.g, &zeros.m, &zeros.s}) std::fill(part->begin(), part->end(), 0.0F);
      zeros.update(float_updates(arithmetic), rule, 0);
      for (const auto* part : {&zeros.w, &zeros.m, &zeros.s}) {
        for (const float x : *part) EXPECT_EQ(x, 0.0F) << optimizer_rules()[rule].name;
      }
    }
  }
}

}  // namespace
}  // namespace bprop::optim
