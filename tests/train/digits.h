// SPDX-License-Identifier: Apache-2.0
//
// The bundled digits, and how often default options are right on rows that were neither trained on nor used for
// stopping.
#pragma once

#include "bprop/evaluate.h"
#include "bprop/train.h"

namespace bprop {

inline Dataset digits() { return load_csv(BPROP_SOURCE_DIR "/data/digits.csv", {.target = "digit"}); }

inline double held_out_accuracy(std::uint64_t seed) {
  const TrainTest parts = split(digits(), {.test = 0.2, .seed = seed});
  return evaluate(train(parts.train, {.seed = seed}).model, parts.test).accuracy;
}

}  // namespace bprop
