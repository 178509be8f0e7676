// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/model_writer.h"

#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/sentence.h"
#include "checkpoint/model_format.h"

namespace bprop::checkpoint {
namespace {

template <class T>
void check_finite(const std::string& name, const std::vector<T>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    BPROP_CHECK(std::isfinite(values[i]), UsageError, "a model with number {} of {} being {} is not saved", i + 1,
                in_quotes(name), values[i]);
  }
}

// A tensor whose numbers are made when its turn comes and forgotten when they are written.
template <class Make>
TensorSource computed(std::string name, std::vector<std::uint64_t> shape, Make make) {
  using T = typename decltype(make())::value_type;
  auto write = [name, make](const ByteSink& sink) {
    const std::vector<T> values = make();
    check_finite(name, values);
    sink(std::as_bytes(std::span(values)));
  };
  return {std::move(name), dtype_of<T>(), std::move(shape), std::move(write)};
}

template <class T>
void add_network(const BasicNetwork<T>& network, std::vector<TensorSource>& tensors) {
  const auto& layers = network.architecture().layers;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    const Layer& of = layers[layer];
    if (weight_count(of) > 0) {
      tensors.push_back(
          computed(weight_name(layer), weight_shape(of), [&network, layer] { return network.weights(layer); }));
    }
    if (!has_bias(of)) continue;
    tensors.push_back(computed(bias_name(layer), {bias_count(of)}, [&network, layer] { return network.bias(layer); }));
    if (!std::holds_alternative<BatchNorm>(of)) continue;
    tensors.push_back(computed(running_mean_name(layer), {outputs_of(of)},
                               [&network, layer] { return network.running_mean(layer); }));
    tensors.push_back(computed(running_variance_name(layer), {outputs_of(of)},
                               [&network, layer] { return network.running_variance(layer); }));
  }
}

// Either every column that has such inputs scales them, or none does.
void add_flags(const Preprocessing& preprocessing, std::vector<TensorSource>& tensors) {
  std::uint64_t count = 0;
  for (const InputColumn& column : preprocessing.inputs) count += column.scales.size();
  if (count == 0) return;
  for (const InputColumn& column : preprocessing.inputs) {
    const std::size_t flags = column.features() - (column.kind == ColumnKind::kText ? 0 : 1);
    BPROP_CHECK(column.scales.size() == flags, ShapeError, "[save] column {} has {} scales, expected {}",
                in_quotes(column.name), column.scales.size(), flags);
  }
  const auto of_flags = [&](double InputScale::* number) {
    return [&preprocessing, number] {
      std::vector<double> values;
      for (const InputColumn& column : preprocessing.inputs) {
        for (const InputScale& scale : column.scales) values.push_back(scale.*number);
      }
      return values;
    };
  };
  tensors.push_back(computed(kFlagShift, {count}, of_flags(&InputScale::shift)));
  tensors.push_back(computed(kFlagDivisor, {count}, of_flags(&InputScale::divisor)));
}

}  // namespace

void add_preprocessing(const Preprocessing& preprocessing, const Architecture& network,
                       std::vector<TensorSource>& tensors) {
  BPROP_CHECK(preprocessing.features() == network.inputs() && preprocessing.outputs() == network.outputs(), ShapeError,
              "[save] the preprocessing gives {} inputs and {} targets, expected {} and {} for the network",
              preprocessing.features(), preprocessing.outputs(), network.inputs(), network.outputs());
  for (const TargetColumn& target : preprocessing.targets()) {
    BPROP_CHECK(target.counts.empty() || target.counts.size() == target.classes.size(), ShapeError,
                "[save] the target has {} counts, expected one for each of {} classes", target.counts.size(),
                target.classes.size());
    BPROP_CHECK(std::isfinite(target.mean.value_or(0)), UsageError,
                "a model with the target's mean being {} is not saved", *target.mean);
  }
  const auto of_columns = [&](double InputColumn::* number) {
    return [&preprocessing, number] {
      std::vector<double> values;
      for (const InputColumn& column : preprocessing.inputs) values.push_back(column.*number);
      return values;
    };
  };
  const std::vector<std::uint64_t> columns = {preprocessing.inputs.size()};
  tensors.push_back(computed(kInputShift, columns, of_columns(&InputColumn::shift)));
  tensors.push_back(computed(kInputDivisor, columns, of_columns(&InputColumn::divisor)));
  tensors.push_back(computed(kInputFill, columns, of_columns(&InputColumn::fill)));
  add_flags(preprocessing, tensors);
  if (preprocessing.task() != Task::kNumbers) return;
  const auto of_targets = [&](double TargetColumn::* number) {
    return [&preprocessing, number] {
      std::vector<double> values;
      for (const TargetColumn& target : preprocessing.targets()) values.push_back(target.*number);
      return values;
    };
  };
  const std::vector<std::uint64_t> targets = target_shape(preprocessing);
  tensors.push_back(computed(kTargetShift, targets, of_targets(&TargetColumn::shift)));
  tensors.push_back(computed(kTargetDivisor, targets, of_targets(&TargetColumn::divisor)));
}

void add_exercise(const Exercise& exercise, const Architecture& network, std::vector<TensorSource>& tensors) {
  const auto add = [&](const char* name, const std::vector<double>& values, std::size_t columns) {
    if (values.empty()) return;
    BPROP_CHECK(values.size() == exercise.rows * columns, ShapeError,
                "[save] {} has {} numbers, expected {} rows of {}", in_quotes(name), values.size(), exercise.rows,
                columns);
    tensors.push_back(computed(name, {exercise.rows, columns}, [&values] { return values; }));
  };
  add(kExerciseInput, exercise.input, network.inputs());
  add(kExerciseTarget, exercise.target, network.outputs());
}

std::vector<TensorSource> model_tensors(const Model& model) {
  std::vector<TensorSource> tensors;
  std::visit([&](const auto& network) { add_network(network, tensors); }, model.network);
  if (model.preprocessing) add_preprocessing(*model.preprocessing, model.architecture(), tensors);
  if (model.exercise) add_exercise(*model.exercise, model.architecture(), tensors);
  return tensors;
}

}  // namespace bprop::checkpoint
