// SPDX-License-Identifier: Apache-2.0
//
// The score of many rows from those of their parts.
#pragma once

#include <cmath>

#include "bprop/dataset.h"
#include "bprop/metrics.h"

namespace bprop::training {

// Of squared errors the mean is taken before the root.
inline double addend(Metric metric, double score) { return metric == Metric::kRmse ? score * score : score; }
inline double mean_score(Metric metric, double mean) { return metric == Metric::kRmse ? std::sqrt(mean) : mean; }

}  // namespace bprop::training
