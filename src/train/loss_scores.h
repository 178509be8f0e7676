// SPDX-License-Identifier: Apache-2.0
//
// What the outputs are that a loss gives a target of numbers, and the scores that only such a loss has: the deviance of
// counts, the pinball losses of quantiles, the likelihood and coverage of variances.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bprop/evaluate.h"

namespace bprop::training {

// Of Predictions: what each of several outputs a target is called.
std::vector<std::string> parts_of(const LossOptions& loss);

// A prediction of the network (output k of a row, after the loss's link) in the target's own units: the number itself,
// or a standard deviation from its log-variance.
double in_units(const LossOptions& loss, const TargetColumn& target, std::size_t k, double value);

template <class T>
class LossScores {
 public:
  // On input: `targets` outlive this. Of several there are no such scores.
  LossScores(const LossOptions& loss, const std::vector<TargetColumn>& targets, std::size_t outputs);

  // Rows × outputs, row-major, as the network has them after the link.
  void add(std::size_t rows, const T* predictions, const T* targets);
  std::vector<LossScore> scores() const;  // of one row at least

 private:
  // A mean over the targets, with the squares that its interval needs (Welford); or a share of them.
  struct Mean {
    std::string name;
    bool is_share = false;
    double value = 0;
    double squares = 0;
    std::size_t hits = 0;
  };
  void add_target(const T* prediction, double y);
  void add_quantiles(const T* prediction, double y);
  void add_gaussian(const T* prediction, double y);
  void add(Mean& mean, double x) const;
  double unit(const T* prediction, std::size_t k) const {
    return in_units(loss_, target_, k, static_cast<double>(prediction[k]));
  }

  LossOptions loss_;
  const TargetColumn& target_;
  std::size_t outputs_;
  std::size_t count_ = 0;  // targets so far
  std::vector<Mean> means_;
};

}  // namespace bprop::training
