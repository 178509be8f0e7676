// SPDX-License-Identifier: Apache-2.0
//
// Long sums: the largest terms, and what the others make together.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "explain/deriver.h"
#include "explain/largest.h"

namespace bprop::explaining {
namespace {

// Which of the terms to show, in their order.
std::vector<std::size_t> shown(const std::vector<double>& values, std::size_t top) {
  const bool all = values.size() / 2 < top || values.size() == 2 * top;
  return places_of_largest(values, all ? values.size() : std::max<std::size_t>(top, 1));
}

}  // namespace

// The mean of the rows' terms. The row whose steps follow is the one with the largest, or that which was asked for.
void Deriver::batch(const Selector& what, Step& step) {
  std::vector<Term> terms;
  double largest = -1;
  for (std::size_t n = 0; n < batch_.rows.size(); ++n) {
    const double value = row_gradient(parts_, batch_.rows[n], what);
    terms.push_back({math::partial(loss_of_row(batch_.numbers[n]), symbols_.of(what)), value, math::number(value), {}});
    if (std::fabs(value) > largest) {
      largest = std::fabs(value);
      row_ = &batch_.rows[n];
    }
  }
  if (options_.follow) row_ = &batch_.rows[*options_.follow];
  row_number_ = batch_.numbers[static_cast<std::size_t>(row_ - batch_.rows.data())];
  add_up(std::move(terms), step);
  const bool is_mean = batch_.scale != 1;
  const auto scaled = [&](Formula sum) {
    if (!is_mean) return sum;
    std::vector<Formula> factors;
    factors.push_back(math::quotient(math::number(1), math::number(static_cast<double>(batch_.rows.size()))));
    factors.push_back(std::move(sum));
    return math::product(std::move(factors));
  };
  for (Formula& line : step.symbols) line = scaled(std::move(line));
  step.numbers = scaled(std::move(step.numbers));
  step.value *= batch_.scale;
  step.name = "batch";
  step.left = math::partial(symbols_.loss(), symbols_.of(what));
  step.reason = fmt::format("the loss is the {} of the rows' losses, and so is its derivative; {} follows",
                            is_mean ? "mean" : "sum",
                            options_.follow ? fmt::format("row {}", row_number_) : "the largest term's row");
  use({{math::partial(row_loss(), symbols_.of(what)), row_gradient(parts_, *row_, what), Source::Origin::kBackward, 0},
       Key{Kind::kGradient, what.layer, what.unit}},
      step);
}

void Deriver::add_up(std::vector<Term> terms, Step& step) {
  std::vector<double> values;
  double sum = 0;
  for (const Term& term : terms) {
    values.push_back(term.value);
    sum += term.value;
  }
  const auto chosen = shown(values, options_.top);
  std::vector<Formula> symbols;
  std::vector<Formula> numbers;
  double rest = sum;
  for (const std::size_t i : chosen) {
    symbols.push_back(std::move(terms[i].symbols));
    numbers.push_back(std::move(terms[i].numbers));
    rest -= values[i];
    for (Use& used : terms[i].uses) use(std::move(used), step);
  }
  if (chosen.size() < terms.size()) {
    const std::string more = fmt::format("{} more", terms.size() - chosen.size());
    symbols.push_back(math::symbol(Symbol{more, "", "", fmt::format("({})", more)}));
    numbers.push_back(math::number(rest));
  }
  step.symbols.push_back(math::sum(std::move(symbols)));
  step.numbers = math::sum(std::move(numbers));
  step.value = sum;
}

}  // namespace bprop::explaining
