// SPDX-License-Identifier: Apache-2.0
//
// The steps of a norm: mean and variance of the row, which of a batch norm are constants, u, and how a number that the
// layer reads moves its units.
#include <fmt/format.h>

#include "explain/deriver.h"

namespace bprop::explaining {
namespace {

using Origin = Source::Origin;

}  // namespace

Deriver::Use Deriver::mean_of(std::size_t layer, std::size_t unit) const {
  const double mean = row_->layers[layer].norm.mean_of(unit);
  if (parts_.is_batch_norm(layer)) return {{symbols_.mean(layer, unit), mean, Origin::kForward, 0}};
  return {{symbols_.mean(layer), mean, Origin::kForward, 0}, Key{Kind::kMean, layer, 0}};
}

Deriver::Use Deriver::variance_of(std::size_t layer, std::size_t unit) const {
  const double variance = row_->layers[layer].norm.variance_of(unit);
  if (parts_.is_batch_norm(layer)) return {{symbols_.variance(layer, unit), variance, Origin::kForward, 0}};
  return {{symbols_.variance(layer), variance, Origin::kForward, 0}, Key{Kind::kVariance, layer, 0}};
}

Deriver::Use Deriver::normalised_of(std::size_t layer, std::size_t unit) const {
  return {{symbols_.normalised(layer, unit), row_->layers[layer].norm.u[unit], Origin::kForward, 0},
          Key{Kind::kNormalised, layer, unit}};
}

Deriver::Use Deriver::slope_by_read_of(std::size_t layer, std::size_t unit, std::size_t from) const {
  if (!parts_.normalises(layer)) return weight_of(layer, unit, from);
  return {{math::partial(symbols_.z(layer, unit), symbols_.read_number(layer, from)),
           row_->slope_by_read(parts_, layer, unit, from), Origin::kForward, 0},
          Key{Kind::kThroughNorm, layer, unit * parts_.units(layer) + from}};
}

// A sum becomes a mean.
void Deriver::divide_by_count(std::size_t count, Step& step) const {
  const auto divided = [&](Formula sum) {
    return math::product({math::quotient(math::number(1), math::number(static_cast<double>(count))), std::move(sum)});
  };
  for (Formula& line : step.symbols) line = divided(std::move(line));
  step.numbers = divided(std::move(step.numbers));
  step.value /= static_cast<double>(count);
}

void Deriver::mean(std::size_t layer, Step& step) {
  const std::size_t count = parts_.units(layer);
  std::vector<Term> terms;
  for (std::size_t i = 0; i < count; ++i) {
    const Use x = read_number_of(layer, i);
    terms.push_back({x.source.symbol, x.source.value, math::number(x.source.value), {x}});
  }
  step.name = fmt::format("mean {}", layer + 1);
  step.left = symbols_.mean(layer);
  step.reason =
      fmt::format("the mean of the {} numbers that layer {}, a layer norm, reads", count, symbols_.layer_number(layer));
  add_up(std::move(terms), step);
  divide_by_count(count, step);
}

void Deriver::variance(std::size_t layer, Step& step) {
  const std::size_t count = parts_.units(layer);
  const Use mean = mean_of(layer, 0);
  std::vector<Term> terms;
  for (std::size_t i = 0; i < count; ++i) {
    const Use x = read_number_of(layer, i);
    const double off = x.source.value - mean.source.value;
    const auto squared = [](Formula a, Formula b) {
      return math::power(math::difference(std::move(a), std::move(b)), math::number(2));
    };
    terms.push_back({squared(x.source.symbol, mean.source.symbol),
                     off * off,
                     squared(math::number(x.source.value), math::number(mean.source.value)),
                     {x, mean}});
  }
  step.name = fmt::format("variance {}", layer + 1);
  step.left = symbols_.variance(layer);
  step.reason = "their variance: the mean of their squares about the mean";
  add_up(std::move(terms), step);
  divide_by_count(count, step);
}

void Deriver::normalised(std::size_t layer, std::size_t unit, Step& step) {
  const NormValues& norm = row_->layers[layer].norm;
  const Use x = read_number_of(layer, unit);
  const Use mean = mean_of(layer, unit);
  const Use variance = variance_of(layer, unit);
  step.name = name_of_unit("normalised", layer, unit);
  step.left = symbols_.normalised(layer, unit);
  step.reason = parts_.is_batch_norm(layer)
                    ? "what the batch norm makes of its number by running mean and variance, before the factor and the "
                      "bias"
                    : "what the layer norm makes of its number, before the factor and the bias";
  step.symbols = {
      math::quotient(math::difference(x.source.symbol, mean.source.symbol), deviation(variance.source.symbol))};
  step.numbers = math::quotient(math::difference(math::number(x.source.value), math::number(mean.source.value)),
                                deviation(math::number(variance.source.value)));
  step.value = norm.u[unit];
  for (const Use& used : {x, mean, variance}) use(used, step);
}

// ∂z/∂x = γ / √(v + ε)
void Deriver::through_batch_norm(std::size_t layer, std::size_t unit, Step& step) {
  const Use gamma = weight_of(layer, unit, unit);
  const Use variance = variance_of(layer, unit);
  step.name = fmt::format("through norm {}:{}", layer + 1, unit + 1);
  step.left = math::partial(symbols_.z(layer, unit), symbols_.read_number(layer, unit));
  step.reason = "a batch norm: in predictions mean and variance are constants, which training has kept running";
  step.symbols = {math::quotient(gamma.source.symbol, deviation(variance.source.symbol))};
  step.numbers = math::quotient(math::number(gamma.source.value), deviation(math::number(variance.source.value)));
  step.value = row_->slope_by_read(parts_, layer, unit, unit);
  use(gamma, step);
  use(variance, step);
}

// ∂z_k/∂x_i = γ_k / √(v + ε) ([k = i] − (1 + u_k u_i) / n)
void Deriver::through_norm(std::size_t layer, std::size_t unit, std::size_t from, Step& step) {
  if (parts_.is_batch_norm(layer)) return through_batch_norm(layer, unit, step);
  const Use gamma = weight_of(layer, unit, unit);
  const Use variance = variance_of(layer, unit);
  const Use of_unit = normalised_of(layer, unit);
  const Use of_read = normalised_of(layer, from);
  const double count = static_cast<double>(parts_.units(layer));
  const auto written = [&](Formula factor, Formula v, Formula u_unit, Formula u_read) {
    Formula both = math::product({std::move(u_unit), std::move(u_read)});
    Formula share = math::quotient(math::sum({math::number(1), std::move(both)}), math::number(count));
    Formula inner =
        unit == from ? math::difference(math::number(1), std::move(share)) : math::negative(std::move(share));
    return math::product({math::quotient(std::move(factor), deviation(std::move(v))), std::move(inner)});
  };
  const auto number = [](const Use& used) { return math::number(used.source.value); };
  step.name = fmt::format("through norm {}:{},{}", layer + 1, unit + 1, from + 1);
  step.left = math::partial(symbols_.z(layer, unit), symbols_.read_number(layer, from));
  step.reason = fmt::format("a layer norm: {} moves {}the mean by 1/{} of what it moves itself, and the deviation",
                            text_of(symbols_.read_number(layer, from)), unit == from ? "this number, " : "", count);
  step.symbols = {written(gamma.source.symbol, variance.source.symbol, of_unit.source.symbol, of_read.source.symbol)};
  step.numbers = written(number(gamma), number(variance), number(of_unit), number(of_read));
  step.value = row_->slope_by_read(parts_, layer, unit, from);
  use(gamma, step);
  use(variance, step);
  use(of_unit, step);
  if (unit != from) use(of_read, step);
}

}  // namespace bprop::explaining
