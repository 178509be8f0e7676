// SPDX-License-Identifier: Apache-2.0
//
// Norms and their uses over flat spans. Sums add in double, in 16 virtual lanes and one fixed tree.
#pragma once

#include <span>

namespace bprop::optim {

// Σ x² and Σ (x − y)²; sizes are multiples of 16.
template <class T>
double sum_of_squares(std::span<const T> x);
template <class T>
double sum_of_squared_differences(std::span<const T> x, std::span<const T> y);

// g ← g + λ w.
template <class T>
void add_scaled(std::span<T> g, std::span<const T> w, double lambda);

// g ← c g.
template <class T>
void scale(std::span<T> g, double factor);

}  // namespace bprop::optim
