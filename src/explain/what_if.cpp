// SPDX-License-Identifier: Apache-2.0
#include "bprop/what_if.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "base/check.h"
#include "bprop/gradients.h"
#include "explain/derive.h"
#include "explain/deriver.h"
#include "explain/updated_weights.h"
#include "nn/in_double.h"

namespace bprop {
namespace {

using explaining::NetworkParts;
using explaining::OwnedRows;
using Kind = Selector::Kind;

const Dense& dense(const DoubleNetwork& network, std::size_t layer) {
  return std::get<Dense>(network.architecture().layers[layer]);
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
  weights[number.unit * dense(network, number.layer).inputs + number.from] = value;
  network.set_weights(number.layer, weights);
}

double value_of(const DoubleNetwork& network, const Selector& number) {
  if (number.kind == Kind::kBias) return network.bias(number.layer)[number.unit];
  return network.weights(number.layer)[number.unit * dense(network, number.layer).inputs + number.from];
}

class Question {
 public:
  Question(const DoubleNetwork& network, const OwnedRows& rows, const Selector& what, const ExplainOptions& options)
      : network_(network), rows_(rows), what_(what), options_(options) {}

  Comparison operator()(const UpdatedWeights&) const {
    const NetworkParts slip = explaining::with_updated_weights(network_, rows_, options_, rate());
    return {"δ goes back through weights that are already updated",
            {},
            plain(network_),
            explaining::derive(network_, slip, rows_, what_, options_)};
  }

  Comparison operator()(const FreezeNumber& freeze) const {
    const DoubleNetwork all = updated();
    DoubleNetwork frozen = all;
    set(frozen, freeze.number, value_of(network_, freeze.number));
    return {fmt::format("after one update, in which {} was frozen",
                        name_of(freeze.number, network_.architecture(), options_.notation)),
            {},
            plain(all),
            plain(frozen)};
  }

  Comparison operator()(const CutUnit& cut) const {
    check_selector(activation(cut.layer, cut.unit), network_.architecture());
    BPROP_CHECK(cut.layer + 1 < network_.architecture().layers.size(), UsageError,
                "layer {} is the last, expected a hidden unit to cut", cut.layer + 1);
    DoubleNetwork without = network_;
    for (std::size_t k = 0; k < dense(network_, cut.layer + 1).outputs; ++k) {
      set(without, weight(cut.layer + 1, k, cut.unit), 0);
    }
    return {fmt::format("unit {} of layer {} is cut: nobody hears it", cut.unit + 1, cut.layer + 1),
            {},
            plain(network_),
            plain(without)};
  }

  Comparison operator()(const SetNumber& other) const {
    DoubleNetwork changed = network_;
    set(changed, other.number, other.value);
    return {fmt::format("{} is {:.6g} in place of {:.6g}",
                        name_of(other.number, network_.architecture(), options_.notation), other.value,
                        value_of(network_, other.number)),
            {},
            plain(network_),
            plain(changed)};
  }

 private:
  double rate() const {
    BPROP_CHECK(options_.learning_rate, UsageError, "a learning rate is needed to update weights, expected one");
    return *options_.learning_rate;
  }

  DoubleNetwork updated() const { return explaining::updated(network_, rows_, options_, rate()); }

  Derivation plain(const DoubleNetwork& network) const {
    return explaining::derive(network, NetworkParts(network), rows_, what_, options_);
  }

  const DoubleNetwork& network_;
  const OwnedRows& rows_;
  const Selector& what_;
  const ExplainOptions& options_;
};

}  // namespace

template <class T>
Comparison what_if(const BasicNetwork<T>& network, const ExplainRows& given, const Selector& what,
                   const Otherwise& otherwise, const ExplainOptions& options) {
  explaining::checked_rows(network.architecture(), given, what);
  const OwnedRows rows = explaining::rounded<T>(given);
  const DoubleNetwork exact = nn::in_double(network);
  std::vector<std::string> remarks;
  const ExplainOptions noted = explaining::as_noted(options, remarks);
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
  FormulaTable table{{"number", "as it is", "what if", "difference"}, {}};
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
    table.rows.push_back({math::words("afterwards"), math::number(before), math::number(other),
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
  add("As it is", comparison.before);
  add("What if", comparison.after);
  return page;
}

}  // namespace bprop
