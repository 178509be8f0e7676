// SPDX-License-Identifier: Apache-2.0
//
// Trainer: one optimisation step at a time on the caller's own batches; what train() is made of.
//
//   bprop::Network net("17 -> 256 relu -> 256 relu -> 6", {.seed = 7});
//   bprop::Trainer trainer(net, {.batch = 256, .optimizer = bprop::Adam{.learning_rate = 1e-3}});
//   double loss = trainer.step(inputs, targets);   // (256 × 17), (256 × 6): spans
//
// All memory is allocated by the constructor and the first step; later steps allocate nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "bprop/batch_rows.h"
#include "bprop/communicator.h"
#include "bprop/doctor.h"
#include "bprop/loss.h"
#include "bprop/network.h"
#include "bprop/optimizer.h"
#include "bprop/thread_pool.h"

namespace bprop {

struct TrainerOptions {
  // Changes the result.
  std::size_t batch = 256;  // the largest batch that will come; workspace is sized for it
  std::size_t leaves = 0;   // parts that a batch is cut into, at least; there is one for every 256 rows in any case
  LossOptions loss{};
  Optimizer optimizer = Adam{};
  Schedule schedule{};
  std::size_t steps_per_epoch = 0;  // for schedules that count epochs
  std::size_t total_steps = 0;      // for schedules that go by the whole run
  double l2 = 0;                    // adds ½ l2 Σw² (weights, not biases) to loss and gradient
  double weight_decay = 0;          // w ← w − η λ w before the update (weights only), whatever the optimiser
  Fade weight_decay_schedule = Fade::kConstant;  // of that λ and AdamW's; kFlatCos needs total_steps
  Fade dropout_schedule = Fade::kConstant;       // of the probabilities of dropout layers; likewise
  std::uint64_t seed = 0;                        // of the masks of dropout layers
  double clip = 0;                               // gradient scaled down to this ‖·‖₂ over all parameters; 0: never
  Rates rates{};                                 // of weights and biases, beside η
  bool freeze_biases = false;                    // biases keep their values
  bool measure_change = false;  // StepReport::change is worked out (a copy of the parameters, a pass over them)
  // Changes only speed.
  ThreadPool* pool = nullptr;            // null: the calling thread
  Communicator* communicator = nullptr;  // of ranks that share the leaves and make the same steps; null: there is one
  // Changes only what is known: one update in so many, the first one included, goes through whole gradients (same bits)
  // and is looked at; 0: none. 100 cost 0.3 to 1.5 % of the instructions of a training, and the memory of one gradient.
  std::size_t doctor_every = 0;
  DoctorOptions doctor{};
  // Asked between the leaves of a step, unless ranks share them; true abandons the step, which then changes nothing.
  std::function<bool()> stop{};
};

// Of the last step.
struct StepReport {
  std::size_t step = 0;      // updates made so far
  double loss = 0;           // of the batch before the update, with the l2 term
  double learning_rate = 0;  // η of this update, schedule included
  double gradient_norm = 0;  // ‖∂L/∂θ‖₂ before clipping; worked out only with clip
  double change = 0;         // ‖θ_new − θ_old‖₂; only with measure_change
  bool abandoned = false;    // TrainerOptions::stop said so; loss is NaN
  bool examined = false;     // the doctor looked at it: health() is of this update
};

namespace checkpoint {
class StateList;
}
namespace training {
template <class T>
class UpdateObserver;
}

template <class T>
class BasicTrainer {
 public:
  // The network must outlive the trainer and not be changed beside it. Throws UsageError for options that cannot be.
  explicit BasicTrainer(BasicNetwork<T>& network, const TrainerOptions& options = {});
  ~BasicTrainer();
  BasicTrainer(BasicTrainer&&) noexcept;

  // One update on the mean (or sum) of the rows' losses; returns the loss before it. inputs (N × in), targets (N ×
  // out), 1 ≤ N ≤ batch. A loss that is not finite leaves the network as it was;
  // so does, with clip, a gradient norm that is not finite, which is then returned in its place. Throws ShapeError, and
  // what a source throws, which also leaves the network as it was. The pool's threads ask a source at once.
  double step(std::span<const T> inputs, std::span<const T> targets);
  // The same on the weighted mean Σ wᵢ lᵢ / Σ wᵢ (or Σ wᵢ lᵢ); weights (N), none negative, not all 0. Equal weights
  // give a mean the bits of none. Throws UsageError for weights that cannot be.
  double step(std::span<const T> inputs, std::span<const T> targets, std::span<const double> weights);
  double step(std::size_t rows, BatchRows<T>& source);

  const StepReport& report() const;

  // Of the last update that was looked at, and, with findings, of the last 8 to 16 of them (of more, where so few have
  // not the rows to judge units by). Empty without doctor_every.
  std::vector<LayerHealth> health() const;
  Diagnosis diagnosis() const;

  // To be called when somebody else has changed the network's parameters.
  void parameters_changed();

  // For bprop's own loop. See every gradient (src/train/update_observer.h): null: nobody looks; allocates a gradient.
  // The state between two updates but for the parameters (src/checkpoint/state_list.h).
  void observe(training::UpdateObserver<T>* observer);
  void list(checkpoint::StateList& state);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

using Trainer = BasicTrainer<float>;
using DoubleTrainer = BasicTrainer<double>;
extern template class BasicTrainer<float>;
extern template class BasicTrainer<double>;

}  // namespace bprop
