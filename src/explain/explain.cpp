// SPDX-License-Identifier: Apache-2.0
#include "bprop/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "bprop/gradients.h"
#include "explain/agreement.h"
#include "explain/deriver.h"
#include "explain/largest.h"
#include "explain/matrix_form.h"
#include "explain/paths.h"
#include "nn/in_double.h"

namespace bprop {
namespace explaining {
namespace {

using Kind = Selector::Kind;

bool is_parameter(const Selector& what) { return what.kind == Kind::kWeight || what.kind == Kind::kBias; }

// δ and its factors for the units of each layer from the one asked about on: that unit, and above it the largest.
std::vector<UnitGradient> unit_gradients(const RowValues& row, const Selector& what, std::size_t top,
                                         const Symbols& symbols) {
  std::vector<UnitGradient> units;
  const std::size_t first = first_layer(what);
  for (std::size_t l = first; l < row.layers.size(); ++l) {
    const LayerValues& layer = row.layers[l];
    const bool few = layer.delta.size() / 2 <= top;
    std::vector<std::size_t> chosen =
        places_of_largest(layer.delta, few ? layer.delta.size() : std::max<std::size_t>(top, 1));
    if (l == first && what.kind != Kind::kInput) chosen = {what.unit};
    for (const std::size_t j : chosen) {
      const double slope = layer.slope.empty() ? std::numeric_limits<double>::quiet_NaN() : layer.slope[j];
      units.push_back(
          {l, j, symbols.layer_number(l), symbols.unit_number(l, j), layer.d_output[j], slope, layer.delta[j]});
    }
  }
  return units;
}

// A name out of a file: what a terminal would obey, or a page would end at, is a question mark.
std::string on_one_line(std::string name) {
  for (char& c : name) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) c = '?';
  }
  return name;
}

std::string title_of(const Selector& what, const Architecture& architecture, const BatchValues& batch,
                     const Symbols& symbols, const UnitNames& names) {
  const auto named = [](const std::vector<std::string>& all, std::size_t place) {
    return place < all.size() ? fmt::format(" '{}'", on_one_line(all[place])) : std::string();
  };
  const auto unit = [&](std::size_t layer, std::size_t place) {
    const bool is_last = layer + 1 == architecture.layers.size();
    return is_last ? fmt::format("output {}{}", place + 1, named(names.outputs, place))
                   : fmt::format("unit {}", symbols.unit_number(layer, place));
  };
  const auto from = [&] {
    return what.layer == 0 ? fmt::format("input {}{}", what.from + 1, named(names.inputs, what.from))
                           : fmt::format("unit {}", symbols.unit_number(what.layer - 1, what.from));
  };
  const Formula loss = batch.rows.size() == 1 ? symbols.row_loss() : symbols.loss();
  std::string title = fmt::format("{}: ", text_of(math::partial(loss, symbols.of(what))));
  switch (what.kind) {
    case Kind::kWeight:
      title += is_diagonal(architecture.layers[what.layer])
                   ? fmt::format("the factor of layer {}, {}, for {}", what.layer + 1,
                                 kind_in_words(architecture.layers[what.layer]), from())
                   : fmt::format("the weight of layer {} to {} from {}", what.layer + 1, unit(what.layer, what.unit),
                                 from());
      break;
    case Kind::kBias:
      title += fmt::format("the bias of layer {}, {}", what.layer + 1, unit(what.layer, what.unit));
      break;
    case Kind::kActivation:
      title +=
          fmt::format("the activation of layer {}, {}", symbols.layer_number(what.layer), unit(what.layer, what.unit));
      break;
    case Kind::kInput: title += fmt::format("input {}{}", what.unit + 1, named(names.inputs, what.unit)); break;
    default:
      title += fmt::format("{} of layer {}, {}", symbols.has_delta() ? "δ" : "the pre-activation",
                           symbols.layer_number(what.layer), unit(what.layer, what.unit));
  }
  return title + (batch.rows.size() == 1 ? fmt::format("; row {}", batch.numbers.front())
                                         : fmt::format("; {} rows", batch.rows.size()));
}

std::string place_in_files(const Selector& what, const Architecture& architecture) {
  return fmt::format("In files and C++, which count from 0: {}, {}.", name_in_files(what, architecture),
                     what.kind == Kind::kBias ? fmt::format("bias({}, {})", what.layer, what.unit)
                                              : fmt::format("weight({}, {}, {})", what.layer, what.unit, what.from));
}

// w afterwards; none if it is no parameter, or frozen.
std::optional<Update> update_of(const NetworkParts& parts, const Selector& what, const ExplainOptions& options,
                                double gradient) {
  if (!options.learning_rate || !is_parameter(what)) return std::nullopt;
  if (what.kind == Kind::kBias && options.freeze_biases) return std::nullopt;
  const double before = parts.parameter(what);
  return Update{*options.learning_rate, before, before - *options.learning_rate * gradient};
}

}  // namespace

std::size_t checked_rows(const Architecture& architecture, const ExplainRows& rows, const Selector& what) {
  check_selector(what, architecture);
  const std::size_t count = rows.input.size() / architecture.inputs();
  BPROP_CHECK(count > 0 && rows.input.size() == count * architecture.inputs() &&
                  rows.target.size() == count * architecture.outputs(),
              ShapeError, "[explain] {} inputs and {} targets, expected (N x {}) and (N x {}), N at least 1",
              rows.input.size(), rows.target.size(), architecture.inputs(), architecture.outputs());
  BPROP_CHECK(count == 1 || is_parameter(what), UsageError,
              "a unit or an input belongs to one row, expected one row, found {}", count);
  return count;
}

ExplainOptions as_noted(const ExplainOptions& asked, const Architecture& architecture,
                        std::vector<std::string>& remarks) {
  ExplainOptions options = asked;
  if (options.notation == Notation::kOurs) return options;
  const bool half = options.notation != Notation::k002 && options.notation != Notation::k004;
  const Loss of_note = half ? Loss::kHalfSquaredError : Loss::kSquaredError;
  const Loss of_model = options.loss.loss;
  const bool is_squared = of_model == Loss::kHalfSquaredError || of_model == Loss::kSquaredError;
  if (!is_squared || of_model == of_note) return options;
  const Symbols symbols(architecture, options.notation);
  remarks.push_back(fmt::format(
      "The model's loss is {}; this is of {}Σ ({} − {})², as the note has it: the loss, all its derivatives and the "
      "update's step are {} those of training.",
      rule(of_model).name, half ? "½ " : "", symbols.a_letter(architecture.layers.size() - 1),
      text_of(symbols.targets()), half ? "half" : "twice"));
  options.loss.loss = of_note;
  return options;
}

BatchValues batch_values(const DoubleNetwork& network, const NetworkParts& backward, const ExplainRows& rows,
                         const ExplainOptions& options) {
  const std::size_t count = rows.input.size() / network.inputs();
  BPROP_CHECK(options.row_numbers.empty() || options.row_numbers.size() == count, ShapeError,
              "[explain] {} row numbers, expected {}", options.row_numbers.size(), count);
  BPROP_CHECK(!options.follow || *options.follow < count, ShapeError,
              "[explain] there is no row {} to follow, expected one below {}", *options.follow, count);
  LossOptions sum = options.loss;
  sum.reduction = Reduction::kSum;
  const DoubleGradients each = gradients<double>(network, rows.input, rows.target, sum);
  BatchValues batch;
  for (std::size_t n = 0; n < count; ++n) {
    batch.rows.push_back(row_values(backward, each, rows.input, n, options.loss));
    batch.numbers.push_back(options.row_numbers.empty() ? n + 1 : options.row_numbers[n]);
  }
  if (options.loss.reduction == Reduction::kMean) batch.scale = 1.0 / static_cast<double>(count);
  return batch;
}

Derivation derive(const DoubleNetwork& network, const NetworkParts& backward, const ExplainRows& rows,
                  const Selector& what, const ExplainOptions& options) {
  const BatchValues batch = batch_values(network, backward, rows, options);
  const Symbols symbols(network.architecture(), options.notation);

  Derivation result;
  result.what = what;
  result.title = title_of(what, network.architecture(), batch, symbols, options.names);
  result.numbers = options.numbers;
  Deriver deriver(backward, batch, options, symbols);
  result.steps = deriver(what);
  result.reuse = reuse(backward, what, options.loss);
  result.reuse.partials = deriver.partials();
  result.reuse.uses = deriver.uses();
  auto found = paths(backward, deriver.row(), what, options, symbols, deriver.row_loss());
  result.paths = std::move(found.listed);
  result.all_paths = found.all;
  result.row = deriver.row_number();
  result.rows = batch.rows.size();
  result.units = unit_gradients(deriver.row(), what, options.top, symbols);
  result.symbols = symbols.in_general(first_layer(what));
  result.matrix_form = matrix_form(backward, what, options, symbols, batch.rows.size());
  result.backward_network = backward_network(backward, what, options, symbols);
  const DoubleGradients engine = gradients<double>(network, rows.input, rows.target, options.loss);
  double size = 0;
  for (const RowValues& row : batch.rows) size += batch.scale * gradient_size(backward, row, what, options.loss);
  result.agreement = agreement(network, engine, rows, what, options.loss, result.value(), size);
  result.update = update_of(backward, what, options, result.value());
  if (is_parameter(what)) result.remarks.push_back(place_in_files(what, network.architecture()));
  for (std::string& remark : symbols.remarks()) result.remarks.push_back(std::move(remark));
  for (std::size_t l = 0; l < backward.layers(); ++l) {
    if (backward.is_batch_norm(l)) {
      result.remarks.push_back(fmt::format(
          "Layer {} is a batch norm. This is of predictions, where its mean and variance are constants that "
          "training has kept running; in training they were those of the rows themselves, which moved them.",
          symbols.layer_number(l)));
    }
    const auto* const dropout = std::get_if<Dropout>(&backward.architecture.layers[l]);
    if (dropout == nullptr) continue;
    result.remarks.push_back(
        fmt::format("Layer {} is a dropout layer. This is of predictions, where it passes numbers on as they are; in "
                    "training it multiplied each by 0 with probability {}, else by {:.6g}.",
                    symbols.layer_number(l), dropout->probability, 1 / (1 - dropout->probability)));
  }
  if (!std::isfinite(engine.loss)) result.remarks.emplace_back("The loss is not finite, and neither is what follows.");
  if (options.loss.label_smoothing > 0) {
    result.remarks.push_back(
        fmt::format("The labels are smoothed by {}: the loss compares with targets a little off 1 and 0.",
                    options.loss.label_smoothing));
  }
  if (what.kind == Kind::kBias && options.freeze_biases) result.remarks.emplace_back("Biases are frozen: no update.");
  return result;
}

}  // namespace explaining

template <class T>
Derivation explain(const BasicNetwork<T>& network, const ExplainRows& given, const Selector& what,
                   const ExplainOptions& options) {
  explaining::checked_rows(network.architecture(), given, what);
  const explaining::OwnedRows rows = explaining::rounded<T>(given);
  const DoubleNetwork exact = nn::in_double(network);
  std::vector<std::string> remarks;
  const ExplainOptions noted = explaining::as_noted(options, network.architecture(), remarks);
  Derivation result = explaining::derive(exact, explaining::NetworkParts(exact), rows, what, noted);
  result.remarks.insert(result.remarks.end(), remarks.begin(), remarks.end());
  if constexpr (std::is_same_v<T, float>) {
    const std::vector<float> input(given.input.begin(), given.input.end());
    const std::vector<float> target(given.target.begin(), given.target.end());
    const Gradients trained = gradients<float>(network, input, target, noted.loss);
    result.agreement.float_value = explaining::gradient_of(trained, network.architecture(), what);
  }
  return result;
}

template Derivation explain(const BasicNetwork<float>&, const ExplainRows&, const Selector&, const ExplainOptions&);
template Derivation explain(const BasicNetwork<double>&, const ExplainRows&, const Selector&, const ExplainOptions&);

}  // namespace bprop
