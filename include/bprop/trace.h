// SPDX-License-Identifier: Apache-2.0
//
// Trace: updates of a training that can be looked at afterwards. A run with TrainOptions::record leaves it in its
// folder; explain_trace.h explains a weight of it.
//
//   bprop::train(table, {.run_directory = "run", .record = {1, 10, 100}});
//   const bprop::Trace trace = bprop::load_trace("run");
//   trace.weight(bprop::TracePart::kGradient, 0, 0, 2, 4);   // ∂L/∂w of the first recorded update's batch
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "bprop/model.h"
#include "bprop/optimizer.h"

namespace bprop {

// A run whose trace would be larger is refused before it begins.
inline constexpr std::uint64_t kMaxTraceBytes = std::uint64_t{2} << 30;

// How the updates of a run were made; TrainerOptions says what each does.
struct TraceSettings {
  Optimizer optimizer = GradientDescent{};
  double l2 = 0;
  double weight_decay = 0;
  double clip = 0;
  bool freeze_biases = false;
  Rates rates{};
  Fade weight_decay_schedule = Fade::kConstant;
  std::size_t total_steps = 0;  // that it goes by
};

// One update.
struct TraceStep {
  std::size_t step = 0;             // from 1
  double learning_rate = 0;         // η of this update, schedule included
  double loss = 0;                  // of the batch before the update, with the l2 term
  double gradient_scale = 1;        // clipping made the gradient so many times as long
  std::vector<std::uint32_t> rows;  // of the table (or of the network's own rows), from 0, in the batch's order
};

enum class TracePart : std::uint8_t { kBefore, kGradient, kAfter };

// Copies share what they read. `place` is one of steps(), `layer`, `unit` and `from` count from 0 as in Network. Throws
// ShapeError when there is no such place, layer or number. The gradient is that of the batch's loss with the l2 term,
// before clipping; it and the parameters after may be NaN or infinite where a training diverged.
class Trace {
 public:
  struct State;
  explicit Trace(std::shared_ptr<const State> state);

  // Architecture, loss, preprocessing and own rows of the run; the weights are those before the first recorded update.
  const Model& model() const;
  const TraceSettings& settings() const;
  std::span<const TraceStep> steps() const;                     // ascending, at least one
  std::optional<std::size_t> place_of(std::size_t step) const;  // none: that update is not recorded

  // With the parameters before the update.
  std::variant<Network, DoubleNetwork> network(std::size_t place) const;

  double weight(TracePart part, std::size_t place, std::size_t layer, std::size_t unit, std::size_t from) const;
  double bias(TracePart part, std::size_t place, std::size_t layer, std::size_t unit) const;
  std::vector<double> weights(TracePart part, std::size_t place, std::size_t layer) const;  // (out × in), row-major
  std::vector<double> biases(TracePart part, std::size_t place, std::size_t layer) const;   // (out), or empty

 private:
  std::shared_ptr<const State> state_;
};

// Reads trace.safetensors of a run folder, or the file of that path. Everything is checked. Throws IoError,
// FormatError. Memory: that of the file.
Trace load_trace(const std::string& path);

}  // namespace bprop
