// SPDX-License-Identifier: Apache-2.0
//
// What a reader has to know of a note's letters, and of layers that the note does not have.
#include <algorithm>
#include <string_view>

#include "explain/symbols.h"

namespace bprop::explaining {
namespace {

// Empty for layers that need no words: dense ones, and dropout layers, of which the page says what they do.
std::string_view unknown_to_notes(const Layer& layer) {
  if (std::holds_alternative<Scale>(layer)) {
    return "The note has no scale layers: here such a layer is a diagonal W, of which only the weights from a unit to "
           "its own number are there; its activation is the identity.";
  }
  if (std::holds_alternative<LayerNorm>(layer)) {
    return "The note has no layer norms: here u is what one makes of the numbers of a row, whose mean is m and whose "
           "variance is v; a diagonal W and a bias follow, and the activation is the identity.";
  }
  if (std::holds_alternative<BatchNorm>(layer)) {
    return "The note has no batch norms: here u is what one makes of its number by a mean m and a variance v that "
           "training has kept; a diagonal W and a bias follow, and the activation is the identity.";
  }
  if (std::holds_alternative<Embedding>(layer)) {
    return "The note has no embedding layers: here such a layer is a W of which only the weights from a unit to its "
           "group's numbers are there; units that pass a number on have none.";
  }
  if (std::holds_alternative<Add>(layer)) {
    return "The note has no add layers: here such a layer gives each number that it reads, plus that of an earlier "
           "layer; it has no weights, and its activation is the identity.";
  }
  return {};
}

}  // namespace

std::vector<std::string> Symbols::remarks() const {
  if (notation_ == Notation::kOurs) return {};
  std::vector<std::string> all = {words_of_note()};
  for (const Layer& layer : layers_) {
    const std::string_view words = unknown_to_notes(layer);
    if (!words.empty() && std::ranges::find(all, words) == all.end()) all.emplace_back(words);
  }
  return all;
}

std::string Symbols::words_of_note() const {
  switch (notation_) {
    case Notation::kOurs: break;
    case Notation::k000:
      return "Note 000: weights have flat names, unit by unit and input by input; hidden units are q before and h "
             "after the activation, outputs z and y; the loss is ε, the targets d. It has no letter for ∂ε/∂z.";
    case Notation::k001:
      return "Note 001: each layer's weights are a table with a letter, w[from][to]; sums are s, hidden outputs y, the "
             "last z, the targets ẑ, the loss ℒ.";
    case Notation::k002:
      return "Note 002: parameters are θ = {w1, w2, …, b1, b2, …}, units are counted through all layers, l is the loss "
             "of one row. It has no letter for ∂l/∂z, and its squared error has no ½.";
    case Notation::k003:
      return "Note 003: the input is layer 1, so z, a and δ count one more than the weights W that lead to them; "
             "indices are to, from; φ is g, the loss is C; vectors are columns.";
    case Notation::k004:
      return "Note 004: z = a w with rows as vectors, so indices are from, to; the input is a⁰. It has no letter for "
             "∂L/∂z, and its squared error has no ½.";
  }
  return {};
}

}  // namespace bprop::explaining
