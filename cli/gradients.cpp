// SPDX-License-Identifier: Apache-2.0
#include "bprop/gradients.h"

#include <fmt/format.h>

#include "bprop/error.h"
#include "chosen_rows.h"
#include "json_text.h"
#include "output_path.h"
#include "program_options.h"
#include "quantity.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "gradients",
    .summary = "every number of forward and backward propagation, as a file of tensors",
    .examples =
        "bprop gradients model.safetensors digits.csv --rows 1:8 --output gradients.safetensors\n"
        "bprop gradients exercise.toml --output gradients.safetensors",
    .usage = "MODEL [DATA] --output GRADIENTS [OPTION...]",
    .details =
        "Writes a safetensors file with loss, input, target, prediction, d_input and, for each layer K from 0, "
        "layers.K.d_weights (out x in), .d_bias, .delta (the loss by z), .d_output (the loss by a), .z and .a: of "
        "the mean loss of the rows, inputs and targets as the engine saw them. Anybody can compare with another "
        "system.",
};

template <class T>
BasicNetwork<T> converted(const Model& model) {
  return std::visit(
      []<class S>(const BasicNetwork<S>& source) {
        if constexpr (std::is_same_v<S, T>) {
          return source;
        } else {
          BasicNetwork<T> copy(source.architecture(),
                               {.initializer = Initializer::kZeros, .arithmetic = source.arithmetic()});
          for (std::size_t layer = 0; layer < source.architecture().layers.size(); ++layer) {
            const auto weights = source.weights(layer);
            const auto bias = source.bias(layer);
            copy.set_weights(layer, std::vector<T>(weights.begin(), weights.end()));
            if (!bias.empty()) copy.set_bias(layer, std::vector<T>(bias.begin(), bias.end()));
            const auto mean = source.running_mean(layer);
            const auto variance = source.running_variance(layer);
            copy.set_running(layer, std::vector<T>(mean.begin(), mean.end()),
                             std::vector<T>(variance.begin(), variance.end()));
          }
          return copy;
        }
      },
      model.network);
}

class GradientsOf : public Verb {
 public:
  GradientsOf() : Verb(kText) {}

  void declare(Options& options) override {
    input_.declare(options);
    options.heading("Gradients");
    rows_.declare(options);
    options.flag("double", double_, "computed and written in double, whatever the model's precision");
    options.value("output", "GRADIENTS", output_, "the file to write; replaces only such a file");
    program_.declare(options, {.json = "the summary as one JSON object"});
  }

  ExitCode run(Options& options) override {
    if (output_.empty()) throw UsageError("--output is missing: expected the file to write");
    input_.exclude(options);
    check_not_read(output_, options);
    const Model model = input_.model();
    const auto data = input_.data(model, true);
    if (double_ || std::holds_alternative<DoubleNetwork>(model.network)) {
      write<double>(model, data);
    } else {
      write<float>(model, data);
    }
    return ExitCode::kDone;
  }

 private:
  template <class T>
  void write(const Model& model, const std::optional<Dataset>& data) const {
    const BasicNetwork<T> network = converted<T>(model);
    const EncodedRows<T> rows = chosen_rows<T>(model, data, rows_);
    program_.remark_all("gradients", rows.warnings);
    ThreadPool pool({.threads = program_.threads});
    LossOptions loss = model.loss;
    loss.reduction = Reduction::kMean;  // as the help promises, whatever the model was trained with
    const BasicGradients<T> all = gradients<T>(network, rows.input, rows.target, loss, &pool);
    write_gradients(output_, rows, network, all);
    if (program_.json) return print(json_text(GradientsSummary{rows.rows, all.loss, output_, rows.warnings}));
    print(titled("loss", fmt::format("{} of {}", static_cast<T>(all.loss), counted(rows.rows, "row"))));
    print(titled("wrote", output_));
  }

  ModelAndData input_;
  RowChoice rows_;
  std::string output_;
  bool double_ = false;
  ProgramOptions program_;
};

}  // namespace

std::unique_ptr<Verb> gradients_verb() { return std::make_unique<GradientsOf>(); }

}  // namespace bprop::cli
