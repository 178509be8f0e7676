// SPDX-License-Identifier: Apache-2.0
#include "bprop/network_diagram.h"
#include "bprop/trainer.h"
#include "lessons/all_lessons.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

constexpr std::string_view kTwoLayersNetwork =
    "layers        = \"2 -> 2 sigmoid no-bias -> 2 sigmoid no-bias\"\n"
    "weights       = [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]]\n"
    "input         = [0.05, 0.10]\n"
    "target        = [0.01, 0.99]\n"
    "loss          = \"half_squared_error\"\n"
    "learning_rate = 0.5\n";

void both_outputs(Page& page, const Derivation& derivation) {
  page.section("A hidden weight feels both outputs (N2)");
  page.say(
      "Two paths lead from w1 to ε, one through each output. Each has a product of its own, and the gradient is their "
      "sum, ∂ε/∂w1 = ∂ε₁/∂w1 + ∂ε₂/∂w1:");
  std::vector<Formula> values;
  for (const Path& path : derivation.paths) {
    page.equation(path.units, path.symbols, {path.numbers, math::number(path.value)});
    values.push_back(math::number(path.value));
  }
  page.equation("their sum", derivation.steps.front().left,
                {math::sum(std::move(values)), math::number(derivation.value())});
}

void reuse(Page& page, const Derivation& derivation) {
  page.section("Partial results are used again (N2)");
  page.say(
      "The last two factors of the two paths are the same. Back-propagation adds up what arrives at h₁ first and "
      "multiplies once:");
  page.steps(derivation, 3);
  const Reuse& reuse = derivation.reuse;
  page.say(
      "Every ∂ε/∂ of a unit is computed once and serves all weights below it. For the gradients of all weights, each "
      "path for itself takes {} multiplications, back-propagation {}; with every layer more, the first number is "
      "multiplied by the layer's width, and the second grows by a sum.",
      reuse.products_path_by_path, reuse.products_of_backpropagation);
}

// w1 at a few iterations, by the engine's own steps.
void iterations(Page& page, const Lab& lab) {
  constexpr std::size_t kLast = 10'000;
  page.section("Five indices, four in the symbol (N3)");
  page.say(
      "The note names five indices – layer, input, output, weight, iteration – and writes four of them as "
      "w_{{i,j}}^L(k+1). Flat names count on: unit by unit, input by input. w1(k) is w¹₁,₁(k), w5(k) is w²₁,₁(k), and "
      "both change with the iteration k:");
  DoubleNetwork network = lab.network;
  DoubleTrainer trainer(network, {.batch = 1, .loss = lab.loss, .optimizer = Sgd{.learning_rate = lab.learning_rate}});
  FormulaTable table{{"k", "w1(k)", "w5(k)", "∂ε/∂w1", "∂ε/∂w5", "ε"}, {}};
  for (std::size_t k = 0; k <= kLast; ++k) {
    if (k == 0 || k == 1 || k == 2 || k == 10 || k == 100 || k == 1000 || k == kLast) {
      const DoubleGradients values = gradients<double>(network, lab.input, lab.target, lab.loss);
      table.rows.push_back({math::number(static_cast<double>(k)), math::number(network.weights(0)[0]),
                            math::number(network.weights(1)[0]), math::number(values.layers[0].d_weights[0]),
                            math::number(values.layers[1].d_weights[0]), math::number(values.loss)});
    }
    trainer.step(lab.input, lab.target);
  }
  page.add(std::move(table));
}

void names(Page& page, const Lab& lab) {
  page.section("One weight, five notations (N19)");
  page.say(
      "What a weight is called depends on who writes: whether indices run from–to or to–from, whether layers count "
      "from the input or from the first weights. Every name below is read by bprop explain with its --notation.");
  FormulaTable table{{"notation", "first hidden weight", "to output 2 from hidden 1"}, {}};
  for (std::size_t i = 0; i < notation_names().size(); ++i) {
    const auto notation = static_cast<Notation>(i);
    table.rows.push_back({math::words(notation_names()[i]),
                          math::words(name_of(weight(0, 0, 0), lab.architecture(), notation)),
                          math::words(name_of(weight(1, 1, 0), lab.architecture(), notation))});
  }
  page.add(std::move(table));
}

}  // namespace

Document two_layers() {
  const Lab lab(kTwoLayersNetwork);
  const Selector w1 = weight(0, 0, 0);
  const Derivation derivation = explain(lab.network, lab.rows(), w1, lab.options(Notation::k000));

  Page page("two-layers");
  page.say("A hidden layer of two units h below two outputs y, all sigmoid, no bias, in the symbols of note 000.");
  page.network(lab);
  Diagram picture =
      network_diagram(lab.architecture(), {.notation = Notation::k000, .simplified = true, .paths_of = w1});
  picture.caption = "The network, simplified to one circle a unit; the paths of w1 stand out.";
  page.add(Figure(std::move(picture)));
  both_outputs(page, derivation);
  reuse(page, derivation);
  iterations(page, lab);
  names(page, lab);
  page.try_next({"bprop explain net.toml --weight w1 --notation 000", "bprop explain net.toml --names 2:2,1",
                 "bprop explain net.toml --weight w1 --what-if updated-weights", "bprop exercise two-layers --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
