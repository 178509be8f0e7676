// SPDX-License-Identifier: Apache-2.0
//
// PredictionPass: all rows of a source through a network, up to 256 at a time: losses and predictions for validation,
// evaluate and predict. Allocates in its constructor only.
#pragma once

#include <functional>
#include <numeric>
#include <optional>

#include "linalg/panels.h"
#include "nn/leaves.h"
#include "nn/propagation.h"
#include "nn/row_loader.h"
#include "train/row_source.h"

namespace bprop::training {

struct PassOptions {
  bool targets = false;    // and the losses of the rows
  double temperature = 1;  // what scores are divided by before loss and link (bprop/calibration.h)
  bool scores = false;     // the predictions are the scores, before the loss's link
};

template <class T>
class PredictionPass {
 public:
  PredictionPass(const Architecture& architecture, const LossOptions& loss, const RowSource<T>& source,
                 const PassOptions& options)
      : source_(source),
        loss_(loss),
        options_(options),
        workspace_(architecture, std::min(std::max<std::size_t>(source.rows(), 1), nn::kLeafRows),
                   nn::Keep::kInference),
        positions_(workspace_.capacity()),
        load_(architecture, workspace_.capacity()),
        targets_(options.targets ? workspace_.capacity() * architecture.outputs() : 0),
        predictions_(workspace_.capacity() * architecture.outputs()) {}

  // Calls visit(first, count, predictions, targets) with row-major matrices for every few rows, in order; targets is
  // null without. Returns the sum of the rows' losses (0 without targets), or nothing when `stop`, asked every few
  // rows, says true.
  template <class Visit>
  std::optional<double> run(const nn::Engine<T>& engine, const nn::NetworkState<T>& network, const Visit& visit,
                            const std::function<bool()>& stop = {}) {
    double loss = 0;
    for (std::size_t first = 0; first < source_.rows(); first += workspace_.capacity()) {
      if (stop && stop()) return std::nullopt;
      const std::size_t count = std::min(workspace_.capacity(), source_.rows() - first);
      loss += pass(engine, network, first, count);
      visit(first, count, predictions_.data(), targets_.empty() ? nullptr : targets_.data());
    }
    return loss;
  }

 private:
  double pass(const nn::Engine<T>& engine, const nn::NetworkState<T>& network, std::size_t first, std::size_t count) {
    const Architecture& architecture = network.architecture;
    const std::size_t outputs = architecture.outputs();
    std::iota(positions_.begin(), positions_.begin() + static_cast<std::ptrdiff_t>(count),
              static_cast<std::uint32_t>(first));
    const auto read = [&](std::size_t at, std::size_t some, T* inputs, T*) -> nn::RowMajor<T> {
      T* const targets = targets_.empty() ? nullptr : targets_.data() + at * outputs;  // all are kept
      source_.fill(std::span(positions_).subspan(at, some), inputs, targets);
      return {inputs, targets};
    };
    load_(engine, count, read, workspace_);
    nn::forward(engine, network, count, nn::scores_end(architecture, loss_.loss), workspace_);
    T* const scores = workspace_[architecture.layers.size() - 1].a;  // z and a share memory in inference
    if (options_.temperature != 1) cool(scores, count * linalg::padded(outputs));
    double loss = 0;
    if (!targets_.empty()) loss = nn::loss(engine, architecture, loss_, count, T(1), false, workspace_);
    if (!options_.scores) nn::activate(engine, rule(loss_.loss).link, scores, scores, count, outputs);
    linalg::from_panels(scores, count, outputs, predictions_.data());
    const std::size_t levels = target_outputs(loss_).count;
    if (loss_.loss == Loss::kQuantile && levels > 1 && !options_.scores) {
      for (std::size_t i = 0; i + levels <= count * outputs; i += levels) ascend(predictions_.data() + i, levels);
    }
    return loss;
  }

  // Quantiles that cross are put in order; one that is no number stays where it is.
  static void ascend(T* values, std::size_t count) {
    for (std::size_t i = 1; i < count; ++i) {
      for (std::size_t k = i; k > 0 && values[k] < values[k - 1]; --k) std::swap(values[k], values[k - 1]);
    }
  }

  void cool(T* scores, std::size_t count) const {
    const T temperature = static_cast<T>(options_.temperature);
    for (std::size_t i = 0; i < count; ++i) scores[i] /= temperature;
  }

  const RowSource<T>& source_;
  LossOptions loss_;
  PassOptions options_;
  nn::Workspace<T> workspace_;
  std::vector<std::uint32_t> positions_;
  nn::RowLoader<T> load_;
  std::vector<T> targets_;
  std::vector<T> predictions_;
};

// Whether the outputs of a model of classes are probabilities: softmax, or one sigmoid.
bool gives_probabilities(const Model& model, const TargetColumn& target);

// Position of the largest of `count` values; the first at a tie.
template <class T>
std::size_t largest_position(const T* values, std::size_t count) {
  return static_cast<std::size_t>(std::max_element(values, values + count) - values);
}

// The class that a row of outputs stands for: arg max, or ≥ the threshold for a single output.
template <class T>
std::size_t class_of(const T* outputs, std::size_t count, double threshold = 0.5) {
  return count == 1 ? static_cast<std::size_t>(outputs[0] >= static_cast<T>(threshold))
                    : largest_position(outputs, count);
}

// Where a single output of two classes turns: ½, or 0 where it is a margin.
inline double class_threshold(Loss loss) { return loss == Loss::kHinge ? 0 : 0.5; }

}  // namespace bprop::training
