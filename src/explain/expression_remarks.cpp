// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_remarks.h"

#include <fmt/format.h>

#include <cmath>

#include "explain/expression_formula.h"

namespace bprop::explaining {
namespace {

using Kind = ExpressionTree::Kind;

constexpr std::size_t kMost = 20;

class Remarks {
 public:
  Remarks(const ExpressionGraph& graph, const ExpressionValues<double>& values) : graph_(graph), values_(values) {}

  std::vector<std::string> operator()() {
    for (const ExpressionGraph::Variable& variable : graph_.variables) {
      if (variable.statement < 0) continue;
      const auto& statement = graph_.tree.statements[static_cast<std::size_t>(variable.statement)];
      for (std::int32_t n = statement.first; n <= statement.root; ++n) look_at(n);
    }
    if (found_.size() > kMost) {
      const std::size_t more = found_.size() - kMost;
      found_.resize(kMost);
      found_.push_back(fmt::format("There are {} more such remarks.", more));
    }
    return std::move(found_);
  }

 private:
  double value(std::int32_t place) const {
    return place < 0 ? 0 : arithmetic::plain(values_.nodes[static_cast<std::size_t>(place)]);
  }

  // A part of the text; long ones need the column only.
  std::string text(std::int32_t place) const {
    constexpr std::size_t kMostBytes = 60;
    std::string written = text_of(formula_of(graph_, place));
    return written.size() <= kMostBytes ? written : std::string("the operation");
  }

  void look_at(std::int32_t place) {
    const ExpressionTree::Node& node = graph_.tree.nodes[static_cast<std::size_t>(place)];
    if (!std::isfinite(value(place)) && std::isfinite(value(node.left)) && std::isfinite(value(node.right)) &&
        node.kind != Kind::kName) {
      found_.push_back(fmt::format("{}: {} is {}{}, so derivatives through it are not to be relied on.",
                                   text_of(node.place), text(place), value(place), reason(node)));
    }
    if (node.kind != Kind::kCall) return;
    if (node.function.is_extremum() && value(node.left) == value(node.right)) {
      found_.push_back(fmt::format("{}: {} is a tie at {}; the slope is that of the first of the two.",
                                   text_of(node.place), text(place), value(place)));
    }
    if (node.function.kind == ExpressionFunction::Kind::kActivation && !rule(node.function.activation).smooth &&
        value(node.left) == 0) {
      found_.push_back(fmt::format("{}: {} stands on its kink; taken is {}.", text_of(node.place), text(place),
                                   rule(node.function.activation).kink));
    }
    if (node.function.is_comparison() && value(node.left) == value(node.right)) {
      found_.push_back(fmt::format("{}: {} jumps here; its slope is taken to be 0.", text_of(node.place), text(place)));
    }
  }

  std::string reason(const ExpressionTree::Node& node) const {
    if (node.kind == Kind::kDivide && value(node.right) == 0) return ", a division by 0";
    if (node.kind == Kind::kCall) return fmt::format(", {} of {}", name_of(node.function), value(node.left));
    return {};
  }

  const ExpressionGraph& graph_;
  const ExpressionValues<double>& values_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> remarks(const ExpressionGraph& graph, const ExpressionValues<double>& values) {
  return Remarks(graph, values)();
}

}  // namespace bprop::explaining
