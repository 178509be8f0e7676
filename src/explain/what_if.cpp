// SPDX-License-Identifier: Apache-2.0
#include "bprop/what_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/check.h"
#include "bprop/gradients.h"
#include "explain/derive.h"
#include "explain/symbols.h"
#include "explain/updated_weights.h"
#include "nn/in_double.h"

namespace bprop {
namespace {

using explaining::NetworkParts;
using explaining::OwnedRows;
using Kind = Selector::Kind;

// Of a weight, in what Network::weights() gives.
std::size_t place_of(const DoubleNetwork& network, const Selector& weight) {
  return weight_place(network.architecture().layers[weight.layer], weight.unit, weight.from);
}

void set(DoubleNetwork& network, const Selector& number, double value) {
  BPROP_CHECK(number.kind == Kind::kWeight || number.kind == Kind::kBias, UsageError,
              "only weights and biases can be set or frozen");
  check_selector(number, network.architecture());
  if (number.kind == Kind::kBias) {
    std::vector<double> bias = network.bias(number.layer);
    bias[number.unit] = value;
    return network.set_bias(number.layer, bias);
  }
  std::vector<double> weights = network.weights(number.layer);
  weights[place_of(network, number)] = value;
  network.set_weights(number.layer, weights);
}

double value_of(const DoubleNetwork& network, const Selector& number) {
  if (number.kind == Kind::kBias) return network.bias(number.layer)[number.unit];
  return network.weights(number.layer)[place_of(network, number)];
}

// A network, and the weights through which δ goes back: its own unless said otherwise.
struct Backward {
  Backward(const DoubleNetwork& net) : network(net), parts(net) {}  // NOLINT: a network is one
  Backward(const DoubleNetwork& net, NetworkParts others) : network(net), parts(std::move(others)) {}
  const DoubleNetwork& network;
  NetworkParts parts;
};

class Question {
 public:
  Question(const DoubleNetwork& network, const OwnedRows& rows, const Selector& what, const ExplainOptions& options)
      : network_(network),
        rows_(rows),
        what_(what),
        options_(options),
        symbols_(network.architecture(), options.notation) {}

  Comparison operator()(const UpdatedWeights&) const {
    const NetworkParts slip = explaining::with_updated_weights(network_, rows_, options_, rate());
    Comparison result =
        compared(fmt::format("{} goes back through weights that are already updated", symbols_.in_general(0).delta),
                 network_, {network_, slip});
    say_weights_are_updated(result.after);
    return result;
  }

  Comparison operator()(const FreezeNumber& freeze) const {
    const DoubleNetwork all = updated();
    DoubleNetwork frozen = all;
    set(frozen, freeze.number, value_of(network_, freeze.number));
    Comparison result = compared(
        fmt::format("{} is frozen: both are after one update of the others", text_of(symbols_.of(freeze.number))), all,
        frozen);
    result.as_it_is = "after an update of all";
    return result;
  }

  Comparison operator()(const CutUnit& cut) const {
    check_selector(activation(cut.layer, cut.unit), network_.architecture());
    BPROP_CHECK(cut.layer + 1 < network_.architecture().layers.size(), UsageError,
                "layer {} is the last, expected a hidden unit to cut", cut.layer + 1);
    BPROP_CHECK(
        !std::holds_alternative<LayerNorm>(network_.architecture().layers[cut.layer + 1]), UsageError,
        "a layer norm's mean and variance hear every unit of layer {}, expected a hidden unit that only weights "
        "lead from",
        cut.layer + 1);
    DoubleNetwork without = network_;
    const NetworkParts parts(network_);
    // A dropout layer passes the number on: who reads it there must not hear it.
    std::size_t reader = cut.layer + 1;
    const auto is_added = [&](std::size_t place) { return parts.is_add(place) || !parts.adders[place].empty(); };
    while (!parts.has_weights(reader) && !parts.is_last(reader) && !is_added(reader)) ++reader;
    BPROP_CHECK(!is_added(reader), UsageError,
                "a number is added to unit {} of layer {}, or it to another, expected a hidden unit that only weights "
                "lead from",
                cut.unit + 1, cut.layer + 1);
    BPROP_CHECK(parts.has_weights(reader), UsageError, "only dropout is behind layer {}, expected a hidden unit to cut",
                cut.layer + 1);
    for (const std::size_t k : parts.readers(reader, cut.unit)) set(without, weight(reader, k, cut.unit), 0);
    return compared(fmt::format("unit {} of layer {} is cut: nobody hears it",
                                symbols_.unit_number(cut.layer, cut.unit), symbols_.layer_number(cut.layer)),
                    network_, without);
  }

  Comparison operator()(const SetNumber& other) const {
    DoubleNetwork changed = network_;
    set(changed, other.number, other.value);
    return compared(fmt::format("{} is {:.6g} in place of {:.6g}", text_of(symbols_.of(other.number)), other.value,
                                value_of(network_, other.number)),
                    network_, changed);
  }

 private:
  // The slip's reasons must not be those of the right rule.
  static void say_weights_are_updated(Derivation& derivation) {
    constexpr std::string_view kRight = "the weights of the forward pass";
    for (Step& step : derivation.steps) {
      const std::size_t at = step.reason.find(kRight);
      if (at != std::string::npos)
        step.reason.replace(at, kRight.size(), "weights that are already updated (the slip)");
    }
  }

  double rate() const {
    BPROP_CHECK(options_.learning_rate, UsageError, "a learning rate is needed to update weights, expected one");
    return *options_.learning_rate;
  }

  DoubleNetwork updated() const { return explaining::updated(network_, rows_, options_, rate()); }

  // Both follow the row that has the largest term as it is.
  Comparison compared(std::string otherwise, const Backward& before, const Backward& after) const {
    Comparison result;
    result.otherwise = std::move(otherwise);
    result.before = derivation(before, options_);
    ExplainOptions same_row = options_;
    if (result.before.rows > 1) same_row.follow = place_of_row(result.before.row);
    result.after = derivation(after, same_row);
    return result;
  }

  Derivation derivation(const Backward& backward, const ExplainOptions& options) const {
    return explaining::derive(backward.network, backward.parts, rows_, what_, options);
  }

  std::size_t place_of_row(std::size_t number) const {
    const std::vector<std::size_t>& numbers = options_.row_numbers;
    if (numbers.empty()) return number - 1;
    return static_cast<std::size_t>(std::ranges::find(numbers, number) - numbers.begin());
  }

  const DoubleNetwork& network_;
  const OwnedRows& rows_;
  const Selector& what_;
  const ExplainOptions& options_;
  explaining::Symbols symbols_;
};

}  // namespace

template <class T>
Comparison what_if(const BasicNetwork<T>& network, const ExplainRows& given, const Selector& what,
                   const Otherwise& otherwise, const ExplainOptions& options) {
  explaining::checked_rows(network.architecture(), given, what);
  const OwnedRows rows = explaining::rounded<T>(given);
  const DoubleNetwork exact = nn::in_double(network);
  std::vector<std::string> remarks;
  const ExplainOptions noted = explaining::as_noted(options, network.architecture(), remarks);
  Comparison result = std::visit(Question(exact, rows, what, noted), otherwise);
  result.remarks = std::move(remarks);
  return result;
}

template Comparison what_if(const BasicNetwork<float>&, const ExplainRows&, const Selector&, const Otherwise&,
                            const ExplainOptions&);
template Comparison what_if(const BasicNetwork<double>&, const ExplainRows&, const Selector&, const Otherwise&,
                            const ExplainOptions&);

Document document(const Comparison& comparison) {
  std::map<std::string, double> after;
  for (const Step& step : comparison.after.steps) after.emplace(step.name, step.value);
  FormulaTable table{{"number", comparison.as_it_is, "what if", "difference"}, {}};
  for (const Step& step : comparison.before.steps) {
    const auto other = after.find(step.name);
    if (other == after.end()) continue;
    const double difference = other->second - step.value;
    table.rows.push_back({step.left, math::number(step.value), math::number(other->second),
                          difference == 0 ? math::words("the same") : math::number(difference)});
  }
  if (comparison.before.update && comparison.after.update) {
    const double before = comparison.before.update->after;
    const double other = comparison.after.update->after;
    table.rows.push_back({math::words("after the update"), math::number(before), math::number(other),
                          before == other ? math::words("the same") : math::number(other - before)});
  }
  Document page{comparison.before.title, {}};
  if (!comparison.remarks.empty()) {
    page.sections.push_back({"", {comparison.remarks.begin(), comparison.remarks.end()}});
  }
  page.sections.push_back({"What if " + comparison.otherwise, {std::move(table)}});
  const auto add = [&](std::string_view heading, const Derivation& derivation) {
    Document one = document(derivation);
    for (Section& section : one.sections) {
      if (section.heading != "Step by step") continue;
      section.heading = heading;
      page.sections.push_back(std::move(section));
    }
  };
  std::string before = comparison.as_it_is;
  before.front() = static_cast<char>(before.front() - 'a' + 'A');
  add(before, comparison.before);
  add("What if", comparison.after);
  return page;
}

}  // namespace bprop
