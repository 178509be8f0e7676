// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bprop/explain.h"
#include "bprop/gradients.h"

namespace bprop::explaining {

// What the double engine, a complex step and a central difference say of ∂L/∂(what) over all rows. `engine` are the
// gradients of these rows; `size` is what the terms of the derivation add up to without their signs, of which rounding
// is a share. float_value stays empty.
Agreement agreement(const DoubleNetwork& network, const DoubleGradients& engine, const ExplainRows& rows,
                    const Selector& what, const LossOptions& loss, double explained, double size);

// That number among a network's gradients; of a unit, of their first row.
template <class T>
double gradient_of(const BasicGradients<T>& gradients, const Architecture& architecture, const Selector& what);

}  // namespace bprop::explaining
