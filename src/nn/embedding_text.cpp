// SPDX-License-Identifier: Apache-2.0
#include "nn/embedding_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "nn/embedding.h"
#include "nn/group_place.h"

namespace bprop::nn {
namespace {

constexpr std::array<std::string_view, 4> kWords = {"embed", "waves", "mix", "periodic"};
constexpr std::size_t kLargest = std::size_t{1} << 24;

// Holzmüller et al. 2024, table A.2.
constexpr std::size_t kCategoryUnits = 8;
constexpr std::size_t kWaves = 16;
constexpr std::size_t kPeriodicUnits = 4;

struct Sizes {
  std::size_t units = 0;
  std::size_t outputs = 0;  // of "periodic"; else 0
};

struct Argument {
  InputGroups groups{};
  bool sized = false;  // says how many inputs a group has
  Sizes sizes{};
};

// Takes a number from 1 off the front.
std::optional<std::size_t> take_number(std::string_view& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value == 0 || value > kLargest) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool take(char expected, std::string_view& text) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Sizes> sizes_in(std::string_view text, bool periodic) {
  const auto units = take_number(text);
  if (!units || *units > kMostGroupUnits) return std::nullopt;
  if (!periodic) return text.empty() ? std::optional(Sizes{*units, 0}) : std::nullopt;
  if (!take('x', text)) return std::nullopt;
  const auto outputs = take_number(text);
  if (!outputs || *outputs < 2 || *outputs > kMostGroupUnits || !text.empty()) return std::nullopt;
  return Sizes{*units, *outputs};
}

std::optional<Argument> argument_in(std::string_view text, bool periodic) {
  Argument argument;
  const auto first = take_number(text);
  if (!first) return std::nullopt;
  const auto last = take('-', text) ? take_number(text) : first;
  if (!last || *last < *first) return std::nullopt;
  argument.groups.begin = *first - 1;
  argument.groups.end = *last;
  argument.sized = take('/', text);
  const auto size = argument.sized ? take_number(text) : std::optional<std::size_t>(1);
  if (!size || (*last - *first + 1) % *size != 0) return std::nullopt;
  argument.groups.size = *size;
  if (!take(':', text)) return std::nullopt;
  const auto sizes = sizes_in(text, periodic);
  if (!sizes) return std::nullopt;
  argument.sizes = *sizes;
  argument.groups.outputs = sizes->units;
  return argument;
}

}  // namespace

std::optional<EmbeddingWord> embedding_word(std::string_view word) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<EmbeddingWord>(i);
  }
  return std::nullopt;
}

bool is_embedding_argument(std::string_view word) { return !word.empty() && word[0] >= '0' && word[0] <= '9'; }

std::string_view embedding_arguments(EmbeddingWord word) {
  switch (word) {
    case EmbeddingWord::kEmbed: return "inputs and units of each group, as in 'embed 5-20:8' (at most 256 units)";
    case EmbeddingWord::kWaves: return "inputs and waves of each, as in 'waves 1-4:16' (at most 256)";
    case EmbeddingWord::kMix:
      return "inputs, in groups of so many, and units, as in 'mix 1-64/16:3' (at most 256 units)";
    default: return "inputs, and waves and units of each, as in 'periodic 1-4:16x4' (2 to 256 units)";
  }
}

std::string text_of(const Embedding& layer) {
  std::string text(kWords[static_cast<std::size_t>(layer.kind)]);
  for (const InputGroups& of : layer.groups) {
    text += of.end == of.begin + 1 ? fmt::format(" {}", of.end) : fmt::format(" {}-{}", of.begin + 1, of.end);
    const std::size_t unsaid = layer.kind == Embedding::Kind::kWaves ? 1 : of.end - of.begin;
    if (of.size != unsaid) text += fmt::format("/{}", of.size);
    text += fmt::format(":{}", of.outputs);
  }
  if (layer.activation != Activation::kIdentity) text += fmt::format(" {}", rule(layer.activation).name);
  return text;
}

namespace {

// Where ranges of a layer's inputs, ascending, are among its outputs; without those that it embeds.
std::vector<InputRange> passed(const Embedding& layer, const std::vector<InputRange>& ranges) {
  std::vector<InputRange> found;
  auto next = ranges.begin();
  for_each_passed(layer, [&](std::size_t begin, std::size_t end, std::size_t unit) {
    while (next != ranges.end() && next->begin < begin) ++next;
    for (; next != ranges.end() && next->begin < end; ++next) {
      found.push_back({unit + (next->begin - begin), unit + (next->end - begin)});
    }
  });
  return found;
}

}  // namespace

// Takes no memory for each input: a short text may name very many.
EmbeddingReader::EmbeddingReader(std::size_t inputs, const ArchitectureDefaults& defaults)
    : numbers_(defaults.numbers), categories_(defaults.categories), widths_{inputs} {}

void EmbeddingReader::add(Embedding::Kind kind, std::vector<InputGroups> groups, std::vector<Layer>& layers) {
  const Embedding layer{kind, width(), std::move(groups)};
  if (numbers_) numbers_ = passed(layer, *numbers_);
  if (categories_) categories_ = passed(layer, *categories_);
  layers.emplace_back(layer);
  widths_.push_back(outputs_of(layers.back()));
}

std::optional<EmbeddingReader::Complaint> EmbeddingReader::read(EmbeddingWord word,
                                                                const std::vector<std::string_view>& arguments,
                                                                std::vector<Layer>& layers) {
  const bool periodic = word == EmbeddingWord::kPeriodic;
  const bool whole = word == EmbeddingWord::kEmbed || word == EmbeddingWord::kMix;  // a range is one group
  const std::size_t units = periodic ? kWaves : kCategoryUnits;
  Sizes sizes{units, kPeriodicUnits};
  std::vector<InputGroups> groups;
  const bool only_sizes = arguments.size() == 1 && arguments[0].find(':') == std::string_view::npos;
  if (arguments.empty() || only_sizes) {
    const auto said = only_sizes ? sizes_in(arguments[0], periodic) : sizes;
    const auto& known = periodic ? numbers_ : categories_;
    if (!said || !known || !front_ || word == EmbeddingWord::kWaves || word == EmbeddingWord::kMix)
      return Complaint{0, std::string(embedding_arguments(word))};
    sizes = *said;
    for (const InputRange& range : *known) {
      const bool joins = periodic && !groups.empty() && groups.back().end == range.begin;
      if (joins) groups.back().end = range.end;
      if (joins) continue;
      groups.push_back({range.begin, range.end, whole ? range.end - range.begin : 1, sizes.units});
    }
  }
  for (std::size_t k = 0; k < arguments.size() && !only_sizes; ++k) {
    auto argument = argument_in(arguments[k], periodic);
    if (!argument) return Complaint{k, std::string(embedding_arguments(word))};
    InputGroups& of = argument->groups;
    if (!argument->sized && whole) of.size = of.end - of.begin;
    const std::size_t free_from = groups.empty() ? 0 : groups.back().end;
    if (of.begin < free_from || of.end > width()) {
      return Complaint{k, fmt::format("inputs from {} to {}, ascending", free_from + 1, width())};
    }
    if (periodic && (of.size != 1 || (k > 0 && argument->sizes.outputs != sizes.outputs) ||
                     (k > 0 && argument->sizes.units != sizes.units))) {
      return Complaint{k, "the same sizes for all inputs of 'periodic'"};
    }
    sizes = argument->sizes;
    groups.push_back(of);
  }
  if (groups.empty()) return std::nullopt;
  if (!periodic) {
    add(static_cast<Embedding::Kind>(word), std::move(groups), layers);
    return std::nullopt;
  }
  std::size_t waves = 0;
  for (const InputGroups& of : groups) waves += of.units();
  add(Embedding::Kind::kWaves, std::move(groups), layers);
  add(Embedding::Kind::kMix, {{0, waves, sizes.units, sizes.outputs - 1}}, layers);
  return std::nullopt;
}

void EmbeddingReader::pass(const Layer& layer) {
  front_ = front_ && is_diagonal(layer);
  widths_.push_back(outputs_of(layer));
}

}  // namespace bprop::nn
