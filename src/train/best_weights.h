// SPDX-License-Identifier: Apache-2.0
//
// BestWeights: the best weights so far, by validation score; between equals, and where the score is undefined, the loss
// decides, or, of equals, the last epoch has them.
#pragma once

#include <cmath>

#include "bprop/train.h"
#include "checkpoint/state_list.h"
#include "nn/network_state.h"

namespace bprop::training {

template <class T>
class BestWeights {
 public:
  // Memory for so many parameters, taken before training begins; 0: no weights are kept.
  BestWeights(Metric metric, Ties ties, std::size_t parameters)
      : larger_(larger_is_better(metric)), ties_(ties), parameters_(parameters) {}

  bool improves(const EpochReport& report) const {
    if (!std::isfinite(report.validation_loss)) return false;
    if (epoch_ == 0) return true;
    if (std::isnan(score_)) return !std::isnan(report.validation_score) || report.validation_loss < loss_;
    const double gain = larger_ ? report.validation_score - score_ : score_ - report.validation_score;
    return gain > 0 || (gain == 0 && (ties_ == Ties::kLast || report.validation_loss < loss_));
  }
  void take(const EpochReport& report, const nn::NetworkState<T>& network) {
    epoch_ = report.epoch;
    score_ = report.validation_score;
    loss_ = report.validation_loss;
    parameters_.copy_from(network.parameters);
  }
  void list(checkpoint::StateList& state, const nn::NetworkState<T>& network) {
    state.number("best.epoch", epoch_);
    state.number("best.score", score_);
    state.number("best.loss", loss_);
    state.parameters("best.", network.architecture, network.layout, parameters_.span());
  }
  void restore(nn::NetworkState<T>& network) const { network.parameters.copy_from(parameters_); }
  std::size_t epoch() const { return epoch_; }

 private:
  bool larger_;
  Ties ties_;
  std::size_t epoch_ = 0;
  double score_ = 0;
  double loss_ = 0;
  AlignedBuffer<T> parameters_;
};

}  // namespace bprop::training
