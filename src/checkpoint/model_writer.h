// SPDX-License-Identifier: Apache-2.0
//
// A model as the tensors and metadata of its file. Reader: model_reader.h; names: model_format.h.
#pragma once

#include "bprop/model.h"
#include "checkpoint/safetensors_writer.h"

namespace bprop::checkpoint {

// The sources look into `model`, which must outlive them, and throw UsageError at a number that is not finite. Throws
// ShapeError when preprocessing or exercise do not fit the network.
std::vector<TensorSource> model_tensors(const Model& model);

// The same of what a model has beside its network.
void add_preprocessing(const Preprocessing& preprocessing, const Architecture& network,
                       std::vector<TensorSource>& tensors);
void add_exercise(const Exercise& exercise, const Architecture& network, std::vector<TensorSource>& tensors);

}  // namespace bprop::checkpoint
