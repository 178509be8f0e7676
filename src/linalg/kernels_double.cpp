// SPDX-License-Identifier: Apache-2.0
//
// Plain kernels of double and complex<double>. The double ones are compiled once per instruction set too, so that
// std::fma is an instruction and the compiler may use vectors; the source is the same plain loop.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "linalg/kernels_double.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes first.
#include <hwy/highway.h>

#include <cmath>
#include <complex>

#include "linalg/kernels.h"
#include "linalg/lanes.h"
#include "linalg/panels.h"

HWY_BEFORE_NAMESPACE();
namespace bprop::HWY_NAMESPACE {
namespace {

template <bool kFma>
BPROP_INLINE double accumulate(double sum, double a, double b) {
  if constexpr (kFma) return std::fma(a, b, sum);
  return sum + a * b;
}

#include "linalg/products_plain.inc"

}  // namespace

// The entries that an instruction set matters for.
linalg::Kernels<double> double_products(Arithmetic arithmetic) {
  linalg::Kernels<double> kernels{};
  kernels.target = hwy::TargetName(HWY_TARGET);
  kernels.arithmetic = arithmetic;
  const bool fma = arithmetic == Arithmetic::kFma;
  kernels.product = fma ? &product<double, true> : &product<double, false>;
  kernels.weight_gradient = fma ? &weight_gradient<double, true> : &weight_gradient<double, false>;
  kernels.bias_gradient = &bias_gradient<double>;
  kernels.scale = &scale<double>;
  kernels.scale_gradient = fma ? &scale_gradient<double, true> : &scale_gradient<double, false>;
  kernels.transpose = &transpose<double>;
  return kernels;
}

}  // namespace bprop::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bprop {

HWY_EXPORT(double_products);

namespace scalar {
namespace {

template <bool kFma>
Complex accumulate(Complex sum, Complex a, Complex b) {
  return {sum.real() + (a.real() * b.real() - a.imag() * b.imag()),
          sum.imag() + (a.real() * b.imag() + a.imag() * b.real())};
}

#include "linalg/batch_norm_loops.inc"
#include "linalg/element_loops.inc"
#include "linalg/layer_norm_loops.inc"
#include "linalg/loss_loops.inc"
#include "linalg/products_plain.inc"

linalg::Kernels<double> make_double_table(Arithmetic arithmetic) {
  linalg::Kernels<double> kernels = HWY_DYNAMIC_DISPATCH(double_products)(arithmetic);
  kernels.layer_norm = &layer_norm<double>;
  kernels.layer_norm_gradient = &layer_norm_gradient<double>;
  kernels.layer_norm_backward = &layer_norm_backward<double>;
  kernels.batch_statistics = &batch_statistics<double>;
  kernels.batch_norm = &batch_norm<double>;
  kernels.batch_norm_gradient = &batch_norm_gradient<double>;
  kernels.batch_norm_backward = &batch_norm_backward<double>;
  kernels.activate = &activate<double>;
  kernels.activate_backward = &activate_backward<double>;
  kernels.softmax = &softmax<double>;
  kernels.softmax_backward = &softmax_backward<double>;
  kernels.loss = &loss<double>;
  return kernels;
}

linalg::Kernels<Complex> make_complex_table() {
  linalg::Kernels<Complex> kernels{};
  kernels.target = "reference";
  kernels.arithmetic = Arithmetic::kPortable;
  kernels.product = &product<Complex, false>;
  kernels.scale = &scale<Complex>;
  kernels.layer_norm = &layer_norm<Complex>;
  kernels.batch_statistics = &batch_statistics<Complex>;
  kernels.batch_norm = &batch_norm<Complex>;
  kernels.activate = &activate<Complex>;
  kernels.softmax = &softmax<Complex>;
  kernels.loss = &loss<Complex>;
  return kernels;
}

}  // namespace
}  // namespace scalar

namespace linalg {

const Kernels<double>& double_kernels(Arithmetic arithmetic) {
  static const Kernels<double> fma = scalar::make_double_table(Arithmetic::kFma);
  static const Kernels<double> portable = scalar::make_double_table(Arithmetic::kPortable);
  return arithmetic == Arithmetic::kFma ? fma : portable;
}

const Kernels<std::complex<double>>& complex_kernels() {
  static const Kernels<std::complex<double>> kernels = scalar::make_complex_table();
  return kernels;
}

template <>
const Kernels<float>& kernels_for<float>(Arithmetic arithmetic) {
  return float_kernels(arithmetic);
}
template <>
const Kernels<double>& kernels_for<double>(Arithmetic arithmetic) {
  return double_kernels(arithmetic);
}
template <>
const Kernels<std::complex<double>>& kernels_for<std::complex<double>>(Arithmetic) {
  return complex_kernels();
}

}  // namespace linalg
}  // namespace bprop
#endif  // HWY_ONCE
