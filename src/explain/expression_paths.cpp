// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_paths.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace bprop::explaining {

ExpressionWays::ExpressionWays(const ExpressionEdges& edges, std::size_t of, std::size_t by)
    : edges_(edges),
      of_(of),
      by_(by),
      reached_(edges.from.size()),
      counts_(edges.from.size()),
      lengths_(edges.from.size()) {
  reached_[by] = true;
  for (std::size_t v = by; v < of; ++v) {
    if (!reached_[v]) continue;
    for (const std::size_t edge : edges.from[v]) reached_[edges.all[edge].of] = true;
  }
  counts_[of] = 1;
  for (std::size_t v = of; v-- > by;) {
    if (!reached_[v]) continue;
    for (const std::size_t edge : edges.from[v]) {
      const std::size_t next = edges.all[edge].of;
      counts_[v] += counts_[next];
      lengths_[v] += lengths_[next] + counts_[next];
    }
  }
}

std::size_t ExpressionWays::products_once() const {
  std::size_t products = 0;
  for (const ExpressionEdge& edge : edges_.all) {
    if (edge.of != of_ && lies_between(edge.by) && lies_between(edge.of)) ++products;
  }
  return products;
}

std::vector<ExpressionWays::Path> ExpressionWays::largest(std::size_t most) const {
  std::vector<std::vector<Beginning>> best(edges_.from.size());
  best[of_].push_back({});
  for (std::size_t v = of_; v-- > by_;) {
    if (!lies_between(v)) continue;
    for (const std::size_t edge : edges_.from[v]) {
      const auto& ways_on = best[edges_.all[edge].of];
      for (std::size_t rank = 0; rank < ways_on.size(); ++rank) {
        const double size = std::fabs(edges_.all[edge].value) * ways_on[rank].size;
        best[v].push_back({std::isnan(size) ? std::numeric_limits<double>::infinity() : size, edge, rank});
      }
    }
    std::ranges::sort(best[v], [](const Beginning& a, const Beginning& b) {
      return std::tie(b.size, a.edge, a.rank) < std::tie(a.size, b.edge, b.rank);
    });
    if (best[v].size() > most) best[v].resize(most);
  }
  std::vector<Path> paths;
  for (std::size_t rank = 0; by_ != of_ && rank < best[by_].size(); ++rank) {
    Path& path = paths.emplace_back();
    for (std::size_t v = by_, r = rank; v != of_;) {
      const Beginning& beginning = best[v][r];
      path.push_back(beginning.edge);
      v = edges_.all[beginning.edge].of;
      r = beginning.rank;
    }
  }
  return paths;
}

double path_value(const ExpressionEdges& edges, const ExpressionWays::Path& path) {
  double value = 1;
  for (auto edge = path.rbegin(); edge != path.rend() && value != 0; ++edge) value *= edges.all[*edge].value;
  return value;
}

}  // namespace bprop::explaining
