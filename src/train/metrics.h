// SPDX-License-Identifier: Apache-2.0
//
// Metrics: how good predictions are, beside the simplest predictor there is.
#pragma once

#include <cstddef>
#include <vector>

#include "bprop/evaluate.h"

namespace bprop::training {

struct Interval {
  double low = 0;
  double high = 0;
};

// Wilson's interval at 95 % for the share behind `right` of `rows` (rows > 0): unlike p ± 1.96 √(p (1 − p) / rows) it
// has a width at p = 1 too. With n = rows, z = 1.96: (p + z²/2n ± z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n). E. B.
// Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
Interval wilson_interval(std::size_t right, std::size_t rows);

// Sums over rows that come in turn. The simplest predictor says the class or mean that `target` knows of training; if
// it knows none, those of the rows that came.
class Metrics {
 public:
  // On input: `target` outlives the metrics.
  Metrics(const TargetColumn& target, std::size_t outputs);

  // Rows × outputs, row-major, as the network has them.
  template <class T>
  void add(std::size_t rows, const T* predictions, const T* targets);

  // `loss`: the sum over all rows.
  Evaluation result(double loss) const;

 private:
  void classes(Evaluation& result) const;
  void numbers(Evaluation& result) const;

  const TargetColumn& target_;
  std::size_t outputs_;
  std::size_t rows_ = 0;
  // Classes.
  std::size_t right_ = 0;
  std::vector<std::size_t> class_counts_;
  // Numbers, in the target's own units.
  double squared_error_ = 0;
  double absolute_error_ = 0;
  std::vector<double> means_;
  std::vector<double> squares_;  // Σ(y − ȳ)²
};

}  // namespace bprop::training
