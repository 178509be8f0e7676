// SPDX-License-Identifier: Apache-2.0
//
// Gradient checks: the engine against three independent judges – the same network written on the tape, the complex step
// and the central difference – each within the tolerance that honest code meets and wrong code does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "bprop/gradients.h"
#include "bprop/loss.h"
#include "bprop/network.h"
#include "bprop/pass.h"
#include "bprop/thread_pool.h"

namespace bprop {

struct CheckOptions {
  std::size_t sampled_entries = 50;  // per tensor, for complex step and differences; 0: all
  std::uint64_t seed = 0;            // which ones
  double kink_distance = 1e-4;       // rows with a |z| (or |s − y|) this close to a kink are left out and counted
  // Tolerances; each is a multiple of the size named.
  double float_tolerance = 1e-5;    // float engine against tape: of the network's largest gradient
  double double_tolerance = 1e-12;  // double engine against tape and complex step: of max(|entry|, tensor's largest);
                                    // in training through batch norms, of the network's largest gradient if larger
  double difference_tolerance = 1e-7;  // central difference: of the tensor's largest, plus its own rounding error
  PassKey pass{};  // which function: a prediction's, or a training's with the masks of this key, by the rows' numbers
                   // among those that are checked, and with batch norms over their leaves
  // Changes only speed.
  ThreadPool* pool = nullptr;
};

// One tensor: layers.K.weight, layers.K.bias (K from 0) or input. Errors are shares of the sizes named above.
struct TensorCheck {
  std::string name;
  std::size_t entries = 0;
  std::size_t sampled = 0;
  double float_error = 0;       // 0 for a double network
  double double_error = 0;      // against the tape
  double complex_error = 0;     // against the complex step
  double difference_error = 0;  // |engine − difference| / (its own bound); shown, not judged
  std::string worst_entry;      // "(3, 5)": to unit 3, from unit 5, counted from 1
  bool passed = true;
};

struct CheckReport {
  std::vector<TensorCheck> tensors;
  std::size_t rows = 0;       // checked
  std::size_t kink_rows = 0;  // left out
  bool passed = true;         // false too if every row was left out: then nothing was checked
};

// Checks ∂L/∂W, ∂L/∂b of every layer and ∂L/∂x on these rows: input (N × in), target (N × out). For a float network
// the float engine is judged at its float parameters. `engine_gradients`, if given, is checked in place of the
// engine's own: for testing the checker, and for engines that are not ours.
// Cost: a tape per row, plus sampled_entries complex forward passes per tensor. Throws ShapeError.
template <class T>
CheckReport check_gradients(const BasicNetwork<T>& network, std::span<const T> input, std::span<const T> target,
                            const LossOptions& loss = {}, const CheckOptions& options = {},
                            const BasicGradients<T>* engine_gradients = nullptr);

extern template CheckReport check_gradients(const BasicNetwork<float>&, std::span<const float>, std::span<const float>,
                                            const LossOptions&, const CheckOptions&, const BasicGradients<float>*);
extern template CheckReport check_gradients(const BasicNetwork<double>&, std::span<const double>,
                                            std::span<const double>, const LossOptions&, const CheckOptions&,
                                            const BasicGradients<double>*);

// A table of the report, one line a tensor.
std::ostream& operator<<(std::ostream& out, const CheckReport& report);

}  // namespace bprop
