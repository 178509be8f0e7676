// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>

#include "bprop/error.h"
#include "bprop/figure.h"
#include "bprop/model.h"
#include "bprop/network_diagram.h"
#include "explained_selector.h"
#include "output_path.h"
#include "quantity.h"
#include "terminal.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "draw",
    .summary = "a network as the notes draw it: in the terminal, as SVG, for Graphviz",
    .examples =
        "bprop draw model.safetensors\n"
        "bprop draw exercise.toml --notation 000 --paths-of w1\n"
        "bprop draw '2 -> 3 tanh -> 1' --simplified --format svg --output network.svg",
    .usage =
        "MODEL|ARCHITECTURE [--simplified] [--notation NAME] [--paths-of W] [--format text|svg|dot] [--output FILE]",
    .details =
        "Draws the network from its inputs to the loss, in a notation's symbols: every unit as its z and its a, or "
        "simplified to one circle. Weights have their names where every layer has at most 3 units; of a wide layer the "
        "first units and the last are drawn. Biases are left out, as in the notes.",
};

class Draw : public Verb {
 public:
  Draw() : Verb(kText) {}

  void declare(Options& options) override {
    options.positional("MODEL", model_, "a model file, a network typed by hand, or a full architecture text");
    options.flag("simplified", diagram_.simplified, "one circle a unit, without the loss");
    options.value("notation", "NAME", diagram_.notation, "ours, or a lecture note's symbols: 000, 001, 002, 003, 004");
    options.value("paths-of", "W", paths_of_, "the weight, 1:3,5 or w17, whose paths to the loss are set off");
    options.value("most-units", "N", diagram_.most_units, "drawn of a layer, at least 3");
    options.value("most-layers", "N", diagram_.most_layers, "drawn of a network, at least 3; twice as many simplified");
    options.heading("Output");
    options.value("format", "NAME", format_, "text, svg, dot (for Graphviz)");
    options.value("output", "FILE", output_, "a file instead of the screen");
  }

  ExitCode run(Options& options) override {
    if (format_ != "text" && format_ != "svg" && format_ != "dot") {
      throw UsageError(fmt::format("--format {}: expected text, svg, dot", format_));
    }
    if (diagram_.most_units < 3)
      throw UsageError(fmt::format("--most-units {}: expected at least 3", diagram_.most_units));
    if (diagram_.most_layers < 3) {
      throw UsageError(fmt::format("--most-layers {}: expected at least 3", diagram_.most_layers));
    }
    if (!output_.empty()) check_output(options);
    const Architecture architecture = this->architecture();
    if (!paths_of_.empty()) {
      diagram_.paths_of = parameter_of("paths-of", paths_of_, architecture, diagram_.notation, {});
    }
    deliver(drawn(network_diagram(architecture, diagram_)));
    return ExitCode::kDone;
  }

 private:
  void check_output(const Options& options) const {
    check_not_read(output_, options);
    if (is_model_file(output_)) {
      throw UsageError(fmt::format("--output {}: is a model of bprop, expected another file", output_));
    }
    check_output_path(output_);
  }

  // A text with an arrow is an architecture, unless there is a file of that name.
  Architecture architecture() const {
    if (model_.empty())
      throw UsageError("MODEL is missing: expected a model file or an architecture, '2 -> 3 tanh -> 1'");
    std::error_code ignored;
    if (model_.find("->") == std::string::npos || std::filesystem::exists(model_, ignored))
      return load_model(model_).architecture();
    return Architecture::parse(model_);
  }

  std::string drawn(const Diagram& diagram) const {
    if (format_ == "svg") return render_svg(diagram);
    return format_ == "dot" ? render_dot(diagram) : render_text(diagram);
  }

  void deliver(const std::string& drawing) const {
    if (output_.empty()) return print(drawing);
    write_text_file(output_, drawing);
    print(titled("wrote", output_));
  }

  std::string model_;
  NetworkDiagramOptions diagram_;
  std::string paths_of_;
  std::string format_ = "text";
  std::string output_;
};

}  // namespace

std::unique_ptr<Verb> draw_verb() { return std::make_unique<Draw>(); }

}  // namespace bprop::cli
