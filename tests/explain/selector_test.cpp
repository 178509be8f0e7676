// SPDX-License-Identifier: Apache-2.0
#include "bprop/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bprop/error.h"

namespace bprop {
namespace {

using Kind = Selector::Kind;

Architecture architecture(const char* text) { return Architecture::parse(text); }

std::string refusal(Kind kind, const char* text, const Architecture& of, const UnitNames& names = {}) {
  try {
    selector_named(kind, text, of, Notation::kOurs, names);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Selector, CountsLayersUnitsAndInputsFromOne) {
  const Architecture of = architecture("5 -> 3 relu -> 2");
  EXPECT_EQ(selector_named(Kind::kWeight, "1:3,5", of), weight(0, 2, 4));
  EXPECT_EQ(selector_named(Kind::kWeight, "w[2:1,3]", of), weight(1, 0, 2));
  EXPECT_EQ(selector_named(Kind::kBias, "2:2", of), bias(1, 1));
  EXPECT_EQ(selector_named(Kind::kDelta, "1:3", of), delta(0, 2));
  EXPECT_EQ(selector_named(Kind::kInput, "5", of), input(4));
}

TEST(Selector, N3FlatNamesGoUnitByUnitAndInputByInput) {
  const Architecture of = architecture("2 -> 2 sigmoid -> 2 sigmoid");
  EXPECT_EQ(selector_named(Kind::kWeight, "w1", of), weight(0, 0, 0));
  EXPECT_EQ(selector_named(Kind::kWeight, "w4", of), weight(0, 1, 1));
  EXPECT_EQ(selector_named(Kind::kWeight, "w6", of), weight(1, 0, 1));
  EXPECT_EQ(selector_named(Kind::kBias, "b3", of), bias(1, 0));
  EXPECT_EQ(flat_index(weight(1, 0, 1), of), 5U);
}

// The note's own examples: w10; wb[1][2]; w with 2 above and 21 below.
TEST(Selector, N19OneWeightHasFiveNames) {
  const Architecture of = architecture("2 -> 3 sigmoid -> 2 sigmoid");
  const Selector what = weight(1, 1, 0);
  EXPECT_EQ(name_of(what, of), "w[2:2,1]");
  EXPECT_EQ(name_of(what, of, Notation::k000), "w10");
  EXPECT_EQ(name_of(what, of, Notation::k001), "wb[1][2]");
  EXPECT_EQ(name_of(what, of, Notation::k002), "w10");
  EXPECT_EQ(name_of(what, of, Notation::k003), "w²₂₁");
  EXPECT_EQ(name_of(what, of, Notation::k004), "w²₁₂");
}

TEST(Selector, N19EveryPrintedNameMeansTheSameNumberAgain) {
  for (const char* text : {"2 -> 2 sigmoid -> 2 sigmoid", "12 -> 11 tanh -> 3 relu -> 13", "1 -> 1", "3 -> 4 no-bias",
                           "12 -> scale -> 11 tanh -> scale -> scale -> 2 -> scale"}) {
    const Architecture of = architecture(text);
    for (std::size_t notation = 0; notation < notation_names().size(); ++notation) {
      const auto by = static_cast<Notation>(notation);
      for (std::size_t layer = 0; layer < of.layers.size(); ++layer) {
        for (std::size_t place = 0; place < weight_count(of.layers[layer]); ++place) {
          const WeightEnds ends = weight_ends(of.layers[layer], place);
          const Selector what = weight(layer, ends.out, ends.in);
          EXPECT_EQ(selector_named(Kind::kWeight, name_of(what, of, by), of, by), what) << name_of(what, of, by);
        }
        for (std::size_t unit = 0; unit < outputs_of(of.layers[layer]); ++unit) {
          if (!has_bias(of.layers[layer])) continue;
          EXPECT_EQ(selector_named(Kind::kBias, name_of(bias(layer, unit), of, by), of, by), bias(layer, unit));
        }
      }
      for (std::size_t layer = 0; layer < of.layers.size(); ++layer) {
        const Selector a = activation(layer, 0);
        EXPECT_EQ(selector_named(Kind::kActivation, name_of(a, of, by), of, by), a) << name_of(a, of, by);
        const Selector d = delta(layer, 0);
        const Selector z{Kind::kPreActivation, layer, 0, 0};
        EXPECT_EQ(selector_named(Kind::kDelta, name_of(d, of, by), of, by), d) << name_of(d, of, by);
        EXPECT_EQ(selector_named(Kind::kPreActivation, name_of(z, of, by), of, by), z) << name_of(z, of, by);
      }
      for (std::size_t i = 0; i < of.inputs(); ++i) {
        EXPECT_EQ(selector_named(Kind::kInput, name_of(input(i), of, by), of, by), input(i));
      }
    }
  }
}

// A scale layer is a diagonal W: ours calls its weights s, the notes, which have no such layer, by two equal indices.
TEST(Selector, AScaleLayersWeightIsAFactorOfOneNumber) {
  const Architecture of = architecture("3 -> scale -> 2 tanh -> scale -> 1");
  for (const char* name : {"1:3,3", "s[1:3]", "w[1:3,3]", "w3", "layers.0.weight[2]", "layers.0.weight[2, 2]"}) {
    EXPECT_EQ(selector_named(Kind::kWeight, name, of), weight(0, 2, 2)) << name;
  }
  EXPECT_EQ(selector_named(Kind::kWeight, "w10", of), weight(2, 0, 0));
  EXPECT_EQ(flat_index(weight(2, 1, 1), of), 3U + 6 + 1);
  EXPECT_EQ(flat_index(weight(3, 0, 1), of), 3U + 6 + 2 + 1);
  const Selector what = weight(2, 1, 1);
  EXPECT_EQ(name_of(what, of), "s[3:2]");
  EXPECT_EQ(name_of(what, of, Notation::k000), "w11");
  EXPECT_EQ(name_of(what, of, Notation::k001), "wc[2][2]");
  EXPECT_EQ(name_of(what, of, Notation::k003), "w³₂₂");
  EXPECT_EQ(concordance(what, of).names.back().name, "layers.2.weight[1]");
  EXPECT_EQ(concordance(what, of).names.front().convention, "layers from 1; layer : unit");
  EXPECT_EQ(refusal(Kind::kWeight, "1:3,2", of), "unit 3 of layer 1, a scale layer, reads input 3 only");
  EXPECT_EQ(refusal(Kind::kWeight, "3:1,2", of), "unit 1 of layer 3, a scale layer, reads unit 1 only");
  EXPECT_EQ(refusal(Kind::kWeight, "1:4,4", of), "there is no unit 4 in layer 1, which has 3 units");
  EXPECT_EQ(refusal(Kind::kWeight, "s[1:4]", of), "there is no unit 4 in layer 1, which has 3 units");
  EXPECT_EQ(
      refusal(Kind::kWeight, "s[2:1]", of),
      "s[2:1]: layer 2 is no scale layer, expected a weight such as 1:3,5 (layer 1, to unit 3, from unit 5) or w17");
  EXPECT_EQ(refusal(Kind::kWeight, "w14", of), "w14: there is no such number, the last is w13");
  EXPECT_EQ(refusal(Kind::kBias, "1:1", of), "layer 1 has no bias");
}

TEST(Selector, ColumnsAndClassesStandForNumbers) {
  const Architecture of = architecture("2 -> 3 relu -> 2 softmax");
  const UnitNames names{{"age", "colour=a,b"}, {"cat", "dog"}};
  EXPECT_EQ(selector_named(Kind::kWeight, "1:3,age", of, Notation::kOurs, names), weight(0, 2, 0));
  EXPECT_EQ(selector_named(Kind::kWeight, "1:1,colour=a,b", of, Notation::kOurs, names), weight(0, 0, 1));
  EXPECT_EQ(selector_named(Kind::kWeight, "2:dog,3", of, Notation::kOurs, names), weight(1, 1, 2));
  EXPECT_EQ(selector_named(Kind::kBias, "2:cat", of, Notation::kOurs, names), bias(1, 0));
  EXPECT_EQ(selector_named(Kind::kInput, "age", of, Notation::kOurs, names), input(0));
  EXPECT_EQ(selector_named(Kind::kInput, "x1", architecture("2 -> 1"), Notation::kOurs, {{"age", "x1"}, {}}), input(1));
  EXPECT_EQ(selector_named(Kind::kWeight, "2:a,b,1", of, Notation::kOurs, {{}, {"cat", "a,b"}}), weight(1, 1, 0));
  EXPECT_EQ(selector_named(Kind::kWeight, "layers.1.weight[1, 2]", of), weight(1, 1, 2));
  EXPECT_EQ(refusal(Kind::kInput, "agge", of, names), "agge: there is no input 'agge'; did you mean age?");
}

TEST(Concordance, ListsTheNamesInEveryNotationAndInFiles) {
  const Architecture of = architecture("5 -> 3 relu -> 2");
  const Concordance names = concordance(weight(1, 1, 0), of, Notation::k003);
  EXPECT_EQ(names.name, "w²₂₁");
  ASSERT_EQ(names.names.size(), 7U);
  EXPECT_EQ(names.names[1].name, "w19");
  EXPECT_EQ(names.names[2].name, "wb[1][2]");
  EXPECT_EQ(names.names[6].name, "layers.1.weight[1, 0]");
  EXPECT_EQ(concordance(bias(0, 2), of).names[6].name, "layers.0.bias[2]");
  EXPECT_THROW(concordance(delta(0, 0), of), UsageError);
  EXPECT_THROW(concordance(weight(0, 3, 0), of), ShapeError);
}

TEST(Concordance, JsonSaysWhatIsNamedAndHow) {
  const auto json = nlohmann::json::parse(render_json(concordance(weight(1, 1, 0), architecture("5 -> 3 relu -> 2"))));
  EXPECT_EQ(json["what"], (nlohmann::json{{"kind", "weight"}, {"layer", 2}, {"unit", 2}, {"from", 1}}));
  EXPECT_EQ(json["name"], "w[2:2,1]");
  EXPECT_EQ(json["names"][5]["notation"], "004");
  EXPECT_EQ(json["names"][5]["name"], "w²₁₂");
  EXPECT_EQ(json["names"][6]["convention"], "counted from 0");
}

TEST(Selector, FlatIndicesCountEachKindByItself) {
  const Architecture of = architecture("5 -> 3 relu -> 2");
  EXPECT_EQ(flat_index(input(4), of), 4U);
  EXPECT_EQ(flat_index(bias(1, 1), of), 4U);
}

TEST(Selector, NamesThatFitNoPlaceAreRefused) {
  const Architecture of = architecture("2 -> 3 relu -> 2 softmax");
  const UnitNames names{{"age", "7"}, {"cat", "dog"}};
  EXPECT_EQ(selector_named(Kind::kInput, "2", of, Notation::kOurs, names), input(1)) << "a number is a place";
  EXPECT_EQ(refusal(Kind::kInput, "7", of, names), "there is no input 7, the network has 2");
  EXPECT_EQ(refusal(Kind::kInput, "?", of), "?: expected an input's number or name");
  const std::string no_bias = ": expected a bias such as 1:3 (layer 1, unit 3) or b3";
  EXPECT_EQ(refusal(Kind::kBias, "?", of, names), "?" + no_bias);
  for (const char* text : {"x:dog", "0:dog", "7:dog"}) EXPECT_EQ(refusal(Kind::kBias, text, of, names), text + no_bias);
  EXPECT_EQ(refusal(Kind::kBias, "2:dogg", of, names), "2:dogg: there is no output 'dogg'; did you mean dog?");
  EXPECT_EQ(refusal(Kind::kWeight, "1:age", of, names),
            "1:age: expected a weight such as 1:3,5 (layer 1, to unit 3, from unit 5) or w17");
  EXPECT_EQ(refusal(Kind::kWeight, "1:0,age", of, names), "1:0,age: there is no unit '0'");
  EXPECT_EQ(refusal(Kind::kWeight, "1:3x,age", of, names), "1:3x,age: there is no unit '3x'");
  const UnitNames of_one{{"a,b", "c"}, {"yes"}};
  EXPECT_EQ(selector_named(Kind::kWeight, "1:yes,a,b", architecture("2 -> 1"), Notation::kOurs, of_one),
            weight(0, 0, 0));
}

TEST(Selector, LayersThatAreNotThereAreSaidInEveryNotation) {
  const Architecture of = architecture("2 -> scale -> 3 relu -> 2");
  EXPECT_EQ(refusal(Kind::kWeight, "layers.7.weight[0]", of), "there is no layer 8, the network has 3");
  EXPECT_EQ(refusal(Kind::kWeight, "s[9:1]", of), "there is no layer 9, the network has 3");
  EXPECT_EQ(refusal(Kind::kWeight, "layers.0.weight[2]", of), "layers.0.weight[2]: layer 1 has 2 weights");
  EXPECT_EQ(
      refusal(Kind::kWeight, "layers.1.weight[2]", of),
      "layers.1.weight[2]: layer 2 is dense, expected a weight such as 1:3,5 (layer 1, to unit 3, from unit 5) or "
      "w17");
  EXPECT_EQ(selector_named(Kind::kBias, "layers.1.bias[2]", of), bias(1, 2));
  EXPECT_EQ(refusal(Kind::kBias, "b9", of), "b9: there is no such number, the last is b7");
  EXPECT_EQ(refusal(Kind::kDelta, "1:2", architecture("2 -> 1")), "there is no unit 2 in layer 1, which has 1 unit");
  const auto by = [&](Kind kind, const char* text, Notation notation) {
    try {
      selector_named(kind, text, of, notation);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(by(Kind::kActivation, "a¹₁", Notation::k003), "a¹₁: layer 1 is the input here, expected a layer from 2 on");
  EXPECT_EQ(by(Kind::kPreActivation, "z9", Notation::k002), "z9: there is no such number, the last is z7");
  EXPECT_EQ(by(Kind::kActivation, "a9", Notation::k002), "a9: there is no such number, the last is a7");
  EXPECT_EQ(by(Kind::kPreActivation, "q₁", Notation::k000),
            "q₁: there is not one hidden layer, expected the layer as well");
}

TEST(Selector, WhatDoesNotExistIsSaidInOneSentence) {
  const Architecture of = architecture("5 -> 3 relu -> 2 no-bias");
  EXPECT_EQ(refusal(Kind::kWeight, "3:1,1", of), "there is no layer 3, the network has 2");
  EXPECT_EQ(refusal(Kind::kWeight, "1:4,1", of), "there is no unit 4 in layer 1, which has 3 units");
  EXPECT_EQ(refusal(Kind::kWeight, "1:3,6", of), "there is no input 6 before layer 1, which has 5 inputs");
  EXPECT_EQ(refusal(Kind::kWeight, "w22", of), "w22: there is no such number, the last is w21");
  EXPECT_EQ(refusal(Kind::kBias, "2:1", of), "layer 2 has no bias");
  EXPECT_EQ(refusal(Kind::kInput, "6", of), "there is no input 6, the network has 5");
  EXPECT_EQ(refusal(Kind::kWeight, "0:1,1", of),
            "0:1,1: expected a weight such as 1:3,5 (layer 1, to unit 3, from unit 5) or w17, counted from 1");
  EXPECT_EQ(
      refusal(Kind::kWeight, "layers.18446744073709551615.weight[0]", of),
      "layers.18446744073709551615.weight[0]: expected a weight such as 1:3,5 (layer 1, to unit 3, from unit 5) or "
      "w17");
  EXPECT_EQ(refusal(Kind::kWeight, "weight", of),
            "weight: expected a weight such as 1:3,5 (layer 1, to unit 3, from unit 5) or w17");
  EXPECT_EQ(refusal(Kind::kDelta, "", of), ": expected a unit such as 1:3 (layer 1, unit 3)");
}

}  // namespace
}  // namespace bprop
