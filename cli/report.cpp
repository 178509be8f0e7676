// SPDX-License-Identifier: Apache-2.0
#include "bprop/report.h"

#include <fmt/format.h>

#include <filesystem>

#include "bprop/error.h"
#include "bprop/model.h"
#include "output_path.h"
#include "program_options.h"
#include "quantity.h"
#include "run_destination.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "report",
    .summary = "a page about a training run: curves, errors, data, how to do it again",
    .examples =
        "bprop train digits.csv --target digit --run run\n"
        "bprop report run --output digits.html",
    .usage = "RUN [--output FILE]",
    .details =
        "Makes one HTML file of what bprop train --run RUN has written, by default RUN/report.html; training makes it "
        "by itself when it ends. It opens offline, in light and dark, and prints; the arrow keys walk along its "
        "curves. "
        "While training goes on it shows the curves so far.",
};

class ReportVerb : public Verb {
 public:
  ReportVerb() : Verb(kText) {}

  void declare(Options& options) override {
    options.positional("RUN", run_, "the folder of a run");
    options.heading("Output");
    options.value("output", "FILE", output_, "by default report.html in RUN");
  }

  ExitCode run(Options& options) override {
    if (run_.empty()) throw UsageError("RUN is missing: expected the folder that bprop train --run has filled");
    if (output_.empty()) {
      output_ = (std::filesystem::path(run_) / "report.html").string();
    } else {
      check_output(options);
    }
    const std::string page = report_html(run_);
    write_text_file(output_, page);
    print(titled("wrote", output_));
    return ExitCode::kDone;
  }

 private:
  void check_output(const Options& options) const {
    check_not_read(output_, options);
    if (std::filesystem::path(output_).filename() != "report.html") check_not_of_run("output", output_, run_);
    if (is_model_file(output_)) {
      throw UsageError(fmt::format("--output {}: is a model of bprop, expected another file", output_));
    }
    check_output_path(output_);
  }

  std::string run_;
  std::string output_;
};

}  // namespace

std::unique_ptr<Verb> report_verb() { return std::make_unique<ReportVerb>(); }

}  // namespace bprop::cli
