// SPDX-License-Identifier: Apache-2.0
#include "bprop/network_diagram.h"
#include "lessons/all_lessons.h"
#include "lessons/note_003_network.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

// What a layer reads.
std::vector<double> incoming(const Lab& lab, const DoubleGradients& values, std::size_t layer) {
  return layer == 0 ? lab.input : values.layers[layer - 1].a;
}

Formula name(const Lab& lab, std::size_t layer, std::size_t unit, std::size_t from) {
  return math::words(name_of(weight(layer, unit, from), lab.architecture()));
}

void tables(Page& page, const Lab& lab, const DoubleGradients& values) {
  page.section("The forward table and the backward table (N11)");
  page.say(
      "The forward pass knows ∂z/∂w of every weight: it is what the layer reads. The backward pass brings ∂L/∂z of "
      "every unit, from the output layer down. Their product is the gradient, here of all weights:");
  FormulaTable table{{"weight", "∂z/∂w, forward", "∂L/∂z, backward", "∂L/∂w, their product"}, {}};
  for (std::size_t l = 0; l < values.layers.size(); ++l) {
    const std::vector<double> x = incoming(lab, values, l);
    for (std::size_t j = 0; j < values.layers[l].delta.size(); ++j) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        table.rows.push_back({name(lab, l, j, i), math::number(x[i]), math::number(values.layers[l].delta[j]),
                              math::number(values.layers[l].d_weights[j * x.size() + i])});
      }
    }
  }
  page.add(std::move(table));
  page.say("A bias is a weight from a unit that always says 1: its ∂L/∂b is ∂L/∂z itself.");
}

void side_by_side(Page& page, const Lab& lab) {
  page.section("∂L/∂a, φ'(z) and δ side by side (N23)");
  page.say(
      "Notes choose different things to hand down: some ∂L/∂a of a unit's output, some δ = ∂L/∂z of its sum. They "
      "differ by the factor φ'(z); whoever mixes them loses it or counts it twice.");
  FormulaTable table{{"layer", "unit", "∂L/∂a", "φ'(z)", "δ = ∂L/∂z"}, {}};
  const Derivation of_input = explain(lab.network, lab.rows(), input(0), lab.options());
  for (const UnitGradient& unit : of_input.units) {
    table.rows.push_back({math::number(static_cast<double>(unit.layer + 1)),
                          math::number(static_cast<double>(unit.unit + 1)), math::number(unit.d_output),
                          math::number(unit.slope), math::number(unit.delta)});
  }
  page.add(std::move(table));
}

// The network that the backward pass is: from ∂L/∂a of the outputs through the gains φ' and the weights, back down.
Diagram backward_network(const Lab& lab, const DoubleGradients& values) {
  Diagram diagram = network_diagram(lab.architecture(), {.simplified = true});
  diagram.caption = "The backward pass: ∂L/∂a of the outputs enters at the left, each unit multiplies by its gain.";
  std::size_t node = lab.input.size();
  for (const auto& layer : values.layers) {
    for (const double a : layer.a) diagram.nodes[node++].label = fmt::format("× {:.3f}", a * (1 - a));
  }
  for (DiagramNode& turned : diagram.nodes) turned.column = values.layers.size() - turned.column;
  for (DiagramEdge& edge : diagram.edges) std::swap(edge.from, edge.to);
  return diagram;
}

void linear_network(Page& page, const Lab& lab, const DoubleGradients& values) {
  page.section("The backward pass is a linear network (N21)");
  page.say(
      "By the time of the backward pass every z is known, so that every φ'(z) is a constant: a gain. What remains is "
      "the network run the other way round, with the same weights, no bias and no curve anywhere:");
  page.add(Figure(backward_network(lab, values)));
  const Derivation derivation = explain(lab.network, lab.rows(), weight(0, 0, 0), lab.options());
  page.add(derivation.backward_network);
  LossOptions twice = lab.loss;
  twice.loss = Loss::kSquaredError;
  const DoubleGradients doubled = gradients<double>(lab.network, lab.input, lab.target, twice);
  page.say(
      "Linear means: twice the ∂L/∂a at the outputs is twice every δ. The squared error without ½ does just that; "
      "δ of the first hidden unit is {} with the ½ and {} without.",
      text(values.layers[0].delta[0]), text(doubled.layers[0].delta[0]));
}

}  // namespace

Document forward_backward() {
  const Lab lab(kNote003Network);
  const DoubleGradients values = lab.gradients();
  Page page("forward-backward");
  page.say(
      "Two passes over a network of three hidden and two output units. Symbols are ours: z = Wx + b, a = φ(z), L the "
      "loss, weights w[layer:to,from].");
  page.network(lab);
  Diagram picture = network_diagram(lab.architecture(), {.simplified = true});
  picture.caption = "The network.";
  page.add(Figure(std::move(picture)));
  tables(page, lab, values);
  side_by_side(page, lab);
  linear_network(page, lab, values);
  page.erratum(
      "002, lines 144 and 172",
      fmt::format("w_i is an incoming weight in the one and an outgoing one in the other; here w[1:1,1] = {} enters "
                  "the first hidden unit, w[2:1,1] = {} leaves it.",
                  text(lab.network.weights(0)[0]), text(lab.network.weights(1)[0])));
  page.try_next({"bprop explain net.toml --delta 1:1", "bprop explain net.toml --weight 1:1,1 --what-if 'cut 1:2'",
                 "bprop exercise forward-backward --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
