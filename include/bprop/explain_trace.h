// SPDX-License-Identifier: Apache-2.0
//
// explain_trace: a weight at a recorded update k – its value before, the gradient of that batch, what the optimiser
// made of it, the value after – with all other recorded updates beside it and, where the batch's rows are known, the
// derivation of that gradient.
//
//   const bprop::Trace trace = bprop::load_trace("run");
//   auto why = bprop::explain_trace(trace, 10, bprop::weight(0, 2, 4), &table);
//   std::cout << bprop::render_text(bprop::document(why));
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "bprop/dataset.h"
#include "bprop/document.h"
#include "bprop/explain.h"
#include "bprop/trace.h"

namespace bprop {

// The number at one recorded update.
struct UpdateOfNumber {
  std::size_t step = 0;  // k, from 1
  double learning_rate = 0;
  double loss = 0;            // of the batch, with the l2 term
  double gradient_scale = 1;  // by clipping
  double before = 0;          // w(k)
  double gradient = 0;        // of the batch's loss with the l2 term, before clipping
  double rate_factor = 1;  // plain gradient descent moves it by learning_rate × this × gradient: bias_rate, scale_rate,
                           // embedding_rate, or 1/n_in of a weight where training moved v of w = v/√n_in
  double after = 0;        // w(k+1)
  double change() const { return after - before; }
};

// The derivation on the batch's rows against the recorded gradient.
struct TraceAgreement {
  double derived = 0;  // its value, and the l2 term
  double recorded = 0;
  double largest = 0;  // |gradient| of the tensor
  double bound = 0;    // 1e-5 for a float network, 1e-12 for a double one: share of `largest`, or of what the terms of
                       // this gradient add up to without their signs, by which the two may differ
  bool as_trained = true;  // false: the note writes the loss otherwise; its derivation is twice or half of `derived`
  bool agrees = true;
};

struct TraceExplanation {
  Selector what;
  bool is_factor = false;     // a scale layer's weight: neither the l2 term nor weight decay applies to it
  bool is_embedding = false;  // of an embedding layer, to which they do not apply either
  Formula symbol;             // of the number,
  Formula loss;               // and of the loss, in the notation
  TraceSettings settings;
  UpdateOfNumber update;
  std::vector<std::uint32_t> rows;         // of the batch, from 0
  bool own_rows = false;                   // they are the network's own, not a table's
  std::vector<UpdateOfNumber> all;         // every recorded update, ascending
  std::optional<double> expected;          // w(k+1) by plain gradient descent; none: the optimiser is another
  double rounding = 0;                     // of the network's type, a share of a number
  std::optional<TraceAgreement> gradient;  // none: without rows
  std::optional<Derivation> derivation;    // on the batch's rows with the parameters before the update
  std::vector<std::string> remarks;
  std::vector<std::string> warnings;  // of encoding the rows
  NumberStyle numbers;

  bool is_decayed() const;  // weight decay applies to it
  bool has_l2() const;      // so does the l2 term
  bool is_frozen() const;   // biases are not updated
  bool agrees() const;      // w(k+1) is as expected, the gradient and the derivation with its judges agree

  // Whether w(k+1) is w(k) and this change, to rounding.
  bool is_change(double change) const;
  bool is_expected() const { return !expected || is_change(*expected - update.before); }
};

// Of a weight or a bias at update `step`. `data`: the table that was trained on, whole; null: the network's own rows,
// or no derivation if it has none. Of the options, loss and freeze_biases are those of the run, row_numbers those of
// the batch, and learning_rate does not apply. Throws UsageError (the update is not recorded, what is no parameter, a
// row that the table has not), ShapeError, and what encoding throws.
TraceExplanation explain_trace(const Trace& trace, std::size_t step, const Selector& what,
                               const Dataset* data = nullptr, const ExplainOptions& options = {});

Document document(const TraceExplanation& explanation);
std::string render_json(const TraceExplanation& explanation);  // schema: docs/explain.md
std::string render_dot(const TraceExplanation& explanation);   // its values from update to update; the derivation after

}  // namespace bprop
