// SPDX-License-Identifier: Apache-2.0
#include "train/trainer_options.h"

#include <cmath>

#include "base/check.h"

namespace bprop::training {
namespace {

constexpr std::size_t kMostCycles = 30;

bool positive(double x) { return std::isfinite(x) && x > 0; }
bool not_negative(double x) { return std::isfinite(x) && x >= 0; }

void check_share(const char* name, double x) {
  BPROP_CHECK(x >= 0 && x < 1, UsageError, "{} is {}, expected a number from 0 to below 1", name, x);
}
void check_epsilon(double x) { BPROP_CHECK(positive(x), UsageError, "epsilon is {}, expected a number above 0", x); }

// What each optimiser has besides its rate.
struct OptimizerCheck {
  void operator()(const GradientDescent&) const {}
  void operator()(const Sgd&) const {}
  void operator()(const Momentum& o) const { check_share("momentum", o.momentum); }
  void operator()(const Nesterov& o) const { check_share("momentum", o.momentum); }
  void operator()(const RmsProp& o) const {
    check_share("decay", o.decay);
    check_epsilon(o.epsilon);
  }
  void operator()(const Adam& o) const { adam(o.beta1, o.beta2, o.epsilon); }
  void operator()(const AdamW& o) const {
    adam(o.beta1, o.beta2, o.epsilon);
    BPROP_CHECK(not_negative(o.weight_decay), UsageError, "weight_decay is {}, expected a number from 0",
                o.weight_decay);
  }
  void adam(double beta1, double beta2, double epsilon) const {
    check_share("beta1", beta1);
    check_share("beta2", beta2);
    check_epsilon(epsilon);
  }
};

}  // namespace

void check(const TrainerOptions& o) {
  BPROP_CHECK(positive(learning_rate(o.optimizer)), UsageError, "learning_rate is {}, expected a number above 0",
              learning_rate(o.optimizer));
  std::visit(OptimizerCheck{}, o.optimizer);
  BPROP_CHECK(not_negative(o.rates.biases), UsageError, "bias_rate is {}, expected a factor from 0", o.rates.biases);
  BPROP_CHECK(not_negative(o.rates.scales), UsageError, "scale_rate is {}, expected a factor from 0", o.rates.scales);
  BPROP_CHECK(not_negative(o.rates.embeddings), UsageError, "embedding_rate is {}, expected a factor from 0",
              o.rates.embeddings);
  BPROP_CHECK(o.batch > 0, UsageError, "batch is 0, expected at least 1");
  BPROP_CHECK(not_negative(o.l2), UsageError, "l2 is {}, expected a number from 0", o.l2);
  BPROP_CHECK(not_negative(o.weight_decay), UsageError, "weight_decay is {}, expected a number from 0", o.weight_decay);
  BPROP_CHECK(not_negative(o.clip), UsageError, "clip is {}, expected a norm above 0, or 0 for none", o.clip);
  BPROP_CHECK(o.loss.label_smoothing >= 0 && o.loss.label_smoothing < 1, UsageError,
              "label_smoothing is {}, expected a number from 0 to below 1", o.loss.label_smoothing);
  BPROP_CHECK(positive(o.loss.huber_delta), UsageError, "huber_delta is {}, expected a number above 0",
              o.loss.huber_delta);
  BPROP_CHECK(positive(o.loss.focal_gamma), UsageError, "focal_gamma is {}, expected a number above 0",
              o.loss.focal_gamma);
  for (std::size_t k = 0; k < o.loss.quantiles.size(); ++k) {
    const double level = o.loss.quantiles[k];
    BPROP_CHECK(level > (k == 0 ? 0 : o.loss.quantiles[k - 1]) && level < 1, UsageError,
                "quantiles is {}, expected ascending numbers above 0 and below 1", level);
  }
  BPROP_CHECK(o.schedule.factor > 0 && o.schedule.factor <= 1, UsageError,
              "the schedule's factor is {}, expected a number above 0 to 1", o.schedule.factor);
  BPROP_CHECK(o.schedule.last >= 0 && o.schedule.last <= 1, UsageError,
              "the schedule's last factor is {}, expected a number from 0 to 1", o.schedule.last);
  BPROP_CHECK(o.schedule.cycles >= 1 && o.schedule.cycles <= kMostCycles, UsageError,
              "the schedule's cycles are {}, expected 1 to {}", o.schedule.cycles, kMostCycles);
  BPROP_CHECK(o.schedule.every > 0, UsageError, "the schedule's every is 0 epochs, expected at least 1");
}

void check_batch(const Architecture& architecture, std::size_t rows, std::size_t leaves) {
  BPROP_CHECK(rows > 1 || !architecture.has_batch_norm(), UsageError,
              "[trainer] batches of 1 row, expected 2 or more for batch norm, whose mean and variance are theirs");
  BPROP_CHECK(
      rows >= 2 * leaves || !architecture.has_batch_norm(), UsageError,
      "[trainer] {} leaves of a batch of {} rows, expected 2 rows or more a leaf for batch norm, whose mean and "
      "variance are a leaf's",
      leaves, rows);
}

}  // namespace bprop::training
