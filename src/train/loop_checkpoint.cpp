// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"
#include "base/collectives.h"
#include "train/alike_ranks.h"
#include "train/choice_state.h"
#include "train/epoch_state.h"
#include "train/training_loop.h"

namespace bprop::training {

// What the run began with, and where it is if it goes on.
template <class T>
void TrainingLoop<T>::begin() {
  const bool shared = options_.communicator != nullptr && options_.communicator->ranks() > 1;
  if (options_.run_directory.empty() && !shared) return;
  origin_ = run_origin(options_, trainer_options_, model_, result_.metric);
  add_rows<T>(origin_, "training rows", train_, model_, source_.all_weights());
  add_rows<T>(origin_, "validation rows", validation_rows_, model_);
  if (shared) check_alike(*options_.communicator, origin_, model_);
  if (options_.resume) go_on();
}

template <class T>
void TrainingLoop<T>::list(checkpoint::StateList& state) {
  const nn::NetworkState<T>& network = network_.state();
  state.parameters("", network.architecture, network.layout, network_.state().parameters.span());
  trainer_->list(state);
  average_.list(state, network);
  best_.list(state, network);
  at_.list(state);
  state.number("seconds", seconds_);
  state.number("result.best_epoch", result_.best_epoch);
  state.number("lowest_loss", lowest_loss_);
  state.number("lowest_loss.epoch", lowest_loss_epoch_);
  list_reports(state, "history", result_.history);
  record_.list(state);
  if (choice_) training::list(state, *choice_);
  logs_.list(state);
}

template <class T>
void TrainingLoop<T>::go_on() {
  const checkpoint::CheckpointFile file = newest_checkpoint(options_.run_directory, result_.warnings);
  const std::string different = difference(file.file.metadata, origin_, model_);
  BPROP_CHECK(different.empty(), UsageError, "{}", different);
  checkpoint::TensorShelf shelf(file.file, file.path);
  checkpoint::StateList state;
  list(state);
  state.set_from(shelf);
  shelf.finish();
  wait_for_all(options_.communicator);  // before the first one changes the folder
  trainer_->parameters_changed();
  const std::size_t step = trainer_->report().step;
  const std::size_t steps =
      (at_.epoch - 1) * steps_per_epoch(options_, train_.rows()) + (at_.done + batch_ - 1) / batch_;
  BPROP_CHECK(at_.epoch >= 1 && at_.done <= rows_ && (at_.done % batch_ == 0 || at_.done == rows_) && step == steps,
              FormatError, "{}: is at update {} in row {} of epoch {}, which cannot be", file.path, step, at_.done,
              at_.epoch);
  result_.resumed_at = step;
  clock_.start(seconds_);
  folder_.checkpoints().begin_at(step, seconds_);
  logs_.go_on();
  trace_.go_on_behind(step);
  write_best_again();
}

// The file of the best weights may be of an epoch that has not been yet.
template <class T>
void TrainingLoop<T>::write_best_again() {
  if (!keeps_best_ || best_.epoch() == 0) return;
  AlignedBuffer<T> aside(network_.state().parameters.size());
  aside.copy_from(network_.state().parameters);
  best_.restore(network_.state());
  folder_.best(model_);
  network_.state().parameters.copy_from(aside);
}

template <class T>
void TrainingLoop<T>::write_checkpoint() {
  Checkpoints& checkpoints = folder_.checkpoints();
  if (!checkpoints.writes()) return;
  seconds_ = clock_.seconds();
  logs_.make_last();
  checkpoint::StateList state;
  list(state);
  checkpoints.write(state, origin_, trainer_->report().step, seconds_);
}

#define BPROP_CHECKPOINTS_OF(T)           \
  template void TrainingLoop<T>::begin(); \
  template void TrainingLoop<T>::write_checkpoint();
BPROP_CHECKPOINTS_OF(float)
BPROP_CHECKPOINTS_OF(double)
#undef BPROP_CHECKPOINTS_OF

}  // namespace bprop::training
