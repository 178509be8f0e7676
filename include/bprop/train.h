// SPDX-License-Identifier: Apache-2.0
//
// train: from a table to a model.
//
//   auto result = bprop::train(table, {.layers = "64 relu, 32 relu", .epochs = 30});
//   bprop::save(result.model, "digits.safetensors");
//
// Rows of validation decide when to stop and which epoch's weights are kept; they are never trained on.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/calibration.h"
#include "bprop/communicator.h"
#include "bprop/dataset.h"
#include "bprop/divergence.h"
#include "bprop/doctor.h"
#include "bprop/evaluate.h"
#include "bprop/model.h"
#include "bprop/optimizer.h"
#include "bprop/preset.h"
#include "bprop/recipe_choice.h"
#include "bprop/thread_pool.h"
#include "bprop/weights.h"

namespace bprop {

inline constexpr double kValidationShare = 0.2;
inline constexpr std::size_t kMostMembers = 100;

enum class Precision : std::uint8_t { kFloat, kDouble };

// How often a run writes a checkpoint: after so many updates, or, if that is 0, seconds; both 0: never.
struct CheckpointEvery {
  double seconds = 30;
  std::size_t steps = 0;
  bool any() const { return seconds > 0 || steps > 0; }
};

struct TrainOptions {
  // Changes the result. A part that the preset decides, and that is none here, is as the preset has it: preset.h.
  Preset preset = Preset::kDefault;
  std::optional<std::string> layers{};      // hidden layers, or a full architecture; "" is a linear model
  std::optional<Task> task{};               // none: from the target column
  std::optional<Loss> loss{};               // the preset's only for classes; else none: what suits the outputs
  std::optional<Reduction> reduction{};     // none: mean
  std::optional<double> label_smoothing{};  // none: 0.1 for cross_entropy, 0 for the others
  std::optional<double> huber_delta{};      // none: 1
  std::optional<double> focal_gamma{};      // none: 2
  std::optional<Optimizer> optimizer{};     // the preset's with the preset's rate, any other with its own
  std::optional<double> learning_rate{};    // none: the optimiser's own
  std::optional<Schedule> schedule{};       // Schedule{} is constant; {} is the preset's
  std::optional<std::size_t> epochs{};      // by kPlain: 60, and on a small table as many more as make 1,500 updates
  std::size_t steps = 0;                    // at most so many updates; 0: no limit but the epochs
  std::optional<std::size_t> batch{};       // rows an update; more than there are: all rows. 1 is online learning
  std::size_t leaves = 0;                   // parts of a batch whose gradients add; 0: one for every 256 rows
  std::optional<bool> drop_last_batch{};    // an epoch leaves out the rows after its last whole batch
  double l2 = 0;                            // TrainerOptions says what each does
  double weight_decay = 0;
  std::optional<Fade> weight_decay_schedule{};
  std::optional<Fade> dropout_schedule{};
  double clip = 0;
  std::optional<Parametrization> parametrization{};
  std::optional<double> bias_rate{};         // biases' rate, in rates of the weights
  std::optional<double> scale_rate{};        // that of the factors of scale layers
  std::optional<double> embedding_rate{};    // that of waves and mix layers: numeric embeddings
  std::optional<double> embedding_sigma{};   // NetworkOptions says what it is
  std::optional<std::size_t> embed_above{};  // with "embed" in layers: text of more categories than this is embedded
  double min_change = 0;       // stop when ‖θ_new − θ_old‖₂ < this after an update, which is kept (N7); 0: never
  std::size_t patience = 0;    // stop after so many epochs without a better validation loss; 0: never
  double time_limit = 0;       // seconds; 0: none
  bool keep_best = true;       // weights of the epoch with the best validation score; false: the last ones
  double ema = 0;              // decay of the average of the weights that is scored and kept; 0: none
  std::optional<Ties> ties{};  // which of several epochs with the best score
  std::optional<Initializer> initializer{};
  std::optional<BiasInitializer> bias_initializer{};
  std::optional<bool> zero_last_layer{};
  std::optional<Scaling>
      scaling{};  // of inputs; with kNone a target of numbers stays as it is, else it is standardised
  std::optional<bool> smooth_clip{};  // PreprocessingOptions says what each does
  std::optional<bool> signed_pairs{};
  std::optional<bool> missing_zero{};
  std::optional<std::vector<double>> quantiles{};  // levels of the loss quantile, ascending; none: ½
  Precision precision = Precision::kFloat;
  std::optional<Arithmetic> arithmetic{};  // none: what the processor has
  std::uint64_t seed = 0;
  // Share of the rows laid aside when no validation rows are given; 0: none. None: kValidationShare, or no row at all
  // where the recipe is chosen by folds.
  std::optional<double> validation{};
  // Folds by which recipe and epoch are chosen, before a training on all rows: recipe_choice.h; 0: they are not. None:
  // choice_folds() decides.
  std::optional<std::size_t> choose{};
  std::vector<Preset> candidates{};  // that compete; empty: as the preset has it
  std::optional<Metric> metric{};    // which epoch is the best one, by its validation rows; none: default_metric()
  std::string row_weights{};  // column of each training row's weight (weights.h), which is then no input; "": none
  ClassWeights class_weights{};
  // Networks of this recipe, of different seeds, trained one after the other and merged into one that predicts their
  // average (merged.h). Without rows of validation and without a share of them the rows are dealt into as many folds:
  // each member has another fold for its validation and learns from the others, so that every row is learnt from. What
  // of them is counted, limited and shown runs on from member to member; a time limit is shared out, and those that are
  // finished when time is over, or when the caller stops, are merged. No run_directory, log, tensorboard, calibrate.
  std::optional<std::size_t> members{};
  bool calibrate = false;  // afterwards a temperature from the validation rows (calibration.h)
  // Changes only speed.
  ThreadPool* pool = nullptr;
  // Of ranks that all train on the same rows with the same options, and share the leaves of each batch; each then has
  // the same model. Rank 0 alone writes, and alone is asked whether training must end. Null: there is one rank.
  Communicator* communicator = nullptr;
  // Changes only what is written and said.
  std::size_t doctor_every =
      100;                      // one update in so many is looked at for findings (0.3 to 1.5 % of the work); 0: none
  std::string run_directory{};  // folder of the run (docs/commands.md has its files); "": none
  std::string configuration{};  // text of config.toml
  CheckpointEvery
      checkpoint_every{};  // with run_directory: one before the first update, and when training is broken off
  // Go on from the newest checkpoint in run_directory, to the same bits as if nothing had happened (but for
  // time_limit): options and rows must be those of the run, UsageError says what is not. Updates recorded before are
  // lost.
  bool resume = false;
  std::string log{};          // CSV file with a line an epoch, flushed (docs/commands.md); replaces only such a file
  std::string tensorboard{};  // folder for an event file of TensorBoard, made if it is not there
  // Updates, from 1, that go to trace.safetensors in run_directory (trace.h): parameters before and after, gradient,
  // rows. Those that the run does not reach are a warning. Each takes the whole-gradient path (same bits) and writes
  // three times the parameters, twice; all of them together cost the memory of two gradients. More than kMaxTraceBytes
  // is a UsageError before training begins.
  std::vector<std::size_t> record{};
};

enum class StopReason : std::uint8_t {
  kEpochs,     // all epochs done
  kSteps,      // the limit of updates
  kMinChange,  // ‖θ_new − θ_old‖₂ fell below min_change
  kPatience,   // no better validation loss for so many epochs
  kTimeLimit,
  kInterrupted,  // the caller asked to
  kDiverged,     // a number was NaN or infinite; the model is the last good one
  kChosenEpoch,  // the epoch that the folds chose is done
};
std::string_view name(StopReason reason);  // "patience"
std::string sentence(StopReason reason);   // one for people, ending without a full stop

// What an observer sees after each epoch. NaN where there are no validation rows.
struct EpochReport {
  std::size_t epoch = 0;  // from 1
  std::size_t step = 0;   // updates so far
  double train_loss = 0;  // mean over the epoch's rows, each before its update
  double validation_loss = 0;
  double validation_score = 0;  // TrainResult::metric of them
  // The same of training rows: as many as there are for validation, at most 1,000, evenly spaced, after the epoch. NaN
  // unless the run is written down (run_directory, log, tensorboard).
  double train_score = 0;
  double learning_rate = 0;    // of the last update
  bool best = false;           // so far
  double seconds = 0;          // since the start
  double rows_per_second = 0;  // of training, this epoch
};

// Of several networks, one (TrainOptions::members).
struct Member {
  std::size_t train_rows = 0;
  std::size_t validation_rows = 0;
  std::size_t epochs = 0;
  std::size_t best_epoch = 0;  // counted from its own first; 0: it is left out
  StopReason stop_reason = StopReason::kEpochs;
  double validation_loss = 0;  // of its best epoch; NaN without validation rows
  double validation_score = 0;
};

struct TrainResult {
  Model model;
  StopReason stop_reason = StopReason::kEpochs;
  std::size_t epochs = 0;                // begun
  std::size_t steps = 0;                 // updates made
  std::size_t resumed_at = 0;            // of them, those that were there when the run was gone on with
  std::size_t best_epoch = 0;            // whose weights the model has; 0: the initial ones
  std::optional<RecipeChoice> choice{};  // by folds; then validation_rows is 0, and the reports have the folds' means
  double final_change = 0;               // ‖θ_new − θ_old‖₂ of the last update, with min_change
  double seconds = 0;
  std::optional<Divergence> divergence{};  // with kDiverged: where
  // Every one of the first 1,000 epochs, then ever fewer (a million leave at most 11,002), the best and the last
  // always.
  std::vector<EpochReport> history{};
  std::vector<Finding> findings{};      // of the doctor, in the last updates that it looked at; empty: healthy
  std::vector<std::string> warnings{};  // of splitting, preprocessing and encoding: one sentence each
  std::size_t train_rows = 0;
  std::size_t validation_rows = 0;
  Metric metric = Metric::kAccuracy;            // what validation_score is
  std::vector<Member> members{};                // those begun; empty: there is one network
  std::optional<Calibration> calibration = {};  // none: not asked for, or no temperature is best

  const EpochReport* epoch(std::size_t number) const;  // in the history; null if it is not there
  // The members' validation scores, each by its rows: all rows are seen by a network that was not trained on them. NaN
  // without validation rows.
  double members_score() const;
};

// Called in the training thread; must not throw. The report lives as long as the call.
struct TrainObserver {
  std::function<void(const Model& start, std::size_t train_rows, std::size_t validation_rows)> begin{};
  std::function<void(const EpochReport&)> epoch{};
  std::function<void(std::size_t step, std::size_t total_steps, double loss)> step{};  // at most 20 times a second
  const std::atomic<bool>* stop = nullptr;  // set by a signal handler: training ends after the current update
};

// Trains on the rows of `data`. The second form takes validation rows of its own (which may be empty).
// Throws UsageError for options that cannot be, FormatError for data that cannot be learnt from, IoError.
TrainResult train(const Dataset& data, const TrainOptions& options = {}, const TrainObserver& observer = {});
TrainResult train(const Dataset& data, const Dataset& validation, const TrainOptions& options = {},
                  const TrainObserver& observer = {});

// What the target is taken for: what the options name, numbers where their loss wants numbers, else what it looks like.
Task task_of(const TrainOptions& options, const Dataset& data);

// What chooses the best epoch unless the options say it: the loss where it is of counts, quantiles or variances, else
// default_metric() of the model's targets.
Metric default_metric(const Model& model);

// The options with every part of their preset filled in: what train() goes by for a target of this task. Those that
// are there stay.
TrainOptions resolved(TrainOptions options, Task task);

// Goes on from a model's weights, with its preprocessing and precision; layers, initializers and scaling do not
// apply, nor do presets: what is none is as kPlain has it. What the options leave open of the loss (loss, reduction,
// huber_delta, focal_gamma, quantiles, and label_smoothing unless they name another loss) is as the model has it.
// Without data: on the model's exercise rows in their order, biases frozen if it says so; exercise_options() gives what
// a textbook does: its learning rate, full-batch gradient descent, and no schedule.
TrainResult train_from(const Model& start, const Dataset& data, const Dataset& validation,
                       const TrainOptions& options = {}, const TrainObserver& observer = {});
TrainResult train_from(const Model& start, const TrainOptions& options, const TrainObserver& observer = {});
TrainOptions exercise_options(const Model& start);

// Throws what training would throw because of run_directory: UsageError when something other than a run of bprop is
// there, IoError when it cannot be written to. To be called before data are read; "" is always fine.
void check_run_directory(const std::string& path);
void check_log(const std::string& path);          // likewise of log: UsageError if another file is in its place
void check_tensorboard(const std::string& path);  // likewise of tensorboard

// Epochs and updates that a run with these options has at most on so many rows.
std::size_t total_epochs(const TrainOptions& options, std::size_t rows);
std::size_t total_steps(const TrainOptions& options, std::size_t rows);

}  // namespace bprop
