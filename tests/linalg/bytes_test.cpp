// SPDX-License-Identifier: Apache-2.0
#include "linalg/bytes.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <vector>

namespace bprop::linalg {
namespace {

TEST(Bytes, By255AreTheQuotientsRoundedOnce) {
  const SplitReciprocal scale(255);
  for (unsigned byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(scale(static_cast<std::uint8_t>(byte)), static_cast<float>(byte / 255.0)) << byte;
  }
}

TEST(Bytes, ManyAtOnceEqualOneByOneAtEveryLengthAndPlace) {
  std::vector<std::uint8_t> bytes(300);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  for (const double divisor : {255.0, 1.0, 77.3}) {
    const SplitReciprocal scale(divisor);
    for (std::size_t count = 0; count <= 260; ++count) {
      const std::size_t offset = count % 7;
      std::array<float, 262> to{};
      to.fill(-1);
      scale_bytes(bytes.data() + offset, count, scale, to.data() + 1);
      for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(to.at(i + 1), scale(bytes[offset + i])) << divisor;
      ASSERT_EQ(to[0], -1);
      ASSERT_EQ(to.at(count + 1), -1);
    }
  }
}

}  // namespace
}  // namespace bprop::linalg
