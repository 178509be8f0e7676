// SPDX-License-Identifier: Apache-2.0
//
// The instruction sets of this processor against the plain reference, bit for bit. The bytes choose the set, the
// kernel, the shape, the misalignment, and the numbers, of any bit pattern that is finite.
#include "linalg/kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/aligned_buffer.h"
#include "target.h"

namespace bprop::fuzz {
namespace {

using namespace linalg;

class Numbers {
 public:
  Numbers(std::size_t size, std::size_t offset) : memory_(size + offset), size_(size), offset_(offset) {}
  float* data() { return memory_.data() + offset_; }
  const float* data() const { return memory_.data() + offset_; }
  std::size_t size() const { return size_; }

 private:
  AlignedBuffer<float> memory_;
  std::size_t size_, offset_;
};

// What the bytes choose.
struct Choice {
  std::size_t rows, inner, blocks, offset;
  Activation activation;
  std::string_view pattern;

  std::size_t columns() const { return kPanel * blocks; }

  // Four bytes a number, over and over.
  Numbers numbers(std::size_t size) const {
    Numbers result(size, offset);
    for (std::size_t i = 0; i < size; ++i) {
      float value = static_cast<float>(i % 7) - 3;
      if (pattern.size() >= sizeof(float)) {
        const std::size_t at = i * sizeof(float) % (pattern.size() / sizeof(float) * sizeof(float));
        std::memcpy(&value, pattern.data() + at, sizeof(float));
      }
      result.data()[i] = std::isfinite(value) ? value : 1;
    }
    return result;
  }
};

// Equal bit for bit, or both NaN: sums of finite numbers may leave the range.
bool same(const Numbers& x, const Numbers& y) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float a = x.data()[i], b = y.data()[i];
    if (std::memcmp(&a, &b, sizeof(float)) != 0 && !(std::isnan(a) && std::isnan(b))) return false;
  }
  return true;
}

// Calls run(table, out) with this table and its reference.
template <class Run>
void compare(const Kernels<float>& table, const Kernels<float>& reference, const Choice& choice, std::size_t size,
             const char* promise, Run run) {
  Numbers out = choice.numbers(size), expected = choice.numbers(size);
  run(table, out.data());
  run(reference, expected.data());
  must(same(out, expected), promise);
}

void compare_products(const Kernels<float>& table, const Kernels<float>& reference, const Choice& c) {
  const Numbers a = c.numbers(c.rows * padded(c.inner)), w = c.numbers(padded(c.inner) * c.columns()),
                bias = c.numbers(c.columns()), delta = c.numbers(c.rows * c.columns());
  compare(table, reference, c, c.rows * c.columns(), "products are the same", [&](const auto& kernels, float* out) {
    kernels.product(a.data(), c.rows, c.inner, w.data(), c.offset == 0 ? nullptr : bias.data(), out, {0, c.blocks},
                    {0, c.rows}, c.offset % 2 == 1);
  });
  compare(table, reference, c, c.inner * c.columns(), "weight gradients are the same",
          [&](const auto& kernels, float* out) {
            kernels.weight_gradient(a.data(), delta.data(), c.rows, c.inner, out, {0, c.blocks}, {0, c.inner});
          });
  compare(table, reference, c, c.columns(), "bias gradients are the same",
          [&](const auto& kernels, float* out) { kernels.bias_gradient(delta.data(), c.rows, out, {0, c.blocks}); });
}

void compare_elements(const Kernels<float>& table, const Kernels<float>& reference, const Choice& c) {
  const std::size_t size = c.rows * c.columns();
  const Numbers z = c.numbers(size), s = c.numbers(c.columns());
  Numbers a = c.numbers(size);
  reference.activate(c.activation, z.data(), a.data(), size);
  compare(table, reference, c, size, "activations are the same",
          [&](const auto& kernels, float* out) { kernels.activate(c.activation, z.data(), out, size); });
  compare(table, reference, c, size, "derivatives are the same", [&](const auto& kernels, float* out) {
    kernels.activate_backward(c.activation, z.data(), a.data(), z.data(), out, size);
  });
  compare(table, reference, c, size, "scaled numbers are the same",
          [&](const auto& kernels, float* out) { kernels.scale(z.data(), s.data(), c.rows, out, {0, c.blocks}); });
  compare(table, reference, c, c.columns(), "gradients of factors are the same", [&](const auto& kernels, float* out) {
    kernels.scale_gradient(z.data(), a.data(), c.rows, out, {0, c.blocks});
  });
}

void compare_rows(const Kernels<float>& table, const Kernels<float>& reference, const Choice& c) {
  const std::size_t width = c.inner, size = c.rows * padded(width);
  const Numbers z = c.numbers(size), gamma = c.numbers(padded(width));
  std::vector<double> statistics(2 * c.rows);
  compare(table, reference, c, size, "softmax is the same",
          [&](const auto& kernels, float* out) { kernels.softmax(z.data(), out, c.rows, width); });
  compare(table, reference, c, size, "layer norms are the same", [&](const auto& kernels, float* out) {
    kernels.layer_norm(z.data(), gamma.data(), gamma.data(), c.rows, width, 1e-5, out, statistics.data(), {0, c.rows});
  });
  compare(table, reference, c, size, "δ of layer norms is the same", [&](const auto& kernels, float* out) {
    kernels.layer_norm_backward(z.data(), z.data(), gamma.data(), statistics.data(), c.rows, width, out, {0, c.rows});
  });
  compare(table, reference, c, padded(width), "gradients of layer norms are the same",
          [&](const auto& kernels, float* out) {
            kernels.layer_norm_gradient(z.data(), z.data(), statistics.data(), c.rows, out, {0, panels(width)});
          });
  Numbers a = c.numbers(size);
  reference.softmax(z.data(), a.data(), c.rows, width);
  compare(table, reference, c, size, "δ of softmax is the same",
          [&](const auto& kernels, float* out) { kernels.softmax_backward(a.data(), z.data(), out, c.rows, width); });
}

void compare_batches(const Kernels<float>& table, const Kernels<float>& reference, const Choice& c) {
  const std::size_t size = c.rows * c.columns();
  const Numbers z = c.numbers(size), gamma = c.numbers(c.columns());
  const Range blocks = {0, c.blocks};
  std::vector<double> statistics(3 * c.columns()), expected(statistics.size());
  table.batch_statistics(z.data(), c.rows, 1e-5, statistics.data(), blocks);
  reference.batch_statistics(z.data(), c.rows, 1e-5, expected.data(), blocks);
  const auto same_number = [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y) || (std::isnan(x) && std::isnan(y));
  };
  must(std::ranges::equal(statistics, expected, same_number), "statistics of batches are the same");
  compare(table, reference, c, size, "batch norms are the same", [&](const auto& kernels, float* out) {
    kernels.batch_norm(z.data(), gamma.data(), gamma.data(), expected.data(), c.rows, out, blocks);
  });
  compare(table, reference, c, c.columns(), "gradients of batch norms are the same",
          [&](const auto& kernels, float* out) {
            kernels.batch_norm_gradient(z.data(), z.data(), expected.data(), c.rows, out, blocks);
          });
  compare(table, reference, c, size, "δ of batch norms is the same", [&](const auto& kernels, float* out) {
    kernels.batch_norm_backward(z.data(), z.data(), gamma.data(), expected.data(), c.rows, c.offset % 2 == 0, out,
                                blocks);
  });
}

void compare_losses(const Kernels<float>& table, const Kernels<float>& reference, const Choice& c) {
  constexpr unsigned kLosses = static_cast<unsigned>(Loss::kGaussianNll) + 1;
  const LossOptions options{.loss = static_cast<Loss>(static_cast<unsigned>(c.rows + c.offset) % kLosses)};
  const std::size_t outputs = options.loss == Loss::kGaussianNll ? 2 * c.inner : c.inner;
  const std::size_t size = c.rows * padded(outputs);
  const Numbers scores = c.numbers(size);
  Numbers targets = c.numbers(size + 1);  // beginning with the second number
  std::copy_n(targets.data() + 1, size, targets.data());
  const auto of = [&](const Kernels<float>& kernels, float* values, float* d_scores) {
    kernels.loss(options, scores.data(), targets.data(), c.rows, outputs, 0.25F, values, d_scores);
  };
  compare(table, reference, c, size, "losses are the same",
          [&](const auto& kernels, float* out) { of(kernels, out, nullptr); });
  compare(table, reference, c, size, "derivatives of losses are the same", [&](const auto& kernels, float* out) {
    Numbers values = c.numbers(size);
    of(kernels, values.data(), out);
  });
}

}  // namespace

void examine(std::string_view bytes) {
  Choice choice{};
  const unsigned kernel = take_byte(bytes);
  choice.rows = 1 + take_byte(bytes) % 34;
  choice.inner = 1 + take_byte(bytes) % 50;
  choice.blocks = 1 + take_byte(bytes) % 3;
  choice.offset = take_byte(bytes) % kPanel;
  choice.activation = static_cast<Activation>(take_byte(bytes) % static_cast<unsigned>(Activation::kSoftmax));
  choice.pattern = bytes;
  const Arithmetic arithmetic = kernel % 2 == 0 ? Arithmetic::kPortable : Arithmetic::kFma;
  const Kernels<float>& reference = reference_kernels(arithmetic);
  const auto tables = all_float_kernels(arithmetic);
  if (tables.size() < 2) return;  // the reference is all there is
  constexpr std::array kCompare = {compare_products, compare_elements, compare_rows, compare_batches, compare_losses};
  kCompare[kernel / 2 % kCompare.size()](*tables[1 + kernel / 16 % (tables.size() - 1)], reference, choice);
}

}  // namespace bprop::fuzz
