// SPDX-License-Identifier: Apache-2.0
#include "train/divergence_search.h"

#include <algorithm>
#include <numeric>
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

template <class T>
Divergence divergence_of_validation(const BasicNetwork<T>& network, const LossOptions& loss,
                                    const RowSource<T>& validation, double validation_loss) {
  std::vector<std::uint32_t> rows(validation.rows());
  std::iota(rows.begin(), rows.end(), std::uint32_t{0});
  auto found = find_divergence<T>(network, loss, validation, rows, check::Search::kForward)
                   .value_or(Divergence{.value = validation_loss});
  found.validation = found.row.has_value() || found.number == Divergence::Number::kLoss;
  return found;
}

#define BPROP_SEARCH_OF(T)                                                                                            \
  template std::optional<Divergence> find_divergence(const BasicNetwork<T>&, const LossOptions&, const RowSource<T>&, \
                                                     std::span<const std::uint32_t>, check::Search);                  \
  template Divergence divergence_of_validation(const BasicNetwork<T>&, const LossOptions&, const RowSource<T>&, double);
BPROP_SEARCH_OF(float)
BPROP_SEARCH_OF(double)
#undef BPROP_SEARCH_OF

}  // namespace bprop::training
