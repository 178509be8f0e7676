// SPDX-License-Identifier: Apache-2.0
//
// Traces that load_trace refuses: damaged ones, foreign files, and whole ones (right checksums) that lie.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "bprop/model.h"
#include "bprop/trace.h"
#include "checkpoint/safetensors_reader.h"
#include "checkpoint/safetensors_writer.h"
#include "checkpoint/temporary_folder.h"
#include "checkpoint/tensor_file.h"
#include "checkpoint/textbook.h"
#include "checkpoint/trace_reader.h"
#include "checkpoint/trace_settings.h"
#include "checkpoint/trace_writer.h"
#include "nn/network_state.h"

namespace bprop::checkpoint {
namespace {

using testing::HasSubstr;

// Two updates of a network "2 -> 2 sigmoid -> 2 sigmoid" with a gradient of ones.
class TraceRefusal : public TemporaryFolder {
 protected:
  TraceRefusal() { write(at("trace")); }

  static void write(const std::string& path, const char* of = kMazur) {
    const Model model = model_from_toml(of);
    const auto& network = std::get<DoubleNetwork>(model.network);
    const std::vector<double> ones(network.state().layout.size(), 1.0);
    TraceWriter writer(path, model, {.optimizer = Adam{.beta1 = 0.8}, .clip = 2});
    for (const std::size_t step : {3U, 7U}) {
      writer.before<double>(network, ones);
      writer.after<double>(network, {step, 0.5, 0.25, 1, {0}});
    }
    writer.commit();
  }

  std::string refusal(const std::string& name) const {
    return thrown([&] { load_trace(at(name)); });
  }

  // What is said of these bytes; "" if they are a trace.
  static std::string sentence_of(const std::string& bytes) {
    FileBytes file{AlignedBuffer<std::byte>(bytes.size()), bytes.size()};
    std::memcpy(file.bytes.data(), bytes.data(), bytes.size());
    const auto parsed = parse_trace(std::move(file), "x");
    return parsed ? "" : parsed.failure().message;
  }

  // The trace with its checksums right and whatever `change` does; the sentence without kind and path, "" if accepted.
  template <class Change>
  std::string refusal_of_changed(Change change) {
    const std::string bytes = get(at("trace"));
    const SafetensorsFile file = parse_safetensors(bytes_of(bytes), "trace").value_or_throw();
    std::map<std::string, Tensor> tensors;
    for (const Tensor& tensor : file.tensors) tensors.emplace(tensor.name, tensor);
    Metadata metadata;
    for (const char* key : {"bprop_trace", "bprop_model"}) metadata[key] = file.metadata.find(key)->second;
    change(tensors, metadata);
    std::vector<TensorSource> sources;
    for (const auto& [name, tensor] : tensors) {
      sources.push_back({name, tensor.dtype, tensor.shape, [b = tensor.bytes](const ByteSink& sink) { sink(b); }});
    }
    write_safetensors(at("lying"), std::move(sources), std::move(metadata));
    const std::string text = refusal("lying");
    const std::string start = "FormatError: " + at("lying") + ": ";
    return text.starts_with(start) ? text.substr(start.size()) : text;
  }

  // Numbers that a lying tensor is given; must live until it is written.
  template <class T>
  static void set(Tensor& tensor, const std::vector<T>& values) {
    tensor.shape = {values.size()};
    tensor.bytes = std::as_bytes(std::span(values));
  }
};

using Tensors = std::map<std::string, Tensor>;

TEST_F(TraceRefusal, AWholeTraceIsReadAsItWasWritten) {
  const Trace trace = load_trace(at("trace"));
  ASSERT_EQ(trace.steps().size(), 2);
  EXPECT_EQ(trace.steps()[1].step, 7);
  EXPECT_EQ(trace.steps()[1].learning_rate, 0.5);
  EXPECT_EQ(trace.steps()[1].loss, 0.25);
  EXPECT_EQ(trace.steps()[1].rows, std::vector<std::uint32_t>{0});
  EXPECT_EQ(trace.place_of(7), 1);
  EXPECT_EQ(trace.place_of(4), std::nullopt);
  EXPECT_EQ(trace.place_of(8), std::nullopt);
  EXPECT_EQ(std::get<Adam>(trace.settings().optimizer).beta1, 0.8);
  EXPECT_EQ(trace.settings().clip, 2);
  EXPECT_EQ(trace.weight(TracePart::kBefore, 1, 1, 0, 1), 0.45);
  EXPECT_EQ(trace.bias(TracePart::kAfter, 0, 0, 1), 0.35);
  EXPECT_EQ(trace.weights(TracePart::kGradient, 0, 1), std::vector<double>(4, 1.0));
  EXPECT_EQ(trace.biases(TracePart::kBefore, 0, 1), (std::vector<double>{0.6, 0.6}));
  EXPECT_EQ(trace.model().exercise, model_from_toml(kMazur).exercise);
  EXPECT_EQ(refusal_of_changed([](Tensors&, Metadata&) {}), "");
}

TEST_F(TraceRefusal, ALayerWithoutBiasesHasNone) {
  write(at("x"), kMacLeod);
  const Trace trace = load_trace(at("x"));
  EXPECT_TRUE(trace.biases(TracePart::kAfter, 0, 1).empty());
  EXPECT_EQ(trace.weights(TracePart::kGradient, 0, 1).size(), 2U);
}

TEST_F(TraceRefusal, PlacesThatAreNotThereAreShapeErrors) {
  const Trace trace = load_trace(at("trace"));
  EXPECT_EQ(thrown([&] { trace.network(2); }), "ShapeError: [trace] place 2, expected 0 to 1");
  EXPECT_EQ(thrown([&] { trace.weights(TracePart::kAfter, 0, 2); }), "ShapeError: [trace] layer 2, expected 0 to 1");
  EXPECT_EQ(thrown([&] { trace.weight(TracePart::kAfter, 0, 0, 2, 0); }),
            "ShapeError: [trace] weight 2, 0 of layer 0, which is (2 x 2)");
  EXPECT_EQ(thrown([&] { trace.bias(TracePart::kAfter, 0, 0, 2); }),
            "ShapeError: [trace] bias 2 of layer 0, which has 2");
}

TEST_F(TraceRefusal, EveryFlippedBitIsNoticed) {
  std::string bytes = get(at("trace"));
  for (std::size_t bit = 0; bit < 8 * bytes.size(); bit += 7) {  // every byte, each bit in its turn
    const auto flip = [&] { bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8)); };
    flip();
    EXPECT_TRUE(sentence_of(bytes).starts_with("x: ")) << "bit " << bit;
    flip();
  }
}

TEST_F(TraceRefusal, EveryShorterOrLongerFileIsNoticed) {
  const std::string bytes = get(at("trace"));
  EXPECT_EQ(sentence_of(bytes), "");
  for (std::size_t length = 1; length < bytes.size(); ++length) {
    EXPECT_TRUE(sentence_of(bytes.substr(0, length)).starts_with("x: ")) << length << " bytes";
  }
  put(at("empty"), "");
  EXPECT_THAT(refusal("empty"), HasSubstr(at("empty") + ": has 0 bytes, expected a safetensors file"));
  put(at("long"), bytes + "\n");
  EXPECT_EQ(refusal("long"), "FormatError: " + at("long") + ": 1 bytes follow the last tensor, expected none");
}

TEST_F(TraceRefusal, ADamagedTensorIsNamed) {
  std::string bytes = get(at("trace"));
  bytes[bytes.size() - 1] = static_cast<char>(bytes[bytes.size() - 1] ^ 1);
  put(at("damaged"), bytes);
  EXPECT_THAT(refusal("damaged"), HasSubstr(": tensor \"rows\" is damaged: its checksum is "));
}

TEST_F(TraceRefusal, ForeignFilesAreSaidToBeNoTrace) {
  save(model_from_toml(kMazur), at("model"));
  EXPECT_EQ(refusal("model"),
            "FormatError: " + at("model") + ": its metadata have no \"bprop_trace\", expected the trace of a run");
  put(at("text"), "epoch,loss\n1,0.25\n");
  EXPECT_THAT(refusal("text"), HasSubstr(at("text") + ": not a safetensors file: "));
  std::filesystem::create_directory(at("run"));
  EXPECT_EQ(refusal("run"), "IoError: " + at("run") + "/trace.safetensors: no such file");
  EXPECT_EQ(refusal("nothing"), "IoError: " + at("nothing") + ": no such file");
  EXPECT_EQ(thrown([&] { load_model(at("trace")); }),
            "FormatError: " + at("trace") + ": is the trace of a run but no model; read it with explain --trace");
}

TEST_F(TraceRefusal, EveryMissingTensorIsNamed) {
  const std::string bytes = get(at("trace"));
  const SafetensorsFile whole = parse_safetensors(bytes_of(bytes), "trace").value_or_throw();
  ASSERT_EQ(whole.tensors.size(), 6U + 3 * 4 + 2);
  for (const Tensor& missing : whole.tensors) {
    const std::string found = refusal_of_changed([&](Tensors& tensors, Metadata&) { tensors.erase(missing.name); });
    // Without its first matrix, the network seems to be one in float. The input alone decides whether there are rows.
    if (missing.name == "before.layers.0.weight") {
      EXPECT_EQ(found, "tensor \"before.layers.0.weight\" is missing");
    } else if (missing.name == "exercise.input") {
      EXPECT_EQ(found, "tensor \"exercise.target\" (1 x 2) is not expected there");
    } else if (missing.name == "exercise.target") {
      EXPECT_EQ(found, "");
    } else {
      EXPECT_EQ(found, "tensor \"" + missing.name + "\" is missing");
    }
  }
}

TEST_F(TraceRefusal, WrongShapesAndTypesAreSaid) {
  EXPECT_EQ(refusal_of_changed([](Tensors& t, Metadata&) { t["after.layers.1.weight"].shape = {2, 4, 1}; }),
            "tensor \"after.layers.1.weight\" is F64 (2 x 4 x 1), expected F64 (2 x 2 x 2)");
  EXPECT_EQ(refusal_of_changed([](Tensors& t, Metadata&) { t["gradient.layers.0.bias"].dtype = Dtype::kI64; }),
            "tensor \"gradient.layers.0.bias\" is I64 (2 x 2), expected F64 (2 x 2)");
  EXPECT_EQ(refusal_of_changed([](Tensors& t, Metadata&) { t["loss"].shape = {1, 2}; }),
            "tensor \"loss\" is F64 (1 x 2), expected F64 (2)");
  EXPECT_EQ(refusal_of_changed([](Tensors& t, Metadata&) { t["step"].shape = {2, 1}; }),
            "tensor \"step\" is (2 x 1), expected a list of at least one update");
  EXPECT_EQ(refusal_of_changed([](Tensors& t, Metadata&) {
              t["extra"] = t["loss"];
              t["extra"].name = "extra";
            }),
            "tensor \"extra\" (2) is not expected there");
}

TEST_F(TraceRefusal, NumbersThatCannotBeAreSaid) {
  const std::vector<std::uint64_t> falling = {7, 3}, from_zero = {0, 3}, none = {};
  EXPECT_EQ(refusal_of_changed([&](Tensors& t, Metadata&) { set(t["step"], falling); }),
            "tensor \"step\": number 2 is 3, expected updates from 1, ascending");
  EXPECT_EQ(refusal_of_changed([&](Tensors& t, Metadata&) { set(t["step"], from_zero); }),
            "tensor \"step\": number 1 is 0, expected updates from 1, ascending");
  EXPECT_EQ(refusal_of_changed([&](Tensors& t, Metadata&) { set(t["step"], none); }),
            "tensor \"step\" is (0), expected a list of at least one update");
  const std::vector<std::uint64_t> too_many = {1, 2}, too_few = {1, 0};
  EXPECT_EQ(refusal_of_changed([&](Tensors& t, Metadata&) { set(t["row_count"], too_many); }),
            "tensor \"row_count\": number 2 is 2, expected from 1 to the 1 left of \"rows\"");
  EXPECT_EQ(refusal_of_changed([&](Tensors& t, Metadata&) { set(t["row_count"], too_few); }),
            "tensor \"row_count\": number 2 is 0, expected from 1 to the 1 left of \"rows\"");
  const std::vector<std::uint32_t> more = {0, 0, 0};
  EXPECT_EQ(refusal_of_changed([&](Tensors& t, Metadata&) { set(t["rows"], more); }),
            "tensor \"rows\" has 1 numbers more than \"row_count\" counts");
  const std::vector<double> infinite = {0.5, std::numeric_limits<double>::infinity()};
  EXPECT_EQ(refusal_of_changed([&](Tensors& t, Metadata&) { set(t["learning_rate"], infinite); }),
            "tensor \"learning_rate\": number 2 is inf, expected a finite one");
}

TEST_F(TraceRefusal, SettingsThatCannotBeAreSaid) {
  const auto with = [&](const std::string& part, const std::string& other) {
    return refusal_of_changed([&](Tensors&, Metadata& metadata) {
      std::string& text = metadata["bprop_trace"];
      ASSERT_NE(text.find(part), std::string::npos) << text;
      text.replace(text.find(part), part.size(), other);
    });
  };
  EXPECT_EQ(with("\"format\":1", "\"format\":2"),
            "settings has the format 2, expected 1: written by another version of bprop");
  EXPECT_EQ(with("\"clip\"", "\"clap\""), "settings has no \"clip\"");
  EXPECT_EQ(with("\"l2\":0.0", "\"l2\":true"), "settings has \"l2\" that is a JSON boolean, expected a number");
  EXPECT_THAT(with("\"adam\"", "\"adamant\""), HasSubstr("settings: unknown optimizer 'adamant'; known: gd, "));
  EXPECT_EQ(with("\"beta1\"", "\"beta7\""), "settings: optimizer has no \"beta1\"");
  EXPECT_EQ(with("{\"format\"", "{\"format"), "settings: not valid JSON at byte 12");
  const auto with_steps = [&](const std::string& steps) {
    return with("\"clip\"", "\"weight_decay_schedule\":\"flat_cos\",\"total_steps\":" + steps + ",\"clip\"");
  };
  EXPECT_EQ(with_steps("9007199254740992"), "");
  EXPECT_EQ(with_steps("-1"), "settings has -1 total_steps, expected 0 to 2^53");
  EXPECT_EQ(with_steps("1e16"), "settings has 1e+16 total_steps, expected 0 to 2^53");
  EXPECT_THAT(refusal_of_changed([](Tensors&, Metadata& m) { m["bprop_model"] = "{"; }), HasSubstr("description"));
  EXPECT_EQ(refusal_of_changed([](Tensors&, Metadata& m) { m.erase("bprop_model"); }),
            "its metadata have no \"bprop_model\", expected the trace of a run");
}

TEST_F(TraceRefusal, NeitherTracesNorModelsNorTensorsTakeEachOthersPlace) {
  save(model_from_toml(kMazur), at("model"));
  EXPECT_EQ(thrown([&] { write(at("model")); }),
            "UsageError: " + at("model") + ": exists and is not a trace of bprop; it stays as it is");
  EXPECT_EQ(thrown([&] { save(model_from_toml(kMazur), at("trace")); }),
            "UsageError: " + at("trace") + ": exists and is not a model of bprop; it stays as it is");
  EXPECT_EQ(thrown([&] { write_tensors(at("trace"), {}, {}); }),
            "UsageError: " + at("trace") + ": exists and is not a file of tensors of bprop; it stays as it is");
  EXPECT_EQ(thrown([&] { write_tensors(at("x"), {}, {{"bprop_trace", "{}"}}); }),
            "UsageError: " + at("x") + ": the metadata key \"bprop_trace\" marks a trace");
  EXPECT_EQ(thrown([&] { write(at("trace")); }), "");
  EXPECT_EQ(files(), 2) << "what a trace is made of is gone";
}

TEST_F(TraceRefusal, AnUpdateThatWasNotMadeDoesNotCount) {
  const Model model = model_from_toml(kMazur);
  const auto& network = std::get<DoubleNetwork>(model.network);
  const std::vector<double> twos(network.state().layout.size(), 2.0), threes(twos.size(), 3.0);
  {
    TraceWriter writer(at("other"), model, {});
    EXPECT_EQ(thrown([&] { writer.commit(); }),
              "UsageError: " + at("other") + ": no update was recorded, expected at least one");
    writer.before<double>(network, twos);
    writer.before<double>(network, threes);
    writer.after<double>(network, {1, 1, 1, 1, {0}});
    writer.before<double>(network, twos);
    writer.commit();
  }
  EXPECT_EQ(load_trace(at("other")).steps().size(), 1);
  EXPECT_EQ(load_trace(at("other")).weight(TracePart::kGradient, 0, 0, 0, 0), 3);
}

}  // namespace
}  // namespace bprop::checkpoint
