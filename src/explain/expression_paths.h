// SPDX-License-Identifier: Apache-2.0
//
// Paths through the graph of an expression's variables, counted exactly, and the largest of them.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstddef>
#include <vector>

namespace bprop::explaining {

// ∂of/∂by of one statement.
struct ExpressionEdge {
  std::size_t of = 0;
  std::size_t by = 0;
  double value = 0;
};

// All edges, and which of them begin (edge.by) at each variable. An edge leads to a variable of a higher number.
struct ExpressionEdges {
  std::vector<ExpressionEdge> all;
  std::vector<std::vector<std::size_t>> from;

  explicit ExpressionEdges(std::size_t variables) : from(variables) {}
  void add(const ExpressionEdge& edge) {
    from[edge.by].push_back(all.size());
    all.push_back(edge);
  }
};

// The ways from one variable to another.
class ExpressionWays {
 public:
  using Integer = boost::multiprecision::cpp_int;
  using Path = std::vector<std::size_t>;  // edges, from `by` on

  ExpressionWays(const ExpressionEdges& edges, std::size_t of, std::size_t by);

  // Variables from which `of` can be reached and which can be reached from `by`.
  bool lies_between(std::size_t variable) const { return reached_[variable] && counts_[variable] != 0; }

  const Integer& count() const { return counts_[by_]; }
  // Multiplications of the values along each path, and of each edge's value with ∂of/∂(where it leads).
  Integer products_path_by_path() const { return lengths_[by_] - counts_[by_]; }
  std::size_t products_once() const;

  // The `most` paths of the largest |product|, that one first; ties in the order of the edges. Cost: variables × most.
  std::vector<Path> largest(std::size_t most) const;

 private:
  struct Beginning {  // the best way on from a variable
    double size = 1;
    std::size_t edge = 0;
    std::size_t rank = 0;  // which of the best ways on from where the edge leads
  };

  const ExpressionEdges& edges_;
  std::size_t of_;
  std::size_t by_;
  std::vector<bool> reached_;
  std::vector<Integer> counts_;   // of paths to `of`
  std::vector<Integer> lengths_;  // of those together
};

// The product along a path as the tape takes it, from `of` down: 0 · ∞ is 0 once 0 is reached.
double path_value(const ExpressionEdges& edges, const ExpressionWays::Path& path);

}  // namespace bprop::explaining
