// SPDX-License-Identifier: Apache-2.0
//
// Kernels<T>: everything the engine does to numbers, as one table of functions for an element type, a class of
// arithmetic and an instruction set. All matrices are panels (linalg/panels.h); all functions overwrite their output.
//
//   float            a plain reference and one table per instruction set, equal bit for bit
//   double           plain loops: checks, explanations, textbook exercises
//   complex<double>  forward and loss only (complex step); the entries for the backward pass are null
//
// Order of arithmetic, the same in every table: one accumulator per element, starting at 0; the inner index ascends;
// each step is one mul_add of the class; bias last. So any split of the output over threads gives the same bits.
#pragma once

#include <complex>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "bprop/activation.h"
#include "bprop/arithmetic.h"
#include "bprop/loss.h"
#include "linalg/panels.h"

namespace bprop::linalg {

// What sums of a norm add up in.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, float>, double, T>;

template <class T>
struct Kernels {
  const char* target;  // "reference", "AVX2", …
  Arithmetic arithmetic;

  // out(n, j) = Σ_i a(n, i) w(j, i) + bias(j), for the rows and 16-column blocks of the ranges.
  //   a (rows × inner)   w: weight panels [block][inner][16]   bias: padded, or null   out (rows × 16·blocks)
  // The sums start at 0 or, if `onto`, at what `out` holds: a product may be cut at multiples of 16 inner indices.
  // Forward: a = the layer's input. Backward: a = delta, w = the transposed twin, no bias.
  void (*product)(const T* a, std::size_t rows, std::size_t inner, const T* w, const T* bias, T* out, Range blocks,
                  Range row_range, bool onto);

  // d_w(j, i) = Σ_n delta(n, j) a(n, i), in the layout of weights, for blocks of 16 outputs j and a range of inputs i.
  //   a (rows × in)   delta (rows × 16·blocks)   d_w [block][in][16]
  void (*weight_gradient)(const T* a, const T* delta, std::size_t rows, std::size_t in, T* d_w, Range blocks,
                          Range inputs);

  // d_b(j) = Σ_n delta(n, j) for blocks of 16 outputs.
  void (*bias_gradient)(const T* delta, std::size_t rows, T* d_b, Range blocks);

  // out(n, j) = x(n, j) s(j) and d_s(j) = Σ_n delta(n, j) x(n, j), for blocks of 16 columns; s, d_s padded. Backward of
  // the first, delta = ∂L/∂out: ∂L/∂x is delta scaled, ∂L/∂s is d_s. out may be x.
  void (*scale)(const T* x, const T* s, std::size_t rows, T* out, Range blocks);
  void (*scale_gradient)(const T* x, const T* delta, std::size_t rows, T* d_s, Range blocks);

  // Layer normalisation of rows: out = γ ⊙ u + bias, u = (x − mean) r, r = 1 / √(variance + epsilon) over the
  // row's columns; statistics (rows × 2): mean, r. γ, bias padded; out's padding is zero.
  void (*layer_norm)(const T* x, const T* gamma, const T* bias, std::size_t rows, std::size_t columns, double epsilon,
                     T* out, Wide<T>* statistics, Range row_range);
  // d_γ(j) = Σ_n delta(n, j) u(n, j) for blocks of 16 columns, and ∂L/∂x of a range of rows, padding zero: the adjoints
  // of the above, delta = ∂L/∂out.
  void (*layer_norm_gradient)(const T* x, const T* delta, const Wide<T>* statistics, std::size_t rows, T* d_gamma,
                              Range blocks);
  void (*layer_norm_backward)(const T* x, const T* delta, const T* gamma, const Wide<T>* statistics, std::size_t rows,
                              std::size_t columns, T* d_x, Range row_range);

  // Batch normalisation of blocks of 16 columns: mean, variance (divided by rows) and r = 1 / √(variance + epsilon) of
  // each, in lines of 16 (blocks × 3 × 16); then out = γ ⊙ u + bias, u = (x − mean) r, by statistics of these rows or
  // any others. γ, bias padded with zeros, so is out.
  void (*batch_statistics)(const T* x, std::size_t rows, double epsilon, Wide<T>* statistics, Range blocks);
  void (*batch_norm)(const T* x, const T* gamma, const T* bias, const Wide<T>* statistics, std::size_t rows, T* out,
                     Range blocks);
  // The adjoints: d_γ(j) = Σ_n delta(n, j) u(n, j), and ∂L/∂x, with the statistics moving as the rows move (of_rows) or
  // being constants.
  void (*batch_norm_gradient)(const T* x, const T* delta, const Wide<T>* statistics, std::size_t rows, T* d_gamma,
                              Range blocks);
  void (*batch_norm_backward)(const T* x, const T* delta, const T* gamma, const Wide<T>* statistics, std::size_t rows,
                              bool of_rows, T* d_x, Range blocks);

  // to(j, i) = from(i, j) for a block of 16 outputs: from [inputs][16 outputs], to [outputs][16 inputs], both at most
  // 16 lines; the padding of a line of `to` is zero.
  void (*transpose)(const T* from, std::size_t inputs, std::size_t outputs, T* to);

  // a = φ(z) and delta = d_a ⊙ φ'(z), element by element, count a multiple of 16; a may be z, delta may be d_a.
  void (*activate)(Activation activation, const T* z, T* a, std::size_t count);
  void (*activate_backward)(Activation activation, const T* z, const T* a, const T* d_a, T* delta, std::size_t count);

  // a = softmax(z) row by row; delta_j = a_j (d_a_j − Σ_k a_k d_a_k), the full Jacobian. In place as above.
  void (*softmax)(const T* z, T* a, std::size_t rows, std::size_t columns);
  void (*softmax_backward)(const T* a, const T* d_a, T* delta, std::size_t rows, std::size_t columns);

  // values(n, k): what output k adds to the loss of row n. d_scores(n, k) = scale · ∂l_n/∂s(n, k), padding zero; may be
  // null. The options' loss and its loss_parameter() count; reduction and label smoothing are the caller's.
  void (*loss)(const LossOptions& options, const T* scores, const T* targets, std::size_t rows, std::size_t columns,
               T scale, T* values, T* d_scores);

  // Panels of outputs that product and weight_gradient want in one call to be fast; their results are the same.
  std::size_t together = 1;
};

// The fastest table of this processor for that class.
const Kernels<float>& float_kernels(Arithmetic arithmetic);
// The plain reference.
const Kernels<float>& reference_kernels(Arithmetic arithmetic);
// For tests of whole trainings: while on, float_kernels() and optim::float_updates() give the plain reference. Of the
// whole process; networks and trainers made before keep what they have.
void use_reference_kernels(bool on);
bool reference_kernels_in_use();
// Every table that this processor can run for that class, the reference first (for tests and benchmarks).
std::vector<const Kernels<float>*> all_float_kernels(Arithmetic arithmetic);

const Kernels<double>& double_kernels(Arithmetic arithmetic);
const Kernels<std::complex<double>>& complex_kernels();

// The default table of an element type.
template <class T>
const Kernels<T>& kernels_for(Arithmetic arithmetic);

}  // namespace bprop::linalg
