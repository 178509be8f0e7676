// SPDX-License-Identifier: Apache-2.0
//
// Weights of training rows. The loss of a batch is Σ wᵢ lᵢ / Σ wᵢ over its rows (with reduction sum: Σ wᵢ lᵢ), as
// scikit-learn's MLP and PyTorch's weighted losses have it, so only ratios matter: a row of weight 2 counts as that row
// twice, one of weight 0 is left out. A row's weight is that of its column times that of its class. Equal weights are
// none: the same bits. Preprocessing, validation and evaluation count every row as one.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bprop {

struct ClassWeights {
  // n / (k n_c) for each of k classes with n_c of n training rows, as scikit-learn's "balanced" is; rows count by their
  // own weights.
  bool balanced = false;
  std::vector<std::pair<std::string, double>> given = {};  // label and weight > 0; classes that are not named have 1

  bool any() const { return balanced || !given.empty(); }
  bool operator==(const ClassWeights&) const = default;
};

}  // namespace bprop
