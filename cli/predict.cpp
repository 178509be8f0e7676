// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <iterator>

#include "bprop/evaluate.h"
#include "csv_field.h"
#include "model_and_data.h"
#include "terminal.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "predict",
    .summary = "what a model says about new rows, as CSV",
    .examples =
        "bprop predict model.safetensors new.csv\n"
        "bprop predict model.safetensors new.csv --output answers.csv",
    .usage = "MODEL [DATA] [OPTION...]",
    .details =
        "Writes a line for each row of DATA, in its order: the class and the probability of each class, p(class); "
        "or the number, in the target's own units. The first column is called as the target was. Numbers have as "
        "many digits as they need to be read back unchanged. DATA needs no target.",
};

// One line of CSV after the other, in one buffer.
class Lines {
 public:
  void field(std::string_view text) {
    if (!first_) buffer_.push_back(',');
    first_ = false;
    buffer_.append(text);
  }
  void end() {
    buffer_.push_back('\n');
    first_ = true;
  }
  std::string_view text() const { return {buffer_.data(), buffer_.size()}; }

 private:
  fmt::memory_buffer buffer_;
  bool first_ = true;
};

// The shortest text that gives the number again: a probability in the network's precision, a number in the target's
// units, which was worked out in double.
std::string number_text(double value, bool in_float) {
  return in_float ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
}

std::string csv(const Predictions& predictions, const Model& model) {
  const bool classes = !predictions.classes.empty();
  const bool in_float = classes && std::holds_alternative<Network>(model.network);
  const std::size_t outputs = predictions.outputs;
  const std::string target = model.preprocessing ? model.preprocessing->target.name : classes ? "class" : "output";

  Lines lines;
  if (classes || outputs == 1) lines.field(csv_field(target));
  for (std::size_t k = 0; k < outputs && (classes || outputs > 1); ++k) {
    const std::string label = classes ? predictions.classes[k] : std::to_string(k + 1);
    lines.field(csv_field(!classes ? target + label
                                   : fmt::format("{}({})", predictions.probabilities ? "p" : "output", label)));
  }
  lines.end();
  for (std::size_t row = 0; row < predictions.rows; ++row) {
    if (classes) lines.field(csv_field(predictions.classes[predictions.chosen[row]]));
    for (std::size_t k = 0; k < outputs; ++k) lines.field(number_text(predictions.values[row * outputs + k], in_float));
    lines.end();
  }
  return std::string(lines.text());
}

class Predict : public Verb {
 public:
  Predict() : Verb(kText) {}

  void declare(Options& options) override {
    input_.declare(options);
    options.heading("Program");
    options.value("output", "FILE.csv", output_, "the file to write; by default standard output");
    options.value("threads", "N", threads_, "0: as many as there are processors");
    options.flag("quiet", quiet_, "no remarks");
  }

  ExitCode run(const Options&) override {
    if (!output_.empty()) check_output_path(output_);
    const Model model = input_.model();
    const auto data = input_.data(model, false);
    ThreadPool pool({.threads = threads_});
    const Predictions predictions = data ? predict(model, *data, &pool) : predict(model);
    if (!quiet_) remark_all("predict", predictions.warnings);
    const std::string text = csv(predictions, model);
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
  int threads_ = 0;
  bool quiet_ = false;
};

}  // namespace

std::unique_ptr<Verb> predict_verb() { return std::make_unique<Predict>(); }

}  // namespace bprop::cli
