// SPDX-License-Identifier: Apache-2.0
//
// Page: a lesson as it is written, block by block; and the network it is about.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bprop/document.h"
#include "bprop/explain.h"
#include "bprop/gradients.h"
#include "bprop/model.h"
#include "bprop/network.h"

namespace bprop::teaching {

// A network typed by hand: what the page prints is what it calculates with.
struct Lab {
  explicit Lab(std::string_view text);  // TOML, as `bprop explain` reads it

  ExplainRows rows() const { return {input, target}; }
  // Its loss and learning rate.
  ExplainOptions options(Notation notation = Notation::kOurs) const;
  DoubleGradients gradients() const { return bprop::gradients<double>(network, input, target, loss); }
  Model model() const { return model_from_toml(toml, "net.toml"); }  // for train_from()
  double loss_value() const { return bprop::loss<double>(network, input, target, loss); }
  const Architecture& architecture() const { return network.architecture(); }

  std::string toml;
  DoubleNetwork network;
  std::vector<double> input;
  std::vector<double> target;
  LossOptions loss;
  double learning_rate = 0;  // 0: none

 private:
  Lab(std::string_view text, const Model& model);
};

class Page {
 public:
  explicit Page(std::string_view lesson);  // its name; the title is its summary

  void section(std::string heading);

  template <class... Arguments>
  void say(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    add(Paragraph(fmt::format(text, std::forward<Arguments>(arguments)...)));
  }
  void add(Block block);
  void equation(std::string reason, Formula left, std::vector<Formula> right);
  // The steps of a derivation from one on, at most so many; with their numbers.
  void steps(const Derivation& derivation, std::size_t count, std::size_t first = 0);
  void network(const Lab& lab);  // "net.toml", as it is typed

  // Where a note errs (a note and its line), in one sentence with the number that shows it. Collected at the page's
  // end.
  void erratum(std::string_view where, std::string sentence);
  // Commands to go on with, at the page's end.
  void try_next(std::vector<std::string> commands);

  Document done() &&;

 private:
  Document page_;
  std::vector<Block> errata_;
  std::vector<std::string> commands_;
};

// A number as the pages print it, six significant digits.
std::string text(double value);

// A whole number's digits in threes: "1,797".
std::string grouped(std::string_view digits, std::string_view separator = ",");
inline std::string grouped(std::size_t count) { return grouped(std::to_string(count)); }

// ‖v‖₂
double norm(std::span<const double> v);

// A row of numbers, as it stands in an equation of matrices.
Formula row_of(std::span<const double> values);

}  // namespace bprop::teaching
