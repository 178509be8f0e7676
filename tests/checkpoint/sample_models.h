// SPDX-License-Identifier: Apache-2.0
//
// Small models with every kind of column and target.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bprop/model.h"

namespace bprop {

// Six inputs: age and "age is missing"; colour=blue, colour=red, "colour is missing"; a pixel.
inline Preprocessing sample_preprocessing(TargetColumn target) {
  return {{{.name = "age", .shift = 40.1, .divisor = 12.3, .fill = 39, .missing_seen = true, .categories = {}},
           {.name = "colour", .kind = ColumnKind::kText, .missing_seen = true, .categories = {"blue", "red"}},
           {.name = "pixel1", .kind = ColumnKind::kPixel, .divisor = 255, .categories = {}}},
          std::move(target)};
}

inline Model sample_classes() {
  return {
      .network = Network("6 -> 4 relu -> 3 softmax", {.seed = 1, .arithmetic = Arithmetic::kFma}),
      .loss = {.loss = Loss::kCrossEntropy},
      .preprocessing = sample_preprocessing(
          {.name = "kind", .task = Task::kClasses, .classes = {"1", "2", "10"}, .one_hot = true, .counts = {5, 7, 9}})};
}

inline Model sample_pair() {
  return {.network = DoubleNetwork("6 -> 1 sigmoid", {.seed = 2, .arithmetic = Arithmetic::kPortable}),
          .loss = {.loss = Loss::kBinaryCrossEntropy},
          .preprocessing = sample_preprocessing({.name = "answer", .task = Task::kClasses, .classes = {"no", "yes"}})};
}

inline Model sample_numbers() {
  return {.network = Network("6 -> 3 tanh no-bias -> 1", {.seed = 3, .arithmetic = Arithmetic::kFma}),
          .preprocessing = sample_preprocessing(
              {.name = "price", .classes = {}, .shift = -1.5, .divisor = 1e6, .counts = {}, .mean = 0.1})};
}

inline Model sample_scaled() {
  Model model{
      .network = Network("6 -> scale -> 3 tanh -> scale -> 3 softmax", {.seed = 4, .arithmetic = Arithmetic::kFma}),
      .loss = {.loss = Loss::kCrossEntropy},
      .preprocessing = sample_classes().preprocessing};
  auto& network = std::get<Network>(model.network);
  network.set_weights(0, std::vector<float>{1.5F, -0.25F, 1, 0, 3e-7F, 40});
  network.set_weights(2, std::vector<float>{0.1F, 0.2F, 0.3F});
  return model;
}

}  // namespace bprop
