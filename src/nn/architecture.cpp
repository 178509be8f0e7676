// SPDX-License-Identifier: Apache-2.0
//
// The architecture text. Grammar (docs/architecture-text.md):
//   full   = size "->" layer { "->" layer }
//   hidden = [ layer { "," layer } ]
//   layer  = size [ activation ] [ "no-bias" ] | "scale" | "layer-norm" | "batch-norm" | "dropout" probability
//          | embedding (nn/embedding_text.h) | "add" layers
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "bprop/network.h"
#include "nn/embedding_text.h"

namespace bprop {
namespace {

constexpr std::string_view kOtherLayers =
    ", 'scale', 'layer-norm', 'batch-norm', 'dropout', 'embed', 'periodic' or 'add'";
constexpr std::size_t kLargestLayer = std::size_t{1} << 24;
constexpr std::size_t kMostLayers = 10'000;
constexpr std::size_t kMostParameters = std::size_t{1} << 40;

void check_count(const std::vector<Layer>& layers) {
  BPROP_CHECK(layers.size() <= kMostLayers, UsageError, "[architecture] more than {} layers, expected fewer",
              kMostLayers);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { next(); }

  bool at_end() const { return word_.empty(); }
  bool take(std::string_view expected) {
    if (word_ != expected) return false;
    next();
    return true;
  }

  std::size_t size(std::string_view or_else = "") { return count("a layer size", kLargestLayer, or_else); }

  // Sizes in, and of a layer as wide as what comes before it the size, are not known yet.
  Layer layer(Activation default_activation) {
    has_activation_ = false;
    if (take("scale")) return Scale{};
    if (take("layer-norm")) return LayerNorm{};
    if (take("batch-norm")) return BatchNorm{};
    if (take("dropout")) return Dropout{0, probability()};
    if (take("add")) return Add{0, count("a number of layers to skip", kMostLayers)};
    return dense(default_activation);
  }
  // Adds the layers that the next word stands for.
  void layer(nn::EmbeddingReader& reader, std::vector<Layer>& layers) {
    if (const auto word = nn::embedding_word(word_)) {
      embedding(*word, reader, layers);
    } else {
      const std::size_t column = start_ + 1;
      Layer next = layer(Activation::kRelu);
      connect(next, reader.width());
      if (const auto* const add = std::get_if<Add>(&next)) check_added(*add, reader, column);
      reader.pass(next);
      layers.push_back(next);
    }
    check_count(layers);
  }
  // Whether the layer read last says its activation.
  bool has_activation() const { return has_activation_; }

  [[noreturn]] void fail(std::string_view expected) const {
    const std::string found = word_.empty() ? "the end of the text" : fmt::format("'{}'", word_);
    throw UsageError(
        fmt::format("[architecture] \"{}\", column {}: found {}, expected {}", text_, start_ + 1, found, expected));
  }

 private:
  // Reads what the layer before it gives.
  static void connect(Layer& layer, std::size_t inputs) {
    if (auto* const dense = std::get_if<Dense>(&layer)) dense->inputs = inputs;
    if (auto* const scale = std::get_if<Scale>(&layer)) scale->size = inputs;
    if (auto* const norm = std::get_if<LayerNorm>(&layer)) norm->size = inputs;
    if (auto* const dropout = std::get_if<Dropout>(&layer)) dropout->size = inputs;
    if (auto* const batch_norm = std::get_if<BatchNorm>(&layer)) batch_norm->size = inputs;
    if (auto* const add = std::get_if<Add>(&layer)) add->size = inputs;
  }

  // The layers that it skips must be there, and give as many numbers as it reads.
  void check_added(const Add& add, const nn::EmbeddingReader& before, std::size_t column) const {
    const std::size_t layers = before.layers();
    BPROP_CHECK(add.back <= layers, UsageError,
                "[architecture] \"{}\", column {}: 'add {}' skips {} layers, expected at most the {} before it", text_,
                column, add.back, add.back, layers);
    const std::size_t added = before.width_behind(layers - add.back);
    BPROP_CHECK(added == add.size, UsageError,
                "[architecture] \"{}\", column {}: 'add {}' would add {} numbers to {}, expected as many", text_,
                column, add.back, added, add.size);
  }

  void embedding(nn::EmbeddingWord word, nn::EmbeddingReader& reader, std::vector<Layer>& layers) {
    has_activation_ = false;
    next();
    const Parser first = *this;
    std::vector<std::string_view> arguments;
    while (nn::is_embedding_argument(word_)) {
      arguments.push_back(word_);
      next();
    }
    const auto complaint = reader.read(word, arguments, layers);
    if (!complaint) {
      if (word == nn::EmbeddingWord::kMix && is_name()) mixed_by(std::get<Embedding>(layers.back()));
      return;
    }
    *this = first;
    for (std::size_t k = 0; k < complaint->argument; ++k) next();
    fail(complaint->expected);
  }

  void mixed_by(Embedding& mix) {
    const auto named = activation_named(word_);
    if (!named || *named == Activation::kSoftmax) {
      fail("an activation other than softmax ('bprop list activations' names them), or the layer's end");
    }
    mix.activation = *named;
    next();
  }

  // size [activation] ["no-bias"]
  Dense dense(Activation default_activation) {
    Dense layer{0, size(kOtherLayers), default_activation, true};
    if (is_name()) {
      const auto named = activation_named(word_);
      if (!named) fail("an activation ('bprop list activations' names them) or 'no-bias'");
      layer.activation = *named;
      has_activation_ = true;
      next();
    }
    if (take("no-bias")) layer.bias = false;
    return layer;
  }

  static std::optional<Activation> activation_named(std::string_view name) {
    for (const ActivationRule& rule : activation_rules()) {
      if (rule.name == name) return rule.id;
    }
    return std::nullopt;
  }

  std::size_t count(std::string_view what, std::size_t most, std::string_view or_else = "") {
    std::size_t value = 0;
    const char* const last = word_.data() + word_.size();
    const auto [end, error] = std::from_chars(word_.data(), last, value);
    if (word_.empty() || error != std::errc() || end != last || value == 0 || value > most) {
      fail(fmt::format("{} from 1 to {}{}", what, most, or_else));
    }
    next();
    return value;
  }

  double probability() {
    double value = 0;
    const char* const last = word_.data() + word_.size();
    const auto [end, error] = std::from_chars(word_.data(), last, value);
    if (word_.empty() || error != std::errc() || end != last || !(value >= 0 && value < 1)) {
      fail("a probability from 0 to below 1");
    }
    next();
    return value == 0 ? 0 : value;  // -0 is 0
  }

  bool is_name() const { return !word_.empty() && word_ != "no-bias" && word_ != "," && word_ != "->"; }

  void next() {
    const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (position_ < text_.size() && space(text_[position_])) ++position_;
    start_ = position_;
    if (position_ == text_.size()) {
      word_ = {};
    } else if (text_[position_] == ',') {
      word_ = text_.substr(position_++, 1);
    } else if (text_.substr(position_, 2) == "->") {
      word_ = text_.substr(position_, 2);
      position_ += 2;
    } else {
      while (position_ < text_.size() && !space(text_[position_]) && text_[position_] != ',' &&
             text_.substr(position_, 2) != "->") {
        ++position_;
      }
      word_ = text_.substr(start_, position_ - start_);
    }
  }

  std::string_view text_;
  std::string_view word_;
  std::size_t position_ = 0;
  std::size_t start_ = 0;
  bool has_activation_ = false;
};

void check_agreement(std::string_view text, std::string_view what, std::size_t found, std::size_t expected) {
  BPROP_CHECK(expected == 0 || found == expected, UsageError, "[architecture] \"{}\" has {} {}, the data has {}", text,
              found, what, expected);
}

std::vector<Layer> parse_full(Parser& parser, std::size_t inputs) {
  nn::EmbeddingReader reader(inputs, {});
  std::vector<Layer> layers;
  bool output_named = false;
  do {
    parser.layer(reader, layers);
    output_named = parser.has_activation();
  } while (parser.take("->"));
  if (!parser.at_end()) parser.fail("'->' or the end");
  if (layers.empty() || std::holds_alternative<Embedding>(layers.back())) parser.fail("'->' and a dense layer");
  Dense* const output = std::get_if<Dense>(&layers.back());
  if (output != nullptr && !output_named) output->activation = Activation::kIdentity;
  return layers;
}

std::vector<Layer> parse_hidden(Parser& parser, const ArchitectureDefaults& defaults) {
  nn::EmbeddingReader reader(defaults.inputs, defaults);
  std::vector<Layer> layers;
  if (!parser.at_end()) parser.layer(reader, layers);
  while (parser.take(",")) parser.layer(reader, layers);
  if (!parser.at_end()) parser.fail("',' or the end");
  layers.push_back(Dense{reader.width(), defaults.outputs, defaults.output_activation, true});
  return layers;
}

std::string text_of_layer(const Dense& layer) {
  return fmt::format("{} {}{}", layer.outputs, rule(layer.activation).name, layer.bias ? "" : " no-bias");
}
std::string text_of_layer(const Scale&) { return "scale"; }
std::string text_of_layer(const LayerNorm&) { return "layer-norm"; }
std::string text_of_layer(const Dropout& layer) { return fmt::format("dropout {}", layer.probability); }
std::string text_of_layer(const BatchNorm&) { return "batch-norm"; }
std::string text_of_layer(const Embedding& layer) { return nn::text_of(layer); }
std::string text_of_layer(const Add& layer) { return fmt::format("add {}", layer.back); }

}  // namespace

Architecture Architecture::parse(std::string_view text, const ArchitectureDefaults& defaults) {
  Parser parser(text);
  Architecture architecture;
  std::vector<Layer>& layers = architecture.layers;
  if (text.find("->") != std::string_view::npos) {
    const std::size_t inputs = parser.size();
    if (!parser.take("->")) parser.fail("'->'");
    check_agreement(text, "inputs", inputs, defaults.inputs);
    layers = parse_full(parser, inputs);
    check_agreement(text, "outputs", architecture.outputs(), defaults.outputs);
  } else {
    BPROP_CHECK(
        defaults.inputs > 0 && defaults.outputs > 0, UsageError,
        "[architecture] \"{}\" names hidden layers only; without data write all sizes, as in \"2 -> 3 relu -> 1\"",
        text);
    layers = parse_hidden(parser, defaults);
  }
  check_count(layers);
  BPROP_CHECK(architecture.parameters() > 0, UsageError,
              "[architecture] \"{}\" has no parameters, expected a layer with some", text);
  BPROP_CHECK(architecture.parameters() <= kMostParameters, UsageError,
              "[architecture] {} parameters, at most {} are possible", architecture.parameters(), kMostParameters);
  return architecture;
}

std::size_t Architecture::inputs() const { return inputs_of(layers.front()); }
std::size_t Architecture::outputs() const { return outputs_of(layers.back()); }

std::size_t Architecture::parameters() const {
  std::size_t count = 0;
  for (const Layer& layer : layers) {
    const std::size_t more = weight_count(layer) + bias_count(layer);  // below 2^57
    count += std::min(more, SIZE_MAX - count);
  }
  return count;
}

bool Architecture::has_batch_norm() const {
  return std::ranges::any_of(layers, [](const Layer& layer) { return std::holds_alternative<BatchNorm>(layer); });
}

std::string Architecture::text() const {
  std::string text = std::to_string(inputs());
  for (const Layer& layer : layers) {
    text += " -> ";
    text += std::visit([](const auto& of) { return text_of_layer(of); }, layer);
  }
  return text;
}

}  // namespace bprop
