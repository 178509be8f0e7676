// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/natural_order.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace bprop::checkpoint {
namespace {

TEST(NaturalOrder, CountsAsPeopleDoAndIsStrict) {
  // Each pair of positions in this list must compare as the positions do.
  const std::vector<std::string_view> ordered = {
      "",     "0",  "1",   "01",  "2",    "10",   "99999999999999999999", "100000000000000000000", "a", "a.2.b",
      "a.10", "fc", "fc1", "fc2", "fc10", "fc10a"};
  const NaturalOrder less;
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      EXPECT_EQ(less(ordered[i], ordered[j]), i < j) << ordered[i] << " before " << ordered[j];
    }
  }
}

}  // namespace
}  // namespace bprop::checkpoint
