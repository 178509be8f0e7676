// SPDX-License-Identifier: Apache-2.0
#include "nn/dropout.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/random.h"
#include "linalg/panels.h"

namespace bprop::nn {
namespace {

using linalg::kPanel;

constexpr std::size_t kWords = 4;  // of a random block

RandomKey key_of_row(const PassKey& key, std::size_t row) {
  return {key.seed, Purpose::kDropout, static_cast<std::uint32_t>(key.first_row + row),
          static_cast<std::uint32_t>(key.step)};
}

// Drops the words below `bound`, which is p · 2³².
struct Masking {
  std::uint64_t bound;
  double factor;

  Masking(const Dropout& layer, const PassKey& key) {
    const double p = layer.probability * key.dropout;
    BPROP_DCHECK(p >= 0 && p < 1);
    bound = static_cast<std::uint64_t>(p * 0x1p32);
    factor = 1 / (1 - p);
  }
  double operator()(std::uint32_t word) const { return word < bound ? 0 : factor; }
};

// out = x ⊙ r, or x where there is no mask.
template <class T>
void multiply(const T* x, const T* mask, linalg::Range range, T* out) {
  if (mask == nullptr) {
    if (out != x) std::copy(x + range.begin, x + range.end, out + range.begin);
    return;
  }
  for (std::size_t i = range.begin; i < range.end; ++i) out[i] = x[i] * mask[i];
}

}  // namespace

std::size_t first_masked_unit(const Architecture& architecture, std::size_t layer) {
  std::size_t units = 0;
  for (std::size_t k = 0; k < layer; ++k) {
    const auto* const dropout = std::get_if<Dropout>(&architecture.layers[k]);
    if (dropout != nullptr) units += linalg::padded(dropout->size);
  }
  return units;
}

double mask_number(const Dropout& layer, const PassKey& key, std::size_t first_unit, std::size_t row,
                   std::size_t unit) {
  const std::size_t number = first_unit + unit;
  return Masking(layer,
                 key)(random_block(key_of_row(key, row), static_cast<std::uint32_t>(number / kWords))[number % kWords]);
}

template <class T>
void draw_mask(const Dropout& layer, const PassKey& key, std::size_t first_unit, std::size_t rows, T* mask,
               Share share) {
  const Masking masking(layer, key);
  const T kept = static_cast<T>(masking.factor);
  const linalg::Range range = numbers_of(share, layer.size, rows);
  for (std::size_t line = range.begin / kPanel; line < range.end / kPanel; ++line) {
    const RandomKey of_row = key_of_row(key, line % rows);
    const std::size_t unit = first_unit + line / rows * kPanel;
    for (std::size_t lane = 0; lane < kPanel; lane += kWords) {
      const auto words = random_block(of_row, static_cast<std::uint32_t>((unit + lane) / kWords));
      for (std::size_t i = 0; i < kWords; ++i) mask[line * kPanel + lane + i] = words[i] < masking.bound ? T(0) : kept;
    }
  }
}

template <class T>
void layer_forward(const linalg::Kernels<T>&, const Dropout& layer, const T* x, const Parameters<T>& parameters,
                   std::size_t rows, bool activate, const LayerValues<T>& values, Share share) {
  const linalg::Range range = numbers_of(share, layer.size, rows);
  multiply(x, parameters.mask, range, values.z);
  if (activate && values.a != values.z) std::copy(values.z + range.begin, values.z + range.end, values.a + range.begin);
}

template <class T>
void layer_parameter_gradient(const linalg::Kernels<T>&, const Dropout&, const LayerLayout&, std::size_t, const T*,
                              const T*, const Parameters<T>&, std::size_t, const GradientSink<T>&, T*, Share) {}

template <class T>
void layer_input_gradient(const linalg::Kernels<T>& kernels, const Dropout& layer, const T* delta,
                          const Parameters<T>& parameters, std::size_t rows, T* d_x, const Below<T>& below,
                          Share share) {
  // z = x ⊙ r
  const linalg::Range range = numbers_of(share, layer.size, rows);
  multiply(delta, parameters.mask, range, d_x);
  delta_below(kernels, below, d_x, range);
}

BPROP_INSTANTIATE_LAYER(Dropout)
template void draw_mask(const Dropout&, const PassKey&, std::size_t, std::size_t, float*, Share);
template void draw_mask(const Dropout&, const PassKey&, std::size_t, std::size_t, double*, Share);
template void draw_mask(const Dropout&, const PassKey&, std::size_t, std::size_t, std::complex<double>*, Share);

}  // namespace bprop::nn
