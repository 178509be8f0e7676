// SPDX-License-Identifier: Apache-2.0
#include "bprop/network_diagram.h"
#include "lessons/all_lessons.h"
#include "lessons/page.h"

namespace bprop::teaching {
namespace {

constexpr std::string_view kOneLayerNetwork =
    "layers        = \"2 -> 2 sigmoid no-bias\"\n"
    "weights       = [[[0.15, 0.20], [0.25, 0.30]]]\n"
    "input         = [0.05, 0.10]\n"
    "target        = [0.01, 0.99]\n"
    "loss          = \"half_squared_error\"\n"
    "learning_rate = 0.5\n";

// z and y of each unit, in words of the note.
FormulaTable forward_table(const Lab& lab) {
  const DoubleGradients values = lab.gradients();
  const auto& layer = values.layers[0];
  FormulaTable table{{"unit", "z", "y = 1 / (1 + exp(−z))", "d", "½ (y − d)²"}, {}};
  for (std::size_t j = 0; j < layer.z.size(); ++j) {
    const double miss = layer.a[j] - lab.target[j];
    table.rows.push_back({math::number(static_cast<double>(j + 1)), math::number(layer.z[j]), math::number(layer.a[j]),
                          math::number(lab.target[j]), math::number(0.5 * miss * miss)});
  }
  return table;
}

}  // namespace

Document one_layer() {
  const Lab lab(kOneLayerNetwork);
  const Selector w1 = weight(0, 0, 0);
  const Derivation derivation = explain(lab.network, lab.rows(), w1, lab.options(Notation::k000));

  Page page("one-layer");
  page.say(
      "Two inputs, two sigmoid units, no bias, in the symbols of note 000: z is what a unit adds up, y what it says, d "
      "what it should say, ε what that costs.");
  page.network(lab);
  Diagram picture = network_diagram(lab.architecture(), {.notation = Notation::k000, .paths_of = w1});
  picture.caption = "The network in full; the paths of w1 stand out.";
  page.add(Figure(std::move(picture)));

  page.section("Forward (N1)");
  page.add(forward_table(lab));
  page.say("ε is their sum, {}.", text(lab.loss_value()));

  page.section("Backward: the gradient of w1, factor by factor (N1)");
  page.say(
      "No path leads from w1 to y2, so that ∂ε₂/∂w1 is 0 and ε₁ is all that w1 can change. The only path has three "
      "factors:");
  const Path& path = derivation.paths.front();
  page.equation(path.units, path.symbols, {path.numbers, math::number(path.value)});
  page.steps(derivation, derivation.steps.size());

  page.section("The update (N22)");
  const Update& update = *derivation.update;
  page.say(
      "∂ε/∂w1 is {}, which is {}: a larger w1 would {} the loss, so descent {} it, from {} to {}. That is the whole "
      "reason for the minus in w ← w − η ∂ε/∂w.",
      text(derivation.value()), derivation.value() > 0 ? "positive" : "negative",
      derivation.value() > 0 ? "raise" : "lower", derivation.value() > 0 ? "lowers" : "raises", text(update.before),
      text(update.after));
  const Derivation w4 = explain(lab.network, lab.rows(), weight(0, 1, 1), lab.options(Notation::k000));
  page.say("∂ε/∂w4 is {}: there, more weight lowers the loss, and w4 rises from {} to {}.", text(w4.value()),
           text(w4.update->before), text(w4.update->after));

  const double wrong = update.before + update.learning_rate * derivation.value();
  page.erratum(
      "000, lines 33 and 37",
      fmt::format("the minus of w − η ∂ε/∂w is lost; with a plus, w1 becomes {} in place of {}, and ε grows.",
                  text_of(math::number(wrong), {.digits = 8}), text_of(math::number(update.after), {.digits = 8})));
  page.erratum("000, line 28",
               "½ (e₁² + e₂²) is called the mean-square error; it is half the sum, and equal to the mean of the two "
               "squares only because there are two outputs.");
  page.try_next({"bprop explain net.toml --weight w4 --notation 000", "bprop explain net.toml --weight w1 --nudge",
                 "bprop exercise one-layer --seed 1"});
  return std::move(page).done();
}

}  // namespace bprop::teaching
