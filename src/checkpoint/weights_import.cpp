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
    } else {
      throw FormatError(
          fmt::format("{}: tensor {} {} is neither the weight (out x in) nor the bias (out) of a dense "
                      "layer, nor the weight (size) of a scale layer or layer norm",
                      path, in_quotes(tensor.name), shape_text(tensor.shape)));
    }
  }
  BPROP_CHECK(!layers.empty(), FormatError, "{}: has no tensors", path);
  for (const auto& [name, layer] : layers) {
    BPROP_CHECK(layer.weight != nullptr, FormatError, "{}: tensor {} is a bias without a weight beside it", path,
                in_quotes(layer.bias->name));
  }
  return layers;
}

// The one element type of all tensors, which decides between float and double.
Dtype common_dtype(const SafetensorsFile& file, const std::string& path) {
  const Tensor& first = file.tensors.front();
  for (const Tensor& tensor : file.tensors) {
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
  });
  BasicNetwork<T> network(architecture, {.initializer = Initializer::kZeros, .arithmetic = arithmetic});
  each([&](std::size_t layer, const Layer& of, const LayerTensors& found) {
    network.set_weights(layer, shelf.take<T>(found.weight->name, weight_shape(of)));
    if (has_bias(of)) network.set_bias(layer, shelf.take<T>(found.bias->name, {bias_count(of)}));
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
