// SPDX-License-Identifier: Apache-2.0
//
// The architecture text. Grammar (docs/architecture-text.md):
//   full   = size "->" layer { "->" layer }
//   hidden = [ layer { "," layer } ]
//   layer  = size [ activation ] [ "no-bias" ]
#include <algorithm>
#include <charconv>
#include <string>

#include "base/check.h"
#include "bprop/network.h"
#include "nn/layout.h"

namespace bprop {
namespace {

constexpr std::size_t kLargestLayer = std::size_t{1} << 24;
constexpr std::size_t kMostLayers = 10'000;
constexpr std::size_t kMostParameters = std::size_t{1} << 40;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { next(); }

  bool at_end() const { return word_.empty(); }
  bool take(std::string_view expected) {
    if (word_ != expected) return false;
    next();
    return true;
  }

  std::size_t size() {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(word_.data(), word_.data() + word_.size(), value);
    if (word_.empty() || error != std::errc() || end != word_.data() + word_.size() || value == 0 ||
        value > kLargestLayer) {
      fail(fmt::format("a layer size from 1 to {}", kLargestLayer));
    }
    next();
    return value;
  }

  // [activation] ["no-bias"] after a size.
  Dense layer(Activation default_activation) {
    Dense layer{0, size(), default_activation, true};
    if (is_name()) {
      for (const ActivationRule& rule : activation_rules()) {
        if (rule.name == word_) layer.activation = rule.id;
      }
      if (rule(layer.activation).name != word_)
        fail("an activation ('bprop list activations' names them) or 'no-bias'");
      has_activation_ = true;
      next();
    } else {
      has_activation_ = false;
    }
    if (take("no-bias")) layer.bias = false;
    return layer;
  }
  bool has_activation() const { return has_activation_; }

  [[noreturn]] void fail(std::string_view expected) const {
    const std::string found = word_.empty() ? "the end of the text" : fmt::format("'{}'", word_);
    throw UsageError(
        fmt::format("[architecture] \"{}\", column {}: found {}, expected {}", text_, start_ + 1, found, expected));
  }

 private:
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

std::vector<Dense> parse_full(Parser& parser, std::string_view text, std::size_t inputs,
                              const ArchitectureDefaults& defaults) {
  check_agreement(text, "inputs", inputs, defaults.inputs);
  std::vector<Dense> layers;
  bool output_named = false;
  do {
    layers.push_back(parser.layer(Activation::kRelu));
    output_named = parser.has_activation();
  } while (parser.take("->"));
  if (!parser.at_end()) parser.fail("'->' or the end");
  if (!output_named) layers.back().activation = Activation::kIdentity;
  check_agreement(text, "outputs", layers.back().outputs, defaults.outputs);
  return layers;
}

std::vector<Dense> parse_hidden(Parser& parser, std::vector<Dense> layers, const ArchitectureDefaults& defaults) {
  while (parser.take(",")) layers.push_back(parser.layer(Activation::kRelu));
  if (!parser.at_end()) parser.fail("',' or the end");
  layers.push_back({0, defaults.outputs, defaults.output_activation, true});
  return layers;
}

}  // namespace

Architecture Architecture::parse(std::string_view text, const ArchitectureDefaults& defaults) {
  Parser parser(text);
  std::vector<Dense> layers;
  std::size_t inputs = defaults.inputs;
  const bool full = text.find("->") != std::string_view::npos;
  if (full) {
    inputs = parser.size();
    if (!parser.take("->")) parser.fail("'->'");
    layers = parse_full(parser, text, inputs, defaults);
  } else {
    BPROP_CHECK(
        defaults.inputs > 0 && defaults.outputs > 0, UsageError,
        "[architecture] \"{}\" names hidden layers only; without data write all sizes, as in \"2 -> 3 relu -> 1\"",
        text);
    if (!parser.at_end()) layers.push_back(parser.layer(Activation::kRelu));
    layers = parse_hidden(parser, std::move(layers), defaults);
  }
  BPROP_CHECK(layers.size() <= kMostLayers, UsageError, "[architecture] {} layers, at most {} are possible",
              layers.size(), kMostLayers);
  Architecture architecture;
  for (Dense& layer : layers) {
    layer.inputs = inputs;
    inputs = layer.outputs;
    architecture.layers.emplace_back(layer);
  }
  BPROP_CHECK(architecture.parameters() <= kMostParameters, UsageError,
              "[architecture] {} parameters, at most {} are possible", architecture.parameters(), kMostParameters);
  return architecture;
}

std::size_t Architecture::inputs() const { return nn::dense(layers.front()).inputs; }
std::size_t Architecture::outputs() const { return nn::dense(layers.back()).outputs; }

std::size_t Architecture::parameters() const {
  std::size_t count = 0;
  for (const Layer& layer : layers) {
    const Dense& d = nn::dense(layer);
    count += d.inputs * d.outputs + (d.bias ? d.outputs : 0);
  }
  return count;
}

std::string Architecture::text() const {
  std::string text = std::to_string(inputs());
  for (const Layer& layer : layers) {
    const Dense& d = nn::dense(layer);
    text += fmt::format(" -> {} {}{}", d.outputs, rule(d.activation).name, d.bias ? "" : " no-bias");
  }
  return text;
}

}  // namespace bprop
