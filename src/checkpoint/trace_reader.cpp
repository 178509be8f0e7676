// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/trace_reader.h"

#include <cmath>
#include <cstring>
#include <numeric>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/sentence.h"
#include "checkpoint/model_description.h"
#include "checkpoint/model_format.h"
#include "checkpoint/model_reader.h"
#include "checkpoint/tensor_shelf.h"
#include "checkpoint/trace_format.h"
#include "checkpoint/trace_settings.h"

namespace bprop::checkpoint {
namespace {

constexpr TracePart kAllParts[] = {TracePart::kBefore, TracePart::kGradient, TracePart::kAfter};

// ---- updates -------------------------------------------------------------------------------------------------------

std::vector<std::uint64_t> read_step_numbers(TensorShelf& shelf, std::string_view path) {
  const Tensor& found = shelf.tensor(kTraceStep);
  const std::uint64_t count = found.shape.size() == 1 ? found.shape[0] : 0;
  BPROP_CHECK(count > 0, FormatError, "{}: tensor {} is {}, expected a list of at least one update", path,
              in_quotes(kTraceStep), shape_text(found.shape));
  std::vector<std::uint64_t> steps = shelf.take<std::uint64_t>(kTraceStep, {count});
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::uint64_t least = i == 0 ? 1 : steps[i - 1] + 1;
    BPROP_CHECK(steps[i] >= least && steps[i] != UINT64_MAX, FormatError,
                "{}: tensor {}: number {} is {}, expected updates from 1, ascending", path, in_quotes(kTraceStep),
                i + 1, steps[i]);
  }
  return steps;
}

// Each update's rows, out of all of them one after the other.
void read_rows(std::vector<TraceStep>& steps, TensorShelf& shelf, std::string_view path) {
  const auto counts = shelf.take<std::uint64_t>(kTraceRowCount, {steps.size()});
  const Tensor& found = shelf.tensor(kTraceRows);
  const std::uint64_t there = found.shape.size() == 1 ? found.shape[0] : 0;
  const auto rows = shelf.take<std::uint32_t>(kTraceRows, {there});
  auto next = rows.begin();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto left = static_cast<std::uint64_t>(rows.end() - next);
    BPROP_CHECK(counts[i] > 0 && counts[i] <= left, FormatError,
                "{}: tensor {}: number {} is {}, expected from 1 to the {} left of {}", path, in_quotes(kTraceRowCount),
                i + 1, counts[i], left, in_quotes(kTraceRows));
    const auto end = next + static_cast<std::ptrdiff_t>(counts[i]);
    steps[i].rows.assign(next, end);
    next = end;
  }
  BPROP_CHECK(next == rows.end(), FormatError, "{}: tensor {} has {} numbers more than {} counts", path,
              in_quotes(kTraceRows), rows.end() - next, in_quotes(kTraceRowCount));
}

std::vector<TraceStep> read_steps(TensorShelf& shelf, std::string_view path) {
  const auto numbers = read_step_numbers(shelf, path);
  const std::vector<std::uint64_t> each = {numbers.size()};
  const auto rates = shelf.take<double>(kTraceLearningRate, each);
  const auto losses = shelf.take<double>(kTraceLoss, each);
  const auto scales = shelf.take<double>(kTraceScale, each);
  std::vector<TraceStep> steps(numbers.size());
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = {numbers[i], rates[i], losses[i], scales[i], {}};
  read_rows(steps, shelf, path);
  return steps;
}

// ---- parameters ----------------------------------------------------------------------------------------------------

template <class T>
void accept_parts(const Architecture& architecture, std::uint64_t updates, TensorShelf& shelf) {
  for (const TracePart part : kAllParts) {
    for (std::size_t layer = 0; layer < architecture.layers.size(); ++layer) {
      const Layer& of = architecture.layers[layer];
      std::vector<std::uint64_t> shape = weight_shape(of);
      shape.insert(shape.begin(), updates);
      if (weight_count(of) > 0) shelf.accept<T>(trace_name(part, weight_name(layer)), shape);
      if (has_bias(of)) shelf.accept<T>(trace_name(part, bias_name(layer)), {updates, bias_count(of)});
    }
  }
}

// The numbers of one update out of a tensor of all.
template <class T>
std::vector<T> slice(const SafetensorsFile& tensors, const std::string& name, std::size_t place) {
  const Tensor& all = *tensors.find(name);
  const std::size_t bytes = all.bytes.size() / all.shape[0];
  std::vector<T> values(bytes / sizeof(T));
  std::memcpy(values.data(), all.bytes.data() + place * bytes, bytes);
  return values;
}

template <class T>
BasicNetwork<T> network_of_type(const SafetensorsFile& tensors, const Architecture& architecture, Arithmetic arithmetic,
                                TracePart part, std::size_t place) {
  BasicNetwork<T> network(architecture, {.initializer = Initializer::kZeros, .arithmetic = arithmetic});
  for (std::size_t layer = 0; layer < architecture.layers.size(); ++layer) {
    const Layer& of = architecture.layers[layer];
    if (weight_count(of) > 0) {
      network.set_weights(layer, slice<T>(tensors, trace_name(part, weight_name(layer)), place));
    }
    if (!has_bias(of)) continue;
    network.set_bias(layer, slice<T>(tensors, trace_name(part, bias_name(layer)), place));
  }
  return network;
}

bool is_double(const SafetensorsFile& tensors, const Architecture& architecture) {
  const Tensor* first = tensors.find(trace_name(TracePart::kBefore, weight_name(first_with_weights(architecture))));
  return first != nullptr && first->dtype == Dtype::kF64;
}

std::string text_of_key(const Metadata& metadata, std::string_view key, std::string_view path) {
  const auto found = metadata.find(key);
  BPROP_CHECK(found != metadata.end(), FormatError, "{}: its metadata have no {}, expected the trace of a run", path,
              in_quotes(key));
  return found->second;
}

// Throws FormatError; failures of parts are thrown, too.
Trace::State read_trace(FileBytes file, std::string_view path) {
  SafetensorsFile tensors = parse_safetensors(file.bytes.span(), path).value_or_throw();
  text_of_key(tensors.metadata, kTraceKey, path);
  text_of_key(tensors.metadata, kChecksumKey, path);
  TraceSettings settings = parse_settings(text_of_key(tensors.metadata, kTraceKey, path), path).value_or_throw();
  Description description =
      parse_description(text_of_key(tensors.metadata, kTraceModelKey, path), path).value_or_throw();

  TensorShelf shelf(tensors, path);
  std::vector<TraceStep> steps = read_steps(shelf, path);
  const Architecture& architecture = description.architecture;
  if (is_double(tensors, architecture)) {
    accept_parts<double>(architecture, steps.size(), shelf);
  } else {
    accept_parts<float>(architecture, steps.size(), shelf);
  }
  if (description.preprocessing) read_preprocessing(*description.preprocessing, architecture, shelf, path);
  if (description.exercise) read_exercise(*description.exercise, architecture, shelf);
  shelf.finish();
  Model model{.network = network_of(tensors, architecture, description.arithmetic, TracePart::kBefore, 0),
              .loss = description.loss,
              .preprocessing = std::move(description.preprocessing),
              .exercise = std::move(description.exercise)};
  return {std::move(file), std::move(tensors), std::move(model), std::move(settings), std::move(steps)};
}

}  // namespace

std::variant<Network, DoubleNetwork> network_of(const SafetensorsFile& tensors, const Architecture& architecture,
                                                Arithmetic arithmetic, TracePart part, std::size_t place) {
  if (is_double(tensors, architecture)) return network_of_type<double>(tensors, architecture, arithmetic, part, place);
  return network_of_type<float>(tensors, architecture, arithmetic, part, place);
}

Result<std::shared_ptr<const Trace::State>> parse_trace(FileBytes file, std::string_view path) {
  try {
    return std::make_shared<const Trace::State>(read_trace(std::move(file), path));
  } catch (const FormatError& error) {
    return format_failure(error.what());
  }
}

}  // namespace bprop::checkpoint
