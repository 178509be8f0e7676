// SPDX-License-Identifier: Apache-2.0
//
// TraceWriter: a trace, update by update while a training runs, then all at once as a file. Until then its numbers lie
// in a SpoolFile beside it, so that memory holds one copy of the parameters. Reader: trace_reader.h; names:
// trace_format.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bprop/trace.h"
#include "checkpoint/safetensors_writer.h"
#include "checkpoint/spool_file.h"

namespace bprop::checkpoint {

// Size of a trace of so many updates of at most `batch` rows each; its header is not counted.
std::uint64_t trace_bytes(const Model& model, std::size_t updates, std::size_t batch);

class TraceWriter {
 public:
  // Of the model that is trained. Throws IoError, and UsageError
  // when something other than a trace is at the path.
  TraceWriter(std::string path, const Model& model, TraceSettings settings);

  // An update that is going to be made. `gradient` has the network's layout. One that after() never follows does not
  // count.
  template <class T>
  void before(const BasicNetwork<T>& network, std::span<const T> gradient);
  template <class T>
  void after(const BasicNetwork<T>& network, TraceStep step);

  // Replaces the file at the path by the updates so far. There must be one.
  void commit() const;

 private:
  template <class T>
  void set_aside(TracePart part, const BasicNetwork<T>& of, std::span<const T> flat);
  std::uint64_t place_of(std::size_t update, TracePart part) const { return (kParts * update + index(part)) * bytes_; }
  static std::uint64_t index(TracePart part) { return static_cast<std::uint64_t>(part); }

  void add_part(TracePart part, std::vector<TensorSource>& tensors) const;
  TensorSource stacked(TracePart part, const std::string& tensor, std::vector<std::uint64_t> shape,
                       std::uint64_t offset) const;

  static constexpr std::uint64_t kParts = 3;  // TracePart

  std::string path_;
  Architecture architecture_;
  std::string description_;
  std::optional<Preprocessing> preprocessing_;
  std::optional<Exercise> exercise_;
  TraceSettings settings_;
  Dtype dtype_;
  std::uint64_t bytes_;  // of all parameters
  std::vector<TraceStep> steps_;
  SpoolFile spool_;
};

}  // namespace bprop::checkpoint
