// SPDX-License-Identifier: Apache-2.0
#include "explain/expression_graph.h"

#include <fmt/format.h>

#include <cstdint>

namespace bprop::explaining {
namespace {

using Kind = ExpressionTree::Kind;

// Puts variables behind those that they use. No recursion: a chain of statements may be long.
class Order {
 public:
  explicit Order(const ExpressionTree& tree) : tree_(tree), statement_of_(tree.names.size(), -1) {
    for (std::size_t s = 0; s < tree.statements.size(); ++s) {
      statement_of_[tree.statements[s].name] = static_cast<std::int32_t>(s);
    }
    for (std::size_t name = 0; name < tree.names.size(); ++name) arguments_.push_back(arguments_of(name));
  }

  // The names in that order, or what is wrong.
  Result<std::vector<std::uint32_t>> operator()() {
    for (std::uint32_t name = 0; name < tree_.names.size(); ++name) {
      if (statement_of_[name] < 0) settle(name);
    }
    for (const ExpressionTree::Statement& statement : tree_.statements) {
      if (!visit(statement.name)) return cycle();
    }
    return order_;
  }

  std::int32_t statement_of(std::uint32_t name) const { return statement_of_[name]; }
  const std::vector<std::uint32_t>& arguments(std::uint32_t name) const { return arguments_[name]; }

 private:
  enum class State : std::uint8_t { kNew, kOpen, kSettled };
  struct Visit {
    std::uint32_t name;
    std::size_t next = 0;  // argument
  };

  std::vector<std::uint32_t> arguments_of(std::size_t name) {
    std::vector<std::uint32_t> result;
    if (statement_of_[name] < 0) return result;
    const ExpressionTree::Statement& statement = tree_.statements[static_cast<std::size_t>(statement_of_[name])];
    for (auto n = static_cast<std::size_t>(statement.first); n <= static_cast<std::size_t>(statement.root); ++n) {
      const ExpressionTree::Node& node = tree_.nodes[n];
      if (node.kind != Kind::kName || seen_by_[node.name] == name) continue;
      seen_by_[node.name] = name;
      result.push_back(node.name);
    }
    return result;
  }

  void settle(std::uint32_t name) {
    states_[name] = State::kSettled;
    order_.push_back(name);
  }

  bool visit(std::uint32_t first) {
    if (states_[first] == State::kSettled) return true;
    open_ = {{first}};
    states_[first] = State::kOpen;
    while (!open_.empty()) {
      Visit& visit = open_.back();
      if (visit.next == arguments_[visit.name].size()) {
        settle(visit.name);
        open_.pop_back();
        continue;
      }
      const std::uint32_t argument = arguments_[visit.name][visit.next++];
      if (states_[argument] == State::kSettled) continue;
      open_.push_back({argument});
      if (states_[argument] == State::kOpen) return false;
      states_[argument] = State::kOpen;
    }
    return true;
  }

  // The last one open stands further down as well.
  Failure cycle() const {
    constexpr std::size_t kMostNamed = 8;
    const std::uint32_t name = open_.back().name;
    std::size_t begin = 0;
    while (open_[begin].name != name) ++begin;
    std::string way;
    for (std::size_t i = begin; i < open_.size(); ++i) {
      const bool left_out = i - begin >= kMostNamed && i + 1 < open_.size();
      if (left_out && i - begin > kMostNamed) continue;
      way += i == begin ? "" : " → ";
      way += left_out ? "…" : tree_.names[open_[i].name];
    }
    const TextPlace& place = tree_.statements[static_cast<std::size_t>(statement_of_[name])].place;
    return usage_failure(
        fmt::format("{}: '{}' is defined by way of itself ({}), expected a definition without a circle", text_of(place),
                    tree_.names[name], way));
  }

  const ExpressionTree& tree_;
  std::vector<std::int32_t> statement_of_;
  std::vector<std::size_t> seen_by_ = std::vector<std::size_t>(tree_.names.size(), SIZE_MAX);
  std::vector<std::vector<std::uint32_t>> arguments_;
  std::vector<State> states_ = std::vector<State>(tree_.names.size(), State::kNew);
  std::vector<Visit> open_;
  std::vector<std::uint32_t> order_;
};

}  // namespace

Result<ExpressionGraph> parse_expression(std::string_view text) {
  Result<ExpressionTree> tree = parse_statements(text);
  if (!tree) return tree.failure();
  Order order(*tree);
  const auto names = order();
  if (!names) return names.failure();
  std::vector<std::size_t> place_of(tree->names.size());
  for (std::size_t v = 0; v < names->size(); ++v) place_of[(*names)[v]] = v;

  ExpressionGraph graph;
  graph.variables.resize(names->size());
  for (std::size_t v = 0; v < names->size(); ++v) {
    const std::uint32_t name = (*names)[v];
    ExpressionGraph::Variable& variable = graph.variables[v];
    variable.name = tree->names[name];
    variable.statement = order.statement_of(name);
    variable.place = variable.statement < 0 ? tree->name_places[name]
                                            : tree->statements[static_cast<std::size_t>(variable.statement)].place;
    for (const std::uint32_t argument : order.arguments(name)) {
      variable.arguments.push_back(place_of[argument]);
      graph.variables[place_of[argument]].is_used = true;
    }
  }
  graph.tree = std::move(*tree);
  for (ExpressionTree::Node& node : graph.tree.nodes) {
    if (node.kind == Kind::kName) node.name = static_cast<std::uint32_t>(place_of[node.name]);
  }
  return graph;
}

}  // namespace bprop::explaining
