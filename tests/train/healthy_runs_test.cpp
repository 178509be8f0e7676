// SPDX-License-Identifier: Apache-2.0
//
// The doctor calls healthy runs healthy: fifteen whole trainings, a minute under the address sanitizer.
#include <gtest/gtest.h>

#include "bprop/train.h"
#include "train/tables.h"

namespace bprop {
namespace {

TEST(DoctorInTraining, FindsNothingInHealthyRuns) {
  const Dataset iris = load_csv(BPROP_SOURCE_DIR "/data/iris.csv", {.target = "species"});
  for (const std::uint64_t seed : {0U, 1U, 2U}) {
    EXPECT_EQ(sentences(train(iris, {.seed = seed})), "") << seed;
    EXPECT_EQ(sentences(train(iris, {.preset = Preset::kPlain, .layers = "16 tanh", .seed = seed})), "") << seed;
    EXPECT_EQ(sentences(train(iris, {.preset = Preset::kPlain, .layers = "16 sigmoid, 16 sigmoid", .seed = seed})), "")
        << seed;
    EXPECT_EQ(sentences(train(curve(500), {.preset = Preset::kPlain, .layers = "32 relu, 32 relu", .seed = seed})), "")
        << seed;
    EXPECT_EQ(sentences(train(sectors(500), {.preset = Preset::kPlain, .layers = "32 gelu", .seed = seed})), "")
        << seed;
  }
}

}  // namespace
}  // namespace bprop
