// SPDX-License-Identifier: Apache-2.0
//
// HealthRecord: what the doctor knows of a training: sums of the last updates that were looked at – at least so many,
// at most about twice as many –, so that a sickness that is over is none, and one that has come is not thinned by
// health before it. Allocates in its constructor, and where it is asked.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "check/findings.h"
#include "check/layer_sums.h"
#include "checkpoint/state_list.h"

namespace bprop::training {

template <class T>
class HealthRecord {
 public:
  HealthRecord(const nn::NetworkState<T>& network, const LossOptions& loss, std::size_t largest_batch,
               const DoctorOptions& options)
      : architecture_(network.architecture),
        options_(options),
        last_(network.architecture, loss.loss),
        recent_(last_),
        before_(last_),
        watch_(network, loss, options.saturated_slope, largest_batch, last_) {}
  HealthRecord(const HealthRecord&) = delete;
  HealthRecord& operator=(const HealthRecord&) = delete;

  // For the way back of an update, which counts only if end() is called.
  nn::BackwardObserver<T>& begin(std::size_t rows) {
    last_.clear();
    watch_.begin_batch(rows);
    return watch_;
  }
  void end(double loss, std::span<const T> gradient) {
    watch_.end_batch(loss, gradient);
    if (recent_.batches >= kUpdates && recent_.rows >= options_.least_rows) {
      std::swap(before_, recent_);
      recent_.clear();
    }
    recent_.add(last_);
  }

  void list(checkpoint::StateList& state) {
    list_sums(state, "doctor.recent.", recent_);
    list_sums(state, "doctor.before.", before_);
  }

  std::vector<LayerHealth> last() const { return check::layer_health(architecture_, last_, options_); }
  Diagnosis diagnosis() const {
    check::NetworkSums all = before_;
    if (recent_.batches > 0) all.add(recent_);
    return check::judged(architecture_, all, options_);
  }

 private:
  static void list_sums(checkpoint::StateList& state, const std::string& prefix, check::NetworkSums& sums) {
    state.number(prefix + "rows", sums.rows);
    state.number(prefix + "batches", sums.batches);
    state.number(prefix + "loss", sums.loss);
    state.numbers(prefix + "column_squares", std::span(sums.column_squares));
    for (std::size_t k = 0; k < sums.layers.size(); ++k) {
      const std::string layer = prefix + "layers." + std::to_string(k) + '.';
      check::LayerSums& of = sums.layers[k];
      state.number(layer + "delta_squares", of.delta_squares);
      state.number(layer + "delta_largest", of.delta_largest);
      state.number(layer + "gradient_squares", of.gradient_squares);
      state.number(layer + "weight_squares", of.weight_squares);
      state.numbers(layer + "no_slope", std::span(of.no_slope));
      state.numbers(layer + "low_slope", std::span(of.low_slope));
    }
  }

  static constexpr std::size_t kUpdates = 8;

  const Architecture& architecture_;
  DoctorOptions options_;
  check::NetworkSums last_;    // one update
  check::NetworkSums recent_;  // up to kUpdates, or as many as have the rows to judge units
  check::NetworkSums before_;  // as many before them
  check::LayerWatch<T> watch_;
};

}  // namespace bprop::training
