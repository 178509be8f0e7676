// SPDX-License-Identifier: Apache-2.0
//
// What a random derivation is of: a small network, and a number of it.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "bprop/selector.h"
#include "check/small_world.h"

namespace bprop::explained {

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : key_{seed, Purpose::kTest, 4, 0} {}
  std::size_t below(std::size_t count) { return random_bits(key_, next_++) % count; }

 private:
  RandomKey key_;
  std::uint32_t next_ = 0;
};

// One sample; activation and loss come round in turn, everything else at random. Half of the networks have scale
// layers, a quarter layer norms where three numbers or more are (small_draw.cpp says why), a fifth dropout layers, a
// third embedding layers, three of seven residual connections, an eighth batch norms.
inline check::SmallCase draw_shape(std::size_t triple, Dice& numbers) {
  const std::size_t activations = activation_rules().size();
  check::SmallCase c;
  c.activation = activation_rules()[triple % activations].id;
  c.loss = loss_rules()[triple / activations % loss_rules().size()].id;
  c.inputs = 1 + numbers.below(4);
  c.outputs = 1 + numbers.below(4);
  if (c.loss == Loss::kGaussianNll) c.outputs += c.outputs % 2;
  c.bias = numbers.below(2) == 0;
  c.depth = 1 + numbers.below(3);
  c.scales = numbers.below(2) == 0 ? 0 : numbers.below(check::scale_patterns(c.depth));
  c.front = numbers.below(3) == 0 ? 1 + numbers.below(check::kFronts - 1) : 0;
  c.norms = numbers.below(4) == 0 ? numbers.below(std::size_t{2} << c.depth) : 0;
  c.dropout = triple % 5 == 4;
  c.adds = triple % 7 < 3 ? 1 + triple % 7 : 0;
  c.batch_norms = !c.dropout && triple % 7 == 3 ? 1 + triple % ((std::size_t{2} << c.depth) - 1) : 0;
  if (c.inputs < 3) c.norms &= ~std::size_t{1};
  if (c.outputs < 3) c.norms &= ~(std::size_t{1} << c.depth);
  return c;
}

inline Selector draw_number(const Architecture& architecture, Dice& numbers) {
  const std::size_t layer = numbers.below(architecture.layers.size());
  const Layer& of = architecture.layers[layer];
  const std::size_t units = outputs_of(of);
  switch (numbers.below(8)) {
    case 0: return has_bias(of) ? bias(layer, numbers.below(bias_count(of))) : delta(layer, numbers.below(units));
    case 1: return delta(layer, numbers.below(units));
    case 2: return input(numbers.below(architecture.inputs()));
    case 3: return activation(layer, numbers.below(units));
    default: {
      if (weight_count(of) == 0) return activation(layer, numbers.below(units));
      const WeightEnds ends = weight_ends(of, numbers.below(weight_count(of)));
      return weight(layer, ends.out, ends.in);
    }
  }
}

}  // namespace bprop::explained
