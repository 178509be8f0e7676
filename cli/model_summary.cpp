// SPDX-License-Identifier: Apache-2.0
#include "model_summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "quantity.h"
#include "train_report.h"
#include "values.h"

namespace bprop::cli {
namespace {

constexpr std::size_t kSmallLayer = 64;  // most weights of a layer that are shown one by one,
constexpr std::size_t kNarrowLayer = 8;  // and most of its inputs
constexpr std::size_t kShownClasses = 12;

template <class T>
LayerSummary summarize_layer(const BasicNetwork<T>& network, std::size_t layer) {
  LayerSummary summary;
  summary.layer = network.architecture().layers[layer];
  for (const T w : network.weights(layer)) summary.weights.push_back(static_cast<double>(w));
  for (const T b : network.bias(layer)) summary.bias.push_back(static_cast<double>(b));
  summary.parameters = summary.weights.size() + summary.bias.size();
  if (summary.weights.empty()) return summary;
  const auto [smallest, largest] = std::ranges::minmax(summary.weights);
  summary.smallest = smallest;
  summary.largest = largest;
  double squares = 0;
  for (const double w : summary.weights) squares += w * w;
  summary.norm = std::sqrt(squares);
  return summary;
}

// Of a layer that has none.
std::string text_without_weights(const Layer& layer) {
  if (const auto* const add = std::get_if<Add>(&layer)) return fmt::format("add {}", add->back);
  return fmt::format("dropout {}", std::get<Dropout>(layer).probability);
}

// "selu"; of layers that are not dense what they are, and of a mix that has one also the activation: "mix selu".
std::string activation_text(const Layer& layer) {
  const std::string_view kind = kind_of(layer);
  const std::string_view activation = rule(activation_of(layer)).name;
  if (kind == "dense") return std::string(activation);
  const bool activated = kind == "mix" && activation_of(layer) != Activation::kIdentity;
  return activated ? fmt::format("{} {}", kind, activation) : std::string(kind);
}

std::string layer_table(const ModelSummary& summary) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "W", "activation", "bias", "parameters", "smallest w", "largest w", "norm of W"}};
  for (const LayerSummary& layer : summary.layers) {
    if (layer.weights.empty()) {
      rows.push_back({text_of(rows.size()), "-", text_without_weights(layer.layer), "no", "0", "-", "-", "-"});
      continue;
    }
    rows.push_back({text_of(rows.size()), fmt::format("{}", fmt::join(weight_shape(layer.layer), " × ")),
                    activation_text(layer.layer), has_bias(layer.layer) ? "yes" : "no", with_commas(layer.parameters),
                    fmt::format("{:.4g}", layer.smallest), fmt::format("{:.4g}", layer.largest),
                    fmt::format("{:.4g}", layer.norm)});
  }
  return aligned_table(rows);
}

// W of a small layer unit by unit, its bias behind it.
std::string weights_text(const ModelSummary& summary) {
  const bool in_float = std::holds_alternative<Network>(summary.model->network);
  std::string text;
  for (std::size_t k = 0; k < summary.layers.size(); ++k) {
    const LayerSummary& layer = summary.layers[k];
    const std::size_t inputs = inputs_of(layer.layer);
    if (layer.weights.empty() || layer.weights.size() > kSmallLayer || inputs > kNarrowLayer) continue;
    if (std::holds_alternative<Embedding>(layer.layer)) continue;  // mostly empty
    std::vector<std::vector<std::string>> rows = {{fmt::format("layer {}", k + 1)}};
    for (std::size_t i = 0; i < inputs; ++i) rows[0].push_back(fmt::format("from {}", i + 1));
    if (has_bias(layer.layer)) rows[0].push_back("bias");
    for (std::size_t unit = 0; unit < outputs_of(layer.layer); ++unit) {
      rows.push_back({fmt::format("unit {}", unit + 1)});
      for (std::size_t i = 0; i < inputs; ++i) {
        const bool there = connects(layer.layer, unit, i);
        rows.back().push_back(there ? number_text(layer.weights[weight_place(layer.layer, unit, i)], in_float) : "");
      }
      if (has_bias(layer.layer)) rows.back().push_back(number_text(layer.bias[unit], in_float));
    }
    text += '\n' + aligned_table(rows);
  }
  return text;
}

std::string column_table(const Preprocessing& preprocessing) {
  std::vector<std::vector<std::string>> rows = {{"column", "kind", "inputs", "shift", "divisor", "when missing"}};
  std::size_t pixels = 0;
  for (const InputColumn& column : preprocessing.inputs) {
    if (column.kind == ColumnKind::kPixel) {
      ++pixels;
      continue;
    }
    const bool number = column.kind == ColumnKind::kNumber;
    const bool constant = column.divisor == std::numeric_limits<double>::max();
    rows.push_back({column.name, std::string(name(column.kind)), text_of(column.features()),
                    number ? fmt::format("{:.6g}", column.shift) : "",
                    !number    ? ""
                    : constant ? "always 0"
                               : fmt::format("{:.6g}", column.divisor),
                    column.missing_zero    ? "zeros"
                    : !column.missing_seen ? ""
                    : number               ? fmt::format("{:.6g}", column.fill)
                                           : "an input of its own"});
  }
  std::string text = rows.size() > 1 ? '\n' + aligned_table(rows) : std::string();
  if (pixels > 0) {
    const auto pixel = std::ranges::find(preprocessing.inputs, ColumnKind::kPixel, &InputColumn::kind);
    const auto like = [&](const InputColumn& c) {
      return c.kind != ColumnKind::kPixel || (c.shift == pixel->shift && c.divisor == pixel->divisor);
    };
    text += std::ranges::all_of(preprocessing.inputs, like) && pixel->shift == 0
                ? fmt::format("\n{}, each divided by {}\n", counted(pixels, "pixel"), pixel->divisor)
                : fmt::format("\n{}, each with its own shift and divisor\n", counted(pixels, "pixel"));
  }
  if (preprocessing.smooth_clip) text += "\nevery input x is kept below 3: x / √(1 + (x/3)²)\n";
  return text;
}

std::string target_line(const TargetColumn& target) {
  if (target.task == Task::kNumbers) {
    return fmt::format("{}: numbers, ({} − {:.6g}) / {:.6g}", target.name, target.name, target.shift, target.divisor);
  }
  const std::size_t shown = std::min(target.classes.size(), kShownClasses);
  const std::string more = shown < target.classes.size() ? ", ..." : "";
  return fmt::format(
      "{}: {} classes, {}{}", target.name, with_commas(target.classes.size()),
      fmt::join(target.classes.begin(), target.classes.begin() + static_cast<std::ptrdiff_t>(shown), ", "), more);
}

std::string exercise_text(const Exercise& exercise) {
  std::string text =
      fmt::format("{}{}", counted(exercise.rows, "row"), exercise.target.empty() ? " without target" : "");
  if (exercise.learning_rate) text += fmt::format(", rate {}", *exercise.learning_rate);
  if (exercise.freeze_biases) text += ", biases frozen";
  return text;
}

}  // namespace

std::string_view kind_of(const Layer& layer) {
  constexpr std::array<std::string_view, 3> kEmbeddings = {"embed", "waves", "mix"};
  if (const auto* const of = std::get_if<Embedding>(&layer)) return kEmbeddings[static_cast<std::size_t>(of->kind)];
  if (std::holds_alternative<Dense>(layer)) return "dense";
  if (std::holds_alternative<Dropout>(layer)) return "dropout";
  if (std::holds_alternative<Add>(layer)) return "add";
  if (std::holds_alternative<BatchNorm>(layer)) return "batch-norm";
  return std::holds_alternative<Scale>(layer) ? "scale" : "layer-norm";
}

ModelSummary summarize(const Model& model, const std::string& path) {
  ModelSummary summary{.model = &model, .path = path};
  for (std::size_t layer = 0; layer < model.architecture().layers.size(); ++layer) {
    summary.layers.push_back(
        std::visit([&](const auto& network) { return summarize_layer(network, layer); }, model.network));
  }
  return summary;
}

std::string text_of(const ModelSummary& summary) {
  const Model& model = *summary.model;
  std::string text = titled("model", summary.path) + network_line(model);
  text += titled("loss", fmt::format("{}, {} of the rows", text_of(model.loss.loss), text_of(model.loss.reduction)));
  if (model.temperature != 1) {
    text += titled("calibration", fmt::format("scores are divided by the temperature {:.4g}", model.temperature));
  }
  for (const TargetColumn& target :
       model.preprocessing ? model.preprocessing->targets() : std::vector<TargetColumn>()) {
    text += titled("target", target_line(target));
  }
  if (model.exercise) text += titled("own rows", exercise_text(*model.exercise));
  text += '\n' + layer_table(summary) + weights_text(summary);
  if (model.preprocessing) text += column_table(*model.preprocessing);
  return text;
}

}  // namespace bprop::cli
