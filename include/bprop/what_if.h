// SPDX-License-Identifier: Apache-2.0
//
// Derivations beside each other, and derivatives as what they are: the limit of a small change's effect.
//
//   auto small = bprop::nudge(net, rows, bprop::weight(0, 2, 4));       // Δw → Δz → Δa → … → ΔL, and ΔL/Δw
//   auto other = bprop::what_if(net, rows, bprop::weight(0, 2, 4), bprop::CutUnit{0, 1});
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "bprop/explain.h"

namespace bprop {

// A number of the forward pass before and after the change, and what the derivative foretells.
struct Change {
  Formula symbol;
  double before = 0;
  double after = 0;
  double foretold = 0;  // ∂(this)/∂(what was moved) times the step
};

// ΔL/Δs for one size of the step: one-sided (error ÷ 10 a decade) and central (÷ 100), until rounding takes over.
struct DifferenceQuotient {
  double step = 0;
  double one_sided = 0;
  double central = 0;
};

struct Nudge {
  std::string title;
  Formula moved;  // its symbol
  Formula loss;
  double value = 0;
  double step = 0;  // of the changes below
  double derivative = 0;
  std::vector<Change> changes;  // from the number to the loss, layer by layer
  std::vector<DifferenceQuotient> quotients;
  std::vector<std::string> remarks;
  NumberStyle numbers;
};

// Of a weight, a bias or an input of one row (changes), or the mean over several (quotients only). Throws as explain(),
// and UsageError for a unit's z, a or δ, which only the numbers before it can move. Cost: 20 forward passes.
template <class T>
Nudge nudge(const BasicNetwork<T>& network, const ExplainRows& rows, const Selector& what,
            const ExplainOptions& options = {});

// What could be otherwise.
struct UpdatedWeights {};  // the slip of textbooks: δ with weights of the layers above that are already updated
struct FreezeNumber {      // after one update of everything, against one of everything but this
  Selector number;
};
struct CutUnit {  // the unit says 0, whatever it reads
  std::size_t layer = 0;
  std::size_t unit = 0;
};
struct SetNumber {  // a weight or bias is another
  Selector number;
  double value = 0;
};
using Otherwise = std::variant<UpdatedWeights, FreezeNumber, CutUnit, SetNumber>;

struct Comparison {
  std::string otherwise;              // what is otherwise, in words
  std::string as_it_is = "as it is";  // what `before` is, in words
  std::vector<std::string> remarks;
  Derivation before;
  Derivation after;
};

// Of several rows both sides show the same one: options.follow, else the one with the largest term before. Throws as
// explain(), and UsageError where options.learning_rate is needed and not set.
template <class T>
Comparison what_if(const BasicNetwork<T>& network, const ExplainRows& rows, const Selector& what,
                   const Otherwise& otherwise, const ExplainOptions& options = {});

#define BPROP_DECLARE(T)                                                                                            \
  extern template Nudge nudge(const BasicNetwork<T>&, const ExplainRows&, const Selector&, const ExplainOptions&);  \
  extern template Comparison what_if(const BasicNetwork<T>&, const ExplainRows&, const Selector&, const Otherwise&, \
                                     const ExplainOptions&);
BPROP_DECLARE(float)
BPROP_DECLARE(double)
#undef BPROP_DECLARE

Document document(const Nudge& nudge);
Document document(const Comparison& comparison);

std::string render_json(const Nudge& nudge);  // schemas: docs/explain.md
std::string render_json(const Comparison& comparison);

}  // namespace bprop
