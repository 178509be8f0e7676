// SPDX-License-Identifier: Apache-2.0
#include "explain/matrix_form.h"

#include <fmt/format.h>

namespace bprop::explaining {
namespace {

constexpr std::size_t kMostNested = 2;  // layers of the backward network written inside each other

std::string shape(std::size_t rows, std::size_t columns) { return fmt::format("({} × {})", rows, columns); }

class MatrixForm {
 public:
  MatrixForm(const NetworkParts& parts, const ExplainOptions& options, const Symbols& symbols, std::size_t rows)
      : parts_(parts),
        symbols_(symbols),
        rows_(rows),
        is_mean_(rows > 1 && options.loss.reduction == Reduction::kMean),
        columns_(options.column_vectors.value_or(symbols.column_vectors())),
        output_(output_rule(parts, options.loss)) {}

  std::vector<Equation> operator()(std::size_t layer) const {
    if (parts_.normalises(layer)) {
      return {normalised(layer), forward(layer), activation(layer), delta(layer), gradient(layer)};
    }
    if (!parts_.has_weights(layer)) return {forward(layer), activation(layer), delta(layer)};
    return {forward(layer), activation(layer), delta(layer), gradient(layer)};
  }

  Equation backward_network(std::size_t layer) const {
    std::size_t l = parts_.layers() - 1;
    const bool is_pair = output_ == OutputRule::kPair;
    Formula so_far =
        is_pair ? symbols_.deltas(l) : gained(l, math::partial(symbols_.row_loss(), symbols_.activations(l)));
    while (l > layer) {
      so_far = gained(l - 1, with_added(l, applied(l, std::move(so_far), false)));
      --l;
      // Of a deep network, the first and the last layer show the way.
      if (l > layer + kMostNested && l + 2 == parts_.layers()) {
        so_far = math::words(text_of(so_far) + " …", latex_of(so_far) + " \\cdots");
        l = layer + 1;
      }
    }
    const GeneralSymbols last = symbols_.in_general(parts_.layers() - 1);
    std::string z = symbols_.z_letter(layer);
    if (const std::string last_z = symbols_.z_letter(parts_.layers() - 1); last_z != z)
      z += fmt::format(" and {}", last_z);
    return {.reason = fmt::format("what enters is {} of the last layer; the gains {}' are constants, because the "
                                  "forward pass has fixed every "
                                  "{}; the weights are those of the forward pass, used the other way round",
                                  is_pair ? last.delta : last.d_output, symbols_.activation_letter(), z),
            .left = symbols_.deltas(layer),
            .right = {std::move(so_far)}};
  }

 private:
  // ⊙ φ'(z), or times softmax's Jacobian; nothing of a diagonal or an embedding layer without φ.
  Formula gained(std::size_t layer, Formula by_a) const {
    if (!parts_.is_dense(layer) && parts_.activation(layer) == Activation::kIdentity) return by_a;
    if (parts_.activation(layer) != Activation::kSoftmax) {
      return math::hadamard(std::move(by_a), math::call(fmt::format("{}'", symbols_.activation_letter()),
                                                        {symbols_.pre_activations(layer)}));
    }
    Formula jacobian = math::partial(symbols_.activations(layer), symbols_.pre_activations(layer));
    return columns_ ? math::product({std::move(jacobian), std::move(by_a)})
                    : math::product({std::move(by_a), std::move(jacobian)});
  }

  // ∂L/∂a at a place (0: the input): what comes through the next layer, and δ of those that add it.
  Formula with_added(std::size_t place, Formula through_next) const {
    if (parts_.adders[place].empty()) return through_next;
    std::vector<Formula> terms = {std::move(through_next)};
    for (const std::size_t adder : parts_.adders[place]) terms.push_back(symbols_.deltas(adder));
    return math::sum(std::move(terms));
  }

  // A vector of `size` numbers, as this convention lays it.
  std::string vector(std::size_t size) const { return columns_ ? shape(size, rows_) : shape(rows_, size); }
  // W as the notation stores it, so that its first index is out or in.
  std::string matrix(std::size_t layer) const {
    const std::size_t inputs = parts_.inputs(layer);
    const std::size_t units = parts_.units(layer);
    if (parts_.is_diagonal(layer)) return fmt::format("{} factors", units);
    if (parts_.is_embedding(layer)) {
      return fmt::format("{}, zeros outside of the groups, ones where a number is passed on",
                         symbols_.weights_are_in_by_out() ? shape(inputs, units) : shape(units, inputs));
    }
    return symbols_.weights_are_in_by_out() ? shape(inputs, units) : shape(units, inputs);
  }
  // W · column or row · Wᵀ, whichever way round W is stored: forward maps in to out, backward out to in. Factors are
  // the same either way. Back through a layer norm goes its Jacobian, which is no diagonal.
  Formula applied(std::size_t layer, Formula vector, bool forward) const {
    if (parts_.is_norm(layer) && !forward) {
      Formula jacobian = math::partial(symbols_.pre_activations(layer), symbols_.all_read(layer));
      return columns_ ? math::product({math::transposed(std::move(jacobian)), std::move(vector)})
                      : math::product({std::move(vector), std::move(jacobian)});
    }
    if (!parts_.has_weights(layer)) return vector;
    if (parts_.is_batch_norm(layer) && !forward) {
      return math::hadamard(std::move(vector),
                            math::quotient(symbols_.weights(layer), deviation(symbols_.variance(layer))));
    }
    if (parts_.is_diagonal(layer)) return math::hadamard(std::move(vector), symbols_.weights(layer));
    const bool transposed = columns_ == (symbols_.weights_are_in_by_out() == forward);
    const Formula weights = transposed ? math::transposed(symbols_.weights(layer)) : symbols_.weights(layer);
    return columns_ ? math::product({weights, std::move(vector)}) : math::product({std::move(vector), weights});
  }

  Equation forward(std::size_t layer) const {
    const Formula product = applied(layer, symbols_.all_incoming(layer), true);
    if (const auto added = added_place(parts_.architecture.layers[layer], layer)) {
      return {.reason = fmt::format("forward: {}", vector(parts_.units(layer))),
              .left = symbols_.pre_activations(layer),
              .right = {math::sum({product, symbols_.all_read(*added)})}};
    }
    if (!parts_.has_weights(layer)) {
      return {.reason = fmt::format("forward, as in predictions: {}", vector(parts_.units(layer))),
              .left = symbols_.pre_activations(layer),
              .right = {product}};
    }
    return {.reason = fmt::format("forward: {} from {} and {}", vector(parts_.units(layer)),
                                  vector(parts_.inputs(layer)), matrix(layer)),
            .left = symbols_.pre_activations(layer),
            .right = {parts_.bias(layer) ? math::sum({product, symbols_.biases(layer)}) : product}};
  }

  Equation normalised(std::size_t layer) const {
    return {.reason = parts_.is_batch_norm(layer)
                          ? "the numbers, each less its running mean in m, by the root of its running variance in v"
                          : "the numbers of a row, less their mean m, by the root of their variance v",
            .left = symbols_.all_normalised(layer),
            .right = {math::quotient(math::difference(symbols_.all_read(layer), symbols_.mean(layer)),
                                     deviation(symbols_.variance(layer)))}};
  }

  Equation activation(std::size_t layer) const {
    const Activation activation = parts_.activation(layer);
    if (parts_.is_diagonal(layer)) {
      return {.reason = fmt::format("{} has no activation: {}", kind_in_words(parts_.architecture.layers[layer]),
                                    vector(parts_.units(layer))),
              .left = symbols_.activations(layer),
              .right = {symbols_.pre_activations(layer)}};
    }
    if (parts_.is_embedding(layer)) {
      const bool is_none = activation == Activation::kIdentity;
      return {.reason = is_none ? fmt::format("no activation: {}", vector(parts_.units(layer)))
                                : fmt::format("{} of the groups' units; the others pass their number on: {}",
                                              rule(activation).name, vector(parts_.units(layer))),
              .left = symbols_.activations(layer),
              .right = {is_none ? symbols_.pre_activations(layer)
                                : math::call(symbols_.activation_letter(), {symbols_.pre_activations(layer)})}};
    }
    const bool is_softmax = activation == Activation::kSoftmax;
    return {.reason =
                fmt::format("{}, {}: {}", rule(activation).name,
                            is_softmax ? "over the units of each sample" : "unit by unit", vector(parts_.units(layer))),
            .left = symbols_.activations(layer),
            .right = {math::call(symbols_.activation_letter(), {symbols_.pre_activations(layer)})}};
  }

  Equation delta(std::size_t layer) const {
    Equation equation{.reason = fmt::format("backward: {}", vector(parts_.units(layer))),
                      .left = symbols_.deltas(layer)};
    const bool is_pair = parts_.is_last(layer) && output_ == OutputRule::kPair;
    if (is_pair) {
      equation.right = {math::difference(symbols_.activations(layer), symbols_.targets())};
      return equation;
    }
    const std::string_view jacobian =
        parts_.activation(layer) == Activation::kSoftmax ? "; the Jacobian of softmax is symmetric" : "";
    if (parts_.is_last(layer)) {
      equation.reason += jacobian;
      equation.right = {gained(layer, math::partial(symbols_.row_loss(), symbols_.activations(layer)))};
      return equation;
    }
    equation.reason += fmt::format(" from {}", vector(parts_.units(layer + 1)));
    if (parts_.has_weights(layer + 1)) equation.reason += fmt::format(" and {}", matrix(layer + 1));
    equation.reason += jacobian;
    if (parts_.is_norm(layer + 1)) {
      equation.reason += "; entry k, i of the layer norm's Jacobian is γ_k ([k = i] − (1 + u_k u_i) / n) / √(v + ε)";
    }
    for (const std::size_t adder : parts_.adders[layer + 1]) {
      equation.reason += fmt::format("; layer {} adds what this one gives", symbols_.layer_number(adder));
    }
    equation.right = {gained(layer, with_added(layer + 1, applied(layer + 1, symbols_.deltas(layer + 1), false)))};
    return equation;
  }

  // δ aᵀ is out × in for columns; for rows δᵀ a. Stored in × out, the other way round.
  Equation gradient(std::size_t layer) const {
    if (parts_.is_diagonal(layer)) return factor_gradient(layer);
    Formula first = symbols_.weights_are_in_by_out() ? symbols_.all_incoming(layer) : symbols_.deltas(layer);
    Formula second = symbols_.weights_are_in_by_out() ? symbols_.deltas(layer) : symbols_.all_incoming(layer);
    if (columns_) {
      second = math::transposed(std::move(second));
    } else {
      first = math::transposed(std::move(first));
    }
    const std::string where = parts_.is_embedding(layer) ? "where W has weights, " : "";
    const std::string shape_of_w = symbols_.weights_are_in_by_out() ? shape(parts_.inputs(layer), parts_.units(layer))
                                                                    : shape(parts_.units(layer), parts_.inputs(layer));
    return gradient_of(layer,
                       fmt::format("{}, {}of rank one for each sample{}", shape_of_w, where, bias_gradient(layer)),
                       {std::move(first), std::move(second)});
  }

  std::string bias_gradient(std::size_t layer) const {
    if (!parts_.bias(layer)) return {};
    const std::string delta = symbols_.delta_letter(layer);
    return rows_ == 1 ? fmt::format("; that of the bias is {} itself", delta)
                      : fmt::format("; that of the bias adds {} over the samples", delta);
  }

  // δ ⊙ a, added over the samples.
  Equation factor_gradient(std::size_t layer) const {
    const Formula each = math::hadamard(symbols_.deltas(layer), symbols_.all_incoming(layer));
    if (rows_ == 1) return gradient_of(layer, matrix(layer) + bias_gradient(layer), {each});
    return gradient_of(layer, fmt::format("{}, added over the samples n{}", matrix(layer), bias_gradient(layer)),
                       {math::sum_over("n", each)});
  }

  Equation gradient_of(std::size_t layer, const std::string& what, std::vector<Formula> factors) const {
    if (is_mean_) {
      factors.insert(factors.begin(), math::quotient(math::number(1), math::number(static_cast<double>(rows_))));
    }
    return {.reason = fmt::format("gradient: {}", what),
            .left = math::partial(rows_ == 1 ? symbols_.row_loss() : symbols_.loss(), symbols_.weights(layer)),
            .right = {math::product(std::move(factors))}};
  }

  const NetworkParts& parts_;
  const Symbols& symbols_;
  std::size_t rows_;  // of samples
  bool is_mean_;
  bool columns_;
  OutputRule output_;
};

}  // namespace

std::vector<Equation> matrix_form(const NetworkParts& parts, const Selector& what, const ExplainOptions& options,
                                  const Symbols& symbols, std::size_t rows) {
  return MatrixForm(parts, options, symbols, rows)(what.kind == Selector::Kind::kInput ? 0 : what.layer);
}

Equation backward_network(const NetworkParts& parts, const Selector& what, const ExplainOptions& options,
                          const Symbols& symbols) {
  return MatrixForm(parts, options, symbols, 1).backward_network(what.kind == Selector::Kind::kInput ? 0 : what.layer);
}

}  // namespace bprop::explaining
