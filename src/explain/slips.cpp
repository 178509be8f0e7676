// SPDX-License-Identifier: Apache-2.0
#include "explain/slips.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <limits>

#include "explain/symbols.h"
#include "explain/updated_weights.h"

namespace bprop::explaining {
namespace {

class Slips {
 public:
  Slips(const DoubleNetwork& network, const ExplainRows& rows, const ExplainOptions& options)
      : network_(network),
        rows_(rows),
        options_(options),
        parts_(network),
        forward_(forward_of(network, options.loss)) {}

  std::vector<Hypothesis> operator()() {
    add("", parts_);
    if (options_.learning_rate && parts_.layers() > 1) {
      add("hidden deltas with updated weights",
          with_updated_weights(network_, rows_, options_, *options_.learning_rate));
    }
    add_forgotten_slopes();
    add("a sign: the gradient's other direction", parts_, {}, -1);
    add("a factor of 2 too much", parts_, {}, 2);
    add("a factor of ½ too much", parts_, {}, 0.5);
    const double rows = static_cast<double>(rows_.input.size() / network_.inputs());
    if (rows > 1 && options_.loss.reduction == Reduction::kMean) add("1/N is missing", parts_, {}, rows);
    if (rows > 1 && options_.loss.reduction == Reduction::kSum) add("1/N that is not there", parts_, {}, 1 / rows);
    add_transposed();
    add_missing_paths();
    add_forgotten_connections();
    add_activated_softmax();
    return std::move(found_);
  }

 private:
  DoubleGradients forward_of(const DoubleNetwork& network, LossOptions loss) const {
    loss.reduction = Reduction::kSum;
    return gradients<double>(network, rows_.input, rows_.target, loss);
  }

  // The gradient by these rules, times a factor.
  void add(std::string name, const NetworkParts& backward, const BackwardSlips& slips = {}, double factor = 1) {
    std::vector<RowValues> values;
    const std::size_t count = rows_.input.size() / network_.inputs();
    for (std::size_t n = 0; n < count; ++n) {
      values.push_back(row_values(backward, forward_, rows_.input, n, options_.loss, slips));
    }
    add_values(std::move(name), backward, values, factor,
               loss<double>(network_, rows_.input, rows_.target, options_.loss));
  }

  void add_values(std::string name, const NetworkParts& backward, const std::vector<RowValues>& values, double factor,
                  double loss) {
    Hypothesis hypothesis;
    hypothesis.name = std::move(name);
    hypothesis.loss = loss;
    const double scale =
        factor * (options_.loss.reduction == Reduction::kMean ? 1.0 / static_cast<double>(values.size()) : 1.0);
    for (std::size_t l = 0; l < backward.layers(); ++l)
      hypothesis.layers.push_back(layer_of(backward, values, l, scale));
    const RowValues& first = values.front();
    for (std::size_t i = 0; i < network_.inputs(); ++i) {
      hypothesis.d_input.push_back(scale * first.d_input(backward, i));
    }
    hypothesis.loss_afterwards = loss_after(hypothesis);
    found_.push_back(std::move(hypothesis));
  }

  LayerGradients<double> layer_of(const NetworkParts& parts, const std::vector<RowValues>& values, std::size_t layer,
                                  double scale) const {
    const std::size_t units = parts.units(layer);
    LayerGradients<double> result;
    const LayerValues& first = values.front().layers[layer];
    result.z = first.z;
    result.a = first.a;
    for (const double d : first.d_output) result.d_output.push_back(scale * d);
    for (const double d : first.delta) result.delta.push_back(scale * d);
    result.d_weights.assign(parts.weights[layer].size(), 0.0);
    result.d_bias.assign(parts.biases[layer].size(), 0.0);
    for (const RowValues& row : values) {
      for (std::size_t j = 0; j < units; ++j) {
        const double delta = scale * row.layers[layer].delta[j];
        if (parts.bias(layer, j)) result.d_bias[j] += delta;
        for (const std::size_t i : parts.weighted_sources(layer, j)) {
          result.d_weights[parts.place(layer, j, i)] += delta * row.incoming(layer, i);
        }
      }
    }
    return result;
  }

  double loss_after(const Hypothesis& hypothesis) const {
    if (!options_.learning_rate) return std::numeric_limits<double>::quiet_NaN();
    const DoubleNetwork after = descended(network_, hypothesis.layers, options_, *options_.learning_rate);
    return loss<double>(after, rows_.input, rows_.target, options_.loss);
  }

  bool has_unit_slope(std::size_t layer) const { return parts_.activation(layer) == Activation::kIdentity; }

  void add_forgotten_slopes() {
    const Symbols symbols(parts_.architecture, options_.notation);
    const auto forgotten = [&](std::string_view where) {
      return fmt::format("{}' is forgotten in {}", symbols.activation_letter(), where);
    };
    const bool output =
        output_rule(parts_, options_.loss) == OutputRule::kScore && !has_unit_slope(parts_.layers() - 1);
    bool hidden = false;
    for (std::size_t l = 0; l + 1 < parts_.layers(); ++l) hidden = hidden || !has_unit_slope(l);
    if (output && hidden) add(forgotten("every layer"), parts_, {true, true});
    if (output) add(forgotten("the last layer"), parts_, {true, false});
    if (hidden) add(forgotten("hidden layers"), parts_, {false, true});
  }

  void add_transposed() {
    NetworkParts transposed = parts_;
    bool any = false;
    for (std::size_t l = 1; l < parts_.layers(); ++l) {
      if (!can_be_transposed(parts_, l)) continue;
      any = true;
      for (std::size_t j = 0; j < parts_.units(l); ++j) {
        for (const std::size_t i : parts_.sources(l, j)) {
          transposed.weights[l][parts_.place(l, j, i)] = parts_.weight(l, i, j);
        }
      }
    }
    if (any) add("transposed weights on the way back", transposed);
  }

  // Without one unit of a layer on the way back.
  void add_missing_paths() {
    for (std::size_t l = 1; l < parts_.layers(); ++l) {
      const std::size_t units = parts_.units(l);
      if (!parts_.has_weights(l) || units < 2 || units > kMostUnitsToLeaveOut) continue;
      for (std::size_t k = 0; k < units; ++k) {
        if (parts_.passes_on(l, k)) continue;
        NetworkParts without = parts_;
        for (const std::size_t i : parts_.sources(l, k)) without.weights[l][parts_.place(l, k, i)] = 0;
        add(fmt::format("the path through unit {} of layer {} is missing", k + 1, l + 1), without);
      }
    }
  }

  void add_forgotten_connections() {
    if (!has_adders(parts_)) return;
    NetworkParts without = parts_;
    for (auto& adders : without.adders) adders.clear();
    add(std::string(kForgottenConnections), without);
  }

  // Note 003, line 32: softmax of a sigmoid's output in place of z.
  void add_activated_softmax() {
    if (options_.loss.loss != Loss::kCrossEntropy || output_rule(parts_, options_.loss) != OutputRule::kPair) return;
    Architecture activated = parts_.architecture;
    std::get<Dense>(activated.layers.back()).activation = Activation::kSigmoid;
    DoubleNetwork other(activated, {.initializer = Initializer::kZeros, .arithmetic = network_.arithmetic()});
    for (std::size_t l = 0; l < parts_.layers(); ++l) {
      other.set_weights(l, parts_.weights[l]);
      if (parts_.bias(l)) other.set_bias(l, parts_.biases[l]);
    }
    const NetworkParts other_parts(other);
    const DoubleGradients forward = forward_of(other, options_.loss);
    std::vector<RowValues> values;
    for (std::size_t n = 0; n < rows_.input.size() / network_.inputs(); ++n) {
      values.push_back(row_values(other_parts, forward, rows_.input, n, options_.loss));
    }
    add_values("softmax of an activated output", other_parts, values, 1,
               loss<double>(other, rows_.input, rows_.target, options_.loss));
  }

  const DoubleNetwork& network_;
  ExplainRows rows_;
  const ExplainOptions& options_;
  NetworkParts parts_;
  DoubleGradients forward_;
  std::vector<Hypothesis> found_;
};

}  // namespace

std::vector<Hypothesis> hypotheses(const DoubleNetwork& network, const ExplainRows& rows,
                                   const ExplainOptions& options) {
  return Slips(network, rows, options)();
}

}  // namespace bprop::explaining
