// SPDX-License-Identifier: Apache-2.0
//
// Must show 4: the small world tested whole.
#include "check/small_world.h"

#include <gtest/gtest.h>

#include <iostream>

namespace bprop::check {
namespace {

TEST(SmallWorld, EngineEqualsTapeEqualsComplexStepInEveryNetwork) {
  SmallWorldErrors errors;
  for (const ActivationRule& activation : activation_rules()) {
    for (const LossRule& loss : loss_rules()) {
      SCOPED_TRACE(std::string(activation.name) + " with " + std::string(loss.name));
      for (const SmallCase& c : small_cases(activation.id, loss.id)) check_small_case(c, errors);
    }
  }
  EXPECT_EQ(errors.networks, 72'000);
  EXPECT_LE(errors.share_redrawn(), 0.06);
  EXPECT_GT(errors.single, 1e-3);  // the comparisons did look at something
  EXPECT_GT(errors.complex, 1e-3);
  EXPECT_GT(errors.difference, 1e-3);
  std::cout << "largest shares of the tolerances: tape " << errors.tape << ", complex step " << errors.complex
            << ", difference " << errors.difference << ", float " << errors.single << "; redrawn " << errors.redrawn
            << " of " << errors.networks + errors.redrawn << " draws\n";
}

}  // namespace
}  // namespace bprop::check
