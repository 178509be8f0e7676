// SPDX-License-Identifier: Apache-2.0
//
// Looks for the number that made a step fail. The step left the network as it was, so it is done once more, and rows
// are named as their source does.
#pragma once

#include <optional>
#include <span>

#include "check/not_finite.h"
#include "train/row_source.h"

namespace bprop::training {

using check::is_parameter;

// On input: the rows of the step in their order; none: only the weights are looked at. The step's number and names of
// columns are the caller's to add. Nothing if every number is finite. The memory is that of 256 rows.
template <class T>
std::optional<Divergence> find_divergence(const BasicNetwork<T>& network, const LossOptions& loss,
                                          const RowSource<T>& source, std::span<const std::uint32_t> rows,
                                          check::Search search);

// Of predictions of all rows of a source, whose loss is not finite.
template <class T>
Divergence divergence_of_validation(const BasicNetwork<T>& network, const LossOptions& loss,
                                    const RowSource<T>& validation, double validation_loss);

}  // namespace bprop::training
