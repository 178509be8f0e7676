// SPDX-License-Identifier: Apache-2.0
//
// The temperature of bprop/calibration.h, from a trained model and its validation rows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "bprop/train.h"
#include "train/row_source.h"

namespace bprop::training {

// Throws UsageError when the options ask for a temperature that this model cannot have: no validation rows, or outputs
// that are no probabilities.
void check_calibration(const TrainOptions& options, const Model& model, std::size_t validation_rows);

// Nothing when the likelihood has no maximum for T in [1/100, 100]: every row is right, say. `scores` (rows × outputs):
// before softmax, or before sigmoid for one output; `answers`: classes. Newton's method in 1/T, in which the log-loss
// is convex, kept between bounds that close in; in double, rows ascending.
template <class T>
std::optional<Calibration> best_temperature(std::span<const T> scores, std::span<const std::uint32_t> answers,
                                            std::size_t outputs);

// The model's temperature from the validation rows, into the model and the result; a warning if there is none.
template <class T>
void calibrate(Model& model, const RowSource<T>& validation, ThreadPool* pool, TrainResult& result);

}  // namespace bprop::training
