// SPDX-License-Identifier: Apache-2.0
#include "nn/running_statistics.h"

#include "base/collectives.h"
#include "linalg/panels.h"
#include "nn/batch_norm.h"

namespace bprop::nn {

template <class T>
RunningStatistics<T>::RunningStatistics(const Architecture& architecture, std::size_t most_leaves) {
  for (std::size_t k = 0; k < architecture.layers.size(); ++k) {
    const Layer& layer = architecture.layers[k];
    if (!std::holds_alternative<BatchNorm>(layer)) continue;
    norms_.push_back({k, width_, linalg::padded(outputs_of(layer))});
    width_ += 2 * norms_.back().padded;
  }
  if (width_ > 0) ++width_;
  leaves_.reserve(most_leaves * width_);
  theirs_.reserve(most_leaves * width_);
}

template <class T>
void RunningStatistics<T>::begin(std::size_t leaves) {
  leaves_.assign(leaves * width_, 0.0);
}

template <class T>
void RunningStatistics<T>::add(std::size_t leaf, std::size_t rows, const Workspace<T>& workspace) {
  if (norms_.empty() || !normalised_by_themselves(rows, workspace.pass())) return;
  double* const numbers = &leaves_[leaf * width_];
  numbers[width_ - 1] = 1;
  const double unbiased = static_cast<double>(rows) / static_cast<double>(rows - 1);
  for (const Norm& norm : norms_) {
    const linalg::Wide<T>* const statistics = workspace.statistics(norm.layer);
    for (std::size_t i = 0; i < norm.padded; ++i) {
      const std::size_t lane = 3 * (i - i % linalg::kPanel) + i % linalg::kPanel;
      numbers[norm.begin + i] = statistics[lane];
      numbers[norm.begin + norm.padded + i] = unbiased * statistics[lane + linalg::kPanel];
    }
  }
}

template <class T>
void RunningStatistics<T>::share(Communicator* ranks) {
  theirs_.resize(leaves_.size());
  add_disjoint(ranks, leaves_, theirs_);
}

template <class T>
double RunningStatistics<T>::sum(std::size_t number) const {
  double sum = 0;
  for (std::size_t i = number; i < leaves_.size(); i += width_) sum += leaves_[i];
  return sum;
}

template <class T>
void RunningStatistics<T>::update(NetworkState<T>& network) const {
  const double leaves = norms_.empty() ? 0 : sum(width_ - 1);
  if (leaves == 0) return;
  const double share = BatchNorm::kMomentum / leaves;
  for (const Norm& norm : norms_) {
    const LayerLayout& at = network.layout[norm.layer];
    T* const running = network.parameters.data() + at.running;
    for (std::size_t line = 0; line < at.running_size; line += norm.padded) {
      for (std::size_t i = line; i < line + at.outputs; ++i) {
        running[i] =
            static_cast<T>((1 - BatchNorm::kMomentum) * static_cast<double>(running[i]) + share * sum(norm.begin + i));
      }
    }
  }
}

template class RunningStatistics<float>;
template class RunningStatistics<double>;

}  // namespace bprop::nn
