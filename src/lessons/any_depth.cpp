// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "bprop/network_diagram.h"
#include "lessons/all_lessons.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

constexpr std::string_view kThreeLayers =
    "layers  = \"2 -> 3 sigmoid -> 2 sigmoid -> 2 sigmoid\"\n"
    "weights = [[[0.5, -0.4], [0.3, 0.8], [-0.6, 0.2]],\n"
    "           [[0.7, -0.5, 0.4], [0.2, 0.6, -0.3]],\n"
    "           [[0.9, -0.8], [-0.1, 0.4]]]\n"
    "biases  = [[0.1, -0.2, 0.3], [0.05, -0.15], [0.2, -0.1]]\n"
    "input   = [0.6, -0.5]\n"
    "target  = [1, 0]\n"
    "loss    = \"half_squared_error\"\n";

const Dense& dense_layer(const Lab& lab, std::size_t layer) {
  return std::get<Dense>(lab.architecture().layers[layer]);
}

// φ'(z) of each unit of a layer, from the rule.
std::vector<double> slopes(const Lab& lab, const DoubleGradients& values, std::size_t layer) {
  const ActivationRule& activation = rule(dense_layer(lab, layer).activation);
  std::vector<double> slopes;
  for (std::size_t j = 0; j < values.layers[layer].z.size(); ++j)
    slopes.push_back(activation.derivative(values.layers[layer].z[j], values.layers[layer].a[j]));
  return slopes;
}

Formula matrix_of(const Lab& lab, std::size_t layer) {
  std::vector<Formula> entries;
  for (const double w : lab.network.weights(layer)) entries.push_back(math::number(w));
  return math::matrix(dense_layer(lab, layer).inputs, std::move(entries));
}

// "a[2]", of people; a[0] is x.
Formula in_layer(std::string_view letter, std::size_t layer) {
  if (letter == "a" && layer == 0) return math::symbol("x");
  return math::symbol(Symbol{.base = std::string(letter),
                             .superscript = fmt::format("({})", layer),
                             .plain = fmt::format("{}[{}]", letter, layer)});
}
Formula loss_by_a(std::size_t layer) { return math::partial(math::symbol("L"), in_layer("a", layer)); }

// From ∂L/∂a[k + 1] to ∂L/∂a[k], all numbers filled in.
void add_step(Page& page, const Lab& lab, const DoubleGradients& values, std::size_t k) {
  const Formula slope_symbol = math::call("φ'", {in_layer("z", k + 1)});
  const auto& above = values.layers[k];
  const std::vector<double>& below = k == 0 ? values.d_input : values.layers[k - 1].d_output;
  page.equation(
      fmt::format("the step, k = {}", k), loss_by_a(k),
      {math::product({math::hadamard(loss_by_a(k + 1), slope_symbol), in_layer("W", k + 1)}),
       math::product({math::hadamard(row_of(above.d_output), row_of(slopes(lab, values, k))), matrix_of(lab, k)}),
       row_of(below)});
}

void add_induction(Page& page, const Lab& lab, const DoubleGradients& values) {
  const std::size_t last = values.layers.size();
  page.section("Base, step, conclusion (N18)");
  page.equation(
      "the base: the derivative of the loss itself", loss_by_a(last),
      {math::difference(in_layer("a", last), math::symbol("y")),
       math::difference(row_of(values.layers.back().a), row_of(values.target)), row_of(values.layers.back().d_output)});
  for (std::size_t k = last; k-- > 0;) add_step(page, lab, values, k);
  page.say(
      "The conclusion: whatever the number of layers, one such step leads from ∂L/∂a of a layer to that of the layer "
      "below, and the last one to the input: ∂L/∂x says how the loss changes with what the network reads. No step "
      "knows "
      "how many others there are.");
}

FormulaTable delta_table(const Lab& lab, const DoubleGradients& values) {
  FormulaTable table{{"unit", "kind", "∂L/∂a", "φ'(z)", "δ"}, {}};
  for (std::size_t k = 0; k < values.layers.size(); ++k) {
    const std::vector<double> slope = slopes(lab, values, k);
    for (std::size_t j = 0; j < slope.size(); ++j) {
      table.rows.push_back({math::words(fmt::format("{}:{}", k + 1, j + 1)),
                            math::words(k + 1 == values.layers.size() ? "output" : "hidden"),
                            math::number(values.layers[k].d_output[j]), math::number(slope[j]),
                            math::number(values.layers[k].delta[j])});
    }
  }
  return table;
}

void add_deltas(Page& page, const Lab& lab, const DoubleGradients& values) {
  page.section("δ of every unit, and the weights (N5)");
  page.say(
      "Note 001 goes from δ to δ (its eq. 8), where δ = ∂L/∂a · φ'(z). For an output unit ∂L/∂a is the base; for a "
      "hidden unit j it is Σ δ_k w_kj over the units k of the next layer, here for unit 1 of layer 2:");
  page.steps(explain(lab.network, lab.rows(), delta(1, 0), lab.options()), 2);
  page.add(delta_table(lab, values));
  page.say("A weight's gradient is δ of its unit times what it reads (eq. 9), in any layer:");
  for (const Selector& chosen : {weight(2, 0, 1), weight(0, 2, 1)})
    page.steps(explain(lab.network, lab.rows(), chosen, lab.options()), 1);
}

constexpr std::array kOthers = {Activation::kSigmoid, Activation::kTanh, Activation::kRelu, Activation::kSoftplus,
                                Activation::kSoftsign};

// The same weights, with another activation in every layer.
DoubleNetwork with_activation(const Lab& lab, Activation activation) {
  Architecture architecture = lab.architecture();
  for (Layer& layer : architecture.layers) std::get<Dense>(layer).activation = activation;
  DoubleNetwork network(architecture);
  for (std::size_t k = 0; k < architecture.layers.size(); ++k) {
    network.set_weights(k, lab.network.weights(k));
    network.set_bias(k, lab.network.bias(k));
  }
  return network;
}

FormulaTable activation_table(const Lab& lab) {
  FormulaTable table{{"φ", "φ'(z), from a", "δ[1:1]", "∂L/∂w[1:1,1]", "difference"}, {}};
  for (const Activation activation : kOthers) {
    const Derivation derivation = explain(with_activation(lab, activation), lab.rows(), weight(0, 0, 0), lab.options());
    const ActivationRule& words = rule(activation);
    table.rows.push_back({math::words(words.name), math::words(words.derivative_text, words.derivative_latex),
                          math::number(derivation.units.front().delta), math::number(derivation.value()),
                          math::number(*derivation.agreement.difference)});
  }
  return table;
}

Chart slope_chart() {
  Chart chart{.caption = "What differs: the slope of each activation.", .x_label = "z", .y_label = "φ'(z)"};
  for (const Activation activation :
       {Activation::kSigmoid, Activation::kTanh, Activation::kSoftplus, Activation::kSoftsign}) {
    const ActivationRule& words = rule(activation);
    Series series{.name = std::string(words.name)};
    for (int i = -80; i <= 80; ++i) {
      const double z = i / 20.0;
      series.x.push_back(z);
      series.y.push_back(words.derivative(z, words.value(z)));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

void add_activations(Page& page, const Lab& lab) {
  page.section("Any activation (N6)");
  page.say(
      "None of this asks which φ it is. The same weights with another φ in every layer: the same steps, with its own "
      "φ' "
      "put in. The last column moves the weight a little and looks at the loss (a central difference).");
  page.add(activation_table(lab));
  page.add(Figure(slope_chart()));
}

void add_errata(Page& page, const Lab& lab, const DoubleGradients& values) {
  const auto& last = values.layers.back();
  const std::size_t hidden = lab.architecture().parameters() - last.d_weights.size() - last.d_bias.size();
  const auto& second = values.layers[1];
  // Σ δ_k w_1k with the weights of layer 2, the literal w^b, in place of those of layer 3.
  const std::vector<double> wb = lab.network.weights(1), wc = lab.network.weights(2);
  const std::size_t from_hidden = dense_layer(lab, 1).inputs;
  const double slope = slopes(lab, values, 1)[0];
  const double wrong = (last.delta[0] * wb[0] + last.delta[1] * wb[from_hidden]) * slope;
  page.erratum("001, line 75",
               fmt::format("eq. 8 still has w_jk^b, the second table of weights, after j and k were made to mean any "
                           "two layers; it is w_jk, the weights from layer j to the next. With the second table δ[2:1] "
                           "would be {} in place of {}.",
                           text(wrong), text(second.delta[0])));
  page.erratum(
      "001, line 81",
      fmt::format("the errors go down to the first hidden layer, not the last: stopping at layer 2 would leave "
                  "{} of the {} weights and biases without a gradient.",
                  values.layers[0].d_weights.size() + values.layers[0].d_bias.size(), lab.architecture().parameters()));
  const double a = last.a[0], printed = rule(Activation::kSigmoid).derivative(a, rule(Activation::kSigmoid).value(a));
  page.erratum("004, line 64", fmt::format("σ'(a^(k+1)) should be σ'(z^(k+1)); for unit 3:1 that is {} in place of {}.",
                                           text(printed), text(slopes(lab, values, 2)[0])));
  page.erratum(
      "004, lines 42 to 64",
      fmt::format("the products are of vectors, (∂L/∂a ⊙ σ'(z)) W, and hide a sum over the next layer: ∂L/∂a[2:1] is "
                  "{}, its term through unit 3:1 alone {}.",
                  text(second.d_output[0]), text(last.delta[0] * wc[0])));
  page.erratum("003, end",
               fmt::format("it stops before the formula for hidden layers, and so before {} of these {} weights and "
                           "biases; the step above is the formula.",
                           hidden, lab.architecture().parameters()));
}

}  // namespace

Document any_depth() {
  const Lab lab(kThreeLayers);
  const DoubleGradients values = lab.gradients();

  Page page("any-depth");
  page.say(
      "Note 004 goes back through the layers by induction, note 001 says what that makes of each unit. Here are both, "
      "with numbers, in bprop's symbols: a[k] is what layer k says, a[0] = x, and a row of a batch is a row vector, so "
      "that z[k] = a[k−1] W[k]ᵀ + b[k].");
  page.network(lab);
  Diagram picture = network_diagram(lab.architecture(), {.simplified = true});
  for (DiagramEdge& edge : picture.edges) edge.label.clear();
  picture.caption = "The steps go from right to left.";
  page.add(Figure(std::move(picture)));

  add_induction(page, lab, values);
  add_deltas(page, lab, values);
  add_activations(page, lab);
  add_errata(page, lab, values);
  page.try_next({"bprop explain net.toml --input 1", "bprop explain net.toml --delta 1:2", "bprop check net.toml",
                 "bprop list activations", "bprop exercise any-depth --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
