// SPDX-License-Identifier: Apache-2.0
#include "bprop/doctor.h"

#include <sstream>

#include "chosen_rows.h"
#include "json_text.h"
#include "program_options.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "doctor",
    .summary = "what keeps a network from learning: vanishing, exploding, dead, saturated, unscaled, NaN",
    .examples =
        "bprop doctor model.safetensors digits.csv\n"
        "bprop doctor exercise.toml",
    .usage = "MODEL [DATA] [OPTION...]",
    .details =
        "Goes forward and backward through the network on some rows and looks at every layer: the size of delta (the "
        "loss by z, each row for itself), the gradient beside the weights, units that are dead (slope 0 on all rows) "
        "or saturated (hardly any slope on nearly all rows). Then what was found and what may help: delta that "
        "vanishes or explodes on its way to the first layer, many dead or saturated units (judged on 100 rows or "
        "more), unscaled columns, NaN and infinities. Exit code 1 if something was found, 0 if not. Training does the "
        "same for one update in 100.",
};

std::vector<std::string> column_names(const Model& model) {
  return model.preprocessing ? model.preprocessing->feature_names() : std::vector<std::string>();
}

class Doctor : public Verb {
 public:
  Doctor() : Verb(kText) {}

  void declare(Options& options) override {
    input_.declare(options);
    options.heading("Doctor");
    rows_.declare(options);
    program_.declare(options, {.json = "the diagnosis as one JSON object"});
  }

  ExitCode run(Options& options) override {
    input_.exclude(options);
    ThreadPool pool({.threads = program_.threads});
    const Model model = input_.model();
    const auto data = input_.data(model, true);
    DoctorOptions asked{.column_names = column_names(model), .pool = &pool};
    if (data) {
      asked.where = [&data, positions = rows_.positions(data->rows())](std::size_t row) {
        return data->where(positions[row]);
      };
    }
    const Diagnosis diagnosis = std::visit(
        [&]<class T>(const BasicNetwork<T>& network) {
          const EncodedRows<T> rows = chosen_rows<T>(model, data, rows_);
          program_.remark_all("doctor", rows.warnings);
          return diagnose<T>(network, rows.input, rows.target, model.loss, asked);
        },
        model.network);
    if (program_.json) {
      print(json_text(diagnosis));
    } else {
      std::ostringstream table;
      table << diagnosis;
      print(table.str());
    }
    return diagnosis.findings.empty() ? ExitCode::kDone : ExitCode::kFailed;
  }

 private:
  ModelAndData input_;
  RowChoice rows_{.first = 10'000};
  ProgramOptions program_;
};

}  // namespace

std::unique_ptr<Verb> doctor_verb() { return std::make_unique<Doctor>(); }

}  // namespace bprop::cli
