// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "bprop/train.h"

#include "bprop/error.h"
#include "bprop/folds.h"
#include "bprop/resume.h"
#include "bprop/review.h"
#include "config_file.h"
#include "folds_report.h"
#include "json_text.h"
#include "output_path.h"
#include "ranked_training.h"
#include "row_list.h"
#include "run_destination.h"
#include "terminal.h"
#include "text_file.h"
#include "told_training.h"
#include "train_end.h"
#include "train_report.h"
#include "training_data.h"
#include "training_options.h"
#include "verbs.h"
#include "watched_training.h"

namespace bprop::cli {
namespace {

constexpr VerbText kText = {
    .name = "train",
    .summary = "table to model: train a network, say how good it is on rows it never saw",
    .examples =
        "bprop train digits.csv --target digit\n"
        "bprop train prices.csv --target price --layers \"64 relu, 32 relu\" --epochs 100\n"
        "bprop train train-images-idx3-ubyte --labels train-labels-idx1-ubyte \\\n"
        "    --test t10k-images-idx3-ubyte --test-labels t10k-labels-idx1-ubyte\n"
        "bprop train --from exercise.toml --steps 1",
    .usage =
        "DATA --target NAME [OPTION...]\n"
        "       bprop train IMAGES --labels LABELS [OPTION...]\n"
        "       bprop train --from MODEL [DATA] [OPTION...]\n"
        "       bprop train --resume DIR",
    .details =
        "Trains a network on the rows of DATA (CSV, IDX or NPY, also gzipped) and writes it to MODEL. Some rows "
        "are laid aside: those of validation decide which epoch's weights are kept, those of the test say how "
        "good they are. On a small table nobody is laid aside for validation: two recipes compete by five folds of "
        "the rows, and one of them is trained on all (--choose).\n"
        "Ctrl-C ends training; the best weights so far are written all the same. While recipes compete there are none. "
        "What was trained with --run goes on with --resume, whatever ended it.",
};

class Train : public Verb {
 public:
  Train() : Verb(kText) {}
  void declare(Options& options) override;
  ExitCode run(Options& options) override;

 private:
  ExitCode train_on_table(Options& options);
  ExitCode train_on_own_rows(Options& options);
  ExitCode train_folds(Options& options);
  std::vector<TrainOptions> recipes_for(const Options& options, const TrainOptions& train, Task task) const;
  // With what the whole program has to say; a configuration of the options that apply goes to the run folder.
  TrainOptions complete(TrainOptions train, const Options& options) const;
  // The page of a run, and what is said at the end. Rows are null for the network's own.
  void conclude(const Options& options, const TrainingData::Rows* rows, TrainReport& report) const;

  TrainingData data_;
  TrainingOptions training_;
  std::string from_;
  std::string output_ = "model.safetensors";
  std::string run_directory_;
  std::string resume_;
  CheckpointEvery checkpoint_every_;
  std::string log_;
  std::string tensorboard_;
  std::string record_;
  std::optional<std::size_t> folds_;
  std::size_t doctor_every_ = TrainOptions{}.doctor_every;
  RankedTraining ranks_;
  ProgramOptions program_;
  std::unique_ptr<ThreadPool> pool_;
};

void exclude_options_of_the_model(Options& options) {
  options.exclude({"preset", "layers", "initializer", "bias-initializer", "zero-last-layer", "embedding-sigma",
                   "scaling", "smooth-clip", "signed-pairs", "missing-zero", "embed-above", "double", "arithmetic",
                   "task", "choose", "candidates", "members"},
                  "with --from: the model has its own");
}

void Train::declare(Options& options) {
  data_.declare(options);
  training_.declare(options);
  options.heading("Models");
  options.value("from", "MODEL", from_, "go on from this model, or train a network typed by hand");
  options.value("output", "MODEL", output_, "the file to write; replaces only a model of bprop");
  options.value("run", "DIR", run_directory_,
                "folder for config.toml, metrics.jsonl, timing.jsonl, doctor.jsonl, best.safetensors, and a page about "
                "it all, report.html");
  options.value("checkpoint-every", "N|TIME", checkpoint_every_,
                "how often --run keeps what --resume needs: updates, or a time such as 30s; 0: never");
  options.value("resume", "DIR", resume_, "go on with this run, to the same bits as if it had never been broken off");
  options.value("log", "FILE.csv", log_, "a line an epoch, as it ends; replaces only such a log");
  options.value("tensorboard", "DIR", tensorboard_, "folder for an event file of TensorBoard");
  options.value("record", "LIST", record_,
                "updates that go to trace.safetensors of --run, from 1, such as 1,10,100:110 (explain --trace)");
  options.value("folds", "K", folds_,
                "cross-validation: train on all parts of the rows but one, test on that, K times; writes no model");
  options.value("doctor", "N", doctor_every_,
                "look at one update in N for layers that cannot learn (bprop help doctor); 0: never");
  ranks_.declare(options);
  program_.declare(options, {.json = "the summary as one JSON object",
                             .quiet = "no progress and no remarks",
                             .seed = "of first weights, order of rows and split"});
}

ExitCode Train::run(Options& options) {
  if (data_.path().empty() && from_.empty()) {
    throw UsageError(
        "DATA is missing: expected a table or images to train on, as in bprop train digits.csv --target digit");
  }
  if (!record_.empty() && run_directory_.empty()) {
    throw UsageError("--record: the recorded updates go to a run folder, expected --run DIR");
  }
  if (folds_) return train_folds(options);
  check_not_read(output_, options);
  check_destinations(output_, run_directory_);
  if (!log_.empty()) check_not_read(log_, options, "log");
  check_logs(log_, tensorboard_, output_, run_directory_);
  ranks_.check(options);
  ranks_.wait_for_all();  // before the first one changes what others check
  data_.exclude(options);
  if (!from_.empty()) exclude_options_of_the_model(options);
  pool_ = std::make_unique<ThreadPool>(ThreadPoolOptions{.threads = ranks_.threads_each(program_.threads)});
  return data_.path().empty() ? train_on_own_rows(options) : train_on_table(options);
}

TrainOptions Train::complete(TrainOptions train, const Options& options) const {
  train.seed = program_.seed;
  train.pool = pool_.get();
  train.communicator = ranks_.communicator();
  train.run_directory = run_directory_;
  train.checkpoint_every = checkpoint_every_;
  train.resume = !resume_.empty();
  train.doctor_every = doctor_every_;
  train.log = log_;
  train.tensorboard = tensorboard_;
  if (!record_.empty()) train.record = read_steps(record_, "record");
  train.configuration = config_text(TrainingOptions::completed(options, train));
  return train;
}

// Those of the presets that compete, or of the one that does not have to.
std::vector<TrainOptions> Train::recipes_for(const Options& options, const TrainOptions& train, Task task) const {
  if (train.choose.value_or(0) == 0) return {complete(training_.resolved(train, task), options)};
  std::vector<TrainOptions> recipes;
  for (const Preset preset : candidates(train)) {
    const TrainingOptions::Recipe recipe = training_.recipe(options, train, preset, task);
    recipes.push_back(complete(recipe.train, recipe.options));
  }
  return recipes;
}

ExitCode Train::train_on_table(Options& options) {
  std::optional<Model> start;
  if (!from_.empty()) start = load_model(from_);
  TrainOptions train = training_.checked(options, start ? &*start : nullptr);
  train.seed = program_.seed;
  train.resume = !resume_.empty();
  if (!record_.empty()) train.record = read_steps(record_, "record");
  const TrainingData::Rows rows = data_.load(train, start ? &*start : nullptr);
  const TrainValidationTest& parts = rows.parts;
  const Task task = start ? train.task.value_or(Task::kNumbers) : task_of(train, parts.train);
  if (rows.folds > 0) {
    options.exclude({"validation", "validation-labels"}, "with --choose: no rows are laid aside for it");
    train.choose = rows.folds;
  }
  const std::vector<TrainOptions> recipes = recipes_for(options, train, task);
  TrainReport report{.options = recipes[0]};
  report.data = data_.path();
  report.rows = rows.all.rows();
  report.columns = rows.all.columns().size();
  report.test_rows = parts.test.rows();

  std::optional<WatchedChoice> choice;
  if (rows.folds > 0) {
    choice = watched_choice(report, program_, [&](const TrainObserver& observer) {
      if (train.resume) return begun_run(run_directory_).choice.value_or(RecipeChoice());
      return choose_recipe(parts.train, rows.folds, recipes, observer);
    });
    if (choice->interrupted) {
      remark("train", fmt::format("training was interrupted while a recipe was chosen, {} is not written", output_));
      return choice->exit_code;
    }
    if (choice->any()) report.options = recipe_of(*choice, recipes);
    report.choice = &*choice;
  }
  const TrainRank as_told = [&](const TrainOptions& of_rank, const TrainObserver& observer) {
    return train_as_told(start, choice, rows.parts, of_rank, observer);
  };
  const WatchedTraining done = watched(report, program_, [&](const TrainObserver& observer) {
    TrainResult result = ranks_.train(report.options, observer, as_told);
    result.warnings.insert(result.warnings.begin(), parts.warnings.begin(), parts.warnings.end());
    for (auto& remark : review_split(parts.train, parts.test, "test", *result.model.preprocessing)) {
      result.warnings.push_back(std::move(remark));
    }
    return result;
  });
  if (!ranks_.is_first()) return done.exit_code;
  report.result = &done.result;
  write_model(report, output_);
  test_model(report, parts.test, pool_.get());
  if (report.test) program_.remark_all("train", report.test->warnings);
  if (report.test && start) {
    program_.remark_all("train",
                        {"the test rows are new to this training; whether the model saw them before is not known"});
  }
  conclude(options, &rows, report);
  return done.exit_code;
}

ExitCode Train::train_folds(Options& options) {
  options.exclude({"from", "output", "run", "resume", "checkpoint-every", "log", "tensorboard", "record", "test",
                   "test-labels", "ranks"},
                  "with --folds: no model is written");
  ranks_.check_alone("--folds");
  data_.exclude(options);
  pool_ = std::make_unique<ThreadPool>(ThreadPoolOptions{.threads = program_.threads});
  TrainOptions train = training_.checked(options, nullptr);
  train.seed = program_.seed;
  const Dataset all = data_.load_all(train);
  const Task task = task_of(train, all);
  // Each fold chooses its recipe, if a training on as many rows does.
  const std::size_t chooses = choice_folds(train, split_folds(all, *folds_, train.seed)[0].train);
  if (chooses > 0) {
    options.exclude({"momentum", "decay", "beta1", "beta2", "epsilon"}, "with --folds where each chooses its recipe");
    train.choose = chooses;
    train.pool = pool_.get();
  }
  TrainReport report{.options = recipes_for(options, train, task)[0]};
  report.data = data_.path();
  report.rows = all.rows();
  report.columns = all.columns().size();
  report.test_rows = (all.rows() + *folds_ - 1) / std::max<std::size_t>(*folds_, 1);
  const WatchedFolds done = watched_folds(report, program_, [&](const TrainObserver& observer) {
    return cross_validate(all, *folds_, chooses > 0 ? train : report.options, observer);
  });
  if (!done.result.folds.empty())
    print(program_.json ? json_text(done.result, report) : folds_text(done.result, report));
  return done.exit_code;
}

ExitCode Train::train_on_own_rows(Options& options) {
  const Model start = load_model(from_);
  TrainReport report{.options = complete(training_.resolved_for_exercise(options, start), options)};
  const TrainRank on = [&](const TrainOptions& o, const TrainObserver& seen) { return train_from(start, o, seen); };
  const WatchedTraining done =
      watched(report, program_, [&](const TrainObserver& seen) { return ranks_.train(report.options, seen, on); });
  if (!ranks_.is_first()) return done.exit_code;
  report.result = &done.result;
  report.rows = done.result.train_rows;
  Model before = start;
  before.loss = done.result.model.loss;
  report.loss_before = loss_of_own_rows(before);
  report.loss_after = loss_of_own_rows(done.result.model);
  write_model(report, output_);
  conclude(options, nullptr, report);
  return done.exit_code;
}

void Train::conclude(const Options& options, const TrainingData::Rows* rows, TrainReport& report) const {
  if (!run_directory_.empty()) {
    RunSummary summary{.command = options.command(), .options = report.options, .result = *report.result};
    if (rows != nullptr) {
      summary.files = data_.files();
      add_rows(summary, rows->parts, report, pool_.get());
    }
    write_run_summary(summary);
    report.page = write_page(run_directory_);
  }
  print(program_.json ? json_text(report) : end_text(report));
}

}  // namespace

std::unique_ptr<Verb> train_verb() { return std::make_unique<Train>(); }

}  // namespace bprop::cli
