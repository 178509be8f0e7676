// SPDX-License-Identifier: Apache-2.0
//
// Where a run stopped being finite: networks and rows made so that it is known.
#include "bprop/divergence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {
namespace {

using Number = Divergence::Number;
using Numbers = std::vector<double>;

// What becomes of a network typed by hand, in double, after this change of the options.
TrainResult trained(const std::string& toml, const std::function<void(TrainOptions&)>& change = {}) {
  const Model model = model_from_toml(toml);
  TrainOptions options = exercise_options(model);
  options.epochs = 3;
  if (change) change(options);
  return train_from(model, options);
}

std::string where_diverged(const TrainResult& result) {
  EXPECT_EQ(result.stop_reason, StopReason::kDiverged);
  EXPECT_EQ(result.best_epoch, 0);
  return result.divergence ? sentence(*result.divergence) : "not said";
}

TEST(Divergence, OfZNamesLayerUnitAndRow) {
  const TrainResult result = trained(R"(layers = "1 -> 2 no-bias -> 1 no-bias"
weights = [[[1], [1]], [[1, 1e200]]]
input = [[1], [1e150], [2]]
target = [[1], [1], [1]]
)");
  EXPECT_EQ(where_diverged(result), "at update 1 z of unit 1 of layer 2 is inf (own row 2)");
  EXPECT_EQ(result.divergence->number, Number::kPreActivation);
  EXPECT_EQ(result.divergence->layer, 1);
  EXPECT_EQ(result.divergence->unit, 0);
  EXPECT_EQ(result.divergence->row, 1);
  EXPECT_EQ(result.divergence->column, std::nullopt);
  EXPECT_EQ(result.divergence->step, 1);
  EXPECT_EQ(result.steps, 0);
}

TEST(Divergence, OfTheLossNamesTheRow) {
  EXPECT_EQ(where_diverged(trained(R"(layers = "1 -> 1 no-bias"
weights = [[[1]]]
input = [[1], [2]]
target = [[1], [1e200]]
)")),
            "at update 1 the loss is inf (own row 2)");
}

TEST(Divergence, OfAWeightNamesItsPlaceAndTheUpdateThatLeftIt) {
  const std::string toml = R"(layers = "2 -> 1 no-bias"
weights = [[[1, 1]]]
input = [0, 1]
target = [-1e150]
learning_rate = 1e300
)";
  const std::string expected = "after update 1 the weight of unit 1 of layer 1 from its input 2 is -inf";
  EXPECT_EQ(where_diverged(trained(toml)), expected);
  EXPECT_EQ(where_diverged(trained(toml, [](TrainOptions& options) { options.steps = 1; })), expected)
      << "found although no step came after it";
}

constexpr const char* kSteep = R"(layers = "2 -> 1 no-bias"
weights = [[[0, 0]]]
input = [[0, 0], [0, 1e200]]
target = [[0], [-1e150]]
)";

TEST(Divergence, OfABadUpdateIsTracedToItsGradient) {
  const TrainResult result = trained(kSteep);  // the loss is finite, the weight it leaves is not
  EXPECT_EQ(where_diverged(result),
            "at update 1 the gradient of the weight of unit 1 of layer 1 from its input 2 is inf");
  EXPECT_EQ(result.steps, 1);
}

TEST(Divergence, OfGradientsIsFoundByClipping) {
  const auto clipped = [](TrainOptions& options) { options.clip = 1; };
  const TrainResult result = trained(kSteep, clipped);
  EXPECT_EQ(where_diverged(result),
            "at update 1 the gradient of the weight of unit 1 of layer 1 from its input 2 is inf");
  EXPECT_EQ(result.steps, 0);
  EXPECT_EQ(where_diverged(trained(R"(layers = "1 -> 1 no-bias"
weights = [[[0]]]
input = [1e100]
target = [-1e100]
)",
                                   clipped)),
            "at update 1 the norm of the gradient is inf");
}

TrainOptions unscaled() {
  TrainOptions options = small_options();
  options.layers = "";  // no activation that would make an infinity finite again
  options.scaling = Scaling::kNone;
  options.validation = 0;
  return options;
}

TEST(Divergence, OfACellBeyondFloatNamesColumnAndRow) {
  const TrainResult input =
      train(make_dataset({"u", "v", "y"}, Numbers{1, 2, 0.5, 3, 4, 1.5, 5, -1e100, 2.5}, "y"), unscaled());
  EXPECT_EQ(where_diverged(input), "at update 1 the input 'v' is -inf (table, row 3)");
  EXPECT_EQ(input.divergence->row, 2);
  EXPECT_EQ(input.divergence->column, 1);
  const TrainResult target = train(make_dataset({"u", "y"}, Numbers{1, 0.5, 3, 1e100, 5, 2.5}, "y"), unscaled());
  EXPECT_EQ(where_diverged(target), "at update 1 the target is inf (table, row 2)");
}

// tanh makes 1 of the infinity, so the loss is finite and only the gradient is not; many updates lie before it.
TEST(Divergence, IsTracedBackThroughShuffledBatches) {
  const Dataset calm = curve(600);
  Numbers cells;
  for (std::size_t row = 0; row < 600; ++row) {
    cells.insert(cells.end(), {row == 421 ? 1e100 : calm.cell(row, 0), calm.cell(row, 1), calm.cell(row, 2)});
  }
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    TrainOptions options = unscaled();
    options.layers = "8 tanh";
    options.seed = seed;
    const TrainResult result = train(make_dataset({"u", "v", "y"}, cells, "y"), options);
    ASSERT_TRUE(result.divergence);
    EXPECT_EQ(sentence(*result.divergence),
              "at update " + std::to_string(result.steps) + " the input 'u' is inf (table, row 422)");
  }
}

TEST(Divergence, OfAValidationRowSaysSo) {
  const Dataset good = make_dataset({"u", "y"}, Numbers{1, 0.5, 3, 1.5, 5, 2.5}, "y");
  const Dataset bad = make_dataset({"u", "y"}, Numbers{1, 0.5, 1e100, 1.5}, "y");
  const TrainResult result = train(good, bad, unscaled());
  EXPECT_EQ(where_diverged(result), "after update 1 the input 'u' is inf (table, row 2)");
  EXPECT_TRUE(result.divergence->validation);
}

TEST(Divergence, OfALearningRateThatIsTooLargeIsFoundInBatchesOfAnySize) {
  for (const std::size_t batch : {16u, 300u}) {  // 300: two leaves
    TrainOptions options{.preset = Preset::kPlain, .layers = "8 relu, 8 relu", .epochs = 50, .batch = batch, .seed = 1};
    options.optimizer = Sgd{1e4};
    options.schedule = Schedule{};
    const TrainResult result = train(curve(600), options);
    ASSERT_EQ(result.stop_reason, StopReason::kDiverged);
    ASSERT_TRUE(result.divergence);
    const Divergence& d = *result.divergence;
    EXPECT_FALSE(std::isfinite(d.value));
    EXPECT_TRUE(d.layer || d.row) << sentence(d);
    const bool after = d.validation || d.number == Number::kWeight || d.number == Number::kBias;
    EXPECT_EQ(d.step, result.steps + (after ? 0 : 1));
    EXPECT_EQ(sentence(*train(curve(600), options).divergence), sentence(d)) << "equal runs, equal sentences";
  }
}

// What had most likely brought it about, and what may help.
std::string cause_of(const TrainResult& result) {
  if (!result.divergence) return "not diverged";
  const Divergence& d = *result.divergence;
  return std::string(name(d.cause)) + ": " + cause_sentence(d) + "; " + remedy(d);
}

TEST(DivergenceCause, IsTheCellThatIsTooLarge) {
  EXPECT_EQ(cause_of(train(make_dataset({"u", "y"}, Numbers{1, 0.5, 1e100, 1.5, 5, 2.5}, "y"), unscaled())),
            "cell: the cell is no number, or too large for this precision; mending the cell, or double precision if it "
            "is right");
}

TEST(DivergenceCause, IsTheColumnThatIsNotScaled) {
  EXPECT_EQ(
      cause_of(train(make_dataset({"u", "v", "y"}, Numbers{1, 2, 0.5, 3, 1e38, 1.5, 5, 6, 2.5}, "y"), unscaled())),
      "unscaled_column: input 'v' is 1e+38 in that row, where standardised ones are near 1; scaling the "
      "column");
}

TEST(DivergenceCause, IsTheTargetThatIsNotScaled) {
  EXPECT_EQ(cause_of(train(make_dataset({"u", "y"}, Numbers{1, 0.5, 2, 1e30, 5, 2.5}, "y"), unscaled())),
            "unscaled_target: the target is 1e+30 in that row, where standardised ones are near 1; scaling the "
            "target");
}

TEST(DivergenceCause, IsTheLogarithmOfZero) {
  EXPECT_EQ(cause_of(trained(R"(layers = "1 -> 2 softmax"
loss = "cross_entropy"
weights = [[[1.7e308], [-1.7e308]]]
input = [1]
target = [0, 1]
)")),
            "log_of_zero: the logarithm is taken of a probability that has become 0; a smaller learning rate, clip, or "
            "label smoothing");
}

TEST(DivergenceCause, IsTheFirstWeights) {
  EXPECT_EQ(cause_of(trained(R"(layers = "1 -> 1 no-bias -> 1 no-bias"
weights = [[[1e200]], [[1e200]]]
input = [1]
target = [1]
)")),
            "large_weights: there are weights as large as 1e+200; smaller first weights");
}

TEST(DivergenceCause, IsTheLearningRate) {
  TrainOptions options{.preset = Preset::kPlain, .layers = "8 relu, 8 relu", .epochs = 50, .batch = 16, .seed = 1};
  options.optimizer = Sgd{1e4};
  options.schedule = Schedule{};
  const std::string cause = cause_of(train(curve(600), options));
  EXPECT_THAT(cause, testing::MatchesRegex("large_(weights|update): .*; a smaller learning rate or clip"));
  EXPECT_EQ(cause_of(trained(R"(layers = "2 -> 1 no-bias"
weights = [[[1, 1]]]
input = [0, 1]
target = [-10]
learning_rate = 1e308
)")),
            "large_update: the update was too large; a smaller learning rate or clip");
}

class DivergedRun : public TemporaryFolder {};

TEST_F(DivergedRun, EndsItsMetricsWithThePlace) {
  const auto run = [&](const char* folder) {
    trained(R"(layers = "1 -> 1 no-bias"
weights = [[[1e200]]]
input = [1e200]
target = [0]
)",
            [&](TrainOptions& options) { options.run_directory = at(folder); });
    return get(at(std::string(folder) + "/metrics.jsonl"));
  };
  EXPECT_EQ(run("one"), R"({"diverged":{"number":"z","value":"inf","step":1,"layer":1,"unit":1,"column":null,"row":1}})"
                        "\n");
  EXPECT_EQ(run("two"), run("three"));
}

}  // namespace
}  // namespace bprop
