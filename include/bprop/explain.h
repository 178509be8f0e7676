// SPDX-License-Identifier: Apache-2.0
//
// explain: the chain rule for one number of a network, written out with symbols and numbers – a derivation as data.
//
//   auto why = bprop::explain(net, {.input = x, .target = y}, bprop::weight(0, 2, 4), {.loss = {...}});
//   std::cout << bprop::render_text(bprop::document(why));
//
// The derivation computes its value itself, step by step from the forward pass, and says how far the double engine, a
// complex step and a central difference are from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bprop/document.h"
#include "bprop/loss.h"
#include "bprop/network.h"
#include "bprop/selector.h"

namespace bprop {

struct ExplainOptions {
  LossOptions loss = {};
  Notation notation = Notation::kOurs;
  std::optional<bool> column_vectors = {};   // matrix form z = W a + b; none: as the notation has it
  std::optional<std::size_t> depth = {};     // layers above the one asked about that get steps; none: all if these have
                                             // at most 16 units, else 1
  std::size_t top = 3;                       // largest contributions shown of a long sum, and samples of a batch
  std::size_t paths = 8;                     // most paths listed
  std::optional<double> learning_rate = {};  // shows the update of plain gradient descent
  bool freeze_biases = false;                // that update leaves biases as they are
  UnitNames names = {};
  std::vector<std::size_t> row_numbers = {};  // of people, one a row; empty: 1, 2, …
  std::optional<std::size_t> follow = {};     // of several rows, the one whose steps are shown, from 0; none: the one
                                              // with the largest term
  NumberStyle numbers = {};
};

// The rows to be explained, as the network reads them, row-major: input (N × inputs), target (N × outputs).
struct ExplainRows {
  std::span<const double> input;
  std::span<const double> target;
};

// A number that a step uses.
struct Source {
  enum class Origin : std::uint8_t {
    kStep,       // another step of the derivation
    kInput,      //
    kTarget,     //
    kParameter,  // of the forward pass, also on the way back
    kForward,    // z or a of the forward pass
    kBackward,   // a δ that has no step of its own here
  };
  Formula symbol;
  double value = 0;
  Origin origin = Origin::kForward;
  std::size_t step = 0;  // kStep: its place in the derivation
};

struct Step {
  std::string name;              // "delta 2:1"; layers and units from 1
  std::string reason;            // the rule, in words
  Formula left;                  // what it computes,
  std::vector<Formula> symbols;  // in symbols, one or several ways,
  Formula numbers;               // and with the numbers put in
  double value = 0;
  std::vector<Source> sources;
};

// One way from the number to the loss, as the product of the partial derivatives along it.
struct Path {
  std::string units;  // "w[1:1,1] → z[1:1] → z[2:2] → L"
  Formula symbols;
  Formula numbers;
  double value = 0;
};

// Exact counts; decimal digits, because they outgrow every integer.
struct Reuse {
  std::string paths;                        // from this number to the loss
  std::size_t partials = 0;                 // δ that this derivation needs, each computed once
  std::size_t uses = 0;                     // how often they are used
  std::string products_path_by_path;        // multiplications for the gradient of all weights, each path for itself
  std::string products_of_backpropagation;  // the same, every δ once
};

// How the notation writes what it speaks of in general; where hidden layers and the last differ, both: "σ'(q), σ'(z)".
struct GeneralSymbols {
  std::string d_output = "∂L/∂a";
  std::string slope = "φ'(z)";
  std::string delta = "δ";  // ∂L/∂z where the notation has no letter
  std::string delta_in_full = "δ = ∂L/∂z";
};

// ∂L/∂a, φ'(z) and δ of a unit of a row (N23).
struct UnitGradient {
  std::size_t layer = 0;
  std::size_t unit = 0;
  std::size_t layer_number = 1;  // as the notation counts
  std::size_t unit_number = 1;
  double d_output = 0;
  double slope = 0;  // NaN within softmax, whose derivative is a matrix
  double delta = 0;
};

// What others say of the value. Errors as shares of max(|value|, the tensor's largest).
struct Agreement {
  double engine = 0;
  double engine_error = 0;
  std::optional<double> complex_step = {};  // none: nothing that could be moved by a complex step
  double complex_error = 0;
  std::optional<double> difference = {};  // central, with the step below
  double difference_step = 0;
  double difference_bound = 0;        // what truncation and rounding may make of it
  std::optional<double> float_value;  // of a float network: what its training computes
  bool agrees = true;  // engine and complex step within 1e-12 of that, or of the terms' sum without their signs
};

// w ← w − η ∂L/∂w
struct Update {
  double learning_rate = 0;
  double before = 0;
  double after = 0;
};

struct Derivation {
  Selector what;
  std::string title;
  std::size_t rows = 1;
  std::size_t row = 1;      // of people: whose steps, paths and units these are
  std::vector<Step> steps;  // the first is what was asked for
  std::vector<Path> paths;  // the largest, if not all
  bool all_paths = false;
  Reuse reuse;
  std::vector<UnitGradient> units;
  GeneralSymbols symbols;
  std::vector<Equation> matrix_form;
  Equation backward_network;  // δ of the layer from what enters at the last one, in one expression (N21)
  Agreement agreement;
  std::optional<Update> update;
  std::vector<std::string> remarks;
  NumberStyle numbers;

  double value() const { return steps.front().value; }
};

// Of one row, or of the mean (or sum) over several: then of a weight or a bias. Throws ShapeError (sizes, no such
// number, no such row to follow), UsageError (several rows for a unit or an input). Cost: forward and backward passes
// in double and one in complex numbers.
template <class T>
Derivation explain(const BasicNetwork<T>& network, const ExplainRows& rows, const Selector& what,
                   const ExplainOptions& options = {});

extern template Derivation explain(const BasicNetwork<float>&, const ExplainRows&, const Selector&,
                                   const ExplainOptions&);
extern template Derivation explain(const BasicNetwork<double>&, const ExplainRows&, const Selector&,
                                   const ExplainOptions&);

// The derivation as a page: render_text, render_markdown, render_latex, render_html write it.
Document document(const Derivation& derivation);

std::string render_json(const Derivation& derivation);  // schema: docs/explain.md
std::string render_dot(const Derivation& derivation);   // the graph of its steps, for Graphviz

}  // namespace bprop
