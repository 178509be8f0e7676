// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>

#include "bprop/error.h"
#include "bprop/evaluate.h"
#include "model_and_data.h"
#include "output_path.h"
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
        "or the number, in the target's own units. The first column is called as the target was. Several targets have "
        "a column each; of labels, the probability of each second value follows, p(target=value). Numbers have as many "
        "digits as they need to be read back unchanged. DATA needs no target. With --json a line is a JSON object with "
        "the same fields.",
};

// Throws UsageError when the file holds anything but answers.
void check_replaced(const std::string& path, const Predictions& predictions, const Model& model) {
  constexpr std::size_t kLongestLine = std::size_t{1} << 20;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return;
  const std::string there = read_text_file(path, kLongestLine);
  if (there.empty() || begins_as_answers(there, predictions, model)) return;
  throw UsageError(fmt::format(
      "{}: exists and does not begin as answers of this model do; it stays as it is, unless --force is given", path));
}

class Predict : public Verb {
 public:
  Predict() : Verb(kText) {}

  void declare(Options& options) override {
    input_.declare(options);
    options.heading("Answers");
    options.value("output", "FILE", output_,
                  "the file to write; by default standard output; replaces only answers of this model");
    options.flag("force", force_, "--output replaces any other file, too, but none that is read");
    program_.declare(options, {.json = "a JSON object a line instead of CSV"});
  }

  ExitCode run(Options& options) override {
    input_.exclude(options);
    if (output_.empty()) options.exclude({"force"}, "without --output");
    if (!output_.empty()) check_not_read(output_, options);
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
      if (!force_) check_replaced(output_, predictions, model);
      write_text_file(output_, text);
    }
    return ExitCode::kDone;
  }

 private:
  ModelAndData input_;
  std::string output_;
  bool force_ = false;
  ProgramOptions program_;
};

}  // namespace

std::unique_ptr<Verb> predict_verb() { return std::make_unique<Predict>(); }

}  // namespace bprop::cli
