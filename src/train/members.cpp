// SPDX-License-Identifier: Apache-2.0
#include "train/members.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"
#include "bprop/folds.h"
#include "bprop/merged.h"
#include "bprop/review.h"
#include "train/add_once.h"
#include "train/mean_score.h"
#include "train/setup.h"
#include "train/train_model.h"

namespace bprop::training {
namespace {

constexpr std::uint64_t kBetweenSeeds = 0x9E3779B97F4A7C15;  // 2⁶⁴ / golden ratio: no small seed is another's member

// Dealt by class where no class would be missing from what a member learns from.
std::vector<TrainTest> folds_of(const Dataset& data, const TrainOptions& options) {
  const std::size_t members = *options.members;
  BPROP_CHECK(members <= data.rows(), UsageError, "members is {}, but there are {} rows to share out, expected no more",
              members, data.rows());
  const bool by_class = task_of(options, data) == Task::kClasses && can_be_dealt(data, Task::kClasses);
  return split_folds(data, members, options.seed, by_class);
}

class Members {
 public:
  Members(const Dataset& data, const Dataset* validation, const TrainOptions& options, const TrainObserver& observer,
          const RecipeChoice* choice)
      : data_(data),
        validation_(validation),
        options_(options),
        observer_(observer),
        choice_(choice),
        first_(first_model()),
        result_{.model = first_, .warnings = std::move(warnings_)} {
    if (choice_ != nullptr) result_.choice = *choice_;
  }

  TrainResult train() {
    const std::size_t count = *options_.members;
    std::vector<TrainTest> folds;
    if (validation_ == nullptr) folds = folds_of(data_, options_);
    for (std::size_t i = 0; i < count && !is_over(); ++i) {
      const bool bagged = validation_ == nullptr;
      add(train_one(i, bagged ? folds[i].train : data_, bagged ? folds[i].test : *validation_));
    }
    return finished();
  }

 private:
  Model first_model() {
    const WeightedRows rows = rows_with_weight(data_, options_);
    Model model = initial_model(rows.rows, options_, warnings_);
    const auto obstacle = merging_obstacle(model.architecture());
    BPROP_CHECK(!obstacle, UsageError, "members is {}, but networks of \"{}\" cannot be merged: {}; expected 1",
                *options_.members, model.architecture().text(), *obstacle);
    add_once(review(rows.rows, *model.preprocessing), warnings_);
    if (validation_ != nullptr) {
      add_once(review_split(rows.rows, *validation_, "validation", *model.preprocessing), warnings_);
    }
    return model;
  }

  TrainOptions options_of(std::size_t member) const {
    TrainOptions options = options_;
    options.members = 1;
    options.seed += member * kBetweenSeeds;
    if (options.time_limit > 0) {  // what is left, in equal parts; never 0, which would be no limit
      const double left = std::max(options.time_limit - result_.seconds, 1e-6);
      options.time_limit = left / static_cast<double>(*options_.members - member);
    }
    return options;
  }

  TrainResult train_one(std::size_t member, const Dataset& train, const Dataset& validation) {
    const TrainOptions options = options_of(member);
    Model model = first_;
    std::visit(
        [&]<class T>(BasicNetwork<T>& network) {
          network = BasicNetwork<T>(network.architecture(), network_options(options, network.arithmetic()));
        },
        model.network);
    return train_model({.model = std::move(model), .choice = choice_}, rows_with_weight(train, options), validation,
                       options, observer_of(member));
  }

  // Epochs and updates are counted on from member to member.
  TrainObserver observer_of(std::size_t member) const {
    const std::size_t epochs = result_.epochs, steps = result_.steps;
    const double seconds = result_.seconds;
    const std::size_t members = *options_.members;
    TrainObserver observer{.stop = observer_.stop};
    if (member == 0) observer.begin = observer_.begin;
    if (observer_.epoch) {
      observer.epoch = [this, epochs, steps, seconds](const EpochReport& report) {
        observer_.epoch(counted_on(report, epochs, steps, seconds));
      };
    }
    if (observer_.step) {
      observer.step = [this, steps, members](std::size_t step, std::size_t total, double loss) {
        observer_.step(steps + step, total * members, loss);
      };
    }
    return observer;
  }

  static EpochReport counted_on(EpochReport report, std::size_t epochs, std::size_t steps, double seconds) {
    report.epoch += epochs;
    report.step += steps;
    report.seconds += seconds;
    return report;
  }

  bool is_over() const {
    const bool late = options_.time_limit > 0 && result_.seconds >= options_.time_limit;
    return late || result_.stop_reason == StopReason::kInterrupted;
  }

  void add(TrainResult one) {
    for (const EpochReport& report : one.history) {
      result_.history.push_back(counted_on(report, result_.epochs, result_.steps, result_.seconds));
    }
    const bool good = one.best_epoch > 0 && one.stop_reason != StopReason::kDiverged;
    Member member{.train_rows = one.train_rows,
                  .validation_rows = one.validation_rows,
                  .epochs = one.epochs,
                  .best_epoch = good ? one.best_epoch : 0,
                  .stop_reason = one.stop_reason};
    if (const EpochReport* best = one.epoch(one.best_epoch)) {
      member.validation_loss = best->validation_loss;
      member.validation_score = best->validation_score;
    }
    if (good) result_.best_epoch = result_.epochs + one.best_epoch;
    if (one.divergence) result_.divergence = one.divergence;
    if (result_.members.empty()) result_.findings = one.findings;
    result_.metric = one.metric;
    result_.epochs += one.epochs;
    result_.steps += one.steps;
    result_.seconds += one.seconds;
    result_.stop_reason = one.stop_reason;
    add_once(one.warnings, result_.warnings);
    result_.members.push_back(member);
    if (good) models_.push_back(std::move(one.model));
  }

  TrainResult finished() {
    result_.train_rows = data_.rows();
    result_.validation_rows = validation_ == nullptr ? 0 : validation_->rows();
    const std::size_t diverged = result_.members.size() - models_.size();
    if (models_.empty()) return std::move(result_);
    if (result_.stop_reason == StopReason::kDiverged) result_.stop_reason = StopReason::kEpochs;
    if (diverged > 0) {
      result_.divergence.reset();
      result_.warnings.push_back(fmt::format("{} of {} members diverged or came to no good weights; they are left out",
                                             diverged, result_.members.size()));
    }
    std::visit(
        [&]<class T>(BasicNetwork<T>& network) {
          std::vector<BasicNetwork<T>> networks;
          for (Model& model : models_) networks.push_back(std::move(std::get<BasicNetwork<T>>(model.network)));
          network = merged(std::span<const BasicNetwork<T>>(networks));
        },
        result_.model.network);
    return std::move(result_);
  }

  const Dataset& data_;
  const Dataset* validation_;
  const TrainOptions& options_;
  const TrainObserver& observer_;
  const RecipeChoice* choice_;
  std::vector<std::string> warnings_;  // before the first member
  Model first_;
  TrainResult result_;
  std::vector<Model> models_;  // the good ones
};

}  // namespace

void check_members(const TrainOptions& o) {
  const std::size_t members = o.members.value_or(1);
  BPROP_CHECK(members > 0 && members <= kMostMembers, UsageError, "members is {}, expected 1 to {}", members,
              kMostMembers);
  if (members == 1) return;
  const auto alone = [&](bool given, std::string_view what) {
    BPROP_CHECK(!given, UsageError, "members is {}, but {}, expected members 1 or none of it", members, what);
  };
  alone(!o.run_directory.empty(), "a run folder (run_directory) holds a single training");
  alone(!o.log.empty(), "a log is of a single training");
  alone(!o.tensorboard.empty(), "tensorboard's events are of a single training");
  alone(o.calibrate, "calibrate needs rows that no member has learnt from");
}

TrainResult train_members(const Dataset& data, const Dataset* validation, const TrainOptions& options,
                          const TrainObserver& observer, const RecipeChoice* choice) {
  return Members(data, validation, options, observer, choice).train();
}

}  // namespace bprop::training

namespace bprop {

double TrainResult::members_score() const {
  double sum = 0, rows = 0;
  for (const Member& member : members) {
    if (member.best_epoch == 0) continue;
    const double weight = static_cast<double>(member.validation_rows);
    sum += weight * training::addend(metric, member.validation_score);
    rows += weight;
  }
  return training::mean_score(metric, sum / rows);
}

}  // namespace bprop
