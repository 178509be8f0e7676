// SPDX-License-Identifier: Apache-2.0
#include "bprop/error.h"
#include "bprop/review.h"
#include "data_options.h"
#include "json_text.h"
#include "program_options.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "inspect",
    .summary = "what is in a model, or in a table",
    .examples =
        "bprop inspect model.safetensors\n"
        "bprop inspect digits.csv",
    .usage = "MODEL|DATA [OPTION...]",
    .details =
        "Of a model: its layers with size, range and norm of the weights, loss, target, columns and how they are "
        "scaled; every weight of a small layer. Of a table: its columns with kind, missing cells and range or "
        "categories, as bprop train would read them; with --target also what it would remark.",
};

bool looks_like_model(const std::string& path) {
  return path.ends_with(".toml") || path.ends_with(".safetensors") || is_model_file(path);
}

// What bprop train would remark of these columns, or why it would not take them.
std::vector<std::string> remarks_of_training(const Dataset& data) {
  if (!data.target()) return {};
  try {
    FittedPreprocessing fitted = fit_preprocessing(data);
    for (auto& remark : review(data, fitted.preprocessing)) fitted.warnings.push_back(std::move(remark));
    return fitted.warnings;
  } catch (const Error& error) {
    return {error.what()};
  }
}

class Inspect : public Verb {
 public:
  Inspect() : Verb(kText) {}

  void declare(Options& options) override {
    options.positional("FILE", data_.path, "a model, a network typed by hand (TOML), a table or images");
    options.heading("Data");
    data_.declare(options);
    program_.declare(options, {.json = "all of it as one JSON object", .threads = ""});
  }

  ExitCode run(Options& options) override {
    if (data_.path.empty()) throw UsageError("FILE is missing: expected a model or a table");
    if (looks_like_model(data_.path)) {
      options.exclude({"target", "labels", "ignore", "delimiter", "decimal", "no-header", "max-size"},
                      "to a model: it has its own columns");
      const Model model = load_model(data_.path);
      show(summarize(model, data_.path));
    } else {
      data_.exclude(options, "");
      const std::string labels = data_.labels.empty() ? labels_beside(data_.path) : data_.labels;
      const Dataset data = load_table(data_.path, data_.csv(), labels);
      DataSummary summary = summarize(data);
      summary.warnings = remarks_of_training(data);
      program_.remark_all("inspect", summary.warnings);
      show(summary);
    }
    return ExitCode::kDone;
  }

 private:
  template <class Summary>
  void show(const Summary& summary) const {
    print(program_.json ? json_text(summary) : text_of(summary));
  }

  DataOptions data_;
  ProgramOptions program_;
};

}  // namespace

std::unique_ptr<Verb> inspect_verb() { return std::make_unique<Inspect>(); }

}  // namespace bprop::cli
