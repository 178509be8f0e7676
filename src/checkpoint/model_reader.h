// SPDX-License-Identifier: Apache-2.0
//
// A model out of the bytes of its file: the description first, then every tensor against it. Writer: model_writer.h.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.h"
#include "bprop/model.h"
#include "checkpoint/tensor_shelf.h"

namespace bprop::checkpoint {

Result<Model> parse_model(std::span<const std::byte> bytes, std::string_view path);

// What a model has beside its network, out of its tensors. Throws FormatError.
void read_preprocessing(Preprocessing& preprocessing, const Architecture& network, TensorShelf& shelf,
                        std::string_view path);
void read_exercise(Exercise& exercise, const Architecture& network, TensorShelf& shelf);

}  // namespace bprop::checkpoint
