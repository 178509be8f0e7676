// SPDX-License-Identifier: Apache-2.0
#include "bprop/evaluate.h"

#include <fmt/format.h>

#include "json_text.h"
#include "model_and_data.h"
#include "program_options.h"
#include "quantity.h"
#include "text_file.h"
#include "train_report.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "evaluate",
    .summary = "how good a model is on rows whose answers are known",
    .examples =
        "bprop evaluate model.safetensors new.csv\n"
        "bprop evaluate model.safetensors t10k-images-idx3-ubyte --labels t10k-labels-idx1-ubyte\n"
        "bprop evaluate exercise.toml",
    .usage = "MODEL [DATA] [OPTION...]",
    .details =
        "Predicts every row of DATA and compares with its target, beside the simplest predictor there is: "
        "always the class that was most frequent in training, or always the mean of training. Columns are matched by "
        "name. A model that was not trained on a table (imported, typed by hand) takes the columns in their order; "
        "--target names the one to be predicted.",
};

class Evaluate : public Verb {
 public:
  Evaluate() : Verb(kText) {}

  void declare(Options& options) override {
    input_.declare(options);
    program_.declare(options, {.json = "the result as one JSON object"});
  }

  ExitCode run(Options& options) override {
    input_.exclude(options);
    const Model model = input_.model();
    const auto data = input_.data(model, true);
    ThreadPool pool({.threads = program_.threads});
    const Evaluation evaluation = data ? evaluate(model, *data, &pool) : evaluate(model);
    program_.remark_all("evaluate", evaluation.warnings);
    print(program_.json ? json_text(evaluation) : text(evaluation, model));
    return ExitCode::kDone;
  }

 private:
  std::string text(const Evaluation& evaluation, const Model& model) const {
    const bool exact = std::holds_alternative<DoubleNetwork>(model.network);
    return titled(input_.source(), counted(evaluation.rows, "row")) +
           titled(metric_name(evaluation), against_trivial(evaluation)) +
           titled("loss",
                  fmt::format("{} ({})", exact ? text_of(evaluation.loss) : fmt::format("{:.4g}", evaluation.loss),
                              text_of(model.loss.loss)));
  }

  ModelAndData input_;
  ProgramOptions program_;
};

}  // namespace

std::unique_ptr<Verb> evaluate_verb() { return std::make_unique<Evaluate>(); }

}  // namespace bprop::cli
