// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/without_root.h"
#include "checkpoint/temporary_folder.h"
#include "train/tables.h"

namespace bprop {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class RunFolder : public TemporaryFolder {
 protected:
  TrainResult run(const std::string& folder, const TrainOptions& more = small_options()) const {
    TrainOptions options = more;
    options.run_directory = at(folder);
    options.configuration = "epochs = 5\n";
    return train(sectors(100), options);
  }
  std::vector<json> lines(const std::string& file) const {
    std::istringstream text(get(at(file)));
    std::vector<json> result;
    for (std::string line; std::getline(text, line);) result.push_back(json::parse(line));
    return result;
  }
};

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

TEST_F(RunFolder, HoldsALineForEachEpochTheTimesTheConfigurationAndTheBestModel) {
  const TrainResult result = run("run");
  const std::vector<json> metrics = lines("run/metrics.jsonl");
  ASSERT_EQ(metrics.size(), 5);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(metrics[i]["epoch"], i + 1);
    EXPECT_EQ(metrics[i]["step"], result.history[i].step);
    EXPECT_EQ(metrics[i]["train_loss"].get<double>(), result.history[i].train_loss);
    EXPECT_EQ(metrics[i]["validation_loss"].get<double>(), result.history[i].validation_loss);
    EXPECT_EQ(metrics[i]["validation_score"].get<double>(), result.history[i].validation_score);
    EXPECT_EQ(metrics[i]["learning_rate"].get<double>(), result.history[i].learning_rate);
    EXPECT_EQ(metrics[i]["best"].get<bool>(), result.history[i].best);
  }
  EXPECT_THAT(keys(metrics[0]), UnorderedElementsAre("epoch", "step", "train_loss", "validation_loss", "train_score",
                                                     "validation_score", "learning_rate",
                                                     "best"));  // no times
  const std::vector<json> timing = lines("run/timing.jsonl");
  ASSERT_EQ(timing.size(), 5);
  EXPECT_THAT(keys(timing[0]), UnorderedElementsAre("epoch", "seconds", "rows_per_second"));
  EXPECT_EQ(get(at("run/config.toml")), "epochs = 5\n");
  EXPECT_EQ(all_weights(load_model(at("run/best.safetensors"))), all_weights(result.model));
}

TEST_F(RunFolder, TwoEqualRunsWriteEqualBytes) {
  run("one");
  run("two");
  EXPECT_EQ(get(at("one/metrics.jsonl")), get(at("two/metrics.jsonl")));
  EXPECT_EQ(get(at("one/best.safetensors")), get(at("two/best.safetensors")));
  EXPECT_EQ(get(at("one/config.toml")), get(at("two/config.toml")));
}

TEST_F(RunFolder, WithoutValidationRowsTheirNumbersAreNullAndTheLastWeightsAreKept) {
  TrainOptions options = small_options();
  options.validation = 0;
  const TrainResult result = run("run", options);
  EXPECT_TRUE(lines("run/metrics.jsonl")[0]["validation_loss"].is_null());
  EXPECT_EQ(all_weights(load_model(at("run/best.safetensors"))), all_weights(result.model));
}

TEST_F(RunFolder, AnEarlierRunIsReplaced) {
  run("run");
  TrainOptions shorter = small_options();
  shorter.epochs = 2;
  shorter.seed = 9;
  const TrainResult second = run("run", shorter);
  EXPECT_EQ(lines("run/metrics.jsonl").size(), 2);
  EXPECT_EQ(all_weights(load_model(at("run/best.safetensors"))), all_weights(second.model));
}

TEST_F(RunFolder, AnEarlierBestModelStaysUntilThereIsABetterOne) {
  const TrainResult first = run("run");
  TrainOptions hopeless = small_options();
  hopeless.optimizer = Sgd{.learning_rate = 1e30};
  hopeless.schedule = Schedule{};
  hopeless.loss = Loss::kHalfSquaredError;
  hopeless.layers = "4 identity";
  const TrainResult second = run("run", hopeless);
  ASSERT_EQ(second.stop_reason, StopReason::kDiverged);
  ASSERT_EQ(second.best_epoch, 0);
  EXPECT_EQ(all_weights(load_model(at("run/best.safetensors"))), all_weights(first.model));
}

TEST_F(RunFolder, OtherThingsAreNotTouched) {
  std::filesystem::create_directory(at("photos"));
  put(at("photos/cat.jpg"), "x");
  put(at("photos/metrics.jsonl"), "of another program");
  const std::string sentence = "UsageError: " + at("photos") +
                               ": holds files but no run of bprop (config.toml is not there), expected a new or empty "
                               "folder, or that of an earlier run";
  EXPECT_EQ(thrown([&] { run("photos"); }), sentence);
  EXPECT_EQ(thrown([&] { check_run_directory(at("photos")); }), sentence);
  EXPECT_EQ(get(at("photos/metrics.jsonl")), "of another program");
  put(at("file"), "x");
  EXPECT_EQ(thrown([&] { run("file"); }), "UsageError: " + at("file") + ": is not a folder, expected one for the run");
  EXPECT_EQ(thrown([&] { run("file/deep/run"); }),
            "UsageError: " + at("file") + ": is not a folder, expected one for the run");
}

TEST_F(RunFolder, IsCheckedBeforeThereAreData) {
  EXPECT_EQ(thrown([&] { check_run_directory(""); }), "");
  EXPECT_EQ(thrown([&] { check_run_directory(at("new/deep/folder")); }), "");
  EXPECT_FALSE(std::filesystem::exists(at("new")));
  run("run");
  EXPECT_EQ(thrown([&] { check_run_directory(at("run")); }), "");
  EXPECT_EQ(lines("run/metrics.jsonl").size(), 5);
}

TEST_F(RunFolder, AFolderThatCannotBeWrittenToIsSaid) {
  std::filesystem::create_directory(at("locked"));
  std::filesystem::permissions(at("locked"), std::filesystem::perms{0555});
  const WithoutRoot nobody(folder_);
  EXPECT_EQ(
      thrown([&] { check_run_directory(at("locked/run")); }),
      "IoError: " + at("locked/run") + ": the folder " + at("locked") + " cannot be written to: Permission denied");
}

TEST_F(RunFolder, AFolderThatCannotBeListedIsNotTakenForAnEmptyOne) {
  std::filesystem::create_directory(at("closed"));
  std::filesystem::permissions(at("closed"), std::filesystem::perms{0333});
  const WithoutRoot nobody(folder_);
  EXPECT_THAT(thrown([&] { check_run_directory(at("closed")); }), HasSubstr(": holds files but no run of bprop"));
}

TEST_F(RunFolder, WhereNobodyMayLookIsNoPlaceForOne) {
  std::string sentence;
  call_where_nobody_may_look(folder_, [&] { sentence = thrown([] { check_run_directory("run"); }); });
  EXPECT_EQ(sentence, "UsageError: .: is not a folder, expected one for the run");
}

TEST_F(RunFolder, OfALongRunTheDoctorsLinesAreThinned) {
  TrainOptions options = small_options();
  options.layers = "1 tanh";
  options.epochs = 700;  // 5 updates each, and a line of each
  options.doctor_every = 1;
  run("run", options);
  EXPECT_EQ(lines("run/doctor.jsonl").size(), 1000 + 1000 + (3500 - 3000) / 4);
}

TEST_F(RunFolder, AnEmptyFolderAndAPathOfNewFoldersAreFine) {
  std::filesystem::create_directory(at("empty"));
  EXPECT_EQ(thrown([&] { run("empty"); }), "");
  EXPECT_EQ(thrown([&] { run("new/deep/folder"); }), "");
  EXPECT_EQ(lines("new/deep/folder/metrics.jsonl").size(), 5);
}

}  // namespace
}  // namespace bprop
