// SPDX-License-Identifier: Apache-2.0
//
// The small world: every network with (N, in, out) in 1 … 4, each activation (softmax as output over hidden layers that
// take all other activations in turn), each loss, bias or none, one to three layers – 72,000 networks, each drawn from
// its own number. Tolerances: VECTORS.md.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "bprop/loss.h"
#include "bprop/network.h"
#include "bprop/pass.h"

namespace bprop::check {

struct SmallCase {
  std::size_t rows = 1;
  std::size_t inputs = 1;
  std::size_t outputs = 1;
  Activation activation = Activation::kIdentity;
  Loss loss = Loss::kHalfSquaredError;
  bool bias = true;
  std::size_t depth = 1;
  // Scale layers: digit k in base 3 says how many of them stand before dense layer k, digit `depth` how many behind
  // all.
  std::size_t scales = 0;
  bool dropout = false;   // a dropout layer before each dense one; what is compared is a training's pass
  std::size_t front = 0;  // embedding layers before all others: none, or one of the other patterns below kFronts

  // Layer norms: bit k says that one stands before dense layer k (behind its scale layers), bit `depth` behind all.
  std::size_t norms = 0;
  // Batch norms: likewise, behind those. Of predictions, by constants that are drawn.
  std::size_t batch_norms = 0;

  // Add layers, below kAddPatterns: bit 0 says that one stands behind each hidden dense layer, past all since the one
  // before or the input, where those are as wide; bit 1 that one stands behind scale layers and norms, past those.
  std::size_t adds = 0;

  PassKey pass(std::uint32_t draw) const;
  std::size_t scales_before(std::size_t dense) const;
  std::uint64_t number() const;      // names the case; its random numbers follow from it
  std::string architecture() const;  // "3 -> 3 tanh -> 2 tanh"
};
std::ostream& operator<<(std::ostream& out, const SmallCase& c);

constexpr std::size_t kFronts = 7;
constexpr std::size_t kAddPatterns = 4;

// Of an activation with a loss. Rules that came later have numbers behind those of the others, whose networks stay what
// they were.
std::size_t pair_number(Activation activation, Loss loss);

// How many values of `scales` there are for so many dense layers.
std::size_t scale_patterns(std::size_t depth);

// All cases of one activation and loss, of dense layers only.
std::vector<SmallCase> small_cases(Activation activation, Loss loss);

// The largest errors seen, each as a share of its tolerance.
struct SmallWorldErrors {
  double tape = 0;        // double engine against tape
  double complex = 0;     // double engine against complex step, every entry
  double difference = 0;  // double engine against central difference, three entries a tensor
  double single = 0;      // float engine against tape at the same numbers
  std::size_t networks = 0;
  std::size_t redrawn = 0;  // too near a kink, or a row whose ∂l/∂z cancels below 1e-2

  double share_redrawn() const {
    return networks == 0 ? 0 : static_cast<double>(redrawn) / static_cast<double>(networks + redrawn);
  }
};

// Draws the case's network, rows and targets, again while a draw is unfit, and compares all gradients. A test failure
// is added for each tolerance that is missed.
void check_small_case(const SmallCase& c, SmallWorldErrors& errors);

}  // namespace bprop::check
