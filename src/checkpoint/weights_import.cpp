// SPDX-License-Identifier: Apache-2.0
//
// import_weights: what PyTorch calls a state dict, as a network. Names only group and order the tensors.
#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/sentence.h"
#include "bprop/model.h"
#include "checkpoint/file_bytes.h"
#include "checkpoint/loss_checks.h"
#include "checkpoint/natural_order.h"
#include "checkpoint/safetensors_reader.h"
#include "checkpoint/tensor_shelf.h"

namespace bprop {
namespace {

using namespace checkpoint;

// "net.2.weight" is the weight of layer "net.2"; "weight" alone that of layer "".
struct LayerTensors {
  const Tensor* weight = nullptr;
  const Tensor* bias = nullptr;
  const Tensor* running_mean = nullptr;  // of a batch norm
  const Tensor* running_variance = nullptr;
};
using LayersByName = std::map<std::string, LayerTensors, NaturalOrder>;

LayersByName group(const SafetensorsFile& file, const std::string& path) {
  LayersByName layers;
  for (const Tensor& tensor : file.tensors) {
    const std::size_t dot = tensor.name.rfind('.');
    const std::string prefix = dot == std::string::npos ? "" : tensor.name.substr(0, dot);
    const std::string last = dot == std::string::npos ? tensor.name : tensor.name.substr(dot + 1);
    if (last == "weight" && (tensor.shape.size() == 2 || tensor.shape.size() == 1)) {
      layers[prefix].weight = &tensor;
    } else if (last == "bias" && tensor.shape.size() == 1) {
      layers[prefix].bias = &tensor;
    } else if (last == "running_mean" && tensor.shape.size() == 1) {
      layers[prefix].running_mean = &tensor;
    } else if (last == "running_var" && tensor.shape.size() == 1) {
      layers[prefix].running_variance = &tensor;
    } else if (last == "num_batches_tracked") {
      continue;  // what PyTorch counts is nothing that predictions need
    } else {
      throw FormatError(
          fmt::format("{}: tensor {} {} is neither the weight (out x in) nor the bias (out) of a dense "
                      "layer, nor the weight (size) of a scale layer or norm, nor the running_mean or running_var of a "
                      "batch norm",
                      path, in_quotes(tensor.name), shape_text(tensor.shape)));
    }
  }
  BPROP_CHECK(!layers.empty(), FormatError, "{}: has no tensors", path);
  for (const auto& [name, layer] : layers) {
    const Tensor* const alone = layer.bias != nullptr           ? layer.bias
                                : layer.running_mean != nullptr ? layer.running_mean
                                                                : layer.running_variance;
    BPROP_CHECK(layer.weight != nullptr, FormatError, "{}: tensor {} {} a weight beside it", path,
                in_quotes(alone->name), layer.bias != nullptr ? "is a bias without" : "is there without");
  }
  return layers;
}

// The one element type of all tensors, which decides between float and double.
Dtype common_dtype(const SafetensorsFile& file, const std::string& path) {
  const auto is_number = [](const Tensor& tensor) { return !tensor.name.ends_with("num_batches_tracked"); };
  const Tensor& first = *std::ranges::find_if(file.tensors, is_number);  // there is one: a weight
  for (const Tensor& tensor : file.tensors) {
    if (!is_number(tensor)) continue;
    BPROP_CHECK(tensor.dtype == Dtype::kF32 || tensor.dtype == Dtype::kF64, FormatError,
                "{}: tensor {} is {}, which cannot be used; expected F32 or F64 (in PyTorch: model.float())", path,
                in_quotes(tensor.name), row_of(tensor.dtype).name);
    BPROP_CHECK(tensor.dtype == first.dtype, FormatError, "{}: tensor {} is {}, expected {} as {} is", path,
                in_quotes(tensor.name), row_of(tensor.dtype).name, row_of(first.dtype).name, in_quotes(first.name));
  }
  return first.dtype;
}

// The full form says its sizes itself; hidden layers alone leave them to the first and the last weight.
Architecture architecture_of(std::string_view text, const LayersByName& layers, Loss loss) {
  if (text.find("->") != std::string_view::npos) return Architecture::parse(text);
  return Architecture::parse(text, {.inputs = layers.begin()->second.weight->shape.back(),
                                    .outputs = layers.rbegin()->second.weight->shape[0],
                                    .output_activation = rule(loss).link});
}

// Bias or no bias is what the architecture says, not what the file happens to have.
void check_bias(const LayerTensors& layer, const Layer& of, const std::string& path) {
  if (has_bias(of)) {
    BPROP_CHECK(layer.bias != nullptr, FormatError, "{}: tensor {} has no bias beside it, expected one ({}){}", path,
                in_quotes(layer.weight->name), bias_count(of),
                std::holds_alternative<Dense>(of) ? "; say no-bias behind the layer if that is right" : "");
  } else {
    BPROP_CHECK(layer.bias == nullptr, FormatError, "{}: tensor {} is there, expected none for a {} layer", path,
                in_quotes(layer.bias->name),
                std::holds_alternative<Dense>(of)     ? "no-bias"
                : std::holds_alternative<Scale>(of)   ? "scale"
                : std::holds_alternative<Dropout>(of) ? "dropout"
                                                      : "embed");
  }
}

// Running mean and variance are there where the architecture has a batch norm.
void check_running(const LayerTensors& layer, const Layer& of, const std::string& path) {
  const bool expected = std::holds_alternative<BatchNorm>(of);
  const Tensor* const found = layer.running_mean != nullptr ? layer.running_mean : layer.running_variance;
  BPROP_CHECK(expected || found == nullptr, FormatError, "{}: tensor {} is there, expected it of a batch norm only",
              path, in_quotes(found->name));
  BPROP_CHECK(!expected || (layer.running_mean != nullptr && layer.running_variance != nullptr), FormatError,
              "{}: tensor {} has no running_mean and running_var beside it, expected both of a batch norm", path,
              in_quotes(layer.weight->name));
}

template <class T>
BasicNetwork<T> read_network(const Architecture& architecture, const LayersByName& tensors, TensorShelf& shelf,
                             const std::string& path, Arithmetic arithmetic) {
  const auto each = [&](auto use) {
    std::size_t layer = 0;
    for (const auto& [name, found] : tensors) {
      while (weight_count(architecture.layers[layer]) == 0) ++layer;
      use(layer, architecture.layers[layer], found);
      ++layer;
    }
  };
  each([&](std::size_t, const Layer& of, const LayerTensors& found) {
    shelf.expect<T>(found.weight->name, weight_shape(of));
    check_bias(found, of, path);
    if (has_bias(of)) shelf.expect<T>(found.bias->name, {bias_count(of)});
    check_running(found, of, path);
  });
  BasicNetwork<T> network(architecture, {.initializer = Initializer::kZeros, .arithmetic = arithmetic});
  each([&](std::size_t layer, const Layer& of, const LayerTensors& found) {
    network.set_weights(layer, shelf.take<T>(found.weight->name, weight_shape(of)));
    if (has_bias(of)) network.set_bias(layer, shelf.take<T>(found.bias->name, {bias_count(of)}));
    if (!std::holds_alternative<BatchNorm>(of)) return;
    const auto mean = shelf.take<T>(found.running_mean->name, {outputs_of(of)});
    const auto variance = shelf.take<T>(found.running_variance->name, {outputs_of(of)});
    check_variances(std::span<const T>(variance), found.running_variance->name, path);
    network.set_running(layer, mean, variance);
  });
  return network;
}

}  // namespace

Model import_weights(const std::string& path, std::string_view text, const LossOptions& loss, Arithmetic arithmetic) {
  const auto mistake = find_mistake(loss);
  BPROP_CHECK(!mistake, UsageError, "[import_weights] {}", *mistake);
  const FileBytes bytes = read_file(path).value_or_throw();
  const SafetensorsFile file = parse_safetensors(bytes.bytes.span(), path).value_or_throw();
  const LayersByName tensors = group(file, path);
  const Dtype dtype = common_dtype(file, path);
  const Architecture architecture = architecture_of(text, tensors, loss.loss);
  const auto expected = static_cast<std::size_t>(
      std::ranges::count_if(architecture.layers, [](const Layer& of) { return weight_count(of) > 0; }));
  BPROP_CHECK(tensors.size() == expected, FormatError, "{}: has weights of {} layers, expected {} for \"{}\"", path,
              tensors.size(), expected, architecture.text());

  TensorShelf shelf(file, path);
  if (dtype == Dtype::kF64) {
    return {.network = read_network<double>(architecture, tensors, shelf, path, arithmetic), .loss = loss};
  }
  return {.network = read_network<float>(architecture, tensors, shelf, path, arithmetic), .loss = loss};
}

}  // namespace bprop
