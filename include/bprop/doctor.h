// SPDX-License-Identifier: Apache-2.0
//
// The doctor: what is wrong with a network on some rows, layer by layer, in numbers and in sentences.
//
//   bprop::Diagnosis d = bprop::diagnose<float>(net, input, target, {.loss = bprop::Loss::kCrossEntropy});
//   for (const auto& finding : d.findings) std::cerr << sentence(finding) << '\n';
//
// train() asks it too, about one update in 100 (TrainOptions::doctor_every).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bprop/loss.h"
#include "bprop/network.h"
#include "bprop/thread_pool.h"

namespace bprop {

// From when on something is a finding. The defaults leave room for what healthy networks do.
struct DoctorOptions {
  // δ of the first layer as a share of the last layer's (rms): below, it vanishes; above, it explodes. A network with
  // suitable first weights keeps it within a factor of 100; at 10⁴ one learning rate cannot suit both ends.
  double vanishing = 1e-4;
  double exploding = 1e4;
  // … and δ at least halves (doubles) from layer to layer so often: what one step does is the width or scale of a
  // single layer, or a dead one, not the depth.
  std::size_t least_steps = 3;
  // ‖∂L/∂W‖ / ‖W‖ above which a layer explodes whatever the depth: a usual rate of 0.01 then moves the weights by ten
  // times their size. W counts at least as much as lecun_normal first weights, so that starting at 0 is no finding.
  double gradient_ratio = 1e3;
  // Share of a layer's units that may be dead, or saturated. Some always are, and many may be in layers wider than the
  // task needs: of the 256 of train()'s default on MNIST 60 % die in the first epochs, and the others reach 98.4 %.
  double dead_share = 0.75;
  double saturated_share = 0.5;
  // A unit is saturated if |φ'| is below this share of the largest slope its activation has … (sigmoid: |z| > 6.7,
  // tanh: |z| > 3.3; below the 0.01 of leaky_relu, which is never saturated)
  double saturated_slope = 0.005;
  // … on so many of the rows: a unit may be sure of most rows and still learn from the others.
  double saturated_rows = 0.95;
  // Fewer rows say nothing of units: one that fires for a tenth of them is off on 30 rows in 1 of 25 cases, on 100 in 1
  // of 38,000.
  std::size_t least_rows = 100;
  // Root mean square of an input above which its column is unscaled: a standardised one has 1, a pixel at most 1.
  double largest_input = 100;
  // For sentences: names of the inputs ("" or none: their number), and of a row (none: its number).
  std::vector<std::string> column_names{};
  std::function<std::string(std::size_t row)> where{};
  // Changes only speed.
  ThreadPool* pool = nullptr;
};

// Of one layer. δ is that of each row's own loss – without the 1/N of a mean –, so it does not depend on the number of
// rows.
struct LayerHealth {
  std::size_t units = 0;
  double delta_rms = 0;      // over rows and units
  double delta_largest = 0;  // |δ|
  double gradient_norm = 0;  // ‖∂L/∂W‖ before clipping, L the mean over the rows, whatever the reduction
  double weight_norm = 0;    // ‖W‖
  bool slopes = false;       // whether φ' was looked at: not of identity, softmax and an output computed with its loss
  std::vector<std::size_t> dead{};       // units with φ' = 0 on all rows (relu: z ≤ 0)
  std::vector<std::size_t> saturated{};  // units with a small |φ'| on nearly all rows; sigmoid, tanh, softsign: also 0
};

struct Finding {
  enum class Kind : std::uint8_t {
    kNotFinite,       // a number is NaN or infinite
    kUnscaledColumn,  // inputs that dwarf a standardised one
    kVanishing,       // δ shrinks on its way to the first layer
    kExploding,       // δ grows on its way to the first layer, or a gradient dwarfs its weights
    kDeadUnits,
    kSaturatedUnits,
  };
  Kind kind = Kind::kNotFinite;
  std::optional<std::size_t> layer{};  // what does not apply is empty; all counted from 0
  std::vector<std::size_t> units{};    // all of them
  std::vector<std::size_t> columns{};  // of the input
  std::optional<std::size_t> row{};    // kNotFinite: among the rows given
  std::string found{};                 // for people: counted from 1, with the numbers, no full stop
  std::string remedy{};                // likewise: what may help
};
std::string_view name(Finding::Kind kind);     // "vanishing", "dead_units"
std::string sentence(const Finding& finding);  // what was found; what may help

struct Diagnosis {
  std::size_t rows = 0;  // looked at; of a training: in its last updates that were
  double loss = 0;       // of them (a training: of the last update that was looked at)
  std::vector<LayerHealth> layers{};
  std::vector<Finding> findings{};  // empty: healthy; after kNotFinite only kUnscaledColumn follows
};

// Forward and backward on these rows, by the path that training takes, and a look at all of it: input (N × in), target
// (N × out), N ≥ 1. Throws ShapeError. Cost: about two gradients of the rows; memory: that of 256 rows and two to
// twelve times the parameters.
template <class T>
Diagnosis diagnose(const BasicNetwork<T>& network, std::span<const T> input, std::span<const T> target,
                   const LossOptions& loss = {}, const DoctorOptions& options = {});

extern template Diagnosis diagnose(const BasicNetwork<float>&, std::span<const float>, std::span<const float>,
                                   const LossOptions&, const DoctorOptions&);
extern template Diagnosis diagnose(const BasicNetwork<double>&, std::span<const double>, std::span<const double>,
                                   const LossOptions&, const DoctorOptions&);

// A table, one line a layer, then the findings, one line each, or "nothing found".
std::ostream& operator<<(std::ostream& out, const Diagnosis& diagnosis);

}  // namespace bprop
