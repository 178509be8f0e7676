// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/model_reader.h"

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/sentence.h"
#include "checkpoint/checkpoint_file.h"
#include "checkpoint/model_description.h"
#include "checkpoint/model_format.h"
#include "checkpoint/safetensors_reader.h"
#include "checkpoint/tensor_shelf.h"
#include "checkpoint/trace_format.h"

namespace bprop::checkpoint {
namespace {

template <class T>
void read_running(BasicNetwork<T>& network, std::size_t layer, TensorShelf& shelf, std::string_view path) {
  const std::vector<std::uint64_t> shape = {outputs_of(network.architecture().layers[layer])};
  const auto mean = shelf.take<T>(running_mean_name(layer), shape);
  const auto variance = shelf.take<T>(running_variance_name(layer), shape);
  check_variances(std::span<const T>(variance), running_variance_name(layer), path);
  network.set_running(layer, mean, variance);
}

// Shapes are compared before the network is made, so that its size is that of bytes which are there.
template <class T>
BasicNetwork<T> read_network(const Description& description, TensorShelf& shelf, std::string_view path) {
  const auto& layers = description.architecture.layers;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    const Layer& of = layers[layer];
    if (weight_count(of) > 0) shelf.expect<T>(weight_name(layer), weight_shape(of));
    if (has_bias(of)) shelf.expect<T>(bias_name(layer), {bias_count(of)});
    if (!std::holds_alternative<BatchNorm>(of)) continue;
    shelf.expect<T>(running_mean_name(layer), {outputs_of(of)});
    shelf.expect<T>(running_variance_name(layer), {outputs_of(of)});
  }
  BasicNetwork<T> network(description.architecture,
                          {.initializer = Initializer::kZeros, .arithmetic = description.arithmetic});
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    const Layer& of = layers[layer];
    if (weight_count(of) > 0) network.set_weights(layer, shelf.take<T>(weight_name(layer), weight_shape(of)));
    if (has_bias(of)) network.set_bias(layer, shelf.take<T>(bias_name(layer), {bias_count(of)}));
    if (std::holds_alternative<BatchNorm>(of)) read_running(network, layer, shelf, path);
  }
  return network;
}

std::variant<Network, DoubleNetwork> read_network(const Description& description, TensorShelf& shelf,
                                                  std::string_view path) {
  const std::string first = weight_name(first_with_weights(description.architecture));
  if (shelf.tensor(first).dtype == Dtype::kF64) return read_network<double>(description, shelf, path);
  return read_network<float>(description, shelf, path);
}

void check_divisor(double divisor, const char* name, std::size_t number, std::string_view path) {
  BPROP_CHECK(divisor > 0, FormatError, "{}: tensor {}: number {} is {}, expected one above 0", path, in_quotes(name),
              number + 1, divisor);
}

// Inputs of a column that are there or not.
std::size_t flags(const InputColumn& column) { return column.features() - (column.kind == ColumnKind::kText ? 0 : 1); }

void read_flags(Preprocessing& preprocessing, TensorShelf& shelf, std::string_view path) {
  if (!shelf.has(kFlagShift)) return;
  std::size_t count = 0;
  for (const InputColumn& column : preprocessing.inputs) count += flags(column);
  const auto shift = shelf.take<double>(kFlagShift, {count});
  const auto divisor = shelf.take<double>(kFlagDivisor, {count});
  std::size_t next = 0;
  for (InputColumn& column : preprocessing.inputs) {
    column.scales.resize(flags(column));
    for (InputScale& scale : column.scales) {
      check_divisor(divisor[next], kFlagDivisor, next, path);
      scale = {shift[next], divisor[next]};
      ++next;
    }
  }
}

}  // namespace

void read_preprocessing(Preprocessing& preprocessing, const Architecture& network, TensorShelf& shelf,
                        std::string_view path) {
  BPROP_CHECK(preprocessing.features() == network.inputs() && preprocessing.outputs() == network.outputs(), FormatError,
              "{}: description: the columns give {} inputs and {} targets, expected {} and {}", path,
              preprocessing.features(), preprocessing.outputs(), network.inputs(), network.outputs());
  const std::vector<std::uint64_t> columns = {preprocessing.inputs.size()};
  const auto shift = shelf.take<double>(kInputShift, columns);
  const auto divisor = shelf.take<double>(kInputDivisor, columns);
  const auto fill = shelf.take<double>(kInputFill, columns);
  for (std::size_t i = 0; i < preprocessing.inputs.size(); ++i) {
    check_divisor(divisor[i], kInputDivisor, i, path);
    preprocessing.inputs[i].shift = shift[i];
    preprocessing.inputs[i].divisor = divisor[i];
    preprocessing.inputs[i].fill = fill[i];
  }
  read_flags(preprocessing, shelf, path);
  if (preprocessing.task() != Task::kNumbers) return;
  const auto target_shift = shelf.take<double>(kTargetShift, target_shape(preprocessing));
  const auto target_divisor = shelf.take<double>(kTargetDivisor, target_shape(preprocessing));
  for (std::size_t t = 0; t < target_shift.size(); ++t) {
    check_divisor(target_divisor[t], kTargetDivisor, t, path);
    TargetColumn& target = t == 0 ? preprocessing.target : preprocessing.further_targets[t - 1];
    target.shift = target_shift[t];
    target.divisor = target_divisor[t];
  }
}

void read_exercise(Exercise& exercise, const Architecture& network, TensorShelf& shelf) {
  if (!shelf.has(kExerciseInput)) return;
  const Tensor& input = shelf.tensor(kExerciseInput);
  exercise.rows = input.shape.empty() ? 0 : input.shape[0];
  exercise.input = shelf.take<double>(kExerciseInput, {exercise.rows, network.inputs()});
  if (shelf.has(kExerciseTarget)) {
    exercise.target = shelf.take<double>(kExerciseTarget, {exercise.rows, network.outputs()});
  }
}

namespace {

Model read_model(const SafetensorsFile& file, Description description, std::string_view path) {
  TensorShelf shelf(file, path);
  Model model{.network = read_network(description, shelf, path),
              .loss = description.loss,
              .preprocessing = std::move(description.preprocessing),
              .exercise = std::move(description.exercise),
              .temperature = description.temperature};
  if (model.preprocessing) read_preprocessing(*model.preprocessing, description.architecture, shelf, path);
  if (model.exercise) read_exercise(*model.exercise, description.architecture, shelf);
  shelf.finish();
  return model;
}

}  // namespace

Result<Model> parse_model(std::span<const std::byte> bytes, std::string_view path) {
  const auto file = parse_safetensors(bytes, path);
  if (!file) return file.failure();
  const auto text = file->metadata.find(kDescriptionKey);
  if (text == file->metadata.end() && file->metadata.contains(kTraceKey)) {
    return format_failure(fmt::format("{}: is the trace of a run but no model; read it with explain --trace", path));
  }
  if (text == file->metadata.end() && file->metadata.contains(kCheckpointKey)) {
    return format_failure(fmt::format(
        "{}: is a checkpoint of a run but no model; go on from it with train --resume, or read best.safetensors",
        path));
  }
  if (text == file->metadata.end()) {
    return format_failure(fmt::format("{}: is a safetensors file but no model of bprop; read it with import", path));
  }
  if (!file->metadata.contains(kChecksumKey)) {
    return format_failure(fmt::format("{}: has no checksum of its header, expected one in a model", path));
  }
  auto description = parse_description(text->second, path);
  if (!description) return description.failure();
  try {
    return read_model(*file, std::move(*description), path);
  } catch (const FormatError& error) {
    return format_failure(error.what());
  }
}

}  // namespace bprop::checkpoint
