// SPDX-License-Identifier: Apache-2.0
#include "bprop/preset.h"

#include <array>

#include "base/named.h"
#include "bprop/train.h"
#include "train/setup.h"

namespace bprop {
namespace {

// Checkpoints have the numbers of this order: new ones go to the end.
constexpr std::array kPresets = {
    PresetRule{Preset::kDefault, "default", "RealMLP-TD-S (Holzmüller et al. 2024): the best of a table"},
    PresetRule{Preset::kFast, "fast", "the same recipe, smaller and shorter: seconds on 100,000 rows"},
    PresetRule{Preset::kPlain, "plain", "standardised numbers, 2 x 256 relu, AdamW with a cosine"},
    PresetRule{Preset::kLinear, "linear", "no hidden layer: logistic or linear regression"},
    PresetRule{Preset::kBest, "best",
               "eight of default's recipe, of different folds of the rows or seeds, merged into one network"},
};
constexpr std::array<std::string_view, 2> kTies = {"loss", "last"};

// Holzmüller et al. 2024, table A.1 (RealMLP-TD-S) and section 3.
TrainOptions realmlp(Task task) {
  const bool classes = task != Task::kNumbers;
  TrainOptions parts;
  parts.layers = classes ? "scale, 256 selu, 256 selu, 256 selu" : "scale, 256 mish, 256 mish, 256 mish";
  if (task == Task::kClasses) parts.loss = Loss::kCrossEntropy;
  parts.optimizer = Adam{.learning_rate = classes ? 0.04 : 0.07, .beta2 = 0.95};
  parts.schedule = Schedule{.kind = Schedule::Kind::kCosLog};
  parts.epochs = 256;
  parts.batch = 256;
  parts.drop_last_batch = true;
  parts.weight_decay_schedule = Fade::kConstant;
  parts.dropout_schedule = Fade::kConstant;
  parts.parametrization = Parametrization::kNtk;
  parts.bias_rate = 0.1;
  parts.scale_rate = 6;
  parts.embedding_rate = 0.1;
  parts.ties = Ties::kLast;
  parts.initializer = Initializer::kLecunNormal;
  parts.bias_initializer = BiasInitializer::kNormal;
  parts.zero_last_layer = true;
  parts.embedding_sigma = 0.1;
  parts.scaling = Scaling::kRobust;
  parts.smooth_clip = true;
  parts.signed_pairs = true;
  parts.missing_zero = true;
  parts.embed_above = 8;
  parts.members = 1;
  return parts;
}

TrainOptions best(Task task) {
  TrainOptions parts = realmlp(task);
  parts.members = 8;
  return parts;
}

TrainOptions fast(Task task) {
  TrainOptions parts = realmlp(task);
  parts.layers = task == Task::kNumbers ? "scale, 128 mish, 128 mish" : "scale, 128 selu, 128 selu";
  parts.epochs = 64;
  parts.batch = 128;
  return parts;
}

TrainOptions plain() {
  TrainOptions parts;
  parts.layers = "256 relu, 256 relu";
  parts.optimizer = AdamW{.learning_rate = 3e-3, .weight_decay = 0.3};
  parts.schedule = Schedule{.kind = Schedule::Kind::kCosine};
  parts.batch = 32;
  parts.drop_last_batch = false;
  parts.weight_decay_schedule = Fade::kConstant;
  parts.dropout_schedule = Fade::kConstant;
  parts.parametrization = Parametrization::kStandard;
  parts.bias_rate = 1;
  parts.scale_rate = 1;
  parts.embedding_rate = 1;
  parts.ties = Ties::kLoss;
  parts.initializer = Initializer::kAutomatic;
  parts.bias_initializer = BiasInitializer::kZeros;
  parts.zero_last_layer = false;
  parts.embedding_sigma = 0.1;
  parts.scaling = Scaling::kStandard;
  parts.smooth_clip = false;
  parts.signed_pairs = false;
  parts.missing_zero = false;
  parts.embed_above = 8;
  parts.members = 1;
  return parts;
}

TrainOptions linear() {
  TrainOptions parts = plain();
  parts.layers = "";
  return parts;
}

TrainOptions parts_of(Preset preset, Task task) {
  switch (preset) {
    case Preset::kDefault: return realmlp(task);
    case Preset::kFast: return fast(task);
    case Preset::kBest: return best(task);
    case Preset::kLinear: return linear();
    case Preset::kPlain: break;
  }
  return plain();
}

// What a preset decides.
template <class Visit>
void each_part(const Visit& visit) {
  visit(&TrainOptions::layers);
  visit(&TrainOptions::optimizer);
  visit(&TrainOptions::schedule);
  visit(&TrainOptions::epochs);
  visit(&TrainOptions::batch);
  visit(&TrainOptions::drop_last_batch);
  visit(&TrainOptions::weight_decay_schedule);
  visit(&TrainOptions::dropout_schedule);
  visit(&TrainOptions::parametrization);
  visit(&TrainOptions::bias_rate);
  visit(&TrainOptions::scale_rate);
  visit(&TrainOptions::embedding_rate);
  visit(&TrainOptions::ties);
  visit(&TrainOptions::initializer);
  visit(&TrainOptions::bias_initializer);
  visit(&TrainOptions::zero_last_layer);
  visit(&TrainOptions::embedding_sigma);
  visit(&TrainOptions::scaling);
  visit(&TrainOptions::smooth_clip);
  visit(&TrainOptions::signed_pairs);
  visit(&TrainOptions::missing_zero);
  visit(&TrainOptions::embed_above);
  visit(&TrainOptions::members);
}

}  // namespace

std::span<const PresetRule> preset_rules() { return kPresets; }

std::string_view name(Preset preset) { return kPresets[static_cast<std::size_t>(preset)].name; }

Preset preset_named(std::string_view name) {
  return kPresets[place_named("preset", name, kPresets, &PresetRule::name)].id;
}

std::string_view name(Ties ties) { return kTies[static_cast<std::size_t>(ties)]; }

Ties ties_named(std::string_view name) { return static_cast<Ties>(place_named("ties", name, kTies)); }

bool training::names_part(const TrainOptions& o) {
  bool named = o.loss || o.label_smoothing || o.reduction || o.huber_delta || o.learning_rate || o.steps > 0 ||
               o.l2 > 0 || o.weight_decay > 0 || o.clip > 0 || o.min_change > 0 || o.ema > 0;
  each_part([&](auto TrainOptions::* part) { named = named || (o.*part).has_value(); });
  return named;
}

TrainOptions resolved(TrainOptions options, Task task) {
  const TrainOptions parts = parts_of(options.preset, task);
  const auto fill = [&](auto TrainOptions::* part) {
    if (!(options.*part)) options.*part = parts.*part;
  };
  // A full architecture says itself how many outputs two classes have, and so which loss.
  if (!options.layers || options.layers->find("->") == std::string::npos) fill(&TrainOptions::loss);
  each_part(fill);
  return options;
}

}  // namespace bprop
