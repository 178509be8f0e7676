// SPDX-License-Identifier: Apache-2.0
//
// TrainingWork: steps of a configuration through the public Trainer, 8 generated batches in rotation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bprop/bprop.h"
#include "configurations.h"

namespace bprop::bench {

class TrainingWork {
 public:
  static constexpr std::size_t kBatches = 8;

  TrainingWork(const Configuration& configuration, ThreadPool* pool, const Optimizer& optimizer,
               std::size_t doctor_every = 0)
      : network_(configuration.architecture(), {.seed = 1}),
        trainer_(network_, {.batch = configuration.batch,
                            .loss = {.loss = configuration.loss},
                            .optimizer = optimizer,
                            .pool = pool,
                            .doctor_every = doctor_every}) {
    const std::size_t in = network_.inputs();
    const std::size_t out = network_.outputs();
    for (std::size_t i = 0; i < kBatches; ++i) {
      inputs_.emplace_back(configuration.batch * in);
      for (float& x : inputs_.back()) x = random() - 0.5F;
      targets_.emplace_back(configuration.batch * out);
      if (configuration.loss != Loss::kCrossEntropy) {
        for (float& y : targets_.back()) y = random();
        continue;
      }
      for (std::size_t row = 0; row < configuration.batch; ++row) {
        const auto answer = static_cast<std::size_t>(random() * static_cast<float>(out));
        targets_.back()[row * out + answer] = 1;
      }
    }
  }
  TrainingWork(const Configuration& configuration, ThreadPool* pool)
      : TrainingWork(configuration, pool, Sgd{.learning_rate = configuration.rate}) {}

  void step() {
    trainer_.step(std::span<const float>(inputs_[next_]), std::span<const float>(targets_[next_]));
    next_ = (next_ + 1) % kBatches;
  }

  const Network& network() const { return network_; }

 private:
  // In [0, 1), 24 bits: Knuth's multiplier and increment for 64 bits.
  float random() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<float>(state_ >> 40) * 0x1p-24F;
  }

  std::uint64_t state_ = 1;
  std::size_t next_ = 0;
  Network network_;
  Trainer trainer_;
  std::vector<std::vector<float>> inputs_, targets_;
};

}  // namespace bprop::bench
