// SPDX-License-Identifier: Apache-2.0
//
// A run that is killed before any one of the calls by which it writes goes on to the same bits. And one whose killing
// came before the first checkpoint says so, and begins anew where it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "checkpoint/dead_disk.h"
#include "train/small_run.h"

namespace bprop {
namespace {

struct Kind {
  const char* name;
  std::size_t stride;  // every call, or one in so many
  void (*change)(TrainOptions&);
};

class KillPoints : public SmallRun, public testing::WithParamInterface<Kind> {};

TEST_P(KillPoints, ARunThatIsKilledBeforeAnyCallGoesOnToTheSameBits) {
  TrainOptions options = KillPoints::options();
  GetParam().change(options);
  run("whole", options);
  const Files whole = files("whole");
  std::size_t early = 0;
  std::size_t resumed = 0;
  for (std::size_t call = 0;; call += GetParam().stride) {
    SCOPED_TRACE(testing::Message() << "killed before call " << call);
    forget("run");
    checkpoint::DeadDisk disk(call);
    {
      const checkpoint::OtherDisk instead(disk);
      const std::string unheard = thrown([&] { run("run", options, &disk.is_dead()); });
      EXPECT_TRUE(disk.is_dead() || unheard.empty()) << unheard;
    }
    if (!disk.is_dead()) break;
    const std::string said = thrown([&] { resume("run", options); });
    if (said.empty()) {
      ++resumed;
    } else {
      EXPECT_EQ(said, nothing_to_go_on_from("run"));
      EXPECT_EQ(resumed, 0) << "there was a checkpoint at earlier calls";
      ++early;
      run("run", options);
    }
    EXPECT_TRUE(files("run") == whole);
    if (HasFailure()) break;
  }
  std::cout << resumed << " kills resumed, " << early << " before the first checkpoint\n";
  EXPECT_GE(resumed * GetParam().stride, 300);
  EXPECT_GE(early * GetParam().stride, 100);
}

INSTANTIATE_TEST_SUITE_P(Of, KillPoints,
                         testing::Values(Kind{"AdamDropoutAverage", 1, [](TrainOptions&) {}},
                                         Kind{"MomentumBatchNormNoValidation", 5,
                                              [](TrainOptions& options) {
                                                options.layers = "5 tanh, batch-norm, 4 tanh";
                                                options.optimizer = Momentum{};
                                                options.precision = Precision::kDouble;
                                                options.ema = 0;
                                                options.validation = 0;
                                              }}),
                         [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace bprop
