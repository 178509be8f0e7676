// SPDX-License-Identifier: Apache-2.0
//
// From options and data to the model that training starts from.
#pragma once

#include "bprop/train.h"
#include "bprop/trainer.h"

namespace bprop::training {

// Whether the options, not yet resolved, say themselves anything that belongs to a recipe.
bool names_part(const TrainOptions& options);

// Whether folds of the rows leave each class something to be trained on and to be tested on; each value of a label
// almost surely, since labels are dealt as they come.
bool can_be_dealt(const Dataset& data, Task task);

// In what follows the options are resolved.

// A model with fitted preprocessing and initial weights; warnings of the preprocessing are added to `warnings`.
Model initial_model(const Dataset& train, const TrainOptions& options, std::vector<std::string>& warnings);

// Throws UsageError for a loss of classes on a target of numbers, the other way round, for one of a single class on
// labels, and for one of counts, quantiles or variances on several targets.
void check_loss(Loss loss, const Preprocessing& preprocessing);

// The loss's outputs become the target's. Throws UsageError when the network has others.
void take_outputs(Model& model);

// What the best epoch is chosen by. Throws UsageError for a metric that means nothing to the target or the loss.
Metric chosen_metric(const TrainOptions& options, const Model& model, std::size_t validation_rows);

// The loss that the options name, with what they say about it; what they leave open is as in `otherwise`, apart from
// the smoothing of another loss.
LossOptions loss_options(const TrainOptions& options, const LossOptions& otherwise);

// What the options say to a trainer; loss, batch and numbers of steps are the loop's to add.
TrainerOptions trainer_options(const TrainOptions& options);

NetworkOptions network_options(const TrainOptions& options, Arithmetic arithmetic);

// Rows of an update: all of them for full-batch gradient descent.
std::size_t batch_rows(const TrainOptions& options, std::size_t rows);
// Rows of an epoch: fewer than there are where it leaves out the last, partial batch.
std::size_t epoch_rows(const TrainOptions& options, std::size_t rows);
std::size_t steps_per_epoch(const TrainOptions& options, std::size_t rows);

}  // namespace bprop::training
