// SPDX-License-Identifier: Apache-2.0
#include "bprop/tape.h"

#include <limits>

#include "base/check.h"

namespace bprop {

Variable Tape::variable(std::string_view name, double value) {
  BPROP_CHECK(nodes_.size() < static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()), UsageError,
              "[tape.variable] the tape is full: {} nodes", nodes_.size());
  const auto index = static_cast<std::int32_t>(nodes_.size());
  nodes_.push_back({Operation::kVariable, -1, -1, value, 0, 0});
  if (!name.empty()) names_.emplace(index, name);
  return {this, index, value};
}

std::int32_t Tape::index_of(const Variable& v) {
  if (v.tape_ != nullptr) {
    BPROP_CHECK(v.tape_ == this, UsageError, "[tape] a variable of another tape was used");
    return v.index_;
  }
  nodes_.push_back({Operation::kConstant, -1, -1, v.value_, 0, 0});
  return static_cast<std::int32_t>(nodes_.size() - 1);
}

Variable Tape::record(Operation operation, double value, const Variable& a, double d_a, const Variable& b, double d_b) {
  Tape* tape = a.tape_ != nullptr ? a.tape_ : b.tape_;
  if (tape == nullptr) return {value};  // constants only
  const bool binary = operation <= Operation::kPower && operation != Operation::kNegate;
  Node node{operation, tape->index_of(a), binary ? tape->index_of(b) : -1, value, d_a, d_b};
  BPROP_CHECK(tape->nodes_.size() < static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()), UsageError,
              "[tape.record] the tape is full: {} nodes", tape->nodes_.size());
  tape->nodes_.push_back(node);
  return {tape, static_cast<std::int32_t>(tape->nodes_.size() - 1), value};
}

void Tape::backward(const Variable& f) {
  BPROP_CHECK(f.tape_ == this, UsageError, "[tape.backward] the result is a constant or stands on another tape");
  adjoints_.assign(nodes_.size(), 0.0);
  adjoints_[static_cast<std::size_t>(f.index_)] = 1.0;
  for (std::size_t i = static_cast<std::size_t>(f.index_) + 1; i-- > 0;) {
    const Node& node = nodes_[i];
    const double adjoint = adjoints_[i];
    if (adjoint == 0.0) continue;  // no path from here to f, or one whose factor is 0: 0 · inf must not become NaN
    // v = operation(left, right)
    if (node.left >= 0) adjoints_[static_cast<std::size_t>(node.left)] += adjoint * node.d_left;
    if (node.right >= 0) adjoints_[static_cast<std::size_t>(node.right)] += adjoint * node.d_right;
  }
}

void Tape::forward(const Variable& s) {
  BPROP_CHECK(s.tape_ == this, UsageError, "[tape.forward] the seed is a constant or stands on another tape");
  tangents_.assign(nodes_.size(), 0.0);
  tangents_[static_cast<std::size_t>(s.index_)] = 1.0;
  for (std::size_t i = static_cast<std::size_t>(s.index_) + 1; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    // v = operation(left, right); an operand that s does not move adds nothing, even where its slope is inf or NaN
    const double left = node.left >= 0 ? tangents_[static_cast<std::size_t>(node.left)] : 0.0;
    const double right = node.right >= 0 ? tangents_[static_cast<std::size_t>(node.right)] : 0.0;
    if (left != 0.0) tangents_[i] += node.d_left * left;
    if (right != 0.0) tangents_[i] += node.d_right * right;
  }
}

std::size_t Tape::edges() const {
  std::size_t count = 0;
  for (const Node& node : nodes_) count += static_cast<std::size_t>(node.left >= 0) + (node.right >= 0 ? 1U : 0U);
  return count;
}

std::string_view Tape::name_of(std::int32_t node) const {
  const auto found = names_.find(node);
  return found == names_.end() ? std::string_view() : std::string_view(found->second);
}

void Tape::clear() {
  nodes_.clear();
  adjoints_.clear();
  tangents_.clear();
  names_.clear();
}

double Variable::adjoint() const {
  if (tape_ == nullptr || static_cast<std::size_t>(index_) >= tape_->adjoints_.size()) return 0;
  return tape_->adjoints_[static_cast<std::size_t>(index_)];
}

double Variable::tangent() const {
  if (tape_ == nullptr || static_cast<std::size_t>(index_) >= tape_->tangents_.size()) return 0;
  return tape_->tangents_[static_cast<std::size_t>(index_)];
}

}  // namespace bprop
