// SPDX-License-Identifier: Apache-2.0
#include "bprop/trace.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/check.h"
#include "checkpoint/model_format.h"
#include "checkpoint/trace_format.h"
#include "checkpoint/trace_reader.h"

namespace bprop {
namespace {

using namespace checkpoint;

std::size_t checked_place(const Trace::State& state, std::size_t place) {
  BPROP_CHECK(place < state.steps.size(), ShapeError, "[trace] place {}, expected 0 to {}", place,
              state.steps.size() - 1);
  return place;
}

const Layer& checked_layer(const Trace::State& state, std::size_t layer) {
  const auto& layers = state.model.architecture().layers;
  BPROP_CHECK(layer < layers.size(), ShapeError, "[trace] layer {}, expected 0 to {}", layer, layers.size() - 1);
  return layers[layer];
}

// Numbers `first` … `first + count − 1` of an update, of a tensor that was checked.
std::vector<double> numbers(const Trace::State& state, const std::string& name, std::size_t place, std::size_t first,
                            std::size_t count) {
  const Tensor& all = *state.tensors.find(name);
  const std::size_t element = row_of(all.dtype).bytes;
  const std::byte* bytes = all.bytes.data() + all.bytes.size() / all.shape[0] * place + first * element;
  std::vector<double> values(count);
  for (double& value : values) {
    if (all.dtype == Dtype::kF64) {
      std::memcpy(&value, bytes, element);
    } else {
      float number = 0;
      std::memcpy(&number, bytes, element);
      value = number;
    }
    bytes += element;
  }
  return values;
}

}  // namespace

Trace::Trace(std::shared_ptr<const State> state) : state_(std::move(state)) {}

const Model& Trace::model() const { return state_->model; }
const TraceSettings& Trace::settings() const { return state_->settings; }
std::span<const TraceStep> Trace::steps() const { return state_->steps; }

std::optional<std::size_t> Trace::place_of(std::size_t step) const {
  const auto found = std::ranges::lower_bound(state_->steps, step, {}, &TraceStep::step);
  if (found == state_->steps.end() || found->step != step) return std::nullopt;
  return static_cast<std::size_t>(found - state_->steps.begin());
}

std::variant<Network, DoubleNetwork> Trace::network(std::size_t place) const {
  return network_of(state_->tensors, state_->model.architecture(), state_->model.arithmetic(), TracePart::kBefore,
                    checked_place(*state_, place));
}

double Trace::weight(TracePart part, std::size_t place, std::size_t layer, std::size_t unit, std::size_t from) const {
  const Layer& of = checked_layer(*state_, layer);
  BPROP_CHECK(weight_count(of) > 0 && connects(of, unit, from) && !passes_on(of, unit), ShapeError,
              "[trace] weight {}, {} of layer {}, which is ({})", unit, from, layer,
              fmt::join(weight_shape(of), " x "));
  return numbers(*state_, trace_name(part, weight_name(layer)), checked_place(*state_, place),
                 weight_place(of, unit, from), 1)
      .front();
}

double Trace::bias(TracePart part, std::size_t place, std::size_t layer, std::size_t unit) const {
  const Layer& of = checked_layer(*state_, layer);
  const std::size_t biases = bias_count(of);
  BPROP_CHECK(unit < biases, ShapeError, "[trace] bias {} of layer {}, which has {}", unit, layer, biases);
  return numbers(*state_, trace_name(part, bias_name(layer)), checked_place(*state_, place), unit, 1).front();
}

std::vector<double> Trace::weights(TracePart part, std::size_t place, std::size_t layer) const {
  const Layer& of = checked_layer(*state_, layer);
  if (weight_count(of) == 0) return {};
  return numbers(*state_, trace_name(part, weight_name(layer)), checked_place(*state_, place), 0, weight_count(of));
}

std::vector<double> Trace::biases(TracePart part, std::size_t place, std::size_t layer) const {
  const Layer& of = checked_layer(*state_, layer);
  if (!has_bias(of)) return {};
  return numbers(*state_, trace_name(part, bias_name(layer)), checked_place(*state_, place), 0, bias_count(of));
}

Trace load_trace(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const std::string file = fs::is_directory(path, ignored) ? (fs::path(path) / kTraceFile).string() : path;
  return Trace(parse_trace(read_file(file).value_or_throw(), file).value_or_throw());
}

}  // namespace bprop
