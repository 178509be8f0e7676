// SPDX-License-Identifier: Apache-2.0
//
// The plain float kernels: every other float table must give the same bits.
#include <atomic>
#include <cmath>

#include "linalg/kernels.h"
#include "linalg/lanes.h"
#include "linalg/panels.h"

namespace bprop::reference {
namespace {

template <bool kFma>
float accumulate(float sum, float a, float b) {
  if constexpr (kFma) return std::fma(a, b, sum);
  return sum + a * b;
}

#include "calculus/activation_formulas.inc"
#include "calculus/loss_formulas.inc"
#include "linalg/batch_norm_loops.inc"
#include "linalg/element_loops.inc"
#include "linalg/layer_norm_loops.inc"
#include "linalg/loss_loops.inc"
#include "linalg/products_plain.inc"

template <bool kFma>
constexpr linalg::Kernels<float> kTable = {
    "reference",
    kFma ? Arithmetic::kFma : Arithmetic::kPortable,
    &product<float, kFma>,
    &weight_gradient<float, kFma>,
    &bias_gradient<float>,
    &scale<float>,
    &scale_gradient<float, kFma>,
    &layer_norm<float>,
    &layer_norm_gradient<float>,
    &layer_norm_backward<float>,
    &batch_statistics<float>,
    &batch_norm<float>,
    &batch_norm_gradient<float>,
    &batch_norm_backward<float>,
    &transpose<float>,
    &activate<FloatScalar<kFma>>,
    &activate_backward<FloatScalar<kFma>>,
    &softmax<FloatScalar<kFma>>,
    &softmax_backward<FloatScalar<kFma>>,
    &loss<FloatScalar<kFma>>,
};

}  // namespace
}  // namespace bprop::reference

namespace bprop::linalg {
namespace {

std::atomic<bool> reference_only{false};

}  // namespace

void use_reference_kernels(bool on) { reference_only = on; }
bool reference_kernels_in_use() { return reference_only; }

const Kernels<float>& reference_kernels(Arithmetic arithmetic) {
  return arithmetic == Arithmetic::kFma ? reference::kTable<true> : reference::kTable<false>;
}

}  // namespace bprop::linalg
