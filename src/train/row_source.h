// SPDX-License-Identifier: Apache-2.0
//
// RowSource<T>: rows by their position, as the network reads them – encoded from a table on the fly, or held in memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bprop/model.h"

namespace bprop::training {

template <class T>
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual std::size_t rows() const = 0;
  // Of people: which of all rows read it is, and "digits.csv, line 7".
  virtual std::size_t source_row(std::uint32_t position) const = 0;
  virtual std::string where(std::uint32_t position) const = 0;
  // This row will soon be asked for.
  virtual void prefetch(std::uint32_t) const {}
  // Row-major; targets may be null.
  virtual void fill(std::span<const std::uint32_t> positions, T* inputs, T* targets) const = 0;
};

template <class T>
class TableRows : public RowSource<T> {
 public:
  TableRows(const Preprocessing& preprocessing, const Dataset& data, Encoder::Targets targets)
      : data_(data), encoder_(preprocessing, data, targets) {}
  std::size_t rows() const override { return encoder_.rows(); }
  std::size_t source_row(std::uint32_t position) const override { return data_.source_row(position); }
  std::string where(std::uint32_t position) const override { return data_.where(position); }
  void prefetch(std::uint32_t position) const override { encoder_.prefetch(position); }
  void fill(std::span<const std::uint32_t> positions, T* inputs, T* targets) const override {
    encoder_.encode(positions, inputs);
    if (targets != nullptr) encoder_.encode_targets(positions, targets);
  }
  const std::vector<std::string>& warnings() const { return encoder_.warnings(); }

 private:
  Dataset data_;
  Encoder encoder_;
};

template <class T>
class ExerciseRows : public RowSource<T> {
 public:
  ExerciseRows(const Exercise& exercise, std::size_t in, std::size_t out) : exercise_(exercise), in_(in), out_(out) {}
  std::size_t rows() const override { return exercise_.rows; }
  std::size_t source_row(std::uint32_t position) const override { return position; }
  std::string where(std::uint32_t position) const override { return "own row " + std::to_string(position + 1); }
  void fill(std::span<const std::uint32_t> positions, T* inputs, T* targets) const override {
    for (std::size_t n = 0; n < positions.size(); ++n) {
      std::copy_n(exercise_.input.begin() + static_cast<std::ptrdiff_t>(positions[n] * in_), in_, inputs + n * in_);
      if (targets == nullptr) continue;
      std::copy_n(exercise_.target.begin() + static_cast<std::ptrdiff_t>(positions[n] * out_), out_,
                  targets + n * out_);
    }
  }

 private:
  const Exercise& exercise_;
  std::size_t in_;
  std::size_t out_;
};

// The model's preprocessing, or for a model without one the table's columns in order, as they are (pixels / 255).
// Throws ShapeError if the columns are not as many as the network's inputs.
Preprocessing preprocessing_for(const Model& model, const Dataset& data);

// The exercise of a model. Throws UsageError if it has no rows, or (with_targets) no targets.
const Exercise& exercise_of(const Model& model, bool with_targets);

}  // namespace bprop::training
