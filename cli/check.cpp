// SPDX-License-Identifier: Apache-2.0
#include "bprop/check.h"

#include <algorithm>
#include <sstream>

#include "chosen_rows.h"
#include "json_text.h"
#include "program_options.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "check",
    .summary = "gradients against three independent judges: tape, complex step, differences",
    .examples =
        "bprop check model.safetensors digits.csv\n"
        "bprop check exercise.toml",
    .usage = "MODEL [DATA] [OPTION...]",
    .details =
        "Works out every gradient of the loss on some rows twice, by the engine and by a scalar expression graph "
        "that shares only the formulas of activations and losses with it and no derivative, and samples entries by the "
        "complex step and by central differences. A line "
        "a tensor with its largest error; exit code 1 if one is larger than honest arithmetic makes it.",
};

class Check : public Verb {
 public:
  Check() : Verb(kText) {}

  void declare(Options& options) override {
    input_.declare(options);
    options.heading("Check");
    rows_.declare(options);
    options.value("samples", "N", check_.sampled_entries,
                  "entries of a tensor for complex step and differences; 0: all");
    options.flag("training", training_,
                 "the function that is trained: dropout layers multiply by masks, which --seed draws; batch norms "
                 "take mean and variance of the rows");
    program_.declare(options, {.json = "the report as one JSON object", .seed = "which entries"});
  }

  ExitCode run(Options& options) override {
    input_.exclude(options);
    ThreadPool pool({.threads = program_.threads});
    check_.seed = program_.seed;
    check_.pool = &pool;
    const Model model = input_.model();
    const auto& layers = model.architecture().layers;
    const auto differs = [](const Layer& layer) {
      return std::holds_alternative<Dropout>(layer) || std::holds_alternative<BatchNorm>(layer);
    };
    if (std::ranges::none_of(layers, differs)) options.exclude({"training"}, "without dropout layers or batch norms");
    if (training_) check_.pass = {.pass = Pass::kTraining, .seed = program_.seed};
    const auto data = input_.data(model, true);
    const CheckReport report = std::visit(
        [&]<class T>(const BasicNetwork<T>& network) {
          const EncodedRows<T> rows = chosen_rows<T>(model, data, rows_);
          program_.remark_all("check", rows.warnings);
          return check_gradients<T>(network, rows.input, rows.target, model.loss, check_);
        },
        model.network);
    if (program_.json) {
      print(json_text(report));
    } else {
      std::ostringstream table;
      table << report;
      print(table.str());
    }
    return report.passed ? ExitCode::kDone : ExitCode::kFailed;
  }

 private:
  ModelAndData input_;
  RowChoice rows_;
  CheckOptions check_;
  bool training_ = false;
  ProgramOptions program_;
};

}  // namespace

std::unique_ptr<Verb> check_verb() { return std::make_unique<Check>(); }

}  // namespace bprop::cli
