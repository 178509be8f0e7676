// SPDX-License-Identifier: Apache-2.0
//
// Row N3: recording updates of a training.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bprop/explain_trace.h"
#include "bprop/gradients.h"
#include "train/recorded_run.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST_F(TraceN3, RecordingChangesNoBitOfTheModel) {
  for (const OptimizerRule& rule : optimizer_rules()) {
    for (const std::size_t batch : {1U, 17U, 300U}) {  // 300: two leaves
      for (const Precision precision : {Precision::kFloat, Precision::kDouble}) {
        TrainOptions options{.preset = Preset::kPlain, .layers = "20 relu, 9 tanh, 5 gelu", .batch = batch, .seed = 5};
        options.optimizer = optimizer_named(rule.name);
        set_learning_rate(*options.optimizer, 0.01);
        options.epochs = 2;
        options.precision = precision;
        options.clip = batch == 17 ? 0.5 : 0;
        const std::string without = model_of(curve(400), options);
        options.run_directory = at("run");
        options.record = {1, 2, 4};
        EXPECT_TRUE(model_of(curve(400), options) == without) << rule.name << ", batch " << batch;
      }
    }
  }
}

TEST_F(TraceN3, TheRowsOfABatchAreThoseOfTheTableAndGiveItsGradientToTheLastBit) {
  const Dataset table = sectors(100);
  TrainOptions options = recording({1, 2, 3, 6, 25});
  train(table, options);
  const Trace found = trace();
  ASSERT_EQ(found.steps().size(), 5);
  for (std::size_t place = 0; place < 5; ++place) {
    const TraceStep& step = found.steps()[place];
    EXPECT_EQ(step.rows.size(), 16U);
    const EncodedRows<float> rows = encoded_rows<float>(found.model(), table, step.rows);
    const Network before = std::get<Network>(found.network(place));
    const Gradients g = gradients<float>(before, rows.input, rows.target, found.model().loss);
    EXPECT_EQ(step.loss, g.loss);
    for (std::size_t layer = 0; layer < 2; ++layer) {
      const std::vector<double> weights(g.layers[layer].d_weights.begin(), g.layers[layer].d_weights.end());
      const std::vector<double> bias(g.layers[layer].d_bias.begin(), g.layers[layer].d_bias.end());
      EXPECT_EQ(found.weights(TracePart::kGradient, place, layer), weights) << "update " << step.step;
      EXPECT_EQ(found.biases(TracePart::kGradient, place, layer), bias) << "update " << step.step;
    }
  }
  // What an update leaves is what the next one finds.
  for (std::size_t layer = 0; layer < 2; ++layer) {
    EXPECT_EQ(found.weights(TracePart::kAfter, 0, layer), found.weights(TracePart::kBefore, 1, layer));
    EXPECT_EQ(found.biases(TracePart::kAfter, 1, layer), found.biases(TracePart::kBefore, 2, layer));
  }
}

TEST_F(TraceN3, UpdatesThatTheRunDoesNotReachAreAWarning) {
  TrainOptions options = recording({2, 3, 1'000, 2'000, 3'000});
  const TrainResult result = train(sectors(100), options);
  EXPECT_THAT(result.warnings, ElementsAre("3 updates, from update 1000 on, are not recorded: the run ended after 25 "
                                           "updates"));
  EXPECT_EQ(trace().steps().size(), 2);
  options.record = {26};
  EXPECT_THAT(train(sectors(100), options).warnings,
              ElementsAre("update 26 is not recorded: the run ended after 25 updates"));
  EXPECT_FALSE(std::filesystem::exists(at("run/trace.safetensors"))) << "the trace of the earlier run";
}

TEST_F(TraceN3, ARunThatIsStoppedKeepsWhatItReached) {
  TrainOptions options = recording({1, 2, 1'000});
  options.epochs = 500;
  options.min_change = 1e9;
  const TrainResult stopped = train(sectors(100), options);
  EXPECT_EQ(stopped.stop_reason, StopReason::kMinChange);
  EXPECT_EQ(trace().steps().size(), 1);
  EXPECT_THAT(stopped.warnings, ElementsAre("2 updates, from update 2 on, are not recorded: the run ended after 1 "
                                            "update"));
}

TEST_F(TraceN3, ARunThatDivergesKeepsWhatItReached) {
  TrainOptions options = recording({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  options.optimizer = Sgd{.learning_rate = 1e15};
  options.schedule = Schedule{};
  options.loss = Loss::kHalfSquaredError;
  options.layers = "4 identity";
  const TrainResult result = train(curve(100), options);
  ASSERT_EQ(result.stop_reason, StopReason::kDiverged);
  ASSERT_GT(result.steps, 0);
  EXPECT_EQ(trace().steps().size(), result.steps);
  const TraceExplanation why = explain_trace(trace(), 1, weight(0, 0, 0));
  EXPECT_GT(std::fabs(why.update.after), 1e10);
  EXPECT_TRUE(why.agrees());
}

TEST_F(TraceN3, AnEarlierTraceGoesWithItsRun) {
  train(sectors(100), recording({1}));
  ASSERT_TRUE(std::filesystem::exists(at("run/trace.safetensors")));
  train(sectors(100), recording({}));
  EXPECT_FALSE(std::filesystem::exists(at("run/trace.safetensors")));
  EXPECT_TRUE(std::filesystem::exists(at("run/best.safetensors")));
  put(at("run/trace.safetensors"), "a diary");
  const std::string sentence = thrown([&] { train(sectors(100), recording({1})); });
  EXPECT_EQ(sentence,
            "UsageError: " + at("run/trace.safetensors") + ": exists and is not a trace of bprop; it stays as it is");
  EXPECT_EQ(get(at("run/trace.safetensors")), "a diary");
}

TEST_F(TraceN3, TwoEqualRunsWriteEqualTracesWhateverTheOrderOfTheUpdates) {
  train(sectors(100), recording({5, 1, 5, 3}));
  const std::string first = get(at("run/trace.safetensors"));
  EXPECT_EQ(trace().steps().size(), 3);
  train(sectors(100), recording({1, 3, 5}));
  EXPECT_TRUE(get(at("run/trace.safetensors")) == first);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(at("run"))) names.push_back(entry.path().filename());
  EXPECT_THAT(names, UnorderedElementsAre("best.safetensors", "checkpoints", "config.toml", "doctor.jsonl",
                                          "metrics.jsonl", "timing.jsonl", "trace.safetensors"));
}

TEST_F(TraceN3, WhatCannotBeRecordedIsRefusedBeforeTraining) {
  TrainOptions nowhere = small_options();
  nowhere.record = {1};
  EXPECT_EQ(thrown([&] { train(sectors(100), nowhere); }),
            "UsageError: record is given without a run_directory, expected the folder that the trace is written to");
  EXPECT_EQ(thrown([&] { train(sectors(100), recording({1, 0})); }),
            "UsageError: record is 0, expected updates from 1");
  TrainOptions large = recording({});
  for (std::size_t step = 1; step <= 3'000; ++step) large.record.push_back(step);
  large.layers = "300 relu, 300 relu";
  large.epochs = 2'000;
  EXPECT_EQ(thrown([&] { train(sectors(100), large); }),
            "UsageError: record is 3000 updates of 92103 parameters: their trace would be 3.09 GiB, expected at most 2 "
            "GiB; record fewer updates");
  EXPECT_FALSE(std::filesystem::exists(at("run")));
  large.epochs = 1;  // of these updates only 5 come
  EXPECT_EQ(thrown([&] { train(sectors(100), large); }), "");
  EXPECT_EQ(trace().steps().size(), 5);
}

}  // namespace
}  // namespace bprop
