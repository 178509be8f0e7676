// SPDX-License-Identifier: Apache-2.0
//
// Selector: one number of a network – a weight, a bias, what a unit computes, an input – and its names. C++ counts from
// 0, people's names from 1: weight(0, 2, 4) is 1:3,5, the weight of layer 1 to unit 3 from unit 5.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/document.h"
#include "bprop/network.h"

namespace bprop {

struct Selector {
  enum class Kind : std::uint8_t { kWeight, kBias, kPreActivation, kActivation, kDelta, kInput };
  Kind kind = Kind::kWeight;
  std::size_t layer = 0;  // kInput: 0
  std::size_t unit = 0;   // kInput: which
  std::size_t from = 0;   // kWeight
  auto operator<=>(const Selector&) const = default;
};

Selector weight(std::size_t layer, std::size_t unit, std::size_t from);
Selector bias(std::size_t layer, std::size_t unit);
Selector delta(std::size_t layer, std::size_t unit);       // ∂L/∂z
Selector activation(std::size_t layer, std::size_t unit);  // ∂L/∂a is what can be explained of it
Selector input(std::size_t feature);

// Whose symbols a text uses: ours, or those of one of the five lecture notes (docs/explain.md has the table).
//   ours   z = a Wᵀ + b, layers from 1, w[layer:to,from]
//   000    flat names w1, w2, … unit by unit; q, h in hidden layers, z, y in the last; loss ε, targets d
//   001    letters for layers: weights wa[from][to], wb[from][to], …; s = Σ; outputs z, targets ẑ, loss ℒ
//   002    θ = {w1, w2, …, b1, b2, …}, units z1, z2, … through all layers; no letter for δ; squared error without ½
//   003    the input is layer 1: z^{ℓ+1} = W^ℓ a^ℓ + b^ℓ, w^ℓ with to, from; loss C; columns
//   004    z^ℓ = a^{ℓ−1} w^ℓ, w^ℓ with from, to; rows; no letter for δ; squared error without ½
enum class Notation : std::uint8_t { kOurs, k000, k001, k002, k003, k004 };
std::span<const std::string_view> notation_names();  // "ours", "000", …
Notation notation_named(std::string_view name);      // throws UsageError that lists them

// How people may call inputs and outputs in place of a number; empty: by number only.
struct UnitNames {
  std::vector<std::string> inputs = {};   // "age", "colour=red"
  std::vector<std::string> outputs = {};  // classes, or targets
};

// The number of this kind that a text means: "1:3,5", "1:3", "5"; the flat names "w17", "b3"; a name in the notation,
// as name_of() prints it; a column's or class's name in the place of a number ("1:3,petal length"). Throws UsageError:
// what there is no such thing as, and what there is.
Selector selector_named(Selector::Kind kind, std::string_view text, const Architecture& architecture,
                        Notation notation = Notation::kOurs, const UnitNames& names = {});

// "w[1:3,5]"; selector_named() reads it back.
std::string name_of(const Selector& selector, const Architecture& architecture, Notation notation = Notation::kOurs);

// The names of one weight or bias, in every notation and in files, each with what its numbers mean.
struct Concordance {
  struct Name {
    std::string notation;  // "ours", "000", …, "file"
    std::string name;
    std::string convention;
  };
  Selector what;
  std::string name;  // in the notation that was asked for
  std::vector<Name> names;
};

// Throws ShapeError (no such number), UsageError for what is no weight or bias.
Concordance concordance(const Selector& what, const Architecture& architecture, Notation notation = Notation::kOurs);

Document document(const Concordance& concordance);
std::string render_json(const Concordance& concordance);  // schema: docs/explain.md

// Throws ShapeError when the network has no such number.
void check_selector(const Selector& selector, const Architecture& architecture);

// Place in the order unit by unit, input by input, layer after layer, from 0; of a bias among biases, of a unit among
// units.
std::size_t flat_index(const Selector& selector, const Architecture& architecture);

}  // namespace bprop
