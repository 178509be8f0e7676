// SPDX-License-Identifier: Apache-2.0
//
// Symbols: the letters of a notation as formulas. Arguments count from 0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bprop/explain.h"
#include "bprop/formula.h"
#include "bprop/selector.h"

namespace bprop::explaining {

// A weight or bias: "layers.0.weight[2, 4]"; of a diagonal "layers.0.weight[2]".
std::string name_in_files(const Selector& what, const Architecture& architecture);

// √(v + ε) of a norm.
Formula deviation(Formula variance);
// "a scale layer", "a layer norm", "a batch norm", "an embedding layer"; not of a dense one.
std::string_view kind_in_words(const Layer& layer);

class Symbols {
 public:
  Symbols(const Architecture& architecture, Notation notation);

  Notation notation() const { return notation_; }

  Formula loss() const;
  Formula row_loss() const;                       // of one row; 002 tells it from the loss of all rows
  Formula loss_of_row(std::size_t number) const;  // of several; numbers are of people
  Formula learning_rate() const;
  Formula input(std::size_t feature) const;
  Formula target(std::size_t output) const;
  Formula weight(std::size_t layer, std::size_t unit, std::size_t from) const;
  Formula bias(std::size_t layer, std::size_t unit) const;
  Formula z(std::size_t layer, std::size_t unit) const;
  Formula a(std::size_t layer, std::size_t unit) const;
  Formula delta(std::size_t layer, std::size_t unit) const;  // ∂L/∂z where the notation has no letter
  Formula slope(std::size_t layer, std::size_t unit) const;  // φ'(z)
  // "weight"; of a diagonal, which ours calls s or γ, "factor".
  std::string_view weight_word(std::size_t layer) const { return is_diagonal(layers_[layer]) ? "factor" : "weight"; }
  // What a layer reads: the input, or a of the layer below.
  Formula read_number(std::size_t layer, std::size_t from) const {
    return layer == 0 ? input(from) : a(layer - 1, from);
  }
  // What its weights multiply: that, in a norm u.
  Formula incoming(std::size_t layer, std::size_t from) const {
    return normalises(layer) ? normalised(layer, from) : read_number(layer, from);
  }
  // Of a norm, in every notation: u, mean m and variance v of a row, or, of a batch norm, of each number.
  Formula normalised(std::size_t layer, std::size_t unit) const;
  Formula mean(std::size_t layer) const;
  Formula variance(std::size_t layer) const;
  Formula mean(std::size_t layer, std::size_t unit) const;
  Formula variance(std::size_t layer, std::size_t unit) const;
  Formula of(const Selector& selector) const;

  // Whole layers, for the matrix form.
  Formula weights(std::size_t layer) const;
  Formula biases(std::size_t layer) const;
  Formula pre_activations(std::size_t layer) const;
  Formula activations(std::size_t layer) const;  // layer −1 as all_inputs()
  Formula deltas(std::size_t layer) const;
  Formula all_inputs() const;
  Formula targets() const;
  Formula all_read(std::size_t layer) const { return layer == 0 ? all_inputs() : activations(layer - 1); }
  Formula all_incoming(std::size_t layer) const { return normalises(layer) ? all_normalised(layer) : all_read(layer); }
  Formula all_normalised(std::size_t layer) const;

  // The letter of the activation: "φ", "σ", "g".
  std::string_view activation_letter() const;
  bool has_delta() const {
    return notation_ != Notation::k000 && notation_ != Notation::k002 && notation_ != Notation::k004;
  }
  bool column_vectors() const;  // z = W a + b rather than z = a Wᵀ + b
  bool weights_are_in_by_out() const { return notation_ == Notation::k001 || notation_ == Notation::k004; }

  // How the notation counts layers of units – 003 takes the input for the first – and units: 002 through all layers.
  std::size_t layer_number(std::size_t layer) const { return layer + (notation_ == Notation::k003 ? 2 : 1); }
  std::size_t unit_number(std::size_t layer, std::size_t unit) const {
    return notation_ == Notation::k002 ? flat_unit(layer, unit) : unit + 1;
  }

  // "a", "z" of any unit of a layer; "δ", or "∂L/∂z" where the notation has no letter.
  std::string a_letter(std::size_t layer) const { return a(layer, 0).symbol.base; }
  std::string z_letter(std::size_t layer) const { return z(layer, 0).symbol.base; }
  std::string delta_letter(std::size_t layer) const;
  // "∂L/∂a", "φ'(z)", "δ" and "δ = ∂L/∂z" of any unit from a layer on.
  GeneralSymbols in_general(std::size_t first) const;

  // What differs from ours, a sentence each.
  std::vector<std::string> remarks() const;

 private:
  std::size_t layers() const { return layers_.size(); }
  bool is_last(std::size_t layer) const { return layer + 1 == layers(); }
  bool is_scale(std::size_t layer) const { return std::holds_alternative<Scale>(layers_[layer]); }
  bool is_norm(std::size_t layer) const { return std::holds_alternative<LayerNorm>(layers_[layer]); }
  bool is_batch_norm(std::size_t layer) const { return std::holds_alternative<BatchNorm>(layers_[layer]); }
  bool normalises(std::size_t layer) const { return is_norm(layer) || is_batch_norm(layer); }
  std::string words_of_note() const;
  std::string table_letter(std::size_t layer) const;  // 001: a, b, …
  std::size_t flat_weight(std::size_t layer, std::size_t unit, std::size_t from) const;
  std::size_t flat_unit(std::size_t layer, std::size_t unit) const;
  Formula unit(std::size_t layer, std::size_t unit, std::string_view ours, std::string_view hidden,
               std::string_view last) const;

  std::vector<Layer> layers_;
  Notation notation_;
};

}  // namespace bprop::explaining
