// SPDX-License-Identifier: Apache-2.0
//
// ∂l/∂a of the last layer under the losses of counts, quantiles, margins and variances, and the focal ones.
#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "calculus/scalar_functions.h"
#include "explain/deriver.h"

namespace bprop::explaining {
namespace {

struct Texts {
  std::string text;
  std::string latex;
};

// ∂/∂p of −y (1 − p)^γ log p, and of the other label's −(1 − y) p^γ log(1 − p).
Texts focal_by_probability(const std::string& gamma, bool both) {
  Texts texts{fmt::format("−y (1 − p)^{0} (1 / p − {0} log p / (1 − p))", gamma),
              fmt::format("-y (1-p)^{{{0}}} \\left(\\frac{{1}}{{p}} - \\frac{{{0} \\ln p}}{{1-p}}\\right)", gamma)};
  if (!both) return texts;
  texts.text += fmt::format(" + (1 − y) p^{0} (1 / (1 − p) − {0} log(1 − p) / p)", gamma);
  texts.latex +=
      fmt::format(" + (1-y) p^{{{0}}} \\left(\\frac{{1}}{{1-p}} - \\frac{{{0} \\ln(1-p)}}{{p}}\\right)", gamma);
  return texts;
}

}  // namespace

void Deriver::later_loss_output(std::size_t layer, std::size_t unit, Step& step) {
  const LossRule& loss = rule(options_.loss.loss);
  const double a = row_->layers[layer].a[unit];
  const double y = row_->target[unit];
  const OutputRule output = output_rule(parts_, options_.loss);
  if (loss.id == Loss::kGaussianNll) return gaussian_output(layer, unit, step);
  use(activation_of(layer, unit), step);
  use(target_of(unit), step);
  const Formula symbol = symbols_.a(layer, unit);
  const Formula target = symbols_.target(unit);
  const auto put_in = [&](const Texts& texts, const Formula& p, double value) {
    step.symbols = {rule_formula(texts.text, texts.latex, {{"p", p}, {"y", target}}, options_.numbers)};
    step.numbers =
        rule_formula(texts.text, texts.latex, {{"p", math::number(value)}, {"y", math::number(y)}}, options_.numbers);
  };
  const std::string gamma = text_of(math::number(options_.loss.focal_gamma), options_.numbers);
  if (output == OutputRule::kPair) {
    step.reason = fmt::format("{} by the rate", loss.name);
    step.symbols = {math::quotient(math::difference(symbol, target), symbol)};
    step.numbers = math::quotient(math::difference(math::number(a), math::number(y)), math::number(a));
  } else if (output == OutputRule::kLongPair) {
    step.reason = fmt::format("{} by a probability", loss.name);
    put_in(focal_by_probability(gamma, loss.id == Loss::kBinaryFocal), symbol, a);
  } else if (loss.id == Loss::kFocal) {
    focal_of_scores(layer, unit, step);
  } else if (loss.id == Loss::kBinaryFocal) {
    step.reason = fmt::format("the derivative of {}", loss.name);
    put_in({with_chosen_number(loss.derivative_text, loss.parameter, unit),
            with_chosen_number(loss.derivative_latex, loss.parameter_latex, unit)},
           math::call("σ", {symbol}), rule(Activation::kSigmoid).value(a));
  } else {
    step.reason = fmt::format("the derivative of {}", loss.name);
    put_into_loss(layer, unit, step);
  }
}

// The outputs are scores: p is their softmax.
void Deriver::focal_of_scores(std::size_t layer, std::size_t unit, Step& step) {
  const std::vector<double>& scores = row_->layers[layer].a;
  std::vector<double> p;
  for (const double s : scores) p.push_back(std::exp(s - scores[unit]));
  const double sum = std::accumulate(p.begin(), p.end(), 0.0);
  double total = 0;
  double own = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    p[k] /= sum;
    const double u = -std::log(p[k]);
    const double g =
        row_->target[k] == 0 ? 0 : -scalar::FocalClass::derivative(u, row_->target[k], options_.loss.focal_gamma);
    total += g;
    if (k == unit) own = g;
  }
  const std::string index = std::to_string(unit + 1);
  const Formula probability = math::symbol(Symbol{"p", "", index, fmt::format("p[{}]", index)});
  const Formula share = math::symbol(Symbol{"g", "", index, fmt::format("g[{}]", index)});
  step.reason = fmt::format(
      "the derivative of focal; p is the softmax of the outputs, g = y (1 − p)^{0} (1 − {0} p log "
      "p / (1 − p))",
      text_of(math::number(options_.loss.focal_gamma), options_.numbers));
  step.symbols = {
      math::difference(math::product({probability, math::sum_over("k", math::symbol(Symbol{"g", "", "k"}))}), share)};
  step.numbers = math::difference(math::product({math::number(p[unit]), math::number(total)}), math::number(own));
}

// Mean m and log-variance v stand beside each other; the pair has the target of its mean.
void Deriver::gaussian_output(std::size_t layer, std::size_t unit, Step& step) {
  const std::size_t mean = unit - unit % 2;
  const std::vector<double>& a = row_->layers[layer].a;
  for (const std::size_t k : {mean, mean + 1}) use(activation_of(layer, k), step);
  use(target_of(mean), step);
  const Texts texts = unit == mean ? Texts{"(m − y) e^−v", "(m - y)\\, e^{-v}"}
                                   : Texts{"½ (1 − (y − m)² e^−v)", "\\tfrac12 \\left(1 - (y - m)^2 e^{-v}\\right)"};
  const auto put_in = [&](const Formula& m, const Formula& v, const Formula& y) {
    return rule_formula(texts.text, texts.latex, {{"m", m}, {"v", v}, {"y", y}}, options_.numbers);
  };
  step.reason = fmt::format("the derivative of gaussian_nll by {}, with the pair m = {}, v = {}",
                            unit == mean ? "the mean" : "the log-variance", text_of(symbols_.a(layer, mean)),
                            text_of(symbols_.a(layer, mean + 1)));
  step.symbols = {put_in(symbols_.a(layer, mean), symbols_.a(layer, mean + 1), symbols_.target(mean))};
  step.numbers = put_in(math::number(a[mean]), math::number(a[mean + 1]), math::number(row_->target[mean]));
}

// A rule's text with the chosen number in the place of its letter.
std::string Deriver::with_chosen_number(std::string_view rule_text, std::string_view letter, std::size_t unit) const {
  const std::string number = text_of(math::number(loss_parameter(options_.loss, unit)), options_.numbers);
  std::string text(rule_text);
  std::size_t at = letter.empty() ? std::string::npos : text.find(letter);
  for (; at != std::string::npos; at = text.find(letter, at + number.size())) text.replace(at, letter.size(), number);
  return text;
}

// The rule's own text, of a loss output by output.
void Deriver::put_into_loss(std::size_t layer, std::size_t unit, Step& step) {
  const LossRule& loss = rule(options_.loss.loss);
  const double a = row_->layers[layer].a[unit];
  const double y = row_->target[unit];
  const auto put_in = [&](const Formula& s, const Formula& t) {
    return rule_formula(with_chosen_number(loss.derivative_text, loss.parameter, unit),
                        with_chosen_number(loss.derivative_latex, loss.parameter_latex, unit), {{"s", s}, {"y", t}},
                        options_.numbers);
  };
  const bool at_kink = loss.id == Loss::kHinge ? (2 * y - 1) * a == 1 : a == y;
  if (!loss.smooth && at_kink) step.reason += fmt::format("; at its kink, where bprop takes {}", loss.kink);
  step.symbols = {put_in(symbols_.a(layer, unit), symbols_.target(unit))};
  step.numbers = put_in(math::number(a), math::number(y));
}

}  // namespace bprop::explaining
