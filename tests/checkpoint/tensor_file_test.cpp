// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/tensor_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "bprop/model.h"
#include "checkpoint/safetensors_text.h"
#include "checkpoint/temporary_folder.h"
#include "checkpoint/textbook.h"

namespace bprop::checkpoint {
namespace {

class TensorFile : public TemporaryFolder {
 protected:
  void write(const std::string& name) {
    write_tensors(at(name), {tensor_source<double>("loss", {}, kLoss)}, {{"rows", "1:32"}});
  }
  const std::vector<double> kLoss = {0.25};
};

TEST_F(TensorFile, KindsAreToldByTheHeader) {
  write("tensors");
  save(model_from_toml(kMazur), at("model"));
  put(at("torch"), safetensors_text(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "abcd"));
  put(at("text"), "some text of more than eight bytes");
  put(at("short"), "");
  put(at("broken"), safetensors_text(R"({"a")"));
  EXPECT_EQ(kind_of_file(at("tensors")), FileKind::kTensors);
  EXPECT_EQ(kind_of_file(at("model")), FileKind::kModel);
  EXPECT_EQ(kind_of_file(at("torch")), FileKind::kOther);
  EXPECT_EQ(kind_of_file(at("text")), FileKind::kOther);
  EXPECT_EQ(kind_of_file(at("short")), FileKind::kOther);
  EXPECT_EQ(kind_of_file(at("broken")), FileKind::kOther);
  EXPECT_EQ(kind_of_file(folder_.string()), FileKind::kOther);
  EXPECT_EQ(kind_of_file(at("nothing")), FileKind::kNone);
}

TEST_F(TensorFile, ReplacesOnlyItsOwnKind) {
  write("x");
  write("x");
  save(model_from_toml(kMazur), at("model"));
  const std::string before = get(at("model"));
  EXPECT_EQ(thrown([&] { write("model"); }),
            "UsageError: " + at("model") + ": exists and is not a file of tensors of bprop; it stays as it is");
  EXPECT_EQ(get(at("model")), before);
  EXPECT_EQ(thrown([&] { save(model_from_toml(kMazur), at("x")); }),
            "UsageError: " + at("x") + ": exists and is not a model of bprop; it stays as it is");
}

TEST_F(TensorFile, CannotPassForAModel) {
  EXPECT_EQ(thrown([&] { write_tensors(at("x"), {}, {{"bprop", "{}"}}); }),
            "UsageError: " + at("x") + ": the metadata key \"bprop\" marks a model");
  write("x");
  EXPECT_EQ(thrown([&] { load_model(at("x")); }),
            "FormatError: " + at("x") + ": is a safetensors file but no model of bprop; read it with import");
}

}  // namespace
}  // namespace bprop::checkpoint
