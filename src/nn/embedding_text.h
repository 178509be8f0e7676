// SPDX-License-Identifier: Apache-2.0
//
// Embedding layers in the architecture text (docs/architecture-text.md):
//   embedding = "embed" groups | "waves" groups | "mix" groups [ activation ] | "periodic" ( [ sizes ] | groups )
//   groups    = range ":" sizes { range ":" sizes }     range = first [ "-" last ] [ "/" inputs of a group ]
//   sizes     = units | waves "x" units of an input, it itself counted          as in 16x4
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/network.h"

namespace bprop::nn {

enum class EmbeddingWord : std::uint8_t { kEmbed, kWaves, kMix, kPeriodic };
std::optional<EmbeddingWord> embedding_word(std::string_view word);
// One of the words that may follow: "1-4:16x4", "16x4"; what they are to be, for people.
bool is_embedding_argument(std::string_view word);
std::string_view embedding_arguments(EmbeddingWord word);

// "embed 5-20:8"
std::string text_of(const Embedding& layer);

// Where the inputs of a network are after its first layers, as long as those are embedding layers or diagonals.
class EmbeddingReader {
 public:
  EmbeddingReader(std::size_t inputs, const ArchitectureDefaults& defaults);

  // Adds the layers that a word and its arguments stand for: none where there are no such inputs in the defaults.
  // Returns what is wrong with the text otherwise, and where: the number of the argument.
  struct Complaint {
    std::size_t argument = 0;
    std::string expected;
  };
  std::optional<Complaint> read(EmbeddingWord word, const std::vector<std::string_view>& arguments,
                                std::vector<Layer>& layers);
  // Has seen another layer of the text, which reads what there is and gives so many numbers.
  void pass(const Layer& layer);
  std::size_t width() const { return widths_.back(); }
  std::size_t layers() const { return widths_.size() - 1; }
  // What so many layers of the text give.
  std::size_t width_behind(std::size_t layers) const { return widths_[layers]; }

 private:
  void add(Embedding::Kind kind, std::vector<InputGroups> groups, std::vector<Layer>& layers);

  // What the defaults know of the network's inputs, as the next layer finds it; without what is embedded already.
  std::optional<std::vector<InputRange>> numbers_, categories_;
  std::vector<std::size_t> widths_;  // of the inputs, then behind each layer: an embedding's takes time to count
  bool front_ = true;                // no dense layer yet
};

}  // namespace bprop::nn
