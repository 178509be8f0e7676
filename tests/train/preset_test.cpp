// SPDX-License-Identifier: Apache-2.0
//
// Presets: what they are, that every part can be overridden, and that a training goes by them.
#include "bprop/preset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/gradients.h"
#include "bprop/trainer.h"
#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {
namespace {

using testing::Each;

TEST(Preset, DefaultIsTakenWhereNoneIsNamed) { EXPECT_EQ(TrainOptions{}.preset, Preset::kDefault); }

TEST(Preset, DefaultIsTheRecipeOfThePaper) {
  const TrainOptions classes = resolved({.preset = Preset::kDefault}, Task::kClasses);
  EXPECT_EQ(classes.layers, "scale, 256 selu, 256 selu, 256 selu");
  EXPECT_EQ(classes.loss, Loss::kCrossEntropy);
  const Adam adam = std::get<Adam>(*classes.optimizer);
  EXPECT_EQ(adam.learning_rate, 0.04);
  EXPECT_EQ(adam.beta1, 0.9);
  EXPECT_EQ(adam.beta2, 0.95);
  EXPECT_EQ(classes.schedule->kind, Schedule::Kind::kCosLog);
  EXPECT_EQ(classes.schedule->cycles, 4U);
  EXPECT_EQ(classes.epochs, 256U);
  EXPECT_EQ(classes.batch, 256U);
  EXPECT_EQ(classes.bias_rate, 0.1);
  EXPECT_EQ(classes.scale_rate, 6);
  const TrainOptions numbers = resolved({.preset = Preset::kDefault}, Task::kNumbers);
  EXPECT_EQ(numbers.layers, "scale, 256 mish, 256 mish, 256 mish");
  EXPECT_EQ(learning_rate(*numbers.optimizer), 0.07);
  EXPECT_FALSE(numbers.loss);
}

TEST(Preset, PlainIsWhatWasThereBefore) {
  const TrainOptions plain = resolved({.preset = Preset::kPlain}, Task::kClasses);
  EXPECT_EQ(plain.layers, "256 relu, 256 relu");
  EXPECT_EQ(std::get<AdamW>(*plain.optimizer).weight_decay, 0.3);
  EXPECT_EQ(learning_rate(*plain.optimizer), 3e-3);
  EXPECT_EQ(plain.schedule->kind, Schedule::Kind::kCosine);
  EXPECT_EQ(plain.batch, 32U);
  EXPECT_FALSE(plain.loss) << "two classes have one sigmoid unit";
  EXPECT_EQ(plain.scaling, Scaling::kStandard);
  EXPECT_EQ(total_steps({.preset = Preset::kPlain}, 96), 1500U);
  EXPECT_EQ(total_epochs({.preset = Preset::kPlain}, 100'000), 60U);
  const TrainOptions endless{.preset = Preset::kPlain, .epochs = std::size_t{1} << 63, .members = 2};
  EXPECT_EQ(total_epochs(endless, 96), SIZE_MAX) << "no small number behind the largest";
  EXPECT_EQ(total_steps(endless, 96), SIZE_MAX);
}

TEST(Preset, WhatIsGivenStaysAndTheRestIsThePresets) {
  const TrainOptions given{
      .preset = Preset::kDefault, .layers = "8 relu", .optimizer = Sgd{}, .scaling = Scaling::kNone};
  const TrainOptions options = resolved(given, Task::kClasses);
  EXPECT_EQ(options.layers, "8 relu");
  EXPECT_EQ(learning_rate(*options.optimizer), Sgd{}.learning_rate);
  EXPECT_EQ(options.scaling, Scaling::kNone);
  EXPECT_EQ(options.parametrization, Parametrization::kNtk);
  EXPECT_EQ(options.epochs, 256U);
}

TEST(Preset, HasAName) {
  for (const PresetRule& rule : preset_rules()) {
    EXPECT_EQ(preset_named(rule.name), rule.id);
    EXPECT_EQ(name(rule.id), rule.name);
  }
  EXPECT_EQ(thrown([] { preset_named("slow"); }),
            "UsageError: unknown preset 'slow'; known: default, fast, plain, linear, best");
  for (const char* known : {"loss", "last"}) EXPECT_EQ(name(ties_named(known)), known);
}

// By default options of a preset the model has the preset's shape, inputs and outputs.
TEST(Preset, DecidesLayersInputsAndOutputsOfAModel) {
  std::vector<double> cells;
  for (int n = 0; n < 40; ++n) cells.insert(cells.end(), {n % 7 + 0.5, n % 2 == 0 ? 0.0 : 1.0});
  const Dataset two = make_dataset({"u", "class"}, cells, "class");
  const Model model = train(two, {.preset = Preset::kDefault, .epochs = 1}).model;
  EXPECT_EQ(model.architecture().text(), "1 -> scale -> 256 selu -> 256 selu -> 256 selu -> 2 softmax");
  EXPECT_EQ(model.loss.label_smoothing, 0.1);
  EXPECT_TRUE(model.preprocessing->smooth_clip);
  const Model plain = train(two, {.preset = Preset::kPlain, .epochs = 1}).model;
  EXPECT_EQ(plain.architecture().text(), "1 -> 256 relu -> 256 relu -> 1 sigmoid");
  EXPECT_FALSE(plain.preprocessing->smooth_clip);
  const Model full = train(two, {.preset = Preset::kDefault, .layers = "1 -> 4 tanh -> 1 sigmoid", .epochs = 1}).model;
  EXPECT_EQ(full.loss.loss, Loss::kBinaryCrossEntropy) << "an architecture that says everything has the last word";
}

TEST(Preset, MeansNothingForAModelThatIsThere) {
  const TrainOptions options = small_options();
  const Model start = train(sectors(60), options).model;
  const Dataset none = sectors(60).select({});
  TrainOptions with = options;
  with.preset = Preset::kDefault;
  EXPECT_EQ(all_weights(train_from(start, sectors(60), none, with).model),
            all_weights(train_from(start, sectors(60), none, options).model));
}

// 100 rows, batches of 32: three updates an epoch, or four with the last 4 rows.
TEST(DropLastBatch, LeavesOutTheRowsAfterTheLastWholeBatch) {
  TrainOptions options{
      .preset = Preset::kPlain, .layers = "4 tanh", .epochs = 3, .batch = 32, .seed = 1, .validation = 0};
  EXPECT_EQ(train(sectors(100), options).steps, 12U);
  options.drop_last_batch = true;
  EXPECT_EQ(train(sectors(100), options).steps, 9U);
  EXPECT_EQ(total_steps(options, 100), 9U);
  options.batch = 256;
  EXPECT_EQ(train(sectors(100), options).steps, 3U) << "a batch larger than the table is the table";
}

// Same epochs, same score: accuracy on well separated rows is 1 from some epoch on.
TEST(Ties, TheLastEpochOfThoseWithTheBestScoreIsKeptIfAskedFor) {
  const auto data =
      make_dataset({"u", "class"}, std::vector<double>{-3, 0, -2, 0, 2, 1, 3, 1, -4, 0, 4, 1, -5, 0, 5, 1}, "class");
  TrainOptions options{.preset = Preset::kPlain, .layers = "4 tanh", .epochs = 30, .batch = 4, .seed = 1};
  options.optimizer = Adam{.learning_rate = 0.02};
  options.ties = Ties::kLast;
  const TrainResult last = train(data, data, options);
  ASSERT_EQ(last.history.back().validation_score, 1);
  EXPECT_EQ(last.best_epoch, 30U);
}

// The trainer against Adam on v, written out: w = v / √n_in, biases at a tenth of the rate; the gradients are the
// engine's own, of networks that the written-out loop has set.
TEST(Ntk, TrainsVOfEveryLayerAndBiasesAtTheirRate) {
  const Architecture architecture = Architecture::parse("3 -> 5 tanh -> 2");
  const NetworkOptions start{.seed = 3, .bias_initializer = BiasInitializer::kNormal};
  DoubleNetwork trained(architecture, start);
  DoubleNetwork plain(architecture, start);
  const std::vector<double> x = random_matrix<double>(1, 7, 3);
  const std::vector<double> y = random_matrix<double>(2, 7, 2);
  const Adam adam{.learning_rate = 0.05, .beta2 = 0.95, .epsilon = 0.01};
  TrainerOptions options{.batch = 7, .loss = {.loss = Loss::kHalfSquaredError}, .optimizer = adam};
  options.rates = {Parametrization::kNtk, 0.1};
  DoubleTrainer trainer(trained, options);

  struct Moments {
    double m = 0;
    double s = 0;
  };
  std::vector<std::vector<Moments>> moments(4);
  for (int t = 1; t <= 10; ++t) {
    trainer.step(std::span<const double>(x), std::span<const double>(y));
    const auto g = gradients<double>(plain, x, y, {.loss = Loss::kHalfSquaredError});
    for (std::size_t layer = 0; layer < 2; ++layer) {
      const double root = std::sqrt(layer == 0 ? 3.0 : 5.0);
      const auto move = [&](std::vector<double> v, const std::vector<double>& slope, double c, double rate,
                            std::vector<Moments>& memory) {
        memory.resize(v.size());
        for (std::size_t i = 0; i < v.size(); ++i) {
          const double d = c * slope[i];
          memory[i].m = 0.9 * memory[i].m + 0.1 * d;
          memory[i].s = 0.95 * memory[i].s + 0.05 * d * d;
          const double m = memory[i].m / (1 - std::pow(0.9, t));
          const double s = memory[i].s / (1 - std::pow(0.95, t));
          v[i] = c * (v[i] / c - rate * m / (std::sqrt(s) + 0.01));
        }
        return v;
      };
      plain.set_weights(layer,
                        move(plain.weights(layer), g.layers[layer].d_weights, 1 / root, 0.05, moments[2 * layer]));
      plain.set_bias(layer, move(plain.bias(layer), g.layers[layer].d_bias, 1, 0.005, moments[2 * layer + 1]));
    }
  }
  for (std::size_t layer = 0; layer < 2; ++layer) {
    EXPECT_THAT(trained.weights(layer), testing::Pointwise(testing::DoubleNear(1e-12), plain.weights(layer)));
    EXPECT_THAT(trained.bias(layer), testing::Pointwise(testing::DoubleNear(1e-12), plain.bias(layer)));
  }
}

TEST(BiasRate, OfZeroKeepsTheBiases) {
  const TrainOptions options{
      .preset = Preset::kPlain, .layers = "6 tanh", .epochs = 2, .batch = 8, .bias_rate = 0, .seed = 1};
  const Model model = train(sectors(60), options).model;
  EXPECT_THAT(std::get<Network>(model.network).bias(0), Each(0.0F));
}

// Adam's first update moves every factor by the rate, whatever its gradient.
TEST(ScaleRate, MovesTheFactorsOfScaleLayersSoMuchFaster) {
  DoubleNetwork network("3 -> scale -> 2", {.seed = 3});
  TrainerOptions options{.batch = 4, .optimizer = Adam{.learning_rate = 0.01, .epsilon = 1e-300}};
  options.rates = {Parametrization::kNtk, 0.1, 6};
  DoubleTrainer trainer(network, options);
  const std::vector<double> x = random_matrix<double>(1, 4, 3);
  const std::vector<double> y = random_matrix<double>(2, 4, 2);
  trainer.step(std::span<const double>(x), std::span<const double>(y));
  for (const double factor : network.weights(0)) EXPECT_NEAR(std::fabs(factor - 1), 0.06, 1e-12);
}

TEST(TrainOptions, OfRecipesThatCannotBeAreRefusedInOneSentence) {
  const auto refusal = [](const TrainOptions& options) { return thrown([&] { train(sectors(60), options); }); };
  EXPECT_EQ(refusal({.bias_rate = -1}), "UsageError: bias_rate is -1, expected a factor from 0");
  EXPECT_EQ(refusal({.schedule = Schedule{.kind = Schedule::Kind::kCosLog, .cycles = 0}}),
            "UsageError: the schedule's cycles are 0, expected 1 to 30");
}

}  // namespace
}  // namespace bprop
