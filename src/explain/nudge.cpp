// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "bprop/gradients.h"
#include "bprop/what_if.h"
#include "explain/derive.h"
#include "explain/largest.h"
#include "explain/symbols.h"
#include "nn/in_double.h"

namespace bprop {
namespace {

using explaining::OwnedRows;
using Kind = Selector::Kind;

constexpr double kStep = 1e-3;  // of the changes that are followed through
constexpr int kDecades = 8;     // 0.1 … 1e-8

// Network and rows with one number moved.
class MovedNetwork {
 public:
  MovedNetwork(const DoubleNetwork& network, const OwnedRows& rows, const Selector& what, const LossOptions& loss)
      : network_(network), rows_(rows), what_(what), loss_(loss) {
    if (what.kind == Kind::kWeight) {
      values_ = network.weights(what.layer);
      place_ = weight_place(network.architecture().layers[what.layer], what.unit, what.from);
    } else if (what.kind == Kind::kBias) {
      values_ = network.bias(what.layer);
      place_ = what.unit;
    } else {
      values_ = rows.input;
      place_ = what.unit;
    }
  }

  double value() const { return values_[place_]; }

  double loss(double change) {
    move(change);
    return bprop::loss<double>(network_, rows_.input, rows_.target, loss_);
  }
  DoubleGradients numbers(double change) {
    move(change);
    return gradients<double>(network_, rows_.input, rows_.target, loss_);
  }

 private:
  void move(double change) {
    std::vector<double> values = values_;
    values[place_] += change;
    if (what_.kind == Kind::kWeight) return network_.set_weights(what_.layer, values);
    if (what_.kind == Kind::kBias) return network_.set_bias(what_.layer, values);
    rows_.input = std::move(values);
  }

  DoubleNetwork network_;
  OwnedRows rows_;
  Selector what_;
  LossOptions loss_;
  std::vector<double> values_;
  std::size_t place_ = 0;
};

// The units of a layer that move most, in their order.
std::vector<std::size_t> most_moved(const std::vector<double>& before, const std::vector<double>& after,
                                    std::size_t top) {
  std::vector<double> moves;
  for (std::size_t j = 0; j < before.size(); ++j) moves.push_back(after[j] - before[j]);
  std::vector<std::size_t> units = explaining::places_of_largest(moves, std::max<std::size_t>(top, 1));
  std::erase_if(units, [&](std::size_t j) { return moves[j] == 0; });
  return units;
}

// Δ of every layer's z and a. What the derivative foretells of them is a central difference of the engine's numbers
// with so small a step that only rounding is left of its error.
std::vector<Change> changes(MovedNetwork& moved, const Selector& what, const explaining::Symbols& symbols,
                            std::size_t top, double derivative) {
  constexpr double kTiny = 1e-6;
  const DoubleGradients before = moved.numbers(0);
  const DoubleGradients after = moved.numbers(kStep);
  const DoubleGradients up = moved.numbers(kTiny);
  const DoubleGradients down = moved.numbers(-kTiny);
  std::vector<Change> result = {{symbols.of(what), moved.value(), moved.value() + kStep, kStep}};
  const auto slope = [&](double high, double low) { return (high - low) / (2 * kTiny) * kStep; };
  for (std::size_t l = what.kind == Kind::kInput ? 0 : what.layer; l < before.layers.size(); ++l) {
    const auto &was = before.layers[l], &is = after.layers[l], &high = up.layers[l], &low = down.layers[l];
    for (const std::size_t j : most_moved(was.z, is.z, top)) {
      result.push_back({symbols.z(l, j), was.z[j], is.z[j], slope(high.z[j], low.z[j])});
      result.push_back({symbols.a(l, j), was.a[j], is.a[j], slope(high.a[j], low.a[j])});
    }
  }
  result.push_back({symbols.row_loss(), before.loss, after.loss, derivative * kStep});
  return result;
}

}  // namespace

template <class T>
Nudge nudge(const BasicNetwork<T>& network, const ExplainRows& given, const Selector& what,
            const ExplainOptions& asked) {
  const std::size_t count = explaining::checked_rows(network.architecture(), given, what);
  BPROP_CHECK(what.kind == Kind::kWeight || what.kind == Kind::kBias || what.kind == Kind::kInput, UsageError,
              "what a unit computes follows from other numbers, expected a weight, a bias or an input to be nudged");
  const OwnedRows rows = explaining::rounded<T>(given);
  const DoubleNetwork exact = nn::in_double(network);
  Nudge result;
  const ExplainOptions options = explaining::as_noted(asked, network.architecture(), result.remarks);
  MovedNetwork moved(exact, rows, what, options.loss);
  const explaining::Symbols symbols(network.architecture(), options.notation);
  result.numbers = options.numbers;
  result.loss = count == 1 ? symbols.row_loss() : symbols.loss();
  result.moved = symbols.of(what);
  result.title = fmt::format("{} nudged", text_of(result.moved));
  result.value = moved.value();
  result.step = kStep;
  result.derivative = bprop::explain(exact, rows, what, options).value();
  if (count == 1) result.changes = changes(moved, what, symbols, options.top, result.derivative);
  const double loss = moved.loss(0);
  double step = 1;
  for (int decade = 1; decade <= kDecades; ++decade) {
    step /= 10;
    const double more = moved.loss(step);
    const double less = moved.loss(-step);
    result.quotients.push_back({step, (more - loss) / step, (more - less) / (2 * step)});
  }
  return result;
}

template Nudge nudge(const BasicNetwork<float>&, const ExplainRows&, const Selector&, const ExplainOptions&);
template Nudge nudge(const BasicNetwork<double>&, const ExplainRows&, const Selector&, const ExplainOptions&);

Document document(const Nudge& nudge) {
  Document page{nudge.title, {}};
  if (!nudge.remarks.empty()) page.sections.push_back({"", {nudge.remarks.begin(), nudge.remarks.end()}});
  const auto error = [&](double quotient) {
    return math::words(fmt::format("{:.1e}", std::fabs(quotient - nudge.derivative)));
  };
  if (!nudge.changes.empty()) {
    FormulaTable table{{"number", "before", "after", "change", "foretold"}, {}};
    for (const Change& c : nudge.changes) {
      table.rows.push_back({c.symbol, math::number(c.before), math::number(c.after), math::number(c.after - c.before),
                            math::number(c.foretold)});
    }
    page.sections.push_back(
        {fmt::format("A change of {} goes through the network", nudge.step),
         {Paragraph("Foretold is what the derivative says: derivative times change of what was moved."),
          std::move(table)}});
  }
  // A thousandth, at the best of the steps.
  const bool tends = std::ranges::any_of(nudge.quotients, [&](const DifferenceQuotient& q) {
    return std::fabs(q.central - nudge.derivative) <= 1e-3 * std::fabs(nudge.derivative);
  });
  FormulaTable table{{"step", "one-sided", "error", "central", "error"}, {}};
  for (const DifferenceQuotient& q : nudge.quotients) {
    table.rows.push_back({math::number(q.step), math::number(q.one_sided), error(q.one_sided), math::number(q.central),
                          error(q.central)});
  }
  page.sections.push_back(
      {"The ratio of the changes tends to the derivative",
       {Equation{.reason = "the derivative, by back-propagation",
                 .left = math::partial(nudge.loss, nudge.moved),
                 .right = {math::number(nudge.derivative)}},
        std::move(table),
        Paragraph(
            tends ? "While the step is large, a tenth of it makes the one-sided error ten times smaller and the "
                    "central one a hundred times; where it is tiny, the two losses agree in nearly all digits and "
                    "rounding is what is left."
                  : "The ratios do not tend to it: within the steps the loss has a kink, where the derivatives from "
                    "the left and from the right differ and bprop takes one of them, or a derivative too small for "
                    "differences to show.")}});
  return page;
}

}  // namespace bprop
