// SPDX-License-Identifier: Apache-2.0
//
// Writes a safetensors file with checksums (safetensors_format.h): tensor after tensor, so that besides the caller's
// own numbers at most one tensor is in memory; then the header; then all at once takes the place of the old file.
// Equal tensors and metadata give equal bytes: nothing else goes into the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/safetensors_format.h"
#include "checkpoint/safetensors_reader.h"

namespace bprop::checkpoint {

using ByteSink = std::function<void(std::span<const std::byte>)>;

struct TensorSource {
  std::string name;  // any but "__metadata__"; UTF-8
  Dtype dtype = Dtype::kF32;
  std::vector<std::uint64_t> shape;
  // Hands the tensor's bytes, row-major, to the sink, in one part or several; called once, when its turn comes. What it
  // makes for that purpose may die when it returns.
  std::function<void(const ByteSink& sink)> write;
};

// A tensor that lies in memory already. `values` must outlive the writing.
template <class T>
TensorSource tensor_source(std::string name, std::vector<std::uint64_t> shape, std::span<const T> values) {
  return {std::move(name), dtype_of<T>(), std::move(shape),
          [values](const ByteSink& sink) { sink(std::as_bytes(values)); }};
}

// One that carries its numbers along.
template <class T>
TensorSource owned_tensor(std::string name, std::vector<std::uint64_t> shape, std::vector<T> values) {
  return {std::move(name), dtype_of<T>(), std::move(shape),
          [values = std::move(values)](const ByteSink& sink) { sink(std::as_bytes(std::span(values))); }};
}

// Replaces `path` atomically (atomic_file.h), whatever was there: who calls knows that it may. Tensors are stored with
// wider element types first, otherwise in the given order, so that each lies on a multiple of its element's size.
// Throws IoError, and ShapeError when a source's bytes do not fit its shape.
void write_safetensors(const std::string& path, std::vector<TensorSource> tensors, Metadata metadata = {});

}  // namespace bprop::checkpoint
