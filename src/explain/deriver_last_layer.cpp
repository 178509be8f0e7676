// SPDX-License-Identifier: Apache-2.0
//
// Where the loss comes in: δ and ∂l/∂a of the last layer.
#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "explain/deriver.h"

namespace bprop::explaining {
namespace {

Formula sum_of_targets(const Symbols& symbols) {
  const Formula all = symbols.targets();
  return math::sum_over("k", math::symbol(Symbol{all.symbol.base, "", "k"}));
}

}  // namespace

// δ = p − y, and the long way through the activation for comparison.
void Deriver::pair_delta(std::size_t layer, std::size_t unit, Step& step) {
  const LayerValues& values = row_->layers[layer];
  const bool is_softmax = options_.loss.loss == Loss::kCrossEntropy;
  const double y = row_->target[unit];
  const double targets = is_softmax ? std::accumulate(row_->target.begin(), row_->target.end(), 0.0) : 1.0;
  const bool plain = std::fabs(targets - 1) < 1e-15 * static_cast<double>(row_->target.size());
  const Formula p = symbols_.a(layer, unit);
  step.reason = fmt::format("{} and {} together: what is left of the chain rule is prediction less target",
                            rule(parts_.activation(layer)).name, rule(options_.loss.loss).name);
  step.symbols = {plain ? math::difference(p, symbols_.target(unit))
                        : math::difference(math::product({p, sum_of_targets(symbols_)}), symbols_.target(unit))};
  step.numbers =
      plain ? math::difference(math::number(values.a[unit]), math::number(y))
            : math::difference(math::product({math::number(values.a[unit]), math::number(targets)}), math::number(y));
  step.value = values.delta[unit];
  use(activation_of(layer, unit), step);
  use(target_of(unit), step);
  // Once: the others go the same way.
  if (!long_way_shown_) place({Kind::kLongWay, layer, unit});
  long_way_shown_ = true;
}

void Deriver::long_way(std::size_t layer, std::size_t unit, Step& step) {
  through_activation(layer, unit, step);
  step.name = name_of_unit("delta by the long way", layer, unit);
  step.left = delta_symbol(layer, unit);
  step.reason = fmt::format("the long way, for comparison: {}", step.reason);
  if (!std::isfinite(step.value))
    step.reason += "; it divides by 0 where a probability is 0 or 1, which the short way avoids";
}

void Deriver::softmax_delta(std::size_t layer, std::size_t unit, Step& step) {
  const LayerValues& values = row_->layers[layer];
  std::vector<Term> terms;
  for (std::size_t k = 0; k < values.a.size(); ++k) {
    const Formula by_a = math::partial(row_loss(), symbols_.a(layer, k));
    const Formula inner = math::difference(math::number(k == unit ? 1 : 0), symbols_.a(layer, unit));
    const Formula inner_number = math::difference(math::number(k == unit ? 1 : 0), math::number(values.a[unit]));
    terms.push_back({math::product({by_a, symbols_.a(layer, k), inner}),
                     values.d_output[k] * softmax_slope(values.a, k, unit),
                     math::product({math::number(values.d_output[k]), math::number(values.a[k]), inner_number}),
                     {output_of(layer, k), activation_of(layer, k)}});
  }
  step.reason = fmt::format(
      "softmax: {0} reaches the loss through every output of its layer, with the slopes "
      "{1}_k ([k = {2}] − {1}_{2})",
      text_of(symbols_.z(layer, unit)), symbols_.a_letter(layer), symbols_.unit_number(layer, unit));
  add_up(std::move(terms), step);
}

void Deriver::loss_output(std::size_t layer, std::size_t unit, Step& step) {
  const LossRule& loss = rule(options_.loss.loss);
  const LayerValues& values = row_->layers[layer];
  const double y = row_->target[unit];
  step.name = name_of_unit("d_output", layer, unit);
  step.left = math::partial(row_loss(), symbols_.a(layer, unit));
  step.value = values.d_output[unit];
  if (loss.id > Loss::kCrossEntropy) return later_loss_output(layer, unit, step);
  use(activation_of(layer, unit), step);
  use(target_of(unit), step);
  const bool is_pair = output_rule(parts_, options_.loss) == OutputRule::kPair;
  const Formula a = symbols_.a(layer, unit);
  const Formula target = symbols_.target(unit);
  if (is_pair && loss.id == Loss::kCrossEntropy) {
    step.reason = "cross_entropy by a probability";
    step.symbols = {math::negative(math::quotient(target, a))};
    step.numbers = math::negative(math::quotient(math::number(y), math::number(values.a[unit])));
    return;
  }
  if (is_pair) {
    step.reason = fmt::format("{} by a probability", loss.name);
    step.symbols = {
        math::quotient(math::difference(a, target), math::product({a, math::difference(math::number(1), a)}))};
    const Formula p = math::number(values.a[unit]);
    step.numbers =
        math::quotient(math::difference(p, math::number(y)), math::product({p, math::difference(math::number(1), p)}));
    return;
  }
  step.reason = fmt::format("the derivative of {}", loss.name);
  if (loss.id == Loss::kCrossEntropy) {
    step.reason += "; p is the softmax of the outputs";
    const double targets = std::accumulate(row_->target.begin(), row_->target.end(), 0.0);
    const std::string index = std::to_string(unit + 1);
    const Formula p = math::symbol(Symbol{"p", "", index, fmt::format("p[{}]", index)});
    step.symbols = {math::difference(math::product({p, sum_of_targets(symbols_)}), target)};
    step.numbers = math::difference(
        math::product({math::number((values.d_output[unit] + y) / targets), math::number(targets)}), math::number(y));
    return;
  }
  put_into_loss(layer, unit, step);
}

}  // namespace bprop::explaining
