// SPDX-License-Identifier: Apache-2.0
//
// A model out of the bytes of its file: the description first, then every tensor against it. Writer: model_writer.h.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.h"
#include "bprop/model.h"

namespace bprop::checkpoint {

Result<Model> parse_model(std::span<const std::byte> bytes, std::string_view path);

}  // namespace bprop::checkpoint
