// SPDX-License-Identifier: Apache-2.0
#include "bprop/divergence.h"

#include <fmt/format.h>

#include <array>

#include "check/not_finite.h"

namespace bprop {
namespace {

using Number = Divergence::Number;
using Cause = Divergence::Cause;

struct NumberText {
  std::string_view name;
  std::string_view noun;
};
constexpr std::array kNumberTexts = {
    NumberText{"weight", "the weight"},
    NumberText{"bias", "the bias"},
    NumberText{"input", "the input"},
    NumberText{"target", "the target"},
    NumberText{"z", "z"},
    NumberText{"activation", "the activation"},
    NumberText{"loss", "the loss"},
    NumberText{"delta", "delta"},
    NumberText{"weight_gradient", "the gradient of the weight"},
    NumberText{"bias_gradient", "the gradient of the bias"},
    NumberText{"gradient_norm", "the norm of the gradient"},
    NumberText{"running_mean", "the running mean"},
    NumberText{"running_variance", "the running variance"},
};

std::string in_that_row(const Divergence& d) { return d.row ? " in that row" : ""; }

}  // namespace

std::string_view name(Number number) { return kNumberTexts[static_cast<std::size_t>(number)].name; }

std::string_view name(Cause cause) {
  constexpr std::array<std::string_view, 7> kNames = {
      "unknown", "cell", "unscaled_column", "unscaled_target", "log_of_zero", "large_weights", "large_update"};
  return kNames[static_cast<std::size_t>(cause)];
}

std::string sentence(const Divergence& d) {
  const bool after = d.validation || check::is_parameter(d);
  return fmt::format("{} update {} {}", after ? "after" : "at", d.step, check::place_sentence(d));
}

std::string cause_sentence(const Divergence& d) {
  switch (d.cause) {
    case Cause::kUnknown: return "";
    case Cause::kCell: return "the cell is no number, or too large for this precision";
    case Cause::kUnscaledColumn:
      return fmt::format("input {} is {:.4g}{}, where standardised ones are near 1",
                         d.cause_column_name.empty() ? fmt::format("{}", d.cause_column.value_or(0) + 1)
                                                     : "'" + d.cause_column_name + "'",
                         d.cause_value, in_that_row(d));
    case Cause::kUnscaledTarget:
      return fmt::format("the target is {:.4g}{}, where standardised ones are near 1", d.cause_value, in_that_row(d));
    case Cause::kLogOfZero: return "the logarithm is taken of a probability that has become 0";
    case Cause::kLargeWeights: return fmt::format("there are weights as large as {:.2g}", d.cause_value);
    case Cause::kLargeUpdate: return "the update was too large";
  }
  return "";
}

std::string remedy(const Divergence& d) {
  switch (d.cause) {
    case Cause::kCell: return "mending the cell, or double precision if it is right";
    case Cause::kUnscaledColumn: return "scaling the column";
    case Cause::kUnscaledTarget: return "scaling the target";
    case Cause::kLogOfZero: return "a smaller learning rate, clip, or label smoothing";
    case Cause::kLargeWeights:
      if (d.step == 1) return "smaller first weights";
      break;
    default: break;
  }
  return "a smaller learning rate or clip";
}

namespace check {

std::string place_sentence(const Divergence& d) {
  std::string text(kNumberTexts[static_cast<std::size_t>(d.number)].noun);
  if (d.layer) text += fmt::format(" of unit {} of layer {}", *d.unit + 1, *d.layer + 1);
  if (d.column) {
    if (d.layer) text += " from its input";
    text += d.column_name.empty() ? fmt::format(" {}", *d.column + 1) : fmt::format(" '{}'", d.column_name);
  }
  text += fmt::format(" is {}", d.value);
  if (!d.where.empty()) text += fmt::format(" ({})", d.where);
  return text;
}

void name_place(Divergence& d, const DoctorOptions& options) {
  const auto name_of = [&](const std::optional<std::size_t>& column) {
    return column && *column < options.column_names.size() ? options.column_names[*column] : std::string();
  };
  if (d.layer.value_or(0) == 0) d.column_name = name_of(d.column);
  d.cause_column_name = name_of(d.cause_column);
  if (!d.row || !d.where.empty()) return;
  d.where = options.where ? options.where(*d.row) : fmt::format("row {}", *d.row + 1);
}

}  // namespace check
}  // namespace bprop
