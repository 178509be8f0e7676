// SPDX-License-Identifier: Apache-2.0
//
// BestWeights: the best weights so far, by validation score; between equals the loss decides, or the last
// epoch has them.
#pragma once

#include <cmath>

#include "bprop/train.h"
#include "nn/network_state.h"

namespace bprop::training {

template <class T>
class BestWeights {
 public:
  // Memory for so many parameters, taken before training begins; 0: no weights are kept.
  BestWeights(bool of_classes, Ties ties, std::size_t parameters)
      : of_classes_(of_classes), ties_(ties), parameters_(parameters) {}

  bool improves(const EpochReport& report) const {
    if (!std::isfinite(report.validation_loss)) return false;
    if (epoch_ == 0) return true;
    const double gain = of_classes_ ? report.validation_score - score_ : score_ - report.validation_score;
    return gain > 0 || (gain == 0 && (ties_ == Ties::kLast || report.validation_loss < loss_));
  }
  void take(const EpochReport& report, const nn::NetworkState<T>& network) {
    epoch_ = report.epoch;
    score_ = report.validation_score;
    loss_ = report.validation_loss;
    parameters_.copy_from(network.parameters);
  }
  void restore(nn::NetworkState<T>& network) const { network.parameters.copy_from(parameters_); }
  std::size_t epoch() const { return epoch_; }

 private:
  bool of_classes_;
  Ties ties_;
  std::size_t epoch_ = 0;
  double score_ = 0;
  double loss_ = 0;
  AlignedBuffer<T> parameters_;
};

}  // namespace bprop::training
