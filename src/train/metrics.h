// SPDX-License-Identifier: Apache-2.0
//
// Metrics: how good predictions are, beside the simplest predictor there is.
#pragma once

#include <cstddef>

#include "bprop/evaluate.h"
#include "train/target_scores.h"

namespace bprop::training {

struct Interval {
  double low = 0;
  double high = 0;
};

// Wilson's interval at 95 % for the share behind `right` of `rows` (rows > 0): unlike p ± 1.96 √(p (1 − p) / rows) it
// has a width at p = 1 too. With n = rows, z = 1.96: (p + z²/2n ± z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n). E. B.
// Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
Interval wilson_interval(std::size_t right, std::size_t rows);

inline constexpr double kNormalQuantile = 1.959963984540054;  // 97.5 % of the normal distribution lie below it

// Everything that evaluate() says of these rows; `loss` is the sum over them. The simplest predictor says the class or
// mean that `target` knows of training; if it knows none, those of the rows themselves.
template <class T>
Evaluation evaluation_of(TargetScores<T>& rows, const std::vector<TargetColumn>& targets, double loss,
                         const EvaluateOptions& options);

}  // namespace bprop::training
