// SPDX-License-Identifier: Apache-2.0
//
// Rows as a network reads them, for gradients and checks, and the file of gradients.
#include <array>
#include <numeric>

#include "base/check.h"
#include "bprop/evaluate.h"
#include "checkpoint/tensor_file.h"
#include "train/row_source.h"

namespace bprop {
namespace {

template <class T>
EncodedRows<T> collect(const training::RowSource<T>& source, std::span<const std::uint32_t> positions, std::size_t in,
                       std::size_t out, bool targets) {
  EncodedRows<T> rows;
  rows.rows = positions.size();
  rows.input.resize(positions.size() * in);
  rows.target.resize(targets ? positions.size() * out : 0);
  source.fill(positions, rows.input.data(), targets ? rows.target.data() : nullptr);
  return rows;
}

std::vector<std::uint32_t> all_positions(std::size_t rows) {
  std::vector<std::uint32_t> positions(rows);
  std::iota(positions.begin(), positions.end(), 0U);
  return positions;
}

}  // namespace

template <class T>
EncodedRows<T> encoded_rows(const Model& model, const Dataset& data, std::span<const std::uint32_t> rows) {
  const Dataset chosen = rows.empty() ? data : data.select({rows.begin(), rows.end()});
  const Preprocessing preprocessing = training::preprocessing_for(model, data);  // of all rows, not of the chosen
  const bool targets = chosen.target().has_value();
  const training::TableRows<T> source(preprocessing, chosen,
                                      targets ? Encoder::Targets::kRequired : Encoder::Targets::kNone);
  EncodedRows<T> result = collect<T>(source, all_positions(chosen.rows()), preprocessing.features(),
                                     model.architecture().outputs(), targets);
  result.warnings = source.warnings();
  return result;
}

template <class T>
EncodedRows<T> exercise_rows(const Model& model) {
  const Exercise& exercise = training::exercise_of(model, false);
  const Architecture& architecture = model.architecture();
  const training::ExerciseRows<T> source(exercise, architecture.inputs(), architecture.outputs());
  return collect<T>(source, all_positions(exercise.rows), architecture.inputs(), architecture.outputs(),
                    !exercise.target.empty());
}

template EncodedRows<float> encoded_rows(const Model&, const Dataset&, std::span<const std::uint32_t>);
template EncodedRows<double> encoded_rows(const Model&, const Dataset&, std::span<const std::uint32_t>);
template EncodedRows<float> exercise_rows(const Model&);
template EncodedRows<double> exercise_rows(const Model&);

}  // namespace bprop
