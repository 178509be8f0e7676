// SPDX-License-Identifier: Apache-2.0
//
// Presets: recipes for tables, each a set of TrainOptions under one name. Every part can be had by itself, and one that
// is given stays: {.preset = Preset::kFast, .epochs = 100}. resolved() in train.h says what a training goes by;
// docs/presets.md and `bprop list presets` have the parts in words.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace bprop {

enum class Preset : std::uint8_t {
  kDefault,  // RealMLP-TD-S of Holzmüller et al. 2024 (arXiv 2407.04491): the best one, minutes on 10⁵ rows; on small
             // tables the better one of plain and linear (recipe_choice.h)
  kFast,     // the same recipe with fewer epochs of a smaller network: seconds on 10⁵ rows
  kPlain,    // standardised numbers, 2 × 256 relu, AdamW with a cosine: what bprop did before there were presets
  kLinear,   // the same without hidden layers: logistic or linear regression
  kBest,     // eight of default, merged into one network (TrainOptions::members): eight times as long
};

struct PresetRule {
  Preset id;
  std::string_view name;  // "default"
  std::string_view summary;
};
std::span<const PresetRule> preset_rules();
std::string_view name(Preset preset);
// Throws UsageError that lists the names.
Preset preset_named(std::string_view name);

// Which of several epochs with the same best validation score keeps its weights.
enum class Ties : std::uint8_t {
  kLoss,  // the one with the smallest validation loss
  kLast,  // the last one
};
std::string_view name(Ties ties);  // "loss", "last"
Ties ties_named(std::string_view name);

}  // namespace bprop
