// SPDX-License-Identifier: Apache-2.0
#include "bprop/evaluate.h"
#include "bprop/error.h"

#include <fmt/format.h>

#include "evaluation_text.h"
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
        "--target names the one to be predicted.\n"
        "Then every metric of the target, each with its interval at 95 % from these rows, and which classes are taken "
        "for which.",
};

class Evaluate : public Verb {
 public:
  Evaluate() : Verb(kText) {}

  void declare(Options& options) override {
    input_.declare(options);
    options.heading("Metrics");
    options.value("positive-class", "CLASS", positive_, "whose F1 it is, of two classes; by default the second's");
    options.list("quantiles", "Q", quantiles_,
                 "also the pinball loss of predictions as these quantiles, such as 0.1 0.9");
    program_.declare(options, {.json = "the result as one JSON object"});
  }

  ExitCode run(Options& options) override {
    input_.exclude(options);
    const Model model = input_.model();
    const auto data = input_.data(model, true);
    ThreadPool pool({.threads = program_.threads});
    const EvaluateOptions how{.positive_class = positive_, .quantiles = quantiles(), .pool = &pool};
    const Evaluation evaluation = data ? evaluate(model, *data, how) : evaluate(model, how);
    program_.remark_all("evaluate", evaluation.warnings);
    print(program_.json ? json_text(evaluation) : text(evaluation, model));
    return ExitCode::kDone;
  }

 private:
  std::vector<double> quantiles() const {
    std::vector<double> numbers(quantiles_.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      try {
        read(quantiles_[i], numbers[i]);
      } catch (const UsageError&) {
        throw UsageError(fmt::format("--quantiles {}: expected numbers above 0 and below 1", quantiles_[i]));
      }
    }
    return numbers;
  }

  std::string text(const Evaluation& evaluation, const Model& model) const {
    const bool exact = std::holds_alternative<DoubleNetwork>(model.network);
    return titled(input_.source(), counted(evaluation.rows, "row")) +
           titled(metric_name(evaluation), against_trivial(evaluation)) +
           titled("loss",
                  fmt::format("{} ({})", exact ? text_of(evaluation.loss) : fmt::format("{:.4g}", evaluation.loss),
                              text_of(model.loss.loss))) +
           "\n" + metrics_table(evaluation) + targets_table(evaluation) + (evaluation.confusion.empty() ? "" : "\n") +
           confusion_table(evaluation);
  }

  ModelAndData input_;
  std::string positive_;
  std::vector<std::string> quantiles_;
  ProgramOptions program_;
};

}  // namespace

std::unique_ptr<Verb> evaluate_verb() { return std::make_unique<Evaluate>(); }

}  // namespace bprop::cli
