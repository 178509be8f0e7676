// SPDX-License-Identifier: Apache-2.0
//
// Must show 1 on the library's side: the bundled digits with default options, seeds 1 to 10.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "train/digits.h"

namespace bprop {
namespace {

TEST(DigitsTenSeeds, MeanAccuracyOnUnseenRowsIsAboveNinetySevenAndAHalfPercent) {
  double sum = 0;
  double least = 1;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const double accuracy = held_out_accuracy(seed);
    sum += accuracy;
    least = std::min(least, accuracy);
    std::cout << "seed " << seed << ": " << accuracy << '\n';
  }
  EXPECT_GE(sum / 10, 0.975);
  EXPECT_GE(least, 0.96);
}

}  // namespace
}  // namespace bprop
