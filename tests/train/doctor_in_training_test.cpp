// SPDX-License-Identifier: Apache-2.0
//
// The doctor while training: it changes no bit and allocates nothing, and finds what is planted.
// Healthy runs: healthy_runs_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bprop/trainer.h"
#include "check/finding_kinds.h"
#include "checkpoint/temporary_folder.h"
#include "nn/allocation_count.h"
#include "train/tables.h"

namespace bprop {
namespace {

using Kind = Finding::Kind;
using Numbers = std::vector<double>;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <class T>
void expect_same_bits(const TrainResult& a, const TrainResult& b) {
  const std::vector<T> one = all_weights<T>(a.model);
  const std::vector<T> other = all_weights<T>(b.model);
  ASSERT_EQ(one.size(), other.size());
  EXPECT_EQ(std::memcmp(one.data(), other.data(), one.size() * sizeof(T)), 0);
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) EXPECT_EQ(a.history[i].train_loss, b.history[i].train_loss);
}

TEST(DoctorInTraining, ChangesNoBitOfTheModel) {
  for (const OptimizerRule& rule : optimizer_rules()) {
    for (const std::size_t batch : {1U, 17U, 300U}) {  // 300: two leaves
      TrainOptions options{.preset = Preset::kPlain, .layers = "20 relu, 9 tanh, 5 gelu", .batch = batch, .seed = 5};
      options.optimizer = optimizer_named(rule.name);
      options.epochs = 3;
      options.keep_best = false;
      options.doctor_every = 0;
      const TrainResult without = train(curve(400), options);
      options.doctor_every = 3;
      expect_same_bits<float>(train(curve(400), options), without);
      options.precision = Precision::kDouble;
      const TrainResult watched = train(curve(400), options);
      options.doctor_every = 0;
      expect_same_bits<double>(watched, train(curve(400), options));
    }
  }
}

TEST(DoctorInTraining, ChangesNoBitBesideL2ClipAndChange) {
  TrainOptions options = small_options();
  options.l2 = 1e-3;
  options.clip = 0.1;
  options.min_change = 1e-30;
  options.doctor_every = 0;
  const TrainResult without = train(sectors(300), options);
  options.doctor_every = 1;
  expect_same_bits<float>(train(sectors(300), options), without);
}

TEST(DoctorInTraining, AllocatesNothingAfterTheFirstEpoch) {
  for (const int threads : {1, 3}) {
    ThreadPool pool({.threads = threads, .minimal_work = 0});
    TrainOptions options = small_options();
    options.layers = "20 relu, 8 tanh, 5 gelu";
    options.epochs = 20;
    options.batch = 17;
    options.doctor_every = 2;
    options.pool = &pool;
    std::vector<std::uint64_t> counts(20);
    TrainObserver observer;
    observer.epoch = [&](const EpochReport& report) { counts[report.epoch - 1] = allocations(); };
    for (const Dataset& data : {curve(600), sectors(600)}) {
      train(data, options, observer);
      EXPECT_EQ(counts.front(), counts.back()) << threads << " threads";
    }
  }
}

TEST(DoctorInTraining, IsOnUnlessItIsToldNotToBe) {
  EXPECT_EQ(TrainOptions{}.doctor_every, 100);
  EXPECT_EQ(TrainerOptions{}.doctor_every, 0);
}

TEST(DoctorInTraining, FindsDeltaThatVanishes) {
  TrainOptions options{.preset = Preset::kPlain,
                       .layers = "20 sigmoid, 20 sigmoid, 20 sigmoid, 20 sigmoid, 20 sigmoid, 20 sigmoid, 20 sigmoid"};
  options.optimizer = Sgd{.learning_rate = 0.01};
  options.epochs = 4;
  const TrainResult result = train(curve(500), options);
  ASSERT_THAT(kinds(result.findings), ElementsAre(Kind::kVanishing)) << sentences(result);
}

// A column of years and one of incomes beside a good one.
TrainResult trained_on_years(const std::function<void(TrainOptions&)>& change) {
  const Dataset calm = curve(300);
  Numbers cells;
  for (std::size_t row = 0; row < 300; ++row) {
    cells.insert(cells.end(), {calm.cell(row, 0), 2000 + 20 * calm.cell(row, 1), calm.cell(row, 2)});
  }
  TrainOptions options{.preset = Preset::kPlain, .layers = "8 tanh"};
  options.epochs = 20;
  options.doctor_every = 10;
  change(options);
  return train(make_dataset({"u", "year", "y"}, cells, "y"), options);
}

TEST(DoctorInTraining, FindsAColumnThatIsNotScaledByItsName) {
  EXPECT_EQ(sentences(trained_on_years([](TrainOptions&) {})), "");
  const TrainResult result = trained_on_years([](TrainOptions& options) { options.scaling = Scaling::kNone; });
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings[0].kind, Kind::kUnscaledColumn);
  EXPECT_THAT(sentence(result.findings[0]), HasSubstr("1 of 2 inputs is unscaled: 'year' 2000"));
  EXPECT_EQ(result.findings.back().kind, Kind::kSaturatedUnits) << sentences(result);
}

TEST(DoctorInTraining, AColumnThatIsNotScaledIsTheLikelyCauseOfDivergence) {
  const TrainResult result = trained_on_years([](TrainOptions& options) {
    options.scaling = Scaling::kNone;
    options.layers = "";
    options.optimizer = Sgd{0.1};
  });
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->cause, Divergence::Cause::kUnscaledColumn) << sentence(*result.divergence);
  EXPECT_THAT(cause_sentence(*result.divergence), HasSubstr("input 'year' is "));
  EXPECT_EQ(remedy(*result.divergence), "scaling the column");
  EXPECT_EQ(result.findings.at(0).kind, Kind::kUnscaledColumn) << "and it was found before that";
}

// Trains a network whose first layer is set by hand.
template <class Change>
TrainResult trained_from(const char* layers, const Change& change) {
  TrainOptions options{.preset = Preset::kPlain, .layers = layers};
  options.optimizer = Sgd{.learning_rate = 1e-3};
  options.epochs = 3;
  options.doctor_every = 5;
  TrainResult start = train(curve(500), options);
  change(std::get<Network>(start.model.network));
  return train_from(start.model, curve(500), curve(100, 7), options);
}

TEST(DoctorInTraining, FindsDeadUnits) {
  const TrainResult result = trained_from("6 relu, 8 relu", [](Network& network) {
    network.set_bias(1, std::vector<float>{-50, -50, -50, -50, 0, -50, -50, -50});
  });
  ASSERT_THAT(kinds(result.findings), ElementsAre(Kind::kDeadUnits)) << sentences(result);
  EXPECT_EQ(result.findings[0].layer, 1);
  EXPECT_THAT(result.findings[0].units, ElementsAre(0, 1, 2, 3, 5, 6, 7));
}

TEST(DoctorInTraining, FindsSaturatedUnits) {
  const TrainResult result =
      trained_from("4 sigmoid", [](Network& network) { network.set_bias(0, std::vector<float>{50, -50, 50, 0}); });
  ASSERT_THAT(kinds(result.findings), ElementsAre(Kind::kSaturatedUnits)) << sentences(result);
  EXPECT_THAT(result.findings[0].units, ElementsAre(0, 1, 2));
}

TEST(DoctorInTraining, FindsDeltaThatExplodes) {
  const TrainResult result = trained_from("9 identity, 9 identity, 9 identity, 9 identity, 9 identity", [](Network& n) {
    for (std::size_t layer = 0; layer < 6; ++layer) {
      std::vector<float> w = n.weights(layer);
      for (float& x : w) x *= layer == 0 ? 1e-9F : 30.0F;
      n.set_weights(layer, w);
    }
  });
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings[0].kind, Kind::kExploding);
}

// Steps on the caller's own batches.
TEST(DoctorInTraining, ASicknessThatIsOverIsNone) {
  Network network("3 -> 4 tanh -> 2", {.seed = 1});
  Trainer trainer(network, {.batch = 20, .optimizer = Sgd{1e-6}, .doctor_every = 2});
  const std::vector<float> good = random_matrix<float>(1, 20, 3);
  const std::vector<float> y = random_matrix<float>(2, 20, 2);
  std::vector<float> bad = good;
  for (float& x : bad) x *= 1000;
  const auto steps = [&](const std::vector<float>& x, int count) {
    for (int i = 0; i < count; ++i) trainer.step(std::span<const float>(x), std::span<const float>(y));
  };
  EXPECT_EQ(trainer.diagnosis().rows, 0);
  steps(good, 1);
  EXPECT_TRUE(trainer.report().examined);
  EXPECT_EQ(trainer.diagnosis().rows, 20);
  EXPECT_EQ(trainer.diagnosis().loss, trainer.report().loss);
  EXPECT_EQ(trainer.health().size(), 2);
  steps(good, 1);
  EXPECT_FALSE(trainer.report().examined);
  EXPECT_THAT(kinds(trainer.diagnosis().findings), IsEmpty());
  steps(bad, 20);
  EXPECT_THAT(kinds(trainer.diagnosis().findings), testing::Contains(Kind::kUnscaledColumn));
  steps(good, 40);
  EXPECT_THAT(kinds(trainer.diagnosis().findings), IsEmpty());
}

TEST(DoctorInTraining, ATrainerWithoutItKnowsNothing) {
  Network network("3 -> 4 tanh -> 2", {.seed = 1});
  Trainer trainer(network, {.batch = 20});
  trainer.step(std::span<const float>(random_matrix<float>(1, 20, 3)),
               std::span<const float>(random_matrix<float>(2, 20, 2)));
  EXPECT_THAT(trainer.health(), IsEmpty());
  EXPECT_THAT(trainer.diagnosis().layers, IsEmpty());
  EXPECT_FALSE(trainer.report().examined);
}

class DoctorInRunFolder : public TemporaryFolder {};

TEST_F(DoctorInRunFolder, WritesALineForEveryUpdateItLooksAt) {
  const auto run = [&](const char* folder, std::size_t every) {
    TrainOptions options = small_options();  // 5 epochs of 20 updates
    options.run_directory = at(folder);
    options.doctor_every = every;
    train(sectors(400), options);
    return get(at(std::string(folder) + "/doctor.jsonl"));
  };
  const std::string text = run("one", 30);
  EXPECT_EQ(text, run("two", 30)) << "equal runs, equal bytes";
  EXPECT_EQ(run("three", 0), "");
  std::istringstream lines(text);
  std::vector<std::size_t> steps;
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json json = nlohmann::json::parse(line);
    steps.push_back(json["step"].get<std::size_t>());
    ASSERT_EQ(json["layers"].size(), 2);
    EXPECT_GT(json["layers"][0]["delta_rms"].get<double>(), 0);
    EXPECT_GE(json["layers"][1]["delta_largest"].get<double>(), json["layers"][1]["delta_rms"].get<double>());
    EXPECT_GT(json["layers"][0]["gradient_norm"].get<double>(), 0);
    EXPECT_GT(json["layers"][0]["weight_norm"].get<double>(), 0);
    EXPECT_EQ(json["layers"][0]["dead"], 0);
    EXPECT_EQ(json["layers"][0]["saturated"], 0);
  }
  EXPECT_THAT(steps, ElementsAre(1, 31, 61, 91));
}

}  // namespace
}  // namespace bprop
