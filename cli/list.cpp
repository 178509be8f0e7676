// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "bprop/activation.h"
#include "bprop/error.h"
#include "bprop/lesson.h"
#include "bprop/loss.h"
#include "bprop/network.h"
#include "bprop/optimizer.h"
#include "json_text.h"
#include "quantity.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "list",
    .summary = "what there is of activations, losses, optimizers, initializers and lessons",
    .examples =
        "bprop list activations\n"
        "bprop list lessons\n"
        "bprop list losses --json",
    .usage = "activations|losses|optimizers|initializers|lessons [--json]",
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
    options.positional("WHAT", what_, "activations, losses, optimizers, initializers or lessons");
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
    if (what_ == "lessons") return lesson_list();
    constexpr std::string_view kExpected = "expected activations, losses, optimizers, initializers or lessons";
    throw UsageError(what_.empty() ? fmt::format("WHAT is missing: {}", kExpected)
                                   : fmt::format("there is no list of '{}', {}", what_, kExpected));
  }

  std::string what_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> list_verb() { return std::make_unique<List>(); }

}  // namespace bprop::cli
