// SPDX-License-Identifier: Apache-2.0
//
// In a note's notation no sentence, head or symbol of a page is of another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "bprop/grade.h"
#include "bprop/what_if.h"
#include "explain/mazur_rows.h"

namespace bprop {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

const std::map<Notation, std::vector<std::string>> kForeign = {
    {Notation::k000, {"δ", "φ", "∂L", "∂l", "→ L", "∂a", "(a ", "a_", "z¹", "z²", "x[", "y[", "z[", "a[", "w["}},
    {Notation::k001, {"φ", "∂L", "∂l", "→ L", "∂a", "∂q", "(z[", "(a ", "a_", "x[", "y[", "δ[", "a[1:", " w["}},
    {Notation::k002, {"δ", "φ", "∂C", "ε", "∂q", "∂s", "x[", "y[", "z[", "a[", "w["}},
    {Notation::k003, {"φ", "∂L", "∂l", "→ L", "σ", "∂q", "∂s", "x[", "y[", "z[", "a[", "w["}},
    {Notation::k004, {"δ", "φ", "∂C", "ε", "∂q", "∂s", "x[", "y[", "z[", "a[", "w["}},
};

// All pages of one network and number, without the remark that says what the notation is.
std::string pages(const DoubleNetwork& network, const ExplainRows& rows, const Selector& what,
                  const ExplainOptions& options) {
  Derivation why = explain(network, rows, what, options);
  std::erase_if(why.remarks, [](const std::string& remark) { return remark.starts_with("Note "); });
  std::string text = render_text(document(why), {.width = 0});
  const bool is_parameter = what.kind == Selector::Kind::kWeight || what.kind == Selector::Kind::kBias;
  if (is_parameter) text += render_text(document(nudge(network, rows, what, options)), {.width = 0});
  for (const Otherwise& otherwise : {Otherwise(UpdatedWeights{}), Otherwise(FreezeNumber{weight(0, 1, 0)}),
                                     Otherwise(CutUnit{0, 1}), Otherwise(SetNumber{weight(0, 1, 0), 2})}) {
    text += render_text(document(what_if(network, rows, what, otherwise, options)), {.width = 0});
  }
  return text;
}

std::vector<std::string> pages_in(Notation notation) {
  const ExplainOptions options{.notation = notation, .learning_rate = 0.5};
  const ExplainOptions classes{.loss = {.loss = Loss::kCrossEntropy}, .notation = notation, .learning_rate = 0.5};
  const ExplainOptions other_loss{.loss = {.loss = Loss::kSquaredError}, .notation = notation, .learning_rate = 0.5};
  const DoubleNetwork deep("2 -> 3 tanh -> 3 softmax -> 2 sigmoid", {.seed = 3});
  const DoubleNetwork pair("2 -> 3 tanh -> 2 softmax", {.seed = 3});
  const Numbers four_inputs{0.05, 0.1, 0.3, -0.2}, four_targets{0.01, 0.99, 0.5, 0.5};
  const ExplainRows two{four_inputs, four_targets};
  std::vector<std::string> all = {
      pages(mazur(), two, weight(0, 0, 0), options), pages(pair, kMazurRows, bias(0, 1), classes),
      pages(deep, kMazurRows, input(0), other_loss), pages(deep, kMazurRows, activation(0, 1), options),
      pages(deep, kMazurRows, delta(0, 1), options)};
  for (std::size_t layer = 0; layer < 3; ++layer) all.push_back(pages(deep, kMazurRows, weight(layer, 0, 0), options));
  return all;
}

TEST(Notations, NoPageOfANoteHasAnothersSymbols) {
  for (const auto& [notation, foreign] : kForeign) {
    const std::vector<std::string> all = pages_in(notation);
    for (const std::string& symbol : foreign) {
      EXPECT_THAT(all, Each(Not(HasSubstr(symbol)))) << notation_names()[static_cast<std::size_t>(notation)];
    }
  }
}

TEST(Notations, TheHeadsOfUnitsAreTheNotations) {
  const auto page = [](Notation notation) {
    return render_text(document(explain(mazur(), kMazurRows, weight(0, 0, 0), {.notation = notation})), {.width = 0});
  };
  EXPECT_THAT(page(Notation::kOurs), HasSubstr("    layer  unit      ∂L/∂a     φ'(z)   δ = ∂L/∂z\n"));
  EXPECT_THAT(page(Notation::k000), HasSubstr("∂ε/∂h, ∂ε/∂y  σ'(q), σ'(z)  ∂ε/∂q, ∂ε/∂z\n"));
  EXPECT_THAT(page(Notation::k001), HasSubstr("δ = ∂ℒ/∂s\n"));
  EXPECT_THAT(page(Notation::k002), HasSubstr("∂l/∂z\n        1     1 "));
  EXPECT_THAT(page(Notation::k002), HasSubstr("\n        2     3 "));           // units are counted through all layers
  EXPECT_THAT(page(Notation::k003), HasSubstr("δ = ∂C/∂z\n        2     1 "));  // the input is layer 1
  EXPECT_THAT(page(Notation::k004), HasSubstr("needed 3 ∂L/∂z, computed each once"));
}

TEST(Notations, TheLossOfANoteIsWrittenWithItsLetters) {
  const auto remark = [](Notation notation, Loss loss) {
    return explain(mazur(), kMazurRows, weight(0, 0, 0), {.loss = {.loss = loss}, .notation = notation}).remarks.back();
  };
  EXPECT_THAT(remark(Notation::k000, Loss::kSquaredError), HasSubstr("this is of ½ Σ (y − d)²,"));
  EXPECT_THAT(remark(Notation::k001, Loss::kSquaredError), HasSubstr("this is of ½ Σ (z − ẑ)²,"));
  EXPECT_THAT(remark(Notation::k004, Loss::kHalfSquaredError), HasSubstr("this is of Σ (a − y)²,"));
}

TEST(Notations, ASlipIsNamedWithTheNotesSlope) {
  const DoubleGradients g = gradients_of(mazur(), kMazurInput, kMazurTarget);
  const double forgotten = g.layers[1].d_output[0] * g.layers[0].a[0];
  const Answer answer{.name = "w5", .what = weight(1, 0, 0), .value = forgotten, .half_unit = 1e-12};
  const auto slip = [&](Notation notation) {
    return grade(mazur(), kMazurRows, {answer}, {.notation = notation}).answers[0].slip;
  };
  EXPECT_THAT(slip(Notation::kOurs), HasSubstr("φ' is forgotten"));
  EXPECT_THAT(slip(Notation::k000), HasSubstr("σ' is forgotten"));
  EXPECT_THAT(slip(Notation::k003), HasSubstr("g' is forgotten"));
}

}  // namespace
}  // namespace bprop
