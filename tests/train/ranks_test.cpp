// SPDX-License-Identifier: Apache-2.0
//
// Ranks that share the leaves of each batch: model file, metrics.jsonl and best.safetensors are those of one rank, for
// every kind of training and however many ranks there are.
#include "bprop/ranks.h"

#include <gmock/gmock.h>

#include "train/resumed_runs.h"

namespace bprop {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Ranked : public Resumed {
 protected:
  // Batches of 16 rows, in five leaves of 3 or 4.
  TrainOptions ranked_options(const std::string& folder, const Kind& kind) const {
    TrainOptions ranked = options(folder, kind);
    ranked.leaves = 5;
    return ranked;
  }

  // On every rank; what the first one returned.
  TrainResult run_on_ranks(std::size_t ranks, const TrainOptions& options, const Kind& kind,
                           const TrainObserver& observer = {}) const {
    std::optional<TrainResult> first;
    const Dataset data = kind.data();
    run_ranks(ranks, [&](Communicator& communicator) {
      TrainOptions mine = options;
      mine.communicator = &communicator;
      const bool is_first = communicator.rank() == 0;
      TrainResult result = train(data, mine, is_first ? observer : TrainObserver{});
      if (!is_first) return;
      save(result.model, options.run_directory + "/model.safetensors");
      first.emplace(std::move(result));
    });
    return std::move(*first);
  }
};

class RankedKind : public Ranked, public testing::WithParamInterface<Kind> {};

TEST_P(RankedKind, HasTheBitsOfOneRank) {
  const auto options_in = [&](const std::string& folder) {
    TrainOptions options = ranked_options(folder, GetParam());
    options.checkpoint_every = {.seconds = 0};  // which take most of the time
    return options;
  };
  const TrainResult one = run(options_in("one"), GetParam().data());
  for (const std::size_t ranks : {2U, 3U, 4U, 7U}) {
    const std::string folder = "ranks" + std::to_string(ranks);
    const TrainResult several = run_on_ranks(ranks, options_in(folder), GetParam());
    EXPECT_EQ(several.steps, one.steps);
    EXPECT_EQ(several.best_epoch, one.best_epoch);
    EXPECT_EQ(sentences(several), sentences(one));
    expect_as("one", folder);
  }
}

TEST_P(RankedKind, GoesOnOnFewerOrMoreRanks) {
  run(ranked_options("one", GetParam()), GetParam().data());
  TrainObserver observer;
  observer.epoch = [&](const EpochReport& report) {
    if (report.epoch != 3) return;
    for (const char* copy : {"on1", "on2", "on4"}) {
      std::filesystem::copy(at("run"), at(copy), std::filesystem::copy_options::recursive);
    }
  };
  run_on_ranks(3, ranked_options("run", GetParam()), GetParam(), observer);
  for (const std::size_t ranks : {1U, 2U, 4U}) {
    const std::string folder = "on" + std::to_string(ranks);
    TrainOptions again = ranked_options(folder, GetParam());
    again.resume = true;
    const TrainResult resumed = run_on_ranks(ranks, again, GetParam());
    EXPECT_GT(resumed.resumed_at, 0U);
    expect_as("one", folder);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Training, RankedKind,
    testing::Values(Kind{"Plain", {}}, Kind{"Sgd", [](TrainOptions& o) { o.optimizer = Sgd{}; }},
                    Kind{"GradientDescent", [](TrainOptions& o) { o.optimizer = GradientDescent{}; }},
                    Kind{"Nesterov", [](TrainOptions& o) { o.optimizer = Nesterov{}; }},
                    Kind{"AdamW", [](TrainOptions& o) { o.optimizer = AdamW{}; }},
                    Kind{"Double", [](TrainOptions& o) { o.precision = Precision::kDouble; }},
                    Kind{"Portable", [](TrainOptions& o) { o.arithmetic = Arithmetic::kPortable; }},
                    Kind{"Dropout", [](TrainOptions& o) { o.layers = "8 tanh, dropout 0.3"; }},
                    Kind{"BatchNorm", [](TrainOptions& o) { o.layers = "8 tanh, batch-norm, layer-norm"; }},
                    Kind{"Clipping", [](TrainOptions& o) { o.clip = 0.01; }},
                    Kind{"EarlyStopping", [](TrainOptions& o) { o.patience = 1; }},
                    Kind{"Average", [](TrainOptions& o) { o.ema = 0.9; }},
                    Kind{"UnevenRows", [](TrainOptions& o) { o.batch = 15; }, [] { return sectors(97); }},
                    Kind{"Numbers", [](TrainOptions& o) { o.l2 = 0.01; }, [] { return curve(100); }},
                    Kind{"Default", [](TrainOptions& o) { o.preset = Preset::kDefault; }}),
    [](const auto& kind) { return kind.param.name; });

TEST_F(Ranked, MoreThanThereAreLeavesIsSaid) {
  const Kind kind;
  TrainOptions options = ranked_options("run", kind);
  options.leaves = 0;
  EXPECT_THAT(run_on_ranks(3, options, kind).warnings,
              testing::Contains("an update of 16 rows is cut into 1 leaf, so 2 of 3 ranks have nothing to do; 3 "
                                "leaves would give each one a part"));
  options.leaves = 3;
  EXPECT_THAT(run_on_ranks(3, options, kind).warnings, testing::Not(testing::Contains(HasSubstr("ranks"))));
}

TEST_F(Ranked, LeavesChangeNoMoreThanRounding) {
  const Kind kind;
  TrainOptions options = ranked_options("run", kind);
  const TrainResult five = run(options, kind.data());
  options.leaves = 0;
  const TrainResult one = run(options, kind.data());
  const auto a = all_weights(five.model), b = all_weights(one.model);
  EXPECT_NE(a, b);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-4);
}

TEST_F(Ranked, TheFirstOneIsToldToStopAndAllDo) {
  const Kind kind;
  std::atomic<bool> stop = false;
  TrainObserver observer;
  observer.stop = &stop;
  observer.epoch = [&](const EpochReport& report) { stop = report.epoch == 2; };
  const TrainResult result = run_on_ranks(4, ranked_options("run", kind), kind, observer);
  EXPECT_EQ(result.stop_reason, StopReason::kInterrupted);
  EXPECT_EQ(result.epochs, 3U) << "begun";
}

TEST_F(Ranked, OneThatFailsEndsAll) {
  const Kind kind;
  TrainOptions options = ranked_options("run", kind);
  put(at("run"), "a file where the run folder should be");
  EXPECT_EQ(thrown([&] { run_on_ranks(4, options, kind); }),
            "UsageError: " + at("run") + ": is not a folder, expected one for the run");
}

TEST_F(Ranked, DivergeAsOneDoes) {
  const Kind kind{"", [](TrainOptions& o) { o.optimizer = Sgd{.learning_rate = 1e30}; }, [] { return curve(100); }};
  const TrainResult one = run(ranked_options("one", kind), kind.data());
  ASSERT_EQ(one.stop_reason, StopReason::kDiverged);
  const TrainResult three = run_on_ranks(3, ranked_options("three", kind), kind);
  EXPECT_EQ(sentence(*three.divergence), sentence(*one.divergence));
  EXPECT_EQ(get(at("three/metrics.jsonl")), get(at("one/metrics.jsonl")));
}

TEST_F(Ranked, BatchNormNeedsTwoRowsALeaf) {
  const Kind kind{"", [](TrainOptions& o) { o.layers = "8 tanh, batch-norm"; }};
  TrainOptions options = ranked_options("run", kind);
  options.leaves = 9;
  EXPECT_EQ(
      thrown([&] { train(kind.data(), options); }),
      "UsageError: [trainer] 9 leaves of a batch of 16 rows, expected 2 rows or more a leaf for batch norm, whose "
      "mean and variance are a leaf's");
}

TEST_F(Ranked, OfBatchesAboveALeafNeedNoOption) {
  TrainOptions options{.preset = Preset::kPlain, .layers = "16 relu", .epochs = 3, .batch = 700};
  const Dataset data = curve(2000);
  const auto one = all_weights(train(data, options).model);
  run_ranks(3, [&](Communicator& communicator) {
    TrainOptions mine = options;
    mine.communicator = &communicator;
    EXPECT_EQ(all_weights(train(data, mine).model), one) << "rank " << communicator.rank();
  });
}

TEST_F(Ranked, MembersAndFoldsAreSharedToo) {
  TrainOptions options{.preset = Preset::kPlain, .epochs = 3, .batch = 16, .leaves = 2, .members = 2};
  const Dataset data = sectors(80);
  const auto one = all_weights(train(data, options).model);
  TrainOptions choosing = options;
  choosing.members = 1;
  choosing.choose = 3;
  const auto chosen = all_weights(train(data, choosing).model);
  run_ranks(2, [&](Communicator& communicator) {
    TrainOptions mine = options;
    mine.communicator = &communicator;
    EXPECT_EQ(all_weights(train(data, mine).model), one);
    mine = choosing;
    mine.communicator = &communicator;
    EXPECT_EQ(all_weights(train(data, mine).model), chosen);
  });
}

// What a training says whose rank 2 of 3 has other options or rows.
class Unlike : public Ranked {
 protected:
  std::string thrown_with(const std::function<void(TrainOptions&)>& change, const Dataset& of_other) const {
    const Kind kind;
    const Dataset data = kind.data();
    return thrown([&] {
      run_ranks(3, [&](Communicator& communicator) {
        TrainOptions mine = ranked_options("run", kind);
        mine.communicator = &communicator;
        const bool is_other = communicator.rank() == 2;
        if (is_other) change(mine);
        train(is_other ? of_other : data, mine);
      });
    });
  }
};

TEST_F(Unlike, OptionsAreRefused) {
  const Dataset same = Kind().data();
  EXPECT_EQ(thrown_with([](TrainOptions& o) { o.clip = 0.5; }, same),
            "UsageError: rank 2: clip is 0.5, rank 0 has 0, expected the same");
  EXPECT_EQ(thrown_with([](TrainOptions& o) { o.leaves = 0; }, same),
            "UsageError: rank 2: leaves is none, rank 0 has 5, expected the same");
}

TEST_F(Unlike, RowsAreRefused) {
  const auto none = [](TrainOptions&) {};
  EXPECT_THAT(thrown_with(none, sectors(81)), HasSubstr("UsageError: rank 2: number of "));
  const Dataset data = Kind().data();
  std::vector<std::uint32_t> turned(data.rows());
  for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = static_cast<std::uint32_t>(turned.size() - 1 - i);
  EXPECT_THAT(thrown_with(none, data.select(turned)),
              testing::AllOf(HasSubstr("UsageError: rank 2: "), HasSubstr(" on rank 0, expected the same")));
}

TEST_F(Ranked, AnUpdateIsNotRecordedInOtherLeavesThanAnExplanationHas) {
  const Kind kind;
  TrainOptions options = ranked_options("run", kind);
  options.record = {1};
  EXPECT_EQ(thrown([&] { train(kind.data(), options); }),
            "UsageError: record: an explanation of an update cuts its rows by 256, but leaves is 5, expected 0");
}

}  // namespace
}  // namespace bprop
