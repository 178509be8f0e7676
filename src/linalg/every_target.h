// SPDX-License-Identifier: Apache-2.0
//
// Calls visit() once for each instruction set of `compiled` (a source's HWY_TARGETS) that this processor runs, with
// Highway's dynamic dispatch pointing there meanwhile. Of the whole process, so for tests and benchmarks only.
#pragma once

#include <hwy/highway.h>

#include <cstdint>

namespace bprop::linalg {

template <class Visit>
void on_every_target(std::int64_t compiled, const Visit& visit) {
  for (std::int64_t rest = hwy::SupportedTargets() & compiled; rest != 0; rest &= rest - 1) {
    hwy::SetSupportedTargetsForTest(rest & -rest);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    visit();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace bprop::linalg
