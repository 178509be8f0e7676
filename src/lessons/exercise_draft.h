// SPDX-License-Identifier: Apache-2.0
//
// What exercises are made of: numbers with few digits, networks typed by hand, questions in the order of a calculation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "bprop/exercise.h"

namespace bprop::teaching {

// The numbers of one exercise, drawn one after the other.
class Dice {
 public:
  explicit Dice(const RandomKey& key) : key_(key) {}

  std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(static_cast<double>(random_uniform(key_, next_++)) * static_cast<double>(count));
  }
  template <class T, std::size_t N>
  const T& one_of(const T (&choices)[N]) {
    return choices[below(N)];
  }
  double weight();  // ±0.05, ±0.10, … ±0.95
  double input();   // 0.1, 0.2, … 0.9
  double target();  // 0.05, 0.10, … 0.95

 private:
  RandomKey key_;
  std::uint32_t next_ = 0;
};

struct LayerPlan {
  std::size_t outputs = 1;
  std::string_view activation = "sigmoid";
  bool bias = false;
};
enum class Targets : std::uint8_t { kShares, kYesOrNo, kOneClass, kLine };

struct NetworkPlan {
  std::size_t inputs = 2;
  std::vector<LayerPlan> layers = {};
  std::string_view loss = "half_squared_error";
  std::string_view reduction = "mean";
  std::size_t rows = 1;
  Targets targets = Targets::kShares;  // kLine: a straight line's y at x = 0.5, 1, 1.5, …, and a little beside it
  double learning_rate = 0.5;
};

// As TOML, with numbers drawn anew until no unit stands near a kink and none of its layers is without a slope.
std::string typed_network(Dice& dice, const NetworkPlan& plan);

// Questions about a network, in the order in which they are asked. Layers, units and inputs count from 1.
class Questions {
 public:
  explicit Questions(const NetworkPlan& plan) : plan_(plan) {}

  void forward();                         // z and a of every unit, then the loss
  void forward_layer(std::size_t layer);  // a alone where it is z
  void loss() { ask("loss", "forward"); }
  void d_outputs(std::size_t layer);
  void deltas(std::size_t layer);
  void weight(std::size_t layer, std::size_t unit, std::size_t from, std::string_view when = "gradient");
  void weights(std::size_t layer, std::string_view when = "gradient");
  void biases(std::size_t layer, std::string_view when = "gradient");
  void loss_afterwards() { ask("loss", "after update"); }

  std::vector<ExerciseAnswer> done() && { return std::move(asked_); }

 private:
  void ask(std::string what, std::string_view when) { asked_.push_back({std::move(what), std::string(when), ""}); }
  std::size_t inputs(std::size_t layer) const { return layer == 1 ? plan_.inputs : plan_.layers[layer - 2].outputs; }

  const NetworkPlan& plan_;
  std::vector<ExerciseAnswer> asked_;
};

}  // namespace bprop::teaching
