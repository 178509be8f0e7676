// SPDX-License-Identifier: Apache-2.0
#include "bprop/divergence.h"

#include <fmt/format.h>

#include <array>

namespace bprop {
namespace {

using Number = Divergence::Number;

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
};

}  // namespace

std::string_view name(Number number) { return kNumberTexts[static_cast<std::size_t>(number)].name; }

std::string sentence(const Divergence& d) {
  const bool after = d.validation || d.number == Number::kWeight || d.number == Number::kBias;
  std::string text = fmt::format("{} update {} {}", after ? "after" : "at", d.step,
                                 kNumberTexts[static_cast<std::size_t>(d.number)].noun);
  if (d.layer) text += fmt::format(" of unit {} of layer {}", *d.unit + 1, *d.layer + 1);
  if (d.column) {
    if (d.layer) text += " from its input";
    text += d.column_name.empty() ? fmt::format(" {}", *d.column + 1) : fmt::format(" '{}'", d.column_name);
  }
  text += fmt::format(" is {}", d.value);
  if (!d.where.empty()) text += fmt::format(" ({})", d.where);
  return text;
}

}  // namespace bprop
