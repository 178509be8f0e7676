// SPDX-License-Identifier: Apache-2.0
#include "base/aligned_buffer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

namespace bprop {
namespace {

TEST(AlignedBuffer, IsZeroAndStartsOnACacheLine) {
  for (const std::size_t size : {1U, 3U, 15U, 16U, 17U, 1000U}) {
    const AlignedBuffer<float> buffer(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64, 0U) << size;
    EXPECT_EQ(buffer.span().size(), size);
    for (const float x : buffer.span()) EXPECT_EQ(x, 0.0F);
  }
}

TEST(AlignedBuffer, OfTwoMegabytesStartsOnAHugePage) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  for (const std::size_t size : {kHugePage, kHugePage + 1, 5 * kHugePage / 2}) {
    AlignedBuffer<char> buffer(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % kHugePage, 0U) << size;
    buffer[size - 1] = 1;
    EXPECT_EQ(buffer[size / 2], 0);
  }
}

TEST(AlignedBuffer, OfSizeZeroIsEmptyAndOwnsNothing) {
  const AlignedBuffer<double> none(0);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.data(), nullptr);
  const AlignedBuffer<double> copy(none);
  EXPECT_TRUE(copy.empty());
}

TEST(AlignedBuffer, CopiesTheElements) {
  AlignedBuffer<int> original(20);
  for (std::size_t i = 0; i < 20; ++i) original[i] = static_cast<int>(i);
  AlignedBuffer<int> copy(original);
  original[7] = -1;
  EXPECT_EQ(copy[7], 7);
  EXPECT_EQ(copy.size(), 20U);
  EXPECT_NE(copy.data(), original.data());
  AlignedBuffer<int> assigned(3);
  assigned = copy;
  EXPECT_EQ(assigned.size(), 20U);
  EXPECT_EQ(assigned[19], 19);
  const AlignedBuffer<int>& same = assigned;
  assigned = same;
  EXPECT_EQ(assigned[19], 19);
}

TEST(AlignedBuffer, MovesOwnershipAndLeavesAnEmptyBuffer) {
  AlignedBuffer<int> original(20);
  original[3] = 33;
  const int* const address = original.data();
  AlignedBuffer<int> moved(std::move(original));
  EXPECT_EQ(moved.data(), address);
  EXPECT_TRUE(original.empty());  // NOLINT: what a moved-from buffer is
  EXPECT_EQ(original.data(), nullptr);
  AlignedBuffer<int> assigned(5);
  assigned = std::move(moved);
  EXPECT_EQ(assigned.data(), address);
  EXPECT_EQ(assigned[3], 33);
}

TEST(AlignedBuffer, RefusesASizeWhoseBytesCannotBeCounted) {
  const auto huge = std::numeric_limits<std::size_t>::max() / 2;
  EXPECT_THROW(AlignedBuffer<double>{huge}, std::bad_array_new_length);
}

}  // namespace
}  // namespace bprop
