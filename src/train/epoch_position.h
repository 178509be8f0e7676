// SPDX-License-Identifier: Apache-2.0
//
// EpochPosition: how far an epoch is, between two updates.
#pragma once

#include <cstddef>

#include "checkpoint/state_list.h"

namespace bprop::training {

struct EpochPosition {
  std::size_t epoch = 1;
  std::size_t done = 0;   // rows
  double loss_sum = 0;    // of them, each as it weighs
  double weight_sum = 0;  // Σw

  void list(checkpoint::StateList& state) {
    state.number("epoch", epoch);
    state.number("epoch.rows", done);
    state.number("epoch.loss_sum", loss_sum);
    state.number("epoch.weight_sum", weight_sum);
  }
};

}  // namespace bprop::training
