// SPDX-License-Identifier: Apache-2.0
//
// Tape: records a scalar computation as an expression graph and differentiates it, backward (one sweep gives ∂f/∂v for
// every v) or forward (one sweep gives dv/ds for one s and every v). The chain rule on anything:
//
//   bprop::Tape tape;
//   auto r = tape.variable("r", 2.0), s = tape.variable("s", 3.0);
//   auto x = r, y = r * s, z = s, f = x * y * z;
//   tape.backward(f);                                // s.adjoint() == 24, r.adjoint() == 36
//
// A node that is used several times stands on the tape once: its adjoint is the sum over its uses, and each edge is
// walked once a sweep however many paths lead through it. Cost: 48 bytes a node, and a sweep of one multiply-add an
// edge. Not thread-safe; variables are valid as long as their tape.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bprop {

class Tape;

// A number on a tape, or a constant (no tape). Cheap to copy.
class Variable {
 public:
  Variable() = default;
  Variable(double constant) : value_(constant) {}  // NOLINT: constants mix with variables

  double value() const { return value_; }
  // ∂f/∂(this) after Tape::backward(f); dv/ds of this after Tape::forward(s). 0 for constants.
  double adjoint() const;
  double tangent() const;

 private:
  friend class Tape;
  Variable(Tape* tape, std::int32_t index, double value) : tape_(tape), index_(index), value_(value) {}

  Tape* tape_ = nullptr;
  std::int32_t index_ = -1;
  double value_ = 0;
};

class Tape {
 public:
  enum class Operation : std::uint8_t {
    kVariable,
    kConstant,
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kNegate,
    kPower,
    kExp,
    kExpm1,
    kLog,
    kLog1p,
    kSin,
    kCos,
    kTanh,
    kSqrt,
    kNormalDistribution,
    kNormalDensity,
  };

  // One step of the computation: v = operation(left, right) with its local derivatives. An operand is -1 if absent.
  struct Node {
    Operation operation = Operation::kConstant;
    std::int32_t left = -1;
    std::int32_t right = -1;
    double value = 0;
    double d_left = 0;   // ∂v/∂left
    double d_right = 0;  // ∂v/∂right
  };

  Tape() = default;
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // A new independent variable; the name serves texts only.
  Variable variable(std::string_view name, double value);
  Variable variable(double value) { return variable({}, value); }

  // Fills the adjoints ∂f/∂v of every node; earlier adjoints are overwritten. Throws UsageError if f is of another
  // tape.
  void backward(const Variable& f);
  // Fills the tangents dv/ds of every node; earlier tangents are overwritten.
  void forward(const Variable& s);

  // What was recorded, in order; edges() counts the uses, each walked once a sweep.
  const std::vector<Node>& nodes() const { return nodes_; }
  std::size_t edges() const;
  std::string_view name_of(std::int32_t node) const;

  // Forgets everything but keeps the memory.
  void clear();

  // v = operation(a, b) with its local derivatives; what the operators and functions below are made of, and how a
  // user's own function gets onto the tape.
  static Variable record(Operation operation, double value, const Variable& a, double d_a, const Variable& b = {},
                         double d_b = 0);

 private:
  friend class Variable;
  std::int32_t index_of(const Variable& v);

  std::vector<Node> nodes_;
  std::vector<double> adjoints_;
  std::vector<double> tangents_;
  std::unordered_map<std::int32_t, std::string> names_;
};

Variable operator+(const Variable& a, const Variable& b);
Variable operator-(const Variable& a, const Variable& b);
Variable operator*(const Variable& a, const Variable& b);
Variable operator/(const Variable& a, const Variable& b);
Variable operator-(const Variable& a);
Variable pow(const Variable& base, const Variable& exponent);
Variable exp(const Variable& x);
Variable expm1(const Variable& x);
Variable log(const Variable& x);
Variable log1p(const Variable& x);
Variable sin(const Variable& x);
Variable cos(const Variable& x);
Variable tanh(const Variable& x);
Variable sqrt(const Variable& x);
Variable normal_distribution(const Variable& x);  // Φ
Variable normal_density(const Variable& x);       // Φ'

// Comparisons look at the values; select follows the branch that was taken, max the larger operand (the first at a
// tie).
inline bool less(const Variable& a, const Variable& b) { return a.value() < b.value(); }
inline bool greater(const Variable& a, const Variable& b) { return a.value() > b.value(); }
inline bool less_equal(const Variable& a, const Variable& b) { return a.value() <= b.value(); }
inline Variable select(bool mask, const Variable& yes, const Variable& no) { return mask ? yes : no; }
inline Variable max(const Variable& a, const Variable& b) { return less(a, b) ? b : a; }
inline Variable min(const Variable& a, const Variable& b) { return less(b, a) ? b : a; }

}  // namespace bprop
