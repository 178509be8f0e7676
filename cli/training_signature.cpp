// SPDX-License-Identifier: Apache-2.0
#include "training_signature.h"

#include <bit>
#include <span>

#include "bprop/trainer.h"
#include "generated_batch.h"

namespace bprop::cli {
namespace {

void add(std::uint64_t& hash, std::span<const float> values) {
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) hash = (hash ^ (bits >> shift & 0xFF)) * 1099511628211U;
  }
}

}  // namespace

std::uint64_t training_signature(Arithmetic arithmetic, int threads) {
  // Widths that fill no panel, several activations, and more rows than a leaf has, so that leaves are added.
  Network network("37 -> 50 tanh -> 33 gelu -> 20 relu -> 7 softmax", {.seed = 1, .arithmetic = arithmetic});
  constexpr std::size_t kRows = 300;
  constexpr int kUpdates = 50;
  ThreadPool pool({.threads = threads, .minimal_work = 0});  // all threads take part, small as the work is
  Trainer trainer(network, {.batch = kRows, .loss = {.loss = Loss::kCrossEntropy}, .l2 = 1e-4, .pool = &pool});
  for (int i = 0; i < kUpdates; ++i) {
    const GeneratedBatch batch(network.architecture(), kRows, static_cast<std::uint64_t>(i));
    trainer.step(batch.inputs, batch.targets);
  }
  std::uint64_t hash = 14695981039346656037U;
  for (std::size_t layer = 0; layer < network.architecture().layers.size(); ++layer) {
    add(hash, network.weights(layer));
    add(hash, network.bias(layer));
    add(hash, network.running_mean(layer));
    add(hash, network.running_variance(layer));
  }
  return hash;
}

}  // namespace bprop::cli
