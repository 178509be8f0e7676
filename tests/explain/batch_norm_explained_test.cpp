// SPDX-License-Identifier: Apache-2.0
//
// Networks with batch norms, explained as predictions are and in files. 2 -> batch-norm -> 1 has figures by hand: with
// v + ε = 4 and 1/4 the deviations are 2 and ½.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bprop/check.h"
#include "bprop/explain_trace.h"
#include "bprop/grade.h"
#include "bprop/model.h"
#include "bprop/network_diagram.h"
#include "bprop/what_if.h"
#include "checkpoint/temporary_folder.h"
#include "explain/norm_pages.h"
#include "golden/textbook_networks.h"
#include "train/recorded_run.h"

namespace bprop {
namespace {

using explained::expect_every_number_to_agree;
using explained::expect_figures;
using explained::step_named;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const Numbers kNormInput{3, 1}, kNormTarget{1};
const ExplainRows kNormRows{kNormInput, kNormTarget};

// u = (3 − 1)/2 = 1 and (1 − 2)/½ = −2; z = 3 · 1 + ½ = 3½ and −2 + 1 = −1; out = 2 · 3½ + (−1) = 6; δ = 5.
DoubleNetwork batch_normed() {
  DoubleNetwork network = network_of("2 -> batch-norm -> 1", {{3, 1}, {2, 1}}, {{0.5, 1}, {0}});
  network.set_running(0, Numbers{1, 2}, Numbers{4 - 1e-5, 0.25 - 1e-5});
  return network;
}

DoubleNetwork deep_batch_normed() {
  DoubleNetwork network("2 -> 4 tanh -> batch-norm -> 3 gelu -> batch-norm -> layer-norm -> batch-norm -> 2",
                        {.seed = 5});
  for (const std::size_t k : {1U, 3U, 5U}) {
    const std::size_t size = outputs_of(network.architecture().layers[k]);
    Numbers mean, variance;
    for (std::size_t i = 0; i < size; ++i) {
      mean.push_back(0.3 * static_cast<double>(i) - 0.2);
      variance.push_back(0.4 + 0.5 * static_cast<double>(i));
    }
    network.set_running(k, mean, variance);
  }
  return network;
}

TEST(BatchNormExplained, EngineAndDerivationsHaveTheFiguresByHand) {
  const std::vector<std::pair<Selector, double>> figures = {
      {weight(0, 0, 0), 10 * 1.0}, {weight(0, 1, 1), 5 * -2.0}, {bias(0, 0), 10},          {delta(0, 1), 5},
      {input(0), 10 * 3 / 2.0},    {input(1), 5 / 0.5},         {weight(1, 0, 0), 5 * 3.5}};
  expect_figures(batch_normed(), kNormRows, figures);
}

TEST(BatchNormExplained, EveryNumberOfADeepNetworkAgreesWithEngineAndComplexStep) {
  const Numbers x{0.5, -1.5}, y{1, -1};
  expect_every_number_to_agree(deep_batch_normed(), {x, y});
}

TEST(BatchNormExplained, StepsShowTheConstantsAndThePageWhoseFunctionItIs) {
  const Derivation factor = explain(batch_normed(), kNormRows, weight(0, 0, 0));
  EXPECT_EQ(factor.title, "∂L/∂γ[1:1]: the factor of layer 1, a batch norm, for input 1; row 1");
  EXPECT_EQ(text_of(factor.steps[0].symbols[1]), "δ[1:1] · u[1:1]");
  const Step& normalised = step_named(factor, "normalised 1:1");
  EXPECT_EQ(text_of(normalised.symbols[0]), "(x[1] − m[1:1]) / sqrt(v[1:1] + 1e-05)");
  EXPECT_NEAR(normalised.value, 1, 1e-15);
  EXPECT_THAT(factor.remarks, Contains(HasSubstr("Layer 1 is a batch norm. This is of predictions")));
  const Derivation x = explain(batch_normed(), kNormRows, input(1));
  EXPECT_EQ(x.steps[0].reason,
            "the chain rule: the input reaches the loss through unit 2 of layer 1, a batch norm, alone");
  const Step& through = step_named(x, "through norm 1:2");
  EXPECT_EQ(text_of(through.symbols[0]), "γ[1:2] / sqrt(v[1:2] + 1e-05)");
  EXPECT_NEAR(through.value, 2, 1e-14);
  EXPECT_EQ(x.reuse.paths, "1");
  ASSERT_EQ(x.paths.size(), 1U);
  EXPECT_NEAR(x.paths[0].value, 10, 1e-13);
}

TEST(BatchNormExplained, TheMatrixFormGoesBackByFactorsAndDeviations) {
  const auto equations = [](const Derivation& derivation) {
    std::vector<std::string> lines;
    for (const Equation& equation : derivation.matrix_form) {
      lines.push_back(text_of(equation.left) + " = " + text_of(equation.right.front()));
    }
    return lines;
  };
  EXPECT_THAT(equations(explain(batch_normed(), kNormRows, weight(0, 0, 0))),
              ElementsAre("u[1] = (x − m[1]) / sqrt(v[1] + 1e-05)", "z[1] = u[1] ⊙ γ[1] + b[1]", "a[1] = z[1]",
                          "δ[1] = δ[2] · W[2]", "∂L/∂γ[1] = δ[1] ⊙ u[1]"));
  const Numbers x{0.5, -1.5}, y{1, -1};
  EXPECT_EQ(equations(explain(deep_batch_normed(), {x, y}, weight(0, 0, 0)))[2],
            "δ[1] = δ[2] ⊙ (γ[2] / sqrt(v[2] + 1e-05)) ⊙ φ'(z[1])");
}

TEST(BatchNormExplained, ItsFactorsHaveNamesAndADiagramItsOwnConnections) {
  const Architecture architecture = batch_normed().architecture();
  EXPECT_EQ(selector_named(Selector::Kind::kWeight, "γ[1:2]", architecture), weight(0, 1, 1));
  EXPECT_EQ(name_of(weight(0, 1, 1), architecture), "γ[1:2]");
  EXPECT_EQ(thrown([&] { selector_named(Selector::Kind::kWeight, "1:2,1", architecture); }),
            "ShapeError: unit 2 of layer 1, a batch norm, reads input 2 only");
  const Derivation note = explain(batch_normed(), kNormRows, weight(0, 1, 1), {.notation = Notation::k003});
  EXPECT_THAT(note.remarks, Contains(HasSubstr("The note has no batch norms")));
  const Diagram drawn = network_diagram(architecture, {.simplified = true});
  EXPECT_EQ(drawn.edges.size(), 2U + 2);
  EXPECT_EQ(drawn.edges[0].label, "γ[1:1]");
}

TEST(BatchNormExplained, OtherwiseNudgedAndGradedItKeepsItsConstants) {
  const Nudge nudged = nudge(batch_normed(), kNormRows, input(0));
  EXPECT_NEAR(nudged.derivative, 15, 1e-13);
  EXPECT_NEAR(nudged.quotients[4].central, 15, 1e-7);
  const Numbers x{0.5, -1.5}, y{1, -1};
  EXPECT_NE(what_if(deep_batch_normed(), {x, y}, weight(0, 0, 0), CutUnit{0, 1}).otherwise, "");
  const DoubleNetwork network = batch_normed();
  const Grade grade = bprop::grade(
      network, kNormRows,
      parse_answers(
          R"([{"what": "γ[1:1]", "value": "10"}, {"what": "x1", "value": "15"}, {"what": "a 1:1", "value": "4.25"},
                        {"what": "z 2:1", "value": "7.5000"}])",
          network.architecture()),
      {.learning_rate = 0.5});
  EXPECT_EQ(grade.answers[0].verdict, Verdict::kRight);
  EXPECT_EQ(grade.answers[1].verdict, Verdict::kRight);
  EXPECT_EQ(grade.answers[3].verdict, Verdict::kFollows);  // from a 1:1 = 4¼ in the place of 3½
}

class RecordedBatchNorm : public TraceN3 {};

TEST_F(RecordedBatchNorm, ARecordedUpdateIsShownAndNotDerived) {
  TrainOptions options = recording({1, 3});
  options.layers = "batch-norm, 3 tanh";
  const Dataset table = curve(60);
  train(table, options);
  const Trace found = trace();
  EXPECT_EQ(thrown([&] { explain_trace(found, 3, weight(1, 0, 0), &table); }),
            "UsageError: update 3 went through batch norms, which took mean and variance of all its rows: its gradient "
            "cannot be derived row by row; without the table the update by itself is explained");
  const TraceExplanation update = explain_trace(found, 3, weight(1, 0, 0));
  EXPECT_NE(update.update.after, update.update.before);
  EXPECT_TRUE(update.agrees());
}

class BatchNormFile : public TemporaryFolder {};

TEST_F(BatchNormFile, AModelComesBackWithWhatItKeeps) {
  const DoubleNetwork network = deep_batch_normed();
  save(Model{.network = network}, at("model"));
  const Model loaded = load_model(at("model"));
  const auto& found = std::get<DoubleNetwork>(loaded.network);
  for (const std::size_t k : {1U, 3U, 5U}) {
    EXPECT_EQ(found.running_mean(k), network.running_mean(k));
    EXPECT_EQ(found.running_variance(k), network.running_variance(k));
    EXPECT_EQ(found.weights(k), network.weights(k));
  }
  Numbers before(2), after(2);
  network.predict(Numbers{0.5, -1.5}, before);
  found.predict(Numbers{0.5, -1.5}, after);
  EXPECT_EQ(after, before);
}

TEST_F(BatchNormFile, ImportedWeightsNeedWhatIsKept) {
  const DoubleNetwork network = batch_normed();
  save(Model{.network = network}, at("model"));
  EXPECT_THAT(thrown([&] { import_weights(at("model"), "2 -> scale -> 1 no-bias"); }), HasSubstr("expected"));
  const Model same = import_weights(at("model"), "2 -> batch-norm -> 1");
  EXPECT_EQ(std::get<DoubleNetwork>(same.network).running_variance(0), network.running_variance(0));
  EXPECT_THAT(thrown([&] { import_weights(at("model"), "2 -> layer-norm -> 1"); }),
              HasSubstr("expected it of a batch norm only"));
}

TEST(BatchNormToml, SaysWhatIsKeptOrStartsAtMeanZeroAndVarianceOne) {
  const std::string text = "layers = \"2 -> batch-norm -> 1\"\nweights = [[1, 1], [[1, 2]]]\n";
  const auto network = [](const Model& model) { return std::get<DoubleNetwork>(model.network); };
  EXPECT_EQ(network(model_from_toml(text)).running_variance(0), (Numbers{1, 1}));
  const Model model = model_from_toml(text + "running_means = [[3, 4], []]\nrunning_variances = [[5, 6], []]");
  EXPECT_EQ(network(model).running_mean(0), (Numbers{3, 4}));
  EXPECT_EQ(network(model).running_variance(0), (Numbers{5, 6}));
  EXPECT_THAT(thrown([&] { model_from_toml(text + "running_variances = [[5, -6], []]"); }),
              HasSubstr("running_variances of layer 1: found -6, expected 0 or more"));
}

}  // namespace
}  // namespace bprop
