// SPDX-License-Identifier: Apache-2.0
//
// WeightAverage: the exponential moving average of the parameters over the updates, θ̄ ← d θ̄ + (1 − d) θ (B. Polyak and
// A. Juditsky, Acceleration of stochastic approximation by averaging, SIAM J. Control Optim. 30, 1992; with the decay d
// as it is used today). From θ̄ = 0 with Adam's correction for it: after t updates θ̄ₜ = Σ (1 − d) dᵗ⁻ⁱ θᵢ / (1 − dᵗ),
// so that the random weights before the first update have no share in it however few updates there are. In place:
//   θ̄ₜ = θ̄ₜ₋₁ + (1 − d) / (1 − dᵗ) (θₜ − θ̄ₜ₋₁)
// In double: with d = 0.9999 a float would round most steps of θ̄ away.
#pragma once

#include <utility>

#include "bprop/network.h"
#include "checkpoint/state_list.h"
#include "nn/network_state.h"

namespace bprop::training {

template <class T>
class WeightAverage {
 public:
  // decay 0: there is none, and no memory is taken.
  WeightAverage(double decay, std::size_t parameters)
      : decay_(decay), average_(decay > 0 ? parameters : 0), aside_(average_.size()) {}

  bool exists() const { return decay_ > 0; }

  void list(checkpoint::StateList& state, const nn::NetworkState<T>& network) {
    if (!exists()) return;
    state.number("average.power", power_);
    state.parameters("average.", network.architecture, network.layout, average_.span());
  }

  // After each update.
  void add(const nn::NetworkState<T>& network) {
    if (!exists()) return;
    power_ *= decay_;
    const double share = (1 - decay_) / (1 - power_);
    for (std::size_t i = 0; i < average_.size(); ++i) {
      average_[i] += share * (static_cast<double>(network.parameters[i]) - average_[i]);
    }
  }

  // Gives the network the average, once there is one.
  void put_into(nn::NetworkState<T>& network) const {
    if (power_ == 1) return;
    for (std::size_t i = 0; i < average_.size(); ++i) network.parameters[i] = static_cast<T>(average_[i]);
  }

  // While it lives, the network has the average; then its own parameters come back.
  class InPlace {
   public:
    InPlace(WeightAverage& average, BasicNetwork<T>& network) : average_(average), network_(network) {
      if (!average_.exists()) return;
      average_.aside_.copy_from(network.state().parameters);
      average_.put_into(network.state());
    }
    ~InPlace() {
      if (average_.exists()) network_.state().parameters.copy_from(average_.aside_);
    }
    InPlace(const InPlace&) = delete;
    InPlace& operator=(const InPlace&) = delete;

   private:
    WeightAverage& average_;
    BasicNetwork<T>& network_;
  };

 private:
  double decay_;
  double power_ = 1;  // dᵗ
  AlignedBuffer<double> average_;
  AlignedBuffer<T> aside_;
};

}  // namespace bprop::training
