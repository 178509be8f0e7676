// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/network_toml.h"

#include <array>
#include <functional>
#include <utility>

#include "base/check.h"
#include "base/sentence.h"
#include "bprop/toml_keys.h"
#include "checkpoint/loss_checks.h"
#include "checkpoint/toml_fields.h"

namespace bprop::checkpoint {
namespace {

constexpr std::array<std::string_view, 16> kKeys = {
    "layers",        "loss",       "reduction",     "label_smoothing",  "huber_delta", "focal_gamma",
    "quantiles",     "arithmetic", "weights",       "biases",           "input",       "target",
    "learning_rate", "freeze",     "running_means", "running_variances"};

// Calls read(text); a name or an architecture that it does not know becomes a sentence with line and column.
template <class Read>
auto named(const TomlFields& fields, std::string_view key, Read read) {
  const std::string text = *fields.text(key);
  try {
    return read(text);
  } catch (const UsageError& error) {
    fields.fail(*fields.find(key), fmt::format("{}: {}", key, error.what()));
  }
}

LossOptions read_loss(const TomlFields& fields) {
  LossOptions loss;
  if (fields.find("loss")) loss.loss = named(fields, "loss", loss_named);
  if (fields.find("reduction")) loss.reduction = named(fields, "reduction", reduction_named);
  // One by one, so that the place is that of the number that is wrong.
  const auto read_number = [&](std::string_view key, double& value) {
    const auto number = fields.number(key);
    if (!number) return;
    value = *number;
    if (const auto mistake = find_mistake(loss)) fields.fail(*fields.find(key), *mistake);
  };
  read_number("label_smoothing", loss.label_smoothing);
  read_number("huber_delta", loss.huber_delta);
  read_number("focal_gamma", loss.focal_gamma);
  if (const toml::node* levels = fields.find("quantiles")) {
    const toml::array* list = levels->as_array();
    loss.quantiles = fields.numbers(*levels, "quantiles", list == nullptr ? 1 : list->size());
    if (const auto mistake = find_mistake(loss)) fields.fail(*levels, *mistake);
  }
  return loss;
}

// W of one layer: rows, one a unit; or a list: the numbers of a diagonal (factors, γ, none of a dropout layer, as in
// []), the weights of an embedding layer in their order.
std::vector<double> read_weights(const TomlFields& fields, const toml::node& node, const Layer& of, std::size_t layer) {
  const std::string what = fmt::format("weights of layer {}", layer + 1);
  if (!std::holds_alternative<Dense>(of)) return fields.numbers(node, what, weight_count(of));
  std::vector<double> values;
  std::size_t unit = 0;
  for (const toml::node& row : fields.list(node, what, outputs_of(of), "rows, one a unit")) {
    const auto numbers = fields.numbers(row, fmt::format("{}, row {}", what, ++unit), inputs_of(of));
    values.insert(values.end(), numbers.begin(), numbers.end());
  }
  return values;
}

// What batch norms have kept, a list a layer, which is empty of other layers; nothing where the key is not there: then
// means are 0 and variances 1.
std::vector<std::vector<double>> read_running(const TomlFields& fields, std::string_view key,
                                              const std::vector<Layer>& layers) {
  std::vector<std::vector<double>> values;
  const toml::node* const all = fields.find(key);
  if (all == nullptr) return values;
  for (const toml::node& node : fields.list(*all, key, layers.size(), "lists, one a layer")) {
    const Layer& of = layers[values.size()];
    const std::string what = fmt::format("{} of layer {}", key, values.size() + 1);
    values.push_back(fields.numbers(node, what, std::holds_alternative<BatchNorm>(of) ? outputs_of(of) : 0));
    if (key == "running_means") continue;
    for (const double value : values.back()) {
      if (!(value >= 0)) fields.fail(node, fmt::format("{}: found {}, expected 0 or more", what, value));
    }
  }
  return values;
}

// Shapes are compared before the network is made, so that a short text cannot demand a large network.
DoubleNetwork read_network(const TomlFields& fields) {
  fields.required("layers");
  const auto architecture = named(fields, "layers", [](const std::string& text) { return Architecture::parse(text); });
  const std::size_t count = architecture.layers.size();
  const auto& layers = architecture.layers;

  std::vector<std::vector<double>> weights, biases;
  for (const toml::node& node : fields.list(fields.required("weights"), "weights", count, "matrices, one a layer")) {
    weights.push_back(read_weights(fields, node, layers[weights.size()], weights.size()));
  }
  if (const toml::node* all = fields.find("biases")) {
    for (const toml::node& node : fields.list(*all, "biases", count, "lists, one a layer")) {
      const std::size_t layer = biases.size();
      biases.push_back(fields.numbers(node, fmt::format("biases of layer {}", layer + 1), bias_count(layers[layer])));
    }
  }

  const auto means = read_running(fields, "running_means", layers);
  const auto variances = read_running(fields, "running_variances", layers);

  NetworkOptions options{.initializer = Initializer::kZeros};
  if (fields.find("arithmetic")) options.arithmetic = named(fields, "arithmetic", arithmetic_named);
  DoubleNetwork network(architecture, options);
  for (std::size_t layer = 0; layer < count; ++layer) {
    network.set_weights(layer, weights[layer]);
    if (!biases.empty() && has_bias(layers[layer])) network.set_bias(layer, biases[layer]);
    if (!std::holds_alternative<BatchNorm>(layers[layer])) continue;
    network.set_running(layer, means.empty() ? network.running_mean(layer) : means[layer],
                        variances.empty() ? network.running_variance(layer) : variances[layer]);
  }
  return network;
}

struct Rows {
  std::size_t count = 0;
  std::vector<double> values;  // row-major
};

// One row of numbers, or a list of such rows.
Rows read_rows(const TomlFields& fields, const toml::node& node, std::string_view key, std::size_t columns) {
  const toml::array& list =
      fields.list(node, key, fmt::format("a row of {}, or a list of rows", counted(columns, "number")));
  if (list.empty() || !list.front().is_array()) return {1, fields.numbers(node, key, columns)};
  Rows rows;
  for (const toml::node& row : list) {
    const auto numbers = fields.numbers(row, fmt::format("{}, row {}", key, ++rows.count), columns);
    rows.values.insert(rows.values.end(), numbers.begin(), numbers.end());
  }
  return rows;
}

void read_table(const TomlFields& fields, const Architecture& network, Loss loss, Exercise& exercise) {
  if (const toml::node* input = fields.find("input")) {
    Rows rows = read_rows(fields, *input, "input", network.inputs());
    exercise.rows = rows.count;
    exercise.input = std::move(rows.values);
  }
  const toml::node* target = fields.find("target");
  if (target == nullptr) return;
  if (exercise.rows == 0) fields.fail(*target, "target is there without input, expected both");
  Rows rows = read_rows(fields, *target, "target", network.outputs());
  if (rows.count != exercise.rows) {
    fields.fail(*target,
                fmt::format("target has {}, expected {} as input has", counted(rows.count, "row"), exercise.rows));
  }
  if (const auto mistake = find_target_mistake(loss, rows.values, network.outputs())) fields.fail(*target, *mistake);
  exercise.target = std::move(rows.values);
}

std::optional<Exercise> read_exercise(const TomlFields& fields, const Architecture& network, Loss loss) {
  Exercise exercise;
  read_table(fields, network, loss, exercise);
  exercise.learning_rate = fields.number("learning_rate");
  if (exercise.learning_rate && !(*exercise.learning_rate > 0)) {
    fields.fail(*fields.find("learning_rate"),
                fmt::format("learning_rate is {}, expected a number above 0", *exercise.learning_rate));
  }
  if (const auto freeze = fields.text("freeze")) {
    if (*freeze != "biases") {
      fields.fail(*fields.find("freeze"), fmt::format("freeze is {}, expected \"biases\"", in_quotes(*freeze)));
    }
    exercise.freeze_biases = true;
  }
  if (exercise == Exercise{}) return std::nullopt;
  return exercise;
}

Model read_model(const toml::table& table, std::string_view path) {
  const TomlFields fields(table, path);
  fields.allow_only(kKeys);
  DoubleNetwork network = read_network(fields);
  const LossOptions loss = read_loss(fields);
  try {
    check_outputs(loss, network.outputs());
  } catch (const UsageError& error) {
    fields.fail(fields.required("layers"), error.what());
  }
  auto exercise = read_exercise(fields, network.architecture(), loss.loss);
  return {.network = std::move(network), .loss = loss, .exercise = std::move(exercise)};
}

}  // namespace

Result<Model> parse_network_toml(std::string_view text, std::string_view path) {
  if (text.size() > kMaxTomlBytes) {
    return format_failure(fmt::format("{}: has {} bytes, expected at most {} in a network typed by hand", path,
                                      text.size(), kMaxTomlBytes));
  }
  if (const auto line = line_of_deep_key(text)) {
    return format_failure(
        fmt::format("{}, line {}: a key has more than {} dots, expected fewer", path, *line, kMostDotsInKey));
  }
  try {
    return read_model(toml::parse(text), path);
  } catch (const toml::parse_error& error) {
    const auto place = error.source().begin;
    return format_failure(
        fmt::format("{}, line {}, column {}: {}", path, place.line, place.column, error.description()));
  } catch (const FormatError& error) {
    return format_failure(error.what());
  }
}

}  // namespace bprop::checkpoint
