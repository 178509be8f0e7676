// SPDX-License-Identifier: Apache-2.0
#include "bprop/evaluate.h"

#include "model_and_data.h"
#include "prediction_text.h"
#include "program_options.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "predict",
    .summary = "what a model says about new rows, as CSV or JSON",
    .examples =
        "bprop predict model.safetensors new.csv\n"
        "bprop predict model.safetensors new.csv --output answers.csv\n"
        "bprop predict model.safetensors new.csv --json",
    .usage = "MODEL [DATA] [OPTION...]",
    .details =
        "Writes a line for each row of DATA, in its order: the class and the probability of each class, p(class); "
        "or the number, in the target's own units. The first column is called as the target was. Numbers have as "
        "many digits as they need to be read back unchanged. DATA needs no target. With --json a line is a JSON object "
        "with the same fields.",
};

class Predict : public Verb {
 public:
  Predict() : Verb(kText) {}

  void declare(Options& options) override {
    input_.declare(options);
    options.heading("Answers");
    options.value("output", "FILE", output_, "the file to write; by default standard output");
    program_.declare(options, {.json = "a JSON object a line instead of CSV"});
  }

  ExitCode run(Options&) override {
    if (!output_.empty()) check_output_path(output_);
    const Model model = input_.model();
    const auto data = input_.data(model, false);
    ThreadPool pool({.threads = program_.threads});
    const Predictions predictions = data ? predict(model, *data, &pool) : predict(model);
    program_.remark_all("predict", predictions.warnings);
    const std::string text = program_.json ? json_lines(predictions, model) : csv_text(predictions, model);
    if (output_.empty()) {
      print(text);
    } else {
      write_text_file(output_, text);
    }
    return ExitCode::kDone;
  }

 private:
  ModelAndData input_;
  std::string output_;
  ProgramOptions program_;
};

}  // namespace

std::unique_ptr<Verb> predict_verb() { return std::make_unique<Predict>(); }

}  // namespace bprop::cli
