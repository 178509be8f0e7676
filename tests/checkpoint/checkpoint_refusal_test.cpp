// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints that are not as they were written.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "checkpoint/checkpoint_file.h"
#include "checkpoint/safetensors_text.h"
#include "checkpoint/safetensors_writer.h"
#include "checkpoint/temporary_folder.h"

namespace bprop::checkpoint {
namespace {

class CheckpointRefusal : public TemporaryFolder {
 protected:
  CheckpointRefusal() {
    std::vector<float> weights = {1, -2, 3.5F};
    std::size_t epoch = 3;
    StateList state;
    state.numbers("weights", std::span(weights));
    state.number("epoch", epoch);
    write_checkpoint(at("whole"), state, {{"rows", "12"}});
    bytes_ = get(at("whole"));
  }
  Result<CheckpointFile> read(const std::string& bytes) const {
    put(at("x"), bytes);
    return read_checkpoint(at("x"));
  }

  std::string bytes_;
};

TEST_F(CheckpointRefusal, EveryFlippedBitIsNoticed) {
  ASSERT_TRUE(read(bytes_));
  for (std::size_t bit = 0; bit < 8 * bytes_.size(); ++bit) {
    std::string damaged = bytes_;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const auto checkpoint = read(damaged);
    ASSERT_FALSE(checkpoint) << "bit " << bit;
    const std::string& sentence = checkpoint.failure().message;
    ASSERT_TRUE(sentence.starts_with(at("x") + ": ")) << sentence;
    for (const char c : sentence) ASSERT_FALSE(c >= 0 && c < ' ') << "bit " << bit << ": " << sentence;
  }
}

TEST_F(CheckpointRefusal, EveryShorterOrLongerFileIsNoticed) {
  for (std::size_t length = 0; length < bytes_.size(); ++length) {
    ASSERT_FALSE(read(bytes_.substr(0, length))) << length << " bytes";
  }
  EXPECT_EQ(read(bytes_ + "\n").failure().message, at("x") + ": 1 bytes follow the last tensor, expected none");
}

TEST_F(CheckpointRefusal, WhatIsNoCheckpointOfThisVersionIsSaid) {
  const auto refused = [this](const std::string& bytes) { return read(bytes).failure().message; };
  EXPECT_TRUE(read_checkpoint(at("nothing")).failure().message.starts_with(at("nothing") + ": "));

  write_safetensors(at("other"), {}, {{"rows", "12"}});
  EXPECT_EQ(refused(get(at("other"))), at("x") + ": is no checkpoint of a run");
  write_safetensors(at("newer"), {}, {{std::string(kCheckpointKey), "2"}});
  EXPECT_EQ(refused(get(at("newer"))),
            at("x") + ": is a checkpoint of version \"2\", expected 1; a newer bprop reads it");
  // Whole, as it seems, but nothing says so.
  EXPECT_EQ(refused(safetensors_text(R"({"__metadata__":{"bprop_checkpoint":"1"}})")),
            at("x") + ": is no checkpoint of a run");
}

TEST_F(CheckpointRefusal, ATableOfNoDimensionIsRefused) {
  const std::vector<double> number = {1};
  write_safetensors(at("x"), {tensor_source<double>("history", {}, number)}, {{"rows", "12"}});
  const std::string path = at("x");
  const FileBytes file = read_file(path).value_or_throw();
  const SafetensorsFile tensors = parse_safetensors(file.bytes.span(), path).value_or_throw();
  TensorShelf shelf(tensors, path);
  StateList state;
  state.table("history", 2, [] { return std::vector<double>(); }, [](std::span<const double>) { FAIL(); });
  EXPECT_EQ(thrown([&] { state.set_from(shelf); }),
            "FormatError: " + path + ": tensor \"history\" is F64 (), expected F64 (0 x 2)");
}

}  // namespace
}  // namespace bprop::checkpoint
