// SPDX-License-Identifier: Apache-2.0
//
// Files that earlier versions wrote: models predict the same bits, runs go on to the same bits. Everything is portable
// arithmetic on a table of whole numbers, so that processor and C library have no say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "checkpoint/temporary_folder.h"
#include "old_files/kept_run.h"

namespace bprop {
namespace {

namespace fs = std::filesystem;

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

}  // namespace
}  // namespace bprop
