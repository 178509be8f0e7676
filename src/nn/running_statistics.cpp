// SPDX-License-Identifier: Apache-2.0
#include "nn/running_statistics.h"

#include <algorithm>

#include "linalg/panels.h"
#include "nn/batch_norm.h"

namespace bprop::nn {

template <class T>
RunningStatistics<T>::RunningStatistics(const Architecture& architecture) {
  for (std::size_t k = 0; k < architecture.layers.size(); ++k) {
    const Layer& layer = architecture.layers[k];
    if (!std::holds_alternative<BatchNorm>(layer)) continue;
    norms_.push_back({k, std::vector<double>(2 * linalg::padded(outputs_of(layer)))});
  }
}

template <class T>
void RunningStatistics<T>::clear() {
  leaves_ = 0;
  for (Sums& norm : norms_) std::ranges::fill(norm.sums, 0.0);
}

template <class T>
void RunningStatistics<T>::add(std::size_t rows, const Workspace<T>& workspace) {
  if (!normalised_by_themselves(rows, workspace.pass())) return;
  ++leaves_;
  const double unbiased = static_cast<double>(rows) / static_cast<double>(rows - 1);
  for (Sums& norm : norms_) {
    const linalg::Wide<T>* const statistics = workspace.statistics(norm.layer);
    const std::size_t padded = norm.sums.size() / 2;
    for (std::size_t i = 0; i < padded; ++i) {
      const std::size_t lane = 3 * (i - i % linalg::kPanel) + i % linalg::kPanel;
      norm.sums[i] += statistics[lane];
      norm.sums[padded + i] += unbiased * statistics[lane + linalg::kPanel];
    }
  }
}

template <class T>
void RunningStatistics<T>::update(NetworkState<T>& network) const {
  if (leaves_ == 0) return;
  const double share = BatchNorm::kMomentum / static_cast<double>(leaves_);
  for (const Sums& norm : norms_) {
    const LayerLayout& at = network.layout[norm.layer];
    const std::size_t padded = at.running_size / 2;
    T* const running = network.parameters.data() + at.running;
    for (std::size_t line = 0; line < at.running_size; line += padded) {
      for (std::size_t i = line; i < line + at.outputs; ++i) {
        running[i] =
            static_cast<T>((1 - BatchNorm::kMomentum) * static_cast<double>(running[i]) + share * norm.sums[i]);
      }
    }
  }
}

template class RunningStatistics<float>;
template class RunningStatistics<double>;

}  // namespace bprop::nn
