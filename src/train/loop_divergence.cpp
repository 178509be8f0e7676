// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "train/divergence_search.h"
#include "train/training_loop.h"

namespace bprop::training {

template <class T>
std::optional<Divergence> TrainingLoop<T>::search_batch() const {
  return find_divergence<T>(network_, model_.loss, train_, source_.rows(), check::Search::kForwardAndBackward);
}

// The step that failed left the network as it was.
template <class T>
bool TrainingLoop<T>::diverge_in_step() {
  const auto number = options_.clip > 0 ? Divergence::Number::kGradientNorm : Divergence::Number::kLoss;
  return diverge(search_batch().value_or(Divergence{.number = number, .value = trainer_->report().loss}));
}

template <class T>
bool TrainingLoop<T>::diverge(Divergence found) {
  const std::size_t made = trainer_->report().step;
  found.step = made + (found.validation || is_parameter(found) ? 0 : 1);
  result_.findings = trainer_->diagnosis().findings;  // a replay begins another record
  if (is_parameter(found)) find_cause(found);
  check::name_place(found, trainer_options_.doctor);
  folder_.diverged(found);
  result_.divergence = std::move(found);
  result_.stop_reason = StopReason::kDiverged;
  result_.steps = made;
  return false;
}

// The update that left a bad weight may have had a bad gradient, although its loss was finite. Training is done again
// up to that update to see. If every number of it is finite, the update itself was too large.
template <class T>
void TrainingLoop<T>::find_cause(Divergence& found) {
  const std::size_t step = found.step;
  if (step == 0 || !replay_until(step)) return;
  if (auto cause = search_batch()) {
    found = std::move(*cause);
    found.step = step;
  }
}

// Trains again from the first weights, until this update is the next; false if interrupted.
template <class T>
bool TrainingLoop<T>::replay_until(std::size_t step) {
  network_ = first_network();
  trainer_.emplace(network_, trainer_options_);
  for (std::size_t epoch = 1;; ++epoch) {
    source_.begin_epoch(epoch);
    for (std::size_t done = 0; done < rows_; done += batch_) {
      const std::size_t count = std::min(batch_, rows_ - done);
      source_.begin_batch(count);
      if (trainer_->report().step + 1 == step) return true;
      trainer_->step(count, source_);
      if (must_end()) return false;
    }
  }
}

template <class T>
BasicNetwork<T> TrainingLoop<T>::first_network() const {
  if (start_model_ != nullptr) return std::get<BasicNetwork<T>>(start_model_->network);
  return BasicNetwork<T>(network_.architecture(), network_options(options_, network_.arithmetic()));
}

#define BPROP_DIVERGENCE_OF(T)                              \
  template bool TrainingLoop<T>::diverge_in_step();         \
  template bool TrainingLoop<T>::diverge(Divergence found); \
  template BasicNetwork<T> TrainingLoop<T>::first_network() const;
BPROP_DIVERGENCE_OF(float)
BPROP_DIVERGENCE_OF(double)
#undef BPROP_DIVERGENCE_OF

}  // namespace bprop::training
