// SPDX-License-Identifier: Apache-2.0
//
// Row N3: a weight at every recorded update k, explained afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "bprop/explain_trace.h"
#include "bprop/gradients.h"
#include "train/recorded_run.h"

namespace bprop {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<Selector> parameters(const Architecture& architecture) {
  std::vector<Selector> all;
  for (std::size_t layer = 0; layer < architecture.layers.size(); ++layer) {
    const Layer& of = architecture.layers[layer];
    for (std::size_t unit = 0; unit < outputs_of(of); ++unit) {
      for (std::size_t from = 0; from < inputs_of(of); ++from) {
        if (connects(of, unit, from)) all.push_back(weight(layer, unit, from));
      }
      if (has_bias(of)) all.push_back(bias(layer, unit));
    }
  }
  return all;
}

TEST_F(TraceN3, AWeightAtARecordedIterationHasItsGradientAndUpdate) {
  const Trace found = mazur({1, 3}, 3);
  const TraceExplanation first = explain_trace(found, 1, weight(0, 0, 0));
  // M. Mazur prints w1 and w5 after the first update.
  EXPECT_NEAR(first.update.before, 0.15, 1e-15);
  EXPECT_NEAR(first.update.gradient, 0.000438568, 5e-10);
  EXPECT_NEAR(first.update.after, 0.149780716, 5e-10);
  EXPECT_NEAR(explain_trace(found, 1, weight(1, 0, 0)).update.after, 0.35891648, 5e-9);

  // The third update, by hand: three full steps down the gradients of bprop::gradients.
  DoubleNetwork network = std::get<DoubleNetwork>(model_from_toml(kMazur).network);
  const std::vector<double> x = {0.05, 0.10}, y = {0.01, 0.99};
  for (std::size_t k = 1; k <= 3; ++k) {
    const DoubleGradients g = gradients<double>(network, x, y, {.loss = Loss::kHalfSquaredError});
    for (std::size_t layer = 0; layer < 2; ++layer) {
      std::vector<double> w = network.weights(layer);
      if (k == 3) {
        EXPECT_EQ(found.weights(TracePart::kBefore, 1, layer), w);
        EXPECT_EQ(found.weights(TracePart::kGradient, 1, layer), g.layers[layer].d_weights);
        EXPECT_EQ(found.biases(TracePart::kGradient, 1, layer), g.layers[layer].d_bias);
      }
      for (std::size_t i = 0; i < w.size(); ++i) w[i] -= 0.5 * g.layers[layer].d_weights[i];
      network.set_weights(layer, w);
    }
  }
  for (std::size_t layer = 0; layer < 2; ++layer) {
    EXPECT_EQ(found.weights(TracePart::kAfter, 1, layer), network.weights(layer));
  }
}

TEST_F(TraceN3, TheDerivationOfEveryParameterAgreesWithTrainingForEveryOptimizer) {
  const Dataset table = curve(60);
  for (const OptimizerRule& rule : optimizer_rules()) {
    for (const Precision precision : {Precision::kFloat, Precision::kDouble}) {
      TrainOptions options = recording({1, 2, 4});
      options.optimizer = optimizer_named(rule.name);
      options.layers = "scale, 3 tanh, scale";
      options.precision = precision;
      options.l2 = 0.01;
      options.clip = 0.3;
      options.weight_decay = 0.02;
      train(table, options);
      const Trace found = trace();
      for (const Selector& what : parameters(found.model().architecture())) {
        for (const std::size_t step : {1U, 2U, 4U}) {
          const TraceExplanation why = explain_trace(found, step, what, &table);
          EXPECT_TRUE(why.agrees()) << rule.name << ' ' << text_of(why.symbol) << ", update " << step;
          ASSERT_TRUE(why.gradient);
          EXPECT_EQ(why.expected.has_value(), rule.states == 0) << rule.name;
          EXPECT_EQ(why.all.size(), 3);
          EXPECT_EQ(why.has_l2(), what.kind == Selector::Kind::kWeight && what.layer % 2 == 1);
          if (!why.has_l2()) continue;
          // The recorded gradient has the l2 term in it, which the derivation has not.
          EXPECT_NEAR(why.derivation->value() + 0.01 * why.update.before, why.update.gradient, 1e-5);
        }
      }
    }
  }
}

TEST_F(TraceN3, ClippingStandsBesideTheGradientThatItMadeShorter) {
  TrainOptions options = recording({1});
  options.optimizer = Sgd{.learning_rate = 0.5};
  options.schedule = Schedule{};
  options.clip = 0.01;
  const Dataset table = curve(60);
  train(table, options);
  const Trace found = trace();
  double squares = 0;
  for (std::size_t layer = 0; layer < 2; ++layer) {
    for (const double g : found.weights(TracePart::kGradient, 0, layer)) squares += g * g;
    for (const double g : found.biases(TracePart::kGradient, 0, layer)) squares += g * g;
  }
  EXPECT_NEAR(found.steps()[0].gradient_scale, 0.01 / std::sqrt(squares), 1e-7);
  const TraceExplanation why = explain_trace(found, 1, weight(0, 2, 1), &table);
  EXPECT_TRUE(why.agrees());
  EXPECT_NEAR(why.update.change(), -0.5 * why.update.gradient_scale * why.update.gradient, 1e-8);
  EXPECT_THAT(render_text(document(why)), HasSubstr("η(k) · c(k) · ∂L/∂w[1:3,2](k)"));
}

TEST_F(TraceN3, AnotherTableDoesNotAgree) {
  const Dataset table = curve(60);
  train(table, recording({4}));
  const Trace found = trace();
  EXPECT_TRUE(explain_trace(found, 4, weight(0, 1, 1), &table).agrees());
  const Dataset other = curve(60, 2);
  const TraceExplanation why = explain_trace(found, 4, weight(0, 1, 1), &other);
  EXPECT_FALSE(why.gradient->agrees);
  EXPECT_FALSE(why.agrees());
  EXPECT_THAT(render_text(document(why)), HasSubstr("The derivation does NOT agree with training"));
  const Dataset smaller = curve(5);
  EXPECT_THAT(thrown([&] { explain_trace(found, 4, weight(0, 1, 1), &smaller); }),
              HasSubstr("has 5 rows; expected what was trained on"));
}

TEST_F(TraceN3, AnUpdateThatIsNotWhatTheGradientGivesIsSeen) {
  TraceExplanation why = explain_trace(mazur({1}, 1), 1, weight(0, 0, 0));
  ASSERT_TRUE(why.agrees());
  why.update.after += 1e-9;
  EXPECT_FALSE(why.agrees());
  EXPECT_THAT(render_text(document(why)), HasSubstr("This is NOT what the update gives, which is 0.149781"));
}

TEST_F(TraceN3, FrozenBiasesStayAndAreSaidToBeFrozen) {
  const TraceExplanation frozen = explain_trace(mazur({2}, 2), 2, bias(0, 1));
  EXPECT_EQ(frozen.update.change(), 0);
  EXPECT_NE(frozen.update.gradient, 0);
  EXPECT_TRUE(frozen.agrees());
  EXPECT_THAT(render_text(document(frozen)), HasSubstr("Biases are frozen: no update changes it."));
  const TraceExplanation free = explain_trace(mazur({2}, 2, false), 2, bias(0, 1));
  EXPECT_NEAR(free.update.change(), -0.5 * free.update.gradient, 1e-15);
  EXPECT_TRUE(free.agrees());
}

TEST_F(TraceN3, EveryNotationHasItsSymbolsAndAgrees) {
  const Trace found = mazur({1, 2}, 2);
  const char* symbols[] = {
      "w[1:2,1](k+1) =", "w3(k+1) =", "wa[1][2](k+1) =", "w3(k+1) =", "w¹₂₁(k+1) =", "w¹₁₂(k+1) ="};
  for (std::size_t i = 0; i < notation_names().size(); ++i) {
    const TraceExplanation why =
        explain_trace(found, 2, weight(0, 1, 0), nullptr, {.notation = static_cast<Notation>(i)});
    EXPECT_TRUE(why.agrees()) << notation_names()[i];
    EXPECT_THAT(render_text(document(why)), HasSubstr(symbols[i])) << notation_names()[i];
    // Notes 002 and 004 have no ½: their derivation is twice the gradient that was trained with.
    EXPECT_EQ(why.gradient->as_trained, i != 3 && i != 5);
    EXPECT_NEAR(why.derivation->value(), (why.gradient->as_trained ? 1 : 2) * why.update.gradient, 1e-15);
  }
}

TEST_F(TraceN3, AnOptimizerWithAMemoryIsSaidNotToFollowTheGradientAlone) {
  TrainOptions options = recording({1, 2});
  options.optimizer = Momentum{.learning_rate = 0.1, .momentum = 0.9};
  options.schedule = Schedule{};
  train(sectors(100), options);
  const std::string first = render_text(document(explain_trace(trace(), 1, weight(0, 0, 0))));
  EXPECT_THAT(first, HasSubstr("the rule of momentum, with μ = 0.9; g is ∂L/∂w[1:1,1](k), "));
  EXPECT_THAT(first, HasSubstr("    v ← μ v + g; w ← w − η v\n"));
  EXPECT_THAT(first, HasSubstr("which is what plain gradient descent would do here"));  // v is g
  const std::string second = render_text(document(explain_trace(trace(), 2, weight(0, 0, 0))));
  EXPECT_THAT(second, HasSubstr("which is not what plain gradient descent would do: v has the gradients"));
  // Nesterov's first step is 1 + μ times as long; here it moves only the last digits of the weight.
  options.optimizer = Nesterov{.learning_rate = 2e-6, .momentum = 0.9};
  train(sectors(100), options);
  EXPECT_THAT(render_text(document(explain_trace(trace(), 1, weight(0, 0, 0)))), HasSubstr("which is not what plain"));
}

TEST_F(TraceN3, JsonAndGraphsHaveEveryRecordedUpdate) {
  const TraceExplanation why = explain_trace(mazur({1, 2, 5}, 5), 2, weight(0, 0, 0));
  const auto written = nlohmann::json::parse(render_json(why));
  EXPECT_EQ(written["update"]["step"], 2);
  EXPECT_EQ(written["update"]["before"].get<double>(), why.update.before);
  EXPECT_EQ(written["updates"].size(), 3);
  EXPECT_EQ(written["rows"], nlohmann::json::array({1}));
  EXPECT_EQ(written["derivation"]["value"].get<double>(), why.derivation->value());
  EXPECT_TRUE(written["agrees"].get<bool>());
  const std::string dot = render_dot(why);
  EXPECT_THAT(dot, HasSubstr("k2 -> k3 [label"));
  EXPECT_THAT(dot, HasSubstr("k3 -> k5 [style=dotted]"));
  EXPECT_THAT(dot, HasSubstr("digraph derivation"));
  for (const std::string& page :
       {render_markdown(document(why)), render_latex(document(why)), render_html(document(why))})
    EXPECT_THAT(page, Not(IsEmpty()));
}

TEST_F(TraceN3, WhatIsNotThereCannotBeExplained) {
  const Trace found = mazur({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10);
  EXPECT_EQ(thrown([&] { explain_trace(found, 11, weight(0, 0, 0)); }),
            "UsageError: update 11 is not recorded, expected one of 1, 2, 3, 4, 5, 6, 7, 8 and 2 more");
  EXPECT_EQ(thrown([&] { explain_trace(found, 1, delta(0, 0)); }),
            "UsageError: inputs, z, a and δ have no update, expected a weight or a bias");
  EXPECT_THAT(thrown([&] { explain_trace(found, 1, weight(2, 0, 0)); }), HasSubstr("ShapeError: "));
  const Dataset table = curve(5);
  EXPECT_THAT(thrown([&] { explain_trace(found, 1, weight(0, 0, 0), &table); }),
              HasSubstr("the network was trained on its own rows, expected no table"));
}

}  // namespace
}  // namespace bprop
