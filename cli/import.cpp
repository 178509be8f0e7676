// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "bprop/error.h"
#include "bprop/model.h"
#include "json_text.h"
#include "output_path.h"
#include "program_options.h"
#include "quantity.h"
#include "text_file.h"
#include "train_report.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "import",
    .summary = "weights of another system to a model",
    .examples =
        "bprop import weights.safetensors --layers \"784 -> 128 relu -> 10 softmax\" \\\n"
        "    --loss cross_entropy --output model.safetensors",
    .usage = "WEIGHTS --layers TEXT [OPTION...]",
    .details =
        "Reads a safetensors file in PyTorch's layout: for each layer one tensor ending in .weight (out x in) and "
        "one ending in .bias (out), in the natural order of their names. Float or double is kept. A text of hidden "
        "layers only takes sizes from the tensors, and the output activation from the loss.",
};

class Import : public Verb {
 public:
  Import() : Verb(kText) {}

  void declare(Options& options) override {
    options.positional("WEIGHTS", weights_, "safetensors file, such as safetensors.torch.save_file writes");
    options.heading("Model");
    options.value("layers", "TEXT", layers_, "architecture, as in bprop train");
    options.may_be_empty("layers");
    options.value("loss", "L", loss_.loss, "what it is trained, evaluated and checked with");
    options.value("reduction", "R", loss_.reduction, "of the rows' losses: mean or sum");
    options.value("label-smoothing", "E", loss_.label_smoothing, "for the cross entropies and focal losses");
    options.value("huber-delta", "D", loss_.huber_delta, "for the loss huber");
    options.value("focal-gamma", "G", loss_.focal_gamma, "for the focal losses");
    options.value("quantiles", "Q,Q...", loss_.quantiles, "levels of the loss quantile, one an output");
    options.value("arithmetic", "A", arithmetic_, "fma or portable; by default what the processor has");
    options.value("output", "MODEL", output_, "the file to write; replaces only a model of bprop");
    program_.declare(options, {.json = "the summary as one JSON object", .threads = ""});
  }

  ExitCode run(Options& options) override {
    if (weights_.empty()) throw UsageError("WEIGHTS is missing: expected a safetensors file");
    if (!options.given("layers")) throw UsageError("--layers is missing: expected the architecture of the weights");
    check_not_read(output_, options);
    check_save_path(output_);
    const Model model = import_weights(weights_, layers_, loss_, arithmetic_.value_or(native_arithmetic()));
    save(model, output_);
    std::vector<std::string> warnings;
    if (!options.given("loss")) {
      warnings.push_back(fmt::format("weights do not say what they were trained with, {} is assumed; --loss names it",
                                     text_of(model.loss.loss)));
    }
    program_.remark_all("import", warnings);
    if (program_.json) {
      print(json_text(ImportSummary{model, output_, warnings}));
      return ExitCode::kDone;
    }
    print(network_line(model) + titled("loss", text_of(model.loss.loss)) + titled("wrote", output_));
    return ExitCode::kDone;
  }

 private:
  std::string weights_;
  std::string layers_;
  std::string output_ = "model.safetensors";
  LossOptions loss_;
  std::optional<Arithmetic> arithmetic_;
  ProgramOptions program_;
};

}  // namespace

std::unique_ptr<Verb> import_verb() { return std::make_unique<Import>(); }

}  // namespace bprop::cli
