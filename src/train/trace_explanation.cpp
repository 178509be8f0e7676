// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/sentence.h"
#include "bprop/evaluate.h"
#include "bprop/explain_trace.h"
#include "explain/agreement.h"
#include "explain/derive.h"
#include "explain/symbols.h"
#include "nn/in_double.h"
#include "train/layer_rates.h"

namespace bprop {
namespace {

using Kind = Selector::Kind;

constexpr double kFloatBound = 1e-5;  // of the gradient
constexpr double kDoubleBound = 1e-12;
constexpr double kFloatRounding = 0x1p-22;  // two units in the last place
constexpr double kDoubleRounding = 0x1p-51;

double number_of(const Trace& trace, TracePart part, std::size_t place, const Selector& what) {
  return what.kind == Kind::kBias ? trace.bias(part, place, what.layer, what.unit)
                                  : trace.weight(part, place, what.layer, what.unit, what.from);
}

// What comes into a plain update: a rate, and the square of c in w = c v.
double rate_factor(const Trace& trace, const Selector& what) {
  const Layer& layer = trace.model().architecture().layers[what.layer];
  const training::LayerRates of = training::layer_rates(layer, trace.settings().rates);
  return what.kind == Kind::kBias ? of.biases : of.weights * of.scale * of.scale;
}

// With the weight decay that its schedule left at this update, from 1.
TraceSettings settings_at(TraceSettings settings, std::size_t step) {
  const double share = factor(settings.weight_decay_schedule, step - 1, settings.total_steps);
  settings.weight_decay *= share;
  if (auto* const adamw = std::get_if<AdamW>(&settings.optimizer)) adamw->weight_decay *= share;
  return settings;
}

UpdateOfNumber update_of(const Trace& trace, std::size_t place, const Selector& what) {
  const TraceStep& step = trace.steps()[place];
  return {.step = step.step,
          .learning_rate = step.learning_rate,
          .loss = step.loss,
          .gradient_scale = step.gradient_scale,
          .before = number_of(trace, TracePart::kBefore, place, what),
          .gradient = number_of(trace, TracePart::kGradient, place, what),
          .rate_factor = rate_factor(trace, what),
          .after = number_of(trace, TracePart::kAfter, place, what)};
}

// The largest entry of the gradient's tensor.
double largest_gradient(const Trace& trace, std::size_t place, const Selector& what) {
  double largest = 0;
  for (const double g : what.kind == Kind::kBias ? trace.biases(TracePart::kGradient, place, what.layer)
                                                 : trace.weights(TracePart::kGradient, place, what.layer)) {
    largest = std::fmax(largest, std::fabs(g));
  }
  return largest;
}

// w(k+1) where the update needs nothing but this gradient; nothing for optimisers with a memory.
std::optional<double> expected_after(const TraceExplanation& e) {
  if (e.is_frozen()) return e.update.before;
  const Optimizer& optimizer = e.settings.optimizer;
  if (!std::holds_alternative<GradientDescent>(optimizer) && !std::holds_alternative<Sgd>(optimizer)) {
    return std::nullopt;
  }
  const UpdateOfNumber& u = e.update;
  const double decay = e.is_decayed() ? e.settings.weight_decay : 0;
  return u.before - u.learning_rate * decay * u.before -
         u.learning_rate * u.rate_factor * u.gradient_scale * u.gradient;
}

std::size_t checked_place(const Trace& trace, std::size_t step) {
  const std::optional<std::size_t> place = trace.place_of(step);
  if (place) return *place;
  constexpr std::size_t kListed = 8;
  const auto steps = trace.steps();
  std::string there;
  for (std::size_t i = 0; i < std::min(kListed, steps.size()); ++i) {
    there += fmt::format("{}{}", i == 0 ? "" : ", ", steps[i].step);
  }
  if (steps.size() > kListed) there += fmt::format(" and {} more", steps.size() - kListed);
  throw UsageError(fmt::format("update {} is not recorded, expected one of {}", step, there));
}

// Rows of the batch as the network reads them.
template <class T>
EncodedRows<T> batch_of(const Model& model, const std::vector<std::uint32_t>& rows, const Dataset* data) {
  const std::size_t there = data == nullptr ? model.exercise->rows : data->rows();
  for (const std::uint32_t row : rows) {
    BPROP_CHECK(row < there, UsageError, "the update was made on row {}, {} has {}; expected what was trained on",
                row + 1, data == nullptr ? "the network" : data->source(), counted(there, "row"));
  }
  if (data != nullptr) return encoded_rows<T>(model, *data, rows);
  const EncodedRows<T> own = exercise_rows<T>(model);
  EncodedRows<T> batch;
  batch.rows = rows.size();
  const auto append = [](std::vector<T>& to, const std::vector<T>& from, std::size_t columns, std::uint32_t row) {
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(row * columns);
    to.insert(to.end(), begin, begin + static_cast<std::ptrdiff_t>(columns));
  };
  for (const std::uint32_t row : rows) {
    append(batch.input, own.input, model.architecture().inputs(), row);
    if (!own.target.empty()) append(batch.target, own.target, model.architecture().outputs(), row);
  }
  return batch;
}

// What the terms of the gradient add up to without their signs.
double size_of_terms(const DoubleNetwork& network, const ExplainRows& rows, const Selector& what,
                     const ExplainOptions& options) {
  const explaining::NetworkParts parts(network);
  const explaining::BatchValues batch = explaining::batch_values(network, parts, rows, options);
  double size = 0;
  for (const explaining::RowValues& row : batch.rows) {
    size += batch.scale * explaining::gradient_size(parts, row, what, options.loss);
  }
  return size;
}

template <class T>
void derive(TraceExplanation& e, const BasicNetwork<T>& before, const Trace& trace, std::size_t place,
            const Dataset* data, ExplainOptions options) {
  const EncodedRows<T> batch = batch_of<T>(trace.model(), e.rows, data);
  e.warnings = batch.warnings;
  BPROP_CHECK(!batch.target.empty(), UsageError, "{}: has no target, expected the table that was trained on",
              data == nullptr ? "the network" : data->source());
  const std::vector<double> input(batch.input.begin(), batch.input.end());
  const std::vector<double> target(batch.target.begin(), batch.target.end());
  const ExplainRows rows{input, target};
  options.learning_rate.reset();
  for (const std::uint32_t row : e.rows) options.row_numbers.push_back(row + std::size_t{1});
  e.derivation = explain(before, rows, e.what, options);

  // The loss that was trained, which a note may write otherwise.
  std::vector<std::string> differences;
  explaining::as_noted(options, before.architecture(), differences);
  const bool as_trained = differences.empty();
  if (!as_trained) {
    e.remarks.push_back(
        fmt::format("Update and gradient are of the loss that was trained, {}.", rule(options.loss.loss).name));
  }
  options.notation = Notation::kOurs;
  const double l2_term = e.has_l2() ? e.settings.l2 * e.update.before : 0;
  const double derived = as_trained ? e.derivation->value() : explain(before, rows, e.what, options).value();
  const double size = size_of_terms(nn::in_double(before), rows, e.what, options) + std::fabs(l2_term);
  TraceAgreement agreement{.derived = derived + l2_term,
                           .recorded = e.update.gradient,
                           .largest = largest_gradient(trace, place, e.what),
                           .bound = std::is_same_v<T, float> ? kFloatBound : kDoubleBound,
                           .as_trained = as_trained};
  const double may_be = agreement.bound * std::fmax(agreement.largest, size) + std::numeric_limits<T>::min();
  agreement.agrees = std::fabs(agreement.derived - agreement.recorded) <= may_be;
  e.gradient = agreement;
}

}  // namespace

bool TraceExplanation::is_frozen() const { return what.kind == Kind::kBias && settings.freeze_biases; }
bool TraceExplanation::has_l2() const {
  return what.kind == Kind::kWeight && !is_factor && !is_embedding && settings.l2 > 0;
}
bool TraceExplanation::is_decayed() const {
  const AdamW* const adamw = std::get_if<AdamW>(&settings.optimizer);
  if (what.kind != Kind::kWeight || is_factor || is_embedding) return false;
  return settings.weight_decay + (adamw != nullptr ? adamw->weight_decay : 0) > 0;
}

bool TraceExplanation::is_change(double change) const {
  constexpr double kRoundingsOfAChange = 8;  // gradient, clipping, rate
  const double after = update.before + change;
  if (after == update.after || (std::isnan(after) && std::isnan(update.after))) return true;
  const double may_be = rounding * (std::fabs(update.before) + kRoundingsOfAChange * std::fabs(change));
  return std::fabs(after - update.after) <= may_be;
}

bool TraceExplanation::agrees() const {
  return is_expected() && (!gradient || gradient->agrees) && (!derivation || derivation->agreement.agrees);
}

TraceExplanation explain_trace(const Trace& trace, std::size_t step, const Selector& what, const Dataset* data,
                               const ExplainOptions& asked) {
  const Model& model = trace.model();
  check_selector(what, model.architecture());
  BPROP_CHECK(what.kind == Kind::kWeight || what.kind == Kind::kBias, UsageError,
              "inputs, z, a and δ have no update, expected a weight or a bias");
  BPROP_CHECK(data == nullptr || !model.exercise, UsageError,
              "{}: the network was trained on its own rows, expected no table", data->source());
  const std::size_t place = checked_place(trace, step);
  ExplainOptions options = asked;
  options.loss = model.loss;
  options.freeze_biases = trace.settings().freeze_biases;
  options.row_numbers.clear();

  TraceExplanation e;
  e.what = what;
  e.is_factor = what.kind == Kind::kWeight && is_diagonal(model.architecture().layers[what.layer]);
  e.is_embedding = std::holds_alternative<Embedding>(model.architecture().layers[what.layer]);
  e.settings = settings_at(trace.settings(), step);
  e.update = update_of(trace, place, what);
  e.rows = trace.steps()[place].rows;
  e.own_rows = model.exercise.has_value();
  e.numbers = options.numbers;
  e.rounding = std::holds_alternative<Network>(model.network) ? kFloatRounding : kDoubleRounding;
  for (std::size_t i = 0; i < trace.steps().size(); ++i) e.all.push_back(update_of(trace, i, what));
  e.expected = expected_after(e);
  const bool derived = data != nullptr || model.exercise;
  for (const Layer& layer : model.architecture().layers) {
    BPROP_CHECK(!derived || !std::holds_alternative<Dropout>(layer), UsageError,
                "update {} went through masks of dropout, which its record does not have: its gradient cannot be "
                "derived; without the table the update by itself is explained",
                step);
    BPROP_CHECK(!derived || !std::holds_alternative<BatchNorm>(layer), UsageError,
                "update {} went through batch norms, which took mean and variance of all its rows: its gradient cannot "
                "be derived row by row; without the table the update by itself is explained",
                step);
  }
  const explaining::Symbols symbols(model.architecture(), options.notation);
  e.symbol = symbols.of(what);
  e.loss = e.rows.size() == 1 ? symbols.row_loss() : symbols.loss();
  e.remarks = symbols.remarks();
  if (derived) {
    std::visit([&](const auto& before) { derive(e, before, trace, place, data, options); }, trace.network(place));
  }
  return e;
}

}  // namespace bprop
