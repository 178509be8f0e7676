// SPDX-License-Identifier: Apache-2.0
#include "bprop/what_if.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "bprop/error.h"
#include "explain/mazur_rows.h"

namespace bprop {
namespace {

// V1: his printed error after one update comes from hidden deltas with weights that are already updated.
TEST(WhatIf, UpdatedWeightsAreTheSlipOfV1AndV2) {
  const ExplainOptions options{.learning_rate = 0.5, .freeze_biases = true};
  const DoubleNetwork slip = updated_with_new_output_weights(mazur(), kMazurInput, kMazurTarget, 0.5);
  for (std::size_t j = 0; j < 2; ++j) {
    for (std::size_t i = 0; i < 2; ++i) {
      const Comparison c = what_if(mazur(), kMazurRows, weight(0, j, i), UpdatedWeights{}, options);
      EXPECT_NEAR(c.after.update->after, slip.weights(0)[2 * j + i], 1e-16);
      EXPECT_GT(std::fabs(c.after.value() - c.before.value()), 1e-6);
    }
  }
  EXPECT_NEAR(loss_of(slip, kMazurInput, kMazurTarget), 0.29102792390544197, 1e-15);
  const Comparison output = what_if(mazur(), kMazurRows, weight(1, 0, 0), UpdatedWeights{}, options);
  EXPECT_EQ(output.after.value(), output.before.value());  // no δ goes back through anything
}

TEST(WhatIf, AnotherNumberAndACutUnitAreOtherNetworks) {
  DoubleNetwork other = mazur();
  other.set_weights(1, Numbers{0.40, 0.45, -2, 0.55});
  const Comparison set = what_if(mazur(), kMazurRows, weight(0, 0, 0), SetNumber{weight(1, 1, 0), -2});
  EXPECT_EQ(set.after.value(), gradients_of(other, kMazurInput, kMazurTarget).layers[0].d_weights[0]);
  EXPECT_EQ(set.before.value(), explain(mazur(), kMazurRows, weight(0, 0, 0)).value());
  other.set_weights(1, Numbers{0, 0.45, 0, 0.55});
  const Comparison cut = what_if(mazur(), kMazurRows, weight(0, 0, 0), CutUnit{0, 0});
  EXPECT_EQ(cut.after.value(), 0);
  EXPECT_TRUE(cut.after.agreement.agrees);
}

TEST(WhatIf, AFrozenWeightKeepsItsValueInTheUpdateBefore) {
  DoubleNetwork all = mazur();
  descend(all, kMazurInput, kMazurTarget, 0.5);
  DoubleNetwork frozen = all;
  Numbers weights = all.weights(1);
  weights[0] = 0.40;
  frozen.set_weights(1, weights);
  const Comparison c =
      what_if(mazur(), kMazurRows, weight(0, 0, 0), FreezeNumber{weight(1, 0, 0)}, {.learning_rate = 0.5});
  EXPECT_NEAR(c.before.value(), gradients_of(all, kMazurInput, kMazurTarget).layers[0].d_weights[0], 1e-16);
  EXPECT_NEAR(c.after.value(), gradients_of(frozen, kMazurInput, kMazurTarget).layers[0].d_weights[0], 1e-16);
}

// As it is, the second row has the largest term; with unit 2 cut, the first has.
TEST(WhatIf, OfSeveralRowsBothSidesFollowTheSame) {
  const auto network = [](const Numbers& output) {
    return network_of("2 -> 2 identity no-bias -> 1 identity no-bias", {{1, 0, 0, 1}, output}, {});
  };
  const Numbers input{1, 2, 1, 0}, target{3, 0};
  const ExplainRows rows{input, target};
  const ExplainOptions options{.row_numbers = {7, 5}};
  ASSERT_EQ(explain(network({1, 0}), rows, weight(0, 0, 0), options).row, 7U);
  const Comparison c = what_if(network({1, 1}), rows, weight(0, 0, 0), CutUnit{0, 1}, options);
  EXPECT_EQ(c.before.row, 5U);
  EXPECT_EQ(c.after.row, 5U);
  EXPECT_THAT(c.after.steps.front().reason, testing::EndsWith("; row 5 follows"));
  EXPECT_EQ(text_of(c.after.steps[1].left), text_of(c.before.steps[1].left));
  EXPECT_EQ(c.after.value(), (-2.0 + 1.0) / 2);
}

TEST(WhatIf, ARowToFollowIsOneOfThoseGiven) {
  const Numbers input{0.05, 0.1, 0.3, 0.7}, target{0.01, 0.99, 0.9, 0.1};
  for (const std::size_t row : {0U, 1U}) {
    const ExplainOptions options{.follow = row};
    EXPECT_EQ(explain(mazur(), {input, target}, weight(0, 0, 0), options).row, row + 1);
    EXPECT_EQ(what_if(mazur(), {input, target}, weight(0, 0, 0), CutUnit{0, 1}, options).after.row, row + 1);
  }
  EXPECT_THROW(explain(mazur(), {input, target}, weight(0, 0, 0), {.follow = 2}), ShapeError);
}

TEST(WhatIf, WhatCannotBeOtherwiseIsRefused) {
  EXPECT_THROW(what_if(mazur(), kMazurRows, weight(0, 0, 0), UpdatedWeights{}), UsageError);
  EXPECT_THROW(what_if(mazur(), kMazurRows, weight(0, 0, 0), CutUnit{1, 0}), UsageError);
  EXPECT_THROW(what_if(mazur(), kMazurRows, weight(0, 0, 0), CutUnit{0, 2}), ShapeError);
  EXPECT_THROW(what_if(mazur(), kMazurRows, weight(0, 0, 0), SetNumber{delta(0, 0), 1}), UsageError);
}

TEST(NudgeN20, ErrorsFallByTenAndByAHundredADecade) {
  const Nudge nudged = nudge(mazur(), kMazurRows, weight(0, 0, 0));
  const auto error = [&](double quotient) { return std::fabs(quotient - nudged.derivative); };
  for (std::size_t i = 0; i + 1 < 3; ++i) {
    const DifferenceQuotient &large = nudged.quotients[i], &small = nudged.quotients[i + 1];
    EXPECT_NEAR(error(large.one_sided) / error(small.one_sided), 10, 0.2);
    EXPECT_NEAR(error(large.central) / error(small.central), 100, 10);
  }
}

// Note 002 has no ½: all of its numbers are of that loss.
TEST(NudgeN20, ANotesLossIsNudgedToo) {
  const Nudge nudged = nudge(mazur(), kMazurRows, weight(0, 0, 0), {.notation = Notation::k002});
  EXPECT_NEAR(nudged.quotients[2].central / nudged.derivative, 1, 1e-6);
  EXPECT_EQ(nudged.remarks.size(), 1U);
  const ExplainOptions options{.notation = Notation::k002, .learning_rate = 0.5};
  const ExplainOptions same{.loss = {.loss = Loss::kSquaredError}, .learning_rate = 0.5};
  EXPECT_EQ(what_if(mazur(), kMazurRows, weight(0, 0, 0), UpdatedWeights{}, options).after.value(),
            what_if(mazur(), kMazurRows, weight(0, 0, 0), UpdatedWeights{}, same).after.value());
}

TEST(NudgeN20, AKinkIsNotTakenForRounding) {
  const DoubleNetwork network = network_of("1 -> 1 relu no-bias", {{0.0}}, {});
  const Numbers one{1}, target{-1};
  const Nudge nudged = nudge(network, {one, target}, weight(0, 0, 0));
  EXPECT_THAT(render_text(document(nudged)), testing::HasSubstr("the loss has a kink"));
}

TEST(NudgeN20, AChangeIsFollowedFromTheNumberToTheLoss) {
  const Nudge nudged = nudge(mazur(), kMazurRows, weight(0, 0, 0));
  ASSERT_EQ(nudged.changes.size(), 8U);  // w, z, a of its unit, z and a of both outputs, L
  EXPECT_EQ(text_of(nudged.changes.front().symbol), "w[1:1,1]");
  EXPECT_EQ(text_of(nudged.changes.back().symbol), "L");
  for (const Change& change : nudged.changes) {
    EXPECT_NEAR((change.after - change.before) / change.foretold, 1, 1e-3);
  }
}

TEST(NudgeN20, JsonHasTheChangesAndTheQuotients) {
  const Nudge nudged = nudge(mazur(), kMazurRows, weight(0, 0, 0));
  const auto json = nlohmann::json::parse(render_json(nudged));
  EXPECT_EQ(json["moved"]["text"], "w[1:1,1]");
  EXPECT_EQ(json["derivative"], nudged.derivative);
  ASSERT_EQ(json["changes"].size(), nudged.changes.size());
  EXPECT_EQ(json["changes"][7]["symbol"]["text"], "L");
  EXPECT_EQ(json["changes"][7]["foretold"], nudged.changes[7].foretold);
  ASSERT_EQ(json["quotients"].size(), 8U);
  EXPECT_EQ(json["quotients"][2]["step"], nudged.quotients[2].step);
  EXPECT_EQ(json["quotients"][2]["central"], nudged.quotients[2].central);
  EXPECT_TRUE(json["remarks"].empty());
}

TEST(WhatIf, JsonHasBothDerivations) {
  const ExplainOptions options{.notation = Notation::k002, .learning_rate = 0.5};
  const Comparison c = what_if(mazur(), kMazurRows, weight(0, 0, 0), UpdatedWeights{}, options);
  const auto json = nlohmann::json::parse(render_json(c));
  EXPECT_EQ(json["otherwise"], c.otherwise);
  EXPECT_EQ(json["before"], nlohmann::json::parse(render_json(c.before)));
  EXPECT_EQ(json["after"]["update"]["after"], c.after.update->after);
  EXPECT_EQ(json["remarks"].size(), 1U);
}

TEST(NudgeN20, InputsAndBiasesCanBeNudgedButNoUnit) {
  EXPECT_NEAR(nudge(mazur(), kMazurRows, input(1)).quotients[2].central, explain(mazur(), kMazurRows, input(1)).value(),
              1e-8);
  EXPECT_NEAR(nudge(mazur(), kMazurRows, bias(1, 1)).quotients[2].central,
              explain(mazur(), kMazurRows, bias(1, 1)).value(), 1e-8);
  EXPECT_THROW(nudge(mazur(), kMazurRows, delta(0, 0)), UsageError);
}

TEST(WhatIf, TheSlipsReasonsAreNotThoseOfTheRightRule) {
  const Comparison slip = what_if(mazur(), kMazurRows, weight(0, 0, 0), UpdatedWeights{}, {.learning_rate = 0.5});
  EXPECT_THAT(slip.before.steps[2].reason, testing::HasSubstr("by the weights of the forward pass"));
  EXPECT_THAT(slip.after.steps[2].reason, testing::HasSubstr("by weights that are already updated (the slip)"));
}

TEST(WhatIf, FreezingComparesTwoNetworksAfterAnUpdate) {
  const Comparison frozen =
      what_if(mazur(), kMazurRows, weight(0, 0, 0), FreezeNumber{weight(1, 0, 0)}, {.learning_rate = 0.5});
  const std::string page = render_text(document(frozen));
  EXPECT_THAT(page, testing::HasSubstr("after an update of all"));
  EXPECT_THAT(page, testing::Not(testing::HasSubstr("as it is")));
}

}  // namespace
}  // namespace bprop
