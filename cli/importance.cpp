// SPDX-License-Identifier: Apache-2.0
#include "bprop/importance.h"

#include <fmt/format.h>

#include "bprop/error.h"
#include "importance_text.h"
#include "model_and_data.h"
#include "program_options.h"
#include "quantity.h"
#include "text_file.h"
#include "verbs.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "importance",
    .summary = "which columns a model goes by: what it loses without each, and how far each moves it",
    .examples =
        "bprop importance model.safetensors new.csv\n"
        "bprop importance model.safetensors new.csv --by permutation --metric log_loss --repeats 20\n"
        "bprop importance model.safetensors new.csv --by gradient --json",
    .usage = "MODEL DATA [OPTION...]",
    .details =
        "By permutation: the cells of one column are dealt anew among the rows of DATA, and the drop is how much worse "
        "the metric becomes; mean and standard deviation of the repeats. By gradient: how far the prediction moves, to "
        "first order, when the column moves by its standard deviation – mean |∂prediction/∂input| · spread, added over "
        "the inputs that the column is encoded to – in the target's own units, of classes in probability.\n"
        "Columns that say the same stand in for each other: both then look unimportant. DATA should be rows that "
        "training did not see.",
};

class ImportanceVerb : public Verb {
 public:
  ImportanceVerb() : Verb(kText) {}

  void declare(Options& options) override {
    input_.declare(options);
    options.heading("Importance");
    options.value("by", "HOW", by_, "permutation, gradient or both");
    options.value("metric", "M", metric_, "what permutation measures; by default accuracy, or rmse");
    options.value("repeats", "N", repeats_, "permutations of each column");
    program_.declare(options, {.json = "the result as one JSON object", .seed = "of the permutations"});
  }

  ExitCode run(Options& options) override {
    if (input_.data_options.path.empty()) {
      throw UsageError("DATA is missing: expected rows with answers, importance is that of their columns");
    }
    input_.exclude(options);
    ImportanceOptions how = checked(options);
    const Model model = input_.model();
    const auto data = input_.data(model, true);
    ThreadPool pool({.threads = program_.threads});
    how.pool = &pool;
    const Importance result = importance(model, *data, how);
    program_.remark_all("importance", result.warnings);
    print(program_.json ? importance_json(result) : text(result));
    return ExitCode::kDone;
  }

 private:
  ImportanceOptions checked(Options& options) const {
    if (by_ != "permutation" && by_ != "gradient" && by_ != "both") {
      throw UsageError(fmt::format("--by {}: expected permutation, gradient or both", by_));
    }
    if (by_ == "gradient") options.exclude({"metric", "repeats", "seed"}, "with --by gradient: nothing is permuted");
    ImportanceOptions how;
    how.permutation = by_ != "gradient";
    how.gradient = by_ != "permutation";
    how.metric = metric_;
    how.repeats = repeats_;
    how.seed = program_.seed;
    return how;
  }

  std::string text(const Importance& result) const {
    std::string score;
    if (result.repeats > 0) {
      score = titled(name(result.metric), fmt::format("{:.4g}; each column permuted {} times", result.score, repeats_));
    }
    return titled(input_.source(), counted(result.rows, "row")) + score + "\n" + importance_table(result);
  }

  ModelAndData input_;
  std::string by_ = "both";
  std::optional<Metric> metric_;
  std::size_t repeats_ = ImportanceOptions{}.repeats;
  ProgramOptions program_;
};

}  // namespace

std::unique_ptr<Verb> importance_verb() { return std::make_unique<ImportanceVerb>(); }

}  // namespace bprop::cli
