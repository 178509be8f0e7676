// SPDX-License-Identifier: Apache-2.0
#include "train/run_origin.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <variant>
#include <vector>

#include "base/sentence.h"
#include "checkpoint/checksum.h"
#include "checkpoint/model_description.h"

namespace bprop::training {
namespace {

constexpr std::string_view kColumns = "checksums of ";  // and the kind of rows
constexpr std::string_view kWeights = "checksum of the weights of ";
constexpr std::string_view kModel = "checksum of the model";
constexpr std::size_t kBlockRows = 256;

template <class Value>
void add(Origin& origin, std::string_view name, const Value& value) {
  origin.emplace(name, fmt::format("{}", value));
}

void add_optimizer(Origin& origin, const Optimizer& optimizer) {
  const auto adam = [&](const auto& o) {
    add(origin, "beta1", o.beta1);
    add(origin, "beta2", o.beta2);
    add(origin, "epsilon", o.epsilon);
  };
  add(origin, "optimizer", rule(optimizer).name);
  add(origin, "learning_rate", learning_rate(optimizer));
  if (const auto* o = std::get_if<Momentum>(&optimizer)) add(origin, "momentum", o->momentum);
  if (const auto* o = std::get_if<Nesterov>(&optimizer)) add(origin, "momentum", o->momentum);
  if (const auto* o = std::get_if<RmsProp>(&optimizer)) {
    add(origin, "decay", o->decay);
    add(origin, "epsilon", o->epsilon);
  }
  if (const auto* o = std::get_if<Adam>(&optimizer)) adam(*o);
  if (const auto* o = std::get_if<AdamW>(&optimizer)) {
    adam(*o);
    add(origin, "the optimizer's own weight_decay", o->weight_decay);
  }
}

void add_schedule(Origin& origin, const Schedule& schedule) {
  add(origin, "schedule", name(schedule.kind));
  add(origin, "schedule_factor", schedule.factor);
  add(origin, "schedule_every", schedule.every);
  add(origin, "schedule_last", schedule.last);
  add(origin, "warm_up", schedule.warm_up);
  add(origin, "schedule_cycles", schedule.cycles);
}

void add_loss(Origin& origin, const LossOptions& loss) {
  add(origin, "loss", rule(loss.loss).name);
  add(origin, "reduction", name(loss.reduction));
  add(origin, "label_smoothing", loss.label_smoothing);
  add(origin, "huber_delta", loss.huber_delta);
  add(origin, "focal_gamma", loss.focal_gamma);
  add(origin, "quantiles", fmt::format("{}", fmt::join(loss.quantiles, ",")));
}

// Preprocessing and what else the description of a model says.
std::string checksum_of(const Model& model) {
  const std::string text = checkpoint::description_text(model);
  checkpoint::Checksum sum;
  sum.add(std::as_bytes(std::span(text)));
  if (!model.preprocessing) return sum.text();
  for (const InputColumn& column : model.preprocessing->inputs) {
    const double numbers[] = {column.shift, column.divisor, column.fill};
    sum.add(std::as_bytes(std::span(numbers)));
    for (const InputScale& scale : column.scales) {
      const double of_flag[] = {scale.shift, scale.divisor};
      sum.add(std::as_bytes(std::span(of_flag)));
    }
  }
  for (const TargetColumn& target : model.preprocessing->targets()) {
    const double numbers[] = {target.shift, target.divisor};
    sum.add(std::as_bytes(std::span(numbers)));
  }
  return sum.text();
}

// Inputs, then outputs, as people call them.
std::string column_name(const Model& model, std::size_t column) {
  const std::size_t inputs = model.architecture().inputs();
  if (column >= inputs) return "the target";
  if (!model.preprocessing) return fmt::format("input {}", column + 1);
  return fmt::format("column {}", in_quotes(model.preprocessing->feature_names()[column]));
}

std::string different_columns(std::string_view kind, const std::string& begun, const std::string& now,
                              const Model& model, std::string_view as) {
  constexpr std::size_t kDigits = 16;
  const auto first = std::mismatch(now.begin(), now.end(), begun.begin(), begun.end()).first;
  const auto digit = static_cast<std::size_t>(first - now.begin());
  return fmt::format("{} of the {} has other values than {}, expected the same", column_name(model, digit / kDigits),
                     kind, as);
}

}  // namespace

Origin run_origin(const TrainOptions& options, const TrainerOptions& trainer, const Model& model, Metric metric) {
  Origin origin;
  add(origin, "network", model.architecture().text());
  add(origin, kArithmetic, name(model.arithmetic()));
  add(origin, "precision", std::holds_alternative<DoubleNetwork>(model.network) ? "double" : "float");
  add(origin, kModel, checksum_of(model));
  add_loss(origin, model.loss);
  add_optimizer(origin, trainer.optimizer);
  add_schedule(origin, trainer.schedule);
  if (options.epochs) add(origin, "epochs", *options.epochs);
  add(origin, "batch", *options.batch);
  if (options.leaves > 0) add(origin, "leaves", options.leaves);
  add(origin, "number of updates", trainer.total_steps);
  add(origin, "number of updates of an epoch", trainer.steps_per_epoch);
  add(origin, "steps", options.steps);
  add(origin, "l2", trainer.l2);
  add(origin, "weight_decay", trainer.weight_decay);
  add(origin, "weight_decay_schedule", name(trainer.weight_decay_schedule));
  add(origin, "dropout_schedule", name(trainer.dropout_schedule));
  add(origin, "clip", trainer.clip);
  add(origin, "parametrization", name(trainer.rates.parametrization));
  add(origin, "bias_rate", trainer.rates.biases);
  add(origin, "scale_rate", trainer.rates.scales);
  add(origin, "embedding_rate", trainer.rates.embeddings);
  add(origin, "freeze_biases", trainer.freeze_biases);
  add(origin, "seed", options.seed);
  add(origin, "min_change", options.min_change);
  add(origin, "patience", options.patience);
  add(origin, "keep_best", options.keep_best);
  add(origin, "ema", options.ema);
  add(origin, "ties", name(*options.ties));
  add(origin, "metric", name(metric));
  add(origin, "calibrate", options.calibrate);
  add(origin, "doctor_every", trainer.doctor_every);
  return origin;
}

template <class T>
void add_rows(Origin& origin, std::string_view kind, const RowSource<T>& rows, const Model& model,
              std::span<const double> weights) {
  const std::size_t inputs = model.architecture().inputs();
  const std::size_t outputs = model.architecture().outputs();
  std::vector<checkpoint::Checksum> sums(inputs + outputs);
  std::vector<std::uint32_t> positions(kBlockRows);
  std::vector<T> input(kBlockRows * inputs);
  std::vector<T> target(kBlockRows * outputs);
  std::vector<T> column(kBlockRows);
  for (std::size_t first = 0; first < rows.rows(); first += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, rows.rows() - first);
    positions.resize(count);
    std::iota(positions.begin(), positions.end(), static_cast<std::uint32_t>(first));
    rows.fill(positions, input.data(), target.data());
    for (std::size_t k = 0; k < sums.size(); ++k) {
      const bool is_input = k < inputs;
      const T* const from = is_input ? &input[k] : &target[k - inputs];
      for (std::size_t n = 0; n < count; ++n) column[n] = from[n * (is_input ? inputs : outputs)];
      sums[k].add(std::as_bytes(std::span(column).first(count)));
    }
  }
  std::string all;
  for (const checkpoint::Checksum& sum : sums) all += sum.text();
  add(origin, fmt::format("number of {}", kind), rows.rows());
  add(origin, fmt::format("{}{}", kColumns, kind), all);
  if (weights.empty()) return;
  add(origin, fmt::format("{}{}", kWeights, kind), checkpoint::checksum(std::as_bytes(weights)));
}

template void add_rows(Origin&, std::string_view, const RowSource<float>&, const Model&, std::span<const double>);
template void add_rows(Origin&, std::string_view, const RowSource<double>&, const Model&, std::span<const double>);

// Numbers and names before checksums, which say less; the map has its names in another order.
std::string difference(const Origin& begun, const Origin& now, const Model& model, const OriginWords& words) {
  std::string of_checksum;
  for (const auto& [name, text] : now) {
    const auto before = begun.find(name);
    if (before == begun.end() || before->second == text) continue;
    if (name.starts_with(kColumns)) {
      of_checksum =
          different_columns(std::string_view(name).substr(kColumns.size()), before->second, text, model, words.as);
    } else if (name.starts_with(kWeights) || name == kModel) {
      const std::string_view what = name == kModel ? "the columns' encoding is" : "the rows' weights are";
      if (of_checksum.empty()) of_checksum = fmt::format("{} not as {}, expected the same", what, words.as);
    } else {
      return fmt::format("{} is {}, {} {}, expected the same", name, text, words.had, before->second);
    }
  }
  return of_checksum;
}

}  // namespace bprop::training
