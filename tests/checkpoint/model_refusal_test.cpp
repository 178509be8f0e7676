// SPDX-License-Identifier: Apache-2.0
//
// Files that load_model refuses: damaged ones, and whole ones (right checksums) that lie about a model.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/model.h"
#include "checkpoint/model_reader.h"
#include "checkpoint/safetensors_text.h"
#include "checkpoint/safetensors_writer.h"
#include "checkpoint/sample_models.h"
#include "checkpoint/temporary_folder.h"
#include "checkpoint/textbook.h"

namespace bprop::checkpoint {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class ModelRefusal : public TemporaryFolder {
 protected:
  std::string bytes_of_model(const Model& model) {
    save(model, at("model"));
    return get(at("model"));
  }
};

TEST_F(ModelRefusal, EveryFlippedBitIsNoticed) {
  for (const Model& model : {sample_numbers(), sample_scaled(), model_from_toml(kMazur)}) {
    std::string bytes = bytes_of_model(model);
    ASSERT_TRUE(parse_model(bytes_of(bytes), "x"));
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      const auto flip = [&] { bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8)); };
      flip();
      const auto damaged = parse_model(bytes_of(bytes), "x");
      ASSERT_FALSE(damaged) << "bit " << bit;
      EXPECT_TRUE(damaged.failure().message.starts_with("x: ")) << damaged.failure().message;
      flip();
    }
  }
}

TEST_F(ModelRefusal, EveryShorterOrLongerFileIsNoticed) {
  const std::string bytes = bytes_of_model(sample_numbers());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    ASSERT_FALSE(parse_model(bytes_of(bytes).first(length), "x")) << length << " bytes";
  }
  EXPECT_EQ(parse_model(bytes_of(bytes + "\n"), "x").failure().message,
            "x: 1 bytes follow the last tensor, expected none");
}

TEST_F(ModelRefusal, ADamagedFileIsRefusedByLoadModelToo) {
  std::string bytes = bytes_of_model(sample_numbers());
  bytes.back() = static_cast<char>(bytes.back() ^ 64);
  put(at("damaged"), bytes);
  EXPECT_THAT(thrown([&] { load_model(at("damaged")); }),
              HasSubstr("FormatError: " + at("damaged") + ": tensor \"layers.1.bias\" is damaged: its checksum is "));
  put(at("empty"), "");
  EXPECT_EQ(thrown([&] { load_model(at("empty")); }),
            "FormatError: " + at("empty") +
                ": has 0 bytes, expected a safetensors file: 8 bytes for the length of its "
                "header, then the header");
}

// ---- whole files that lie ------------------------------------------------------------------------------------------

// A model "2 -> 1" whose description and tensors may be replaced by others.
class LyingModel : public TemporaryFolder {
 protected:
  std::string description_ =
      R"({"architecture":"2 -> 1","arithmetic":"fma","format":1,"loss":{"name":"huber","reduction":"mean",)"
      R"("label_smoothing":0.0,"huber_delta":1.0}})";
  std::vector<float> weight_ = {1, 2}, bias_ = {3};
  std::vector<double> ones_ = {1, 1}, one_ = {1};
  std::vector<TensorSource> tensors_ = {tensor_source<float>("layers.0.weight", {1, 2}, weight_),
                                        tensor_source<float>("layers.0.bias", {1}, bias_)};

  // The sentence without the path in front; "" if the file is accepted.
  std::string refusal() {
    write_safetensors(at("x"), tensors_, {{"bprop", description_}});
    const std::string text = thrown([&] { load_model(at("x")); });
    const std::string start = "FormatError: " + at("x") + ": ";
    return text.starts_with(start) ? text.substr(start.size()) : text;
  }
  // With a part of the description replaced.
  std::string refusal(std::string_view part, std::string_view other) {
    const std::string whole = description_;
    EXPECT_NE(whole.find(part), std::string::npos) << part;
    description_.replace(description_.find(part), part.size(), other);
    const std::string result = refusal();
    description_ = whole;
    return result;
  }
  // With columns "a", "b" and a target of numbers.
  void add_preprocessing() {
    description_.insert(1, R"("preprocessing":{"inputs":[{"name":"a","kind":"number"},{"name":"b","kind":"number"}],)"
                           R"("target":{"name":"y","task":"numbers"}},)");
    for (const char* name : {"preprocessing.shift", "preprocessing.divisor", "preprocessing.fill"}) {
      tensors_.push_back(tensor_source<double>(name, {2}, ones_));
    }
    for (const char* name : {"target.shift", "target.divisor"}) {
      tensors_.push_back(tensor_source<double>(name, {}, one_));
    }
  }
};

TEST_F(LyingModel, IsRightBeforeItLies) {
  EXPECT_EQ(refusal(), "");
  add_preprocessing();
  EXPECT_EQ(refusal(), "");
}

TEST_F(LyingModel, FormatsOfAnotherVersionAreRefused) {
  EXPECT_EQ(refusal("\"format\":1", "\"format\":2"),
            "description has the format 2, expected 1: written by another version of bprop");
  EXPECT_EQ(refusal("\"format\":1,", ""), "description has no \"format\"");
  EXPECT_EQ(refusal("\"format\":1", "\"format\":\"1\""),
            "description has \"format\" that is a JSON string, expected a number");
}

TEST_F(LyingModel, TheDescriptionIsReadStrictly) {
  EXPECT_EQ(refusal("{\"arch", "{{\"arch"), "description: not valid JSON at byte 1");
  EXPECT_EQ(refusal("\"format\":1", "\"format\":1,\"format\":1"), "description: key \"format\" stands twice");
  EXPECT_EQ(refusal("\"format\":1", "\"format\":1,\"time\":1"), "description has the unknown key \"time\"");
  EXPECT_EQ(refusal("\"name\":\"huber\"", "\"name\":\"huber\",\"power\":2"),
            "description: loss has the unknown key \"power\"");
  EXPECT_EQ(refusal("\"fma\"", "[[[[[[[0]]]]]]]"), "description: nested deeper than 6 levels");
  EXPECT_EQ(refusal("\"fma\"", "7"), "description has \"arithmetic\" that is a JSON number, expected a text");
  EXPECT_EQ(refusal("0.0", "\"0\""),
            "description: loss has \"label_smoothing\" that is a JSON string, expected a number");
  description_ = "[]";
  EXPECT_EQ(refusal(), "description is a JSON array, expected an object");
}

TEST_F(LyingModel, UnknownNamesAreRefused) {
  EXPECT_THAT(refusal("\"2 -> 1\"", "\"2 -> 1 relo\""), HasSubstr("description: [architecture] \"2 -> 1 relo\""));
  EXPECT_THAT(refusal("\"fma\"", "\"exact\""), HasSubstr("description: "));
  EXPECT_THAT(refusal("\"huber\"", "\"huba\""), HasSubstr("description: "));
  EXPECT_EQ(refusal("\"mean\"", "\"median\""), "description: unknown reduction 'median'; known: mean, sum");
  EXPECT_EQ(refusal("\"huber_delta\":1.0", "\"huber_delta\":0"),
            "description: huber_delta is 0, expected a number above 0");
}

TEST_F(LyingModel, TensorsMustBeThoseOfTheArchitecture) {
  EXPECT_EQ(refusal("2 -> 1", "3 -> 1"), "tensor \"layers.0.weight\" is F32 (1 x 2), expected F32 (1 x 3)");
  EXPECT_EQ(refusal("2 -> 1", "2 -> 1 -> 1"), "tensor \"layers.1.weight\" is missing");
  EXPECT_EQ(refusal("2 -> 1", "2 -> 1 no-bias"), "tensor \"layers.0.bias\" (1) is not expected there");
  EXPECT_EQ(refusal("2 -> 1", "2 -> 16777216"),
            "tensor \"layers.0.weight\" is F32 (1 x 2), expected F32 (16777216 x 2)");
  tensors_[1] = tensor_source<double>("layers.0.bias", {1}, one_);
  EXPECT_EQ(refusal(), "tensor \"layers.0.bias\" is F64 (1), expected F32 (1)");
  tensors_.pop_back();
  EXPECT_EQ(refusal(), "tensor \"layers.0.bias\" is missing");
  tensors_.clear();
  EXPECT_EQ(refusal(), "tensor \"layers.0.weight\" is missing");
}

TEST_F(LyingModel, HalfPrecisionCannotBeUsed) {
  tensors_[0] = {
      "layers.0.weight", Dtype::kF16, {1, 2}, [&](const ByteSink& sink) { sink(std::as_bytes(std::span(bias_))); }};
  EXPECT_EQ(refusal(), "tensor \"layers.0.weight\" is F16 (1 x 2), expected F32 (1 x 2)");
}

TEST_F(LyingModel, WeightsMustBeFinite) {
  weight_[1] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(refusal(), "tensor \"layers.0.weight\": number 2 is inf, expected a finite one");
}

TEST_F(LyingModel, PreprocessingMustFitTheNetwork) {
  add_preprocessing();
  EXPECT_EQ(refusal(R"(,{"name":"b","kind":"number"})", ""),
            "description: the columns give 1 inputs and 1 targets, expected 2 and 1");
  EXPECT_EQ(refusal(R"("name":"b")", R"("name":"a")"), "description: preprocessing has the input column \"a\" twice");
  EXPECT_EQ(refusal(R"("kind":"number")", R"("kind":"date")"),
            "description: input column 1 has the kind \"date\", expected number, text or pixel");
  EXPECT_EQ(refusal(R"("kind":"number")", R"("kind":"text")"), "description: input column 1 has no \"categories\"");
  EXPECT_EQ(refusal(R"("kind":"number")", R"("kind":"text","categories":["b","a"])"),
            "description: input column 1 has categories that are not sorted or not distinct");
  EXPECT_EQ(refusal(R"("kind":"number")", R"("kind":"text","categories":[1])"),
            "description: input column 1 has \"categories\" that is a JSON array, expected a list of texts");
  EXPECT_EQ(refusal(R"("kind":"number")", R"("kind":"pixel","missing":true)"),
            "description: input column 1 is a pixel that may be missing");
  EXPECT_EQ(refusal(R"("kind":"number")", R"("kind":"text","categories":["a"],"signed_pair":true)"),
            "description: input column 1 is a pair, but has not two categories");
  EXPECT_EQ(refusal(R"("kind":"number")", R"("kind":"text","categories":["a"],"missing":true,"missing_zero":true)"),
            "description: input column 1 has missing cells both as zeros and as an input");
  EXPECT_EQ(refusal(R"("kind":"number")", R"("kind":"number","signed_pair":true)"),
            "description: input column 1 has the unknown key \"signed_pair\"");
  for (const char* name : {R"({"hex":"0"})", R"({"hex":"0g"})", R"({"hex":"/0"})", R"({"hex":"A0"})", R"({"hex":1})",
                           R"({"hex":"00","hax":1})", R"({"hax":"00"})", "1"}) {
    EXPECT_THAT(refusal(R"("name":"b")", std::string(R"("name":)") + name), EndsWith("expected a text")) << name;
  }
}

TEST_F(LyingModel, ClassesMustBeDistinctAndEnough) {
  add_preprocessing();
  const auto with = [&](const std::string& rest) {
    return refusal(R"("task":"numbers")", R"("task":"classes",)" + rest);
  };
  EXPECT_EQ(with(R"("one_hot":false,"classes":["a","a"])"), "description: target has a class twice");
  EXPECT_EQ(with(R"("one_hot":true,"classes":["a"])"), "description: target has 1 classes, expected at least 2");
  EXPECT_EQ(with(R"("one_hot":false,"classes":["a","b","c"])"),
            "description: target has 3 classes and one output, expected an output for each");
  EXPECT_EQ(with(R"("one_hot":true,"classes":["a","b"])"),
            "description: the columns give 2 inputs and 2 targets, expected 2 and 1");
  EXPECT_EQ(with(R"("one_hot":false,"classes":["a","b"],"counts":[1])"),
            "description: target has 1 counts, expected one for each of 2 classes");
  EXPECT_EQ(with(R"("one_hot":false,"classes":["a","b"],"counts":[1,-2])"),
            "description: target has \"counts\" that is a JSON array, expected a list of whole numbers, 0 or more");
  EXPECT_EQ(with(R"("classes":["a","b"])"), "description: target has no \"one_hot\"");
  EXPECT_THAT(refusal(R"("task":"numbers")", R"("task":"dates")"), HasSubstr("description: "));
}

TEST_F(LyingModel, SeveralTargetsMustGoTogether) {
  add_preprocessing();
  const auto with = [&](const std::string& further) {
    const std::string target = R"("target":{"name":"y","task":"numbers"})";
    return refusal(target, target + R"(,"further_targets":[)" + further + "]");
  };
  EXPECT_EQ(with(R"({"name":"y","task":"numbers"})"), "description: preprocessing has the target \"y\" twice");
  EXPECT_EQ(with(R"({"name":"z","task":"classes","classes":["a","b"],"one_hot":false})"),
            "description: preprocessing has targets that are neither all numbers nor all labels of one output (\"y\" "
            "and \"z\")");
  const std::string label = R"("task":"classes","classes":["a","b"],"one_hot":)";
  const auto labels = [&](const std::string& first, const std::string& second) {
    return refusal(R"("target":{"name":"y","task":"numbers"})",
                   fmt::format(R"("target":{{"name":"y",{}{}}},"further_targets":[{{"name":"z",{}{}}}])", label, first,
                               label, second));
  };
  EXPECT_THAT(labels("false", "false"), HasSubstr("the columns give 2 inputs and 2 targets"));
  EXPECT_THAT(labels("true", "false"), HasSubstr("has targets that are neither"));
  EXPECT_THAT(labels("false", "true"), HasSubstr("has targets that are neither"));
  EXPECT_EQ(with(R"({"name":"z","task":"numbers"})"),
            "description: the columns give 2 inputs and 2 targets, expected 2 and 1");
  EXPECT_EQ(with(R"({"name":"z"})"), "description: target 2 has no \"task\"");
  description_.replace(description_.find("2 -> 1"), 6, "2 -> 4");
  description_.replace(description_.find("huber\""), 6, "gaussian_nll\"");
  EXPECT_EQ(with(R"({"name":"z","task":"numbers"})"),
            "description has the loss gaussian_nll of 2 targets, expected one target");
}

TEST_F(LyingModel, PreprocessingNumbersMustBeUsable) {
  add_preprocessing();
  ones_[1] = 0;
  EXPECT_EQ(refusal(), "tensor \"preprocessing.divisor\": number 2 is 0, expected one above 0");
  ones_[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(refusal(), "tensor \"preprocessing.shift\": number 2 is nan, expected a finite one");
  ones_[1] = 1;
  one_[0] = -1;
  EXPECT_EQ(refusal(), "tensor \"target.divisor\": number 1 is -1, expected one above 0");
  tensors_.pop_back();
  EXPECT_EQ(refusal(), "tensor \"target.divisor\" is missing");
}

TEST_F(LyingModel, AnExerciseMustFitTheNetwork) {
  description_.insert(1, R"("exercise":{"freeze_biases":true,"learning_rate":0.5},)");
  tensors_.push_back(tensor_source<double>("exercise.input", {1, 2}, ones_));
  tensors_.push_back(tensor_source<double>("exercise.target", {1, 1}, one_));
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(refusal("0.5", "0"), "description: exercise has the learning_rate 0, expected a number above 0");
  EXPECT_EQ(refusal("true", "1"),
            "description: exercise has \"freeze_biases\" that is a JSON number, expected true or "
            "false");
  tensors_[3] = tensor_source<double>("exercise.target", {2, 1}, ones_);
  EXPECT_EQ(refusal(), "tensor \"exercise.target\" is F64 (2 x 1), expected F64 (1 x 1)");
  tensors_[2] = tensor_source<double>("exercise.input", {2}, ones_);
  EXPECT_EQ(refusal(), "tensor \"exercise.input\" is F64 (2), expected F64 (2 x 2)");
  tensors_[2] = tensor_source<double>("exercise.input", {}, one_);
  EXPECT_EQ(refusal(), "tensor \"exercise.input\" is F64 (), expected F64 (0 x 2)");
}

TEST_F(LyingModel, AModelWithoutChecksumsIsRefused) {
  put(at("x"), safetensors_text(R"({"__metadata__":{"bprop":"{}"}})"));
  EXPECT_EQ(thrown([&] { load_model(at("x")); }),
            "FormatError: " + at("x") + ": has no checksum of its header, expected one in a model");
}

TEST_F(LyingModel, WeightsOfOthersAreNoModel) {
  put(at("x"), safetensors_text("{}"));
  EXPECT_EQ(thrown([&] { load_model(at("x")); }),
            "FormatError: " + at("x") + ": is a safetensors file but no model of bprop; read it with import");
}

}  // namespace
}  // namespace bprop::checkpoint
