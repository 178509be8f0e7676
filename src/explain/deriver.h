// SPDX-License-Identifier: Apache-2.0
//
// Deriver: the steps of a derivation, each the chain rule once, from the number asked about towards the loss. A step is
// made once however many others use it.
#pragma once

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "bprop/explain.h"
#include "explain/derive.h"
#include "explain/row_values.h"
#include "explain/symbols.h"

namespace bprop::explaining {

// "delta 2:1"
inline std::string name_of_unit(std::string_view what, std::size_t layer, std::size_t unit) {
  return fmt::format("{} {}:{}", what, layer + 1, unit + 1);
}

// The layer from which a derivation of this number goes on towards the loss.
inline std::size_t first_layer(const Selector& what) { return what.kind == Selector::Kind::kInput ? 0 : what.layer; }

class Deriver {
 public:
  Deriver(const NetworkParts& parts, const BatchValues& batch, const ExplainOptions& options, const Symbols& symbols);

  std::vector<Step> operator()(const Selector& what);

  std::size_t partials() const { return partials_; }  // δ with a step
  std::size_t uses() const { return uses_; }          // of them by other steps

  // Whose steps they are.
  const RowValues& row() const { return *row_; }
  std::size_t row_number() const { return batch_.numbers[static_cast<std::size_t>(row_ - batch_.rows.data())]; }

  Formula row_loss() const { return loss_of_row(row_number_); }

  // ∂l/∂(what) of one row.
  static double row_gradient(const NetworkParts& parts, const RowValues& row, const Selector& what);

 private:
  enum class Kind {
    kBatch,
    kGradient,
    kDelta,
    kLongWay,
    kSlope,
    kOutput,
    kMean,
    kVariance,
    kNormalised,
    kThroughNorm,
  };
  using Key = std::tuple<Kind, std::size_t, std::size_t>;  // layer, unit; kThroughNorm: place of unit and number read
  // A number that a step uses, with the step that computes it, if one could.
  struct Use {
    Source source;
    std::optional<Key> step = {};
  };
  struct Term {
    Formula symbols;
    double value;
    Formula numbers;
    std::vector<Use> uses;
  };

  // The place of a step that exists or is still to be made.
  std::size_t place(const Key& key);
  void make(const Key& key, Step& step);

  void batch(const Selector& what, Step& step);
  void gradient(const Selector& what, Step& step);
  void input_gradient(const Selector& what, Step& step);
  // Through whom a number of the layer below reaches the loss: "every unit of layer 2".
  std::string readers_in_words(std::size_t layer, std::size_t from) const;
  std::string adders_in_words(std::size_t place, std::size_t from) const;
  void delta(std::size_t layer, std::size_t unit, Step& step);
  void pair_delta(std::size_t layer, std::size_t unit, Step& step);
  void long_way(std::size_t layer, std::size_t unit, Step& step);
  void through_activation(std::size_t layer, std::size_t unit, Step& step);
  void softmax_delta(std::size_t layer, std::size_t unit, Step& step);
  void slope(std::size_t layer, std::size_t unit, Step& step);
  void hidden_output(std::size_t layer, std::size_t unit, Step& step);
  void loss_output(std::size_t layer, std::size_t unit, Step& step);
  void later_loss_output(std::size_t layer, std::size_t unit, Step& step);  // of the losses after kCrossEntropy
  void focal_of_scores(std::size_t layer, std::size_t unit, Step& step);
  void gaussian_output(std::size_t layer, std::size_t unit, Step& step);
  void put_into_loss(std::size_t layer, std::size_t unit, Step& step);
  std::string with_chosen_number(std::string_view rule_text, std::string_view letter, std::size_t unit) const;

  // Of a norm (deriver_norm.cpp).
  void mean(std::size_t layer, Step& step);
  void variance(std::size_t layer, Step& step);
  void normalised(std::size_t layer, std::size_t unit, Step& step);
  void through_norm(std::size_t layer, std::size_t unit, std::size_t from, Step& step);
  void through_batch_norm(std::size_t layer, std::size_t unit, Step& step);
  void divide_by_count(std::size_t count, Step& step) const;

  // Their sum as the step's lines: all of them, or the largest and what the others make together. Only the sources of
  // terms shown become the step's.
  void add_up(std::vector<Term> terms, Step& step);

  // Adds to the step's sources; makes sure of the step that computes the number, unless that lies too deep.
  void use(Use used, Step& step);
  Use delta_of(std::size_t layer, std::size_t unit) const;
  Use output_of(std::size_t layer, std::size_t unit) const;  // ∂l/∂a
  Use slope_of(std::size_t layer, std::size_t unit) const;
  Use weight_of(std::size_t layer, std::size_t unit, std::size_t from) const;
  Use slope_by_read_of(std::size_t layer, std::size_t unit, std::size_t from) const;  // ∂z/∂(what it reads)
  Use incoming_of(std::size_t layer, std::size_t from) const;
  Use read_number_of(std::size_t layer, std::size_t from) const;  // what the layer reads, before it is normalised
  Use mean_of(std::size_t layer, std::size_t unit) const;
  Use variance_of(std::size_t layer, std::size_t unit) const;
  Use normalised_of(std::size_t layer, std::size_t unit) const;
  Use activation_of(std::size_t layer, std::size_t unit) const;
  Use target_of(std::size_t unit) const;
  Term delta_of_hearer(const Hearer& by, std::size_t from) const;

  // ∂l/∂z of this row where the notation has no letter for it.
  Formula delta_symbol(std::size_t layer, std::size_t unit) const {
    return symbols_.has_delta() ? symbols_.delta(layer, unit) : math::partial(row_loss(), symbols_.z(layer, unit));
  }
  Formula loss_of_row(std::size_t number) const;

  const NetworkParts& parts_;
  const BatchValues& batch_;
  const ExplainOptions& options_;
  const Symbols& symbols_;
  const RowValues* row_;  // the one whose steps are made
  std::size_t row_number_ = 0;
  std::size_t deepest_ = 0;  // last layer whose δ get steps

  Selector what_{};
  std::vector<Key> keys_;
  std::map<Key, std::size_t> places_;
  bool long_way_shown_ = false;
  std::size_t partials_ = 0;
  std::size_t uses_ = 0;
};

}  // namespace bprop::explaining
