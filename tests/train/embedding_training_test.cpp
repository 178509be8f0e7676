// SPDX-License-Identifier: Apache-2.0
//
// Embedding layers in a training: which inputs they take of a table, and how fast their numbers move.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "bprop/preprocessing.h"
#include "bprop/trainer.h"
#include "checkpoint/temporary_folder.h"
#include "data/csv_table.h"
#include "train/tables.h"

namespace bprop {
namespace {

using Doubles = std::vector<double>;

// A number, a text of twelve categories, one of three, a number that may be missing; y follows the twelve.
Dataset mixed() {
  std::string csv = "u,letter,size,v,y\n";
  for (int n = 0; n < 144; ++n) {
    const int letter = (n * 5 + n / 12) % 12;
    csv += fmt::format("{},{},{},{},{}\n", 0.1 * (n % 17), static_cast<char>('a' + letter),
                       n % 3 == 0   ? "s"
                       : n % 3 == 1 ? "m"
                                    : "l",
                       n % 10 == 0 ? std::string() : fmt::format("{}", n % 7), letter % 2 == 0 ? 1.5 : -2.5);
  }
  return data::parse_csv(csv, "t.csv", {.target = "y"}).value_or_throw();
}

std::string network_of(const TrainOptions& options) {
  return std::get<Network>(train(mixed(), options).model.network).architecture().text();
}

TrainOptions options_of(std::string layers) {
  return {.preset = Preset::kDefault, .layers = std::move(layers), .task = Task::kNumbers, .epochs = 1, .seed = 1};
}

TEST(Embeddings, TakeTheNumbersAndTheLargeCategoriesOfATable) {
  EXPECT_EQ(network_of(options_of("embed, periodic, scale, 4 mish")),
            "18 -> embed 2-13:8 -> waves 9:16 13:16 -> mix 1-32/16:3 -> scale -> 4 mish -> 1 identity");
  TrainOptions more = options_of("embed 2, 4 mish");
  more.embed_above = 2;
  EXPECT_EQ(network_of(more), "18 -> embed 2-13:2 14-16:2 -> 4 mish -> 1 identity");
  more.embed_above = 12;
  EXPECT_EQ(network_of(more), "18 -> 4 mish -> 1 identity");
}

// Whatever is done to other columns, the network reads a 1 of embedded categories, so that W's columns are their
// numbers.
TEST(Embeddings, ReadOnesOfTheirCategories) {
  const Dataset data = mixed();
  const PreprocessingOptions options{
      .scaling = Scaling::kRobust, .smooth_clip = true, .missing_zero = true, .embed_above = 8};
  const Encoder encoder(fit_preprocessing(data, options).preprocessing, data);
  std::vector<std::uint32_t> rows(data.rows());
  for (std::uint32_t n = 0; n < rows.size(); ++n) rows[n] = n;
  std::vector<float> x(rows.size() * encoder.features());
  encoder.encode(rows, x.data());
  for (std::size_t n = 0; n < rows.size(); ++n) {
    float ones = 0;
    for (std::size_t i = 1; i < 13; ++i) {
      const float value = x[n * encoder.features() + i];
      EXPECT_TRUE(value == 0 || value == 1) << value;
      ones += value;
    }
    EXPECT_EQ(ones, 1);
    const std::size_t size = n % 3 == 2 ? 0 : n % 3 == 1 ? 1 : 2;  // of l, m, s: clipped as everything else
    EXPECT_NEAR(x[n * encoder.features() + 13 + size], 1 / std::sqrt(1 + 1.0 / 9), 1e-6);
  }
}

// Adam's first update moves every number by its rate, whatever its gradient.
Doubles moved_by(const Rates& rates, std::size_t layer, bool of_bias) {
  DoubleNetwork network("3 -> embed 1:2 -> periodic 4:2x3 -> 2", {.seed = 3});
  TrainerOptions options{.batch = 4, .optimizer = Adam{.learning_rate = 0.01, .epsilon = 1e-300}};
  options.rates = rates;
  const auto numbers = [&] { return of_bias ? network.bias(layer) : network.weights(layer); };
  const Doubles before = numbers();
  DoubleTrainer trainer(network, options);
  const Doubles x = random_matrix<double>(1, 4, 3), y = random_matrix<double>(2, 4, 2);
  trainer.step(std::span<const double>(x), std::span<const double>(y));
  Doubles change = numbers();
  for (std::size_t i = 0; i < change.size(); ++i) change[i] = std::fabs(change[i] - before[i]);
  return change;
}

TEST(EmbeddingRate, MovesFrequenciesInTurnsAndMixturesSoMuchSlower) {
  using testing::DoubleNear;
  using testing::Each;
  const Rates slow{Parametrization::kNtk, 0.5, 6, 0.1};
  EXPECT_THAT(moved_by(slow, 0, false), Each(DoubleNear(0.01, 1e-12)));
  EXPECT_THAT(moved_by(slow, 1, false), Each(DoubleNear(0.001 * 2 * std::numbers::pi, 1e-12)));
  EXPECT_THAT(moved_by(slow, 1, true), Each(DoubleNear(0.001, 1e-12)));
  EXPECT_THAT(moved_by(slow, 2, false), Each(DoubleNear(0.001, 1e-12)));
  EXPECT_THAT(moved_by(slow, 2, true), Each(DoubleNear(0.001, 1e-12)));
  EXPECT_THAT(moved_by({Parametrization::kStandard, 0.5, 6, 0.1}, 1, false), Each(DoubleNear(0.001, 1e-12)));
}

TEST(EmbeddingTrainer, WeightDecayAndL2LeaveEmbeddingsAlone) {
  for (const bool decoupled : {false, true}) {
    Network network("2 -> embed 1:2 -> periodic 3:2x2 -> 1 no-bias", {.seed = 1});
    const auto before = [&](std::size_t k) { return network.weights(k); };
    const std::vector<std::vector<float>> kept = {before(0), before(1), before(2)};
    const std::vector<float> zeros(4, 0.0F);
    network.set_weights(3, zeros);
    Trainer trainer(network, {.optimizer = Sgd{0.1}, .l2 = decoupled ? 0 : 0.5, .weight_decay = decoupled ? 0.5 : 0});
    const std::vector<float> x{0.5F, -1}, y{0};  // a loss and a gradient of 0: what moves is moved by the penalty
    trainer.step(std::span<const float>(x), std::span<const float>(y));
    for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(network.weights(k), kept[k]) << k;
  }
}

// Three waves over the range of u, which 4 units alone cannot follow.
TEST(Embeddings, OfNumbersFollowWhatASmallNetworkCannot) {
  Doubles cells;
  for (int n = 0; n < 400; ++n) {
    const double u = (n * 37 % 400) / 200.0 - 1;
    cells.insert(cells.end(), {u, std::sin(9 * u)});
  }
  const Dataset waves = make_dataset({"u", "y"}, cells, "y");
  TrainOptions options{.preset = Preset::kDefault,
                       .layers = "scale, 4 mish",
                       .task = Task::kNumbers,
                       .epochs = 120,
                       .batch = 32,
                       .seed = 1};
  const auto loss = [&] {
    const TrainResult result = train(waves, options);
    return result.epoch(result.best_epoch)->validation_loss;
  };
  const double without = loss();
  options.layers = "periodic, scale, 4 mish";
  options.embedding_sigma = 1;
  options.embedding_rate = 1;
  EXPECT_LT(loss(), 0.1 * without);
}

TEST(Embeddings, TrainTheSameBitsWithAnyNumberOfThreads) {
  TrainOptions options = options_of("embed, periodic, scale, 9 mish");
  options.epochs = 3;
  options.batch = 24;
  const std::vector<float> alone = all_weights(train(mixed(), options).model);
  ThreadPool pool({.threads = 3, .minimal_work = 0});
  options.pool = &pool;
  EXPECT_EQ(all_weights(train(mixed(), options).model), alone);
}

TEST(Embeddings, ThatCannotBeAreRefusedInOneSentence) {
  const auto refusal = [](TrainOptions options) { return thrown([&] { train(sectors(60), options); }); };
  EXPECT_EQ(refusal({.embedding_rate = -1}), "UsageError: embedding_rate is -1, expected a factor from 0");
  EXPECT_EQ(refusal({.embedding_sigma = -2}), "UsageError: embedding_sigma is -2, expected a number from 0");
}

using EmbeddingFile = TemporaryFolder;

TEST_F(EmbeddingFile, ComesBackToTheLastBit) {
  TrainOptions options = options_of("embed, periodic 4x3, scale, 3 mish");
  const TrainResult result = train(mixed(), options);
  save(result.model, at("m.safetensors"));
  const Model loaded = load_model(at("m.safetensors"));
  EXPECT_EQ(loaded.architecture(), result.model.architecture());
  EXPECT_EQ(all_weights(loaded), all_weights(result.model));
}

}  // namespace
}  // namespace bprop
