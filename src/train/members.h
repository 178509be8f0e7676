// SPDX-License-Identifier: Apache-2.0
//
// Several networks of one recipe, trained one after the other and merged into one (TrainOptions::members).
#pragma once

#include "bprop/train.h"

namespace bprop::training {

// What cannot be had of several members, or of their layers. Throws UsageError.
void check_members(const TrainOptions& options);

// The options are resolved and checked. `validation`: the same rows for each member (there may be none); null: each has
// those of another fold. `choice`: of the recipe, whose epoch each member is trained to; or null.
TrainResult train_members(const Dataset& data, const Dataset* validation, const TrainOptions& options,
                          const TrainObserver& observer, const RecipeChoice* choice = nullptr);

}  // namespace bprop::training
