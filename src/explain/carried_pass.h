// SPDX-License-Identifier: Apache-2.0
//
// CarriedPass: forward and backward pass, unit by unit, with answers of a sheet in the place of what would be computed.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "explain/judge.h"
#include "explain/row_values.h"
#include "explain/slips.h"

namespace bprop::explaining {

// What the sheet is about.
struct CarriedTask {
  const NetworkParts& parts;
  const ExplainOptions& options;
  const Hypothesis& right;
  std::vector<double> input;   // (N × inputs)
  std::vector<double> target;  // (N × outputs), labels smoothed

  std::size_t rows() const { return input.size() / parts.architecture.inputs(); }
};

// Answers to be put in, by what they are of.
class GivenNumbers {
 public:
  void put(const Answer& answer, const CarriedNumber& number);
  // The number that was given for it, else the one computed.
  CarriedNumber at(Answer::When when, const Selector& what, const CarriedNumber& computed) const;
  bool empty() const { return numbers_.empty(); }
  bool has(Answer::When when, const Selector& what) const { return numbers_.contains({when, what}); }

 private:
  std::map<std::pair<Answer::When, Selector>, CarriedNumber> numbers_;
};

// By which rule δ goes back; by itself the right one.
struct CarriedRule {
  // φ' of a given z and a is taken from either; both are right. Who forgets it takes 1.
  enum class Slope : std::uint8_t { kFromOutput, kFromPreActivation, kForgotten };
  enum class Weights : std::uint8_t { kOfTheForwardPass, kUpdated, kTransposed };
  Slope slope = Slope::kFromOutput;
  Weights weights = Weights::kOfTheForwardPass;    // kTransposed: of square layers
  std::optional<Selector> without = std::nullopt;  // δ of this unit, whose paths are missing
  bool forget_added = false;                       // the terms of add layers are missing
};

// Of one row, all of it; of several rows only what an update makes of their gradients, since z, a and δ are of one row.
// Cost: a multiplication a weight for each pass and row.
class CarriedPass {
 public:
  // What is given may grow later by gradients of parameters and by updates; other numbers need another pass.
  CarriedPass(const CarriedTask& task, const GivenNumbers& given, const CarriedRule& by = {});

  CarriedNumber operator()(const Answer& answer) const;

 private:
  struct Layer {
    std::vector<CarriedNumber> z = {};
    std::vector<CarriedNumber> a = {};
    std::vector<CarriedNumber> d_output = {};
    std::vector<CarriedNumber> delta = {};
    std::vector<CarriedNumber> u = {};  // of a norm
  };
  using Layers = std::vector<Layer>;

  template <class Parameter, class Settle>
  Layers forward(std::size_t row, Parameter parameter, Settle settle) const;
  void backward();
  void last_layer();
  void find_deltas(std::size_t layer);
  CarriedNumber slope(std::size_t layer, std::size_t unit) const;
  CarriedNumber backward_weight(std::size_t layer, std::size_t unit, std::size_t from) const;
  CarriedNumber slope_by_read(std::size_t layer, std::size_t unit, std::size_t from) const;
  std::vector<CarriedNumber> read_by(std::size_t layer) const;
  CarriedNumber loss(const Layers& layers, std::size_t row) const;
  CarriedNumber gradient(const Selector& what) const;
  CarriedNumber updated(const Selector& what) const;
  CarriedNumber loss_afterwards() const;
  double target(std::size_t row, std::size_t output) const {
    return task_.target[row * task_.parts.architecture.outputs() + output];
  }

  const CarriedTask& task_;
  const GivenNumbers& given_;
  CarriedRule by_;
  Layers layers_;
};

}  // namespace bprop::explaining
