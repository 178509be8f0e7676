// SPDX-License-Identifier: Apache-2.0
//
// PredictionGradient: ∂prediction/∂input of every output, by the engine's own backward pass: the network with the
// loss's link as its last activation, a = prediction, and the loss ½ Σ (a − y)² with y = a − s eₖ, whose ∂L/∂a is s eₖ.
// s is a power of two near the largest |a| of the row, so that a − y loses no more than a's last digit.
#pragma once

#include <span>
#include <vector>

#include "bprop/gradients.h"
#include "bprop/model.h"

namespace bprop::training {

template <class T>
class PredictionGradient {
 public:
  // Throws UsageError for a network whose last layer cannot carry the link.
  explicit PredictionGradient(const Model& model, ThreadPool* pool);

  std::size_t outputs() const { return network_.outputs(); }

  // Calls visit(k, row, d) for every output k, then row: d (inputs) is ∂prediction[k]/∂input. input (N × inputs).
  template <class Visit>
  void operator()(std::span<const T> input, const Visit& visit) {
    const std::size_t inputs = network_.inputs();
    const std::size_t rows = input.size() / inputs;
    predict(input, rows);
    for (std::size_t k = 0; k < outputs(); ++k) {
      const std::vector<T>& d_input = backward(input, k);
      for (std::size_t n = 0; n < rows; ++n) {
        for (std::size_t i = 0; i < inputs; ++i) row_[i] = static_cast<double>(d_input[n * inputs + i]) / steps_[n];
        visit(k, n, std::span<const double>(row_));
      }
    }
  }

 private:
  void predict(std::span<const T> input, std::size_t rows);
  const std::vector<T>& backward(std::span<const T> input, std::size_t output);

  BasicNetwork<T> network_;
  ThreadPool* pool_;
  std::vector<T> predictions_;  // (rows × outputs)
  std::vector<T> targets_;      // (rows × outputs)
  std::vector<double> steps_;   // (rows)
  std::vector<double> row_;
  BasicGradients<T> last_;
};

}  // namespace bprop::training
