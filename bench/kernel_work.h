// SPDX-License-Identifier: Apache-2.0
//
// One call of a kernel of the engine, on buffers that the work keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/aligned_buffer.h"
#include "base/random.h"
#include "bprop/optimizer.h"
#include "linalg/kernels.h"
#include "linalg/panels.h"
#include "optim/update.h"

namespace bprop::bench {

using Work = std::function<void()>;

// x (rows × in), W (out × in), delta (rows × out)
struct Shape {
  std::size_t rows, in, out;
  double flops() const { return 2.0 * static_cast<double>(rows * in * out); }
};

// A panel matrix (rows × columns) in [-0.5, 0.5).
inline std::shared_ptr<AlignedBuffer<float>> matrix(std::size_t rows, std::size_t columns) {
  auto values = std::make_shared<AlignedBuffer<float>>(rows * linalg::padded(columns));
  for (std::uint32_t i = 0; i < values->size(); ++i) (*values)[i] = random_uniform({.seed = 1}, i) - 0.5F;
  return values;
}

inline const linalg::Kernels<float>& kernels() { return linalg::float_kernels(native_arithmetic()); }

// z = x Wᵀ
inline Work forward(const Shape& s) {
  return [s, x = matrix(s.rows, s.in), w = matrix(s.in, s.out), z = matrix(s.rows, s.out)] {
    kernels().product(x->data(), s.rows, s.in, w->data(), nullptr, z->data(), {0, linalg::panels(s.out)}, {0, s.rows},
                      false);
  };
}

// d_input = delta W
inline Work input_gradient(const Shape& s) { return forward({s.rows, s.out, s.in}); }

// d_weights = deltaᵀ x
inline Work weight_gradient(const Shape& s) {
  return [s, x = matrix(s.rows, s.in), delta = matrix(s.rows, s.out), d_w = matrix(s.in, s.out)] {
    kernels().weight_gradient(x->data(), delta->data(), s.rows, s.in, d_w->data(), {0, linalg::panels(s.out)},
                              {0, s.in});
  };
}

inline constexpr std::size_t kElements = 4096;  // of the works below; in the first-level cache

inline Work activation(Activation id) {
  return [id, z = matrix(1, kElements), a = matrix(1, kElements)] {
    kernels().activate(id, z->data(), a->data(), kElements);
  };
}

inline Work activation_backward(Activation id) {
  return [id, z = matrix(1, kElements), delta = matrix(1, kElements)] {
    kernels().activate_backward(id, z->data(), z->data(), z->data(), delta->data(), kElements);
  };
}

inline Work update(const Optimizer& optimizer) {
  return [rule = optimizer.index(), numbers = optim::coefficients(optimizer, 1e-6, 0, 1, {.size = kElements}),
          w = matrix(1, kElements), g = matrix(1, kElements), m = std::make_shared<AlignedBuffer<float>>(kElements),
          s = std::make_shared<AlignedBuffer<float>>(kElements)] {
    optim::float_updates(native_arithmetic())
        .update(rule, numbers, w->data(), g->data(), m->data(), s->data(), kElements);
  };
}

}  // namespace bprop::bench
