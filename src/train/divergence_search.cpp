// SPDX-License-Identifier: Apache-2.0
#include "train/divergence_search.h"

#include <algorithm>
#include <vector>

#include "nn/leaves.h"

namespace bprop::training {

template <class T>
std::optional<Divergence> find_divergence(const BasicNetwork<T>& network, const LossOptions& loss,
                                          const RowSource<T>& source, std::span<const std::uint32_t> rows,
                                          check::Search search) {
  if (rows.empty()) return check::find_not_finite<T>(network, loss, {}, {}, search);
  for (std::size_t first = 0; first < rows.size(); first += nn::kLeafRows) {
    const auto leaf = rows.subspan(first, std::min(nn::kLeafRows, rows.size() - first));
    std::vector<T> input(leaf.size() * network.inputs());
    std::vector<T> target(leaf.size() * network.outputs());
    source.fill(leaf, input.data(), target.data());
    auto found = check::find_not_finite<T>(network, loss, input, target, search);
    if (!found) continue;
    if (found->row) {
      const std::uint32_t position = leaf[*found->row];
      found->row = source.source_row(position);
      found->where = source.where(position);
    }
    return found;
  }
  return std::nullopt;
}

template std::optional<Divergence> find_divergence(const Network&, const LossOptions&, const RowSource<float>&,
                                                   std::span<const std::uint32_t>, check::Search);
template std::optional<Divergence> find_divergence(const DoubleNetwork&, const LossOptions&, const RowSource<double>&,
                                                   std::span<const std::uint32_t>, check::Search);

}  // namespace bprop::training
