// SPDX-License-Identifier: Apache-2.0
//
// Files that earlier versions wrote: models predict the same bits, runs go on to the same bits. Everything is portable
// arithmetic on a table of whole numbers, so that processor and C library have no say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "bprop/evaluate.h"
#include "bprop/train.h"
#include "checkpoint/temporary_folder.h"

namespace bprop {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWidth = 3;

Dataset table() {
  std::vector<double> cells;
  for (int n = 0; n < 40; ++n) {
    const int u = n * 7 % 11 - 5;
    const int v = n * 5 % 13 - 6;
    for (const int cell : {u, v, u + v > 1 ? 0 : u > 0 ? 1 : 2}) cells.push_back(cell);
  }
  return make_dataset({"u", "v", "class"}, cells, "class");
}

TrainOptions options(const std::string& folder) {
  return {.preset = Preset::kPlain,
          .layers = "4 relu, batch-norm, dropout 0.25",
          .task = Task::kClasses,
          .epochs = 6,
          .batch = 8,
          .ema = 0.5,
          .arithmetic = Arithmetic::kPortable,
          .seed = 3,
          .run_directory = folder,
          .checkpoint_every = {.steps = 5}};
}

// Predictions of the table's rows, row after row.
std::vector<float> predictions(const Model& model) {
  const Dataset data = table();
  const EncodedRows<float> rows = encoded_rows<float>(model, data);
  std::vector<float> output(data.rows() * kWidth);
  std::get<Network>(model.network).predict(rows.input, output);
  return output;
}

class OldFiles : public TemporaryFolder, public testing::WithParamInterface<const char*> {
 protected:
  std::string old(const std::string& file) const {
    return std::string(BPROP_SOURCE_DIR "/tests/old_files/") + GetParam() + '/' + file;
  }
};

TEST_P(OldFiles, AModelPredictsTheSameBits) {
  const std::vector<float> output = predictions(load_model(old("model.safetensors")));
  const std::string bytes = get(old("predictions.f32"));
  ASSERT_EQ(bytes.size(), output.size() * sizeof(float));
  EXPECT_EQ(std::memcmp(bytes.data(), output.data(), bytes.size()), 0);
}

TEST_P(OldFiles, ARunGoesOnToTheSameBits) {
  fs::copy(old("run"), at("run"), fs::copy_options::recursive);
  TrainOptions again = options(at("run"));
  again.resume = true;
  const TrainResult result = train(table(), again);
  EXPECT_GT(result.resumed_at, 0);
  EXPECT_LT(result.resumed_at, result.steps);
  save(result.model, at("model.safetensors"));
  EXPECT_EQ(get(at("run/metrics.jsonl")), get(old("metrics.jsonl")));
  const Model then = load_model(old("model.safetensors"));
  EXPECT_EQ(predictions(load_model(at("model.safetensors"))), predictions(then));
}

INSTANTIATE_TEST_SUITE_P(Version, OldFiles, testing::Values("v1"));

// By hand, once a version.
TEST(OldFilesOf, DISABLED_WriteThoseOfThisVersion) {
  const char* const to = std::getenv("OLD_FILES");
  ASSERT_NE(to, nullptr) << "OLD_FILES names the folder";
  const fs::path folder = to;
  fs::create_directories(folder);
  TrainObserver observer;
  observer.epoch = [&](const EpochReport& report) {
    if (report.epoch == 3) fs::copy(folder / "all", folder / "run", fs::copy_options::recursive);
  };
  const Model model = train(table(), options((folder / "all").string()), observer).model;
  save(model, (folder / "model.safetensors").string());
  fs::copy(folder / "all" / "metrics.jsonl", folder / "metrics.jsonl");
  fs::remove_all(folder / "all");
  const std::vector<float> output = predictions(model);
  std::ofstream(folder / "predictions.f32", std::ios::binary)
      .write(reinterpret_cast<const char*>(output.data()), static_cast<std::streamsize>(output.size() * sizeof(float)));
}

}  // namespace
}  // namespace bprop
