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

// One sample; activation and loss come round in turn, everything else at random.
inline check::SmallCase draw_shape(std::size_t triple, Dice& numbers) {
  const std::size_t activations = activation_rules().size();
  check::SmallCase c;
  c.activation = activation_rules()[triple % activations].id;
  c.loss = loss_rules()[triple / activations % loss_rules().size()].id;
  c.inputs = 1 + numbers.below(4);
  c.outputs = 1 + numbers.below(4);
  c.bias = numbers.below(2) == 0;
  c.depth = 1 + numbers.below(3);
  return c;
}

inline Selector draw_number(const Architecture& architecture, Dice& numbers) {
  const std::size_t layer = numbers.below(architecture.layers.size());
  const Dense& dense = std::get<Dense>(architecture.layers[layer]);
  switch (numbers.below(8)) {
    case 0: return dense.bias ? bias(layer, numbers.below(dense.outputs)) : delta(layer, numbers.below(dense.outputs));
    case 1: return delta(layer, numbers.below(dense.outputs));
    case 2: return input(numbers.below(architecture.inputs()));
    case 3: return activation(layer, numbers.below(dense.outputs));
    default: return weight(layer, numbers.below(dense.outputs), numbers.below(dense.inputs));
  }
}

}  // namespace bprop::explained
