// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/trace_writer.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/check.h"
#include "checkpoint/model_description.h"
#include "checkpoint/model_format.h"
#include "checkpoint/model_writer.h"
#include "checkpoint/tensor_file.h"
#include "checkpoint/trace_format.h"
#include "checkpoint/trace_settings.h"
#include "nn/network_state.h"

namespace bprop::checkpoint {
namespace {

constexpr std::uint64_t kParts = kTraceParts.size();

Dtype dtype_of_network(const Model& model) {
  return std::visit([]<class T>(const BasicNetwork<T>&) { return dtype_of<T>(); }, model.network);
}

// All parameters as a trace has them: layer after layer W (out × in), then b; without padding.
template <class T>
std::vector<T> row_major(const nn::NetworkState<T>& network, std::span<const T> flat) {
  std::vector<T> all(network.architecture.parameters());
  T* next = all.data();
  for (std::size_t k = 0; k < network.layout.layers(); ++k) {
    const nn::LayerLayout& at = network.layout[k];
    nn::weights_to_row_major(at, flat.data(), next);
    next += at.weight_count();
    if (at.bias_size > 0) next = std::copy_n(flat.data() + at.bias, at.bias_count, next);
  }
  return all;
}

template <class T>
TensorSource listed(const char* name, std::vector<T> values) {
  const std::uint64_t count = values.size();
  return owned_tensor<T>(name, {count}, std::move(values));
}

// One number an update.
template <class T, class Member>
TensorSource of_each(const char* name, const std::vector<TraceStep>& steps, Member member) {
  std::vector<T> values;
  for (const TraceStep& step : steps) values.push_back(static_cast<T>(std::invoke(member, step)));
  return listed(name, std::move(values));
}

}  // namespace

std::uint64_t trace_bytes(const Model& model, std::size_t updates, std::size_t batch) {
  constexpr std::uint64_t kBytesOfNumbers = 5 * 8;  // step, rate, loss, scale, number of rows
  const std::uint64_t parameters = model.architecture().parameters() * row_of(dtype_of_network(model)).bytes;
  return updates * (kParts * parameters + batch * sizeof(std::uint32_t) + kBytesOfNumbers);
}

TraceWriter::TraceWriter(std::string path, const Model& model, TraceSettings settings)
    : path_(std::move(path)),
      architecture_(model.architecture()),
      description_(description_text(model)),
      preprocessing_(model.preprocessing),
      exercise_(model.exercise),
      settings_(std::move(settings)),
      dtype_(dtype_of_network(model)),
      bytes_(architecture_.parameters() * row_of(dtype_).bytes),
      spool_(path_) {
  check_destination(path_, FileKind::kTrace);
}

template <class T>
void TraceWriter::set_aside(TracePart part, const BasicNetwork<T>& of, std::span<const T> flat) {
  BPROP_DCHECK(dtype_ == dtype_of<T>());
  const std::vector<T> all = row_major(of.state(), flat);
  spool_.write(place_of(steps_.size(), part), std::as_bytes(std::span(all)));
}

template <class T>
void TraceWriter::before(const BasicNetwork<T>& network, std::span<const T> gradient) {
  set_aside(TracePart::kBefore, network, network.state().parameters.span());
  set_aside(TracePart::kGradient, network, gradient);
}
template void TraceWriter::before(const BasicNetwork<float>&, std::span<const float>);
template void TraceWriter::before(const BasicNetwork<double>&, std::span<const double>);

template <class T>
void TraceWriter::after(const BasicNetwork<T>& network, TraceStep step) {
  set_aside(TracePart::kAfter, network, network.state().parameters.span());
  steps_.push_back(std::move(step));
}
template void TraceWriter::after(const BasicNetwork<float>&, TraceStep);
template void TraceWriter::after(const BasicNetwork<double>&, TraceStep);

// One tensor of a part, of all updates; it begins so many bytes behind the part's first parameter.
TensorSource TraceWriter::stacked(TracePart part, const std::string& tensor, std::vector<std::uint64_t> shape,
                                  std::uint64_t offset) const {
  const std::uint64_t size = *bytes_needed(dtype_, shape);
  shape.insert(shape.begin(), steps_.size());
  auto write = [this, part, offset, size](const ByteSink& sink) {
    std::vector<std::byte> bytes(size);
    for (std::size_t update = 0; update < steps_.size(); ++update) {
      spool_.read(place_of(update, part) + offset, bytes);
      sink(bytes);
    }
  };
  return {trace_name(part, tensor), dtype_, std::move(shape), std::move(write)};
}

void TraceWriter::add_part(TracePart part, std::vector<TensorSource>& tensors) const {
  const std::uint64_t element = row_of(dtype_).bytes;
  std::uint64_t offset = 0;
  for (std::size_t layer = 0; layer < architecture_.layers.size(); ++layer) {
    const Layer& of = architecture_.layers[layer];
    if (weight_count(of) > 0) tensors.push_back(stacked(part, weight_name(layer), weight_shape(of), offset));
    offset += weight_count(of) * element;
    if (!has_bias(of)) continue;
    tensors.push_back(stacked(part, bias_name(layer), {bias_count(of)}, offset));
    offset += bias_count(of) * element;
  }
}

void TraceWriter::commit() const {
  BPROP_CHECK(!steps_.empty(), UsageError, "{}: no update was recorded, expected at least one", path_);
  std::vector<std::uint32_t> rows;
  for (const TraceStep& step : steps_) rows.insert(rows.end(), step.rows.begin(), step.rows.end());
  std::vector<TensorSource> tensors;
  tensors.push_back(of_each<std::uint64_t>(kTraceStep, steps_, &TraceStep::step));
  tensors.push_back(of_each<double>(kTraceLearningRate, steps_, &TraceStep::learning_rate));
  tensors.push_back(of_each<double>(kTraceLoss, steps_, &TraceStep::loss));
  tensors.push_back(of_each<double>(kTraceScale, steps_, &TraceStep::gradient_scale));
  tensors.push_back(
      of_each<std::uint64_t>(kTraceRowCount, steps_, [](const TraceStep& step) { return step.rows.size(); }));
  tensors.push_back(listed(kTraceRows, std::move(rows)));
  for (const TracePart part : {TracePart::kBefore, TracePart::kGradient, TracePart::kAfter}) add_part(part, tensors);
  if (preprocessing_) add_preprocessing(*preprocessing_, architecture_, tensors);
  if (exercise_) add_exercise(*exercise_, architecture_, tensors);
  check_destination(path_, FileKind::kTrace);
  write_safetensors(path_, std::move(tensors),
                    {{std::string(kTraceKey), settings_text(settings_)}, {std::string(kTraceModelKey), description_}});
}

}  // namespace bprop::checkpoint
