// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <functional>

#include "bprop/activation.h"
#include "bprop/error.h"
#include "bprop/lesson.h"
#include "bprop/loss.h"
#include "bprop/network.h"
#include "bprop/optimizer.h"
#include "bprop/preset.h"
#include "bprop/train.h"
#include "json_text.h"
#include "quantity.h"
#include "text_file.h"
#include "values.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "list",
    .summary = "what there is of activations, losses, optimizers, initializers, presets and lessons",
    .examples =
        "bprop list activations\n"
        "bprop list lessons\n"
        "bprop list losses --json",
    .usage = "activations|losses|optimizers|initializers|presets|lessons [--json]",
    .details =
        "Prints the rules that the engine computes by: names, formulas, derivatives, where a derivative jumps and "
        "what is taken there, who described it; or the lessons, with the rows of the lecture notes that they show.",
};

// Columns of a rule that people see, then those that only --json has.
struct Listing {
  std::size_t columns_for_people = 0;
  std::vector<std::string> keys = {};
  std::vector<std::vector<std::string>> rows = {};
};

std::string text(std::string_view view) { return std::string(view); }

Listing activations() {
  Listing list{4,
               {"name", "formula", "derivative", "kink", "limits", "formula_latex", "derivative_latex", "reference"}};
  for (const ActivationRule& r : activation_rules()) {
    list.rows.push_back({text(r.name), text(r.formula), text(r.derivative_text), text(r.kink), text(r.limits),
                         text(r.formula_latex), text(r.derivative_latex), text(r.reference)});
  }
  return list;
}

Listing losses() {
  Listing list{
      5, {"name", "formula", "derivative", "link", "kink", "limits", "formula_latex", "derivative_latex", "reference"}};
  for (const LossRule& r : loss_rules()) {
    list.rows.push_back({text(r.name), text(r.formula), text(r.derivative_text), text(rule(r.link).name), text(r.kink),
                         text(r.limits), text(r.formula_latex), text(r.derivative_latex), text(r.reference)});
  }
  return list;
}

Listing optimizers() {
  Listing list{4, {"name", "formula", "defaults", "reference", "numbers_per_weight", "formula_latex"}};
  for (const OptimizerRule& r : optimizer_rules()) {
    list.rows.push_back(
        {text(r.name), text(r.formula), text(r.defaults), text(r.reference), text_of(r.states), text(r.formula_latex)});
  }
  return list;
}

Listing initializers() {
  Listing list{3, {"name", "formula", "reference"}};
  for (const InitializerRule& r : initializer_rules()) {
    list.rows.push_back({text(r.name), text(r.formula), text(r.reference)});
  }
  return list;
}

// What a preset says for classes, and for numbers where that is something else.
std::string for_tasks(Preset preset, const std::function<std::string(const TrainOptions&)>& part) {
  const std::string classes = part(resolved({.preset = preset}, Task::kClasses));
  const std::string numbers = part(resolved({.preset = preset}, Task::kNumbers));
  return classes == numbers ? classes : fmt::format("{}; numbers: {}", classes, numbers);
}

std::string optimizer_text(const TrainOptions& options) {
  const auto numbers = [](const auto& o) {
    std::string text;
    if constexpr (requires { o.beta1; }) text += fmt::format(", beta1 {}, beta2 {}", o.beta1, o.beta2);
    if constexpr (requires { o.weight_decay; }) text += fmt::format(", weight-decay {}", o.weight_decay);
    return text;
  };
  return text_of(*options.optimizer) + std::visit(numbers, *options.optimizer);
}

// A row a part, a column a preset.
Listing presets() {
  using Parts = const TrainOptions&;
  const auto choice = [](const std::optional<bool>& part) { return text_of(Choice{*part}); };
  const std::vector<std::pair<std::string, std::function<std::string(Parts)>>> parts = {
      {"layers", [](Parts o) { return *o.layers; }},
      {"initializer", [](Parts o) { return text_of(o.initializer); }},
      {"bias-initializer", [](Parts o) { return text_of(o.bias_initializer); }},
      {"zero-last-layer", [&](Parts o) { return choice(o.zero_last_layer); }},
      {"embedding-sigma", [](Parts o) { return text_of(o.embedding_sigma); }},
      {"loss", [](Parts o) { return o.loss ? text_of(o.loss) : "what suits the outputs"; }},
      {"scaling", [](Parts o) { return text_of(o.scaling); }},
      {"smooth-clip", [&](Parts o) { return choice(o.smooth_clip); }},
      {"signed-pairs", [&](Parts o) { return choice(o.signed_pairs); }},
      {"missing-zero", [&](Parts o) { return choice(o.missing_zero); }},
      {"embed-above", [](Parts o) { return text_of(o.embed_above); }},
      {"members", [](Parts o) { return text_of(o.members); }},
      {"optimizer", optimizer_text},
      {"learning-rate", [](Parts o) { return text_of(learning_rate(*o.optimizer)); }},
      {"parametrization", [](Parts o) { return text_of(o.parametrization); }},
      {"bias-rate", [](Parts o) { return text_of(o.bias_rate); }},
      {"scale-rate", [](Parts o) { return text_of(o.scale_rate); }},
      {"embedding-rate", [](Parts o) { return text_of(o.embedding_rate); }},
      {"weight-decay-schedule", [](Parts o) { return text_of(o.weight_decay_schedule); }},
      {"dropout-schedule", [](Parts o) { return text_of(o.dropout_schedule); }},
      {"schedule", [](Parts o) { return text_of(o.schedule->kind); }},
      {"epochs", [](Parts o) { return o.epochs ? text_of(o.epochs) : "60, or as many as make 1500 updates"; }},
      {"batch", [](Parts o) { return text_of(o.batch); }},
      {"drop-last-batch", [&](Parts o) { return choice(o.drop_last_batch); }},
      {"ties", [](Parts o) { return text_of(o.ties); }},
  };
  Listing list{1 + preset_rules().size(), {"option"}};
  std::vector<std::string> summaries = {"summary"};
  for (const PresetRule& r : preset_rules()) {
    list.keys.push_back(text(r.name));
    summaries.push_back(text(r.summary));
  }
  list.rows.push_back(summaries);
  for (const auto& [option, part] : parts) {
    list.rows.push_back({option});
    for (const PresetRule& r : preset_rules()) list.rows.back().push_back(for_tasks(r.id, part));
  }
  return list;
}

Listing lesson_list() {
  Listing list{3, {"name", "shows", "rows"}};
  for (const LessonInfo& lesson : lessons()) {
    list.rows.push_back({text(lesson.name), text(lesson.summary), text(lesson.rows)});
  }
  return list;
}

std::string table(Listing list) {
  list.rows.insert(list.rows.begin(), list.keys);
  for (auto& row : list.rows) row.resize(list.columns_for_people);
  return aligned_table(list.rows);
}

class List : public Verb {
 public:
  List() : Verb(kText) {}

  void declare(Options& options) override {
    options.positional("WHAT", what_, "activations, losses, optimizers, initializers, presets or lessons");
    options.flag("json", json_, "all that is known, LaTeX too, as a JSON list");
  }

  ExitCode run(Options&) override {
    const Listing list = listing();
    print(json_ ? json_text(list.keys, list.rows) : table(list));
    return ExitCode::kDone;
  }

 private:
  Listing listing() const {
    if (what_ == "activations") return activations();
    if (what_ == "losses") return losses();
    if (what_ == "optimizers") return optimizers();
    if (what_ == "initializers") return initializers();
    if (what_ == "presets") return presets();
    if (what_ == "lessons") return lesson_list();
    constexpr std::string_view kExpected = "expected activations, losses, optimizers, initializers, presets or lessons";
    throw UsageError(what_.empty() ? fmt::format("WHAT is missing: {}", kExpected)
                                   : fmt::format("there is no list of '{}', {}", what_, kExpected));
  }

  std::string what_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> list_verb() { return std::make_unique<List>(); }

}  // namespace bprop::cli
