// SPDX-License-Identifier: Apache-2.0
//
// What a run began with: options, network, rows, each as a name and a text, which stand in its checkpoints. A run goes
// on only with the same. What changes nothing but speed, and what is written and said, is no part of it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "bprop/train.h"
#include "bprop/trainer.h"
#include "checkpoint/safetensors_header.h"
#include "train/row_source.h"

namespace bprop::training {

using Origin = checkpoint::Metadata;

inline constexpr std::string_view kArithmetic = "arithmetic";

// Of resolved options, what the trainer makes of them, and the model with its first weights.
// metric: by which the best epoch is chosen.
Origin run_origin(const TrainOptions& options, const TrainerOptions& trainer, const Model& model, Metric metric);

// Adds how many rows there are, and a checksum of each column as the network reads it. `kind`: "training rows".
// weights: of the rows, or none. Cost: a pass over the rows.
template <class T>
void add_rows(Origin& origin, std::string_view kind, const RowSource<T>& rows, const Model& model,
              std::span<const double> weights = {});

// How a difference speaks of what `now` is compared with.
struct OriginWords {
  std::string_view had = "the run was begun with";
  std::string_view as = "when the run was begun";
};

// What is not as it was, in one sentence; "" if everything is. What only one of the two has is no difference.
std::string difference(const Origin& begun, const Origin& now, const Model& model, const OriginWords& words = {});

}  // namespace bprop::training
