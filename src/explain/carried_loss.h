// SPDX-License-Identifier: Apache-2.0
//
// Activations and losses of carried numbers. Those of a pair are taken from its outputs, as on paper.
#pragma once

#include <vector>

#include "explain/carried_number.h"
#include "explain/row_values.h"

namespace bprop::explaining {

using CarriedNumbers = std::vector<CarriedNumber>;

CarriedNumbers activations(Activation activation, const CarriedNumbers& z);

// ∂l/∂a of the last layer, from its outputs a and the targets y.
CarriedNumbers output_gradients(OutputRule output, const LossOptions& loss, const CarriedNumbers& a,
                                const std::vector<double>& y);

// δ of a pair: p − y.
CarriedNumbers pair_deltas(const LossOptions& loss, const CarriedNumbers& a, const std::vector<double>& y);

// l of one row.
CarriedNumber loss_of(OutputRule output, const LossOptions& loss, const CarriedNumbers& a,
                      const std::vector<double>& y);

}  // namespace bprop::explaining
