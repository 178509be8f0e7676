// SPDX-License-Identifier: Apache-2.0
#include "optim/update.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "optim/integer_power.h"

namespace bprop::optim {
namespace {

constexpr double kFlopsPerWeight = 12;  // of Adam, the dearest; decides only how many threads take part
constexpr std::size_t kGrain = 16;

// Everything of an update but the decay; t counts from 1, c is the segment's scale.
struct CoefficientsOf {
  double rate;
  std::size_t t;
  double c;

  Coefficients operator()(const GradientDescent&) const { return {.rate = c * c * rate}; }
  Coefficients operator()(const Sgd&) const { return {.rate = c * c * rate}; }
  Coefficients operator()(const Momentum& o) const { return {.rate = c * c * rate, .beta1 = o.momentum}; }
  Coefficients operator()(const Nesterov& o) const { return {.rate = c * c * rate, .beta1 = o.momentum}; }
  Coefficients operator()(const RmsProp& o) const {
    return {.rate = c * rate, .beta2 = o.decay, .epsilon = o.epsilon / c};
  }
  Coefficients operator()(const Adam& o) const { return adam(o.beta1, o.beta2, o.epsilon); }
  Coefficients operator()(const AdamW& o) const { return adam(o.beta1, o.beta2, o.epsilon); }

  Coefficients adam(double beta1, double beta2, double epsilon) const {
    return {.rate = c * rate / (1 - integer_power(beta1, t)),
            .beta1 = beta1,
            .beta2 = beta2,
            .epsilon = epsilon / c,
            .root_scale = 1 / std::sqrt(1 - integer_power(beta2, t))};
  }
};

}  // namespace

Coefficients coefficients(const Optimizer& optimizer, double rate, double weight_decay, std::size_t t,
                          const Segment& segment) {
  const AdamW* adamw = std::get_if<AdamW>(&optimizer);
  const double decay = weight_decay + (adamw != nullptr ? adamw->weight_decay : 0);
  Coefficients numbers = std::visit(CoefficientsOf{rate, t, segment.scale}, optimizer);
  numbers.rate *= segment.rate_factor;
  numbers.keep = 1 - rate * segment.rate_factor * decay * segment.decay_factor;
  return numbers;
}

template <class T>
void update(const UpdateKernels<T>& kernels, ThreadPool* pool, const Optimizer& optimizer, double rate,
            double weight_decay, std::span<const Segment> segments, std::span<T> w, std::span<const T> g,
            OptimizerState<T>& state) {
  BPROP_DCHECK(w.size() == g.size());
  ++state.updates;
  const auto work = kFlopsPerWeight * static_cast<double>(w.size());
  const auto parts = static_cast<std::size_t>(pool == nullptr ? 1 : pool->parts(work));

  const auto share = [&](std::size_t part) {
    for (const Segment& segment : segments) {
      const Coefficients numbers = coefficients(optimizer, rate, weight_decay, state.updates, segment);
      const std::size_t grains = segment.size / kGrain;
      const std::size_t begin = segment.begin + grains * part / parts * kGrain;
      const std::size_t end = segment.begin + grains * (part + 1) / parts * kGrain;
      if (begin == end) continue;
      T* const first = state.first.empty() ? nullptr : state.first.data() + begin;
      T* const second = state.second.empty() ? nullptr : state.second.data() + begin;
      kernels.update(optimizer.index(), numbers, w.data() + begin, g.data() + begin, first, second, end - begin);
    }
  };
  if (parts == 1) {
    share(0);
  } else {
    pool->run(static_cast<int>(parts), [&](int part) { share(static_cast<std::size_t>(part)); });
  }
}

template void update(const UpdateKernels<float>&, ThreadPool*, const Optimizer&, double, double,
                     std::span<const Segment>, std::span<float>, std::span<const float>, OptimizerState<float>&);
template void update(const UpdateKernels<double>&, ThreadPool*, const Optimizer&, double, double,
                     std::span<const Segment>, std::span<double>, std::span<const double>, OptimizerState<double>&);

}  // namespace bprop::optim
